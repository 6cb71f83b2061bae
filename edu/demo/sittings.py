"""Exams that learners of the history sat, through the use cases at their own moments."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from edu.core.errors import DomainError
from edu.demo.answers import essay
from edu.demo.learners import Learner
from edu.demo.shelves import Shelf
from exams.delivery.start import start_attempt
from exams.delivery.submit import submit_attempt
from exams.domain.receipts import canonical_response
from exams.domain.times import seconds_text
from exams.marking.mark import mark_by_hand
from exams.models import Attempt, Exam, ItemResult, QuestionVersion


def sit_exams(person: Learner, shelf: Shelf, *, since: datetime, now: datetime, chance: random.Random) -> None:
    """Sit the exams whose window the person was there for."""
    for exam in shelf.exams:
        begin, end = max(exam.opens_at, since), min(exam.closes_at, now - timedelta(hours=1))
        room = (end - begin).total_seconds() - exam.duration_seconds
        if room <= 0 or chance.random() > 0.8:
            continue
        sit_exam(person, exam, at=begin + timedelta(seconds=chance.random() * room), chance=chance)


def sit_exam(person: Learner, exam: Exam, *, at: datetime, chance: random.Random) -> Attempt | None:
    """Start, answer and hand in one attempt; None where the person may not."""
    try:
        opened = start_attempt(user_id=person.user.pk, exam_id=exam.public_id, now=at)
    except DomainError:
        return None
    attempt = opened.attempt
    slots = [slot for section in attempt.paper["sections"] for slot in section["slots"]]
    versions = QuestionVersion.objects.select_related("question").in_bulk([slot["version_id"] for slot in slots])
    responses = {}
    for slot in slots:
        version = versions[slot["version_id"]]
        if version.type == "essay":
            response: Any = essay(chance, language=exam.language)
        else:
            response = person.answer(version, difficulty=version.question.difficulty, chance=chance)
        responses[str(slot["slot"])] = "" if response is None else canonical_response(response)
    ended_at = at + timedelta(seconds=exam.duration_seconds * chance.uniform(0.35, 0.97))
    ranks = [versions[slot["version_id"]].question.difficulty for slot in slots]
    seconds = seconds_text(_views(ranks, seconds=(ended_at - at).total_seconds(), seed=attempt.seed))
    Attempt.objects.filter(pk=attempt.pk).update(
        responses=responses, seq=len(slots), saved_at=ended_at, question_seconds=seconds
    )
    return submit_attempt(user_id=person.user.pk, attempt_id=attempt.pk, now=ended_at)


def _views(ranks: Sequence[int], *, seconds: float, seed: int) -> list[int]:
    """Return how long each question was in view, given the difficulties: what is harder takes longer."""
    pace = random.Random(seed)  # noqa: S311 - history, not secrets
    weights = [pace.uniform(0.5, 1.5) * (1 + (rank or 1)) for rank in ranks]
    return [int(0.92 * seconds * weight / sum(weights)) for weight in weights]


def mark_essays(attempt: Attempt, exam: Exam, *, now: datetime) -> None:
    """Let the exam's author give most of the points of each answer that waits for a person."""
    pending = ItemResult.objects.filter(attempt_id=attempt.pk, state="pending").order_by("slot")
    for row in pending:
        mark_by_hand(
            user=exam.owner,
            attempt_id=attempt.pk,
            slot=row.slot,
            points=(row.maximum * Decimal("0.8")).quantize(Decimal("0.5")),
            comment="思路清楚，依据写得全；金额的计算过程请再列细一些。",
            now=now,
        )
