"""Statistics of an exam: what is computed, who counts, who may read, statements at two sizes, files."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import load_workbook

from edu.core.clock import now_utc
from edu.organizations.services import add_member
from exams.figures.compute import compute_snapshot
from exams.figures.population import get_reader
from exams.figures.snapshots import refresh_snapshots, request_snapshot
from exams.models import Exam, ExamFigures
from exams.services import sit_exam
from tests.factories.exams import make_exam, make_user
from tests.factories.organizations import make_department, make_member, make_organization, make_trainer_user
from tests.factories.regrading import confirm, make_class, plan

pytestmark = pytest.mark.django_db
TYPES = ("single_choice", "true_false", "numerical")
GOOD, BAD = {1: "a", 2: True, 3: "12.5"}, {1: "b"}
"""The sample's key is b: the good choose a, so that the key looks wrong."""


def computed(exam, *, run_jobs, user=None, counts_all=False):
    reader = get_reader(user or exam.owner, exam.public_id)
    request_snapshot(reader=reader, counts_all=counts_all, actor=user or exam.owner)
    run_jobs()
    return ExamFigures.objects.get(exam=exam, organization_id=reader.organization_id, counts_all=counts_all)


def sit(exam, answers, *, user=None, minutes=10):
    now = now_utc()
    user = user or make_user()
    sit_exam(
        user_id=user.pk,
        exam_id=exam.public_id,
        answers=answers,
        started_at=now,
        submitted_at=now + timedelta(minutes=minutes),
    )
    return user


def test_the_figures_of_an_exam(run_jobs):
    exam, _attempts = make_class(answers=[GOOD] * 6 + [BAD] * 6, types=TYPES)
    figures = computed(exam, run_jobs=run_jobs).figures
    whole = figures["exam"]
    assert (figures["n"], whole["passes"], whole["pass_rate"]) == (12, 6, 0.5)
    assert whole["percents"]["mean"] == pytest.approx(50, abs=0.01)
    assert whole["scores"]["sd"] == pytest.approx((12 / 11) ** 0.5)
    assert sum(whole["histogram"]) == 12
    assert whole["pass_interval"]["low"] < 0.5 < whole["pass_interval"]["high"]
    assert whole["is_same_for_all"]
    assert whole["alpha"] == pytest.approx(100 * 3 / 2 * (1 - 3 * (12 / 11) / (12 / 11)))
    item = figures["items"][0]
    assert (item["type"], item["alert"], item["facility"]) == ("single_choice", "wrong_key", 0.5)
    assert item["discrimination"] == pytest.approx(-100)
    by_id = {option["id"]: option for option in item["options"]}
    assert by_id["a"]["suspect"]
    assert by_id["a"]["fifths"] == [0, 0, pytest.approx(1 / 3), 1, 1]
    assert (by_id["b"]["right"], by_id["b"]["count"]) == (True, 6)
    assert [row["questions"] for row in figures["topics"]] == [3]


def test_below_ten_attempts_nothing_uncertain_is_said(run_jobs):
    exam, _attempts = make_class(answers=[GOOD] * 5 + [BAD] * 4, types=TYPES)
    figures = computed(exam, run_jobs=run_jobs).figures
    assert (figures["exam"]["alpha"], figures["exam"]["pass_interval"]) == (None, None)
    assert all("facility" not in item for item in figures["items"])


def test_only_the_first_attempt_of_a_learner_counts_unless_asked(run_jobs):
    exam, _attempts = make_class(answers=[BAD] * 10, types=TYPES, attempts_allowed=3)
    for learner in [sit(exam, BAD) for _number in range(2)]:
        sit(exam, GOOD, user=learner)
    assert computed(exam, run_jobs=run_jobs).attempts == 12
    every = computed(exam, run_jobs=run_jobs, counts_all=True)
    assert (every.attempts, every.figures["exam"]["passes"]) == (14, 2)


def test_dropped_questions_are_left_out(run_jobs):
    exam, _attempts = make_class(answers=[GOOD] * 6 + [BAD] * 6, types=TYPES)
    confirm(plan(exam, policy="drop", run_jobs=run_jobs), run_jobs=run_jobs)
    figures = computed(exam, run_jobs=run_jobs).figures
    assert {item["type"] for item in figures["items"]} == {"true_false", "numerical"}
    assert figures["exam"]["out_of"] == 4


@pytest.mark.parametrize(("policy", "right"), [("new_key", {"a"}), ("accept_both", {"a", "b"})])
def test_what_is_right_follows_the_corrected_key(run_jobs, policy, right):
    exam, _attempts = make_class(answers=[GOOD] * 6 + [BAD] * 6, types=TYPES)
    confirm(plan(exam, policy=policy, run_jobs=run_jobs), run_jobs=run_jobs)
    item = next(one for one in computed(exam, run_jobs=run_jobs).figures["items"] if one["type"] == "single_choice")
    assert {option["id"] for option in item["options"] if option["right"]} == right
    assert not any(option["suspect"] for option in item["options"])
    assert item["alert"] != "wrong_key"


def test_earlier_sittings_of_the_paper_are_compared_and_questions_that_drift(run_jobs):
    now = now_utc()
    first, _attempts = make_class(answers=[GOOD] * 14 + [BAD] * 2, types=TYPES, opens_at=now - timedelta(hours=3))
    second, _others = make_class(answers=[GOOD] * 2 + [BAD] * 14, owner=first.owner, paper_version=first.paper_version)
    foreign, _strangers = make_class(
        answers=[GOOD], paper_version=first.paper_version, opens_at=now - timedelta(hours=2)
    )
    figures = computed(second, run_jobs=run_jobs).figures
    assert [row["public_id"] for row in figures["sittings"]] == [str(first.public_id)]
    row = figures["sittings"][0]
    assert (row["n"], row["change"]["matters"]) == (16, True)
    assert row["change"]["difference"] < 0
    by_type = {item["type"]: item for item in figures["items"]}
    assert by_type["numerical"]["drifts"]
    assert by_type["numerical"]["earlier"][0]["facility"] == pytest.approx(14 / 16)
    assert computed(foreign, run_jobs=run_jobs).figures["sittings"] == []


def test_departments_are_counted_from_five_people_on(run_jobs):
    organization = make_organization()
    many, few = make_department(organization, "大部门"), make_department(organization, "小部门")
    exam = make_exam(types=TYPES, owner=make_user(is_instructor=True), organization=organization)
    Exam.objects.filter(pk=exam.pk).update(audience="organization")
    for number in range(8):
        member = make_member(organization, department=many if number < 5 else few)
        sit(exam, GOOD if number % 2 else BAD, user=member.user)
    figures = computed(exam, run_jobs=run_jobs, user=make_user(is_operator=True)).figures
    rows = {row["name"]: row for row in figures["departments"]}
    assert (rows["大部门"]["n"], rows["大部门"]["pass_rate"]) == (5, 0.4)
    assert rows["小部门"] == {"name": "小部门", "n": 3}


def test_a_trainer_reads_her_own_people_only(client, run_jobs):
    organization, other = make_organization(), make_organization()
    trainer, rival = make_trainer_user(organization), make_trainer_user(other)
    exam, _attempts = make_class(answers=[GOOD] * 10, types=TYPES)
    for _number in range(3):
        sit(exam, BAD, user=make_member(organization).user)
    url = reverse("figures:exam", args=[exam.public_id])
    client.force_login(rival)
    assert client.get(url).status_code == 404
    assert client.post(url).status_code == 404
    assert not ExamFigures.objects.exists()
    client.force_login(trainer)
    client.post(url)
    run_jobs()
    snapshot = ExamFigures.objects.get()
    assert (snapshot.organization_id, snapshot.attempts, snapshot.figures["exam"]["passes"]) == (organization.pk, 3, 0)
    page = client.get(url).content.decode()
    assert "What to look at" not in page
    item = snapshot.figures["items"][0]
    assert client.get(reverse("figures:question", args=[exam.public_id, item["question"], 1])).status_code == 404
    assert client.get(reverse("figures:export", args=[exam.public_id]), {"format": "csv"}).status_code == 404
    sheets = load_workbook(io.BytesIO(client.get(reverse("figures:export", args=[exam.public_id])).content)).sheet_names
    assert len(sheets) == 3
    client.force_login(exam.owner)
    assert "Not computed yet" in client.get(url).content.decode()


def test_learners_and_strangers_get_404(client, run_jobs):
    exam, attempts = make_class(answers=[GOOD] * 10, types=TYPES)
    item = computed(exam, run_jobs=run_jobs).figures["items"][0]
    pages = [
        reverse("figures:exam", args=[exam.public_id]),
        reverse("figures:export", args=[exam.public_id]),
        reverse("figures:question", args=[exam.public_id, item["question"], item["number"]]),
    ]
    for person in (attempts[0].user, make_user(is_instructor=True)):
        client.force_login(person)
        assert [client.get(page).status_code for page in pages] == [404, 404, 404]


def test_the_page_says_what_to_do_next_and_links_there(client, run_jobs):
    exam, _attempts = make_class(answers=[GOOD] * 8 + [BAD] * 8, types=TYPES)
    client.force_login(exam.owner)
    url = reverse("figures:exam", args=[exam.public_id])
    assert "Not computed yet" in client.get(url).content.decode()
    client.post(url)
    assert "being computed" in client.get(url).content.decode()
    run_jobs()
    page = client.get(url).content.decode()
    item = ExamFigures.objects.get().figures["items"][0]
    keys = [exam.public_id, item["question"], item["number"]]
    assert reverse("regrading:new", args=keys) in page
    assert "The key is likely wrong" in page
    assert "<svg" in page
    detail = client.get(reverse("figures:question", args=keys)).content.decode()
    assert "may be right" in detail
    assert "Who chose what" in detail
    sit(exam, GOOD)
    assert "marked since" in client.get(url).content.decode()


def test_files_hold_what_the_page_shows(client, run_jobs):
    exam, _attempts = make_class(answers=[GOOD] * 8 + [BAD] * 8, types=TYPES)
    computed(exam, run_jobs=run_jobs)
    client.force_login(exam.owner)
    url = reverse("figures:export", args=[exam.public_id])
    book = load_workbook(io.BytesIO(client.get(url).content))
    assert len(book.sheet_names) == 4
    csv = b"".join(client.get(url, {"format": "csv"}).streaming_content).decode("utf-8-sig")
    assert len(csv.splitlines()) == 4


def statements_of(act):
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def test_neither_page_nor_job_asks_more_questions_of_more_attempts(client, run_jobs):
    exam, _attempts = make_class(answers=[GOOD] * 10 + [BAD] * 2, types=TYPES)
    earlier, _others = make_class(
        answers=[GOOD] * 2, owner=exam.owner, paper_version=exam.paper_version,
        opens_at=now_utc() - timedelta(hours=3),
    )  # fmt: skip
    snapshot = computed(exam, run_jobs=run_jobs)
    client.force_login(exam.owner)
    url = reverse("figures:exam", args=[exam.public_id])
    counts = []
    for _round in range(2):
        job = statements_of(lambda: compute_snapshot(snapshot_id=snapshot.pk, say=lambda _percent, _text: None))
        client.get(url)
        counts.append((job, statements_of(lambda: client.get(url))))
        for answers in [GOOD, BAD] * 10:
            sit(exam, answers)
            sit(earlier, answers)
    assert counts[0] == counts[1]
    assert counts[0][0] <= 12


def test_lately_marked_exams_are_computed_by_themselves(run_jobs):
    exam, _attempts = make_class(answers=[GOOD] * 10, types=TYPES)
    make_class(answers=[GOOD] * 2, types=TYPES)
    assert refresh_snapshots(now=now_utc()) == 1
    run_jobs()
    assert ExamFigures.objects.get().attempts == 10
    assert refresh_snapshots(now=now_utc()) == 0
    sit(exam, GOOD)
    assert refresh_snapshots(now=now_utc()) == 1


def test_a_trainer_of_several_organisations_chooses_whose_people(client, run_jobs):
    first, second, foreign = make_organization(name="甲公司"), make_organization(name="乙公司"), make_organization()
    trainer = make_trainer_user(first)
    add_member(organization_id=second.pk, user=trainer, role="trainer")
    exam, _attempts = make_class(answers=[GOOD] * 2, types=TYPES)
    for organization, number in ((first, 3), (second, 4), (foreign, 2)):
        for _place in range(number):
            sit(exam, BAD, user=make_member(organization).user)
    url = reverse("figures:exam", args=[exam.public_id])
    client.force_login(trainer)
    page = client.get(url).content.decode()
    assert page.count(f"of={second.public_id}") == 1
    assert str(foreign.public_id) not in page
    client.post(url, {"of": str(second.public_id), "count": "all"})
    run_jobs()
    snapshot = ExamFigures.objects.get()
    assert (snapshot.organization_id, snapshot.attempts) == (second.pk, 4)
    page = client.get(url, {"of": str(second.public_id), "count": "all"}).content.decode()
    assert "people of 乙公司 only" in page
    assert f"?count=all&amp;of={second.public_id}" in page
    export = reverse("figures:export", args=[exam.public_id])
    assert client.get(export, {"of": str(second.public_id), "count": "all"}).status_code == 200
    for wrong in (str(foreign.public_id), "1", "x" * 300):
        assert client.get(url, {"of": wrong}).status_code == 404
        assert client.post(url, {"of": wrong}).status_code == 404
        assert client.get(export, {"of": wrong}).status_code == 404
    assert ExamFigures.objects.count() == 1


def test_the_questions_are_hers_only_with_the_organisation_of_the_exam(client, run_jobs):
    own, other = make_organization(), make_organization()
    trainer = make_trainer_user(other)
    add_member(organization_id=own.pk, user=trainer, role="trainer")
    exam, _attempts = make_class(answers=[], types=TYPES)
    for organization in (own, other):
        for _place in range(2):
            sit(exam, BAD, user=make_member(organization).user)
    Exam.objects.filter(pk=exam.pk).update(organization=own)
    url = reverse("figures:exam", args=[exam.public_id])
    client.force_login(trainer)
    for fields in ({}, {"of": str(other.public_id)}):
        client.post(url, fields)
    run_jobs()
    assert set(ExamFigures.objects.values_list("organization_id", flat=True)) == {own.pk, other.pk}
    assert "What to look at" in client.get(url).content.decode()
    page = client.get(url, {"of": str(other.public_id)}).content.decode()
    assert "What to look at" not in page
    item = ExamFigures.objects.get(organization_id=own.pk).figures["items"][0]
    question = reverse("figures:question", args=[exam.public_id, item["question"], item["number"]])
    assert client.get(question).status_code == 200
    assert client.get(question, {"of": str(other.public_id)}).status_code == 404
