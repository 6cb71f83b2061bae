"""Publishing a paper: its blueprint is solved once and frozen, or the author is told which rule lacks how many
questions."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from edu.access.services import register_door
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict
from exams.authoring.candidates import enemy_pairs
from exams.authoring.feasibility import Feasibility, RuleCheck, SectionPlan, examine
from exams.authoring.papers import require_sections
from exams.domain.assembly import Pools
from exams.models import BlueprintRule, Paper, PaperSection, PaperVersion, Question, QuestionVersion


class BlueprintInfeasible(Conflict):
    """The banks hold too few questions for the paper, or fixed questions clash; `problems` says it in words and
    `shortages` which rule lacks how many."""

    code = "blueprint_infeasible"

    def __init__(self, found: Feasibility) -> None:
        self.problems = found.problems
        self.shortages: tuple[RuleCheck, ...] = tuple(check for check in found.checks.values() if not check.is_met)
        super().__init__(" ".join(found.problems))


def frozen_rule(rule: BlueprintRule) -> dict[str, Any]:
    """Return what a rule asks of its questions as it is frozen beside its pool."""
    return {
        "bank": rule.bank_id,
        "topic": rule.topic_id,
        "types": list(rule.types),
        "difficulty": [rule.difficulty_min, rule.difficulty_max],
        "tags": list(rule.tags),
        "exposure": rule.maximum_exposure,
    }


def freeze_structure(sections: Sequence[PaperSection], solved: Pools) -> dict[str, Any]:
    """Return the frozen paper: sections with title, instructions, fixed items and pools; marks as decimal text.

    Sections come with items, their questions and rules loaded; empty ones are left out.
    """
    rules = {f"r{rule.pk}": rule for section in sections for rule in section.rules.all()}
    return {
        "sections": [
            {
                "id": f"s{section.pk}",
                "title": section.title,
                "instructions": section.instructions,
                "items": [
                    {"version_id": item.question.current_version_id, "marks": str(item.marks)}
                    for item in section.items.all()
                    if item.question.current_version_id
                ],
                "pools": [
                    {
                        "rule_id": pool.rule_id,
                        "count": pool.count,
                        "marks": str(pool.marks),
                        "asks": frozen_rule(rules[pool.rule_id]),
                        "version_ids": list(pool.version_ids),
                        **({"groups": [list(group) for group in pool.groups]} if pool.groups else {}),
                    }
                    for pool in solved.pools
                    if pool.section_id == f"s{section.pk}"
                ],
            }
            for section in sections
            if section.items.all() or section.rules.all()
        ]
    }


def solve_sections(*, paper: Paper, sections: Sequence[PaperSection], seed: str) -> Pools:
    """Return the pools of a draft; BlueprintInfeasible in words when it cannot be drawn."""
    plan = [
        SectionPlan(id=f"s{section.pk}", items=list(section.items.all()), rules=list(section.rules.all()))
        for section in sections
    ]
    found = examine(plan, seed=f"{paper.public_id}/{seed}")
    if found.pools is None:
        raise BlueprintInfeasible(found)
    return found.pools


def draft_structure(*, paper: Paper) -> dict[str, Any]:
    """Return the draft as it would be frozen now, for a preview; Conflict and BlueprintInfeasible as `publish_paper`,
    but questions that are not published any more are only left out."""
    sections = require_sections(paper)
    return freeze_structure(sections, solve_sections(paper=paper, sections=sections, seed="draft"))


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
        last = PaperVersion.objects.filter(paper=paper).aggregate(last=Max("number"))["last"] or 0
        structure = freeze_structure(sections, solve_sections(paper=paper, sections=sections, seed=str(last + 1)))
        version = _add_version(paper=paper, actor=actor, structure=structure, number=last + 1)
        register_door(product_key=paper.product_key, title=paper.title, url=f"/practice/papers/{paper.public_id}/")
    return version


def _add_version(*, paper: Paper, actor: Any, structure: dict[str, Any], number: int) -> PaperVersion:
    """Write a version and make it the current one. The caller holds the transaction."""
    count, total = measure(structure)
    version = PaperVersion.objects.create(
        paper=paper,
        number=number,
        structure=structure,
        question_count=count,
        total_marks=total,
        published_at=now_utc(),
        published_by=actor,
    )
    paper.current_version = version
    paper.save(update_fields=["current_version", "updated_at"])
    record(
        actor=actor,
        action="paper.publish",
        object_kind="paper",
        object_id=paper.public_id,
        object_label=paper.title,
        changes={"version": number, "questions": count, "marks": str(total)},
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


def newer_versions(structure: Mapping[str, Any]) -> dict[int, int]:
    """Return the versions of a frozen paper that were replaced, each with the newest of its question, where that may
    be drawn; one query."""
    held = version_ids_of(structure)
    rows = QuestionVersion.objects.filter(
        pk__in=held, question__status=Question.Status.PUBLISHED, question__is_withheld=False
    ).values_list("pk", "question__current_version_id")
    return {pk: current for pk, current in rows if current is not None and current != pk}


def version_ids_of(structure: Mapping[str, Any]) -> set[int]:
    """Return all question versions that a frozen paper holds, fixed or in pools."""
    return {
        version_id
        for section in structure["sections"]
        for version_id in (
            *(item["version_id"] for item in section["items"]),
            *(version_id for pool in section["pools"] for version_id in pool["version_ids"]),
        )
    }


def update_question_versions(*, paper: Paper, actor: Any) -> PaperVersion:
    """Publish the current version of a paper anew with the newest versions of its questions, and nothing else of the
    draft; Conflict when there is no newer version, or when questions that were kept apart since stand together.

    Exams that are scheduled keep the version they have.
    """
    with transaction.atomic():
        current = paper.current_version
        newer = newer_versions(current.structure) if current is not None else {}
        if current is None or not newer:
            raise Conflict(_("All questions of this paper are up to date."))
        structure = replaced_versions(current.structure, newer)
        _refuse_enemies(structure)
        last = PaperVersion.objects.filter(paper=paper).aggregate(last=Max("number"))["last"] or 0
        return _add_version(paper=paper, actor=actor, structure=structure, number=last + 1)


def _refuse_enemies(structure: Mapping[str, Any]) -> None:
    """Raise Conflict when the frozen paper could draw enemies that are not kept apart in it."""
    questions = dict(QuestionVersion.objects.filter(pk__in=version_ids_of(structure)).values_list("question_id", "pk"))
    together: list[Collection[int]] = [
        group for section in structure["sections"] for pool in section["pools"] for group in pool.get("groups", ())
    ]
    for first, second in enemy_pairs(questions):
        pair = {questions[first], questions[second]}
        if not any(pair <= set(group) for group in together):
            raise Conflict(_("Questions of this paper were kept apart since. Publish the draft to solve it anew."))


def replaced_versions(structure: Mapping[str, Any], newer: Mapping[int, int]) -> dict[str, Any]:
    """Return a frozen paper with versions replaced by newer ones."""

    def new(version_id: int) -> int:
        return newer.get(version_id, version_id)

    sections = []
    for section in structure["sections"]:
        pools = []
        for pool in section["pools"]:
            fresh = {**pool, "version_ids": [new(one) for one in pool["version_ids"]]}
            if pool.get("groups"):
                fresh["groups"] = [[new(one) for one in group] for group in pool["groups"]]
            pools.append(fresh)
        items = [{**item, "version_id": new(item["version_id"])} for item in section["items"]]
        sections.append({**section, "items": items, "pools": pools})
    return {**structure, "sections": sections}
