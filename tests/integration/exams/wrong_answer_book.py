"""What the tests of the wrong-answer book share: a learner, a bank, entries as answers leave them, and the pages."""

import io
from datetime import timedelta

from django.urls import reverse
from python_calamine import load_workbook

from edu.core.clock import now_utc
from exams.models import (
    Attempt,
    ItemResult,
    Question,
    QuestionProgress,
    Topic,
)
from exams.practice.answers import answer_question
from exams.practice.starts import start_chapter_practice
from tests.factories.exams import make_exam, make_question

BOOK = "practice:wrong_answers"


def make_topic(bank, name, parent=None):
    topic = Topic.objects.create(bank=bank, name=name, parent=parent)
    topic.path = f"{parent.path if parent else '/'}{topic.pk}/"
    topic.save()
    return topic


def page_of(client, **query):
    response = client.get(reverse(BOOK), query)
    assert response.status_code == 200
    return response.content.decode()


def entry(user, version, *, wrong=1, blank=0, days_ago=1, **fields):
    """Return a row of a learner's book as answers would have left it."""
    at = now_utc() - timedelta(days=days_ago)
    values = {
        "version_id": version.pk, "answered_count": wrong + blank, "wrong_count": wrong, "blank_count": blank,
        "source_kind": "practice", "source_id": 1, "first_wrong_at": at, "last_wrong_at": at, "last_answered_at": at,
        "last_fraction": 0.0, "stability": 0.4, "difficulty": 6.0, "due_at": at + timedelta(days=1),
    }  # fmt: skip
    return QuestionProgress.objects.create(user=user, question=version.question, **values | fields)


def many_entries(user, bank, count, *, exam=None):
    topic = make_topic(bank, "Big")
    first = make_question(bank=bank, topic=topic)
    made = Question.objects.bulk_create(
        Question(
            bank=bank, topic=topic, type="single_choice", status="published", summary=f"Number {n}",
            content=first.content, key=first.key, current_version=first,
        )
        for n in range(count)
    )  # fmt: skip
    at = now_utc()
    attempts = []
    if exam is not None:
        attempts = [
            Attempt.objects.create(
                exam=exam, user=user, number=1, state="graded", seed=1, paper={}, started_at=at, deadline_at=at,
                released_at=at,
            )
        ]  # fmt: skip
    QuestionProgress.objects.bulk_create(
        QuestionProgress(
            user=user, question=question, version_id=first.pk, wrong_count=1 + place % 3, answered_count=3,
            source_kind="exam" if attempts and place % 2 else "practice",
            source_id=attempts[0].pk if attempts and place % 2 else 1,
            last_wrong_at=at - timedelta(minutes=place), first_wrong_at=at, last_answered_at=at, stability=1.0,
            difficulty=5.0, due_at=at + timedelta(days=place % 9),
        )
        for place, question in enumerate(made)
    )  # fmt: skip


def hide(user, version):
    """Let an exam that keeps its review until it closes ask the question."""
    exam = make_exam(review_policy={"after_close": True})
    now = now_utc()
    attempt = Attempt.objects.create(
        exam=exam, user=user, number=1, state="graded", seed=1, paper={}, started_at=now, deadline_at=now,
        submitted_at=now, released_at=now,
    )  # fmt: skip
    ItemResult.objects.create(
        attempt_id=attempt.pk, slot=1, exam_id=exam.pk, user_id=user.pk, question_id=version.question_id,
        version_id=version.pk, state="graded", fraction=0, mark=0, maximum=1,
    )  # fmt: skip


def practise(user, bank, *responses):
    """Answer the first question of a bank several times."""
    for response in responses:
        session = start_chapter_practice(user=user, bank=bank)
        version = Question.objects.get(pk=session.items[0]["question_id"]).current_version
        answer_question(session=session, index=0, version=version, response=response, seconds=42)
    return version


def bank_with_question(bank, **fields):
    make_question(bank=bank, **fields)
    return bank


def rows_of(client, **query):
    """Return the rows of the exported spreadsheet, without what stands above them."""
    response = client.get(reverse("practice:book_xlsx"), query)
    assert response.status_code == 200, response
    return load_workbook(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()[2:]
