"""What a marking looked at. The witness writes down what a response was compared with, so that the import can tell that
no other response would be marked differently.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from exams.interchange.formats.qti.values import Value


class MarkedText(str):
    """A text that stands for a response: `verdicts` say of patterns whether it matches them. `is_changed` says that an
    operator went over it, `is_unaccented` that it lost its accents on the way."""

    __slots__ = ("is_changed", "is_unaccented", "verdicts")

    def __new__(cls, text: str, verdicts: dict[str, bool] | None = None) -> "MarkedText":
        """Make one."""
        made = super().__new__(cls, text)
        made.verdicts = verdicts or {}
        made.is_changed = made.is_unaccented = False
        return made

    def changed(self, text: str, *, is_unaccented: bool) -> "MarkedText":
        """Return what an operator made of it."""
        made = MarkedText(text, self.verdicts)
        made.is_changed, made.is_unaccented = True, self.is_unaccented or is_unaccented
        return made


class MarkedDecimal(Decimal):
    """A number that stands for a response."""


class MarkedInteger(int):
    """A whole number that stands for a response."""


_UNACCENTED = frozenset(" \t0123456789.,:;%+*/=()[]{}")
MARKED = (MarkedText, MarkedDecimal, MarkedInteger)


@dataclass
class Witness:
    """What marked responses were compared with; `is_opaque` once something else was done with one."""

    texts: set[str] = field(default_factory=set)
    folded: set[str] = field(default_factory=set)
    patterns: dict[str, None] = field(default_factory=dict)
    numbers: set[Decimal] = field(default_factory=set)
    is_opaque: bool = False

    def compare(self, left: Value, right: Value, *, is_folded: bool = False) -> None:
        """Note that two values were compared for equality."""
        if any(isinstance(item, MARKED) for item in (*left.items, *right.items)):
            for item in (*left.items, *right.items):
                self.note(item, is_folded=is_folded)
            # Without accents only what has none to lose is compared as it was typed.
            if any(isinstance(item, MarkedText) and item.is_unaccented for item in (*left.items, *right.items)):
                self.is_opaque |= any(
                    set(str(item)) - _UNACCENTED
                    for item in (*left.items, *right.items)
                    if not isinstance(item, MarkedText)
                )

    def note(self, item: object, *, is_folded: bool = False) -> None:
        """Note one value that a response was compared with."""
        if isinstance(item, str) and not isinstance(item, MarkedText):
            (self.folded if is_folded else self.texts).add(item)
        elif isinstance(item, int | Decimal) and not isinstance(item, MARKED):
            self.numbers.add(Decimal(item))

    def look_into(self, *values: Value | None) -> None:
        """Note that values are used for more than comparing."""
        if any(isinstance(item, MARKED) for value in values if value is not None for item in value.items):
            self.is_opaque = True
