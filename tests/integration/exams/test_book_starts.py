"""How practice starts from the wrong-answer book."""

from datetime import timedelta

import pytest
from django.urls import reverse

from edu.core.clock import now_utc
from exams.models import (
    PracticeSession,
    Question,
    QuestionProgress,
)
from exams.practice.book import BookFilter
from exams.practice.book_starts import start_wrong_practice
from tests.factories.exams import make_question
from tests.integration.exams.wrong_answer_book import BOOK, entry, make_topic, page_of

pytestmark = pytest.mark.django_db


def test_retrying_takes_as_many_as_chosen_in_the_chosen_order(client, learner, bank):
    versions = [make_question(bank=bank) for _n in range(12)]
    for place, version in enumerate(versions):
        entry(learner, version, wrong=1 + place % 4, days_ago=20 - place)
    ids = [version.question_id for version in versions]

    def start(**fields):
        response = client.post(reverse("practice:start_wrong"), fields)
        assert response.url.startswith("/practice/sessions/")
        return [item["question_id"] for item in PracticeSession.objects.latest("pk").items]

    assert start(count="10", order="oldest") == ids[:10]
    assert start(count="10", order="most_wrong")[:3] == [ids[3], ids[7], ids[11]]
    assert sorted(start(count="200", order="random")) == ids
    assert PracticeSession.objects.latest("pk").mode == "wrong"
    assert "/practice/wrong/" in client.post(reverse("practice:start_wrong"), {"count": "9999"}).url
    assert "/practice/wrong/" in client.post(reverse("practice:start_wrong"), {"order": "x"}).url


def test_retired_withheld_and_unpublished_questions_are_listed_but_not_asked(client, learner, bank):
    versions = [make_question(bank=bank) for _n in range(3)]
    for version in versions:
        entry(learner, version)
    Question.objects.filter(pk=versions[0].question_id).update(status="retired")
    Question.objects.filter(pk=versions[1].question_id).update(is_withheld=True)
    session = start_wrong_practice(user=learner, title="Retry", chosen=BookFilter(state="open"))
    assert [item["question_id"] for item in session.items] == [versions[2].question_id]
    page = page_of(client)
    assert page.count("no longer asked") == 2
    assert client.get(reverse(BOOK)).context["counts"].states["due"] == 1
    gone = client.get(reverse("practice:entry", args=[versions[0].question.public_id])).content.decode()
    assert "This question is no longer asked" in gone


def test_what_is_due_is_asked_the_longest_overdue_first_and_counted_by_day(client, learner, bank):
    now = now_utc()
    versions = [make_question(bank=bank) for _n in range(4)]
    for version, hours in zip(versions, (-1, -50, 24 * 3, 24 * 40), strict=True):
        entry(learner, version, due_at=now + timedelta(hours=hours))
    counts = client.get(reverse(BOOK)).context["counts"]
    assert counts.states["due"] == 2
    assert counts.due_week == 3
    client.post(reverse("practice:start_due"))
    session = PracticeSession.objects.get()
    assert [item["question_id"] for item in session.items] == [versions[1].question_id, versions[0].question_id]
    assert session.mode == "due"


def test_similar_questions_are_of_the_same_topic_new_ones_first(client, learner, bank):
    topic = make_topic(bank, "Topic A")
    versions = [make_question(bank=bank, topic=topic) for _n in range(8)]
    make_question(bank=bank, topic=make_topic(bank, "Topic B"))
    entry(learner, versions[0])
    entry(learner, versions[1])
    for version in versions[2:5]:
        QuestionProgress.objects.create(
            user=learner, question=version.question, answered_count=1, right_count=1, last_answered_at=now_utc()
        )
    key = versions[0].question.public_id
    page = client.get(reverse("practice:entry", args=[key]))
    assert [row.question.pk for row in page.context["siblings"]] == [
        *(version.question_id for version in versions[5:]), versions[1].question_id, versions[2].question_id
    ]  # fmt: skip
    client.post(reverse("practice:start_entry", args=[key]), {"what": "siblings"})
    session = PracticeSession.objects.get()
    assert (session.mode, len(session.items), session.topic_id) == ("siblings", 5, topic.pk)
