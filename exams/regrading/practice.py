"""Answers of practice under a change set: what it makes of them, and carrying that out, batch by batch.

Who may write in the bank of a question corrects its key in practice too. What learners judged themselves stays, save
under full marks.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from edu.core.clock import now_utc
from edu.events.publish import publish_all
from edu.events.types import PracticeRegraded
from exams.delivery.decided import Decision
from exams.domain.errors import InvalidResponse
from exams.domain.grading import GradingPolicy, Mark, MarkState, load_question, pending_paths
from exams.models import PracticeAnswer, PracticeChange, PracticeSession, Question, QuestionVersion, RegradeSet
from exams.practice.answers import is_easy, state_letter
from exams.practice.decided import decision_in_practice, mark_in_practice
from exams.regrading.recount import BATCH, MAXIMUM_REMEMBERED, batches
from exams.regrading.writing import update_rows

TOLD_AT_ONCE = 25
"""Learners of one event: making their books anew is one transaction each, and nobody's save may wait for all."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one answer of practice is judged."""

    state: str
    fraction: float | None
    is_easy: bool

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {"state": self.state, "fraction": self.fraction, "is_easy": self.is_easy}

    @property
    def is_right(self) -> bool:
        """Whether it earns everything."""
        return self.fraction is not None and self.fraction >= 1 - 1e-6


@dataclass(frozen=True, slots=True)
class PracticeOutcome:
    """What a change set makes of one answer; a conflict was changed since by something else and is left."""

    answer: PracticeAnswer
    before: Verdict
    after: Verdict
    is_conflict: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether anything is written."""
        return not self.is_conflict and self.before != self.after


def practice_decision_after(change_set: RegradeSet, /) -> dict[str, Any] | None:
    """Return, as it is stored with the question, what holds for the version in practice once the change set is carried
    out: its own decision, or what its undoing leaves."""
    if change_set.undoes is None:
        return {"policy": str(change_set.policy), "key": change_set.key, "change_set": change_set.pk}
    present = (Question.objects.get(pk=change_set.version.question_id).practice_decisions or {}).get(
        str(change_set.version_id)
    )
    if present is not None and present["change_set"] != change_set.undoes_id:
        return dict(present)
    return change_set.undoes.report.get("replaced", {}).get("practice") or None


class PracticeRecount:
    """A change set made ready to be computed for answers of practice: its question is parsed once, equal responses are
    marked once."""

    def __init__(self, change_set: RegradeSet, *, stored: dict[str, Any] | None) -> None:
        """`stored` is what holds for the version in practice, as practice_decision_after returns it."""
        self.change_set = change_set
        self.version = QuestionVersion.objects.get(pk=change_set.version_id)
        self.decision: Decision | None = decision_in_practice({str(self.version.pk): stored}, self.version.pk)
        question = load_question(self.version.type, self.version.content, self.version.key)
        self.draws = bool(question.type.drawn_groups(question.content))
        self._remembered: dict[str, Mark] = {}

    def ids_after(self, cursor: int) -> list[int]:
        """Return the ids of the next answers behind a cursor, BATCH at most: one statement."""
        rows = PracticeAnswer.objects.filter(
            question_id=self.version.question_id, version_id=self.version.pk, pk__gt=cursor
        )
        return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])

    def compute(self, ids: Sequence[int]) -> list[PracticeOutcome]:
        """Return what becomes of these answers; one statement, one more where the question draws, or for an undo."""
        answers = list(PracticeAnswer.objects.filter(pk__in=ids).order_by("pk"))
        orders = self._orders(answers) if self.draws else {}
        earlier = self._earlier(ids)
        return [self._outcome(row, orders.get(row.pk), earlier.get(row.pk)) for row in answers]

    def _orders(self, answers: Sequence[PracticeAnswer]) -> dict[int, Any]:
        sessions = PracticeSession.objects.only("id", "items").in_bulk({row.session_id for row in answers})
        return {row.pk: sessions[row.session_id].items[row.index].get("order") for row in answers}

    def _earlier(self, ids: Sequence[int]) -> dict[int, PracticeChange]:
        if self.change_set.undoes_id is None:
            return {}
        rows = PracticeChange.objects.filter(change_set_id=self.change_set.undoes_id, answer_id__in=ids)
        return {row.answer_id: row for row in rows}

    def _outcome(self, answer: PracticeAnswer, order: Any, earlier: PracticeChange | None) -> PracticeOutcome:
        before = Verdict(answer.state, answer.fraction, answer.is_easy)
        if earlier is not None:
            is_conflict = before != Verdict(**earlier.after)
            return PracticeOutcome(answer, before, Verdict(**earlier.before), is_conflict)
        try:
            mark = self._mark(answer, order)
        except InvalidResponse:
            return PracticeOutcome(answer, before, before)
        gives_all = self.decision is not None and self.decision.policy == "full_marks"
        if not gives_all and (mark.state == MarkState.PENDING or pending_paths(mark) or answer.state == "pending"):
            return PracticeOutcome(answer, before, before)  # she judged it herself, or has still to
        response = json.loads(answer.response) if answer.response else None
        after = Verdict(mark.state.value, mark.fraction, is_easy(mark, response, answer.seconds))
        return PracticeOutcome(answer, before, after)

    def _mark(self, answer: PracticeAnswer, order: Any) -> Mark:
        mark = None if self.draws else self._remembered.get(answer.response)
        if mark is None:
            response = json.loads(answer.response) if answer.response else None
            mark = mark_in_practice(self.version, response, decision=self.decision, order=order, policy=GradingPolicy())
            if len(self._remembered) >= MAXIMUM_REMEMBERED:
                self._remembered.clear()
            self._remembered[answer.response] = mark
        return mark


def preview_practice(change_set: RegradeSet, /) -> dict[str, int]:
    """Return how many answers of practice were given to the version, how many of them a change set would change, for
    the better and for the worse, of how many learners, and how many were changed since by something else. Writes
    nothing; three statements a batch at most."""
    if not change_set.with_practice:
        rows = PracticeAnswer.objects.filter(
            question_id=change_set.version.question_id, version_id=change_set.version_id
        )
        return {"answers": rows.count(), "changed": 0, "better": 0, "worse": 0, "learners": 0, "conflicts": 0}
    recount = PracticeRecount(change_set, stored=practice_decision_after(change_set))
    counts = dict.fromkeys(("answers", "changed", "better", "worse", "conflicts"), 0)
    learners: set[int] = set()
    cursor = 0
    while ids := recount.ids_after(cursor):
        for one in recount.compute(ids):
            counts["answers"] += 1
            counts["conflicts"] += one.is_conflict
            counts["changed"] += one.is_changed
            counts["better"] += one.is_changed and (one.after.fraction or 0) > (one.before.fraction or 0)
            counts["worse"] += one.is_changed and (one.after.fraction or 0) < (one.before.fraction or 0)
            if one.is_changed:
                learners.add(one.answer.user_id)
        cursor = ids[-1]
    return {**counts, "learners": len(learners)}


def write_practice_decision(change_set: RegradeSet, /) -> dict[str, Any] | None:
    """Let a change set hold for later answers of practice too; return what it takes the place of. The caller holds the
    transaction."""
    question = (
        Question.objects.select_for_update().only("id", "practice_decisions").get(pk=change_set.version.question_id)
    )
    name, stored = str(change_set.version_id), practice_decision_after(change_set)
    decisions = dict(question.practice_decisions or {})
    replaced = decisions.pop(name, None)
    if stored is not None:
        decisions[name] = stored
    Question.objects.filter(pk=question.pk).update(practice_decisions=decisions or None)
    return replaced


def carry_out_practice(change_set: RegradeSet, /, *, say: Callable[[int, str], None]) -> bool:
    """Judge all answers of practice that a confirmed change set is about; started again it goes on behind the last
    finished batch. False when another run has taken it over."""
    if not change_set.with_practice:
        return True
    question = Question.objects.only("id", "practice_decisions").get(pk=change_set.version.question_id)
    stored = (question.practice_decisions or {}).get(str(change_set.version_id))
    recount = PracticeRecount(change_set, stored=stored)
    cursor, done = change_set.practice_cursor, 0
    while ids := recount.ids_after(cursor):
        if not _do_batch(change_set, recount, ids, cursor=cursor):
            return False
        cursor = ids[-1]
        done += len(ids)
        say(97, str(done))
    return True


def _do_batch(change_set: RegradeSet, recount: PracticeRecount, ids: Sequence[int], *, cursor: int) -> bool:
    now = now_utc()
    with transaction.atomic():
        moved = RegradeSet.objects.filter(
            pk=change_set.pk, state=RegradeSet.State.APPLYING, practice_cursor=cursor
        ).update(practice_cursor=ids[-1])
        if not moved:
            return False
        wanted = PracticeAnswer.objects.filter(pk__in=ids).values("session_id")
        sessions = {
            row.pk: row
            for row in PracticeSession.objects.select_for_update()
            .filter(pk__in=wanted)
            .only("id", "states", "right_count")
            .order_by("pk")
        }
        changed = [one for one in recount.compute(ids) if one.is_changed]
        for one in changed:
            one.answer.state, one.answer.fraction = one.after.state, one.after.fraction
            one.answer.is_easy = one.after.is_easy
            _note(sessions[one.answer.session_id], one)
        _write(changed, [sessions[pk] for pk in sorted({one.answer.session_id for one in changed})])
        PracticeChange.objects.bulk_create(
            PracticeChange(
                change_set=change_set,
                answer_id=one.answer.pk,
                user_id=one.answer.user_id,
                question_id=one.answer.question_id,
                before=one.before.as_json(),
                after=one.after.as_json(),
                changed_at=now,
            )
            for one in changed
        )
        user_ids = sorted({one.answer.user_id for one in changed})
        publish_all(
            PracticeRegraded(question_id=recount.version.question_id, user_ids=list(part))
            for part in batches(user_ids, TOLD_AT_ONCE)
        )
    return True


def _note(session: PracticeSession, one: PracticeOutcome) -> None:
    """Put the new verdict of an answer into its session, without saving."""
    place = one.answer.index
    session.states = f"{session.states[:place]}{state_letter(one.answer)}{session.states[place + 1 :]}"
    session.right_count = max(0, session.right_count + one.after.is_right - one.before.is_right)


def _write(changed: Sequence[PracticeOutcome], sessions: Sequence[PracticeSession]) -> None:
    update_rows(
        PracticeAnswer,
        keys=("id",),
        fields=("state", "fraction", "is_easy"),
        rows=[{"id": one.answer.pk, **one.after.as_json()} for one in changed],
    )
    update_rows(
        PracticeSession,
        keys=("id",),
        fields=("states", "right_count"),
        rows=[{"id": row.pk, "states": row.states, "right_count": row.right_count} for row in sessions],
    )


def rejudged_learners(change_set: RegradeSet, /) -> list[int]:
    """Return the learners of whose answers of practice a change set has changed the worth: one statement."""
    rows = PracticeChange.objects.filter(change_set=change_set).values_list("user_id", "before", "after")
    return sorted(
        {user_id for user_id, before, after in rows.iterator() if (before["fraction"] or 0) != (after["fraction"] or 0)}
    )


def practice_figures(change_set: RegradeSet, /) -> dict[str, int]:
    """Return how many answers of practice, of how many learners, a change set has changed: one statement."""
    rows = PracticeChange.objects.filter(change_set=change_set).values_list("user_id", flat=True)
    users = list(rows)
    return {"changed": len(users), "learners": len(set(users))}
