"""Kinds of messages. Each room registers its own in notices.py, which is imported at start."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_kinds: dict[str, "Kind"] = {}

CATEGORIES: dict[str, str | Promise] = {
    "account": _("Account"),
    "learning": _("Courses and lessons"),
    "exams": _("Exams and results"),
    "certificates": _("Certificates"),
    "orders": _("Orders and payments"),
    "training": _("Training by your organisation"),
    "reminders": _("Reminders of dates and deadlines"),
    "practice": _("Reminders to practise"),
    "corrections": _("Practice answers judged anew"),
    "community": _("Questions, answers and announcements"),
    "marking": _("Work to mark"),
    "authoring": _("Writing courses and exams"),
    "jobs": _("Imports and exports"),
    "operations": _("Running the platform"),
}
"""Category -> what people read about it where they choose their mails."""


class UnknownKind(Exception):
    """No room has registered this kind of message."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of message.

    `name` is room.kind; its templates are templates/<room>/notices/<kind>.txt (first line the title, then the body)
    and .html (extends base_mail.html; without it the text is set in the mail frame). `category` groups kinds in the
    person's preferences (a key of CATEGORIES); an `essential` kind is mailed whatever they say. `action` is what the
    button of the mail says ("Open" without one). `sample` is a context with which a test renders the kind in every
    language.
    """

    name: str
    label: str | Promise
    category: str
    essential: bool = False
    action: str | Promise = ""
    sample: dict[str, Any] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """Return the template path without its ending."""
        room, kind = self.name.split(".", 1)
        return f"{room}/notices/{kind}"


@dataclass(frozen=True, kw_only=True)
class StopWords:
    """What the page of a mail's link says where it stops more than mails: the question, what stops, the button, what
    was done, and where it is taken up again (name of an address, and its label)."""

    question: str | Promise
    text: str | Promise
    button: str | Promise
    done: str | Promise
    back: str
    back_label: str | Promise


_stop_words: dict[str, StopWords] = {}


def register_stop_words(*, category: str, words: StopWords) -> None:
    """Let a category have words of its own on the page that ends its mails; registered again they are replaced."""
    _stop_words[category] = words


def find_stop_words(category: str) -> StopWords | None:
    """Return the words of a category, None for one whose mails alone are ended."""
    return _stop_words.get(category)


def register(*kinds: Kind) -> None:
    """Make kinds known; a later registration of the same name replaces the earlier."""
    _kinds.update({kind.name: kind for kind in kinds})


def get_kind(name: str) -> Kind:
    """Return the kind; UnknownKind when nobody registered it."""
    try:
        return _kinds[name]
    except KeyError as error:
        raise UnknownKind(name) from error


def list_mail_categories() -> list[tuple[str, str | Promise]]:
    """Return (category, label) of the categories that can be switched off, in the order of CATEGORIES."""
    used = {kind.category for kind in _kinds.values() if not kind.essential}
    return [(name, label) for name, label in CATEGORIES.items() if name in used]


def list_kinds() -> list[Kind]:
    """Return all kinds by name."""
    return [_kinds[name] for name in sorted(_kinds)]
