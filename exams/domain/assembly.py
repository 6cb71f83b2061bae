"""Papers from blueprints: the values of a blueprint and its pools, and the draw by seed when an attempt starts. The
pools are solved in `exams.domain.solver` when the paper is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

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
    """The questions one rule draws from; no other rule of the paper has any of them.

    Those of one group (a part of `version_ids`) are enemies: the group has one place, and at most one of it is drawn.
    No others in the pools of a paper are enemies.
    """

    rule_id: str
    section_id: str
    count: int
    marks: Decimal
    version_ids: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Pools:
    """A solved blueprint, to be frozen with the published paper."""

    sections: tuple[Section, ...]
    pools: tuple[Pool, ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """A rule that cannot be met: how many it needs, how many questions fit it at all, how many lack once the
    others have theirs, and how many of the fitting may stand in one paper (`at_once`)."""

    rule_id: str
    needed: int
    fitting: int
    lacking: int
    competes_with: tuple[str, ...]
    at_once: int = 0


@dataclass(frozen=True, slots=True)
class Infeasible:
    """A blueprint that the bank cannot fill, or whose fixed questions clash (pairs of versions that are enemies).

    `is_proven` is False where the search through tangled enemies was given up before its end.
    """

    shortages: tuple[Shortage, ...]
    clashes: tuple[tuple[int, int], ...] = ()
    is_proven: bool = True


@dataclass(frozen=True, slots=True)
class DrawnSlot:
    """One question of a drawn paper; `rule_id` is None for a fixed question."""

    section_id: str
    version_id: int
    marks: Decimal
    rule_id: str | None = None


def draw_versions(pool: Pool, /, *, seed: str | int) -> tuple[int, ...]:
    """Return the versions drawn from one pool; of a group at most one."""
    if not pool.groups:
        return tuple(
            pool.version_ids[at]
            for at in SeededStream(seed, "rule", pool.rule_id).sample(len(pool.version_ids), pool.count)
        )
    grouped = {version for group in pool.groups for version in group}
    places = [*pool.groups, *((version,) for version in pool.version_ids if version not in grouped)]
    drawn = SeededStream(seed, "rule", pool.rule_id).sample(len(places), pool.count)
    return tuple(places[at][SeededStream(seed, "group", pool.rule_id, at).below(len(places[at]))] for at in drawn)


def draw(pools: Pools, /, *, seed: str | int) -> tuple[DrawnSlot, ...]:
    """Return the paper of a seed: section by section, fixed questions first. The same pools and seed give
    the same paper."""
    slots: list[DrawnSlot] = []
    for section in pools.sections:
        slots += [DrawnSlot(section.id, question.version_id, question.marks) for question in section.fixed]
        for pool in pools.pools:
            if pool.section_id == section.id:
                slots += [
                    DrawnSlot(section.id, version_id, pool.marks, pool.rule_id)
                    for version_id in draw_versions(pool, seed=seed)
                ]
    return tuple(slots)


def shuffle_options(*, seed: str | int, slot: str | int, ids: Sequence[str], group: str = "options") -> tuple[str, ...]:
    """Return the option ids of one slot in the order of the seed, whatever order they came in."""
    return SeededStream(seed, "options", slot, group).shuffled(sorted(ids))


def shuffle_questions(*, seed: str | int, section_id: str, slots: Sequence[DrawnSlot]) -> tuple[DrawnSlot, ...]:
    """Return the slots of one section in the order of the seed."""
    return SeededStream(seed, "questions", section_id).shuffled(slots)
