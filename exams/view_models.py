"""The view models of questions: what templates/exams/types draw. Built by exams.presentation only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy

from exams.domain.certainty import FULL, HIGH, LEVELS, LOW, MIDDLE, RIGHT, WRONG
from exams.domain.registry import question_types
from exams.domain.responses import CERTAINTY, WRAPPED

EMPTY = SafeString("")
TYPE_LABELS = {name: gettext_lazy(type_.info.label) for name, type_ in question_types().items()}
"""The name of each question type in the reader's language, the most used first."""
CERTAINTY_LABELS = {
    LOW: pgettext_lazy("certainty", "low"),
    MIDDLE: pgettext_lazy("certainty", "middle"),
    HIGH: pgettext_lazy("certainty", "high"),
}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, kw_only=True)
class ReviewPolicy:
    """What a review may show: marks, the learner's answers, the keys, the explanations; `for_marker` when who marks
    reads it, not the learner."""

    marks: bool = True
    answers: bool = True
    keys: bool = True
    explanations: bool = True
    for_marker: bool = False

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any], /) -> "ReviewPolicy":
        """Return the policy stored with an exam; what it does not name is shown."""
        return cls(**{name: bool(fields.get(name, True)) for name in ("marks", "answers", "keys", "explanations")})


@dataclass(frozen=True, kw_only=True)
class OptionView:
    """Something to choose. `is_right` and `feedback` are empty unless the key may be shown."""

    id: str
    html: SafeString
    letter: str = ""
    is_chosen: bool = False
    is_right: bool | None = None
    feedback: SafeString = EMPTY


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """One blank, gap, pair or placement: its form name, what was given, and how it was marked. Of kind `choices`,
    `most` is how many may be chosen, 0 for any number."""

    id: str
    name: str
    kind: str = "text"
    label: str = ""
    html: SafeString = EMPTY
    size: int = 12
    value: str = ""
    value_text: str = ""
    options: tuple[OptionView, ...] = ()
    unit_label: str = ""
    most: int = 0
    is_right: bool | None = None
    fraction_percent: int | None = None
    right_text: str = ""
    feedback: SafeString = EMPTY


@dataclass(frozen=True, kw_only=True)
class SegmentView:
    """A piece of a stem and the field that follows it."""

    html: SafeString
    field: FieldView | None = None


@dataclass(frozen=True, kw_only=True)
class LevelView:
    """What an answer is like that earns so many points of a criterion; `is_reached`: the marker says that this one is
    so."""

    points: str
    text: str
    is_reached: bool = False


@dataclass(frozen=True, kw_only=True)
class CriterionView:
    """A line of a rubric, as plain `text` and as `html`, with its levels from the lowest; `earned` are the points that
    a marker gave, empty before."""

    id: str
    text: str
    html: SafeString
    points: str
    earned: str = ""
    levels: tuple[LevelView, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReviewView:
    """How the response was marked; `verdict`: right, partial, wrong, blank, pending, or empty when marks are hidden."""

    verdict: str = ""
    verdict_label: str = ""
    for_marker: bool = False
    mark: str = ""
    maximum: str = ""
    comment: str = ""
    shows_answer: bool = True
    shows_key: bool = False
    explanation: SafeString = EMPTY
    source: str = ""
    decision: str = ""

    @property
    def answer_label(self) -> str:
        """Return what stands over the response: whose it is, as the reader sees it."""
        return gettext("The candidate's answer") if self.for_marker else gettext("Your answer")


@dataclass(frozen=True, kw_only=True)
class QuestionView:
    """A question as a template draws it; `review` is None while it is being asked, `extra` what only its type has.
    `is_written_at_length` says that paper gives it lines to write on."""

    type: str
    type_label: str
    name: str
    number: str
    marks: str
    slot: int = 0
    part: str = ""
    stem: SafeString = EMPTY
    segments: tuple[SegmentView, ...] = ()
    options: tuple[OptionView, ...] = ()
    fields: tuple[FieldView, ...] = ()
    targets: tuple[OptionView, ...] = ()
    questions: tuple["QuestionView", ...] = ()
    rubric: tuple[CriterionView, ...] = ()
    value: str = ""
    unit_label: str = ""
    min_words: int | None = None
    max_words: int | None = None
    right_text: str = ""
    model_answer: SafeString = EMPTY
    extra: Any = None
    is_flagged: bool = False
    is_answered: bool = False
    is_written_at_length: bool = False
    asks_certainty: bool = False
    certainty: int | None = None
    review: ReviewView | None = None

    @property
    def certainty_levels(self) -> list[dict[str, Any]]:
        """Return the certainties to choose from, each with what it earns when right and costs when wrong."""
        return [
            {
                "value": level,
                "label": CERTAINTY_LABELS[level],
                "right": number_text(Decimal(RIGHT[level]) * Decimal(self.marks or "0") / FULL),
                "wrong": number_text(Decimal(WRONG[level]) * Decimal(self.marks or "0") / FULL),
                "is_chosen": level == self.certainty,
            }
            for level in LEVELS
        ]

    @property
    def certainty_label(self) -> str:
        """Return the certainty that counted, in the reader's language; nothing where none was asked for."""
        return str(CERTAINTY_LABELS[self.certainty]) if self.certainty else ""

    @property
    def ask_template(self) -> str:
        """Return the template that asks this type."""
        return f"exams/types/{self.type}/ask.html"

    @property
    def review_template(self) -> str:
        """Return the template that reviews this type."""
        return f"exams/types/{self.type}/review.html"

    @property
    def marks_label(self) -> str:
        """Return "2 marks" in the reader's language."""
        value = Decimal(self.marks or "0")
        return ngettext("%(marks)s mark", "%(marks)s marks", 1 if value == 1 else 2) % {"marks": self.marks}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a builder may know beside the content: the response, and key and mark where the policy allows."""

    response: Any = None
    key: Mapping[str, Any] | None = None
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    shows_marks: bool = False


def number_text(value: Decimal | float | str | None, /) -> str:
    """Return a mark without needless zeros: 2, 2.5, 0.25; empty for None."""
    if value is None:
        return ""
    text = format(Decimal(str(value)).quantize(Decimal("0.01")), "f")
    return text.rstrip("0").rstrip(".") or "0"


def is_answered(response: Any, /) -> bool:
    """Whether there is anything in a response; a blank inside a mapping or list does not count."""
    if response is None or response == "":
        return False
    if isinstance(response, Mapping) and set(response) == {CERTAINTY, WRAPPED}:
        return is_answered(response[WRAPPED])
    if isinstance(response, Mapping):
        return any(is_answered(value) for value in response.values())
    if isinstance(response, list | tuple):
        return bool(response)
    return bool(response.strip()) if isinstance(response, str) else True
