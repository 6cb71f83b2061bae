"""The public writes of exams: what other rooms, the demo and the API call. Everything else is private to this app."""

from datetime import datetime
from typing import Any

from exams.delivery.extend import extend_attempt, set_accommodation
from exams.delivery.finish_overdue import finish_overdue
from exams.delivery.keys import AttemptKey, read_attempt_key
from exams.delivery.pause import pause_attempt, resume_attempt
from exams.delivery.release import release_closed_exams, release_results
from exams.delivery.save import Batch, SavedBatch, SaveRefused, save_responses
from exams.delivery.start import CannotStart, OpenedAttempt, open_room, start_attempt
from exams.delivery.submit import submit_attempt
from exams.marking.mark import mark_by_hand

__all__ = [
    "AttemptKey",
    "Batch",
    "CannotStart",
    "OpenedAttempt",
    "SaveRefused",
    "SavedBatch",
    "extend_attempt",
    "finish_overdue",
    "mark_by_hand",
    "open_room",
    "pause_attempt",
    "read_attempt_key",
    "release_closed_exams",
    "release_results",
    "resume_attempt",
    "save_responses",
    "set_accommodation",
    "sit_exam",
    "start_attempt",
    "submit_attempt",
]


def sit_exam(
    *, user_id: int, exam_id: Any, answers: dict[int, Any], started_at: datetime, submitted_at: datetime
) -> int:
    """Sit an exam from start to hand-in at given moments, as generated history and the demo do; return the attempt's
    id.

    `answers` maps slots to raw responses. The same use cases run as for a learner in the room, so every rule holds.
    """
    opened = start_attempt(user_id=user_id, exam_id=exam_id, now=started_at)
    key = read_attempt_key(opened.attempt_key, now=started_at)
    known = {slot: response for slot, response in answers.items() if 1 <= slot <= opened.slots}
    batch = Batch(epoch=opened.epoch, seq=1, responses=known)
    attempt = submit_attempt(user_id=user_id, attempt_id=opened.attempt.pk, key=key, batch=batch, now=submitted_at)
    return int(attempt.pk)
