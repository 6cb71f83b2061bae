"""The public writes of exams: what other rooms, the demo and the API call. Everything else is private to this app."""

from datetime import datetime
from typing import Any

from exams.authoring.banks import create_bank, create_topic, share_bank, update_bank
from exams.authoring.blueprints import save_rule
from exams.authoring.exams import archive_exam, copy_exam, save_exam, schedule_exam
from exams.authoring.paper_rows import add_items, add_section
from exams.authoring.papers import copy_paper, create_paper
from exams.authoring.publishing import BlueprintInfeasible, publish_paper
from exams.authoring.questions import publish_question, retire_question, save_question
from exams.authoring.records import ImportedRecords, import_records
from exams.cohorts import Cohort, register_cohorts
from exams.delivery.advance import move_forward
from exams.delivery.extend import extend_attempt, set_accommodation
from exams.delivery.finish_overdue import finish_overdue
from exams.delivery.keys import AttemptKey, read_attempt_key
from exams.delivery.pause import pause_attempt, resume_attempt
from exams.delivery.release import release_closed_exams, release_results
from exams.delivery.save import Batch, SavedBatch, SaveRefused, save_responses
from exams.delivery.start import CannotStart, OpenedAttempt, open_room, start_attempt
from exams.delivery.submit import submit_attempt
from exams.interchange.formats.yaml_records import records_from_yaml
from exams.marking.mark import mark_by_hand
from exams.practice.answers import answer_question, finish_session
from exams.practice.selection_starts import start_daily_practice, start_lesson_set
from exams.practice.starts import start_chapter_practice, start_lesson_quiz, start_paper_practice
from exams.rewards import Credential, Reward, register_credentials, register_holders, register_rewards
from exams.uses import QuestionUse, register_question_uses

__all__ = [
    "AttemptKey",
    "Batch",
    "BlueprintInfeasible",
    "CannotStart",
    "Cohort",
    "Credential",
    "ImportedRecords",
    "OpenedAttempt",
    "QuestionUse",
    "Reward",
    "SaveRefused",
    "SavedBatch",
    "add_items",
    "add_section",
    "answer_question",
    "archive_exam",
    "copy_exam",
    "copy_paper",
    "create_bank",
    "create_paper",
    "create_topic",
    "extend_attempt",
    "finish_overdue",
    "finish_session",
    "import_records",
    "mark_by_hand",
    "move_forward",
    "open_room",
    "pause_attempt",
    "publish_paper",
    "publish_question",
    "read_attempt_key",
    "records_from_yaml",
    "register_cohorts",
    "register_credentials",
    "register_holders",
    "register_question_uses",
    "register_rewards",
    "release_closed_exams",
    "release_results",
    "resume_attempt",
    "retire_question",
    "save_exam",
    "save_question",
    "save_responses",
    "save_rule",
    "schedule_exam",
    "set_accommodation",
    "share_bank",
    "sit_exam",
    "start_attempt",
    "start_chapter_practice",
    "start_daily_practice",
    "start_lesson_quiz",
    "start_lesson_set",
    "start_paper_practice",
    "submit_attempt",
    "update_bank",
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
    if opened.attempt.position:
        for slot in range(1, opened.slots):
            answer = {slot: known.pop(slot)} if slot in known else {}
            save_responses(key=key, batch=Batch(epoch=key.epoch, seq=slot, responses=answer), now=started_at)
            move_forward(key=key, from_slot=slot, now=started_at)
    batch = Batch(epoch=opened.epoch, seq=opened.slots if opened.attempt.position else 1, responses=known)
    attempt = submit_attempt(user_id=user_id, attempt_id=opened.attempt.pk, key=key, batch=batch, now=submitted_at)
    return int(attempt.pk)
