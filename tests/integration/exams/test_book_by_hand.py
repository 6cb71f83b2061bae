"""What a learner does by hand with entries and favourites."""

import pytest
from django.urls import reverse

from exams.models import (
    PracticeAnswer,
    PracticeSession,
    Question,
    QuestionProgress,
    QuestionReport,
)
from tests.factories.exams import make_bank, make_question
from tests.integration.exams.wrong_answer_book import BOOK, bank_with_question, page_of, practise

pytestmark = pytest.mark.django_db


def test_taking_out_is_undone_as_if_it_had_not_been(client, learner, bank):
    version = practise(learner, bank_with_question(bank), "a", "b")
    before = QuestionProgress.objects.values().get()
    url = reverse("practice:entry", args=[version.question.public_id])
    assert before["right_streak"] == 1
    client.post(url, {"do": "master"})
    assert QuestionProgress.objects.get().mastered_at is not None
    page = page_of(client)
    assert "Done for 1 entry." in page
    client.post(reverse("practice:undo"), {"next": "/practice/wrong/?state=due"})
    assert QuestionProgress.objects.values().get() | {"id": 0} == before | {"id": 0}
    assert "Done for 1 entry." not in page_of(client)
    client.post(reverse("practice:undo"))
    assert QuestionProgress.objects.values().get() | {"id": 0} == before | {"id": 0}


def test_several_entries_are_marked_taken_out_and_practised_at_once(client, learner, bank):
    rows = [practise(learner, one, "a") for one in (bank_with_question(make_bank(visibility="public")) for _ in "123")]
    chosen = [str(version.question.public_id) for version in rows[:2]]
    several = reverse("practice:change_several")
    client.post(several, {"chosen": [*chosen, "rubbish", str(bank.public_id)], "do": "mistake-unsure"})
    assert QuestionProgress.objects.filter(mistake="unsure").count() == 2
    client.post(several, {"chosen": chosen, "do": "mistake-lazy"})
    assert QuestionProgress.objects.filter(mistake="unsure").count() == 2
    client.post(several, {"chosen": chosen, "do": "master", "next": "//evil.example/practice/"})
    assert QuestionProgress.objects.filter(mastered_at__isnull=False).count() == 2
    client.post(reverse("practice:undo"))
    assert QuestionProgress.objects.filter(mastered_at__isnull=False).count() == 0
    response = client.post(several, {"chosen": chosen, "do": "practise"})
    assert response.url.startswith("/practice/sessions/")
    assert len(PracticeSession.objects.latest("pk").items) == 2
    assert client.post(several, {"do": "master"}).url == reverse(BOOK)


def test_a_favourite_needs_an_answer_and_works_without_a_mistake(client, learner, bank):
    version = make_question(bank=bank)
    url = reverse("practice:mark_entry", args=[version.question.public_id])
    assert client.post(url, {"favourite": "1"}).status_code == 404
    practise(learner, bank, "b")
    part = client.post(url, {"favourite": "1", "number": "3"}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="own-marks-3"' in part
    assert 'aria-pressed="true"' in part
    assert "<html" not in part
    assert "My mistake was" not in part
    page = client.get(reverse("practice:favourites")).content.decode()
    assert "A single_choice question" in page
    assert client.post(url, {"mistake": "careless"}).status_code == 404
    client.post(reverse("practice:start_favourites"), {"count": "10"})
    assert PracticeSession.objects.latest("pk").mode == "favourites"
    client.post(url, {"favourite": "0"})
    assert "No favourites yet" in client.get(reverse("practice:favourites")).content.decode()


def test_an_essay_that_waits_for_its_judgement_can_be_a_favourite(client, learner, bank):
    make_question(bank=bank, type="essay")
    version = practise(learner, bank, "My text")
    assert not QuestionProgress.objects.exists()
    url = reverse("practice:mark_entry", args=[version.question.public_id])
    client.post(url, {"favourite": "1"})
    assert QuestionProgress.objects.get().favourited_at is not None
    assert client.get(reverse("practice:entry", args=[version.question.public_id])).status_code == 200
    session = PracticeSession.objects.get()
    client.post(reverse("practice:assess", args=[session.public_id]), {"n": 1, "judgement": "right"})
    row = QuestionProgress.objects.get()
    assert (row.answered_count, row.favourited_at is not None) == (1, True)


def test_favourites_are_filtered_by_bank(client, learner):
    for name in ("Alpha", "Beta"):
        version = practise(learner, bank_with_question(make_bank(visibility="public", name=name)), "b")
        Question.objects.filter(pk=version.question_id).update(summary=f"Of {name}")
        client.post(reverse("practice:mark_entry", args=[version.question.public_id]), {"favourite": "1"})
    url = reverse("practice:favourites")
    page = client.get(url, {"bank": version.question.bank.public_id}).content.decode()
    assert "Of Beta" in page
    assert "Of Alpha" not in page
    client.post(reverse("practice:start_favourites"), {"bank": version.question.bank.public_id, "count": "10"})
    assert len(PracticeSession.objects.latest("pk").items) == 1


def test_the_room_shows_what_is_her_own_below_the_feedback(client, learner, bank):
    make_question(bank=bank)
    client.post(reverse("practice:start_bank", args=[bank.public_id]))
    session = PracticeSession.objects.get()
    back = client.post(reverse("practice:answer", args=[session.public_id]), {"n": 1, "q1": "a"}).url
    page = client.get(back).content.decode()
    key = Question.objects.get().public_id
    for words in (
        "In your wrong-answer book",
        "Due on",
        "Favourite",
        "careless",
        "Similar questions",
        'id="practice-note-1"',
    ):
        assert words in page, words
    mark = reverse("practice:mark_entry", args=[key])
    assert client.post(mark, {"mistake": "careless", "next": back}).url == back
    assert QuestionProgress.objects.get().mistake == "careless"
    client.post(mark, {"mistake": "", "next": back})
    assert QuestionProgress.objects.get().mistake == ""
    client.post(mark, {"mistake": "lazy", "next": back})
    assert QuestionProgress.objects.get().mistake == ""
    client.post(reverse("practice:report_entry", args=[key]), {"reason": "key", "text": "No"})
    assert QuestionReport.objects.count() == 1


def test_answers_count_once_whatever_is_done_by_hand_between(client, learner, bank):
    version = practise(learner, bank_with_question(bank), "a")
    client.post(reverse("practice:entry", args=[version.question.public_id]), {"do": "master"})
    practise(learner, bank, "a")
    client.post(reverse("practice:undo"))
    row = QuestionProgress.objects.get()
    assert (row.wrong_count, row.mastered_at, PracticeAnswer.objects.count()) == (2, None, 2)
