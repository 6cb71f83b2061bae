"""The parts of a mark as results keep them: the largest thing in the largest table, and therefore short.

A part is a list: id, earned, given, weight, parts of its own, correct; what is as usual is left out at the end.
`earned` is the fraction, true for all of it and false for nothing, null while a person has to decide. Usual are nothing
given, weight 1, no parts, and correct wherever everything was earned. So `["b1", true, "assets"]` is a blank filled in
rightly.
Results from before are objects with these names, and are read as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exams.domain.marks import PartMark

FULL = 1 - 1e-6
"""From this fraction on a part counts as right."""


def stored_parts(parts: Iterable[PartMark], /) -> list[list[Any]]:
    """Return the parts of a mark as they are stored with a result."""
    return [_stored(part) for part in parts]


def _stored(part: PartMark) -> list[Any]:
    fraction = part.fraction
    earned = bool(fraction) if fraction == 0 or fraction == 1 else fraction
    usual = None if fraction is None else fraction >= FULL
    if part.is_correct is not usual:
        return [part.id, earned, part.given, _weight(part), stored_parts(part.parts), part.is_correct]
    if part.parts:
        return [part.id, earned, part.given, _weight(part), stored_parts(part.parts)]
    if part.weight != 1:
        return [part.id, earned, part.given, _weight(part)]
    return [part.id, earned, part.given] if part.given else [part.id, earned]


def _weight(part: PartMark) -> float | int:
    """Return a weight without the point that JSON would write behind a whole one."""
    return int(part.weight) if part.weight == int(part.weight) else part.weight


def parts_of_stored(stored: Iterable[Any], /) -> tuple[PartMark, ...]:
    """Return the parts of a mark from what is stored with its result."""
    return tuple(_from_object(part) if isinstance(part, Mapping) else _from_list(part) for part in stored)


def _from_list(part: Sequence[Any]) -> PartMark:
    earned, size = part[1], len(part)
    fraction = None if earned is None else float(earned)
    return PartMark(
        id=part[0],
        fraction=fraction,
        is_correct=part[5] if size > 5 else (None if fraction is None else fraction >= FULL),
        given=part[2] if size > 2 else "",
        weight=float(part[3]) if size > 3 else 1.0,
        parts=parts_of_stored(part[4]) if size > 4 else (),
    )


def _from_object(part: Mapping[str, Any]) -> PartMark:
    return PartMark(
        id=str(part["id"]),
        fraction=part.get("fraction"),
        is_correct=part.get("correct"),
        given=str(part.get("given", "")),
        weight=float(part.get("weight", 1)),
        parts=parts_of_stored(part.get("parts", ())),
    )


def named_parts(stored: Iterable[Any], /) -> list[dict[str, Any]]:
    """Return stored parts with names, as pages and figures read them: id, fraction, correct, given, weight and
    parts."""
    return [_named(part) for part in parts_of_stored(stored)]


def _named(part: PartMark) -> dict[str, Any]:
    return {
        "id": part.id,
        "fraction": part.fraction,
        "correct": part.is_correct,
        "given": part.given,
        "weight": part.weight,
        "parts": [_named(inner) for inner in part.parts],
    }
