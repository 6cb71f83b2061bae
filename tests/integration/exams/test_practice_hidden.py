"""Practice leaves out what an exam of the learner still hides, and shows it again once its answers are out."""

from datetime import timedelta

import pytest
from django.urls import reverse

from edu.core.clock import now_utc
from exams.models import Accommodation, Attempt, Exam, PracticeAnswer, PracticeSession
from exams.practice.answers import QuestionHidden, answer_question
from exams.practice.hidden import hidden_questions
from exams.practice.sets import SetSettings, create_set
from exams.practice.starts import (
    NothingToPractise,
    start_chapter_practice,
    start_lesson_quiz,
    start_paper_practice,
)
from exams.services import sit_exam, start_attempt
from tests.factories.exams import make_bank, make_exam, make_paper_version, make_question, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner(client):
    user = make_user()
    client.force_login(user)
    return user


@pytest.fixture
def bank():
    return make_bank(visibility="public")


@pytest.fixture
def asked(bank):
    return make_question(bank=bank)


@pytest.fixture
def free(bank):
    return make_question(bank=bank)


def exam_of(*versions, **fields):
    return make_exam(paper_version=make_paper_version(versions=list(versions)), **fields)


def begin(exam, learner):
    start_attempt(user_id=learner.pk, exam_id=exam.public_id, now=now_utc())
    return Attempt.objects.get(exam=exam, user=learner)


def hand_in(exam, learner):
    now = now_utc()
    sit_exam(user_id=learner.pk, exam_id=exam.public_id, answers={1: "a"}, started_at=now, submitted_at=now)


def hidden_from(learner):
    return hidden_questions(user_id=learner.pk, now=now_utc())


def questions_in(session):
    return {item["question_id"] for item in session.items}


def test_what_is_being_sat_is_left_out_with_a_plain_sentence(client, learner, bank, asked, free):
    begin(exam_of(asked), learner)
    page = client.get(reverse("practice:bank", args=[bank.public_id])).content.decode()
    assert "1 question is left out for now" in page
    client.post(reverse("practice:start_bank", args=[bank.public_id]), {"count": "20"})
    assert questions_in(PracticeSession.objects.get()) == {free.question_id}
    assert questions_in(start_chapter_practice(user=make_user(), bank=bank)) == {free.question_id, asked.question_id}


def test_a_choice_of_nothing_but_hidden_questions_says_why(client, learner, bank, asked):
    begin(exam_of(asked), learner)
    with pytest.raises(NothingToPractise, match="in an exam of yours"):
        start_chapter_practice(user=learner, bank=bank)
    response = client.post(reverse("practice:start_bank", args=[bank.public_id]), {"count": "20"}, follow=True)
    assert "in an exam of yours whose answers are not out yet" in response.content.decode()
    assert not PracticeSession.objects.exists()


def test_a_session_from_before_the_exam_keeps_the_key_to_itself(client, learner, bank, asked, free):
    session = start_chapter_practice(user=learner, bank=bank)
    assert [item["question_id"] for item in session.items] == [asked.question_id, free.question_id]
    answer_question(session=session, index=0, version=asked, response="a")
    url = reverse("practice:session", args=[session.public_id])
    assert "EXPLANATION-KEY" in client.get(url, {"n": 1}).content.decode()
    begin(exam_of(asked), learner)
    page = client.get(url, {"n": 1}).content.decode()
    assert "Not shown for now" in page
    for secret in ("EXPLANATION-KEY", "FEEDBACK-KEY", "One plus one?", "data-wrong"):
        assert secret not in page
    assert "One plus one?" in client.get(url, {"n": 2}).content.decode()
    client.post(reverse("practice:finish", args=[session.public_id]))
    page = client.get(reverse("practice:result", args=[session.public_id])).content.decode()
    assert "1 question is left out here" in page
    assert page.count("One plus one?") == 1


def test_an_answer_posted_to_a_hidden_question_is_refused_and_changes_nothing(client, learner, bank, asked):
    session = start_chapter_practice(user=learner, bank=bank)
    begin(exam_of(asked), learner)
    with pytest.raises(QuestionHidden):
        answer_question(session=session, index=0, version=asked, response="b")
    response = client.post(
        reverse("practice:answer", args=[session.public_id]), {"n": "1", "q1": "b"}, headers={"HX-Request": "true"}
    )
    assert "EXPLANATION-KEY" not in response.content.decode()
    session.refresh_from_db()
    assert (session.answered_count, PracticeAnswer.objects.count()) == (0, 0)


def test_a_paper_and_a_quiz_leave_it_out_too(learner, asked, free):
    begin(exam_of(asked), learner)
    paper = make_paper_version(versions=[asked, free]).paper
    assert questions_in(start_paper_practice(user=learner, paper=paper)) == {free.question_id}
    both = [asked.question_id, free.question_id]
    quiz = start_lesson_quiz(user_id=learner.pk, lesson_key="lesson:1", title="Quiz", question_ids=both)
    assert questions_in(quiz) == {free.question_id}
    waits = start_lesson_quiz(user_id=learner.pk, lesson_key="lesson:2", title="Quiz", question_ids=both[:1])
    assert questions_in(waits) == {asked.question_id}


@pytest.mark.parametrize(
    ("fields", "is_hidden"),
    [
        ({}, False),
        ({"release": "manual"}, True),
        ({"review_policy": {"marks": True, "keys": False}}, True),
        ({"review_policy": {"marks": True, "keys": True, "after_close": True}}, True),
    ],
)
def test_after_handing_in_the_policies_of_the_exam_decide(learner, asked, fields, is_hidden):
    hand_in(exam_of(asked, **fields), learner)
    assert (hidden_from(learner) == {asked.question_id}) is is_hidden


def test_keys_that_are_never_shown_hide_nothing_once_the_exam_is_closed(learner, asked):
    exam = exam_of(asked, review_policy={"marks": True, "keys": False})
    hand_in(exam, learner)
    Exam.objects.filter(pk=exam.pk).update(closes_at=now_utc() - timedelta(minutes=1))
    assert hidden_from(learner) == set()


def test_a_voided_attempt_and_those_of_others_hide_nothing(learner, asked):
    exam = exam_of(asked)
    begin(exam, make_user())
    assert hidden_from(learner) == set()
    begin(exam, learner)
    assert hidden_from(learner) == {asked.question_id}
    Attempt.objects.filter(user=learner).update(state="voided")
    assert hidden_from(learner) == set()


def test_one_statement_where_nothing_is_hidden(learner, asked, django_assert_num_queries):
    hand_in(exam_of(asked), learner)
    with django_assert_num_queries(1):
        assert hidden_from(learner) == set()


@pytest.mark.parametrize("number", [1, 6])
def test_the_statements_do_not_grow_with_the_exams(learner, asked, number, django_assert_num_queries):
    for _place in range(number):
        begin(exam_of(asked), learner)
        hand_in(exam_of(asked, release="manual"), learner)
    with django_assert_num_queries(4):
        assert hidden_from(learner) == {asked.question_id}


def close_long_ago(exam, *, days):
    Exam.objects.filter(pk=exam.pk).update(
        opens_at=now_utc() - timedelta(days=days + 1), closes_at=now_utc() - timedelta(days=days)
    )


def test_a_result_that_is_never_released_hides_for_thirty_days_after_the_close(learner, asked):
    exam = exam_of(asked, release=Exam.Release.MANUAL)
    hand_in(exam, learner)
    close_long_ago(exam, days=29)
    assert hidden_from(learner) == {asked.question_id}
    close_long_ago(exam, days=31)
    assert hidden_from(learner) == set()
    Accommodation.objects.create(exam=exam, user=make_user(), closes_at=now_utc() + timedelta(days=1))
    assert hidden_from(learner) == {asked.question_id}, "somebody may sit it still"


def test_an_attempt_under_way_hides_however_late_it_is(learner, asked):
    exam = exam_of(asked)
    begin(exam, learner)
    close_long_ago(exam, days=40)
    assert hidden_from(learner) == {asked.question_id}


def test_who_begins_a_paper_or_a_set_is_told_how_many_are_left_out(client, learner, bank, asked, free):
    paper = make_paper_version(versions=[asked, free], is_practice=True).paper
    author = make_user()
    practice_set = create_set(actor=author, bank=bank, settings=SetSettings(title="Warm up", visibility="public"))
    told = "1 question is left out while an exam of yours hides it."
    for url, sent in (
        (reverse("practice:paper", args=[paper.public_id]), {"clock": "", "feedback": "at_end"}),
        (reverse("practice:start_set", args=[practice_set.public_id]), {}),
    ):
        PracticeSession.objects.all().delete()
        Attempt.objects.all().delete()
        assert told not in client.post(url, sent, follow=True).content.decode()
        hand_in(exam_of(asked, release=Exam.Release.MANUAL), learner)
        assert told in client.post(url, sent, follow=True).content.decode()
        assert len(PracticeSession.objects.latest("pk").items) == 1


def test_the_exams_settings_say_what_practice_hides(client, asked):
    author = make_user(is_instructor=True)
    exam = exam_of(asked, owner=author)
    client.force_login(author)
    page = client.get(reverse("authoring:exam", args=[exam.public_id])).content.decode()
    assert "30 days after the close" in page
