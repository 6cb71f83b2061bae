from datetime import timedelta

import pytest
from django.urls import reverse

from courses.learning.advance import complete_lesson, record_watch
from courses.models import Enrolment, LessonProgress
from edu.core.clock import now_utc
from edu.events.models import OutboxEvent
from tests.factories.courses import lessons_of, make_course, make_learner, make_user

pytestmark = pytest.mark.django_db


def watch(user, lesson, now, position, watched):
    return record_watch(
        user_id=user.pk, lesson_id=lesson.pk, position_seconds=position, watched_seconds=watched, now=now
    )


def test_a_film_watched_in_real_time_completes_the_lesson():
    course = make_course(kinds=("video",), lessons=1)
    user, lesson = make_learner(course), lessons_of(course)[0]
    now = now_utc()
    watch(user, lesson, now, 0, 0)
    for place in range(10, 90, 10):
        now += timedelta(seconds=10)
        assert not watch(user, lesson, now, place, 10).completed
    state = watch(user, lesson, now + timedelta(seconds=10), 90, 10)
    assert state.completed
    assert state.percent == 90
    names = list(OutboxEvent.objects.values_list("name", flat=True))
    assert names.count("LessonCompleted") == 1
    assert names.count("CourseCompleted") == 1
    assert Enrolment.objects.get(user=user).progress_percent == 100


def test_claiming_the_whole_film_at_once_is_not_believed():
    course = make_course(kinds=("video",), lessons=1)
    user, lesson = make_learner(course), lessons_of(course)[0]
    now = now_utc()
    watch(user, lesson, now, 0, 0)
    state = watch(user, lesson, now + timedelta(seconds=5), 100, 100)
    assert not state.completed
    assert state.percent == 12
    assert not watch(user, lesson, now + timedelta(seconds=5), 100, 100).completed


def test_the_same_stretch_again_and_again_does_not_complete_it():
    course = make_course(kinds=("video",), lessons=1)
    user, lesson = make_learner(course), lessons_of(course)[0]
    now = now_utc()
    for _again in range(20):
        now += timedelta(seconds=20)
        state = watch(user, lesson, now, 20, 20)
    assert state.percent == 20
    assert LessonProgress.objects.get().completed_at is None


def test_double_speed_counts():
    course = make_course(kinds=("video",), lessons=1)
    user, lesson = make_learner(course), lessons_of(course)[0]
    now = now_utc()
    watch(user, lesson, now, 0, 0)
    state = watch(user, lesson, now + timedelta(seconds=45), 90, 90)
    assert state.completed


def test_the_player_reports_through_its_address(client):
    course = make_course(kinds=("video",), lessons=1)
    user, lesson = make_learner(course), lessons_of(course)[0]
    url = reverse("learning:progress", args=[lesson.public_id])
    assert client.post(url, {"position": "5", "watched": "5"}).status_code == 302
    client.force_login(user)
    answer = client.post(url, {"position": "2", "watched": "2"})
    assert answer.status_code == 200
    assert answer.json()["percent"] == 2
    for wrong in (
        {},
        {"position": "x", "watched": "1"},
        {"position": "nan", "watched": "1"},
        {"position": "1", "watched": "inf"},
    ):
        assert client.post(url, wrong).status_code == 422


def test_progress_of_others_lessons_is_404_and_changes_nothing(client):
    course = make_course(kinds=("text", "video"), lessons=2)
    lesson = lessons_of(course)[1]
    client.force_login(make_user())
    for name in ("progress", "complete", "quiz", "add_note"):
        url = reverse(f"learning:{name}", args=[lesson.public_id])
        assert client.post(url, {"position": "1", "watched": "1", "text": "x"}).status_code == 404
    assert not LessonProgress.objects.exists()


def test_completing_twice_publishes_once():
    course = make_course(lessons=2)
    user = make_learner(course)
    first = lessons_of(course)[0]
    assert complete_lesson(user_id=user.pk, lesson_id=first.pk)
    assert not complete_lesson(user_id=user.pk, lesson_id=first.pk)
    assert OutboxEvent.objects.filter(name="LessonCompleted").count() == 1
    assert not OutboxEvent.objects.filter(name="CourseCompleted").exists()
    assert Enrolment.objects.get(user=user).progress_percent == 50


def test_a_watched_lesson_cannot_be_ticked_by_hand(client):
    course = make_course(kinds=("video",), lessons=1)
    user, lesson = make_learner(course), lessons_of(course)[0]
    client.force_login(user)
    client.post(reverse("learning:complete", args=[lesson.public_id]))
    assert not LessonProgress.objects.filter(completed_at__isnull=False).exists()
