"""The learners of a benchmark: their sessions, their attempts, and what they have answered."""

from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from courses.models import Course, Lesson
from courses.services import enrol_free
from edu.accounts.models import User
from edu.demo.answers import right_answer
from exams.models import Attempt, Exam, QuestionVersion
from exams.services import Batch, read_attempt_key, save_responses, start_attempt, submit_attempt

CSRF = "benchmarkbenchmarkbenchmarkbench"
"""The secret of every form: 32 characters, in the cookie and in the form alike."""


def make_learners(count: int, *, prefix: str = "benchmark") -> list[User]:
    """Return `count` new learners, whose passwords cannot be used and whose ids follow one another."""
    rows = [
        User(
            username=f"{prefix}-{number}",
            email=f"{prefix}-{number}@example.com",
            display_name=f"Learner {number}",
            password="!benchmark",
        )
        for number in range(count)
    ]
    return list(User.objects.bulk_create(rows))


def cookies(person: User) -> str:
    """Return the Cookie header of a new session of the person."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}; csrftoken={CSRF}"


def start(person: User, exam: Exam, now: datetime) -> dict[str, Any]:
    """Start an attempt; return its ids, its key, and a right answer for each of its slots."""
    opened = start_attempt(user_id=person.pk, exam_id=exam.public_id, now=now)
    return {
        "id": opened.attempt.pk,
        "user_id": person.pk,
        "attempt": str(opened.attempt.public_id),
        "epoch": opened.epoch,
        "key": opened.attempt_key,
        "answers": _right_answers(opened.attempt),
    }


_VERSIONS: dict[int, Any] = {}


def _right_answers(attempt: Attempt) -> dict[str, Any]:
    found = {}
    for section in attempt.paper["sections"]:
        for slot in section["slots"]:
            version_id = slot["version_id"]
            if version_id not in _VERSIONS:
                version = QuestionVersion.objects.get(pk=version_id)
                _VERSIONS[version_id] = right_answer(version.type, version.content, version.key)
            found[str(slot["slot"])] = _VERSIONS[version_id]
    return found


def answer(person: User, exam: Exam, now: datetime) -> dict[str, Any]:
    """Start an attempt and save an answer to every question."""
    started = start(person, exam, now)
    key = read_attempt_key(started["key"], now=now)
    batch = Batch(epoch=started["epoch"], seq=1, responses=started.pop("answers"))
    save_responses(key=key, batch=batch, now=now)
    return started


def read_everything(person: User, course: Course, exams: dict[str, Exam], now: datetime) -> dict[str, str]:
    """Return the cookies of a learner and the addresses of her own that she will read."""
    enrol_free(user=person, slug=course.slug)
    lesson = Lesson.objects.select_related("course").filter(course=course).order_by("pk")[0]
    finished = answer(person, exams["review"], now)
    attempt = submit_attempt(user_id=person.pk, attempt_id=finished["id"], now=now)
    assert attempt.state == Attempt.State.GRADED
    rooms = {name: start(person, exams[name], now)["attempt"] for name in ("room10", "room50")}
    return {
        "cookies": cookies(person),
        "lesson": lesson.get_absolute_url(),
        "exams": "/exams/",
        "room10": f"/exams/attempts/{rooms['room10']}/",
        "room50": f"/exams/attempts/{rooms['room50']}/",
        "review": f"/exams/attempts/{attempt.public_id}/review/",
    }
