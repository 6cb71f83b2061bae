"""Use cases of what stands in the draft of a paper: sections and fixed questions, their order and marks, taking out
and putting back. Published versions never change by any of it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, InvalidInput
from exams.authoring.rich_text import clean_rich_text
from exams.domain.spreading import CannotSpread, spread_total
from exams.models import Bank, BlueprintRule, Paper, PaperItem, PaperRemoval, PaperSection, Question, Topic

KEPT_REMOVALS = 20
"""Things taken out of a paper that may be put back: the newest."""

MOST_MARKS = Decimal(10_000)
"""What a question may be worth at most."""

RULE_FIELDS = (
    *("bank_id", "topic_id", "types", "difficulty_min", "difficulty_max", "tags", "maximum_exposure"),
    "count",
)

Row = PaperSection | PaperItem | BlueprintRule


def next_position(rows: Any) -> int:
    """Return the place behind the last of these rows."""
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def check_marks(marks: Decimal) -> Decimal:
    """Return the marks; InvalidInput for negative ones, more than MOST_MARKS or more than two decimals."""
    if not marks.is_finite() or not 0 <= marks <= MOST_MARKS:
        raise InvalidInput(_("The marks lie between 0 and 10,000."), field="marks")
    if marks != marks.quantize(Decimal("0.01")):
        raise InvalidInput(_("Marks have at most two decimals."), field="marks")
    return marks


# -- sections and questions -----------------------------------------------------------------------
def add_section(*, paper: Paper, title: str, instructions: str = "") -> PaperSection:
    """Add a section at the end; InvalidInput for an empty title."""
    if not title.strip():
        raise InvalidInput(_("Give the section a title."), field="title")
    return PaperSection.objects.create(
        paper=paper,
        title=title.strip()[:200],
        instructions=clean_rich_text(instructions),
        position=next_position(paper.sections),
    )


def update_section(*, section: PaperSection, title: str, instructions: str) -> None:
    """Change a section's title and instructions; InvalidInput for an empty title."""
    if not title.strip():
        raise InvalidInput(_("Give the section a title."), field="title")
    section.title, section.instructions = title.strip()[:200], clean_rich_text(instructions)
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
        position = next_position(section.items)
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


# -- marks ----------------------------------------------------------------------------------------
def set_marks(*, section: PaperSection, marks: Decimal) -> None:
    """Give every fixed question and every rule of a section the same marks; InvalidInput for what are no marks."""
    check_marks(marks)
    with transaction.atomic():
        section.items.update(marks=marks)
        section.rules.update(marks=marks)


def set_item_marks(*, item: PaperItem, marks: Decimal) -> None:
    """Set the marks of one fixed question; InvalidInput for what are no marks."""
    item.marks = check_marks(marks)
    item.save(update_fields=["marks"])


def save_marks(*, paper: Paper, items: Mapping[int, Decimal]) -> int:
    """Set the marks of fixed questions of the paper by the id of their row; return how many changed.

    What is no row of the paper is passed over. InvalidInput for what are no marks; nothing is changed then.
    """
    for marks in items.values():
        check_marks(marks)
    with transaction.atomic():
        changed = []
        for item in PaperItem.objects.filter(section__paper=paper, pk__in=items):
            if item.marks != items[item.pk]:
                item.marks = items[item.pk]
                changed.append(item)
        PaperItem.objects.bulk_update(changed, ["marks"])
    return len(changed)


def spread_marks(*, section: PaperSection, total: Decimal) -> None:
    """Spread a total over the questions of a section as evenly as hundredths allow.

    InvalidInput for an empty section, for what are no marks, and with the nearest totals where rules, whose questions
    are all worth the same, cannot reach it.
    """
    check_marks(total)
    items, rules = list(section.items.all()), list(section.rules.all())
    if not items and not rules:
        raise InvalidInput(_("This section has no questions to share the marks."), field="marks")
    try:
        shares = spread_total(total, [*(1 for _item in items), *(rule.count for rule in rules)])
    except CannotSpread as error:
        raise InvalidInput(
            _("With these rules the section can be worth %(below)s or %(above)s marks, not %(total)s.")
            % {"below": error.nearest[0], "above": error.nearest[1], "total": total},
            field="marks",
        ) from error
    with transaction.atomic():
        for row, share in zip([*items, *rules], shares, strict=True):
            row.marks = share
        PaperItem.objects.bulk_update(items, ["marks"])
        BlueprintRule.objects.bulk_update(rules, ["marks"])


# -- order ----------------------------------------------------------------------------------------
def _renumber(rows: Sequence[Any]) -> None:
    for position, row in enumerate(rows):
        row.position = position
    if rows:
        type(rows[0]).objects.bulk_update(rows, ["position"])


def move_row(*, row: Row, step: int) -> None:
    """Move a section, item or rule up (-1) or down (1) among its sisters.

    A question at the edge of its section goes on into the next one; otherwise at the edge nothing happens.
    """
    owner = {"paper_id": row.paper_id} if isinstance(row, PaperSection) else {"section_id": row.section_id}
    with transaction.atomic():
        rows = list(type(row).objects.filter(**owner).order_by("position", "id"))
        place = next(index for index, other in enumerate(rows) if other.pk == row.pk)
        target = place + step
        if 0 <= target < len(rows):
            rows[place], rows[target] = rows[target], rows[place]
            _renumber(rows)
        elif isinstance(row, PaperItem):
            _move_on(row, step)


def _move_on(item: PaperItem, step: int) -> None:
    """Put a question at the near end of the next section; nothing where there is none."""
    sections = list(PaperSection.objects.filter(paper_id=item.section.paper_id).order_by("position", "id"))
    target = next(at for at, section in enumerate(sections) if section.pk == item.section_id) + step
    if not 0 <= target < len(sections):
        return
    rows = list(sections[target].items.order_by("position", "id"))
    item.section = sections[target]
    item.save(update_fields=["section"])
    _renumber([item, *rows] if step > 0 else [*rows, item])


def place_rows(*, paper: Paper, order: Sequence[tuple[int, Sequence[int]]]) -> None:
    """Put the sections (ids) and their fixed questions (ids of rows) in this order.

    Conflict when these are not exactly the sections and questions of the paper: it was changed elsewhere.
    """
    with transaction.atomic():
        sections = {section.pk: section for section in paper.sections.all()}
        items = {item.pk: item for item in PaperItem.objects.filter(section__paper=paper)}
        named = [pk for _section, rows in order for pk in rows]
        if sorted(section for section, _rows in order) != sorted(sections) or sorted(named) != sorted(items):
            raise Conflict(_("This paper was changed elsewhere meanwhile. Load the page again."))
        _renumber([sections[pk] for pk, _rows in order])
        for pk, rows in order:
            for position, key in enumerate(rows):
                items[key].section, items[key].position = sections[pk], position
        PaperItem.objects.bulk_update(items.values(), ["section", "position"])


# -- taking out and putting back ------------------------------------------------------------------
def _item_content(item: PaperItem) -> dict[str, Any]:
    return {
        "section": item.section_id,
        "position": item.position,
        "question": item.question_id,
        "marks": str(item.marks),
    }


def _rule_content(rule: BlueprintRule) -> dict[str, Any]:
    own = {name: getattr(rule, name) for name in RULE_FIELDS}
    return own | {"section": rule.section_id, "position": rule.position, "marks": str(rule.marks)}


def _content_of(row: Row) -> tuple[str, str, dict[str, Any]]:
    """Return kind, label and content of a row that is taken out."""
    if isinstance(row, PaperItem):
        return PaperRemoval.Kind.ITEM, row.question.summary, _item_content(row)
    if isinstance(row, BlueprintRule):
        return PaperRemoval.Kind.RULE, row.bank.name, _rule_content(row)
    content = {
        "position": row.position,
        "title": row.title,
        "instructions": row.instructions,
        "items": [_item_content(item) for item in row.items.all()],
        "rules": [_rule_content(rule) for rule in row.rules.all()],
    }
    return PaperRemoval.Kind.SECTION, row.title, content


def remove_row(*, row: Row, actor: Any = None) -> PaperRemoval:
    """Take a section, item or rule out of the draft; what was taken out can be put back by `restore_removed`."""
    kind, label, content = _content_of(row)
    paper_id = row.paper_id if isinstance(row, PaperSection) else row.section.paper_id
    with transaction.atomic():
        removal = PaperRemoval.objects.create(
            paper_id=paper_id, kind=kind, label=label[:200], content=content, removed_by=actor
        )
        row.delete()
        kept = PaperRemoval.objects.filter(paper_id=paper_id).order_by("-pk").values_list("pk", flat=True)
        PaperRemoval.objects.filter(paper_id=paper_id, pk__lt=list(kept[:KEPT_REMOVALS])[-1]).delete()
    return removal


def restore_removed(*, removal: PaperRemoval) -> None:
    """Put back what was taken out, where it was; into the last section when its own is gone.

    Conflict when the question stands in the paper again, or when a question, bank or topic is gone.
    """
    paper = removal.paper
    with transaction.atomic():
        if removal.kind == PaperRemoval.Kind.SECTION:
            _restore_section(paper, removal.content)
        else:
            place = removal.content["section"]
            section = paper.sections.filter(pk=place).first() or paper.sections.last()
            if section is None:
                section = add_section(paper=paper, title=_("Part one"))
            if removal.kind == PaperRemoval.Kind.ITEM:
                _restore_items(section, [removal.content])
            else:
                _restore_rules(section, [removal.content])
        removal.delete()


def _restore_section(paper: Paper, content: Mapping[str, Any]) -> None:
    sections = list(paper.sections.all())
    section = PaperSection.objects.create(
        paper=paper, title=content["title"], instructions=content["instructions"], position=len(sections)
    )
    sections.insert(min(content["position"], len(sections)), section)
    _renumber(sections)
    _restore_items(section, content["items"])
    _restore_rules(section, content["rules"])


def _restore_items(section: PaperSection, contents: Sequence[Mapping[str, Any]]) -> None:
    ids = [content["question"] for content in contents]
    if PaperItem.objects.filter(section__paper_id=section.paper_id, question_id__in=ids).exists():
        raise Conflict(_("This question stands in the paper already."))
    if Question.objects.filter(pk__in=ids).count() < len(ids):
        raise Conflict(_("This question was deleted meanwhile."))
    rows = list(section.items.all())
    for content in contents:
        item = PaperItem.objects.create(
            section=section,
            question_id=content["question"],
            marks=Decimal(content["marks"]),
            position=content["position"],
        )
        rows.insert(min(content["position"], len(rows)), item)
    _renumber(rows)


def _restore_rules(section: PaperSection, contents: Sequence[Mapping[str, Any]]) -> None:
    banks = {content["bank_id"] for content in contents}
    topics = {content["topic_id"] for content in contents if content["topic_id"]}
    if Bank.objects.filter(pk__in=banks).count() < len(banks) or Topic.objects.filter(
        pk__in=topics, bank_id__in=banks
    ).count() < len(topics):
        raise Conflict(_("The bank or topic of this rule was deleted meanwhile."))
    rows = list(section.rules.all())
    for content in contents:
        fields = {name: content[name] for name in RULE_FIELDS}
        rule = BlueprintRule.objects.create(
            section=section, marks=Decimal(content["marks"]), position=content["position"], **fields
        )
        rows.insert(min(content["position"], len(rows)), rule)
    _renumber(rows)
