"""Finding the rule by which a multiple choice marks any set of chosen options."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.parts import BLANK_PAYS, DIFFERENT, fraction_of, greatest
from exams.interchange.formats.qti.values import Unsupported

MAXIMUM_OPTIONS = 12
MAXIMUM_ACCEPTED = 40

_TOO_MANY = gettext_noop("With more than %(count)s options it cannot be checked how each choice of them is marked.")

Subset = tuple[str, ...]


def subsets(ids: Sequence[str], most: int) -> Iterator[Subset]:
    """Yield all sets of ids of at most so many members, small ones first."""
    for size in range(most + 1):
        yield from combinations(ids, size)


def score_table(
    ids: Sequence[str],
    score: Callable[[Subset], Decimal],
    *,
    most: int,
    is_linear: bool,
    correct: Sequence[str] = (),
) -> dict[Subset, Decimal]:
    """Return the score of every set of at most `most` ids.

    With more than MAXIMUM_OPTIONS, and a marking known to add up or to want one set (`is_linear`), sets of one and two,
    all, and all but one stand for the rest; otherwise Unsupported.
    """
    most = min(most or len(ids), len(ids))
    if sum(1 for _ in zip(subsets(ids, most), range(4097), strict=False)) <= 4096:
        chosen: list[Subset] = list(subsets(ids, most))
    elif is_linear:
        chosen = list(subsets(ids, min(2, most)))
        if most >= len(ids):
            chosen += [tuple(ids), *(tuple(id_ for id_ in ids if id_ != out) for out in ids)]
        right = set(correct)
        for near in [right, *(right ^ {id_} for id_ in ids)]:
            chosen.append(tuple(id_ for id_ in ids if id_ in near))
        chosen = [subset for subset in dict.fromkeys(chosen) if len(subset) <= most]
    else:
        raise Unsupported(_TOO_MANY, {"count": MAXIMUM_OPTIONS})
    return {subset: score(subset) for subset in chosen}


def _sum_fractions(ids: Sequence[str], table: Mapping[Subset, Decimal], best: Subset) -> dict[str, Decimal]:
    """Return what each option adds, read from sets where no bound hides it."""
    order = {id_: at for at, id_ in enumerate(ids)}

    def look(*members: str) -> Decimal | None:
        return table.get(tuple(sorted(set(members), key=order.__getitem__)))

    alone = {id_: table[(id_,)] for id_ in ids if (id_,) in table}
    rich = max(alone, key=alone.__getitem__, default="")
    found = {}
    for id_ in ids:
        worth = alone.get(id_, Decimal(0))
        if worth == 0:
            for base in (best, (rich,)):
                before, after = look(*base), look(*base, id_)
                if id_ not in base and before is not None and after is not None and after != before:
                    worth = after - before
                    break
        found[id_] = worth
    return found


def fit_rules(
    ids: Sequence[str],
    table: Mapping[Subset, Decimal],
    *,
    correct: Sequence[str] = (),
    worths: Mapping[str, Decimal] | None = None,
) -> tuple[Decimal, list[dict[str, Any]]]:
    """Return the maximum and candidates for a key, the plainest first; Unsupported when there can be none."""
    if table[()] != 0:
        raise Unsupported(BLANK_PAYS)
    maximum = greatest(table.values())
    best_sets = [subset for subset, score in table.items() if score == maximum]
    known = tuple(id_ for id_ in ids if id_ in correct)
    best = known if known in best_sets else best_sets[0]
    if not best:
        raise Unsupported(DIFFERENT)
    candidates: list[dict[str, Any]] = []
    is_all = set(table.values()) <= {Decimal(0), maximum}
    if is_all and len(best_sets) == 1:
        candidates.append({"correct": list(best), "rule": "all_or_nothing"})
    lowest = min(table.values())
    floor = {"floor": fraction_of(lowest, maximum)} if lowest < 0 else {}
    for source in (worths, _sum_fractions(ids, table, best)):
        if source is not None:
            fractions = {
                id_: max(-1.0, fraction_of(max(worth, -maximum), maximum)) for id_, worth in source.items() if worth
            }
            right = [id_ for id_ in ids if fractions.get(id_, 0) > 0]
            if right:
                candidates.append({"correct": right, "fractions": fractions, "rule": "sum_of_fractions", **floor})
    candidates.append({"correct": list(best), "rule": "net_correct"})
    candidates.append({"correct": list(best), "rule": "each_option"})
    if is_all and len(best_sets) <= MAXIMUM_ACCEPTED:
        others = [list(subset) for subset in best_sets if subset != best]
        candidates.append({"correct": list(best), "rule": "all_or_nothing", "accepted": others})
    return maximum, candidates
