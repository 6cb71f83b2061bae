"""A rubric: what a marker looks for, what each of it is worth, and how good looks at each level."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from pydantic import Field

from exams.domain import schema
from exams.domain.errors import Problem
from exams.domain.schema import PartId, RichText, Schema, ShortLine

MOST_LEVELS = 20
Points = Annotated[float, Field(allow_inf_nan=False)]


class RubricLevel(Schema):
    """What an answer is like that earns so many points of a criterion."""

    points: Annotated[Points, Field(ge=0)]
    text: ShortLine


class Criterion(Schema):
    """One thing a marker looks for and its points beside the others; its levels in words, where there are any."""

    id: PartId
    criterion: RichText
    points: Annotated[Points, Field(gt=0)]
    levels: Annotated[tuple[RubricLevel, ...], Field(max_length=MOST_LEVELS)] = ()


def rubric_problems(rubric: Sequence[Criterion], /) -> Iterator[Problem]:
    """Report repeated and empty criteria, and levels without words, above the criterion's points or given twice."""
    yield from schema.repeated_ids("key.rubric", rubric)
    for one in rubric:
        place = f"key.rubric.{one.id}"
        if not one.criterion.strip():
            yield Problem(place, "This criterion has no text.")
        points = [level.points for level in one.levels]
        if any(not level.text.strip() for level in one.levels):
            yield Problem(place, "A level of this criterion has no words.")
        if any(value > one.points for value in points):
            yield Problem(place, "A level is worth more than its criterion.")
        if len(set(points)) < len(points):
            yield Problem(place, "Two levels of this criterion are worth the same.")


def level_reached(levels: Iterable[RubricLevel], points: float, /) -> RubricLevel | None:
    """Return the highest level that so many points reach; None below the lowest."""
    reached = [level for level in levels if level.points <= points + 1e-6]
    return max(reached, key=lambda level: level.points, default=None)
