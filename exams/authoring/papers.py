"""Use cases of papers as their authors edit them: sections, fixed questions, blueprint rules, order, copying."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from exams.models import Bank, BlueprintRule, Paper, PaperItem, PaperSection, Question, Topic
from exams.policies_authoring import list_usable_banks, require_author, require_organization

MAXIMUM_RULE_COUNT = 500
"""Questions that one rule may draw."""


def create_paper(
    *,
    actor: Any,
    title: str,
    instructions: str = "",
    language: str = "zh-hans",
    organization_id: int | None = None,
    is_practice: bool = False,
    requires_grant: bool = False,
) -> Paper:
    """Create an empty paper with one section; NotAllowed, NotFound and InvalidInput as for a bank."""
    require_author(actor)
    require_organization(actor, organization_id)
    if not title.strip():
        raise InvalidInput(_("Give the paper a title."), field="title")
    with transaction.atomic():
        paper = Paper.objects.create(
            title=title.strip()[:200],
            instructions=instructions,
            language=language,
            owner=actor,
            organization_id=organization_id,
            is_practice=is_practice,
            requires_grant=requires_grant,
        )
        record(
            actor=actor,
            action="paper.create",
            object_kind="paper",
            object_id=paper.public_id,
            object_label=paper.title,
            organization_id=organization_id,
        )
    return paper


def update_paper(
    *, paper: Paper, title: str, instructions: str, language: str, is_practice: bool, requires_grant: bool
) -> Paper:
    """Change what a paper says of itself; InvalidInput for an empty title."""
    if not title.strip():
        raise InvalidInput(_("Give the paper a title."), field="title")
    paper.title = title.strip()[:200]
    paper.instructions = instructions
    paper.language = language
    paper.is_practice = is_practice
    paper.requires_grant = requires_grant
    paper.save()
    return paper


def archive_paper(*, paper: Paper, actor: Any, is_archived: bool = True) -> None:
    """Put a paper away (or take it back); exams that use it are not touched."""
    with transaction.atomic():
        paper.archived_at = now_utc() if is_archived else None
        paper.save(update_fields=["archived_at"])
        record(
            actor=actor,
            action="paper.archive" if is_archived else "paper.restore",
            object_kind="paper",
            object_id=paper.public_id,
            object_label=paper.title,
        )


def _next_position(rows: Any) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def add_section(*, paper: Paper, title: str, instructions: str = "") -> PaperSection:
    """Add a section at the end; InvalidInput for an empty title."""
    if not title.strip():
        raise InvalidInput(_("Give the section a title."), field="title")
    return PaperSection.objects.create(
        paper=paper, title=title.strip()[:200], instructions=instructions, position=_next_position(paper.sections)
    )


def update_section(*, section: PaperSection, title: str, instructions: str) -> None:
    """Change a section's title and instructions; InvalidInput for an empty title."""
    if not title.strip():
        raise InvalidInput(_("Give the section a title."), field="title")
    section.title, section.instructions = title.strip()[:200], instructions
    section.save(update_fields=["title", "instructions"])


def add_items(*, section: PaperSection, questions: Sequence[Question], marks: Decimal | None = None) -> int:
    """Add fixed questions at the end of a section and return how many were new to the paper.

    `marks` None takes each question's own. Only published questions can be added: InvalidInput otherwise.
    """
    if not all(question.is_drawable for question in questions):
        raise InvalidInput(_("Only published questions can stand in a paper."))
    with transaction.atomic():
        present = set(
            PaperItem.objects.filter(section__paper_id=section.paper_id).values_list("question_id", flat=True)
        )
        position = _next_position(section.items)
        fresh = [question for question in dict.fromkeys(questions) if question.pk not in present]
        PaperItem.objects.bulk_create(
            PaperItem(
                section=section,
                position=position + place,
                question=question,
                marks=question.marks if marks is None else marks,
            )
            for place, question in enumerate(fresh)
        )
    return len(fresh)


def save_rule(
    *,
    section: PaperSection,
    actor: Any,
    bank: Bank,
    count: int,
    marks: Decimal,
    rule: BlueprintRule | None = None,
    topic: Topic | None = None,
    types: Sequence[str] = (),
    difficulty_min: int = 1,
    difficulty_max: int = 5,
    tags: Sequence[str] = (),
) -> BlueprintRule:
    """Add or change a blueprint rule; feasibility is another question (`check_feasibility`).

    NotFound for a bank that the actor may not use; InvalidInput for a foreign topic, a reversed difficulty, a
    count outside
    1..500 or negative marks.
    """
    if not list_usable_banks(actor).filter(pk=bank.pk).exists():
        raise NotFound(_("There is no such bank."))
    if topic is not None and topic.bank_id != bank.pk:
        raise InvalidInput(_("This topic belongs to another bank."), field="topic")
    if not 1 <= difficulty_min <= difficulty_max <= 5:
        raise InvalidInput(
            _("The difficulty runs from a lower to a higher value between 1 and 5."), field="difficulty_max"
        )
    if not 1 <= count <= MAXIMUM_RULE_COUNT:
        raise InvalidInput(_("A rule draws between 1 and 500 questions."), field="count")
    if marks < 0:
        raise InvalidInput(_("Marks cannot be negative."), field="marks")
    row = rule or BlueprintRule(section=section, position=_next_position(section.rules))
    row.bank, row.topic = bank, topic
    row.types, row.tags = list(types), list(tags)
    row.difficulty_min, row.difficulty_max = difficulty_min, difficulty_max
    row.count, row.marks = count, marks
    row.save()
    return row


def set_marks(*, section: PaperSection, marks: Decimal) -> None:
    """Give every fixed question and every rule of a section the same marks; InvalidInput for negative ones."""
    if marks < 0:
        raise InvalidInput(_("Marks cannot be negative."), field="marks")
    with transaction.atomic():
        section.items.update(marks=marks)
        section.rules.update(marks=marks)


def set_item_marks(*, item: PaperItem, marks: Decimal) -> None:
    """Set the marks of one fixed question; InvalidInput for negative ones."""
    if marks < 0:
        raise InvalidInput(_("Marks cannot be negative."), field="marks")
    item.marks = marks
    item.save(update_fields=["marks"])


def move_row(*, row: PaperSection | PaperItem | BlueprintRule, step: int) -> None:
    """Move a section, item or rule up (-1) or down (1) among its sisters; at the edge nothing happens."""
    owner = {"paper_id": row.paper_id} if isinstance(row, PaperSection) else {"section_id": row.section_id}
    with transaction.atomic():
        rows = list(type(row).objects.filter(**owner).order_by("position", "id"))
        place = next(index for index, other in enumerate(rows) if other.pk == row.pk)
        target = place + step
        if not 0 <= target < len(rows):
            return
        rows[place], rows[target] = rows[target], rows[place]
        for position, other in enumerate(rows):
            other.position = position
        type(row).objects.bulk_update(rows, ["position"])


def remove_row(*, row: PaperSection | PaperItem | BlueprintRule) -> None:
    """Take a section, item or rule out of the draft; published versions keep what they have."""
    row.delete()


def copy_paper(*, paper: Paper, actor: Any, title: str) -> Paper:
    """Return a new unpublished paper of the actor with the same sections, questions and rules; InvalidInput
    without a title."""
    require_author(actor)
    if not title.strip():
        raise InvalidInput(_("Give the paper a title."), field="title")
    with transaction.atomic():
        copy = Paper.objects.create(
            title=title.strip()[:200],
            instructions=paper.instructions,
            language=paper.language,
            owner=actor,
            organization_id=paper.organization_id,
            is_practice=paper.is_practice,
            requires_grant=paper.requires_grant,
        )
        for section in paper.sections.prefetch_related("items", "rules"):
            items, rules = list(section.items.all()), list(section.rules.all())
            twin = PaperSection.objects.create(
                paper=copy, position=section.position, title=section.title, instructions=section.instructions
            )
            for row in [*items, *rules]:
                row.pk, row.section = None, twin
            PaperItem.objects.bulk_create(items)
            BlueprintRule.objects.bulk_create(rules)
        record(
            actor=actor,
            action="paper.copy",
            object_kind="paper",
            object_id=copy.public_id,
            object_label=copy.title,
            changes={"from": str(paper.public_id)},
        )
    return copy


def require_sections(paper: Paper) -> list[PaperSection]:
    """Return the sections with items and rules loaded; Conflict when the paper is empty."""
    sections = list(paper.sections.prefetch_related("items__question", "rules"))
    if not any(section.items.all() or section.rules.all() for section in sections):
        raise Conflict(_("This paper has no questions yet. Add questions or rules first."))
    return sections
