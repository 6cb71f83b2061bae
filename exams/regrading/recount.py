"""Computing what a change set makes of a batch of attempts, from their frozen responses; reads only.

Statements of a batch do not grow with its size; only one batch is in memory at a time.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from exams.delivery.decided import Decision, decision_from, grade_slot
from exams.delivery.parsed import gradable_versions
from exams.domain.grading import GRADER_VERSION, GradingPolicy, Mark
from exams.domain.marks import MarkState
from exams.domain.regrading import Totals, add_up, crossing, direction
from exams.domain.scoring import item_mark
from exams.domain.stored_parts import stored_parts
from exams.fetch import frozen_slots, mark_from_parts, policy_of
from exams.marking.mark import MANUAL
from exams.models import Attempt, Exam, ItemResult, RegradeChange, RegradeSet

BATCH = 250
"""Attempts of one transaction: short enough that a learner's save does not wait for it."""
MAXIMUM_REMEMBERED = 20_000
"""Marks of equal responses that are kept at once."""
FINISHED = (Attempt.State.GRADED, Attempt.State.NEEDS_MARKING)


@dataclass(frozen=True, slots=True)
class Item:
    """The result of one question of an attempt as it is stored."""

    state: str
    fraction: float | None
    mark: Decimal | None
    maximum: Decimal
    parts: list[Any]
    grader: str
    marker_id: int | None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "state": self.state,
            "fraction": self.fraction,
            "mark": None if self.mark is None else str(self.mark),
            "maximum": str(self.maximum),
            "parts": self.parts,
            "grader": self.grader,
            "marker_id": self.marker_id,
        }

    def as_mark(self) -> Mark:
        """Return the mark behind it, in which parts stored in an older way are the same."""
        return mark_from_parts(fraction=self.fraction, state=self.state, parts=self.parts)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Item":
        """Return what as_json wrote."""
        mark = stored["mark"]
        return cls(
            stored["state"],
            stored["fraction"],
            None if mark is None else Decimal(mark),
            Decimal(stored["maximum"]),
            stored["parts"],
            stored["grader"],
            stored["marker_id"],
        )

    def is_worth(self, other: "Item") -> bool:
        """Whether the other says the same of the answer: state, fraction, mark, maximum, and which person gave it."""
        return (self.state, self.fraction, self.mark, self.maximum, self._giver) == (
            other.state,
            other.fraction,
            other.mark,
            other.maximum,
            other._giver,
        )

    @property
    def _giver(self) -> int | None:
        """Return who marked by hand; who only holds a waiting answer has given nothing yet."""
        return None if self.mark is None else self.marker_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a change set makes of one attempt."""

    attempt_id: int
    exam_id: int
    user_id: int
    slot: int
    before: Item
    after: Item
    old: Totals
    new: Totals
    is_released: bool
    is_by_hand: bool = False
    is_conflict: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether the mark of the question, or what it is out of, changes."""
        return not self.before.is_worth(self.after)

    @property
    def is_written(self) -> bool:
        """Whether anything is written: the mark, or which parts of the answer count as right."""
        before, after = self.before, self.after
        return self.is_changed or (before.parts != after.parts and before.as_mark().parts != after.as_mark().parts)

    def as_change(self, change_set: RegradeSet) -> RegradeChange:
        """Return the unsaved row that says so; what was there before and after is filled in when it is done."""
        return RegradeChange(
            change_set=change_set,
            attempt_id=self.attempt_id,
            exam_id=self.exam_id,
            user_id=self.user_id,
            slot=self.slot,
            state=RegradeChange.State.CONFLICT if self.is_conflict else RegradeChange.State.PLANNED,
            direction=direction(old=self.old, new=self.new),
            crossing=crossing(old=self.old, new=self.new),
            old_mark=self.before.mark,
            new_mark=self.after.mark,
            old_score=self.old.score,
            new_score=self.new.score,
            old_maximum=self.old.maximum,
            new_maximum=self.new.maximum,
            old_passed=self.old.passed,
            new_passed=self.new.passed,
        )


def concerned_attempts(*, version_id: int, question_id: int, exam_ids: Sequence[int], after: int = 0) -> Sequence[int]:
    """Return the ids of the attempts that were marked on a version in some exams, in order: eight bytes each."""
    if not exam_ids:
        return array("q")
    rows = ItemResult.objects.filter(question_id=question_id, version_id=version_id, attempt_id__gt=after)
    chosen = set(exam_ids)
    pairs = rows.values_list("attempt_id", "exam_id").iterator(chunk_size=5_000)
    return array("q", sorted(array("q", (attempt_id for attempt_id, exam_id in pairs if exam_id in chosen))))


def batches(ids: Sequence[int], size: int = BATCH) -> Iterator[Sequence[int]]:
    """Return the ids in parts."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


class Recount:
    """A change set made ready to be computed: question, decisions and the rules of its exams, read once."""

    def __init__(self, change_set: RegradeSet, *, decisions: Mapping[int, Decision | None]) -> None:
        """`decisions` is what holds for the version, by exam, when the change set is carried out."""
        self.change_set = change_set
        self.decisions = decisions
        self.question = gradable_versions([change_set.version_id])[change_set.version_id].question
        exams = Exam.objects.filter(pk__in=list(decisions)).only("id", "grading_policy", "pass_percent")
        self.policies = {exam.pk: policy_of(exam.grading_policy) for exam in exams}
        self.pass_percents = {exam.pk: Decimal(exam.pass_percent) for exam in exams}
        question = self.question
        self.draws = question is not None and bool(question.type.drawn_groups(question.content))
        self._remembered: dict[tuple[int, str], tuple[Mark, Decimal, list[Any]]] = {}

    def compute(self, ids: Sequence[int]) -> list[Outcome]:
        """Return what becomes of these attempts, those that were voided or withdrawn from marking left out."""
        attempt_ids = list(ids)
        items = {
            row[0]: row
            for row in ItemResult.objects.filter(
                attempt_id__in=attempt_ids, version_id=self.change_set.version_id
            ).values_list("attempt_id", "slot", "state", "fraction", "mark", "maximum", "parts", "grader", "marker_id")
        }
        others = {
            row[0]: row[1:]
            for row in ItemResult.objects.filter(attempt_id__in=attempt_ids)
            .exclude(version_id=self.change_set.version_id)
            .values_list("attempt_id")
            .annotate(
                marks=Sum("mark"), possible=Sum("maximum"), pending=Count("pk", filter=Q(state=str(MarkState.PENDING)))
            )
            .values_list("attempt_id", "marks", "possible", "pending")
        }
        needs_paper = [pk for pk, row in items.items() if self.draws or row[5] <= 0]
        frozen = self._frozen(needs_paper)
        earlier = self._earlier(attempt_ids)
        outcomes = []
        rows = Attempt.objects.filter(pk__in=attempt_ids, state__in=FINISHED).order_by("pk")
        for pk, exam_id, user_id, responses, score, maximum, percent, passed, released_at in rows.values_list(
            "pk", "exam_id", "user_id", "responses", "score", "maximum", "percent", "passed", "released_at"
        ):
            row = items.get(pk)
            if row is None or exam_id not in self.policies:
                continue
            slot, before = row[1], Item(*row[2:])
            marks, order = frozen.get(pk, (before.maximum, None))
            after, by_hand, conflict = self._after(
                before, exam_id, str(responses.get(str(slot), "")), marks, order, earlier.get(pk)
            )
            rest_marks, rest_maximum, rest_pending = others.get(pk, (None, None, 0))
            new = add_up(
                marks=(rest_marks or Decimal(0)) + (after.mark or Decimal(0)),
                maximum=(rest_maximum or Decimal(0)) + after.maximum,
                pending=rest_pending + (after.mark is None),
                pass_percent=self.pass_percents[exam_id],
            )
            outcomes.append(
                Outcome(
                    attempt_id=pk,
                    exam_id=exam_id,
                    user_id=user_id,
                    slot=slot,
                    before=before,
                    after=after,
                    old=Totals(score, maximum, percent, passed),
                    new=new,
                    is_released=released_at is not None,
                    is_by_hand=by_hand,
                    is_conflict=conflict,
                )
            )
        return outcomes

    def _frozen(self, ids: Sequence[int]) -> dict[int, tuple[Decimal, Mapping[str, list[str]]]]:
        """Return marks and order of the question in attempts where the result alone does not say them."""
        if not ids:
            return {}
        found = {}
        for pk, paper in Attempt.objects.filter(pk__in=ids).values_list("pk", "paper"):
            slot = next(slot for slot in frozen_slots(paper) if slot.version_id == self.change_set.version_id)
            found[pk] = (slot.marks, slot.order)
        return found

    def _earlier(self, ids: Sequence[int]) -> dict[int, RegradeChange]:
        """Return what the change set that is undone did to these attempts."""
        if self.change_set.undoes_id is None:
            return {}
        rows = RegradeChange.objects.filter(
            change_set_id=self.change_set.undoes_id, attempt_id__in=ids, state=RegradeChange.State.APPLIED
        )
        return {row.attempt_id: row for row in rows}

    def _after(
        self,
        before: Item,
        exam_id: int,
        stored: str,
        marks: Decimal,
        order: Mapping[str, list[str]] | None,
        earlier: RegradeChange | None,
    ) -> tuple[Item, bool, bool]:
        """Return the result that follows, whether a mark by hand was left, and whether it was changed since."""
        if earlier is not None:
            if not before.is_worth(Item.from_json(earlier.after or {})):
                return before, False, True
            return Item.from_json(earlier.before or {}), False, False
        decision = self.decisions[exam_id]
        is_by_hand = before.grader == MANUAL
        if is_by_hand and (decision is None or decision.policy not in {"full_marks", "drop"}):
            return before, True, False
        mark, maximum, parts = self._grade(exam_id, stored, marks, order, decision)
        after = Item(
            str(mark.state),
            mark.fraction,
            item_mark(fraction=mark.earned, marks=maximum),
            maximum,
            parts,
            GRADER_VERSION,
            None,
        )
        return after, False, False

    def _grade(
        self,
        exam_id: int,
        stored: str,
        marks: Decimal,
        order: Mapping[str, list[str]] | None,
        decision: Decision | None,
    ) -> tuple[Mark, Decimal, list[Any]]:
        """Return the mark of a response, computed once for all who answered the same of what was asked alike."""
        policy: GradingPolicy = self.policies[exam_id]

        def graded(out_of: Decimal) -> tuple[Mark, Decimal, list[Any]]:
            mark, maximum = grade_slot(
                question=self.question, stored=stored, policy=policy, order=order, marks=out_of, decision=decision
            )
            return mark, maximum, stored_parts(mark.parts)

        if self.draws:
            return graded(marks)
        found = self._remembered.get((exam_id, stored))
        if found is None:
            found = graded(Decimal(1))
            if len(self._remembered) >= MAXIMUM_REMEMBERED:
                self._remembered.clear()
            self._remembered[exam_id, stored] = found
        return found[0], (marks if found[1] else found[1]), found[2]


def decisions_after(change_set: RegradeSet) -> dict[int, Decision | None]:
    """Return what holds for the version in each exam once the change set is carried out: its own decision, or what its
    undoing leaves."""
    if change_set.undoes is None:
        own = Decision(policy=_policy(change_set), key=change_set.key, change_set_id=change_set.pk)
        return dict.fromkeys(change_set.exam_ids, own)
    replaced = change_set.undoes.report.get("replaced", {})
    exams = Exam.objects.filter(pk__in=change_set.exam_ids).only("id", "decisions")
    left: dict[int, Decision | None] = {}
    for exam in exams:
        present = decision_from(exam.decisions.get(str(change_set.version_id)))
        is_its_own = present is None or present.change_set_id == change_set.undoes_id
        left[exam.pk] = decision_from(replaced.get(str(exam.pk))) if is_its_own else present
    return left


def _policy(change_set: RegradeSet) -> Any:
    return str(change_set.policy)
