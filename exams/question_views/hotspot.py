"""Hotspot as it is drawn: a picture with shapes or points over it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from exams.domain.types.hotspot import shown_points
from exams.richtext import asset_address, safe_html
from exams.view_models import EMPTY, QuestionView, Seen


@dataclass(frozen=True, kw_only=True)
class ShapeView:
    """A shape in the picture's own pixels: `numbers` are attributes of an SVG element, `box` the rectangle round it.

    `kind` is rect, circle, ellipse or polygon; `centre` is the middle of the box."""

    kind: str
    numbers: Mapping[str, str]
    box: Mapping[str, str]
    centre: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class RegionView:
    """A region that can be chosen. `is_right` and `feedback` are empty unless the key may be shown.

    `badge` is where its number stands in the picture. Where regions are put in order, `letter` names it there, and
    `place` and `right_place` are numbers from 1, empty for none.
    """

    id: str
    label: str
    number: int
    shape: ShapeView
    is_chosen: bool
    is_right: bool | None = None
    feedback: Any = EMPTY
    letter: str = ""
    place: str = ""
    right_place: str = ""
    badge: tuple[str, str] = ("0", "0")


@dataclass(frozen=True, kw_only=True)
class PointView:
    """A point that was set or can be set, with the fields of its two numbers."""

    number: int
    x: str
    y: str
    is_right: bool | None = None


@dataclass(frozen=True, kw_only=True)
class HotspotView:
    """The picture, and what is chosen or set on it; `areas` are where points are right, where the key may be shown."""

    mode: str
    picture: str
    alt: str
    width: int
    height: int
    radius: str
    letter_size: str
    limit: int
    regions: tuple[RegionView, ...] = ()
    points: tuple[PointView, ...] = ()
    areas: tuple[ShapeView, ...] = ()


MARKS_ACROSS = 34
"""So many marks (points, badges of regions) fit along the half of a picture: they stay legible on a phone."""


def number(value: float) -> str:
    """Return a coordinate as SVG and form fields take it, in every language."""
    return f"{value:.10g}"


def shape_view(kind: str, coords: Sequence[float], *, width: int, height: int) -> ShapeView:
    """Return a shape for the template; the whole picture for what is none."""
    if kind == "circle" and len(coords) == 3:
        x, y, r = coords
        return _shape("circle", {"cx": x, "cy": y, "r": r}, (x - r, y - r, x + r, y + r))
    if kind == "ellipse" and len(coords) == 4:
        x, y, rx, ry = coords
        return _shape("ellipse", {"cx": x, "cy": y, "rx": rx, "ry": ry}, (x - rx, y - ry, x + rx, y + ry))
    if kind == "poly" and len(coords) >= 6 and len(coords) % 2 == 0:
        box = (min(coords[::2]), min(coords[1::2]), max(coords[::2]), max(coords[1::2]))
        corners = " ".join(f"{number(x)},{number(y)}" for x, y in zip(coords[::2], coords[1::2], strict=True))
        return replace(_shape("polygon", {}, box), numbers={"points": corners})
    left, top, right, bottom = coords if kind == "rect" and len(coords) == 4 else (0, 0, width, height)
    left, right, top, bottom = min(left, right), max(left, right), min(top, bottom), max(top, bottom)
    rect = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return _shape("rect", rect, (left, top, right, bottom))


def _shape(kind: str, numbers: Mapping[str, float], box: tuple[float, float, float, float]) -> ShapeView:
    left, top, right, bottom = box
    return ShapeView(
        kind=kind,
        numbers={name: number(value) for name, value in numbers.items()},
        box={"x": number(left), "y": number(top), "width": number(right - left), "height": number(bottom - top)},
        centre=(number((left + right) / 2), number((top + bottom) / 2)),
    )


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what hotspot shows to a view."""
    width, height = int(content.get("width") or 1), int(content.get("height") or 1)
    limit = content.get("maximum_choices", 1)
    mode = content.get("mode", "regions")
    radius = round(max(width, height) / MARKS_ACROSS, 2)
    drawn = HotspotView(
        mode=mode,
        picture=asset_address(str(content.get("picture", ""))),
        alt=str(content.get("picture_alt") or ""),
        width=width,
        height=height,
        radius=number(radius),
        letter_size=number(radius * 1.2),
        limit=limit or 0,
    )
    if mode == "points":
        drawn = replace(
            drawn,
            points=_points(seen, rows=shown_points(limit) if seen.key is None else 0),
            areas=tuple(
                shape_view(area["shape"], area.get("coords", ()), width=width, height=height)
                for area in (seen.key or {}).get("areas", ())
                if area.get("fraction", 1) > 0
            ),
        )
        return replace(view, extra=drawn)
    regions = _regions(content, seen, width=width, height=height, radius=radius)
    if mode == "order":
        regions = _ordered(regions, seen)
        right_text = " → ".join(
            f"{region.letter} {region.label}" for region in sorted(regions, key=lambda one: int(one.right_place or 0))
        )
        return replace(view, extra=replace(drawn, regions=regions), right_text=right_text if seen.key else "")
    right_text = "; ".join(region.label for region in regions if region.is_right)
    return replace(view, extra=replace(drawn, regions=regions), right_text=right_text)


def _regions(
    content: Mapping[str, Any], seen: Seen, *, width: int, height: int, radius: float
) -> tuple[RegionView, ...]:
    chosen = set(seen.response) if isinstance(seen.response, list | tuple) else set()
    right = None if seen.key is None else set(seen.key.get("correct", ()))
    feedback = (seen.key or {}).get("feedback", {})
    return tuple(
        RegionView(
            id=region["id"],
            label=str(region.get("label") or "") or _("Region %(number)s") % {"number": place},
            number=place,
            shape=shape,
            badge=_badge(shape, radius),
            is_chosen=region["id"] in chosen,
            is_right=None if right is None else region["id"] in right,
            feedback=safe_html(feedback.get(region["id"], "")),
        )
        for place, region in enumerate(content.get("regions", ()), start=1)
        for shape in (shape_view(region["shape"], region.get("coords", ()), width=width, height=height),)
    )


def _badge(shape: ShapeView, radius: float) -> tuple[str, str]:
    """Return where the number of a shape stands: in the corner of a rectangle, so that what it frames is still seen,
    and in the middle of any other shape or of a rectangle with little room."""
    room = min(float(shape.box["width"]), float(shape.box["height"]))
    if shape.kind != "rect" or room < 4 * radius:
        return shape.centre
    inset = radius * 1.3
    return number(float(shape.box["x"]) + inset), number(float(shape.box["y"]) + inset)


def _ordered(regions: Sequence[RegionView], seen: Seen) -> tuple[RegionView, ...]:
    """Return regions to be put in order as they stand in the picture, which betrays nothing, with their places."""
    given = seen.response if isinstance(seen.response, list | tuple) else ()
    places = {id_: str(place) for place, id_ in enumerate(given, start=1)}
    key = seen.key or {}
    # Another order that is just as right is shown as right, not as a wrong one.
    is_accepted = list(given) in [list(order) for order in key.get("accepted", ())]
    right = {id_: str(place) for place, id_ in enumerate(given if is_accepted else key.get("correct", ()), start=1)}

    def where(region: RegionView) -> tuple[float, float]:
        return float(region.shape.centre[1]), float(region.shape.centre[0])

    return tuple(
        replace(
            region,
            number=number_,
            letter=chr(ord("A") + number_ - 1) if number_ <= 26 else str(number_),
            place=places.get(region.id, ""),
            right_place=right.get(region.id, ""),
            is_right=None if seen.key is None else places.get(region.id, "") == right.get(region.id, ""),
        )
        for number_, region in enumerate(sorted(regions, key=where), start=1)
    )


def _points(seen: Seen, *, rows: int) -> tuple[PointView, ...]:
    """Return the points that are set, and empty ones up to the number of rows."""
    given = seen.response if isinstance(seen.response, list | tuple) else ()
    set_points = [
        PointView(
            number=place,
            x=number(float(point[0])),
            y=number(float(point[1])),
            is_right=seen.parts.get(str(place), {}).get("correct"),
        )
        for place, point in enumerate(given, start=1)
        if isinstance(point, list | tuple) and len(point) == 2
    ]
    empty = [PointView(number=place, x="", y="") for place in range(len(set_points) + 1, rows + 1)]
    return (*set_points, *empty)
