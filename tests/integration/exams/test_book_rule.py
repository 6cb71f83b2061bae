"""The rule by which entries leave the wrong-answer book, and who makes it anew."""

import pytest
from django.urls import reverse

from edu.jobs.models import Job
from edu.jobs.run import run_job_now
from exams.models import (
    PracticePreference,
    QuestionProgress,
)
from exams.practice.rule_settings import MOST_AT_ONCE
from tests.factories.exams import make_user
from tests.integration.exams.wrong_answer_book import bank_with_question, many_entries, page_of, practise

pytestmark = pytest.mark.django_db


RULE = {
    "section": "rule", "rule-mastery_kind": "streak", "rule-mastery_streak": "1", "rule-mastery_days": "30",
    "rule-retention": "90",
}  # fmt: skip


def test_another_rule_makes_the_book_anew_at_once(client, learner, bank):
    practise(learner, bank_with_question(bank), "a", "b")
    url = reverse("practice:settings")
    assert QuestionProgress.objects.get().mastered_at is None
    assert client.get(url).status_code == 200
    assert client.post(url, RULE).status_code == 302
    assert QuestionProgress.objects.get().mastered_at is not None
    before = QuestionProgress.objects.get().due_at
    client.post(url, RULE | {"rule-mastery_streak": "3", "rule-retention": "97"})
    row = QuestionProgress.objects.get()
    assert row.mastered_at is None
    assert row.due_at <= before
    assert PracticePreference.objects.get().retention == 97
    assert "3 times in a row" in page_of(client)
    assert not Job.objects.filter(kind="exams.practice_rebuild").exists()


@pytest.mark.parametrize(("name", "value"), [("mastery_streak", "0"), ("mastery_streak", "6"), ("mastery_days", "6"),
                                         ("mastery_days", "366"), ("retention", "79"), ("retention", "98"),
                                         ("retention", "x"), ("mastery_kind", "never")])  # fmt: skip
def test_a_rule_outside_its_ranges_is_refused_and_nothing_changes(client, learner, name, value):
    response = client.post(reverse("practice:settings"), RULE | {f"rule-{name}": value})
    assert response.status_code == 422
    assert not PracticePreference.objects.exists()
    assert client.post(reverse("practice:settings"), {"section": "other"}).status_code == 404


def test_a_large_book_is_made_anew_by_a_job_that_its_owner_sees(client, learner, bank):
    many_entries(learner, bank, MOST_AT_ONCE + 1)
    response = client.post(reverse("practice:settings"), RULE)
    job = Job.objects.get(kind="exams.practice_rebuild")
    assert job.owner_id == learner.pk
    assert str(job.public_id) in response.url
    assert f"job-{job.public_id}" in client.get(response.url).content.decode()
    assert run_job_now(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    client.force_login(make_user())
    assert f"job-{job.public_id}" not in client.get(response.url).content.decode()
