"""The building bricks of question content and keys: strict pydantic models shared by the question types."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from edu.core.messages import gettext_noop as gettext_noop
from exams.domain.errors import Problem
from exams.domain.numbers import parse_decimal

Part = TypeVar("Part")

MAXIMUM_RICH_TEXT = 200_000
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and half a surrogate pair: no database keeps them."""


def _is_storable(text: str) -> str:
    if UNSTORABLE.search(text):
        raise ValueError("contains a NUL or half a surrogate pair, which no database keeps")
    return text


def decimal_text(value: object) -> object:
    """Accept a number or its text; a float is taken as it was written."""
    if isinstance(value, bool):
        raise ValueError("is not a number")
    if isinstance(value, int | float | Decimal):
        value = repr(value) if isinstance(value, float) else str(value)
    if isinstance(value, str) and parse_decimal(value) is None:
        raise ValueError(f"is not a decimal number: {value[:40]!r}")
    return value.strip() if isinstance(value, str) else value


RichText = Annotated[str, Field(max_length=MAXIMUM_RICH_TEXT), AfterValidator(_is_storable)]
ShortLine = Annotated[str, Field(max_length=2_000), AfterValidator(_is_storable)]
PartId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]
Fraction = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Weight = Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)]
DecimalText = Annotated[str, BeforeValidator(decimal_text), Field(max_length=60)]
FeedbackById = dict[PartId, RichText]


class Schema(BaseModel):
    """A frozen part of a question that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(Schema):
    """Something to choose, match, order or place: a stable id and its rich text."""

    id: PartId
    text: RichText


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """What the rest of the house needs to know about a question type without knowing the type.

    `label` is English source text to be translated; `icon` names a picture of the icon set; `default_marks`
    is the usual worth; `order` says where authors meet it in a list, the most used first; `fits_passage` whether it
    is offered under a passage; `holds_questions` whether its content and key are made of questions of other types
    (`questions`); `takes_files` whether files are handed in.
    """

    name: str
    label: str
    icon: str
    is_auto_graded: bool
    default_marks: Decimal = Decimal(1)
    order: int = 100
    fits_passage: bool = True
    holds_questions: bool = False
    takes_files: bool = False


def ids_of(options: Iterable[Any], /) -> tuple[str, ...]:
    """Return the ids of options in their order."""
    return tuple([option.id for option in options])


def texts_of(options: Iterable[Option], /) -> dict[str, str]:
    """Return rich text by id."""
    return {option.id: option.text for option in options}


def lettered(parts: Sequence[Part], /) -> list[tuple[str, Part]]:
    """Return parts with the letters of their places: a to z, then numbers from 27."""
    return [(chr(ord("a") + place) if place < 26 else str(place + 1), part) for place, part in enumerate(parts)]


def neutral_order(options: Sequence[Option], /) -> list[Option]:
    """Return options in an order that depends only on their ids and texts, so that the authored order
    betrays no key."""
    return sorted(options, key=lambda option: sha256(f"{option.id}\n{option.text}".encode()).digest())


def arranged(options: Sequence[Option], order: Sequence[str] | None, /) -> list[dict[str, str]]:
    """Return options as the browser gets them, in the frozen order where there is one; unknown ids are
    passed over."""
    by_id = {option.id: option for option in options}
    wanted = [*dict.fromkeys(id_ for id_ in order or () if id_ in by_id)]
    wanted += [id_ for id_ in by_id if id_ not in wanted]
    return [{"id": id_, "text": by_id[id_].text} for id_ in wanted]


def repeated_ids(field: str, options: Iterable[Any], /) -> list[Problem]:
    """Report ids that occur twice."""
    seen: set[str] = set()
    problems = []
    for id_ in ids_of(options):
        if id_ in seen:
            problems.append(Problem(field, f"The id {id_!r} occurs twice."))
        seen.add(id_)
    return problems


def unknown_ids(field: str, given: Iterable[str], known: Iterable[str], /) -> list[Problem]:
    """Report ids in a key that the content does not have."""
    known = set(known)
    return [Problem(field, f"There is no {id_!r} in the question.") for id_ in given if id_ not in known]


def empty_texts(field: str, options: Iterable[Option], /) -> list[Problem]:
    """Report options that say nothing."""
    return [Problem(f"{field}.{option.id}.text", "This has no text.") for option in options if not option.text.strip()]


def worths_with(worths: Mapping[str, float], right: Iterable[str], /) -> dict[str, float]:
    """Return what options are worth, of which the first right one earns everything, once these are right; what others
    earn in part, or cost, stays."""
    right = tuple(right)
    return {id_: worth for id_, worth in worths.items() if worth != 1 and id_ not in right} | dict.fromkeys(right, 1)


def chosen_feedback(feedback: Mapping[str, str], ids: Iterable[str], /) -> tuple[str, ...]:
    """Return the given ids for which there is feedback to show."""
    return tuple(id_ for id_ in ids if feedback.get(id_))
