"""Use cases of whole papers: making, settings, archive, copy. What stands in them is edited in `paper_rows` and
`blueprints`."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from exams.authoring.rich_text import clean_rich_text
from exams.models import BlueprintRule, Paper, PaperItem, PaperSection
from exams.policies_authoring import require_author, require_organization


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
            instructions=clean_rich_text(instructions),
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
    paper.instructions = clean_rich_text(instructions)
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
    sections = list(paper.sections.prefetch_related("items__question", "rules__topic"))
    if not any(section.items.all() or section.rules.all() for section in sections):
        raise Conflict(_("This paper has no questions yet. Add questions or rules first."))
    return sections
