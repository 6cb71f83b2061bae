"""Records: the timeline of an attempt, its script as PDF, held and released results, exports, the learner's page."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import load_workbook

from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from edu.notifications.models import Notification
from exams.delivery.release import hold_result, let_go, release_attempts
from exams.delivery.save import Batch
from exams.marking import export
from exams.marking.export import ExportOptions, remove_old_results, request_results, result_table, write_results
from exams.marking.script_pdf import STAFF, script_pdf
from exams.marking.timeline import TimelineLine, attempt_timeline, register_lines, stored_moment
from exams.models import Attempt, Exam, ItemResult, ResultExport, ResultHold
from exams.presentation import ReviewPolicy
from exams.services import (
    extend_attempt,
    mark_by_hand,
    open_room,
    pause_attempt,
    release_results,
    resume_attempt,
    save_responses,
    sit_exam,
)
from tests.factories.certificates import make_achievement, make_certificate
from tests.factories.exams import SAMPLES, make_exam, make_user

pytestmark = pytest.mark.django_db


def sat(exam, *, answers=None, user=None):
    """Return an attempt of a new learner."""
    now = now_utc()
    pk = sit_exam(
        user_id=(user or make_user()).pk,
        exam_id=exam.public_id,
        answers=answers or {1: "b", 2: True},
        started_at=now,
        submitted_at=now,
    )
    return Attempt.objects.select_related("exam", "user").get(pk=pk)


def kinds(attempt):
    return [line.kind for line in attempt_timeline(attempt=attempt)]


def test_saves_keep_their_gaps_and_openings_in_the_one_statement(sit, django_assert_num_queries):
    sitting = sit()
    begin = sitting.now
    saves = [(1, 10), (2, 60), (3, 400), (4, 410), (5, 1000)]
    for seq, seconds in saves:
        with django_assert_num_queries(1):
            save_responses(
                key=sitting.key,
                batch=Batch(epoch=sitting.epoch, seq=seq, responses={1: "a" if seq % 2 else "b"}),
                now=begin + timedelta(seconds=seconds),
            )
    attempt = sitting.row
    assert attempt.save_count == 5
    spans = [(stored_moment(start) - begin, stored_moment(end) - begin) for start, end in attempt.gaps]
    seconds = [(round(start.total_seconds()), round(end.total_seconds())) for start, end in spans]
    assert seconds == [(60, 400), (410, 1000)]
    opened = open_room(user_id=sitting.user.pk, attempt_id=attempt.pk, now=begin + timedelta(seconds=1100))
    assert opened.epoch == 2
    attempt = sitting.row
    assert round((stored_moment(attempt.openings[0]) - begin).total_seconds()) == 1100
    assert kinds(attempt) == ["start", "gap", "gap", "save", "opening"]


def test_no_more_than_forty_gaps_are_kept(sit):
    sitting = sit()
    for seq in range(1, 44):
        sitting.move_deadline(hours=20)
        save_responses(
            key=sitting.key,
            batch=Batch(epoch=sitting.epoch, seq=seq, responses={1: "a"}),
            now=sitting.now + timedelta(minutes=5 * seq),
        )
    assert (len(sitting.row.gaps), sitting.row.save_count) == (40, 43)


def test_the_timeline_tells_everything_in_order(sit):
    owner = make_user(is_instructor=True)
    sitting = sit(types=("essay", "single_choice"), owner=owner)
    now = now_utc()
    extend_attempt(attempt=sitting.row, minutes=5, actor=owner, now=now, reason="fire alarm")
    pause_attempt(attempt=sitting.row, actor=owner, now=now)
    resume_attempt(attempt=sitting.row, actor=owner, now=now)
    sitting.save({"1": "text"}, seq=1)
    sitting.submit()
    mark_by_hand(user=owner, attempt_id=sitting.row.pk, slot=1, now=now_utc(), points=Decimal(1))
    attempt = Attempt.objects.select_related("exam", "user").get(pk=sitting.row.pk)
    lines = attempt_timeline(attempt=attempt)
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    found = {line.kind for line in lines}
    assert found == {"start", "act", "save", "submit", "mark", "graded", "release"}
    assert "fire alarm" in [line.text for line in lines]
    assert [line.who for line in lines if line.kind == "mark"] == [owner.get_full_name() or str(owner)]


def test_another_part_adds_its_lines_to_the_timeline(monkeypatch):
    monkeypatch.setattr("exams.marking.timeline._PROVIDERS", [])
    attempt = sat(make_exam())

    def provider(found):
        if found.pk == attempt.pk:
            yield TimelineLine(at=found.started_at, kind="signal", title="Left the page")

    register_lines(provider)
    register_lines(provider)
    assert kinds(attempt).count("signal") == 1


def test_the_record_page_and_its_script(client):
    exam = make_exam(types=tuple(SAMPLES), owner=make_user(is_instructor=True))
    answers = {slot: sample["right"] for slot, sample in enumerate(SAMPLES.values(), start=1)}
    attempt = sat(exam, answers=answers)
    client.force_login(exam.owner)
    url = reverse("marking:record", args=[exam.public_id, attempt.public_id])
    page = client.get(url)
    assert page.status_code == 200
    assert len(page.context["lines"]) == len(SAMPLES)
    script = client.get(reverse("marking:script", args=[exam.public_id, attempt.public_id]), {"language": "zh-hans"})
    assert script.content[:5] == b"%PDF-"
    preview = client.get(reverse("marking:preview", args=[exam.public_id, attempt.public_id]))
    assert preview.status_code == 302
    urls = [
        url,
        reverse("marking:script", args=[exam.public_id, attempt.public_id]),
        reverse("marking:preview", args=[exam.public_id, attempt.public_id]),
        reverse("marking:terms", args=[exam.public_id]),
        reverse("marking:exports", args=[exam.public_id]),
    ]
    for stranger in (make_user(), make_user(is_instructor=True), attempt.user):
        client.force_login(stranger)
        assert [client.get(address).status_code for address in urls] == [404] * len(urls)
    other = make_exam(owner=make_user(is_instructor=True))
    client.force_login(other.owner)
    assert client.get(reverse("marking:record", args=[other.public_id, attempt.public_id])).status_code == 404


def test_statements_of_a_record_do_not_grow_with_its_history(client):
    exam = make_exam(types=("essay", "single_choice"), owner=make_user(is_instructor=True))
    attempt = sat(exam, answers={1: "text"})
    client.force_login(exam.owner)
    url = reverse("marking:record", args=[exam.public_id, attempt.public_id])
    mark_by_hand(user=exam.owner, attempt_id=attempt.pk, slot=1, now=now_utc(), points=Decimal(1))
    counts = []
    for _size in range(2):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
        for number in range(6):
            mark_by_hand(
                user=exam.owner, attempt_id=attempt.pk, slot=1, now=now_utc(), points=Decimal(number % 2), reason="x"
            )
    assert counts[0] == counts[1]


def test_the_learner_takes_home_only_what_her_review_shows(client):
    exam = make_exam(owner=make_user(is_instructor=True))
    attempt = sat(exam)
    url = reverse("exams:script", args=[attempt.public_id])
    client.force_login(attempt.user)
    full = client.get(url)
    assert full.content[:5] == b"%PDF-"
    Exam.objects.filter(pk=exam.pk).update(review_policy={"keys": False, "explanations": False})
    assert len(client.get(url).content) < len(full.content)
    client.force_login(make_user())
    assert client.get(url).status_code == 404
    client.force_login(attempt.user)
    nothing = dict.fromkeys(("marks", "answers", "keys", "explanations"), False)
    Exam.objects.filter(pk=exam.pk).update(review_policy=nothing)
    assert client.get(url).status_code == 404
    Exam.objects.filter(pk=exam.pk).update(review_policy={})
    Attempt.objects.filter(pk=attempt.pk).update(released_at=None)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("type_", sorted(SAMPLES))
@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_every_type_has_its_script(type_, kind):
    attempt = sat(make_exam(types=(type_,)), answers={1: SAMPLES[type_][kind]})
    for policy in (STAFF, ReviewPolicy(marks=False, answers=False, keys=False, explanations=False)):
        pdf = script_pdf(attempt=attempt, policy=policy, language="zh-hans", name="考生")
        assert pdf[:5] == b"%PDF-"


# -- release --------------------------------------------------------------------------------------
def test_a_held_result_waits_whatever_the_policy_says(deliver_events):
    owner = make_user(is_instructor=True)
    exam = make_exam(owner=owner, release="manual")
    held, free, chosen = sat(exam), sat(exam), sat(exam)
    with pytest.raises(InvalidInput):
        hold_result(attempt=held, actor=owner, reason=" ", now=now_utc())
    hold_result(attempt=held, actor=owner, reason="suspicion of copying", now=now_utc())
    with pytest.raises(Conflict):
        hold_result(attempt=held, actor=owner, reason="twice", now=now_utc())
    both = [held.public_id, chosen.public_id]
    assert release_attempts(exam=exam, public_ids=both, actor=owner, now=now_utc()) == 1
    assert release_results(exam=exam, actor=owner, now=now_utc()) == 1
    states = dict(Attempt.objects.values_list("pk", "released_at"))
    assert (states[held.pk], states[free.pk] is None) == (None, False)
    with pytest.raises(Conflict):
        hold_result(attempt=free, actor=owner, reason="too late", now=now_utc())
    assert let_go(attempt=held, actor=owner, now=now_utc())
    assert not ResultHold.objects.exists()
    deliver_events()
    assert Notification.objects.filter(kind="exams.result").count() == 3
    assert {"attempt.hold", "attempt.let_go", "attempt.release"} <= set(
        AuditEntry.objects.values_list("action", flat=True)
    )


def test_the_pages_of_release_and_hold(client):
    exam = make_exam(owner=make_user(is_instructor=True), release="manual")
    first, second = sat(exam), sat(exam)
    client.force_login(make_user(is_instructor=True))
    hold = reverse("marking:hold", args=[exam.public_id, first.public_id])
    release = reverse("marking:release", args=[exam.public_id])
    assert client.post(hold, {"reason": "x"}).status_code == 404
    assert client.post(release, {"scope": "selected", "attempts": [first.public_id]}).status_code == 404
    assert not ResultHold.objects.exists()
    assert not Attempt.objects.filter(released_at__isnull=False).exists()
    client.force_login(exam.owner)
    assert client.post(hold, {"reason": "a doubt"}).status_code == 302
    book = reverse("marking:gradebook", args=[exam.public_id])
    assert len(client.get(book, {"release": "held"}).context["rows"]) == 1
    client.post(release, {"scope": "selected", "attempts": [str(first.public_id), str(second.public_id), "x"]})
    assert list(Attempt.objects.filter(released_at__isnull=False)) == [second]
    assert "a doubt" in client.get(reverse("marking:record", args=[exam.public_id, first.public_id])).content.decode()
    client.post(hold, {"act": "release"})
    assert not ResultHold.objects.exists()
    preview = client.get(reverse("marking:preview", args=[exam.public_id, first.public_id])).content.decode()
    assert "FEEDBACK-KEY" not in preview or "EXPLANATION-KEY" in preview
    Exam.objects.filter(pk=exam.pk).update(review_policy={"keys": False, "explanations": False})
    preview = client.get(reverse("marking:preview", args=[exam.public_id, first.public_id])).content.decode()
    assert "EXPLANATION-KEY" not in preview


def test_the_gradebook_is_searched_sorted_and_paged_with_constant_statements(client):
    exam = make_exam(owner=make_user(is_instructor=True))
    for name, answers in (("张一", {1: "b", 2: True}), ("李二", {1: "b"}), ("王三", {})):
        sat(exam, user=make_user(real_name=name), answers=answers or {1: "a"})
    client.force_login(exam.owner)
    url = reverse("marking:gradebook", args=[exam.public_id])

    def names(**query):
        return [line["row"].name for line in client.get(url, query).context["rows"]]

    assert names(q="李") == ["李二"]
    assert names(sort="-score") == ["张一", "李二", "王三"]
    assert names(sort="score") == ["王三", "李二", "张一"]
    assert names(sort="nonsense") == names()
    assert names(state="passed", release="released") == ["张一"]
    counts = []
    for _size in range(2):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        counts.append(len(captured))
        for _ in range(55):
            sat(exam)
    assert counts[0] == counts[1]
    assert len(client.get(url).context["rows"]) == 50
    assert len(client.get(url, {"page": "3"}).context["rows"]) == 13


def test_terms_are_set_by_who_manages_the_exam(client):
    exam = make_exam(owner=make_user(is_instructor=True))
    url = reverse("marking:terms", args=[exam.public_id])
    client.force_login(make_user(is_instructor=True))
    assert client.post(url, {"appeal_days": "0"}).status_code == 404
    client.force_login(exam.owner)
    assert client.get(url).status_code == 200
    assert client.post(url, {"appeal_days": "900"}).status_code == 422
    assert client.post(url, {"appeal_days": "3"}).status_code == 302
    exam.refresh_from_db()
    assert (exam.marking_is_anonymous, exam.appeal_days) == (False, 3)


# -- exports --------------------------------------------------------------------------------------
def test_results_are_written_with_chinese_or_english_headers_and_questions():
    exam = make_exam(owner=make_user(is_instructor=True))
    sat(exam, user=make_user(real_name="=HYPERLINK(1)"))
    chinese = write_results(exam=exam, options=ExportOptions(questions=True, timeline=True))
    book = load_workbook(io.BytesIO(chinese))
    assert book.sheet_names == ["成绩单", "时间线"]
    table = book.get_sheet_by_index(0).to_python()
    assert table[0][:4] == ["姓名", "工号", "部门", "得分"]
    assert table[0][-2:] == ["1. A single_choice question (2)", "2. A true_false question (2)"]
    assert table[1][0] == "=HYPERLINK(1)"
    assert table[1][-2:] == [2.0, 2.0]
    assert len(book.get_sheet_by_index(1).to_python()) > 3
    english = write_results(exam=exam, options=ExportOptions(format="csv", language="en"))
    assert english[:3] == b"\xef\xbb\xbf"
    assert english.decode("utf-8-sig").splitlines()[1].startswith("'=HYPERLINK(1)")
    with pytest.raises(InvalidInput):
        ExportOptions(format="exe")


def test_statements_of_an_export_do_not_grow(django_assert_num_queries):
    exam = make_exam(owner=make_user(is_instructor=True))
    sat(exam)
    with CaptureQueriesContext(connection) as captured:
        result_table(exam=exam, questions=True)
    for _ in range(8):
        sat(exam)
    with django_assert_num_queries(len(captured)):
        result_table(exam=exam, questions=True)


def test_a_long_export_is_a_job_and_its_file_is_for_who_asked(client, run_jobs, monkeypatch):
    exam = make_exam(owner=make_user(is_instructor=True))
    sat(exam)
    sat(exam)
    client.force_login(exam.owner)
    url = reverse("marking:exports", args=[exam.public_id])
    assert client.get(url).status_code == 200
    direct = client.post(url, {"format": "csv", "language": "en", "questions": "on"})
    assert direct.headers["Content-Type"].startswith("text/csv")
    monkeypatch.setattr(export, "AT_ONCE", 1)
    answer = client.post(url, {"format": "xlsx", "language": "zh-hans"})
    row = ResultExport.objects.get()
    assert answer.url == reverse("marking:result_export", args=[exam.public_id, row.public_id])
    assert client.get(answer.url, {"download": ""}).status_code == 404
    run_jobs()
    assert client.get(answer.url, {"download": ""}).content[:2] == b"PK"
    assert Notification.objects.filter(kind="exams.results_exported").count() == 1
    colleague = make_user(is_operator=True)
    client.force_login(colleague)
    assert client.get(answer.url).status_code == 404
    assert AuditEntry.objects.filter(action="exam.export_results").count() == 2
    ResultExport.objects.update(finished_at=now_utc() - timedelta(days=8))
    assert remove_old_results() == 1
    assert remove_old_results() == 0
    client.force_login(exam.owner)
    assert client.get(answer.url).status_code == 200


def test_asking_twice_writes_two_files(run_jobs):
    exam = make_exam(owner=make_user(is_instructor=True))
    sat(exam)
    for _ in range(2):
        request_results(exam=exam, actor=exam.owner, options=ExportOptions())
    run_jobs()
    assert ResultExport.objects.filter(state="ready").count() == 2


# -- the learner's page ----------------------------------------------------------------------------
def test_records_link_script_and_certificate_with_constant_statements(client):
    exam = make_exam(owner=make_user(is_instructor=True))
    learner = make_user(real_name="考生")
    sat(exam, user=learner)
    make_certificate(user=learner, achievement=make_achievement(key=exam.product_key))
    client.force_login(learner)
    url = reverse("exams:records")
    body = client.get(url).content.decode()
    assert "初级会计实务入门" in body
    assert "script.pdf" in body
    counts = []
    for _size in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        counts.append(len(captured))
        for _ in range(5):
            sat(make_exam(), user=learner)
    assert counts[0] == counts[1]


def test_item_results_of_the_export_are_those_of_the_counting_attempt():
    exam = make_exam(owner=make_user(is_instructor=True), attempts_allowed=2, pass_percent=100)
    learner = make_user()
    sat(exam, user=learner, answers={1: "b"})
    sat(exam, user=learner, answers={1: "b", 2: True})
    headers, rows = result_table(exam=exam, questions=True)
    assert len(rows) == 1
    assert rows[0][headers.index("Attempt")] == 2
    assert rows[0][-2:] == [Decimal(2), Decimal(2)]
    assert ItemResult.objects.count() == 4
