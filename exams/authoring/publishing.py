"""Publishing a paper: its blueprint is solved once and frozen, or the author is told which rule lacks how many
questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from edu.access.services import register_door
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict
from exams.authoring.papers import require_sections
from exams.domain.assembly import BankItem, Blueprint, FixedQuestion, Infeasible, Pools, Rule, Section, solve_blueprint
from exams.models import BlueprintRule, Paper, PaperSection, PaperVersion, Question, Topic


@dataclass(frozen=True, kw_only=True)
class RuleCheck:
    """Whether a rule can be met: how many it draws, how many questions fit it, how many lack once other rules have
    theirs."""

    rule_id: int
    needed: int
    fitting: int
    lacking: int

    @property
    def is_met(self) -> bool:
        """Whether there are enough questions."""
        return self.lacking == 0


class BlueprintInfeasible(Conflict):
    """The bank holds too few questions for the paper; `shortages` says which rule lacks how many."""

    code = "blueprint_infeasible"

    def __init__(self, shortages: Sequence[RuleCheck]) -> None:
        self.shortages = tuple(shortages)
        first = self.shortages[0]
        super().__init__(
            f"{len(self.shortages)} rule(s) cannot be met: the first needs {first.needed}, "
            f"{first.needed - first.lacking} can be had."
        )


def _topic_paths(rules: Sequence[BlueprintRule]) -> dict[int, tuple[str, ...]]:
    """Return the path of every topic of the banks that the rules draw from, as ids from the top."""
    bank_ids = {rule.bank_id for rule in rules}
    rows = Topic.objects.filter(bank_id__in=bank_ids).values_list("pk", "path")
    return {pk: tuple(part for part in path.split("/") if part) for pk, path in rows}


def _rule(row: BlueprintRule, paths: dict[int, tuple[str, ...]]) -> Rule:
    # Two banks may be drawn from in one paper: the bank is the first step of every topic path.
    topic = (f"bank{row.bank_id}", *(paths[row.topic_id] if row.topic_id else ()))
    return Rule(
        id=f"r{row.pk}",
        count=row.count,
        marks=row.marks,
        topic=topic,
        types=frozenset(row.types),
        difficulty_from=row.difficulty_min,
        difficulty_to=row.difficulty_max,
        tags=frozenset(row.tags),
    )


def _bank_items(rules: Sequence[BlueprintRule], paths: dict[int, tuple[str, ...]]) -> list[BankItem]:
    rows = (
        Question.objects.drawable()
        .filter(bank_id__in={rule.bank_id for rule in rules})
        .values_list("current_version_id", "bank_id", "topic_id", "type", "difficulty", "tags")
    )
    return [
        BankItem(version_id, (f"bank{bank_id}", *paths.get(topic_id, ())), type_, difficulty, frozenset(tags))
        for version_id, bank_id, topic_id, type_, difficulty, tags in rows
    ]


def _solve(sections: Sequence[PaperSection]) -> Pools | Infeasible:
    rules = [rule for section in sections for rule in section.rules.all()]
    paths = _topic_paths(rules)
    blueprint = Blueprint(
        tuple(
            Section(
                f"s{section.pk}",
                tuple(
                    FixedQuestion(item.question.current_version_id, item.marks)
                    for item in section.items.all()
                    if item.question.current_version_id
                ),
                tuple(_rule(rule, paths) for rule in section.rules.all()),
            )
            for section in sections
        )
    )
    return solve_blueprint(_bank_items(rules, paths) if rules else [], blueprint)


def check_feasibility(*, paper: Paper) -> dict[int, RuleCheck]:
    """Return for every rule of the draft, by its id, whether it can be met; five queries whatever the size of the
    paper."""
    sections = list(paper.sections.prefetch_related("items__question", "rules"))
    rules = [rule for section in sections for rule in section.rules.all()]
    if not rules:
        return {}
    solved = _solve(sections)
    short = {shortage.rule_id: shortage for shortage in solved.shortages} if isinstance(solved, Infeasible) else {}
    sizes = {pool.rule_id: len(pool.version_ids) for pool in solved.pools} if isinstance(solved, Pools) else {}
    return {
        rule.pk: RuleCheck(
            rule_id=rule.pk,
            needed=rule.count,
            fitting=short[f"r{rule.pk}"].fitting if f"r{rule.pk}" in short else sizes.get(f"r{rule.pk}", rule.count),
            lacking=short[f"r{rule.pk}"].lacking if f"r{rule.pk}" in short else 0,
        )
        for rule in rules
    }


def _structure(sections: Sequence[PaperSection], solved: Pools) -> dict[str, Any]:
    """Return the frozen paper: sections with title, instructions, fixed items and pools; marks as decimal text."""
    return {
        "sections": [
            {
                "id": f"s{section.pk}",
                "title": section.title,
                "instructions": section.instructions,
                "items": [
                    {"version_id": item.question.current_version_id, "marks": str(item.marks)}
                    for item in section.items.all()
                ],
                "pools": [
                    {
                        "rule_id": pool.rule_id,
                        "count": pool.count,
                        "marks": str(pool.marks),
                        "version_ids": list(pool.version_ids),
                    }
                    for pool in solved.pools
                    if pool.section_id == f"s{section.pk}"
                ],
            }
            for section in sections
            if section.items.all() or section.rules.all()
        ]
    }


def publish_paper(*, paper: Paper, actor: Any) -> PaperVersion:
    """Freeze the paper as its next version and register its door.

    Conflict when it is empty or holds a question that is not published, BlueprintInfeasible when rules lack
    questions; nothing
    is changed then. Exams already scheduled keep the version they have.
    """
    with transaction.atomic():
        sections = require_sections(paper)
        stale = [item.question for section in sections for item in section.items.all() if not item.question.is_drawable]
        if stale:
            raise Conflict(
                _("This question is not published any more; take it out: %(question)s")
                % {"question": stale[0].summary[:80]}
            )
        solved = _solve(sections)
        if isinstance(solved, Infeasible):
            raise BlueprintInfeasible(
                [
                    RuleCheck(rule_id=int(s.rule_id[1:]), needed=s.needed, fitting=s.fitting, lacking=s.lacking)
                    for s in solved.shortages
                ]
            )
        structure = _structure(sections, solved)
        count, total = measure(structure)
        last = PaperVersion.objects.filter(paper=paper).aggregate(last=Max("number"))["last"] or 0
        version = PaperVersion.objects.create(
            paper=paper,
            number=last + 1,
            structure=structure,
            question_count=count,
            total_marks=total,
            published_at=now_utc(),
        )
        paper.current_version = version
        paper.save(update_fields=["current_version", "updated_at"])
        register_door(product_key=paper.product_key, title=paper.title, url=f"/practice/papers/{paper.public_id}/")
        record(
            actor=actor,
            action="paper.publish",
            object_kind="paper",
            object_id=paper.public_id,
            object_label=paper.title,
            changes={"version": version.number, "questions": count, "marks": str(total)},
            organization_id=paper.organization_id,
        )
    return version


def measure(structure: dict[str, Any]) -> tuple[int, Decimal]:
    """Return how many questions an attempt gets, and the marks it can earn."""
    count, total = 0, Decimal(0)
    for section in structure["sections"]:
        count += len(section["items"])
        total += sum((Decimal(item["marks"]) for item in section["items"]), Decimal(0))
        for pool in section["pools"]:
            count += pool["count"]
            total += pool["count"] * Decimal(pool["marks"])
    return count, total
