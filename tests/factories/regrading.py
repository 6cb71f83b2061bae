"""A class that sat an exam whose key is wrong, and ways to mark it anew."""

from typing import Any

from edu.core.clock import now_utc
from exams.models import Attempt, Exam, ItemResult, QuestionVersion, RegradeSet
from exams.regrading.change_sets import confirm_regrade, get_regrade, plan_regrade
from exams.services import sit_exam
from tests.factories.exams import make_exam, make_user

NEW_KEY = {"fractions": {"a": 1}, "feedback": {}}
"""The corrected key of the sample single choice: a instead of b."""


def make_class(*, answers: list[dict[int, Any]], **fields: Any) -> tuple[Exam, list[Attempt]]:
    """Return an exam of an instructor, its first question a single choice, and an attempt of each list of answers."""
    exam = make_exam(**{"owner": make_user(is_instructor=True), "types": ("single_choice", "true_false")} | fields)
    now = now_utc()
    ids = [
        sit_exam(user_id=make_user().pk, exam_id=exam.public_id, answers=one, started_at=now, submitted_at=now)
        for one in answers
    ]
    rows = Attempt.objects.in_bulk(ids)
    return exam, [rows[pk] for pk in ids]


def first_version(exam: Exam) -> QuestionVersion:
    """Return the version in the first slot."""
    row = ItemResult.objects.filter(exam_id=exam.pk, slot=1).first()
    assert row is not None
    return QuestionVersion.objects.select_related("question").get(pk=row.version_id)


def publish_corrected(version: QuestionVersion, *, key: dict[str, Any] | None = None) -> QuestionVersion:
    """Return the next version of the question, with another key."""
    fresh = QuestionVersion.objects.create(
        question=version.question,
        number=version.number + 1,
        type=version.type,
        marks=version.marks,
        content=version.content,
        key=key or NEW_KEY,
        content_hash=f"corrected-{version.pk}",
        published_at=now_utc(),
    )
    type(version.question).objects.filter(pk=version.question_id).update(current_version=fresh)
    return fresh


def plan(exam: Exam, *, policy: str = "new_key", run_jobs: Any, **fields: Any) -> RegradeSet:
    """Return a change set of the exam's first question with its preview computed."""
    actor = fields.pop("actor", exam.owner)
    if policy in {"new_key", "accept_both"} and "key_version_id" not in fields:
        fields.setdefault("key", NEW_KEY)
    row = plan_regrade(
        actor=actor,
        exam=exam,
        version_id=fields.pop("version_id", None) or first_version(exam).pk,
        policy=policy,
        reason=fields.pop("reason", "Option 1 was right."),
        **fields,
    )
    run_jobs()
    return get_regrade(actor, row.public_id)


def confirm(change_set: RegradeSet, *, run_jobs: Any, actor: Any = None) -> RegradeSet:
    """Return the change set after it was confirmed and carried out."""
    owner = actor or change_set.owner
    confirm_regrade(change_set=change_set, actor=owner)
    run_jobs()
    return get_regrade(owner, change_set.public_id)


def sit_again(exam: Exam, answers: dict[int, Any], *, user: Any = None, **person: Any) -> Attempt:
    """Return the attempt of a new learner (with the given fields), or one more of `user`."""
    now = now_utc()
    learner = user or make_user(**person)
    pk = sit_exam(user_id=learner.pk, exam_id=exam.public_id, answers=answers, started_at=now, submitted_at=now)
    return Attempt.objects.get(pk=pk)
