"""Solving a blueprint when a paper is published: pools without a common question or a pair of enemies, or what
lacks.

Without enemies, and with enemies in cliques (a pair, a family of variants), a largest flow decides exactly. Only
clusters of enemies that are no cliques need a search on top, which is bounded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from exams.domain.assembly import BankItem, Blueprint, Infeasible, Pool, Pools, Rule, Shortage
from exams.domain.enemies import Enmity, clusters_of, enmity_of, peaceful_sets
from exams.domain.matching import largest_flow

SEARCH_LIMIT = 2_000
"""Flows that the search through clusters of enemies may compute."""

Fits = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """What takes one place in a paper: a question, or enemies of which one at most is drawn; `fits` are rules."""

    members: tuple[int, ...]
    fits: Fits


@dataclass(slots=True)
class _Flow:
    """The units by the rules they fit, and how many of each class the rules get."""

    classes: dict[Fits, list[_Unit]]
    given: list[dict[int, int]]
    met: list[int] = field(default_factory=list)


def solve_blueprint(
    bank: Sequence[BankItem], blueprint: Blueprint, /, *, enemies: Iterable[tuple[int, int]] = ()
) -> Pools | Infeasible:
    """Return pools from which every draw is a good paper, or which rules lack how many.

    Good: every rule has its count, no question stands twice, and none beside its enemy (`enemies` are pairs of
    version ids), fixed or drawn. A largest flow decides whether all rules can be met; earlier rules go first, so a
    shortage shows at the later ones of those that compete. What is left over goes to the pool that is smallest for
    its count. Enemies of one another that fit the same rule share one place in its pool, and one of them is drawn.
    The order of the bank does not matter. ValueError when a version occurs twice in the bank.
    """
    if len({item.version_id for item in bank}) != len(bank):
        raise ValueError("A version occurs twice in the bank.")
    pairs = sorted({(min(pair), max(pair)) for pair in enemies})
    fixed = {question.version_id for section in blueprint.sections for question in section.fixed}
    rules = [rule for section in blueprint.sections for rule in section.rules]
    fits = _fits(bank, rules, fixed)
    clashes = tuple(pair for pair in pairs if fixed.issuperset(pair))
    barred = {b if a in fixed else a for a, b in pairs if (a in fixed) != (b in fixed)}
    free = {version: own for version, own in fits.items() if version not in barred}
    enmity = enmity_of(pairs, among=free)
    flow, is_proven = _best_flow(free, enmity, rules)
    if clashes or any(got < rule.count for got, rule in zip(flow.met, rules, strict=True)):
        return Infeasible(
            tuple(_shortage(at, rules, flow, fits) for at, rule in enumerate(rules) if flow.met[at] < rule.count),
            clashes,
            is_proven,
        )
    return Pools(blueprint.sections, _pools(blueprint, rules, flow, free, enmity))


def _fits(bank: Sequence[BankItem], rules: Sequence[Rule], fixed: set[int]) -> dict[int, Fits]:
    """Return the rules that each question fits which is not fixed, where there is one; in the order of the ids."""
    found = {}
    for item in sorted(bank, key=lambda item: item.version_id):
        own = tuple(at for at, rule in enumerate(rules) if rule.accepts(item))
        if own and item.version_id not in fixed:
            found[item.version_id] = own
    return found


def _best_flow(free: Mapping[int, Fits], enmity: Enmity, rules: Sequence[Rule]) -> tuple[_Flow, bool]:
    """Return a flow that meets all rules where one is found, and whether there is none where not."""
    demands = [rule.count for rule in rules]
    units = [_Unit((version,), own) for version, own in free.items() if version not in enmity]
    tangled: list[tuple[tuple[int, ...], ...]] = []
    is_complete = True
    for cluster in clusters_of(enmity):
        if cluster.is_clique:
            # Whichever rule gets it, the members that fit that rule take one place: one supply, exactly.
            union = {at for version in cluster.members for at in free[version]}
            units.append(_Unit(cluster.members, tuple(sorted(union))))
        else:
            sets, is_all = peaceful_sets(cluster.members, enmity)
            tangled.append(sets)
            is_complete &= is_all
    return _search(units, tangled, free, demands, is_complete=is_complete)


def _search(
    units: list[_Unit],
    tangled: Sequence[Sequence[tuple[int, ...]]],
    free: Mapping[int, Fits],
    demands: Sequence[int],
    *,
    is_complete: bool,
) -> tuple[_Flow, bool]:
    """Choose a set of each tangled cluster, depth first; a branch ends where even all its members would not do."""

    def singles(members: Iterable[int]) -> list[_Unit]:
        return [_Unit((version,), free[version]) for version in members]

    everybody = [singles({version for one in sets for version in one}) for sets in tangled]
    budget = SEARCH_LIMIT
    best: _Flow | None = None

    def dive(at: int, chosen: list[_Unit]) -> bool:
        nonlocal budget, best
        if budget == 0:
            return False
        budget -= 1
        flow = _flow([*chosen, *(unit for rest in everybody[at:] for unit in rest)], demands)
        is_met = sum(flow.met) == sum(demands)
        if at == len(tangled):
            if best is None or sum(flow.met) > sum(best.met):
                best = flow
            return is_met
        if not is_met:
            return False
        return any(dive(at + 1, chosen + singles(one)) for one in tangled[at])

    if not dive(0, units) and tangled and best is None:
        best = _flow([*units, *(unit for sets in tangled for unit in singles(sets[0]))], demands)
    assert best is not None
    return best, is_complete and budget > 0


def _flow(units: Iterable[_Unit], demands: Sequence[int]) -> _Flow:
    """Run the flow over classes of units that fit the same rules: its cost does not grow with the bank."""
    classes: dict[Fits, list[_Unit]] = {}
    for unit in sorted(units, key=lambda unit: unit.members):
        classes.setdefault(unit.fits, []).append(unit)
    classes = dict(sorted(classes.items()))
    given = largest_flow(supplies=[len(row) for row in classes.values()], demands=demands, edges=list(classes))
    return _Flow(classes, given, [sum(row.get(at, 0) for row in given) for at in range(len(demands))])


def _pools(
    blueprint: Blueprint, rules: Sequence[Rule], flow: _Flow, free: Mapping[int, Fits], enmity: Enmity
) -> tuple[Pool, ...]:
    sizes = list(flow.met)
    owned: list[list[list[int]]] = [[] for _ in rules]
    for (fits, units), given in zip(flow.classes.items(), flow.given, strict=True):
        shares = {at: given.get(at, 0) for at in fits}
        for _ in range(len(units) - sum(shares.values())):
            smallest = min(fits, key=lambda at: (sizes[at] / rules[at].count, at))
            shares[smallest] += 1
            sizes[smallest] += 1
        start = 0
        for at in fits:
            for unit in units[start : start + shares[at]]:
                owned[at].append([version for version in unit.members if at in free[version]])
            start += shares[at]
    _admit_left_out(owned, free, enmity)
    owners = [section.id for section in blueprint.sections for _rule in section.rules]
    pools = []
    for rule, section_id, groups in zip(rules, owners, owned, strict=True):
        flat = tuple(sorted(version for group in groups for version in group))
        shared = tuple(sorted(tuple(sorted(group)) for group in groups if len(group) > 1))
        pools.append(Pool(rule.id, section_id, rule.count, rule.marks, flat, shared))
    return tuple(pools)


def _admit_left_out(owned: Sequence[list[list[int]]], free: Mapping[int, Fits], enmity: Enmity) -> None:
    """Let a question that was left out share the place of its enemies, where all of these have one place in a pool
    that it fits and are enemies of it."""
    place = {version: (at, group) for at, groups in enumerate(owned) for group in groups for version in group}
    for version in sorted(enmity):
        if version in place:
            continue
        present = [other for other in enmity[version] if other in place]
        if not present:
            continue
        at, group = place[present[0]]
        if at in free[version] and set(present) == set(group):
            group.append(version)
            place[version] = (at, group)


def _shortage(at: int, rules: Sequence[Rule], flow: _Flow, fits: Mapping[int, Fits]) -> Shortage:
    fitting = sum(1 for own in fits.values() if at in own)
    at_once = sum(len(units) for own, units in flow.classes.items() if at in own)
    names = tuple(rules[other].id for other in _rivals(at, flow))
    return Shortage(rules[at].id, rules[at].count, fitting, rules[at].count - flow.met[at], names, at_once)


def _rivals(short: int, flow: _Flow) -> list[int]:
    """Return the rules that hold, directly or in a chain of exchanges, questions that the short one could use."""
    reached, waiting = {short}, [short]
    while waiting:
        demand = waiting.pop()
        for own, given in zip(flow.classes, flow.given, strict=True):
            if demand in own:
                fresh = {other for other, amount in given.items() if amount} - reached
                reached |= fresh
                waiting += fresh
    return sorted(reached - {short})
