"""Essay: a text that a person marks, by rubric or by points."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from exams.domain import responses
from exams.domain.errors import Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, blank_mark
from exams.domain.rubric import Criterion, rubric_problems
from exams.domain.schema import RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("essay", gettext_noop("Essay"), "pencil", is_auto_graded=False, default_marks=Decimal(10), order=70)


class Content(Schema):
    """The task, and the length asked for in words (or Chinese characters)."""

    stem: RichText
    min_words: Annotated[int, Field(ge=0)] | None = None
    max_words: Annotated[int, Field(ge=1)] | None = None


class Key(Schema):
    """The rubric, whose points share out the marks, and an answer to compare with."""

    rubric: tuple[Criterion, ...] = ()
    model_answer: RichText = ""


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> str | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return responses.posted_value(form, name)


def parse_response(content: Content, raw: object) -> str | None:
    """Return the text as typed."""
    return responses.checked_text(raw)


def grade(content: Content, key: Key, response: str | None, policy: GradingPolicy) -> Mark:
    """Return a pending mark with one part a criterion (or the single part `essay`); a blank earns nothing at
    once."""
    if response is None:
        return blank_mark()
    parts = tuple(PartMark(c.id, None, None, weight=c.points) for c in key.rubric)
    return Mark(None, MarkState.PENDING, parts or (PartMark("essay", None, None, response),))


def completeness(content: Content, response: str | None) -> Completeness:
    """Answered once something is written; whether it is long enough is for the marker."""
    return Completeness.UNANSWERED if response is None else Completeness.ANSWERED


def validate(content: Content, key: Key) -> list[Problem]:
    """Report repeated or empty criteria and a reversed length."""
    problems = list(rubric_problems(key.rubric))
    if content.min_words is not None and content.max_words is not None and content.min_words > content.max_words:
        problems.append(Problem("content.max_words", "The greatest length is below the least."))
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """There is nothing to shuffle."""
    return {}


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the task and its length."""
    return content.model_dump()


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return nothing: a marker writes the feedback."""
    return {}


def summarise(content: Content) -> str:
    """Return the task."""
    return one_line(content.stem)


def summarise_key(content: Content, key: Key) -> str:
    """Return the model answer, or the criteria where there is none."""
    return one_line(key.model_answer) or "; ".join(one_line(c.criterion) for c in key.rubric)


def summarise_response(content: Content, response: str | None) -> str:
    """Return what was written."""
    return response or ""
