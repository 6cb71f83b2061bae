"""Areas on a picture: which point lies in which. Used by hotspot questions and by the QTI reader. Coordinates are
pixels of the picture as it was made, from its upper left corner."""

from collections.abc import Sequence
from typing import Literal

Shape = Literal["rect", "circle", "ellipse", "poly", "default"]

MAXIMUM_COORDINATES = 400

_COUNTS = {"rect": 4, "circle": 3, "ellipse": 4, "default": 0}


def is_area(shape: str, coords: Sequence[float], /) -> bool:
    """Tell whether so many coordinates describe such a shape.

    rect: left, top, right, bottom. circle: x, y, radius. ellipse: x, y and both half axes. poly: x and y of at least
    three corners. default: the whole picture, without coordinates.
    """
    if shape == "poly":
        return 6 <= len(coords) <= MAXIMUM_COORDINATES and len(coords) % 2 == 0
    return _COUNTS.get(shape) == len(coords)


def bounds_of(shape: str, coords: Sequence[float], /) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of an area; of the whole picture, without end. ValueError when the coordinates
    describe none."""
    if not is_area(shape, coords):
        raise ValueError(f"{len(coords)} coordinates make no {shape}.")
    if shape == "default":
        return (float("-inf"), float("-inf"), float("inf"), float("inf"))
    if shape in {"circle", "ellipse"}:
        across, down = abs(coords[2]), abs(coords[-1])
        return (coords[0] - across, coords[1] - down, coords[0] + across, coords[1] + down)
    xs, ys = coords[::2], coords[1::2]
    return (min(xs), min(ys), max(xs), max(ys))


def is_inside(shape: str, coords: Sequence[float], x: float, y: float, /) -> bool:
    """Tell whether a point lies in an area; its edge belongs to it. ValueError when the coordinates describe none."""
    if not is_area(shape, coords):
        raise ValueError(f"{len(coords)} coordinates make no {shape}.")
    if shape == "default":
        return True
    if shape == "rect":
        left, top, right, bottom = coords
        return min(left, right) <= x <= max(left, right) and min(top, bottom) <= y <= max(top, bottom)
    if shape == "circle":
        return (x - coords[0]) ** 2 + (y - coords[1]) ** 2 <= coords[2] ** 2
    if shape == "ellipse":
        across, down = coords[2], coords[3]
        if across <= 0 or down <= 0:
            return False
        return ((x - coords[0]) / across) ** 2 + ((y - coords[1]) / down) ** 2 <= 1
    return _is_in_polygon(list(zip(coords[::2], coords[1::2], strict=True)), x, y)


def _is_in_polygon(corners: list[tuple[float, float]], x: float, y: float) -> bool:
    """Count the edges to the right of the point (even-odd rule)."""
    is_in = False
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        if cross == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            is_in = not is_in
    return is_in
