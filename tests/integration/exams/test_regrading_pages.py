"""Pages of regrading, from choosing a question to undoing; strangers; statements at two sizes; files."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import load_workbook

from edu.core.clock import now_utc
from exams.models import Exam, ItemResult, QuestionReport, QuestionStatistics, RegradeSet
from tests.factories.exams import SAMPLES, make_user
from tests.factories.organizations import make_organization, make_trainer_user
from tests.factories.regrading import confirm, first_version, make_class, plan, publish_corrected

pytestmark = pytest.mark.django_db
RIGHT, WRONG = {1: "b", 2: True}, {1: "a", 2: True}


def new_url(exam):
    version = first_version(exam)
    return reverse("regrading:new", args=[exam.public_id, version.question.public_id, version.number])


FORM = {"policy": "new_key", "key_source": "here", "right": ["a"], "scope": "exam", "certificates": "keep"}


def test_from_choosing_a_question_to_undoing(client, run_jobs):
    exam, _attempts = make_class(answers=[RIGHT, WRONG])
    client.force_login(exam.owner)
    page = client.get(reverse("regrading:choose", args=[exam.public_id]))
    assert new_url(exam) in page.content.decode()
    answer = client.post(new_url(exam), FORM | {"reason": "1 is right"})
    row = RegradeSet.objects.get()
    url = reverse("regrading:detail", args=[row.public_id])
    assert answer["Location"] == url
    assert "being computed" in client.get(url).content.decode()
    run_jobs()
    page = client.get(url).content.decode()
    assert "Change the marks so" in page
    assert "now passes" in page
    client.post(url, {"do": "confirm"})
    assert "being carried out" in client.get(url).content.decode()
    run_jobs()
    page = client.get(url).content.decode()
    assert "What it changed" in page
    answer = client.post(url, {"do": "undo"})
    undo = RegradeSet.objects.get(undoes=row)
    assert answer["Location"] == reverse("regrading:detail", args=[undo.public_id])
    run_jobs()
    client.post(answer["Location"], {"do": "confirm"})
    run_jobs()
    assert RegradeSet.objects.get(pk=row.pk).state == "undone"
    assert "carried out" in client.get(reverse("regrading:index")).content.decode()
    assert Exam.objects.get(pk=exam.pk).decisions == {}


def test_what_is_missing_is_said_beside_the_field_and_nothing_is_lost(client):
    exam, _attempts = make_class(answers=[RIGHT])
    client.force_login(exam.owner)
    answer = client.post(new_url(exam), {"policy": "new_key", "key_source": "here", "right": ["b"], "reason": "Why so"})
    assert answer.status_code == 422
    assert "Why so" in answer.content.decode()
    answer = client.post(new_url(exam), FORM | {"right": ["b"], "reason": "Why so"})
    assert "This is the key by which the question was marked." in answer.content.decode()
    assert not RegradeSet.objects.exists()


def test_a_newer_version_is_offered_and_other_types_are_told_where_to_get_one(client, run_jobs):
    exam, _attempts = make_class(answers=[RIGHT])
    publish_corrected(first_version(exam))
    client.force_login(exam.owner)
    assert "of version 2" in client.get(new_url(exam)).content.decode()
    client.post(new_url(exam), FORM | {"key_source": "2", "reason": "1 is right"})
    assert RegradeSet.objects.get().key_version.number == 2
    other, _others = make_class(answers=[{1: ["i1", "i2"]}], types=("ordering",), owner=exam.owner)
    assert "correct the question and publish it" in client.get(new_url(other)).content.decode()


def test_strangers_get_404_everywhere(client, run_jobs):
    exam, _attempts = make_class(answers=[RIGHT, WRONG])
    row = plan(exam, run_jobs=run_jobs)
    pages = [
        reverse("regrading:choose", args=[exam.public_id]),
        reverse("regrading:of_question", args=[row.version.question.public_id]),
        new_url(exam),
        reverse("regrading:detail", args=[row.public_id]),
        reverse("regrading:export", args=[row.public_id]),
    ]
    for person in (make_user(is_instructor=True), make_user()):
        client.force_login(person)
        assert [client.get(page).status_code for page in pages] == [404] * len(pages)
        for verb in ("confirm", "undo", "discard", "again"):
            assert client.post(pages[3], {"do": verb}).status_code == 404
        assert client.post(new_url(exam), FORM | {"reason": "x"}).status_code == 404
    assert client.get(reverse("regrading:index")).status_code == 404
    assert list(RegradeSet.objects.values_list("state", flat=True)) == ["previewed"]
    client.logout()
    assert all(client.get(page).status_code == 302 for page in pages)


def test_a_trainer_of_the_organisation_may_and_of_another_may_not(client, run_jobs):
    exam, _attempts = make_class(answers=[RIGHT, WRONG])
    row = plan(exam, run_jobs=run_jobs)
    organization = make_organization()
    Exam.objects.filter(pk=exam.pk).update(organization=organization)
    url = reverse("regrading:detail", args=[row.public_id])
    client.force_login(make_trainer_user(make_organization()))
    assert client.get(url).status_code == 404
    client.force_login(make_trainer_user(organization))
    assert client.get(url).status_code == 200
    client.post(url, {"do": "confirm"})
    assert RegradeSet.objects.get().state == "applying"


def test_the_page_of_a_change_set_asks_the_same_number_of_questions_of_any_size(client, run_jobs):
    exam, _attempts = make_class(answers=[RIGHT, WRONG])
    small = plan(exam, run_jobs=run_jobs)
    large_exam, _many = make_class(answers=[RIGHT, WRONG, {1: "a"}] * 12, owner=exam.owner)
    large = plan(large_exam, run_jobs=run_jobs)
    client.force_login(exam.owner)
    counts = []
    for row in (small, large):
        url = reverse("regrading:detail", args=[row.public_id])
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_list_is_filtered_and_exported(client, run_jobs):
    exam, attempts = make_class(answers=[RIGHT, WRONG, {}])
    attempts[0].user.real_name = "=cmd|x"
    attempts[0].user.save()
    row = confirm(plan(exam, run_jobs=run_jobs), run_jobs=run_jobs)
    client.force_login(exam.owner)
    url = reverse("regrading:export", args=[row.public_id])
    sheet = load_workbook(io.BytesIO(client.get(url).content)).get_sheet_by_index(0).to_python()
    assert len(sheet) == 4
    csv = b"".join(client.get(url, {"format": "csv", "show": "loss"}).streaming_content).decode("utf-8-sig")
    assert len(csv.splitlines()) == 2
    assert "'=cmd|x" in csv
    page = client.get(reverse("regrading:detail", args=[row.public_id]), {"show": "up"}).content.decode()
    assert "now passes" in page
    assert "no longer passes" not in page


def test_alerts_and_reports_lead_to_marking_anew(client):
    exam, attempts = make_class(answers=[RIGHT])
    version = first_version(exam)
    bank = version.question.bank
    type(bank).objects.filter(pk=bank.pk).update(owner=exam.owner)
    QuestionStatistics.objects.create(
        version=version, question=version.question, health="wrong_key", computed_at=now_utc(), exam_count=20
    )
    QuestionReport.objects.create(
        question=version.question, version=version, reporter=attempts[0].user, reason="key", created_at=now_utc()
    )
    client.force_login(exam.owner)
    wanted = reverse("regrading:of_question", args=[version.question.public_id])
    for page in (reverse("authoring:figures", args=[version.question.public_id]), reverse("authoring:reports")):
        assert wanted in client.get(page).content.decode()
    assert new_url(exam) in client.get(wanted).content.decode()
    assert (
        "key is likely wrong"
        in client.get(reverse("authoring:figures", args=[version.question.public_id])).content.decode()
    )


def test_the_learner_reads_how_it_was_marked_anew(client, run_jobs):
    exam, attempts = make_class(answers=[WRONG])
    client.force_login(attempts[0].user)
    url = reverse("exams:review", args=[attempts[0].public_id])
    assert "marked anew" not in client.get(url).content.decode()
    confirm(plan(exam, run_jobs=run_jobs), run_jobs=run_jobs)
    page = client.get(url).content.decode()
    assert "This question was marked anew with a corrected key." in page
    confirm(plan(exam, policy="drop", run_jobs=run_jobs), run_jobs=run_jobs)
    assert "This question does not count." in client.get(url).content.decode()


def answers_of(exam):
    return list(ItemResult.objects.filter(exam_id=exam.pk).order_by("attempt_id").values_list("mark", flat=True))


@pytest.mark.parametrize(
    ("type_name", "given", "field", "text", "shown"),
    [
        ("short_text", "Beijing", "accept-answer", "beijing", "beijing / SECRET-KEY"),
        ("fill_blank", {"b1": "Beijing"}, "accept-b1", "beijing", "beijing / SECRET-KEY"),
        ("numerical", "12.95", "accept-answer", "13", "13 / 12.5"),
    ],
)
def test_one_more_answer_is_accepted(client, run_jobs, type_name, given, field, text, shown):
    right = SAMPLES[type_name]["right"]
    exam, _attempts = make_class(answers=[{1: right}, {1: given}], types=(type_name,))
    assert answers_of(exam) == [2, 0]
    client.force_login(exam.owner)
    client.post(new_url(exam), FORM | {"reason": "This is right too", field: text})
    row = RegradeSet.objects.get()
    run_jobs()
    assert shown in client.get(reverse("regrading:detail", args=[row.public_id])).content.decode()
    row.refresh_from_db()
    confirm(row, run_jobs=run_jobs)
    assert answers_of(exam) == [2, 2]
    assert shown in client.get(new_url(exam)).content.decode()


def test_a_second_correction_keeps_the_first(client, run_jobs):
    exam, _attempts = make_class(answers=[{1: "one"}, {1: "two"}], types=("short_text",))
    client.force_login(exam.owner)
    for text in ("one", "two"):
        client.post(new_url(exam), FORM | {"reason": "Right too", "accept-answer": text})
        run_jobs()
        confirm(RegradeSet.objects.order_by("-pk").first(), run_jobs=run_jobs)
    assert answers_of(exam) == [2, 2]


@pytest.mark.parametrize(
    ("type_name", "fields", "said"),
    [
        ("numerical", {"accept-answer": "thirteen"}, "Write a number."),
        ("numerical", {"accept-answer": ""}, "Write the answer that is accepted as well."),
        ("short_text", {"accept-answer": "   "}, "Write the answer that is accepted as well."),
        ("short_text", {"accept-answer": "x" * 201}, "at most 200 characters"),
        ("fill_blank", {"accept-answer": "Beijing"}, "Write the answer that is accepted as well."),
    ],
)
def test_an_answer_that_cannot_be_accepted_is_said_beside_its_field(client, type_name, fields, said):
    exam, _attempts = make_class(answers=[{1: SAMPLES[type_name]["right"]}], types=(type_name,))
    client.force_login(exam.owner)
    answer = client.post(new_url(exam), FORM | {"reason": "Kept words"} | fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Kept words" in answer.content.decode()
    assert not RegradeSet.objects.exists()
