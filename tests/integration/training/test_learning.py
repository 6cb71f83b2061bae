import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import Course, Enrolment
from edu.training.learning import list_own_things, list_progress
from exams.models import Attempt, Exam, Paper
from tests.factories.organizations import make_member, make_organization

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def organization():
    return make_organization()


def make_exam(organization, **fields):
    paper = Paper.objects.create(title="试卷")
    values = {"opens_at": NOW - timedelta(days=9), "closes_at": NOW + timedelta(days=9), "duration_seconds": 60}
    return Exam.objects.create(
        title="考试", paper=paper, organization=organization, status="scheduled", **{**values, **fields}
    )


def sit(exam, user, *, passed, number=1, released=True):
    return Attempt.objects.create(
        exam=exam,
        user=user,
        number=number,
        state="graded",
        seed=1,
        paper={},
        started_at=NOW,
        deadline_at=NOW,
        submitted_at=NOW,
        percent=80 if passed else 30,
        passed=passed,
        released_at=NOW if released else None,
    )


@pytest.mark.parametrize(
    ("allowed", "results", "state", "score"),
    [
        (1, [(True, True)], "done", "80.00"),
        (1, [(False, True)], "failed", "30.00"),
        (2, [(False, True)], "in_progress", "30.00"),
        (2, [(False, True), (True, True)], "done", "80.00"),
        (1, [(True, False)], "in_progress", None),
    ],
    ids=["passed", "no attempt left", "one left", "passed at last", "not released"],
)
def test_exams_stand_as_their_released_attempts_say(organization, allowed, results, state, score):
    user, exam = make_member(organization).user, make_exam(organization, attempts_allowed=allowed)
    for number, (passed, released) in enumerate(results, start=1):
        sit(exam, user, passed=passed, number=number, released=released)
    found = list_progress(user_ids=[user.pk], product_keys=[exam.product_key], now=timezone.now())
    one = found[user.pk, exam.product_key]
    assert (one.state, one.score_percent) == (state, score)


def test_courses_stand_as_their_enrolments_say(organization):
    user = make_member(organization).user
    course = Course.objects.create(title="安全", slug="safety", organization=organization)
    Enrolment.objects.create(user=user, course=course, enrolled_at=NOW, active_at=NOW, progress_percent=40)
    read = {"user_ids": [user.pk], "product_keys": [course.product_key, "course:broken"], "now": NOW}
    one = list_progress(**read)[user.pk, course.product_key]
    assert (one.state, one.percent) == ("in_progress", 40)
    Enrolment.objects.update(completed_at=NOW, progress_percent=100)
    assert list_progress(**read)[user.pk, course.product_key].state == "done"


def test_own_things_are_only_the_organisations(organization):
    make_exam(make_organization())
    exam = make_exam(organization)
    things = list_own_things(organization_id=organization.pk)
    assert [row.public_id for row in things.exams] == [exam.public_id]
    assert things.courses == [] == things.banks
    assert isinstance(things.exams[0].public_id, uuid.UUID)
