"""Marking by people: leases, history, undo, flags, saved comments, the pages and who may see them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput
from exams.domain.stored_parts import named_parts
from exams.marking.anonymity import find_attempt_id, number_of
from exams.marking.history import stamp_of
from exams.marking.leases import LEASE_SECONDS, extend_leases, lease_next, release_leases
from exams.marking.mark import ChangedMeanwhile, undo_last_mark
from exams.marking.notes import list_comments, save_comment, set_flag
from exams.marking.scripts import count_words
from exams.marking.waiting import marking_progress
from exams.models import Attempt, Exam, ItemResult, MarkChange, Question, SavedComment, ScriptFlag
from exams.models.attempt import MarkChangeIsFinal
from exams.services import mark_by_hand, sit_exam
from tests.factories.exams import make_exam, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    """Return an exam with one essay, its question, and the waiting results of three candidates."""
    owner = make_user(is_instructor=True)
    exam = make_exam(types=("essay", "single_choice"), owner=owner)
    now = now_utc()
    for number in range(3):
        sit_exam(
            user_id=make_user(real_name=f"考生{number}").pk,
            exam_id=exam.public_id,
            answers={1: f"Text {number}", 2: "b"},
            started_at=now,
            submitted_at=now,
        )
    rows = list(ItemResult.objects.filter(exam_id=exam.pk, slot=1).order_by("pk"))
    return exam, Question.objects.get(pk=rows[0].question_id), rows


def give(exam, row, points, **more):
    return mark_by_hand(
        user=exam.owner, attempt_id=row.attempt_id, slot=row.slot, now=now_utc(), points=Decimal(points), **more
    )


def test_candidate_numbers_are_unique_and_lead_back(desk):
    exam, _question, rows = desk
    numbers = {number_of(exam=exam, attempt_id=row.attempt_id): row.attempt_id for row in rows}
    assert len(numbers) == 3
    for number, attempt_id in numbers.items():
        assert find_attempt_id(exam=exam, number=number) == attempt_id
        assert find_attempt_id(exam=exam, number=number.replace(" ", "-")) == attempt_id
    assert find_attempt_id(exam=make_exam(), number=next(iter(numbers))) is None
    assert find_attempt_id(exam=exam, number="nonsense") is None


def test_the_history_is_only_added_to(desk):
    exam, _question, rows = desk
    give(exam, rows[0], 1)
    change = MarkChange.objects.get()
    with pytest.raises(MarkChangeIsFinal):
        change.save()
    with pytest.raises(MarkChangeIsFinal):
        change.delete()
    with pytest.raises(MarkChangeIsFinal):
        MarkChange.objects.all().delete()
    with pytest.raises(MarkChangeIsFinal):
        MarkChange.objects.update(reason="x")
    assert MarkChange.objects.get().new_mark == Decimal(1)


def test_a_comment_that_changes_leaves_a_line_too(desk):
    exam, _question, rows = desk
    give(exam, rows[0], 1, comment="first")
    give(exam, rows[0], 1, comment="second", reason="clearer words")
    give(exam, rows[0], 1, comment="second", reason="nothing changes")
    lines = list(MarkChange.objects.order_by("id"))
    assert [line.reason for line in lines] == ["", "clearer words"]
    assert lines[1].before["comment"] == "first"


def test_a_mark_on_what_was_marked_meanwhile_is_refused(desk):
    exam, _question, rows = desk
    seen = stamp_of(rows[0])
    give(exam, rows[0], 1)
    colleague = make_user(is_operator=True)
    with pytest.raises(ChangedMeanwhile):
        mark_by_hand(
            user=colleague,
            attempt_id=rows[0].attempt_id,
            slot=1,
            now=now_utc(),
            points=Decimal(2),
            reason="mine is better",
            seen=seen,
        )
    assert ItemResult.objects.get(pk=rows[0].pk).mark == Decimal(1)


def test_a_rubric_is_given_anew_by_points_and_by_criteria(desk):
    exam, _question, rows = desk
    row = mark_by_hand(
        user=exam.owner, attempt_id=rows[0].attempt_id, slot=1, now=now_utc(), fractions={"what": 1.0, "why": 1.0}
    )
    row = give(exam, rows[0], 0, reason="copied")
    assert {part["id"]: part["fraction"] for part in named_parts(row.parts)} == {"what": 0.0, "why": 0.0}
    row = mark_by_hand(
        user=exam.owner,
        attempt_id=rows[0].attempt_id,
        slot=1,
        now=now_utc(),
        fractions={"what": 1.0, "why": 0.0},
        reason="not copied",
    )
    assert (row.mark, row.state) == (Decimal("1.20"), "graded")


def test_leases_are_extended_given_back_and_never_doubled(desk):
    exam, question, rows = desk
    first, second = exam.owner, make_user(is_operator=True)
    now = now_utc()
    mine = lease_next(user=first, exam_id=exam.pk, question_id=question.pk, now=now)
    beside = lease_next(user=first, exam_id=exam.pk, question_id=question.pk, now=now, beside=[mine.pk])
    theirs = lease_next(user=second, exam_id=exam.pk, question_id=question.pk, now=now)
    assert {mine.pk, beside.pk, theirs.pk} == {row.pk for row in rows}
    assert extend_leases(user=first, keys=[mine.pk, theirs.pk], now=now + timedelta(seconds=100)) == 1
    soon = now + timedelta(seconds=LEASE_SECONDS + 50)
    assert lease_next(user=second, exam_id=exam.pk, question_id=question.pk, now=soon, beside=[theirs.pk]) == beside
    assert release_leases(user=second, keys=[mine.pk, beside.pk]) == 1
    assert ItemResult.objects.get(pk=mine.pk).marker_id == first.pk


def test_what_is_put_off_comes_last(desk):
    exam, question, rows = desk
    set_flag(user=exam.owner, row=rows[0], kind="later", now=now_utc())
    order = []
    for _ in rows:
        row = lease_next(user=exam.owner, exam_id=exam.pk, question_id=question.pk, now=now_utc())
        order.append(row.pk)
        give(exam, row, 1)
    assert order == [rows[1].pk, rows[2].pk, rows[0].pk]
    assert not ScriptFlag.objects.exists()


def test_the_last_marks_are_taken_back_one_by_one(desk):
    exam, question, rows = desk
    give(exam, rows[0], 1, comment="kept in the history")
    give(exam, rows[1], 2)
    undo = {"user": exam.owner, "exam_id": exam.pk, "question_id": question.pk}
    assert undo_last_mark(**undo, now=now_utc()).pk == rows[1].pk
    back = undo_last_mark(**undo, now=now_utc())
    assert (back.pk, back.state, back.mark, back.comment) == (rows[0].pk, "pending", None, "")
    assert back.marker_id == exam.owner_id
    assert undo_last_mark(**undo, now=now_utc()) is None
    attempt = Attempt.objects.get(pk=rows[0].attempt_id)
    assert (attempt.state, attempt.score) == (Attempt.State.NEEDS_MARKING, None)
    assert [change.new_mark for change in MarkChange.objects.order_by("id")] == [1, 2, None, None]


def test_nobody_takes_back_what_a_colleague_gave(desk):
    exam, question, rows = desk
    give(exam, rows[0], 1)
    colleague = make_user(is_operator=True)
    assert undo_last_mark(user=colleague, exam_id=exam.pk, question_id=question.pk, now=now_utc()) is None
    mark_by_hand(
        user=colleague, attempt_id=rows[0].attempt_id, slot=1, now=now_utc(), points=Decimal(2), reason="second look"
    )
    assert undo_last_mark(user=exam.owner, exam_id=exam.pk, question_id=question.pk, now=now_utc()) is None
    assert ItemResult.objects.get(pk=rows[0].pk).mark == Decimal(2)


def test_saved_comments_are_counted_and_kept_once(desk):
    exam, question, _rows = desk
    for _ in range(2):
        save_comment(user=exam.owner, exam=exam, question_id=question.pk, text=" Give  a reason. ", now=now_utc())
    with pytest.raises(InvalidInput):
        save_comment(user=exam.owner, exam=exam, question_id=question.pk, text="  ", now=now_utc())
    assert [comment.text for comment in list_comments(exam=exam, question_id=question.pk)] == ["Give a reason."]


def test_words_are_counted_as_the_room_counts_them():
    assert count_words("资产 = 负债 + 所有者权益") == 9
    assert count_words("It isn't so, is it?") == 5
    assert count_words("") == 0


def marking_url(exam, question, name="mark", *more):
    return reverse(f"marking:{name}", args=[exam.public_id, question.public_id, *more])


def test_scripts_fetch_mark_and_count_by_json(desk, client):
    exam, question, _rows = desk
    client.force_login(exam.owner)
    url = marking_url(exam, question)
    save_comment(user=exam.owner, exam=exam, question_id=question.pk, text="Good.", now=now_utc())
    page = client.get(url)
    script = page.context["script"]
    part = client.get(url, {"part": "1", "beside": script.row.key_text})
    assert part.status_code == 200
    assert "考生" not in part.content.decode() + page.content.decode()
    other = part.context["script"]
    assert other.row.pk != script.row.pk
    form = {
        "result": script.row.key_text,
        "seen": script.stamp,
        "points.what": "6",
        "points.why": "4",
        "comment": "Good.",
    }
    refused = client.post(url, form | {"points.why": "5"}, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["ok"]) == (422, False)
    done = client.post(url, form, headers={"Accept": "application/json"})
    assert done.json() == {"ok": True, "marked": 1, "total": 3}
    assert SavedComment.objects.get().uses == 1
    again = client.post(url, form | {"reason": "x"}, headers={"Accept": "application/json"})
    assert again.status_code == 422
    lease = client.post(
        marking_url(exam, question, "lease"), {"results": f"{other.row.key_text},{script.row.key_text}"}
    )
    assert lease.json() == {"held": 1}
    client.post(marking_url(exam, question, "lease"), {"results": other.row.key_text, "act": "release"})
    assert ItemResult.objects.get(pk=other.row.pk).lease_until_at is None
    undone = client.post(marking_url(exam, question, "undo"), headers={"Accept": "application/json"})
    assert undone.status_code == 200
    assert ItemResult.objects.get(pk=script.row.pk).state == "pending"


def test_the_last_answer_ends_the_flow(desk, client):
    exam, question, rows = desk
    client.force_login(exam.owner)
    for row in rows:
        give(exam, row, 1)
    assert client.get(marking_url(exam, question), {"part": "1"}).status_code == 204
    assert client.get(marking_url(exam, question)).url == marking_url(exam, question, "answers")
    undo = client.post(marking_url(exam, question, "undo"))
    assert "/answers/" in undo.url


def test_the_list_of_answers_tells_who_holds_which(desk, client):
    exam, question, rows = desk
    colleague = make_user(is_operator=True, real_name="李阅卷")
    lease_next(user=colleague, exam_id=exam.pk, question_id=question.pk, now=now_utc())
    give(exam, rows[1], 1)
    set_flag(user=exam.owner, row=rows[2], kind="opinion", now=now_utc(), note="Two readings?")
    client.force_login(exam.owner)
    url = marking_url(exam, question, "answers")
    body = client.get(url).content.decode()
    assert "held by 李阅卷" in body
    assert "考生" not in body
    for show, count in (("unmarked", 2), ("mine", 1), ("flagged", 1), ("marked", 1), ("nonsense", 3)):
        assert len(client.get(url, {"show": show}).context["lines"]) == count, show
    number = number_of(exam=exam, attempt_id=rows[0].attempt_id).replace(" ", "-")
    held = client.get(marking_url(exam, question, "answer", number))
    assert "Held by 李阅卷" in held.content.decode()
    assert ItemResult.objects.get(pk=rows[0].pk).marker_id == colleague.pk


def test_a_mark_that_stands_is_changed_from_its_page_with_a_reason(desk, client):
    exam, question, rows = desk
    give(exam, rows[0], 1)
    client.force_login(exam.owner)
    number = number_of(exam=exam, attempt_id=rows[0].attempt_id).replace(" ", "-")
    url = marking_url(exam, question, "answer", number)
    script = client.get(url).context["script"]
    assert [line.given for line in script.lines] == ["3", "2"]
    form = {"result": script.row.key_text, "seen": script.stamp, "points.what": "6", "points.why": "4", "comment": ""}
    assert client.post(url, form).status_code == 422
    assert client.post(url, form | {"reason": "overlooked a line"}).status_code == 302
    assert ItemResult.objects.get(pk=rows[0].pk).mark == Decimal(2)


def test_names_are_shown_only_where_the_exam_says_so(desk, client):
    exam, question, rows = desk
    client.force_login(exam.owner)
    number = number_of(exam=exam, attempt_id=rows[0].attempt_id).replace(" ", "")
    candidate = reverse("marking:candidate", args=[exam.public_id, number])
    assert client.get(candidate).status_code == 404
    Exam.objects.filter(pk=exam.pk).update(marking_is_anonymous=False)
    assert "考生" in client.get(marking_url(exam, question)).content.decode()
    assert "考生" in client.get(candidate).content.decode()


def test_flags_and_comments_by_plain_forms(desk, client):
    exam, question, rows = desk
    client.force_login(exam.owner)
    url = marking_url(exam, question, "flag")
    assert client.post(url, {"result": rows[0].key_text, "note": "look"}).status_code == 302
    assert ScriptFlag.objects.get().note == "look"
    assert client.post(url, {"result": rows[0].key_text, "act": "remove"}).status_code == 302
    assert not ScriptFlag.objects.exists()
    comments = marking_url(exam, question, "comments")
    client.post(comments, {"comment": "Good."})
    client.post(comments, {"remove": SavedComment.objects.get().pk})
    assert not SavedComment.objects.exists()
    later = client.post(marking_url(exam, question), {"result": rows[0].key_text, "act": "later"})
    assert later.status_code == 302
    assert ScriptFlag.objects.get().kind == "later"


def test_strangers_reach_nothing_of_it(desk, client):
    exam, question, rows = desk
    number = number_of(exam=exam, attempt_id=rows[0].attempt_id).replace(" ", "-")
    pages = [
        marking_url(exam, question, "answers"),
        marking_url(exam, question, "answer", number),
        reverse("marking:candidate", args=[exam.public_id, number]),
    ]
    acts = [marking_url(exam, question, name) for name in ("lease", "flag", "undo", "comments")]
    form = {"result": rows[0].key_text, "results": rows[0].key_text, "comment": "x", "points": "2"}
    for stranger in (make_user(), make_user(is_instructor=True)):
        client.force_login(stranger)
        assert all(client.get(url).status_code == 404 for url in pages)
        assert all(client.post(url, form).status_code in (404, 405) for url in [*acts, *pages])
    foreign = make_exam(types=("essay",), owner=make_user(is_instructor=True))
    client.force_login(foreign.owner)
    assert client.post(reverse("marking:flag", args=[foreign.public_id, question.public_id]), form).status_code == 404
    assert client.post(reverse("marking:mark", args=[foreign.public_id, question.public_id]), form).status_code == 404
    assert not (ScriptFlag.objects.exists())
    assert not (SavedComment.objects.exists())
    assert not (MarkChange.objects.exists())
    assert ItemResult.objects.get(pk=rows[0].pk).marker_id is None


def test_statements_of_marking_do_not_grow(desk, client):
    exam, question, _rows = desk
    client.force_login(exam.owner)
    url, answers = marking_url(exam, question), marking_url(exam, question, "answers")
    counts = []
    for _size in range(2):
        for address in (url, f"{url}?part=1", answers):
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.append(len(captured))
        now = now_utc()
        for _ in range(7):
            sit_exam(user_id=make_user().pk, exam_id=exam.public_id, answers={1: "x"}, started_at=now, submitted_at=now)
    assert counts[:3] == counts[3:]
    assert counts[1] <= 14


def test_progress_counts_markers_and_pace(desk):
    exam, question, rows = desk
    start = now_utc() - timedelta(minutes=1)
    for number, row in enumerate(rows[:2]):
        mark_by_hand(
            user=exam.owner,
            attempt_id=row.attempt_id,
            slot=1,
            now=start + timedelta(seconds=8 * number),
            points=Decimal(1),
        )
    progress = marking_progress(user=exam.owner, exam=exam, question_id=question.pk, now=now_utc())
    assert (progress.total, progress.marked, progress.left, progress.percent) == (3, 2, 1, 67)
    assert progress.pace_seconds == 8
    assert [(share.marked, share.is_self) for share in progress.markers] == [(2, True)]
