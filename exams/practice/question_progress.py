"""How a learner stands with questions, as the database keeps it: written with each answer of practice, made anew from
all her answers where an exam, a regrade, an assessment or her mastery rule changes what counts.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Q

from edu.schema.kept_queries import Given, KeptQuery, insert_row, update_row
from exams.delivery.reviewing import enters_books
from exams.domain.progress import Answered, HandAct, MasteryKind, MasteryRule, Standing, advance, fold
from exams.domain.recall import Memory
from exams.models import Attempt, ItemResult, PracticeAnswer, PracticePreference, QuestionProgress

REBUILT_AT_ONCE = 500
"""Questions of one round of rebuilding: one transaction, for which nobody's save waits long."""

_SAME_NAMES = (
    "answered_count",
    "right_count",
    "wrong_count",
    "blank_count",
    "right_streak",
    "last_fraction",
    "last_answered_at",
    "version_id",
    "source_kind",
    "source_id",
    "first_wrong_at",
    "last_wrong_at",
    "right_at",
    "mastered_at",
    "hand_act",
    "hand_at",
)
DERIVED = (*_SAME_NAMES, "stability", "difficulty", "due_at")
"""Columns of QuestionProgress that follow from answers."""
_ROW: KeptQuery[QuestionProgress] = KeptQuery(
    lambda: QuestionProgress.objects.filter(
        user_id=Given("user_id", BigIntegerField()), question_id=Given("question_id", BigIntegerField())
    )
)


def rule_of(preference: PracticePreference | None, /) -> MasteryRule:
    """Return the mastery rule of a learner, the common one where she has chosen none."""
    if preference is None:
        return MasteryRule()
    return MasteryRule(
        kind=MasteryKind(preference.mastery_kind),
        streak=preference.mastery_streak,
        days=preference.mastery_days,
        retention=preference.retention,
    )


def find_preference(*, user_id: int) -> PracticePreference:
    """Return how a learner wants to practise; a row that is not stored yet where she has said nothing."""
    return PracticePreference.objects.filter(user_id=user_id).first() or PracticePreference(user_id=user_id)


def standing_of(row: QuestionProgress, /) -> Standing:
    """Return what a row says."""
    memory = None
    if row.stability is not None and row.last_answered_at is not None:
        assert row.difficulty is not None
        assert row.due_at is not None
        memory = Memory(
            stability=row.stability, difficulty=row.difficulty, reviewed_at=row.last_answered_at, due_at=row.due_at
        )
    fields: dict[str, Any] = {name: getattr(row, name) for name in _SAME_NAMES}
    return Standing(**{**fields, "hand_act": HandAct(row.hand_act)}, memory=memory)


def put(row: QuestionProgress, standing: Standing, /) -> QuestionProgress:
    """Write a standing into a row that is not saved yet, and return it."""
    for name in _SAME_NAMES:
        setattr(row, name, getattr(standing, name))
    row.hand_act = standing.hand_act.value
    memory = standing.memory
    row.stability = memory.stability if memory else None
    row.difficulty = memory.difficulty if memory else None
    row.due_at = memory.due_at if memory else None
    return row


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One more answer of a learner, counted before its transaction begins: `row` as it will be (None where something
    newer is known, so that all has to be counted anew), `former` what it said (None: there was none)."""

    user_id: int
    question_id: int
    rule: MasteryRule
    row: QuestionProgress | None
    former: Mapping[str, Any] | None = None


def count_answer(*, user_id: int, question_id: int, answered: Answered, rule: MasteryRule) -> Counted:
    """Count one more answer without writing it, so that nobody has to wait for it; one statement."""
    counted = partial(Counted, user_id=user_id, question_id=question_id, rule=rule)
    row = _ROW.first(user_id=user_id, question_id=question_id)
    if row is None:
        row = QuestionProgress(user_id=user_id, question_id=question_id)
        return counted(row=put(row, advance(Standing(), answered, rule=rule)))
    standing = standing_of(row)
    if not standing.precedes(answered):
        return counted(row=None)
    former = {name: getattr(row, name) for name in DERIVED}
    return counted(row=put(row, advance(standing, answered, rule=rule)), former=former)


def record_answer(counted: Counted, /) -> QuestionProgress:
    """Write how a learner stands after an answer that was just stored; one statement. The caller holds the transaction.

    Where something newer is known, or anything changed the row since the answer was counted, the row is made anew from
    all answers.
    """
    row, former = counted.row, counted.former
    if row is not None and (insert_row(row) if former is None else update_row(row, former=former)):
        return row
    rebuild(user_id=counted.user_id, question_ids=[counted.question_id], rule=counted.rule)
    return QuestionProgress.objects.get(user_id=counted.user_id, question_id=counted.question_id)


def rebuild(*, user_id: int, question_ids: Iterable[int], rule: MasteryRule | None = None) -> None:
    """Make the learner's rows of these questions anew from all that she answered; harmless when done again.

    A row that nothing speaks for any more (no answer, note, favourite, mistake or act by hand) is removed. Seven
    statements for each REBUILT_AT_ONCE questions.
    """
    rule = rule or rule_of(PracticePreference.objects.filter(user_id=user_id).first())
    ids = sorted(set(question_ids))
    for start in range(0, len(ids), REBUILT_AT_ONCE):
        with transaction.atomic():
            _rebuild_some(user_id, ids[start : start + REBUILT_AT_ONCE], rule)


def rebuild_all(*, user_id: int, say: Callable[[int, int], None] | None = None) -> int:
    """Make all rows of a learner anew, and those that are missing; return of how many questions.

    `say` is told after each REBUILT_AT_ONCE how many of how many are done.
    """
    known = set(QuestionProgress.objects.filter(user_id=user_id).values_list("question_id", flat=True))
    known |= set(PracticeAnswer.objects.filter(user_id=user_id).values_list("question_id", flat=True))
    attempts = [attempt.pk for attempt in counting_attempts(user_id)]
    known |= set(ItemResult.objects.filter(attempt_id__in=attempts).values_list("question_id", flat=True))
    ordered = sorted(known)
    for start in range(0, len(ordered), REBUILT_AT_ONCE):
        some = ordered[start : start + REBUILT_AT_ONCE]
        rebuild(user_id=user_id, question_ids=some)
        if say is not None:
            say(start + len(some), len(ordered))
    return len(known)


def _rebuild_some(user_id: int, question_ids: list[int], rule: MasteryRule) -> None:
    rows = {
        row.question_id: row
        for row in QuestionProgress.objects.select_for_update().filter(user_id=user_id, question_id__in=question_ids)
    }
    answers = answers_of(user_id=user_id, question_ids=question_ids)
    kept, gone = [], []
    for question_id in question_ids:
        row = rows.get(question_id)
        given = answers.get(question_id, [])
        hand_act, hand_at = (HandAct(row.hand_act), row.hand_at) if row else (HandAct.NONE, None)
        standing = fold(given, rule=rule, hand_act=hand_act, hand_at=hand_at)
        if row is None and not given:
            continue
        if row is not None and not given and not (row.note or row.mistake or row.favourited_at):
            gone.append(row.pk)
            continue
        kept.append(put(QuestionProgress(user_id=user_id, question_id=question_id), standing))
    if gone:
        QuestionProgress.objects.filter(pk__in=gone).delete()
    QuestionProgress.objects.bulk_create(
        kept, update_conflicts=True, update_fields=DERIVED, unique_fields=["user", "question"]
    )


def answers_of(*, user_id: int, question_ids: Collection[int]) -> dict[int, list[Answered]]:
    """Return by question all marked answers of a learner that count: of practice, and of exams that are released and
    keep no keys to themselves. Four statements at most."""
    found: dict[int, list[Answered]] = {}
    practised = PracticeAnswer.objects.filter(
        user_id=user_id, question_id__in=question_ids, fraction__isnull=False
    ).exclude(state="pending")
    for answer in practised.iterator():
        found.setdefault(answer.question_id, []).append(answered_in_practice(answer))
    attempts = {attempt.pk: attempt for attempt in counting_attempts(user_id)}
    results = ItemResult.objects.filter(
        Q(fraction__isnull=False) | Q(state="blank"),
        attempt_id__in=attempts,
        question_id__in=question_ids,
        maximum__gt=0,  # a dropped one counts for nothing
    ).only("attempt_id", "slot", "question_id", "version_id", "state", "fraction")
    for row in results if attempts else ():
        if row.state == "pending":
            continue
        attempt = attempts[row.attempt_id]
        found.setdefault(row.question_id, []).append(
            Answered(
                at=attempt.submitted_at or attempt.released_at or attempt.started_at,
                source_kind="exam",
                source_id=row.attempt_id,
                place=row.slot,
                version_id=row.version_id,
                fraction=row.fraction or 0.0,
                is_blank=row.state == "blank",
            )
        )
    return found


def answered_in_practice(answer: PracticeAnswer, /) -> Answered:
    """Return a stored, marked answer of practice as the rules take it."""
    return Answered(
        at=answer.answered_at,
        source_kind="practice",
        source_id=answer.session_id,
        place=answer.index,
        version_id=answer.version_id,
        fraction=answer.fraction or 0.0,
        is_blank=answer.state == "blank",
        is_easy=answer.is_easy,
    )


def counting_attempts(user_id: int, /) -> list[Attempt]:
    """Return the learner's attempts whose results count in the book, with their exams."""
    released = (
        Attempt.objects.filter(user_id=user_id, state=Attempt.State.GRADED, released_at__isnull=False)
        .select_related("exam")
        .only(
            "id",
            "submitted_at",
            "released_at",
            "started_at",
            "exam__review_policy",
            "exam__review_opened_at",
        )
    )
    return [attempt for attempt in released if enters_books(attempt.exam)]
