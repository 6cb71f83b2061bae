"""Practice: chapters, papers, lesson quizzes and the wrong-answer book; what is locked stays locked."""

from datetime import timedelta

import pytest
from django.urls import reverse

from edu.access.services import give_grant
from edu.core.clock import now_utc
from edu.events.types import ResultReleased
from exams.models import Attempt, ItemResult, PracticeAnswer, PracticeSession, QuestionProgress, Topic
from exams.practice.handlers import enter_exam_results
from exams.practice.sessions import lesson_quiz_result
from exams.practice.starts import start_lesson_quiz
from tests.factories.exams import SAMPLES, make_bank, make_exam, make_paper_version, make_question, make_user

pytestmark = pytest.mark.django_db


def make_topic(bank, name="Chapter"):
    topic = Topic.objects.create(bank=bank, name=name)
    topic.path = f"/{topic.pk}/"
    topic.save()
    return topic


@pytest.fixture
def learner(client):
    user = make_user()
    client.force_login(user)
    return user


@pytest.fixture
def bank():
    return make_bank(visibility="public")


def start(client, bank, **fields):
    response = client.post(reverse("practice:start_bank", args=[bank.public_id]), fields)
    assert response.status_code == 302, response.content
    return response.url


def answer(client, session, number, **fields):
    return client.post(reverse("practice:answer", args=[session.public_id]), {"n": number, **fields})


def test_a_chapter_is_practised_with_feedback_at_once(client, learner, bank):
    topic = make_topic(bank)
    for _index in range(3):
        make_question(bank=bank, topic=topic)
    assert client.get(reverse("practice:bank", args=[bank.public_id])).status_code == 200
    url = start(client, bank, topic=topic.public_id, order="in_order", count="5")
    page = client.get(url).content.decode()
    assert "One plus one?" in page
    assert "EXPLANATION-KEY" not in page
    assert "FEEDBACK-KEY" not in page
    session = PracticeSession.objects.get()
    response = answer(client, session, 1, q1="a")
    page = client.get(response.url).content.decode()
    assert "EXPLANATION-KEY" in page
    assert "FEEDBACK-KEY" in page
    assert QuestionProgress.objects.get(user=learner).wrong_count == 1
    answer(client, session, 1, q1="b")
    assert PracticeAnswer.objects.get().fraction == 0
    part = client.post(
        reverse("practice:answer", args=[session.public_id]), {"n": 2, "q2": "b"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in part
    session.refresh_from_db()
    assert (session.answered_count, session.right_count) == (2, 1)
    assert "3" in client.get(reverse("practice:session", args=[session.public_id])).content.decode()
    response = client.post(reverse("practice:finish", args=[session.public_id]))
    page = client.get(response.url).content.decode()
    assert "33" in page
    assert client.get(reverse("practice:records")).status_code == 200


@pytest.mark.parametrize("type_", sorted(SAMPLES))
def test_each_type_is_asked_and_reviewed_in_practice(client, learner, bank, type_):
    make_question(bank=bank, type=type_)
    session_url = start(client, bank)
    page = client.get(session_url).content.decode()
    assert "SECRET-KEY" not in page
    assert "FEEDBACK-KEY" not in page
    session = PracticeSession.objects.get()
    asked = answer(client, session, 1)
    assert "Leave it blank?" in asked.content.decode()
    assert not PracticeAnswer.objects.exists()
    response = answer(client, session, 1, blank="1")
    assert client.get(response.url).status_code == 200
    assert PracticeAnswer.objects.get().state == "blank"
    assert QuestionProgress.objects.get().blank_count == 1
    client.post(reverse("practice:finish", args=[session.public_id]))
    assert client.get(reverse("practice:result", args=[session.public_id])).status_code == 200


def test_an_empty_answer_is_asked_about_and_a_given_one_never(client, learner, bank):
    make_question(bank=bank, type="short_text")
    start(client, bank)
    session = PracticeSession.objects.get()
    url = reverse("practice:answer", args=[session.public_id])
    page = client.post(url, {"n": 1, "q1": "   "}).content.decode()
    assert "Leave it blank?" in page.split("<template")[0]
    assert "SECRET-KEY" not in page
    session.refresh_from_db()
    assert (
        session.answered_count,
        PracticeAnswer.objects.count(),
        QuestionProgress.objects.filter(last_wrong_at__isnull=False).count(),
    ) == (0, 0, 0)
    answer(client, session, 1, q1="SECRET-KEY", blank="1")
    assert PracticeAnswer.objects.get().fraction == 1


def test_feedback_at_the_end_shows_no_key_before_it(client, learner, bank):
    make_question(bank=bank)
    start(client, bank, feedback="at_end")
    session = PracticeSession.objects.get()
    response = answer(client, session, 1, q1="a")
    assert "EXPLANATION-KEY" not in client.get(response.url).content.decode()
    client.post(reverse("practice:finish", args=[session.public_id]))
    assert "EXPLANATION-KEY" in client.get(reverse("practice:result", args=[session.public_id])).content.decode()


def test_two_right_answers_in_a_row_master_a_question_and_a_wrong_one_brings_it_back(client, learner, bank):
    make_question(bank=bank)
    for given in ("a", "b", "b"):
        start(client, bank)
        answer(client, PracticeSession.objects.latest("pk"), 1, q1=given)
    entry = QuestionProgress.objects.get()
    assert entry.mastered_at is not None
    start(client, bank)
    answer(client, PracticeSession.objects.latest("pk"), 1, q1="a")
    entry.refresh_from_db()
    assert (entry.mastered_at, entry.right_streak, entry.wrong_count) == (None, 0, 2)


def test_an_essay_is_judged_by_the_learner_herself(client, learner, bank):
    make_question(bank=bank, type="essay")
    start(client, bank)
    session = PracticeSession.objects.get()
    response = answer(client, session, 1, q1="My text")
    assert "SECRET-KEY" in client.get(response.url).content.decode()
    assert QuestionProgress.objects.filter(last_wrong_at__isnull=False).count() == 0
    client.post(reverse("practice:assess", args=[session.public_id]), {"n": 1, "judgement": "partly"})
    assert PracticeAnswer.objects.get().fraction == 0.5
    assert QuestionProgress.objects.get().wrong_count == 1


def test_a_bank_for_sale_gives_a_sample_of_each_topic_and_opens_with_a_grant(client, learner):
    bank = make_bank(visibility="public", requires_grant=True, free_sample_count=1)
    for name in ("One", "Two"):
        topic = make_topic(bank, name)
        for _index in range(3):
            make_question(bank=bank, topic=topic)
    page = client.get(reverse("practice:bank", args=[bank.public_id])).content.decode()
    assert "Part of what is for sale" in page
    start(client, bank, count="50")
    assert len(PracticeSession.objects.latest("pk").items) == 2
    give_grant(user_id=learner.pk, product_key=bank.product_key, source_kind="order", source_id="1")
    start(client, bank, count="50")
    assert len(PracticeSession.objects.latest("pk").items) == 6


def test_a_locked_bank_without_sample_starts_nothing(client, learner):
    bank = make_bank(visibility="public", requires_grant=True)
    make_question(bank=bank)
    client.post(reverse("practice:start_bank", args=[bank.public_id]))
    assert PracticeSession.objects.count() == 0


def test_a_paper_is_practised(client, learner):
    version = make_paper_version(versions=[make_question(), make_question(type="true_false")], is_practice=True)
    url = reverse("practice:paper", args=[version.paper.public_id])
    assert client.get(url).status_code == 200
    client.post(url, {"feedback": "at_end"})
    assert len(PracticeSession.objects.get().items) == 2
    version.paper.requires_grant = True
    version.paper.save()
    client.post(url, {"feedback": "at_end"})
    assert PracticeSession.objects.count() == 1


def test_the_lesson_quiz_resumes_and_reports_its_best_result(learner):
    version = make_question()
    first = start_lesson_quiz(
        user_id=learner.pk, lesson_key="lesson:x", title="Quiz", question_ids=[version.question_id]
    )
    again = start_lesson_quiz(
        user_id=learner.pk, lesson_key="lesson:x", title="Quiz", question_ids=[version.question_id]
    )
    assert first.pk == again.pk
    result = lesson_quiz_result(user_id=learner.pk, lesson_key="lesson:x")
    assert (result.question_count, result.is_finished) == (1, False)
    assert lesson_quiz_result(user_id=learner.pk, lesson_key="lesson:y") is None


def released_attempt(learner, **policy):
    exam = make_exam(review_policy=policy)
    now = now_utc()
    attempt = Attempt.objects.create(
        exam=exam,
        user=learner,
        number=1,
        state="graded",
        seed=1,
        paper={},
        started_at=now,
        deadline_at=now,
        released_at=now,
    )
    version = make_question()
    ItemResult.objects.create(
        attempt_id=attempt.pk,
        slot=1,
        exam_id=exam.pk,
        user_id=learner.pk,
        question_id=version.question_id,
        version_id=version.pk,
        state="graded",
        fraction=0,
        mark=0,
        maximum=1,
    )
    return ResultReleased(attempt_id=attempt.pk, exam_id=exam.pk, user_id=learner.pk, passed=False)


def test_a_released_result_enters_the_book_once_however_often_it_is_delivered(learner):
    event = released_attempt(learner)
    enter_exam_results(event)
    enter_exam_results(event)
    assert QuestionProgress.objects.get().wrong_count == 1


def right_exam(learner, entry, *, answered_at, released_at=None, keys=True):
    event = released_attempt(learner, keys=keys)
    Attempt.objects.filter(pk=event.attempt_id).update(
        submitted_at=answered_at, released_at=released_at or answered_at + timedelta(days=1)
    )
    ItemResult.objects.filter(attempt_id=event.attempt_id).update(question_id=entry.question_id, fraction=1, mark=1)
    return event


def entry_of(learner):
    enter_exam_results(released_attempt(learner))
    return QuestionProgress.objects.get()


def test_right_exam_answers_count_to_mastery_once_however_often_they_are_delivered(learner):
    entry = entry_of(learner)
    first = right_exam(learner, entry, answered_at=entry.last_wrong_at + timedelta(hours=1))
    for _delivery in range(3):
        enter_exam_results(first)
    entry.refresh_from_db()
    assert (entry.right_streak, entry.mastered_at) == (1, None)
    enter_exam_results(right_exam(learner, entry, answered_at=entry.last_wrong_at + timedelta(hours=2)))
    enter_exam_results(first)
    entry.refresh_from_db()
    assert (entry.right_streak, entry.wrong_count) == (2, 1)
    assert entry.mastered_at == entry.last_wrong_at + timedelta(hours=2)


def test_an_exam_right_before_the_last_wrong_answer_or_with_hidden_keys_counts_for_nothing(learner):
    entry = entry_of(learner)
    enter_exam_results(right_exam(learner, entry, answered_at=entry.last_wrong_at - timedelta(hours=1)))
    enter_exam_results(right_exam(learner, entry, answered_at=entry.last_wrong_at + timedelta(hours=1), keys=False))
    entry.refresh_from_db()
    assert (entry.right_streak, entry.right_at) == (0, entry.last_wrong_at - timedelta(hours=1))


def test_right_exam_and_practice_answers_count_together(client, learner, bank):
    make_question(bank=bank)
    for given in ("a", "b"):
        start(client, bank)
        answer(client, PracticeSession.objects.latest("pk"), 1, q1=given)
    entry = QuestionProgress.objects.get()
    enter_exam_results(right_exam(learner, entry, answered_at=now_utc() + timedelta(minutes=1)))
    entry.refresh_from_db()
    assert entry.mastered_at is not None


def test_right_in_an_exam_enters_nothing_new(learner):
    event = released_attempt(learner)
    ItemResult.objects.update(fraction=1, mark=1)
    enter_exam_results(event)
    assert not QuestionProgress.objects.filter(last_wrong_at__isnull=False).exists()


def test_an_exam_that_hides_its_keys_enters_nothing(learner):
    enter_exam_results(released_attempt(learner, keys=False))
    assert QuestionProgress.objects.filter(last_wrong_at__isnull=False).count() == 0


def test_a_result_that_is_not_released_enters_nothing(learner):
    event = released_attempt(learner)
    Attempt.objects.update(released_at=None)
    enter_exam_results(event)
    assert QuestionProgress.objects.filter(last_wrong_at__isnull=False).count() == 0


def test_the_book_is_filtered_retried_and_annotated(client, learner, bank):
    version = make_question(bank=bank)
    start(client, bank)
    answer(client, PracticeSession.objects.get(), 1, q1="a")
    url = reverse("practice:wrong_answers")
    page = client.get(url, {"bank": str(bank.public_id), "type": "single_choice"}).content.decode()
    assert "A single_choice question" in page
    assert "EXPLANATION-KEY" not in page
    entry_url = reverse("practice:entry", args=[version.question.public_id])
    client.post(entry_url, {"note": "look closer"})
    assert QuestionProgress.objects.get().note == "look closer"
    client.post(reverse("practice:start_wrong"), {"bank": str(bank.public_id)})
    assert PracticeSession.objects.latest("pk").mode == "wrong"
    client.post(entry_url, {"do": "master"})
    assert QuestionProgress.objects.get().mastered_at is not None
    client.post(reverse("practice:start_wrong"))
    assert PracticeSession.objects.count() == 2


def test_a_stranger_gets_404_on_every_address_and_changes_nothing(client, learner, bank):
    make_question(bank=bank)
    start(client, bank)
    session = PracticeSession.objects.get()
    answer(client, session, 1, q1="a")
    question = QuestionProgress.objects.get().question
    before = (PracticeAnswer.objects.count(), QuestionProgress.objects.values().get(), session.finished_at)
    client.force_login(make_user())
    for name, method in (
        ("session", "get"),
        ("answer", "post"),
        ("assess", "post"),
        ("finish", "post"),
        ("result", "get"),
    ):
        url = reverse(f"practice:{name}", args=[session.public_id])
        assert getattr(client, method)(url, {"n": 1, "q1": "b", "judgement": "right"}).status_code == 404, name
    assert client.post(reverse("practice:entry", args=[question.public_id]), {"note": "x"}).status_code == 404
    session.refresh_from_db()
    assert (PracticeAnswer.objects.count(), QuestionProgress.objects.values().get(), session.finished_at) == before


def test_a_private_bank_and_a_closed_paper_are_not_there(client, learner):
    private = make_bank(owner=make_user(is_instructor=True))
    make_question(bank=private)
    for url in (
        reverse("practice:bank", args=[private.public_id]),
        reverse("practice:start_bank", args=[private.public_id]),
    ):
        assert client.get(url).status_code in {404, 405}
        assert client.post(url).status_code in {404, 405}
    version = make_paper_version(versions=[make_question()])
    assert client.get(reverse("practice:paper", args=[version.paper.public_id])).status_code == 404
    assert PracticeSession.objects.count() == 0


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get(reverse("practice:index")).status_code == 302


@pytest.mark.parametrize("size", [3, 30])
def test_a_practice_page_asks_the_same_number_of_queries_whatever_its_length(
    client, learner, bank, size, django_assert_num_queries
):
    for _index in range(size):
        make_question(bank=bank)
    url = start(client, bank, count="50")
    client.get(url)
    with django_assert_num_queries(EXPECTED["ask"]):
        client.get(url)
    answer(client, PracticeSession.objects.get(), 1, q1="a")
    with django_assert_num_queries(EXPECTED["feedback"]):
        client.get(url, {"n": 1})


@pytest.mark.parametrize("size", [3, 15])
def test_the_wrong_answer_book_asks_the_same_number_of_queries_whatever_its_size(
    client, learner, bank, size, django_assert_num_queries
):
    for _index in range(size):
        version = make_question(bank=bank)
        QuestionProgress.objects.create(
            user=learner,
            question=version.question,
            version_id=version.pk,
            source_kind="practice",
            source_id=1,
            wrong_count=1,
            first_wrong_at=now_utc(),
            last_wrong_at=now_utc(),
        )
    client.get(reverse("practice:wrong_answers"))
    with django_assert_num_queries(EXPECTED["book"]):
        client.get(reverse("practice:wrong_answers"))


EXPECTED = {"ask": 6, "feedback": 8, "book": 8}
