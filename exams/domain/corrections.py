"""What a corrected key can say of a question that was asked: the places at which a type lets something else be right,
and what may be given there. A type that can be corrected so has `key_places` and `key_with` (exams.domain.registry)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from exams.domain.errors import InvalidCorrection
from exams.domain.schema import UNSTORABLE, gettext_noop

MAXIMUM_LENGTH = 200
"""Characters of an answer that is accepted as well."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """One thing that a key says and that can be said otherwise.

    `kind` is `some` (any number of the options), `one` (one of them) or `text` (one more accepted answer; those before
    stay). `label` is English source text, filled with `%(n)s`, the `number`, and `%(part)s`, the rich text `part` that
    it is about. `options` are ids with rich text, or with English source text where they are `in_words`; `present` is
    what the key says now. Nothing may be given where `is_optional`. `group` is the plain text of the question under a
    passage to which it belongs.
    """

    id: str
    kind: Literal["some", "one", "text"]
    label: str
    options: tuple[tuple[str, str], ...] = ()
    present: tuple[str, ...] = ()
    number: int = 0
    part: str = ""
    in_words: bool = False
    is_optional: bool = False
    group: str = ""

    def checked(self, values: Sequence[str], /) -> tuple[str, ...]:
        """Return what was given without repetitions and empty ends; InvalidCorrection, with the place as its field, for
        what cannot stand here."""
        given = tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
        known = {id_ for id_, _text in self.options}
        if self.kind == "text":
            if any(len(value) > MAXIMUM_LENGTH or UNSTORABLE.search(value) for value in given):
                raise InvalidCorrection(gettext_noop("This text cannot be stored."), field=self.id)
        elif not known.issuperset(given):
            raise InvalidCorrection(gettext_noop("The question has no such option."), field=self.id)
        elif not given and not self.is_optional:
            raise InvalidCorrection(gettext_noop("Choose what is right here."), field=self.id)
        if len(given) > 1 and self.kind != "some":
            raise InvalidCorrection(gettext_noop("Only one can be given here."), field=self.id)
        return given

    def is_changed_by(self, given: Sequence[str], /) -> bool:
        """Tell whether the key would say something else."""
        return bool(given) if self.kind == "text" else set(given) != set(self.present)


def answer_places(ids: Sequence[str], /) -> tuple[KeyPlace, ...]:
    """Return places for one more answer each, of a question whose parts are all typed into."""
    if len(ids) == 1:
        return (KeyPlace(f"accept-{ids[0]}", "text", gettext_noop("Also right is")),)
    label = gettext_noop("Also right in blank %(n)s")
    return tuple(KeyPlace(f"accept-{id_}", "text", label, number=n) for n, id_ in enumerate(ids, start=1))
