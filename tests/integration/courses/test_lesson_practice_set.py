"""A lesson that asks a practice set: chosen by its author, practised by its learner, counted to the course."""

import uuid

import pytest
from django.urls import reverse

from courses.models import Enrolment, Lesson, LessonProgress
from exams.models import PracticeSession, PracticeSet
from exams.practice.sets import SetSettings, create_set
from tests.factories.courses import lessons_of, make_course, make_instructor, make_learner
from tests.factories.exams import make_bank, make_question

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher():
    return make_instructor()


@pytest.fixture
def lesson(teacher):
    return lessons_of(make_course(owner=teacher, kinds=("quiz",), lessons=1))[0]


@pytest.fixture
def practice_set(teacher):
    bank = make_bank(owner=teacher, requires_grant=True)
    for _index in range(2):
        make_question(bank=bank)
    return create_set(actor=teacher, bank=bank, settings=SetSettings(title="Warm up"))


def choose(client, lesson, value):
    return client.post(reverse("teaching:questions", args=[lesson.public_id]), {"action": "set", "practice_set": value})


def practise(client, lesson, *answers):
    assert client.post(reverse("learning:quiz", args=[lesson.public_id])).status_code == 302
    session = PracticeSession.objects.latest("pk")
    for place, given in enumerate(answers, start=1):
        client.post(reverse("practice:answer", args=[session.public_id]), {"n": place, f"q{place}": given})
    client.post(reverse("practice:finish", args=[session.public_id]))
    return session


def test_the_author_lets_a_lesson_ask_her_set_and_its_own_questions_again(client, teacher, lesson, practice_set):
    client.force_login(teacher)
    page = client.get(reverse("teaching:questions", args=[lesson.public_id])).content.decode()
    assert "Warm up" in page
    choose(client, lesson, str(practice_set.public_id))
    assert Lesson.objects.get(pk=lesson.pk).practice_set_id == practice_set.pk
    assert "Warm up" in client.get(reverse("teaching:lesson", args=[lesson.public_id])).content.decode()
    choose(client, lesson, "")
    assert Lesson.objects.get(pk=lesson.pk).practice_set_id is None


def test_others_sets_and_others_lessons_are_not_there(client, lesson, practice_set, teacher):
    other = make_instructor()
    foreign = create_set(
        actor=other, bank=make_question(bank=make_bank(owner=other)).question.bank, settings=SetSettings(title="No")
    )
    client.force_login(other)
    assert choose(client, lesson, str(foreign.public_id)).status_code == 404
    client.force_login(teacher)
    for value in (str(foreign.public_id), str(uuid.uuid4()), "x"):
        choose(client, lesson, value)
        assert Lesson.objects.get(pk=lesson.pk).practice_set_id is None


def test_a_passed_set_completes_the_lesson_and_the_course(client, lesson, practice_set, deliver_events):
    Lesson.objects.filter(pk=lesson.pk).update(practice_set=practice_set, pass_percent=100)
    user = make_learner(lesson.course)
    client.force_login(user)
    assert "2 questions" in client.get(lesson.get_absolute_url()).content.decode()
    practise(client, lesson, "b", "a")
    deliver_events()
    assert LessonProgress.objects.get(user=user).completed_at is None
    session = practise(client, lesson, "b", "b")
    deliver_events()
    assert (session.mode, session.practice_set_id) == ("lesson", practice_set.pk)
    assert LessonProgress.objects.get(user=user).completed_at is not None
    assert Enrolment.objects.get(user=user).completed_at is not None
    assert "Your best try: 2 of 2 right" in client.get(lesson.get_absolute_url()).content.decode()


def test_a_lesson_may_ask_only_that_everything_is_answered(client, lesson, practice_set, deliver_events):
    Lesson.objects.filter(pk=lesson.pk).update(practice_set=practice_set, completion="finished", pass_percent=100)
    user = make_learner(lesson.course)
    client.force_login(user)
    client.get(lesson.get_absolute_url())
    practise(client, lesson, "a")
    deliver_events()
    assert LessonProgress.objects.get(user=user).completed_at is None
    practise(client, lesson, "a", "a")
    deliver_events()
    assert LessonProgress.objects.get(user=user).completed_at is not None


def test_the_lesson_is_no_way_round_its_own_door(client, lesson, practice_set):
    Lesson.objects.filter(pk=lesson.pk).update(practice_set=practice_set, free_preview=False)
    client.force_login(make_instructor())
    assert client.post(reverse("learning:quiz", args=[lesson.public_id])).status_code == 404
    assert client.post(reverse("practice:start_set", args=[practice_set.public_id])).status_code == 404
    assert PracticeSession.objects.count() == 0


def test_a_set_that_is_gone_leaves_the_lesson_without_questions(client, lesson, practice_set):
    Lesson.objects.filter(pk=lesson.pk).update(practice_set=practice_set, question_ids=[])
    PracticeSet.objects.all().delete()
    user = make_learner(lesson.course)
    client.force_login(user)
    assert client.get(lesson.get_absolute_url()).status_code == 200
    assert client.post(reverse("learning:quiz", args=[lesson.public_id])).status_code == 302
    assert PracticeSession.objects.count() == 0
