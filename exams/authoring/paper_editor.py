"""What the pages of a paper show: its sections with numbers and totals, how its rules fare, what changed since it was
published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from exams.authoring.feasibility import Feasibility, RuleCheck, SectionPlan, conditions_of, examine, rule_key
from exams.authoring.publishing import frozen_rule, newer_versions
from exams.models import BlueprintRule, Paper, PaperItem, PaperRemoval, PaperSection
from exams.view_models import TYPE_LABELS


@dataclass(kw_only=True)
class RuleRow:
    """A rule with its number in the paper, its conditions in words and how it fares."""

    rule: BlueprintRule
    number: int
    conditions: list[str]
    check: RuleCheck | None = None


@dataclass(kw_only=True)
class ItemRow:
    """A fixed question: whether it may still be drawn, and whether an enemy stands in the paper too."""

    item: PaperItem
    type_label: str
    is_stale: bool
    has_enemy: bool = False


@dataclass(kw_only=True)
class SectionRow:
    """A section with its rows, count and marks."""

    section: PaperSection
    items: list[ItemRow]
    rules: list[RuleRow]
    count: int = 0
    total: Decimal = Decimal(0)


@dataclass(kw_only=True)
class PaperDraft:
    """The draft of a paper as its editor shows it."""

    paper: Paper
    sections: list[SectionRow]
    count: int
    total: Decimal
    feasibility: Feasibility
    has_changes: bool
    newer: Mapping[int, int] = field(default_factory=dict)
    removals: Sequence[PaperRemoval] = ()

    @property
    def rules(self) -> list[RuleRow]:
        """Return the rules of all sections in order."""
        return [row for section in self.sections for row in section.rules]

    @property
    def problems(self) -> list[str]:
        """Return in words why the paper cannot be published."""
        stale = [row.item for section in self.sections for row in section.items if row.is_stale]
        words = [
            _("“%(question)s” is not published any more. Take it out or publish it.")
            % {"question": item.question.summary[:60]}
            for item in stale
        ]
        return [*words, *self.feasibility.problems]


def read_draft(*, paper: Paper) -> PaperDraft:
    """Return the draft with everything its editor shows.

    The statements depend on the number of rules, not on the number of questions or the size of their banks.
    """
    sections = list(paper.sections.prefetch_related("items__question", "rules__topic", "rules__bank"))
    plans = [
        SectionPlan(id=f"s{section.pk}", items=list(section.items.all()), rules=list(section.rules.all()))
        for section in sections
    ]
    found = examine(plans, seed=str(paper.public_id))
    clashing = {question.pk for pair in found.clashes for question in pair}
    rows = []
    number = 0
    for section, plan in zip(sections, plans, strict=True):
        row = SectionRow(section=section, items=[], rules=[])
        for item in plan.items:
            label = str(TYPE_LABELS.get(item.question.type, item.question.type))
            row.items.append(
                ItemRow(
                    item=item,
                    type_label=label,
                    is_stale=not item.question.is_drawable,
                    has_enemy=item.question_id in clashing,
                )
            )
        for rule in plan.rules:
            number += 1
            conditions = conditions_of(rule)
            row.rules.append(
                RuleRow(rule=rule, number=number, conditions=conditions, check=found.checks.get(rule_key(rule)))
            )
        row.count = len(plan.items) + sum(rule.count for rule in plan.rules)
        row.total = sum((item.marks for item in plan.items), Decimal(0))
        row.total += sum((rule.marks * rule.count for rule in plan.rules), Decimal(0))
        rows.append(row)
    current = paper.current_version
    return PaperDraft(
        paper=paper,
        sections=rows,
        count=sum(row.count for row in rows),
        total=sum((row.total for row in rows), Decimal(0)),
        feasibility=found,
        has_changes=current is None or outline_of(sections) != _frozen_outline(current.structure),
        newer=newer_versions(current.structure) if current is not None else {},
        removals=list(paper.removals.all()[:10]),
    )


def outline_of(sections: Sequence[PaperSection]) -> list[Any]:
    """Return what an author can change in a draft, for comparing it with a published version."""
    return [
        [
            section.title,
            section.instructions,
            [[item.question.current_version_id, str(item.marks)] for item in section.items.all()],
            [frozen_rule(rule) | {"count": rule.count, "marks": str(rule.marks)} for rule in section.rules.all()],
        ]
        for section in sections
        if section.items.all() or section.rules.all()
    ]


def _frozen_outline(structure: Mapping[str, Any]) -> list[Any]:
    return [
        [
            section["title"],
            section["instructions"],
            [[item["version_id"], item["marks"]] for item in section["items"]],
            [(pool.get("asks") or {}) | {"count": pool["count"], "marks": pool["marks"]} for pool in section["pools"]],
        ]
        for section in structure["sections"]
    ]


def paper_tabs(paper: Paper, *, current: str) -> list[dict[str, Any]]:
    """Return the tabs over the pages of a paper."""
    rows = [
        ("editor", _("Sections and questions"), "authoring:paper"),
        ("blueprint", _("Blueprint"), "authoring:paper_blueprint"),
        ("preview", _("Preview and print"), "authoring:paper_preview"),
        ("versions", pgettext("of a paper", "Versions and use"), "authoring:paper_versions"),
    ]
    return [
        {"label": label, "url": reverse(name, args=[paper.public_id]), "current": key == current}
        for key, label, name in rows
    ]
