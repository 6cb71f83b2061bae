"""Papers from blueprints: solved once into disjoint pools when a paper is published, drawn from by seed when
an attempt starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from exams.domain.matching import largest_flow
from exams.domain.seeds import SeededStream


@dataclass(frozen=True, slots=True)
class BankItem:
    """What a blueprint needs to know of a question version. `exposure` counts how often it was used."""

    version_id: int
    topic: tuple[str, ...]
    type: str
    difficulty: int
    tags: frozenset[str] = frozenset()
    exposure: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """So many questions of a topic's subtree, of some types, difficulties, tags and exposure; each worth
    `marks`.

    Empty conditions accept everything; all of `tags` must be present; difficulty bounds are inclusive.
    """

    id: str
    count: int
    marks: Decimal = Decimal(1)
    topic: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    difficulty_from: int = 1
    difficulty_to: int = 5
    tags: frozenset[str] = frozenset()
    maximum_exposure: int | None = None

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError("A rule asks for at least one question.")
        if self.difficulty_from > self.difficulty_to:
            raise ValueError("The range of difficulty is reversed.")

    def accepts(self, item: BankItem, /) -> bool:
        """Tell whether a question fits this rule."""
        return (
            item.topic[: len(self.topic)] == self.topic
            and (not self.types or item.type in self.types)
            and self.difficulty_from <= item.difficulty <= self.difficulty_to
            and self.tags <= item.tags
            and (self.maximum_exposure is None or item.exposure <= self.maximum_exposure)
        )


@dataclass(frozen=True, slots=True)
class FixedQuestion:
    """A question that stands in every paper."""

    version_id: int
    marks: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Section:
    """A section: fixed questions first, then what its rules draw."""

    id: str
    fixed: tuple[FixedQuestion, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The sections of a paper. Ids of sections and rules are unique, and a fixed question stands in one
    place only."""

    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        names = [section.id for section in self.sections]
        rules = [rule.id for section in self.sections for rule in section.rules]
        fixed = [question.version_id for section in self.sections for question in section.fixed]
        if any(len(set(group)) != len(group) for group in (names, rules, fixed)):
            raise ValueError("A section, a rule or a fixed question occurs twice in the blueprint.")


@dataclass(frozen=True, slots=True)
class Pool:
    """The questions one rule draws from; no other rule of the paper has any of them."""

    rule_id: str
    section_id: str
    count: int
    marks: Decimal
    version_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pools:
    """A solved blueprint, to be frozen with the published paper."""

    sections: tuple[Section, ...]
    pools: tuple[Pool, ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """A rule that cannot be met: how many it needs, how many questions fit it at all, how many lack once the
    others have theirs."""

    rule_id: str
    needed: int
    fitting: int
    lacking: int
    competes_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Infeasible:
    """A blueprint that the bank cannot fill."""

    shortages: tuple[Shortage, ...]


@dataclass(frozen=True, slots=True)
class DrawnSlot:
    """One question of a drawn paper; `position` is its place in the rule's pool, None for a fixed
    question."""

    section_id: str
    version_id: int
    marks: Decimal
    rule_id: str | None = None
    position: int | None = None


def _classes(bank: Sequence[BankItem], blueprint: Blueprint, rules: Sequence[Rule]) -> dict[tuple[int, ...], list[int]]:
    """Group free questions by the rules they fit: the flow then runs over classes, however large the bank."""
    fixed = {question.version_id for section in blueprint.sections for question in section.fixed}
    classes: dict[tuple[int, ...], list[int]] = {}
    for item in sorted(bank, key=lambda item: item.version_id):
        fits = tuple(at for at, rule in enumerate(rules) if rule.accepts(item))
        if fits and item.version_id not in fixed:
            classes.setdefault(fits, []).append(item.version_id)
    return dict(sorted(classes.items()))


def solve_blueprint(bank: Sequence[BankItem], blueprint: Blueprint, /) -> Pools | Infeasible:
    """Return disjoint pools that hold enough for every rule, or which rules lack how many.

    A largest flow decides whether all rules can be met without any question serving two; earlier rules go
    first, so a shortage shows at the later ones of those that compete. What is left over goes to the pool
    that is smallest for its count. The order of the bank does not matter. ValueError when a version occurs
    twice in the bank.
    """
    if len({item.version_id for item in bank}) != len(bank):
        raise ValueError("A version occurs twice in the bank.")
    owners = [(section, rule) for section in blueprint.sections for rule in section.rules]
    rules = [rule for _, rule in owners]
    classes = _classes(bank, blueprint, rules)
    members = list(classes.values())
    edges = list(classes)
    flow = largest_flow(supplies=[len(ids) for ids in members], demands=[rule.count for rule in rules], edges=edges)
    met = [sum(given.get(at, 0) for given in flow) for at in range(len(rules))]
    if any(got < rule.count for got, rule in zip(met, rules, strict=True)):
        return Infeasible(
            tuple(_shortage(at, rules, met[at], classes) for at in range(len(rules)) if met[at] < rules[at].count)
        )
    sizes = list(met)
    pools: list[list[int]] = [[] for _ in rules]
    for fits, ids, given in zip(edges, members, flow, strict=True):
        shares = {at: given.get(at, 0) for at in fits}
        for _ in range(len(ids) - sum(shares.values())):
            smallest = min(fits, key=lambda at: (sizes[at] / rules[at].count, at))
            shares[smallest] += 1
            sizes[smallest] += 1
        start = 0
        for at in fits:
            pools[at] += ids[start : start + shares[at]]
            start += shares[at]
    return Pools(
        blueprint.sections,
        tuple(
            Pool(rule.id, section.id, rule.count, rule.marks, tuple(sorted(pool)))
            for (section, rule), pool in zip(owners, pools, strict=True)
        ),
    )


def _shortage(at: int, rules: Sequence[Rule], met: int, classes: Mapping[tuple[int, ...], Sequence[int]]) -> Shortage:
    rivals = {other for fits in classes if at in fits for other in fits} - {at}
    fitting = sum(len(ids) for fits, ids in classes.items() if at in fits)
    names = tuple(rules[other].id for other in sorted(rivals))
    return Shortage(rules[at].id, rules[at].count, fitting, rules[at].count - met, names)


def draw_positions(*, sizes: Mapping[str, tuple[int, int]], seed: str | int) -> dict[str, tuple[int, ...]]:
    """Return the drawn positions by rule, from (pool size, count) by rule; the cost grows with the counts
    alone."""
    return {
        rule_id: SeededStream(seed, "rule", rule_id).sample(size, count) for rule_id, (size, count) in sizes.items()
    }


def draw(pools: Pools, /, *, seed: str | int) -> tuple[DrawnSlot, ...]:
    """Return the paper of a seed: section by section, fixed questions first. The same pools and seed give
    the same paper."""
    drawn = draw_positions(sizes={pool.rule_id: (len(pool.version_ids), pool.count) for pool in pools.pools}, seed=seed)
    slots: list[DrawnSlot] = []
    for section in pools.sections:
        slots += [DrawnSlot(section.id, question.version_id, question.marks) for question in section.fixed]
        for pool in pools.pools:
            if pool.section_id == section.id:
                slots += [
                    DrawnSlot(section.id, pool.version_ids[at], pool.marks, pool.rule_id, at)
                    for at in drawn[pool.rule_id]
                ]
    return tuple(slots)


def shuffle_options(*, seed: str | int, slot: str | int, ids: Sequence[str], group: str = "options") -> tuple[str, ...]:
    """Return the option ids of one slot in the order of the seed, whatever order they came in."""
    return SeededStream(seed, "options", slot, group).shuffled(sorted(ids))


def shuffle_questions(*, seed: str | int, section_id: str, slots: Sequence[DrawnSlot]) -> tuple[DrawnSlot, ...]:
    """Return the slots of one section in the order of the seed."""
    return SeededStream(seed, "questions", section_id).shuffled(slots)
