"""What writers of foreign formats share: the losses of a record on its way out. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from exams.domain.text import one_line
from exams.interchange.formats.base import NO_VALUES, Remark, Values, gettext_noop

NO_SUCH_TYPE = gettext_noop("This kind of question (%(type)s) has no form in this format; it is left out.")
LOST_FIELDS = gettext_noop("Left out: %(names)s.")
LOST_FOLDING = gettext_noop("How much of the spelling is forgiven is left out; the other system decides by case alone.")
LOST_RULE = gettext_noop(
    "The marking of several choices (%(rule)s) is left out; the fractions of what is chosen add up."
)
LOST_GRADING = gettext_noop("The marking %(name)s is left out.")
LOST_TOLERANCE = gettext_noop(
    "A tolerance in significant figures has no form in this format; the question is left out."
)
LOST_ATTACHMENTS = gettext_noop("Pictures and sounds have no place in this format: %(names)s.")
LOST_UNITS = gettext_noop("The units are left out.")
LOST_PARTNERS = gettext_noop("Several partners for one thing have no form in this format; the question is left out.")
LOST_GAP = gettext_noop("A blank has no form in this format; the question is left out.")

_CARRIED = frozenset(["type", "content", "key", "marks", "explanation", "ref", "tags", "topic"])
_QUIET: Mapping[str, Any] = {"difficulty": 3}


class Unwritable(Exception):
    """A record that a format cannot hold; `text` is English source for `values`."""

    def __init__(self, text: str, values: Values = NO_VALUES) -> None:
        self.text = text
        self.values = values
        super().__init__(text)


class LossList:
    """The losses of one record."""

    def __init__(self, row: int) -> None:
        self.row = row
        self.remarks: list[Remark] = []

    def add(self, place: str, text: str, values: Values = NO_VALUES) -> None:
        """Note a loss."""
        self.remarks.append(Remark(row=self.row, field=place, text=text, values=values))

    def fields(self, record: Mapping[str, Any], *, carried: frozenset[str] = _CARRIED) -> None:
        """Note which fields of the record are not carried."""
        names = sorted(
            name
            for name, value in record.items()
            if name not in carried and value not in (None, "", [], ()) and value != _QUIET.get(name)
        )
        if names:
            self.add(names[0], LOST_FIELDS, {"names": ", ".join(names)})

    def folding(self, key: Mapping[str, Any], place: str = "key") -> None:
        """Note forgiveness of spelling that a system which knows case alone cannot have."""
        forgiven = [name for name in ("fold_width", "fold_space") if key.get(name, True)]
        if forgiven or key.get("fold_punctuation"):
            self.add(place, LOST_FOLDING)


def marks_of(record: Mapping[str, Any]) -> Decimal:
    """Return the marks of a record; 1 where it says nothing."""
    return Decimal(str(record.get("marks", 1)))


def title_of(record: Mapping[str, Any], number: int) -> str:
    """Return a name for a question: the beginning of its stem, or its number."""
    return one_line(str(record.get("content", {}).get("stem", "")))[:60].strip() or f"Q{number}"


def choice_fractions(record: Mapping[str, Any], losses: LossList) -> dict[str, float]:
    """Return what each option of a multiple choice earns where chosen fractions add up, and note another rule."""
    key = record["key"]
    right = key.get("correct", ())
    rule = key.get("rule")
    if rule != "sum_of_fractions":
        losses.add("key.rule", LOST_RULE, {"rule": rule or "-"})
    if key.get("fractions"):
        return dict(key["fractions"])
    worth = 1 / max(1, len(right))
    return {option["id"]: worth if option["id"] in right else -worth for option in record["content"]["options"]}


def absolute_numbers(answers: list[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    """Return numeric answers with their tolerances as absolute ones; Unwritable for significant figures."""
    found = []
    for one in answers:
        kind, tolerance = one.get("tolerance_kind", "absolute"), Decimal(str(one.get("tolerance", "0")))
        if kind == "significant":
            raise Unwritable(LOST_TOLERANCE)
        if kind == "relative" and one["value"] != "*":
            tolerance *= abs(Decimal(str(one["value"])))
        found.append((one, format(tolerance.normalize(), "f") if tolerance else "0"))
    return found
