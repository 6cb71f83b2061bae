"""Entries of the wrong-answer book that cannot be practised now, since their bank is closed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from edu.access.services import give_grant, revoke_grants
from edu.core.clock import now_utc
from exams.models import (
    Attempt,
    ItemResult,
    PracticeSession,
    QuestionProgress,
)
from exams.practice.book_starts import start_wrong_practice
from exams.practice.due import count_due, count_due_of_many, count_open_entries
from exams.practice.today import today
from tests.factories.exams import make_bank, make_exam, make_question, make_user
from tests.integration.exams.wrong_answer_book import (
    BOOK,
    bank_with_question,
    entry,
    make_topic,
    many_entries,
    page_of,
    practise,
)

pytestmark = pytest.mark.django_db


def test_entries_of_a_bank_whose_grant_ended_stay_but_are_locked(client, learner):
    bank = make_bank(visibility="public", requires_grant=True, name="Sold bank")
    give_grant(user_id=learner.pk, product_key=bank.product_key, source_kind="order", source_id="1")
    version = practise(learner, bank_with_question(bank), "a")
    QuestionProgress.objects.update(favourited_at=now_utc())
    url = reverse("practice:entry", args=[version.question.public_id])
    assert "locked" not in page_of(client)
    assert client.get(url).context["question"] is not None
    revoke_grants(source_kind="order", source_id="1", reason="ended")
    page = page_of(client)
    assert "Some entries of “Sold bank” are locked" in page
    shown = client.get(url, {"answer": "1"})
    assert shown.context["question"] is None
    assert "EXPLANATION-KEY" not in shown.content.decode()
    before = PracticeSession.objects.count()
    for name in ("start_wrong", "start_due", "start_favourites"):
        client.post(reverse(f"practice:{name}"))
    for fields in ({}, {"what": "siblings"}):
        client.post(reverse("practice:start_entry", args=[version.question.public_id]), fields)
    assert PracticeSession.objects.count() == before
    assert client.get(reverse("practice:book_pdf")).status_code == 302
    assert client.get(reverse("practice:book_xlsx")).status_code == 302
    assert client.get(reverse("practice:favourites")).status_code == 200


def test_the_free_sample_and_what_an_exam_showed_stay_open(client, learner):
    bank = make_bank(visibility="public", requires_grant=True, free_sample_count=1)
    topic = make_topic(bank, "One")
    sample, sat, closed = (make_question(bank=bank, topic=topic) for _n in range(3))
    for version in (sample, sat, closed):
        entry(learner, version)
    exam, now = make_exam(), now_utc()
    attempt = Attempt.objects.create(
        exam=exam, user=learner, number=1, state="graded", seed=1, paper={}, started_at=now, deadline_at=now,
        submitted_at=now, released_at=now,
    )  # fmt: skip
    ItemResult.objects.create(
        attempt_id=attempt.pk, slot=1, exam_id=exam.pk, user_id=learner.pk, question_id=sat.question_id,
        version_id=sat.pk, state="graded", fraction=0, mark=0, maximum=1,
    )  # fmt: skip
    session = start_wrong_practice(user=learner, title="Retry")
    assert {item["question_id"] for item in session.items} == {sample.question_id, sat.question_id}
    assert "Due now" in page_of(client)
    assert client.get(reverse(BOOK)).context["counts"].states["due"] == 2


def test_a_bank_that_was_withdrawn_closes_its_entries(client, learner, bank):
    practise(learner, bank_with_question(bank), "a")
    bank.visibility = "personal"
    bank.save()
    client.post(reverse("practice:start_wrong"))
    assert PracticeSession.objects.count() == 1


def sold_bank(learner, count):
    """Return a bank for sale whose grant has ended, with as many wrong answers of the learner, all of them due."""
    bank = make_bank(visibility="public", requires_grant=True, name="Sold bank")
    give_grant(user_id=learner.pk, product_key=bank.product_key, source_kind="order", source_id="1")
    many_entries(learner, bank, count)
    QuestionProgress.objects.filter(question__bank=bank).update(due_at=now_utc() - timedelta(days=1))
    revoke_grants(source_kind="order", source_id="1", reason="ended")
    return bank


def test_what_is_locked_has_a_tab_of_its_own_and_counts_nowhere_else(client, learner, bank):
    sold_bank(learner, 3)
    mine = entry(learner, make_question(bank=bank))
    entry(learner, make_question(bank=bank), wrong=0, blank=1)
    counts = client.get(reverse(BOOK)).context["counts"]
    assert counts.states == {"open": 1, "due": 2, "blank": 1, "mastered": 0, "locked": 3}
    assert (counts.due_today, counts.total) == (2, 5)
    for state, count in counts.states.items():
        shown = client.get(reverse(BOOK), {"state": state})
        assert len(shown.context["page_obj"].object_list) == count, state
    locked = page_of(client, state="locked")
    assert locked.count('class="row book-row"') == 3
    assert reverse("practice:start_wrong") not in locked
    assert "Sold bank" in locked
    assert client.get(reverse("practice:book_xlsx"), {"state": "locked"}).status_code == 302
    client.post(reverse("practice:start_wrong"), {"state": "locked"})
    assert not PracticeSession.objects.exists()
    due_now = count_due(user_id=learner.pk, now=now_utc())
    assert (due_now, today(learner.pk).due, count_open_entries(user_id=learner.pk)) == (2, 2, 2)
    client.post(reverse("practice:start_due"))
    assert len(PracticeSession.objects.get().items) == 2
    assert mine.question_id in {item["question_id"] for item in PracticeSession.objects.get().items}


def test_the_tab_of_locked_entries_is_there_only_while_something_is_locked(client, learner, bank):
    entry(learner, make_question(bank=bank))
    assert "state=locked" not in page_of(client)
    assert "Nothing is locked" in page_of(client, state="locked")


def test_nobody_is_reminded_of_what_is_locked(client, learner, bank):
    sold_bank(learner, 2)
    other = make_user()
    entry(other, make_question(bank=bank))
    assert count_due_of_many(user_ids=[learner.pk, other.pk], now=now_utc()) == {other.pk: 1}
    entry(learner, make_question(bank=bank))
    assert count_due_of_many(user_ids=[learner.pk, other.pk], now=now_utc()) == {other.pk: 1, learner.pk: 1}
    assert today(learner.pk).due == 1


@pytest.mark.parametrize("count", [2, 300])
def test_counting_what_is_due_takes_the_same_statements_whatever_the_size(
    client, learner, bank, count, django_assert_num_queries
):
    many_entries(learner, bank, count)
    QuestionProgress.objects.update(due_at=now_utc() - timedelta(days=1))
    with django_assert_num_queries(2):
        assert count_due(user_id=learner.pk, now=now_utc()) == count
    sold_bank(learner, count)
    with django_assert_num_queries(15):
        assert count_due(user_id=learner.pk, now=now_utc()) == count
    with django_assert_num_queries(15):
        assert count_open_entries(user_id=learner.pk) == count
