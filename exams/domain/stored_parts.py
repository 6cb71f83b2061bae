"""The parts of a mark as results keep them: the largest thing in the largest table, and therefore short.

The parts of most results are simple: weight 1, no parts of their own, and correct wherever everything was earned. They
stand in one list, one after the other: the id, what was earned unless it was all, and what was given, "" for nothing.
`earned` is the fraction, true for all of it and false for nothing, null while a person has to decide; a text in its
place is already what was given. So `["b1", "assets", "b2", false, "debts"]` are two blanks, the first of them right.
Where all was earned by giving the id itself, as a choice does, true stands for what was given.

A part that is not simple is a list of its own in between: id, earned, given, weight, parts, correct; what is as usual
is left out at the end. Results from before hold such lists only, or objects with names, and are read as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exams.domain.marks import PartMark

FULL = 1 - 1e-6
"""From this fraction on a part counts as right."""


def stored_parts(parts: Iterable[PartMark], /) -> list[Any]:
    """Return the parts of a mark as they are stored with a result."""
    stored: list[Any] = []
    for part in parts:
        fraction = part.fraction
        earned = bool(fraction) if fraction == 0 or fraction == 1 else fraction
        usual = None if fraction is None else fraction >= FULL
        if part.is_correct is not usual:
            stored.append([part.id, earned, part.given, _weight(part), stored_parts(part.parts), part.is_correct])
        elif part.parts:
            stored.append([part.id, earned, part.given, _weight(part), stored_parts(part.parts)])
        elif part.weight != 1:
            stored.append([part.id, earned, part.given, _weight(part)])
        elif earned is True:
            stored += (part.id, True if part.given == part.id else part.given)
        else:
            stored += (part.id, earned, part.given)
    return stored


def _weight(part: PartMark) -> float | int:
    """Return a weight without the point that JSON would write behind a whole one."""
    return int(part.weight) if part.weight == int(part.weight) else part.weight


def parts_of_stored(stored: Iterable[Any], /) -> tuple[PartMark, ...]:
    """Return the parts of a mark from what is stored with its result."""
    found = []
    rest = iter(stored)
    for part in rest:
        if isinstance(part, str):
            said = next(rest)
            if said is True:
                found.append(_simple(part, 1.0, part))
            else:
                found.append(_simple(part, 1.0, said) if isinstance(said, str) else _simple(part, said, next(rest)))
        else:
            found.append(_from_object(part) if isinstance(part, Mapping) else _from_list(part))
    return tuple(found)


def _simple(id_: str, earned: float | None, given: str) -> PartMark:
    fraction = None if earned is None else float(earned)
    is_correct = None if fraction is None else fraction >= FULL
    return PartMark(id=id_, fraction=fraction, is_correct=is_correct, given=given, weight=1.0, parts=())


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
