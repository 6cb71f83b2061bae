"""Every use case of the courses room, called as the wrong person: it refuses, and nothing has changed."""

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser

from courses.authoring import content, courses, outline
from courses.learning import notes
from courses.learning.advance import complete_by_hand, watch_lesson
from courses.learning.enrol import enrol_free
from courses.models import Chapter, Course, CourseInclusion, Enrolment, Lesson, LessonNote, LessonProgress
from courses.quizzes import start_quiz
from edu.core.errors import NotAllowed, NotFound
from tests.factories.courses import (
    lessons_of,
    make_course,
    make_instructor,
    make_learner,
    make_organization,
    make_user,
)

pytestmark = pytest.mark.django_db

COURSE_CASES = {
    "change": lambda actor, course: courses.change_course(
        actor=actor, course_id=course.pk, fields={"is_free": True}, instructor_ids=[]
    ),
    "include": lambda actor, course: courses.set_included(actor=actor, course_id=course.pk, product_keys=["bank:1"]),
    "publish": lambda actor, course: courses.publish_course(actor=actor, course_id=course.pk),
    "withdraw": lambda actor, course: courses.withdraw_course(actor=actor, course_id=course.pk),
    "copy": lambda actor, course: courses.copy_course(actor=actor, course_id=course.pk, title="Mine"),
    "add chapter": lambda actor, course: outline.add_chapter(actor=actor, course_id=course.pk, title="Mine"),
    "rename chapter": lambda actor, course: outline.rename_chapter(
        actor=actor, chapter_id=course.chapters.first().pk, title="Mine"
    ),
    "delete chapter": lambda actor, course: outline.delete_chapter(actor=actor, chapter_id=course.chapters.first().pk),
    "add lesson": lambda actor, course: outline.add_lesson(
        actor=actor, chapter_id=course.chapters.first().pk, title="Mine"
    ),
    "arrange": lambda actor, course: outline.arrange_outline(
        actor=actor, course_id=course.pk, order=outline.current_order(course_id=course.pk)[::-1]
    ),
    "move": lambda actor, course: outline.move_in_order(
        actor=actor, course_id=course.pk, public_id=lessons_of(course)[0].public_id, step=1
    ),
}
LESSON_CASES = {
    "change": lambda actor, pk: outline.change_lesson(actor=actor, lesson_id=pk, title="Mine"),
    "publish": lambda actor, pk: outline.publish_lesson(actor=actor, lesson_id=pk),
    "remove": lambda actor, pk: outline.remove_lesson(actor=actor, lesson_id=pk),
    "restore": lambda actor, pk: outline.restore_lesson(actor=actor, lesson_id=pk),
    "film": lambda actor, pk: content.set_film(actor=actor, lesson_id=pk, upload_public_id=uuid.uuid4()),
    "film again": lambda actor, pk: content.make_film_again(actor=actor, lesson_id=pk),
    "captions": lambda actor, pk: content.set_film_captions(
        actor=actor, lesson_id=pk, language="en", text="WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"
    ),
    "file": lambda actor, pk: content.set_file(actor=actor, lesson_id=pk, upload_public_id=uuid.uuid4()),
    "questions": lambda actor, pk: content.choose_questions(actor=actor, lesson_id=pk, question_ids=[5]),
}
LEARNING_CASES = {
    "complete": lambda user, lesson: complete_by_hand(user=user, public_id=lesson.public_id),
    "watch": lambda user, lesson: watch_lesson(
        user=user, public_id=lesson.public_id, position_seconds=1, watched_seconds=1
    ),
    "note": lambda user, lesson: notes.add_note(user=user, lesson_public_id=lesson.public_id, text="Mine"),
    "quiz": lambda user, lesson: start_quiz(user=user, lesson_public_id=lesson.public_id),
}


def state():
    tables = (Course, Chapter, Lesson, CourseInclusion, Enrolment, LessonProgress, LessonNote)
    return [list(table.objects.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize("case", COURSE_CASES)
def test_a_course_is_changed_by_those_who_teach_it_alone(case):
    course = make_course(lessons=2, chapters=2)
    people = ((make_instructor(), NotFound), (make_learner(course), NotAllowed), (AnonymousUser(), NotAllowed))
    before = state()
    for person, refusal in people:
        with pytest.raises(refusal):
            COURSE_CASES[case](person, course)
    assert state() == before


@pytest.mark.parametrize("case", LESSON_CASES)
def test_a_lesson_is_changed_by_those_who_teach_its_course_alone(case):
    course = make_course(kinds=("video",))
    lesson = lessons_of(course)[0]
    people = ((make_instructor(), NotFound), (make_learner(course), NotAllowed), (AnonymousUser(), NotAllowed))
    before = state()
    for person, refusal in people:
        with pytest.raises(refusal):
            LESSON_CASES[case](person, lesson.pk)
    assert state() == before


@pytest.mark.parametrize("case", LEARNING_CASES)
def test_a_lesson_is_learnt_by_those_to_whom_it_is_open_alone(case):
    course = make_course(lessons=2, kinds=("text", "text"))
    owned = make_course(lessons=3, sequential=True)
    private = make_course(organization_id=make_organization().pk)
    before_learner = make_learner(owned)
    before = state()
    for person, lesson in (
        (make_user(), lessons_of(course)[1]),
        (make_user(), lessons_of(private)[0]),
        (before_learner, lessons_of(owned)[2]),
    ):
        with pytest.raises(NotFound):
            LEARNING_CASES[case](person, lesson)
    assert state() == before


def test_a_course_is_made_by_teachers_for_their_own_organisation_alone():
    organization = make_organization()
    for person, refusal in ((make_user(), NotAllowed), (AnonymousUser(), NotAllowed), (make_instructor(), NotFound)):
        with pytest.raises(refusal):
            courses.create_course(actor=person, title="Mine", language="en", organization_id=organization.pk)
    assert not Course.objects.exists()


def test_nobody_makes_a_course_in_anothers_name():
    teacher, other = make_instructor(), make_instructor()
    course_id = courses.create_course(actor=teacher, title="Mine", language="en", owner_id=other.pk)
    assert Course.objects.get(pk=course_id).owner == teacher


def test_a_free_course_is_begun_by_those_who_may_see_it_alone():
    private = make_course(is_free=True, organization_id=make_organization().pk)
    paid = make_course(title="Paid")
    for course, refusal in ((private, NotFound), (paid, NotAllowed)):
        with pytest.raises(refusal):
            enrol_free(user=make_user(), slug=course.slug)
    assert not Enrolment.objects.exists()
