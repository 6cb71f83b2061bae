"""Use cases of blueprints: rules one by one, all rules of a paper at once, and the grid of topics by type or
difficulty."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from edu.core.errors import InvalidInput, NotFound
from exams.authoring.paper_rows import check_marks, next_position, remove_row
from exams.domain.registry import question_types
from exams.models import Bank, BlueprintRule, Paper, PaperSection, Question, Topic
from exams.policies_authoring import list_usable_banks

MAXIMUM_RULE_COUNT = 500
"""Questions that one rule may draw."""

Axis = Literal["type", "difficulty"]


@dataclass(frozen=True, kw_only=True)
class RuleInput:
    """A rule as an author wrote it; `rule` is the stored one that it changes."""

    section: PaperSection
    bank: Bank
    count: int
    marks: Decimal
    rule: BlueprintRule | None = None
    topic: Topic | None = None
    types: tuple[str, ...] = ()
    difficulty_min: int = 1
    difficulty_max: int = 5
    tags: tuple[str, ...] = ()
    maximum_exposure: int | None = None

    def checked(self) -> "RuleInput":
        """Return the same; InvalidInput for a foreign topic, a reversed difficulty, a count outside 1..500, or
        what are no marks."""
        if self.topic is not None and self.topic.bank_id != self.bank.pk:
            raise InvalidInput(_("This topic belongs to another bank."), field="topic")
        if not 1 <= self.difficulty_min <= self.difficulty_max <= 5:
            raise InvalidInput(
                _("The difficulty runs from a lower to a higher value between 1 and 5."), field="difficulty_max"
            )
        if not 1 <= self.count <= MAXIMUM_RULE_COUNT:
            raise InvalidInput(_("A rule draws between 1 and 500 questions."), field="count")
        check_marks(self.marks)
        return self

    def as_row(self, position: int) -> BlueprintRule:
        """Return the rule as a row: the stored one with the new values, or a new one. Nothing is written."""
        row = self.rule or BlueprintRule()
        row.section, row.position, row.bank, row.topic = self.section, position, self.bank, self.topic
        row.types, row.tags = list(self.types), list(self.tags)
        row.difficulty_min, row.difficulty_max = self.difficulty_min, self.difficulty_max
        row.maximum_exposure, row.count, row.marks = self.maximum_exposure, self.count, self.marks
        return row


def _require_usable(actor: Any, banks: Iterable[Bank]) -> None:
    wanted = {bank.pk for bank in banks}
    if list_usable_banks(actor).filter(pk__in=wanted).distinct().count() < len(wanted):
        raise NotFound(_("There is no such bank."))


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
    maximum_exposure: int | None = None,
) -> BlueprintRule:
    """Add or change a blueprint rule; feasibility is another question (`check_feasibility`).

    NotFound for a bank that the actor may not use; InvalidInput for a foreign topic, a reversed difficulty, a count
    outside 1..500 or negative marks.
    """
    _require_usable(actor, [bank])
    wanted = RuleInput(
        section=section,
        bank=bank,
        count=count,
        marks=marks,
        rule=rule,
        topic=topic,
        types=tuple(types),
        difficulty_min=difficulty_min,
        difficulty_max=difficulty_max,
        tags=tuple(tags),
        maximum_exposure=maximum_exposure,
    ).checked()
    row = wanted.as_row(rule.position if rule else next_position(section.rules))
    row.save()
    return row


def save_blueprint(*, paper: Paper, actor: Any, rules: Sequence[RuleInput]) -> None:
    """Write all rules of a paper in this order; stored ones that are not among them are taken out (and may be put
    back).

    Errors as `save_rule`; nothing is changed then.
    """
    _require_usable(actor, (one.bank for one in rules))
    with transaction.atomic():
        kept = {one.rule.pk for one in rules if one.rule is not None}
        for row in BlueprintRule.objects.filter(section__paper=paper).exclude(pk__in=kept).select_related("bank"):
            remove_row(row=row, actor=actor)
        for position, one in enumerate(rules):
            one.checked().as_row(position).save()


# -- the grid -------------------------------------------------------------------------------------
def grid_rules(*, section: PaperSection, bank: Bank, axis: Axis) -> dict[tuple[int | None, str], BlueprintRule]:
    """Return the rules of a section that a cell of the grid can show, by (topic id, type or difficulty)."""
    cells: dict[tuple[int | None, str], BlueprintRule] = {}
    for rule in section.rules.filter(bank=bank, maximum_exposure__isnull=True):
        if rule.tags:
            continue
        is_any = (rule.difficulty_min, rule.difficulty_max) == (1, 5)
        if axis == "type" and len(rule.types) == 1 and is_any:
            cells.setdefault((rule.topic_id, rule.types[0]), rule)
        elif axis == "difficulty" and not rule.types and rule.difficulty_min == rule.difficulty_max:
            cells.setdefault((rule.topic_id, str(rule.difficulty_min)), rule)
    return cells


def grid_supply(*, bank: Bank, axis: Axis) -> dict[tuple[int | None, str], int]:
    """Return how many published questions each cell has: the subtree of a topic (None: the bank) by type or
    difficulty; three queries, two of which are read from an index alone."""
    field = "type" if axis == "type" else "difficulty"
    paths = dict(Topic.objects.filter(bank=bank).values_list("pk", "path"))
    published = Question.everything.filter(status=Question.Status.PUBLISHED, type__in=list(question_types())).order_by()
    supply: dict[tuple[int | None, str], int] = {
        (None, str(value)): count
        for value, count in published.filter(bank=bank).values_list(field).annotate(Count("pk"))
    }
    rows = published.filter(topic_id__in=list(paths)).values_list("topic_id", field).annotate(Count("pk"))
    for topic_id, value, count in rows:
        for above in (int(part) for part in paths[topic_id].split("/") if part):
            supply[above, str(value)] = supply.get((above, str(value)), 0) + count
    return supply


def save_grid(
    *,
    section: PaperSection,
    actor: Any,
    bank: Bank,
    axis: Axis,
    counts: Mapping[tuple[int | None, str], int],
    marks: Mapping[str, Decimal],
) -> None:
    """Write the cells of a grid as rules: 0 takes a rule out, other rules of the section stay as they are.

    `marks` are by column. NotFound and InvalidInput as `save_rule`; nothing is changed then.
    """
    _require_usable(actor, [bank])
    present = grid_rules(section=section, bank=bank, axis=axis)
    topics = {topic.pk: topic for topic in Topic.objects.filter(bank=bank)}
    with transaction.atomic():
        position = next_position(section.rules)
        for place, ((topic_id, column), count) in enumerate(counts.items()):
            rule = present.get((topic_id, column))
            if count == 0:
                if rule is not None:
                    remove_row(row=rule, actor=actor)
                continue
            level = int(column) if axis == "difficulty" else 0
            RuleInput(
                section=section,
                bank=bank,
                count=count,
                marks=marks[column],
                rule=rule,
                topic=topics[topic_id] if topic_id is not None else None,
                types=(column,) if axis == "type" else (),
                difficulty_min=level or 1,
                difficulty_max=level or 5,
            ).checked().as_row(rule.position if rule else position + place).save()
