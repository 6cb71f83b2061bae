"""Quizzes of lessons count as uses: they keep questions, and stand on the questions' pages."""

import pytest
from django.urls import reverse

from courses.authoring.content import choose_questions
from courses.services import add_lesson
from exams.authoring.bulk import plan_bulk, request_bulk
from exams.authoring.usage import used_question_ids
from exams.interchange.undo import undo_now
from exams.models import ImportBatch, Question
from tests.factories.courses import make_course
from tests.integration.exams.authoring_people import make_author, make_shared_bank, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return make_author()


@pytest.fixture
def bank(author):
    return make_shared_bank(author)


def quiz_of(author, *questions, title="Quiz of the week"):
    course = make_course(owner=author)
    lesson_id = add_lesson(actor=author, chapter_id=course.chapters.first().pk, title=title, kind="quiz")
    choose_questions(actor=author, lesson_id=lesson_id, question_ids=[question.pk for question in questions])
    return lesson_id


def test_a_question_of_a_quiz_is_retired_instead_of_deleted(author, bank, django_assert_num_queries):
    asked, free = (write(bank, author, stem=stem, publish=True) for stem in ("Asked?", "Free?"))
    quiz_of(author, asked)
    assert used_question_ids(questions=[asked, free]) == {asked.pk}
    ids = [str(row.public_id) for row in (asked, free)]
    action = plan_bulk(bank=bank, actor=author, verb="delete", raw={}, public_ids=ids)
    request_bulk(action=action, actor=author)
    assert Question.objects.get().pk == asked.pk
    assert Question.objects.get().status == "retired"


def test_an_import_taken_back_keeps_what_a_quiz_asks(author, bank):
    asked, free = (write(bank, author, stem=stem, publish=True) for stem in ("Asked?", "Free?"))
    quiz_of(author, asked)
    batch = ImportBatch.objects.create(
        bank=bank, owner=author, file_name="a.txt", format="text", state="undoing", report={"created": 2}
    )
    Question.objects.update(batch=batch)
    undo_now(batch=batch, actor=author)
    assert list(Question.everything.values_list("pk", "status")) == [(asked.pk, "retired")]
    assert not Question.everything.filter(pk=free.pk).exists()


def test_the_page_of_a_question_names_its_quizzes_and_counts_those_of_others(client, author, bank):
    question = write(bank, author, publish=True)
    quiz_of(author, question)
    bank.visibility = "public"
    bank.save()
    other = make_author()
    quiz_of(other, question, title="SECRET-LESSON")
    client.force_login(author)
    page = client.get(reverse("authoring:figures", args=[question.public_id])).content.decode()
    assert "Quiz of the week" in page
    assert "and in 1 lesson of others" in page
    assert "SECRET-LESSON" not in page


def test_a_question_nothing_asks_says_so(client, author, bank):
    question = write(bank, author)
    client.force_login(author)
    page = client.get(reverse("authoring:figures", args=[question.public_id])).content.decode()
    assert "no lesson asks it" in page
