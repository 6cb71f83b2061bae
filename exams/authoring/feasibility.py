"""Whether a draft paper can be drawn: for every rule how many questions fit, whether all rules can be met together,
and in words what lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from exams.authoring.candidates import COUNT_LIMIT, SAMPLE, Candidates, enemy_pairs, read_candidates, topic_paths
from exams.domain.assembly import Blueprint, FixedQuestion, Infeasible, Pools, Rule, Section, Shortage
from exams.domain.solver import solve_blueprint
from exams.models import BlueprintRule, Paper, PaperItem, Question
from exams.view_models import TYPE_LABELS

LARGER_SAMPLE = 8
"""How many times more is read once, when a sample did not do."""


@dataclass(frozen=True, kw_only=True)
class RuleCheck:
    """Whether a rule can be met: how many it draws, how many questions fit it, how many of these may stand in one
    paper (`at_once`), how many lack once other rules have theirs, and the numbers of the rules it competes with."""

    key: str
    number: int
    needed: int
    fitting: int
    is_sampled: bool = False
    at_once: int
    lacking: int
    competes_with: tuple[int, ...] = ()
    words: str = ""

    @property
    def is_met(self) -> bool:
        """Whether there are enough questions."""
        return self.lacking == 0

    @property
    def is_capped(self) -> bool:
        """Whether more fit than were counted."""
        return self.fitting > COUNT_LIMIT

    @property
    def fitting_label(self) -> str:
        """How many questions fit, in words."""
        if self.is_capped:
            return _("more than %(n)s questions fit") % {"n": f"{COUNT_LIMIT:,}"}
        if self.is_sampled:
            return _("about %(n)s questions fit") % {"n": f"{self.fitting:,}"}
        return ngettext("%(n)s question fits", "%(n)s questions fit", self.fitting) % {"n": self.fitting}


@dataclass(frozen=True, kw_only=True)
class SectionPlan:
    """A section as far as the solver needs it: its id, fixed questions and rules, stored or only being written."""

    id: str
    items: Sequence[PaperItem] = ()
    rules: Sequence[BlueprintRule] = ()


@dataclass(frozen=True, kw_only=True)
class Feasibility:
    """The checks of all rules by their key, fixed questions that are enemies, and the pools where all is well."""

    checks: Mapping[str, RuleCheck]
    clashes: tuple[tuple[Question, Question], ...] = ()
    pools: Pools | None = None
    is_proven: bool = True
    problems: tuple[str, ...] = field(default=())

    @property
    def is_met(self) -> bool:
        """Whether the paper can be drawn."""
        return self.pools is not None


def rule_key(rule: BlueprintRule) -> str:
    """Return the key of a rule: `r` and its id, or `n` and its place while it is only being written."""
    return f"r{rule.pk}" if rule.pk else f"n{rule.position}"


def conditions_of(rule: BlueprintRule) -> list[str]:
    """Return what a rule asks of its questions, in words: types, difficulty, topic, tags, exposure."""
    words = []
    if rule.types:
        words.append(pgettext("types of a rule", " or ").join(str(TYPE_LABELS.get(name, name)) for name in rule.types))
    low, high = rule.difficulty_min, rule.difficulty_max
    if low == high:
        words.append(_("difficulty %(n)s") % {"n": low})
    elif (low, high) != (1, 5):
        words.append(_("difficulty %(low)s to %(high)s") % {"low": low, "high": high})
    if rule.topic_id is not None and rule.topic is not None:
        words.append(rule.topic.name)
    words += [_("tag “%(tag)s”") % {"tag": tag} for tag in rule.tags]
    if rule.maximum_exposure is not None:
        words.append(
            ngettext(
                "answered at most %(n)s time in exams", "answered at most %(n)s times in exams", rule.maximum_exposure
            )
            % {"n": rule.maximum_exposure}
        )
    return words


def _domain_rule(row: BlueprintRule, paths: Mapping[int, tuple[str, ...]]) -> Rule:
    # Two banks may be drawn from in one paper: the bank is the first step of every topic path.
    return Rule(
        id=rule_key(row),
        count=row.count,
        marks=row.marks,
        topic=(f"bank{row.bank_id}", *(paths.get(row.topic_id, ()) if row.topic_id else ())),
        types=frozenset(row.types),
        difficulty_from=row.difficulty_min,
        difficulty_to=row.difficulty_max,
        tags=frozenset(row.tags),
        maximum_exposure=row.maximum_exposure,
    )


def examine(sections: Sequence[SectionPlan], *, seed: str | int = 0) -> Feasibility:
    """Solve the blueprint of these sections and say how each rule fares.

    Items come with their question, rules with bank and topic. Fixed questions that are not published count as
    absent. The statements depend on the number of rules, not on the size of their banks. `seed` decides which
    questions get into the pools of rules that very many fit.
    """
    rules = [rule for section in sections for rule in section.rules]
    fixed = {
        item.question_id: item.question
        for section in sections
        for item in section.items
        if item.question.current_version_id
    }
    paths = topic_paths(rule.bank_id for rule in rules) if rules else {}
    blueprint = Blueprint(
        tuple(
            Section(
                section.id,
                tuple(
                    FixedQuestion(item.question.current_version_id, item.marks)
                    for item in section.items
                    if item.question.current_version_id
                ),
                tuple(_domain_rule(rule, paths) for rule in section.rules),
            )
            for section in sections
        )
    )
    wanted = sum(rule.count for rule in rules) + len(fixed)
    sample = max(SAMPLE, 2 * wanted)
    for size in (sample, sample * LARGER_SAMPLE):
        found = read_candidates(rules=rules, paths=paths, sample=size, seed=seed, fixed=fixed)
        versions = dict(found.version_of)
        versions |= {pk: question.current_version_id for pk, question in fixed.items() if question.current_version_id}
        pairs = enemy_pairs(versions) if versions else []
        solved = solve_blueprint(found.items, blueprint, enemies=[(versions[a], versions[b]) for a, b in pairs])
        if isinstance(solved, Pools) or found.is_all:
            break
    checks = _checks(rules, solved, found)
    clashes: tuple[tuple[Question, Question], ...] = ()
    if isinstance(solved, Infeasible):
        by_version = {question.current_version_id: question for question in fixed.values()}
        clashes = tuple((by_version[a], by_version[b]) for a, b in solved.clashes)
    problems = [check.words for check in checks.values() if check.words]
    problems += [
        _("“%(a)s” and “%(b)s” may not stand in the same paper. Take one of them out.")
        % {"a": a.summary[:60], "b": b.summary[:60]}
        for a, b in clashes
    ]
    is_proven = isinstance(solved, Pools) or (solved.is_proven and found.is_all)
    if not is_proven:
        problems.append(_("No way was found to meet all rules; with fewer questions kept apart there may be one."))
    return Feasibility(
        checks=checks,
        clashes=clashes,
        pools=solved if isinstance(solved, Pools) else None,
        is_proven=is_proven,
        problems=tuple(problems),
    )


def _checks(rules: Sequence[BlueprintRule], solved: Pools | Infeasible, found: Candidates) -> dict[str, RuleCheck]:
    # A form numbers its rows as they stand on the page, which need not be the order of the paper.
    numbers = {rule_key(rule): getattr(rule, "number", number) for number, rule in enumerate(rules, start=1)}
    short = {one.rule_id: one for one in solved.shortages} if isinstance(solved, Infeasible) else {}
    checks = {}
    for rule, fitting, is_sampled in zip(rules, found.counts, found.is_sampled, strict=True):
        key = rule_key(rule)
        one = short.get(key)
        rivals = tuple(numbers[other] for other in one.competes_with) if one else ()
        checks[key] = RuleCheck(
            key=key,
            number=numbers[key],
            needed=rule.count,
            fitting=fitting,
            is_sampled=is_sampled,
            at_once=one.at_once if one else fitting,
            lacking=one.lacking if one else 0,
            competes_with=rivals,
            words=_shortage_words(rule, numbers[key], one, rivals) if one else "",
        )
    return checks


def _shortage_words(rule: BlueprintRule, number: int, short: Shortage, rivals: Sequence[int]) -> str:
    """Return what a rule lacks as a sentence: how many of which questions, and what takes them away."""
    conditions = pgettext("between conditions", ", ").join(conditions_of(rule))
    values: dict[str, Any] = {"number": number, "n": short.lacking, "conditions": conditions}
    if conditions:
        words = ngettext(
            "Rule %(number)s lacks %(n)s question (%(conditions)s).",
            "Rule %(number)s lacks %(n)s questions (%(conditions)s).",
            short.lacking,
        )
    else:
        words = ngettext(
            "Rule %(number)s lacks %(n)s question.", "Rule %(number)s lacks %(n)s questions.", short.lacking
        )
    sentences = [words % values]
    apart = short.fitting - short.at_once
    if apart:
        sentences.append(
            ngettext(
                "%(n)s that fits may not stand beside others of the paper.",
                "%(n)s that fit may not stand beside others of the paper.",
                apart,
            )
            % {"n": apart}
        )
    if rivals:
        names = pgettext("between conditions", ", ").join(str(one) for one in rivals)
        sentences.append(
            ngettext("It competes with rule %(names)s.", "It competes with rules %(names)s.", len(rivals))
            % {"names": names}
        )
    # Chinese sentences follow each other without a space.
    join = pgettext("two sentences", "%(first)s %(second)s")
    return reduce(lambda first, second: join % {"first": first, "second": second}, sentences)


def plan_of(paper: Paper) -> list[SectionPlan]:
    """Return the stored draft of a paper as sections with items and rules in order; five queries."""
    sections = paper.sections.prefetch_related("items__question", "rules__topic", "rules__bank")
    return [
        SectionPlan(id=f"s{section.pk}", items=list(section.items.all()), rules=list(section.rules.all()))
        for section in sections
    ]


def check_feasibility(*, paper: Paper) -> Feasibility:
    """Return how the stored draft of a paper fares."""
    return examine(plan_of(paper), seed=str(paper.public_id))
