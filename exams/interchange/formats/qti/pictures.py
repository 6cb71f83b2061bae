"""Points on a picture, and how large a picture is."""

import struct
from decimal import Decimal
from itertools import combinations
from typing import Any

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.choices import picture_content
from exams.interchange.formats.qti.declarations import AreaMapping
from exams.interchange.formats.qti.model import Interaction
from exams.interchange.formats.qti.parts import (
    BLANK_PAYS,
    NOTHING_EARNS,
    Part,
    Score,
    first_fitting,
    fraction_of,
)
from exams.interchange.formats.qti.values import Unsupported, Value, container, single

_NO_AREAS = gettext_noop("The marking of points does not go by areas of the picture alone.")
MOST_POINTS = 100


def picture_size(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels of a PNG, GIF or JPEG; 0, 0 when they cannot be told."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return (int(width), int(height)) if 0 < width <= 20_000 and 0 < height <= 20_000 else (0, 0)
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return int(width), int(height)
    if data.startswith(b"\xff\xd8"):
        at = 2
        while at + 9 < len(data) and data[at] == 0xFF:
            marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
            if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
                height, width = struct.unpack(">HH", data[at + 5 : at + 9])
                return int(width), int(height)
            at += 2 + max(length, 2)
    return 0, 0


def _middle(shape: str, coords: tuple[float, ...]) -> tuple[Decimal, Decimal]:
    if shape in ("circle", "ellipse"):
        return Decimal(repr(coords[0])), Decimal(repr(coords[1]))
    xs, ys = coords[::2] or (1.0,), coords[1::2] or (1.0,)
    return Decimal(repr(sum(xs) / len(xs))), Decimal(repr(sum(ys) / len(ys)))


def _edges(shape: str, coords: tuple[float, ...]) -> list[tuple[Decimal, Decimal]]:
    if shape in ("circle", "ellipse"):
        x, y, across = coords[0], coords[1], coords[2]
        return [(Decimal(repr(x + across + shift)), Decimal(repr(y))) for shift in (0.0, 1.0, -1.0)]
    if not coords:
        return []
    x, y = coords[0], coords[1]
    return [(Decimal(repr(x + shift)), Decimal(repr(y + shift))) for shift in (0.0, 1.0, -1.0)]


def _best_sum(areas: AreaMapping, most: int) -> Decimal:
    paying = sorted((area.worth for area in areas.areas if area.worth > 0), reverse=True)
    total = sum(paying[:most] if most else paying, Decimal(0))
    if areas.default > 0:
        raise Unsupported(_NO_AREAS)
    if total <= 0:
        raise Unsupported(NOTHING_EARNS)
    return total


def point_part(interaction: Interaction, score: Score, areas: AreaMapping | None, *, factor: Decimal | None) -> Part:
    """Return points on a picture as a hotspot. `factor` is how often the worth of the areas counts in the score, None
    where the marking uses points in another way."""
    if areas is None or factor is None or not areas.areas:
        raise Unsupported(_NO_AREAS)
    if score(None) != 0:
        raise Unsupported(BLANK_PAYS)
    most = 1 if interaction.cardinality == "single" else interaction.maximum
    total = _best_sum(areas, most)
    maximum = areas.bounded(total)
    if areas.lower is not None and areas.lower > 0:
        raise Unsupported(BLANK_PAYS)
    content: dict[str, Any] = picture_content(interaction) | {
        "mode": "points",
        "maximum_choices": most if 0 < most <= MOST_POINTS else None,
    }
    key = {
        "areas": [
            {"shape": area.shape, "coords": list(area.coords), "fraction": fraction_of(area.worth, maximum)}
            for area in areas.areas
        ],
        "default": fraction_of(areas.default, maximum),
        "floor": max(-1.0, float((areas.lower if areas.lower is not None else -maximum) / maximum)),
    }
    points = [_middle(area.shape, area.coords) for area in areas.areas]
    points += [edge for area in areas.areas[:8] for edge in _edges(area.shape, area.coords)]
    points += [(Decimal(-9), Decimal(-9)), (Decimal(9_999), Decimal(9_999))]
    sets: list[tuple[tuple[Decimal, Decimal], ...]] = [(point,) for point in points]
    if most != 1:
        sets += list(combinations(points, 2))[:200]
        sets += [(point, point) for point in points]
        sets.append(tuple(points[: most or len(points)]))
    is_single = interaction.cardinality == "single"
    values: list[Value | None] = [
        single("point", chosen[0]) if is_single else container(interaction.cardinality, "point", chosen)
        for chosen in sets
    ]
    cases = [(native_points(value), score(value)) for value in values if value is not None]
    is_negative = any(worth < 0 for _, worth in cases)
    _, content, key = first_fitting([("hotspot", content | {"stem": "?"}, key)], maximum=maximum * factor, cases=cases)
    return Part(
        "hotspot",
        content,
        key,
        maximum * factor,
        native_points,
        [None, *values[:20]],
        stem=interaction.prompt,
        is_negative=is_negative,
    )


def native_points(value: Value | None) -> Any:
    """Return points as our responses have them."""
    return None if value is None else [[float(x), float(y)] for x, y in value.items]
