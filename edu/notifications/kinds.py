"""Kinds of messages. Each room registers its own in notices.py, which is imported at start."""

from dataclasses import dataclass

from django.utils.functional import Promise

_kinds: dict[str, "Kind"] = {}


class UnknownKind(Exception):
    """No room has registered this kind of message."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of message.

    `name` is room.kind; its templates are templates/<room>/notices/<kind>.txt (first line the title, then the body)
    and .html (extends base_mail.html; without it the text is set in the mail frame). `category` groups kinds in the
    person's preferences; an `essential` kind is mailed whatever they say.
    """

    name: str
    label: str | Promise
    category: str
    essential: bool = False

    @property
    def template(self) -> str:
        """Return the template path without its ending."""
        room, kind = self.name.split(".", 1)
        return f"{room}/notices/{kind}"


def register(*kinds: Kind) -> None:
    """Make kinds known; a later registration of the same name replaces the earlier."""
    _kinds.update({kind.name: kind for kind in kinds})


def get_kind(name: str) -> Kind:
    """Return the kind; UnknownKind when nobody registered it."""
    try:
        return _kinds[name]
    except KeyError as error:
        raise UnknownKind(name) from error


def list_kinds() -> list[Kind]:
    """Return all kinds by name."""
    return [_kinds[name] for name in sorted(_kinds)]
