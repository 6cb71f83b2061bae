"""Hotspot: a picture on which regions are chosen, or points are set."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from exams.domain import opaque_ids, responses, schema
from exams.domain.errors import InvalidResponse, Problem
from exams.domain.marks import (
    Completeness,
    GradingPolicy,
    Mark,
    MarkState,
    MultipleChoiceRule,
    PartMark,
    blank_mark,
)
from exams.domain.schema import (
    FeedbackById,
    Fraction,
    Option,
    PartId,
    RichText,
    Schema,
    ShortLine,
    TypeInfo,
    gettext_noop,
)
from exams.domain.shapes import MAXIMUM_COORDINATES, Shape, bounds_of, is_area, is_inside
from exams.domain.text import one_line
from exams.domain.types import multiple_choice

TYPE = TypeInfo("hotspot", gettext_noop("Hotspot on a picture"), "target", is_auto_graded=True, order=105)

MAXIMUM_FIELDS = 20
"""Points that a form can take; a question without a limit stops there."""

Pixels = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]
Coordinates = Annotated[tuple[Pixels, ...], Field(max_length=MAXIMUM_COORDINATES)]


class Region(Schema):
    """An area of the picture that can be chosen, and how it is called where the picture cannot be seen."""

    id: PartId
    shape: Shape
    coords: Coordinates = ()
    label: ShortLine = ""


class Content(Schema):
    """The stem, the picture (its address, and its size in pixels) and what is done on it.

    `regions`: marked areas are chosen. `order`: all of them are chosen one after the other, in the right order.
    `points`: points are set anywhere, and what is right is in the key only.
    `maximum_choices` is how many regions or points there may be; None sets no limit.
    """

    stem: RichText
    picture: Annotated[str, Field(min_length=1, max_length=2_000)]
    picture_alt: ShortLine = ""
    width: Annotated[int, Field(ge=1, le=20_000)]
    height: Annotated[int, Field(ge=1, le=20_000)]
    mode: Literal["regions", "points", "order"] = "regions"
    regions: Annotated[tuple[Region, ...], Field(max_length=40)] = ()
    maximum_choices: Annotated[int, Field(ge=1, le=100)] | None = 1


class Area(Schema):
    """An area in which a point earns a fraction."""

    shape: Shape
    coords: Coordinates = ()
    fraction: Fraction = 1.0


class Key(Schema):
    """For regions: the right ones, as in a multiple choice (where none has a rule, all or nothing). For an order: all
    regions in their right order in `correct`, and further orders as right in `accepted`. For points: areas
    in order of precedence, each counted once, what a point outside them earns, and the bounds of the sum."""

    correct: tuple[PartId, ...] = ()
    accepted: tuple[tuple[PartId, ...], ...] = ()
    fractions: dict[PartId, Fraction] = Field(default_factory=dict)
    rule: MultipleChoiceRule = "all_or_nothing"
    feedback: FeedbackById = Field(default_factory=dict)
    areas: Annotated[tuple[Area, ...], Field(max_length=40)] = ()
    default: Fraction = 0.0
    floor: Annotated[float, Field(ge=-1, le=0, allow_inf_nan=False)] = 0.0


Point = tuple[float, float]
Response = tuple[str, ...] | tuple[Point, ...]


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> list[Any] | None:
    """Return the raw response in a posted form: the regions that were ticked, their order as for an ordering, or the
    points whose two numbers (x1, y1, x2 …) are filled in; None where nothing was answered."""
    if content.get("mode", "regions") == "regions":
        return form.getlist(name) or None
    if content["mode"] == "order":
        return responses.posted_order(form, name, [region["id"] for region in content["regions"]])
    points = []
    for number in range(1, shown_points(content.get("maximum_choices")) + 1):
        pair = [form.get(f"{name}.{axis}{number}") or "" for axis in "xy"]
        if any(pair):
            points.append([_number(text) for text in pair])
    return points or None


def shown_points(limit: int | None) -> int:
    """Return for how many points a form has fields."""
    return min(limit or MAXIMUM_FIELDS, MAXIMUM_FIELDS)


def _number(text: str) -> float | str:
    """Return a typed number; the text itself where it is none, for the reading to refuse."""
    try:
        return float(text)
    except ValueError:
        return text


def _point(raw: object) -> Point:
    if (
        not isinstance(raw, list | tuple)
        or len(raw) != 2
        or any(isinstance(at, bool) or not isinstance(at, int | float) or not abs(at) <= 100_000 for at in raw)
    ):
        raise InvalidResponse("A point is two numbers, across and down.")
    return float(raw[0]), float(raw[1])


def parse_response(content: Content, raw: object) -> Response | None:
    """Return the ids of the chosen regions in the order of the content, or the points in the order they were set."""
    limit = content.maximum_choices
    if content.mode == "order":
        return responses.checked_ids(raw, known=schema.ids_of(content.regions))
    if content.mode == "regions":
        known = schema.ids_of(content.regions)
        chosen = responses.checked_ids(raw, known=known)
        if chosen is not None and limit is not None and len(chosen) > limit:
            raise InvalidResponse("The response names more regions than may be chosen.")
        return None if chosen is None else tuple(id_ for id_ in known if id_ in chosen)
    if raw is None or raw == "" or raw == []:
        return None
    if not isinstance(raw, list | tuple):
        raise InvalidResponse("The response must be a list of points.")
    if len(raw) > (limit or 100):
        raise InvalidResponse("The response has more points than may be set.")
    return tuple(_point(entry) for entry in raw)


def _as_choice(content: Content, key: Key) -> tuple[multiple_choice.Content, multiple_choice.Key]:
    options = tuple(Option(id=region.id, text=region.label) for region in content.regions)
    return (
        multiple_choice.Content.model_construct(stem=content.stem, options=options, maximum_choices=None),
        multiple_choice.Key.model_construct(
            correct=key.correct,
            accepted=key.accepted,
            fractions=key.fractions,
            rule=key.rule,
            feedback=key.feedback,
            floor=key.floor,
        ),
    )


def _grade_points(key: Key, points: Sequence[Point], policy: GradingPolicy) -> Mark:
    is_taken: set[int] = set()
    parts = []
    total = 0.0
    for number, (x, y) in enumerate(points, start=1):
        found = [at for at, area in enumerate(key.areas) if is_inside(area.shape, area.coords, x, y)]
        worth = key.default
        if found:
            # The first area decides, even when an earlier point has used it up.
            worth = 0.0 if found[0] in is_taken else key.areas[found[0]].fraction
            is_taken.add(found[0])
        total += worth
        parts.append(PartMark(str(number), min(max(worth, policy.lowest), 1.0), worth > 0, f"{x:g}, {y:g}"))
    fraction = policy.clamp(min(max(total, key.floor), 1.0))
    return Mark(fraction, MarkState.GRADED, tuple(parts))


def _grade_order(key: Key, given: tuple[str, ...]) -> Mark:
    is_right = given == key.correct or given in key.accepted
    parts = []
    for at, wanted in enumerate(given if given in key.accepted else key.correct):
        chosen = given[at] if at < len(given) else ""
        parts.append(PartMark(str(at + 1), float(chosen == wanted), chosen == wanted, chosen))
    return Mark(float(is_right), MarkState.GRADED, tuple(parts))


def grade(content: Content, key: Key, response: Response | None, policy: GradingPolicy) -> Mark:
    """Return what the chosen regions earn by the key's rule, or the sum of what the points earn within the bounds.

    An order is right or wrong as a whole. A point earns the fraction of the first area it lies in, and an area pays
    once; outside, it earns the default.
    """
    if response is None:
        return blank_mark()
    if content.mode == "points":
        return _grade_points(key, cast("Sequence[Point]", response), policy)
    if content.mode == "order":
        return _grade_order(key, cast("tuple[str, ...]", response))
    return multiple_choice.grade(*_as_choice(content, key), cast("tuple[str, ...]", response), policy)


def completeness(content: Content, response: Response | None) -> Completeness:
    """Answered once something is chosen; an order once every region has its place."""
    if response is None:
        return Completeness.UNANSWERED
    is_short = content.mode == "order" and len(response) < len(content.regions)
    return Completeness.PARTLY if is_short else Completeness.ANSWERED


def _shape_problems(field: str, areas: Sequence[Region | Area]) -> list[Problem]:
    return [
        Problem(f"{field}.{at}.coords", "These coordinates do not make this shape.")
        for at, area in enumerate(areas)
        if not is_area(area.shape, area.coords)
    ]


def validate(content: Content, key: Key) -> list[Problem]:
    """Report shapes without sense, unknown ids, and keys that nobody can meet."""
    problems = _shape_problems("content.regions", content.regions) + _shape_problems("key.areas", key.areas)
    if content.mode == "points":
        if not any(area.fraction > 0 for area in key.areas):
            problems.append(Problem("key.areas", "No area earns marks."))
        return problems
    ids = schema.ids_of(content.regions)
    problems += schema.repeated_ids("content.regions", content.regions)
    for field, given in (("correct", key.correct), ("fractions", key.fractions), ("feedback", key.feedback)):
        problems += schema.unknown_ids(f"key.{field}", given, ids)
    problems += schema.unknown_ids("key.accepted", (id_ for other in key.accepted for id_ in other), ids)
    if len(ids) < 2:
        problems.append(Problem("content.regions", "There are at least two regions to choose from."))
    if content.mode == "order":
        orders = [key.correct, *key.accepted]
        if any(sorted(order) != sorted(ids) for order in orders):
            problems.append(Problem("key.correct", "The right order names every region once."))
    elif not key.correct:
        problems.append(Problem("key.correct", "No region is right."))
    if key.fractions and sum(f for f in key.fractions.values() if f > 0) < 1 - 1e-4:
        problems.append(Problem("key.fractions", "The positive fractions do not add up to 1."))
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """Regions stay where they are."""
    return {}


def conceal(content: dict[str, Any], key: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rename regions to be put in order whose ids could tell their places."""
    if content.get("mode") != "order":
        return content, key
    names = opaque_ids.opaque_names((region["id"], _seen(region)) for region in content["regions"])
    if not names:
        return content, key
    content = content | {"regions": opaque_ids.renamed_parts(content["regions"], names)}
    return content, opaque_ids.renamed_worths(key, names)


def rename_choices(
    content: Mapping[str, Any], key: Mapping[str, Any], name: opaque_ids.NameChoices
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Rename the regions among which is chosen of a stored content and key."""
    if content.get("mode", "regions") != "regions":
        return content, key
    names = name("regions", [(region["id"], _seen(region)) for region in content.get("regions", ())])
    if not names:
        return content, key
    regions = opaque_ids.renamed_parts(content["regions"], names)
    return {**content, "regions": regions}, opaque_ids.renamed_worths(key, names)


def _seen(region: Mapping[str, Any]) -> str:
    """Return what a learner sees of a region: its label and its shape."""
    coords = ",".join(f"{at:g}" for at in region.get("coords", ()))
    return f"{region.get('label', '')}\n{region['shape']} {coords}"


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the picture and its regions, never in the authored order, which often begins with the right one."""
    shown = content.model_dump(mode="json")
    if content.mode == "order":
        shown["regions"].sort(key=lambda region: (region["label"], region["id"]))
    elif content.mode == "regions":
        shown["regions"] = [region.model_dump(mode="json") for region in _as_read(content.regions)]
    return shown


def _as_read(regions: Sequence[Region]) -> list[Region]:
    """Return regions as they are read in the picture, from above and from the left; one that holds another comes before
    it, so that the inner one lies on top."""

    def place(region: Region) -> tuple[float, float, float, float, str]:
        left, top, right, bottom = bounds_of(region.shape, region.coords)
        return top, left, -bottom, -right, region.id

    return sorted(regions, key=place)


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return feedback by region."""
    return dict(key.feedback)


def _names(content: Content, ids: Sequence[str]) -> str:
    labels = {
        region.id: one_line(region.label) or str(number)
        for number, region in enumerate(_as_read(content.regions), start=1)
    }
    return "; ".join(labels[id_] for id_ in ids)


def summarise(content: Content) -> str:
    """Return the stem, what the picture shows and how its regions are called."""
    lines = [one_line(content.stem), f"[{one_line(content.picture_alt) or content.picture}]"]
    return "\n".join([*lines, *(f"{letter}. {one_line(r.label)}" for letter, r in schema.lettered(content.regions))])


def summarise_key(content: Content, key: Key) -> str:
    """Return the right regions, or the areas that earn full marks."""
    if content.mode != "points":
        return _names(content, key.correct)
    return "; ".join(
        f"{area.shape} ({', '.join(f'{at:g}' for at in area.coords)})" for area in key.areas if area.fraction > 0
    )


def summarise_response(content: Content, response: Response | None) -> str:
    """Return the chosen regions, or the points."""
    if response is None:
        return ""
    if content.mode != "points":
        return _names(content, cast("tuple[str, ...]", response))
    return "; ".join(f"({x:g}, {y:g})" for x, y in cast("tuple[Point, ...]", response))
