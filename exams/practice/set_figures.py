"""How a practice set goes: how often it was practised, how well, and which questions go wrong most."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Q
from django.db.models.functions import Cast, Length, NullIf

from exams.models import PracticeAnswer, PracticeSession, PracticeSet, Question

WRONG_SHOWN = 10
LEAST_ANSWERS = 3
"""Answers from which a question is listed."""
_WHOLE = 1 - 1e-6


@dataclass(frozen=True, kw_only=True)
class WrongQuestion:
    """A question of the set with its answers there and how many of them were not wholly right."""

    question: Question
    answers: int
    wrong: int

    @property
    def percent(self) -> int:
        """Return the share that was not wholly right, 0 to 100."""
        return round(100 * self.wrong / self.answers)


@dataclass(frozen=True, kw_only=True)
class SetFigures:
    """Learners and sessions, how many were finished, the mean share of right answers of those (None without any), and
    what goes wrong most."""

    learners: int
    sessions: int
    finished: int
    mean_percent: int | None
    wrong: tuple[WrongQuestion, ...] = ()


def _share() -> Any:
    return 100 * Cast("right_count", FloatField()) / NullIf(Length("states"), 0)


def figures_of_sets(sets: list[PracticeSet], /) -> dict[int, SetFigures]:
    """Return the figures of sets by id, without their questions; one statement."""
    rows = (
        PracticeSession.objects.filter(practice_set__in=sets)
        .order_by()
        .values("practice_set_id")
        .annotate(
            learners=Count("user_id", distinct=True),
            sessions=Count("pk"),
            done=Count("pk", filter=Q(finished_at__isnull=False)),
            mean=Avg(_share(), filter=Q(finished_at__isnull=False)),
        )
    )
    return {
        row["practice_set_id"]: SetFigures(
            learners=row["learners"],
            sessions=row["sessions"],
            finished=row["done"],
            mean_percent=None if row["mean"] is None else round(row["mean"]),
        )
        for row in rows
    }


def list_wrong(practice_set: PracticeSet, /) -> list[WrongQuestion]:
    """Return the questions that go wrong most in sessions of the set, of those with LEAST_ANSWERS; two statements."""
    wrong = Count("pk", filter=Q(fraction__lt=_WHOLE))
    rows = (
        PracticeAnswer.objects.filter(session__practice_set=practice_set, fraction__isnull=False)
        .order_by()
        .values("question_id")
        .annotate(answers=Count("pk"), wrong=wrong)
        .filter(answers__gte=LEAST_ANSWERS, wrong__gt=0)
        .annotate(share=Cast(F("wrong"), FloatField()) / F("answers"))
        .order_by("-share", "-answers", "question_id")[:WRONG_SHOWN]
    )
    found = list(rows)
    questions = Question.objects.only("public_id", "summary").in_bulk([row["question_id"] for row in found])
    return [
        WrongQuestion(question=questions[row["question_id"]], answers=row["answers"], wrong=row["wrong"])
        for row in found
        if row["question_id"] in questions
    ]
