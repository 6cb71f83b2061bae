"""Questions that may not stand in the same paper: clusters of such enemies, and which of them may stay together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

LARGEST_SEARCHED = 40
"""Questions of a cluster up to which all its independent sets are looked at; a larger one is thinned out greedily."""

MOST_SETS = 64
"""Independent sets of one cluster that are tried, the largest first."""

Enmity = Mapping[int, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions joined by enmity, however far. In a clique each is the enemy of every other one."""

    members: tuple[int, ...]
    is_clique: bool


def enmity_of(pairs: Iterable[tuple[int, int]], /, *, among: Collection[int]) -> Enmity:
    """Return the enemies of every question in `among` that has one there."""
    found: dict[int, set[int]] = {}
    for first, second in pairs:
        if first != second and first in among and second in among:
            found.setdefault(first, set()).add(second)
            found.setdefault(second, set()).add(first)
    return {one: frozenset(others) for one, others in found.items()}


def clusters_of(enmity: Enmity, /) -> tuple[Cluster, ...]:
    """Return the clusters of questions joined by enmity, in the order of their least member."""
    seen: set[int] = set()
    clusters = []
    for start in sorted(enmity):
        if start in seen:
            continue
        members, waiting = {start}, [start]
        while waiting:
            fresh = enmity[waiting.pop()] - members
            members |= fresh
            waiting += fresh
        seen |= members
        is_clique = all(len(enmity[one]) == len(members) - 1 for one in members)
        clusters.append(Cluster(tuple(sorted(members)), is_clique))
    return tuple(clusters)


def peaceful_sets(members: Sequence[int], enmity: Enmity, /) -> tuple[tuple[tuple[int, ...], ...], bool]:
    """Return sets of members without a pair of enemies to which no member can be added, the largest first, and
    whether these are all such sets.

    Bron and Kerbosch (1973) with a pivot on the complement, for at most LARGEST_SEARCHED members and MOST_SETS sets;
    otherwise the greedy set of least enmity alone.
    """
    if len(members) > LARGEST_SEARCHED:
        return (_greedy_set(members, enmity),), False
    found: list[tuple[int, ...]] = []

    def extend(chosen: tuple[int, ...], open_: frozenset[int], closed: frozenset[int]) -> bool:
        if not open_ and not closed:
            found.append(tuple(sorted(chosen)))
            return len(found) <= MOST_SETS
        pivot = min(open_ | closed, key=lambda one: (len(open_ & (enmity[one] | {one})), one))
        for one in sorted(open_ & (enmity[pivot] | {pivot})):
            apart = enmity[one] | {one}
            if not extend((*chosen, one), open_ - apart, closed - apart):
                return False
            open_, closed = open_ - {one}, closed | {one}
        return True

    is_complete = extend((), frozenset(members), frozenset())
    greedy = _greedy_set(members, enmity)
    best = sorted({*found, greedy}, key=lambda row: (-len(row), row))
    return tuple(best[:MOST_SETS]), is_complete


def _greedy_set(members: Sequence[int], enmity: Enmity) -> tuple[int, ...]:
    """Return a large set without enemies: again and again whoever has the fewest enemies left."""
    left, chosen = set(members), []
    while left:
        one = min(left, key=lambda candidate: (len(enmity[candidate] & left), candidate))
        chosen.append(one)
        left -= enmity[one] | {one}
    return tuple(sorted(chosen))
