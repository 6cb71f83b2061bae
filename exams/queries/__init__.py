"""Reads of exams for other rooms and for the pages of this one, a module for each noun; each returns plain values."""

from exams.offered import list_offered_keys
from exams.practice.due import count_open_entries
from exams.queries.attempts import (
    RECORD_STATES,
    AttemptFacts,
    AttemptView,
    attempt_views,
    find_best_pass,
    get_attempt_facts,
    list_attempts,
    list_best_passes,
    list_passed_exam_ids,
)
from exams.queries.exams import (
    ExamFacts,
    ExamView,
    get_exam,
    get_exam_facts,
    list_authored_exams,
    list_exams,
    list_exams_by_keys,
)
from exams.queries.figures import (
    active_user_ids,
    count_stuck,
    count_submitted,
    count_to_mark,
    count_to_review,
    list_stuck,
)
from exams.queries.practice import (
    PRACTICE_STARTS,
    count_public_questions,
    find_bank_id,
    lesson_quiz_result,
    practice_today,
)
from exams.quiz_choice import (
    PracticeSetView,
    QuizBank,
    QuizQuestion,
    find_practice_set,
    get_practice_set_id,
    list_practice_sets,
    list_quiz_banks,
    list_quiz_questions,
)
from exams.rewards import Reward, list_rewards

__all__ = [
    "PRACTICE_STARTS",
    "RECORD_STATES",
    "AttemptFacts",
    "AttemptView",
    "ExamFacts",
    "ExamView",
    "PracticeSetView",
    "QuizBank",
    "QuizQuestion",
    "Reward",
    "active_user_ids",
    "attempt_views",
    "count_open_entries",
    "count_public_questions",
    "count_stuck",
    "count_submitted",
    "count_to_mark",
    "count_to_review",
    "find_bank_id",
    "find_best_pass",
    "find_practice_set",
    "get_attempt_facts",
    "get_exam",
    "get_exam_facts",
    "get_practice_set_id",
    "lesson_quiz_result",
    "list_attempts",
    "list_authored_exams",
    "list_best_passes",
    "list_exams",
    "list_exams_by_keys",
    "list_offered_keys",
    "list_passed_exam_ids",
    "list_practice_sets",
    "list_quiz_banks",
    "list_quiz_questions",
    "list_rewards",
    "list_stuck",
    "practice_today",
]
