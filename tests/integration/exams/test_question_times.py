"""Times of questions: how they ride on saves, what is believed of them, where they are shown, to whom they are not."""

import io
import json
from csv import reader
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from python_calamine import load_workbook

from benchmarks.pgbench import write_script
from edu.accounts.deletion import collect_personal_data
from edu.core.clock import now_utc
from edu.training.models import Assignment
from exams.delivery.save import save_statement
from exams.fetch import seconds_of
from exams.figures.population import get_reader
from exams.figures.snapshots import request_snapshot
from exams.models import Attempt, ExamFigures
from exams.services import open_room
from exams.templatetags.exam_text import exact_moment, spent
from tests.factories.exams import make_exam, make_user
from tests.factories.organizations import make_member, make_organization, make_trainer_user
from tests.factories.regrading import make_class
from tests.factories.training import make_assignment, make_pool

pytestmark = pytest.mark.django_db
TYPES = ("single_choice", "true_false", "numerical")
GOOD, BAD = {1: "b", 2: True, 3: "12.5"}, {1: "a"}
HOSTILE = [
    "x", 5, {"1": 2}, [None, "7", {}], [-5, 1e308, True], [[1]], [1] * 5_000, [10**40], "1,2", [0.5], False,
]  # fmt: skip


def record_times(attempts, seconds, *, minutes=30):
    """Let attempts have taken some minutes, and their rooms have counted these seconds."""
    for attempt in attempts:
        Attempt.objects.filter(pk=attempt.pk).update(
            question_seconds=seconds, started_at=attempt.submitted_at - timedelta(minutes=minutes)
        )


# -- on the way ----------------------------------------------------------------------------------
def test_times_ride_on_the_one_statement_of_a_save(sit, django_assert_num_queries):
    for count in (3, 30):
        sitting = sit(types=("single_choice",) * count)
        with django_assert_num_queries(1):
            saved = sitting.save({"1": "b"}, seq=1, question_seconds=list(range(count)))
        assert saved.json()["applied"] is True
        assert sitting.row.question_seconds == ",".join(map(str, range(count)))


def test_a_save_without_times_leaves_what_is_stored(sit):
    sitting = sit()
    sitting.save({"1": "b"}, seq=1, question_seconds=[4, 9])
    sitting.save({"1": "a"}, seq=2)
    assert sitting.row.question_seconds == "4,9"


def test_times_alone_are_a_save(sit):
    sitting = sit()
    assert sitting.save({}, seq=1, question_seconds=[7]).json()["applied"] is True
    assert (sitting.row.question_seconds, sitting.row.responses) == ("7", {})


@pytest.mark.parametrize("hostile", HOSTILE, ids=[json.dumps(value)[:20] for value in HOSTILE])
def test_hostile_times_cost_no_answer_and_are_not_believed(sit, hostile):
    sitting = sit()
    assert sitting.save({"1": "b"}, seq=1, question_seconds=hostile).status_code == 200
    row = sitting.row
    assert row.responses == {"1": '"b"'}
    assert len(row.question_seconds) <= 20
    seconds = seconds_of(row, now=row.started_at + timedelta(seconds=90)) or (0,)
    assert min(seconds) >= 0
    assert sum(seconds) <= 90


def test_a_batch_that_comes_twice_or_late_counts_once(sit):
    sitting = sit()
    sitting.save({"1": "b"}, seq=2, question_seconds=[20])
    assert sitting.save({"1": "b"}, seq=2, question_seconds=[20]).json()["applied"] is False
    assert sitting.save({"1": "a"}, seq=1, question_seconds=[10]).json()["applied"] is False
    assert sitting.row.question_seconds == "20"


def test_the_next_opening_counts_on_and_the_earlier_page_counts_no_more(sit, client):
    sitting = sit()
    sitting.save({"1": "b"}, seq=1, question_seconds=[20, 5])
    old_key, old_epoch = sitting.key_text, sitting.epoch
    Attempt.objects.filter(pk=sitting.row.pk).update(started_at=now_utc() - timedelta(minutes=5))
    client.force_login(sitting.user)
    page = client.get(reverse("exams:room", args=[sitting.row.public_id])).content.decode()
    assert 'data-question-seconds="20,5"' in page
    assert sitting.save({}, seq=9, epoch=old_epoch, key=old_key, question_seconds=[999]).status_code == 409
    assert sitting.row.question_seconds == "20,5"
    sitting.open()
    told = client.get(sitting.url, headers={"Authorization": f"Attempt {sitting.key_text}"}).json()
    assert told["question_seconds"] == [20, 5]


def test_an_opening_brings_the_times_along_without_a_statement_more(sit):
    sitting = sit()
    counts = []
    for seconds in ("", "20,5"):
        Attempt.objects.filter(pk=sitting.row.pk).update(question_seconds=seconds)
        with CaptureQueriesContext(connection) as asked:
            opened = open_room(user_id=sitting.user.pk, attempt_id=sitting.row.pk, now=now_utc())
        assert opened.attempt.question_seconds == seconds
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_last_batch_brings_its_times(sit):
    sitting = sit()
    sitting.submit({"epoch": sitting.epoch, "seq": 1, "responses": {"1": "b"}, "question_seconds": [3, 1]})
    assert sitting.row.question_seconds == "3,1"


@pytest.mark.parametrize(("sent", "stored"), [("12,3", "12,3"), ("x", ""), ("-1,2", ""), ("", ""), ("9" * 40, "")])
def test_a_forward_only_room_sends_them_with_its_form(sit, client, sent, stored):
    sitting = sit(types=TYPES, forward_only=True)
    client.force_login(sitting.user)
    url = reverse("exams:save", args=[sitting.row.public_id])
    form = {"attempt_key": sitting.key_text, "position": "1", "q1": "b", "then": "next", "question_seconds": sent}
    assert client.post(url, form).status_code == 302
    assert (sitting.row.position, sitting.row.responses) == (2, {"1": '"b"'})
    assert sitting.row.question_seconds == stored


def test_the_pgbench_script_fits_the_statement_of_a_save():
    script = write_script(statement=save_statement(vendor="postgresql"))
    assert "COALESCE('41,7', question_seconds)" in script
    assert "WHERE id = :attempt AND user_id = :person AND epoch = 1 AND state = 'open' AND seq < :seq" in script


# -- where they are shown ------------------------------------------------------------------------
def test_the_learner_sees_her_own_times_in_the_review(client):
    exam, (attempt,) = make_class(answers=[GOOD], types=TYPES)
    client.force_login(attempt.user)
    url = reverse("exams:review", args=[attempt.public_id])
    assert "In view for" not in client.get(url).content.decode()
    record_times([attempt], "75,0,8")
    page = client.get(url).content.decode()
    assert "In view for 1 minute 15 seconds" in page
    assert "In view for 8 seconds" in page
    assert collect_personal_data(user_id=attempt.user_id)["exam_question_seconds"] == [
        {"exam": exam.title, "attempt": 1, "seconds": [75, 0, 8]}
    ]
    client.force_login(exam.owner)
    record = client.get(reverse("marking:record", args=[exam.public_id, attempt.public_id])).content.decode()
    assert "1 minute 15 seconds" in record


def computed(exam, run_jobs, user=None):
    reader = get_reader(user or exam.owner, exam.public_id)
    request_snapshot(reader=reader, counts_all=False, actor=user or exam.owner)
    run_jobs()
    return ExamFigures.objects.get(exam=exam, organization_id=reader.organization_id).figures


def test_statistics_have_medians_and_their_spread_by_how_it_went(client, run_jobs):
    exam, attempts = make_class(answers=[GOOD] * 10 + [BAD] * 10, types=TYPES)
    record_times(attempts[:10], "30,10")
    record_times(attempts[10:], "60,20")
    figures = computed(exam, run_jobs)
    views = {item["type"]: item["views"] for item in figures["items"]}
    assert views["single_choice"] == {
        "n": 20, "lower": 30, "median": 45, "upper": 60, "right_n": 10, "right": 30, "other_n": 10, "other": 60
    }  # fmt: skip
    assert views["numerical"] is None
    assert (figures["exam"]["views"]["attempts"], figures["exam"]["views"]["median"]) == (20, 25)
    client.force_login(exam.owner)
    page = client.get(reverse("figures:exam", args=[exam.public_id])).content.decode()
    assert "A question was in view for 25 seconds (median)" in page
    item = next(one for one in figures["items"] if one["type"] == "single_choice")
    detail_url = reverse("figures:question", args=[exam.public_id, item["question"], item["number"]])
    assert "Those with full marks took 30 seconds, the others 1 minute" in client.get(detail_url).content.decode()
    url = reverse("figures:export", args=[exam.public_id])
    csv = b"".join(client.get(url, {"format": "csv"}).streaming_content).decode("utf-8-sig")
    assert "In view, median (s)" in csv.splitlines()[0]
    cells = [[float(cell) for cell in row[11:17]] for row in reader(io.StringIO(csv)) if row[11:12] == ["20"]]
    assert [20, 45, 30, 60, 30, 60] in cells
    overview = load_workbook(io.BytesIO(client.get(url).content)).get_sheet_by_name("Exam").to_python()
    assert ["One question: In view, median (s)", 25.0] in [row[:2] for row in overview]


def test_times_of_few_speak_of_persons_and_are_not_shown(client, run_jobs):
    exam, attempts = make_class(answers=[GOOD] * 12, types=TYPES)
    record_times(attempts[:9], "30,10,10")
    figures = computed(exam, run_jobs)
    assert figures["exam"]["views"] is None
    assert {item["views"] for item in figures["items"]} == {None}
    client.force_login(exam.owner)
    page = client.get(reverse("figures:exam", args=[exam.public_id])).content.decode()
    assert "is shown from 10 attempts on" in page


def test_figures_of_before_are_shown_without_times(client, run_jobs):
    exam, _attempts = make_class(answers=[GOOD] * 12, types=TYPES)
    figures = computed(exam, run_jobs)
    figures["exam"].pop("views")
    for item in figures["items"]:
        item.pop("views")
    ExamFigures.objects.update(figures=figures)
    client.force_login(exam.owner)
    assert client.get(reverse("figures:exam", args=[exam.public_id])).status_code == 200
    assert client.get(reverse("figures:export", args=[exam.public_id])).status_code == 200


# -- trainers ------------------------------------------------------------------------------------
def test_a_trainer_finds_the_statistics_of_exams_her_people_sat(client, run_jobs):
    organization, other = make_organization(), make_organization()
    trainer, rival = make_trainer_user(organization), make_trainer_user(other)
    exam, attempts = make_class(answers=[GOOD] * 12, types=TYPES, title="Fire safety")
    hidden = make_exam(title="Nobody of hers sat it")
    member = make_member(organization).user
    Attempt.objects.filter(pk=attempts[0].pk).update(user=member)
    index = reverse("figures:index")
    client.force_login(trainer)
    page = client.get(index).content.decode()
    assert reverse("figures:exam", args=[exam.public_id]) in page
    assert "1 attempt<" in page
    assert hidden.title not in page
    assert computed(exam, run_jobs, user=trainer)["n"] == 1
    client.force_login(rival)
    assert "Fire safety" not in client.get(index).content.decode()
    assert client.get(reverse("figures:exam", args=[exam.public_id])).status_code == 404
    assert client.post(reverse("figures:exam", args=[exam.public_id])).status_code == 404
    client.force_login(member)
    assert client.get(index).status_code == 404
    assert ExamFigures.objects.count() == 1


def test_the_list_of_statistics_takes_the_same_statements_at_any_size(client):
    organization = make_organization()
    trainer = make_trainer_user(organization)
    client.force_login(trainer)
    counts = []
    for size in (1, 8):
        for _number in range(size):
            _exam, (attempt,) = make_class(answers=[BAD], types=TYPES)
            Attempt.objects.filter(pk=attempt.pk).update(user=make_member(organization).user)
        client.get(reverse("figures:index"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("figures:index"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


# -- words ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (1, "1 second", "1 秒"),
        (59.6, "1 minute", "1 分钟"),
        (75, "1 minute 15 seconds", "1 分钟 15 秒"),
        (3600, "1 hour", "1 小时"),
        (None, "", ""),
    ],
)
def test_times_are_said_in_words(seconds, english, chinese):
    with override("en"):
        assert spent(seconds) == english
    with override("zh-hans"):
        assert spent(seconds) == chinese


def test_exact_moments_have_seconds(settings):
    moment = now_utc().replace(second=7)
    with override("en"):
        assert exact_moment(moment).endswith(":07")
    assert exact_moment(None) == ""


def test_nobody_else_reads_a_timeline(client):
    _exam, (attempt,) = make_class(answers=[GOOD], types=TYPES)
    client.force_login(make_user())
    assert client.get(reverse("exams:timeline", args=[attempt.public_id])).status_code == 404


def test_an_assignment_links_to_the_statistics_of_its_exams_once_somebody_sat(client, run_jobs):
    organization = make_organization()
    trainer, member = make_trainer_user(organization), make_member(organization).user
    exam, (attempt,) = make_class(answers=[GOOD], types=TYPES)
    assignment = make_assignment(organization, make_pool(organization), everybody=False, user_ids=[member.pk])
    Assignment.objects.filter(pk=assignment.pk).update(products=[{"key": exam.product_key, "title": exam.title}])
    run_jobs()
    client.force_login(trainer)
    url = reverse("training:assignment", args=[assignment.public_id])
    wanted = reverse("figures:exam", args=[exam.public_id])
    assert wanted not in client.get(url).content.decode()
    Attempt.objects.filter(pk=attempt.pk).update(user=member)
    assert wanted in client.get(url).content.decode()
    assert client.get(wanted).status_code == 200
