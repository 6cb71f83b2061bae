"""Records of practice and exams in one list, as a file, and the download of everything."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from edu.accounts.services import export_personal_data
from edu.core.clock import now_utc
from edu.documents.xlsx import read_rows
from edu.events.types import AccountDeleted
from edu.jobs.models import Job
from edu.jobs.run import run_job_now
from exams.handlers import forget_signals
from exams.models import Attempt, PracticeExport, PracticeSession, QuestionProgress
from exams.practice.answers import answer_question, finish_session
from exams.practice.export import KEPT_DAYS, remove_old_practice
from exams.practice.starts import start_chapter_practice
from tests.factories.exams import make_bank, make_exam, make_question, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def learner(client):
    user = make_user()
    client.force_login(user)
    return user


def practise(user, *, answers=("b",), feedback="at_once", finish=True, name="Accounting"):
    bank = make_bank(visibility="public", name=name)
    versions = [make_question(bank=bank) for _answer in answers]
    session = start_chapter_practice(user=user, bank=bank, feedback=feedback)
    for index, given in enumerate(answers):
        answer_question(session=session, index=index, version=versions[index], response=given)
    if finish:
        finish_session(session=session)
    return session


def sit(user, *, released=True, title="Final exam", **fields):
    exam = make_exam(title=title)
    now = now_utc()
    values = {
        "exam": exam,
        "user": user,
        "number": 1,
        "seed": 1,
        "state": Attempt.State.GRADED,
        "paper": {"sections": []},
        "started_at": now - timedelta(hours=1),
        "deadline_at": now,
        "submitted_at": now,
        "score": 7,
        "maximum": 10,
        "percent": 70,
        "passed": True,
        "released_at": now if released else None,
    }
    return Attempt.objects.create(**values | fields)


def titles(client, **query):
    response = client.get(reverse("practice:records"), query)
    assert response.status_code == 200
    return [row.title for row in response.context["rows"]]


def test_practice_and_exams_stand_in_one_list_newest_first_and_are_filtered(client, learner):
    old = practise(learner, name="Old")
    PracticeSession.objects.filter(pk=old.pk).update(started_at=now_utc() - timedelta(days=3))
    sit(learner)
    practise(learner, name="New", finish=False)
    assert titles(client) == ["New", "Final exam", "Old"]
    assert titles(client, kind="practice") == ["New", "Old"]
    assert titles(client, kind="exam") == ["Final exam"]
    assert titles(client, state="open") == ["New"]
    assert titles(client, state="passed") == ["Final exam"]
    assert titles(client, bank=str(old.bank.public_id)) == ["Old"]
    assert titles(client, mode="chapter", q="ol") == ["Old"]
    assert titles(client, until=(now_utc() - timedelta(days=2)).date().isoformat()) == ["Old"]
    assert titles(client, since="nonsense", state="';--", bank="x", page="-4") == ["New", "Final exam", "Old"]


def test_an_exam_shows_its_result_only_when_released_and_others_records_are_not_there(client, learner):
    sit(learner, released=False)
    stranger = make_user()
    practise(stranger, name="Strange")
    sit(stranger, title="Foreign")
    response = client.get(reverse("practice:records"))
    row = response.context["rows"][0]
    assert (len(response.context["rows"]), row.score, row.state_label) == (1, None, "Awaiting the result")
    assert titles(client, state="passed") == []
    csv = b"".join(client.get(reverse("practice:records_csv")).streaming_content).decode()
    assert "70" not in csv
    assert "Foreign" not in csv
    assert "Strange" not in csv


def test_the_list_asks_the_same_number_of_statements(client, learner):
    counts = []
    for _round in range(2):
        for index in range(4):
            practise(learner, name=f"Bank {index}")
            sit(learner, title=f"Exam {index}")
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("practice:records"))
        counts.append(len([one for one in asked if "exams_" in one["sql"]]))
    assert counts == [5, 5]


def test_the_list_is_a_file_with_the_same_filter(client, learner):
    practise(learner, name="=1+1")
    sit(learner)
    csv = b"".join(client.get(reverse("practice:records_csv"), {"kind": "practice"}).streaming_content).decode()
    assert "'=1+1" in csv
    assert "Final exam" not in csv
    rows = read_rows(data=client.get(reverse("practice:records_xlsx")).content)
    assert {row[1] for row in rows[1:]} == {"=1+1", "Final exam"}


def unpacked(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    return json.loads(archive.read("practice.json")), archive.read("practice.xlsx")


def test_everything_practised_comes_as_a_file_that_a_job_writes(client, learner):
    practise(learner, answers=("a", "b"))
    QuestionProgress.objects.filter(last_wrong_at__isnull=False).update(note="MY NOTE", favourited_at=now_utc())
    sit(learner)
    sit(learner, released=False, title="Secret")
    practise(make_user(), name="Strange")
    response = client.post(reverse("practice:export"))
    job = Job.objects.get(kind="exams.export_practice")
    assert response.url == reverse("jobs:detail", args=[job.public_id])
    client.post(reverse("practice:export"))
    assert Job.objects.filter(kind="exams.export_practice").count() == 1
    run_job_now(job_id=job.pk)
    job.refresh_from_db()
    url = job.result["url"]
    found, workbook = unpacked(b"".join(client.get(url).streaming_content))
    assert [row["title"] for row in found["sessions"]] == ["Accounting"]
    given = found["sessions"][0]["answers"]
    assert [(row["question"], row["response"], row["fraction"]) for row in given] == [
        ("One plus one?", "a", 0.0),
        ("One plus one?", "b", 1.0),
    ]
    assert found["wrong_answer_book"][0]["note"] == "MY NOTE"
    assert found["notes_and_favourites"][0]["favourited_at"]
    assert [row["exam"] for row in found["exam_results"]] == ["Final exam"]
    text = json.dumps(found)
    assert "EXPLANATION-KEY" not in text
    assert "FEEDBACK-KEY" not in text
    assert len(read_rows(data=workbook, sheet_index=1)) == 3
    client.force_login(make_user())
    assert client.get(url).status_code == 404
    client.force_login(learner)
    PracticeExport.objects.update(finished_at=now_utc() - timedelta(days=KEPT_DAYS, hours=1))
    assert remove_old_practice() == 1
    assert client.get(url).status_code == 404


def test_an_unfinished_practice_with_feedback_at_the_end_tells_no_marks(learner):
    practise(learner, answers=("b", "a"), feedback="at_end", finish=False)
    found = export_personal_data(user=learner)["practice"]
    assert [row["fraction"] for row in found["sessions"][0]["answers"]] == [None, None]
    assert found["sessions"][0]["right"] is None
    assert found["preferences"]["daily_goal"] == 20


def test_who_leaves_takes_her_files_along(client, learner):
    client.post(reverse("practice:export"))
    run_job_now(job_id=Job.objects.get(kind="exams.export_practice").pk)
    name = PracticeExport.objects.get().storage_name
    assert default_storage.exists(name)
    for _time in range(2):
        forget_signals(AccountDeleted(user_id=learner.pk, public_id=str(learner.public_id)))
    assert not default_storage.exists(name)
    assert PracticeExport.objects.count() == 0
