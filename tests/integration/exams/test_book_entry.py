"""An entry of the wrong-answer book: history, key on request, strangers, what an exam hides."""

from datetime import timedelta

import pytest
from django.urls import reverse

from edu.core.clock import now_utc
from exams.models import (
    Attempt,
    ItemResult,
    PracticeSession,
    Question,
    QuestionProgress,
    QuestionReport,
)
from exams.practice.answers import answer_question
from exams.practice.question_progress import rebuild
from exams.practice.starts import start_chapter_practice
from tests.factories.exams import make_exam, make_question, make_user
from tests.integration.exams.wrong_answer_book import BOOK, bank_with_question, entry, hide, page_of, practise, rows_of

pytestmark = pytest.mark.django_db


def test_an_entry_tells_its_history_and_shows_the_key_only_on_request(client, learner, bank):
    version = practise(learner, bank_with_question(bank), "a", None, "b")
    url = reverse("practice:entry", args=[version.question.public_id])
    page = client.get(url).content.decode()
    assert "One plus one?" in page
    assert "EXPLANATION-KEY" not in page
    assert "FEEDBACK-KEY" not in page
    for words in ("Wrong", "Not answered", "Right", "42 seconds", "1 more right answer", "below 90 %"):
        assert words in page, words
    opened = client.get(url, {"answer": "1"}).content.decode()
    assert "EXPLANATION-KEY" in opened


def test_feedback_that_waits_for_the_end_is_not_told_by_the_history(client, learner, bank):
    make_question(bank=bank)
    session = start_chapter_practice(user=learner, bank=bank, feedback="at_end")
    version = Question.objects.get(pk=session.items[0]["question_id"]).current_version
    answer_question(session=session, index=0, version=version, response="a")
    page = client.get(reverse("practice:entry", args=[version.question.public_id])).content.decode()
    assert "No answer is out yet" in page


def test_an_exam_stands_in_the_history_with_as_much_as_it_lets_out(client, learner, bank):
    version = make_question(bank=bank)
    for policy, words in (({}, "Wrong"), ({"marks": False, "answers": False}, "")):
        exam = make_exam(review_policy=policy, title=f"Finals {len(policy)}")
        now = now_utc()
        slot = {"slot": 1, "version_id": version.pk, "marks": "1", "order": {}}
        attempt = Attempt.objects.create(
            exam=exam, user=learner, number=1, state="graded", seed=1, started_at=now, deadline_at=now,
            submitted_at=now, released_at=now, paper={"sections": [{"slots": [slot]}]}, responses={"1": '"a"'},
        )  # fmt: skip
        ItemResult.objects.create(
            attempt_id=attempt.pk, slot=1, exam_id=exam.pk, user_id=learner.pk, question_id=version.question_id,
            version_id=version.pk, state="graded", fraction=0, mark=0, maximum=1,
        )  # fmt: skip
        ItemResult.objects.exclude(attempt_id=attempt.pk).delete()
        rebuild(user_id=learner.pk, question_ids=[version.question_id])
        page = client.get(reverse("practice:entry", args=[version.question.public_id])).content.decode()
        assert exam.title in page
        assert ("A. " in page.split("What you answered")[1]) is bool(words)
        assert ("<strong>Wrong</strong>" in page) is bool(words)


@pytest.mark.parametrize("type_", ["single_choice", "multiple_choice", "fill_blank", "matching", "ordering", "material",
                                   "calculated", "hotspot", "essay", "numerical", "cloze"])  # fmt: skip
def test_every_type_is_shown_without_its_key_and_exported(client, learner, bank, type_):
    version = make_question(bank=bank, type=type_)
    entry(learner, version)
    url = reverse("practice:entry", args=[version.question.public_id])
    page = client.get(url).content.decode()
    assert "SECRET-KEY" not in page
    assert "EXPLANATION-KEY" not in page
    assert client.get(url, {"answer": "1"}).status_code == 200
    for name in ("practice:book_pdf", "practice:book_xlsx"):
        assert client.get(reverse(name)).status_code == 200


def test_what_belongs_to_somebody_else_is_not_there_and_stays_as_it_is(client, learner, bank):
    other = make_user()
    row = entry(other, make_question(bank=bank), note="private", favourited_at=now_utc())
    key = row.question.public_id
    before = QuestionProgress.objects.values().get()
    for name, fields in (
        ("entry", {"note": "x"}),
        ("entry", {"do": "master"}),
        ("mark_entry", {"favourite": "0"}),
        ("mark_entry", {"favourite": "1"}),
        ("mark_entry", {"mistake": "careless"}),
        ("start_entry", {}),
        ("start_entry", {"what": "siblings"}),
        ("report_entry", {"reason": "key"}),
    ):
        response = client.post(reverse(f"practice:{name}", args=[key]), fields)
        assert response.status_code == 404, (name, fields)
    assert client.get(reverse("practice:entry", args=[key])).status_code == 404
    for what in ("master", "mistake-careless", "practise"):
        client.post(reverse("practice:change_several"), {"chosen": [str(key)], "do": what})
    client.post(reverse("practice:undo"))
    assert QuestionProgress.objects.values().get() == before
    assert not PracticeSession.objects.exists()
    assert not QuestionReport.objects.exists()
    assert client.get(reverse("practice:book_pdf")).status_code == 302


def test_who_is_not_signed_in_is_sent_to_sign_in(client, bank):
    key = make_question(bank=bank).question.public_id
    for url in (
        reverse(BOOK), reverse("practice:favourites"), reverse("practice:settings"), reverse("practice:book_pdf"),
        reverse("practice:entry", args=[key]),
    ):  # fmt: skip
        assert "/accounts/login" in client.get(url).url


def test_what_an_exam_hides_is_in_no_list_entry_start_or_export(client, learner, bank):
    hidden, open_ = make_question(bank=bank), make_question(bank=bank)
    for version, words in ((hidden, "Hidden words"), (open_, "Open words")):
        row = entry(learner, version, favourited_at=now_utc())
        Question.objects.filter(pk=row.question_id).update(summary=words, search_text=words)
    hide(learner, hidden)
    key = hidden.question.public_id
    pages = [page_of(client, state=state) for state in ("open", "due")]
    pages.append(client.get(reverse("practice:favourites")).content.decode())
    pages.append(client.get(reverse("practice:entry", args=[open_.question.public_id])).content.decode())
    assert all("Hidden words" not in page for page in pages)
    for url in (reverse("practice:entry", args=[key]), reverse("practice:entry", args=[key]) + "?answer=1"):
        assert client.get(url).status_code == 404
    assert client.post(reverse("practice:start_entry", args=[key])).status_code == 404
    assert client.post(reverse("practice:report_entry", args=[key]), {"reason": "key"}).status_code == 404
    client.post(reverse("practice:change_several"), {"chosen": [str(key)], "do": "practise"})
    client.post(reverse("practice:start_entry", args=[open_.question.public_id]), {"what": "siblings"})
    assert not PracticeSession.objects.exists()
    for name in ("start_wrong", "start_due", "start_favourites"):
        client.post(reverse(f"practice:{name}"), {"count": "200"})
    asked = {item["question_id"] for session in PracticeSession.objects.all() for item in session.items}
    assert (PracticeSession.objects.count(), asked) == (3, {open_.question_id})
    assert len(rows_of(client)) == 1


def test_what_an_attempt_asks_that_is_under_way_stays_out_of_the_book_until_it_ends(client, learner, bank):
    version = make_question(bank=bank)
    entry(learner, version)
    exam, now = make_exam(review_policy={}), now_utc()
    slot = {"slot": 1, "version_id": version.pk, "marks": "1", "order": {}}
    attempt = Attempt.objects.create(
        exam=exam, user=learner, number=1, state="open", seed=1, started_at=now, deadline_at=now + timedelta(hours=1),
        paper={"sections": [{"slots": [slot]}]},
    )  # fmt: skip
    url = reverse("practice:entry", args=[version.question.public_id])
    assert "A single_choice question" not in page_of(client)
    assert client.get(url, {"answer": "1"}).status_code == 404
    client.post(reverse("practice:start_wrong"))
    assert not PracticeSession.objects.exists()
    attempt.state = "graded"
    attempt.save()
    assert "A single_choice question" in page_of(client)
    assert client.get(url, {"answer": "1"}).status_code == 200
