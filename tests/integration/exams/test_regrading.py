"""Regrading as a change set: preview, carrying out, learners, later attempts, undo."""

from decimal import Decimal

import pytest

from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.notifications.models import Notification
from exams.domain.stored_parts import named_parts
from exams.models import Attempt, Exam, ItemResult, MarkChange, QuestionProgress, RegradeChange, RegradeSet
from exams.regrading.change_sets import (
    confirm_regrade,
    discard_regrade,
    get_regrade,
    list_regrades,
    plan_regrade,
    plan_undo,
    preview_again,
)
from exams.services import mark_by_hand, sit_exam
from tests.factories.exams import make_exam, make_user
from tests.factories.regrading import confirm, first_version, make_class, plan, publish_corrected

pytestmark = pytest.mark.django_db
RIGHT, WRONG = {1: "b", 2: True}, {1: "a", 2: True}


def scores(attempts):
    rows = Attempt.objects.in_bulk([one.pk for one in attempts])
    return [(rows[one.pk].score, rows[one.pk].maximum, rows[one.pk].passed) for one in attempts]


def marks_of(exam, slot=1):
    rows = ItemResult.objects.filter(exam_id=exam.pk, slot=slot).order_by("attempt_id")
    return [(str(row.mark), str(row.maximum)) for row in rows]


def snapshot(exam):
    return (
        list(ItemResult.objects.filter(exam_id=exam.pk).order_by("pk").values("mark", "maximum", "state", "parts")),
        list(Attempt.objects.filter(exam=exam).order_by("pk").values("score", "maximum", "percent", "passed", "state")),
        MarkChange.objects.count(),
        Exam.objects.get(pk=exam.pk).decisions,
    )


def test_a_preview_says_who_gains_loses_and_crosses_and_changes_nothing(run_jobs):
    exam, _attempts = make_class(answers=[RIGHT, WRONG, {1: "a"}, {}])
    before = snapshot(exam)
    row = plan(exam, run_jobs=run_jobs)
    assert snapshot(exam) == before
    assert row.state == RegradeSet.State.PREVIEWED
    wanted = {"attempts": 4, "changed": 3, "gain": 2, "loss": 1, "up": 1, "down": 1, "empty": 0, "by_hand": 0}
    assert {name: row.summary[name] for name in wanted} == wanted
    assert (sum(row.summary["before"]), sum(row.summary["after"])) == (4, 4)
    assert row.summary["passes"] == [1, 1]
    assert set(row.changes.values_list("state", flat=True)) == {"planned"}


def test_recounting_with_a_corrected_key_changes_marks_totals_and_history(run_jobs):
    exam, attempts = make_class(answers=[RIGHT, WRONG])
    row = confirm(plan(exam, run_jobs=run_jobs), run_jobs=run_jobs)
    assert row.state == RegradeSet.State.APPLIED
    assert scores(attempts) == [(Decimal(2), Decimal(4), False), (Decimal(4), Decimal(4), True)]
    history = list(MarkChange.objects.order_by("attempt_id").values_list("old_mark", "new_mark", "marker_id", "reason"))
    assert history == [
        (Decimal(2), Decimal(0), exam.owner_id, "recount with the corrected key: Option 1 was right."),
        (Decimal(0), Decimal(2), exam.owner_id, "recount with the corrected key: Option 1 was right."),
    ]
    assert named_parts(ItemResult.objects.get(attempt_id=attempts[1].pk, slot=1).parts)[0]["fraction"] == 1
    assert {name: row.report[name] for name in ("changed", "gain", "loss", "up", "down", "stale")} == {
        "changed": 2, "gain": 1, "loss": 1, "up": 1, "down": 1, "stale": 0,
    }  # fmt: skip
    assert AuditEntry.objects.filter(action="exam.regrade").count() == 1


def test_a_newer_version_gives_the_key_and_is_named_in_the_history(run_jobs):
    exam, attempts = make_class(answers=[WRONG])
    fresh = publish_corrected(first_version(exam))
    confirm(plan(exam, run_jobs=run_jobs, key_version_id=fresh.pk), run_jobs=run_jobs)
    assert MarkChange.objects.get().version_id == fresh.pk
    result = ItemResult.objects.get(attempt_id=attempts[0].pk, slot=1)
    assert (result.mark, result.version_id) == (Decimal(2), first_version(exam).pk)


def test_accepting_both_takes_nothing_from_anybody(run_jobs):
    exam, attempts = make_class(answers=[RIGHT, WRONG, {}])
    confirm(plan(exam, policy="accept_both", run_jobs=run_jobs), run_jobs=run_jobs)
    assert [score for score, _maximum, _passed in scores(attempts)] == [4, 4, 0]


def test_full_marks_reach_blanks_too(run_jobs):
    exam, attempts = make_class(answers=[RIGHT, WRONG, {}])
    confirm(plan(exam, policy="full_marks", run_jobs=run_jobs), run_jobs=run_jobs)
    assert [score for score, _maximum, _passed in scores(attempts)] == [4, 4, 2]


def test_dropping_shrinks_the_maximum(run_jobs):
    exam, attempts = make_class(answers=[RIGHT, WRONG, {1: "b"}])
    confirm(plan(exam, policy="drop", run_jobs=run_jobs), run_jobs=run_jobs)
    assert scores(attempts) == [(2, 2, True), (2, 2, True), (0, 2, False)]
    assert marks_of(exam) == [("0.00", "0.00")] * 3


def test_the_only_question_cannot_be_dropped(run_jobs):
    exam, _attempts = make_class(answers=[{1: "b"}], types=("single_choice",))
    row = plan(exam, policy="drop", run_jobs=run_jobs)
    with pytest.raises(Conflict):
        confirm_regrade(change_set=row, actor=exam.owner)
    assert get_regrade(exam.owner, row.public_id).state == RegradeSet.State.PREVIEWED


@pytest.mark.parametrize(("policy", "score", "maximum"), [("new_key", 4, 4), ("full_marks", 4, 4), ("drop", 2, 2)])
def test_who_is_graded_later_follows_the_decision(run_jobs, policy, score, maximum):
    exam, _attempts = make_class(answers=[RIGHT])
    confirm(plan(exam, policy=policy, run_jobs=run_jobs), run_jobs=run_jobs)
    now = now_utc()
    pk = sit_exam(user_id=make_user().pk, exam_id=exam.public_id, answers=WRONG, started_at=now, submitted_at=now)
    attempt = Attempt.objects.get(pk=pk)
    assert (attempt.score, attempt.maximum) == (score, maximum)


def test_undo_gives_everything_back_and_later_attempts_too(run_jobs):
    exam, attempts = make_class(answers=[RIGHT, WRONG])
    before = snapshot(exam)[:2]
    row = confirm(plan(exam, run_jobs=run_jobs), run_jobs=run_jobs)
    now = now_utc()
    later = sit_exam(user_id=make_user().pk, exam_id=exam.public_id, answers=WRONG, started_at=now, submitted_at=now)
    assert Attempt.objects.get(pk=later).score == 4
    undo = plan_undo(change_set=row, actor=exam.owner)
    assert plan_undo(change_set=row, actor=exam.owner).pk == undo.pk
    run_jobs()
    undo = get_regrade(exam.owner, undo.public_id)
    assert undo.summary["changed"] == 3
    confirm(undo, run_jobs=run_jobs)
    assert Attempt.objects.get(pk=later).score == 2
    Attempt.objects.filter(pk=later).delete()
    ItemResult.objects.filter(attempt_id=later).delete()
    assert snapshot(exam)[:2] == before
    assert Exam.objects.get(pk=exam.pk).decisions == {}
    assert get_regrade(exam.owner, row.public_id).state == RegradeSet.State.UNDONE
    assert MarkChange.objects.filter(attempt_id=attempts[0].pk).count() == 2
    with pytest.raises(Conflict):
        plan_undo(change_set=get_regrade(exam.owner, row.public_id), actor=exam.owner)


def test_undo_leaves_what_was_changed_by_hand_since_and_names_it(run_jobs):
    exam, attempts = make_class(answers=[RIGHT, WRONG])
    row = confirm(plan(exam, run_jobs=run_jobs), run_jobs=run_jobs)
    mark_by_hand(
        user=exam.owner, attempt_id=attempts[0].pk, slot=1, now=now_utc(), points=Decimal(1), reason="half right"
    )
    undo = plan_undo(change_set=row, actor=exam.owner)
    run_jobs()
    undo = confirm(get_regrade(exam.owner, undo.public_id), run_jobs=run_jobs)
    assert undo.report["conflicts"] == 1
    assert undo.changes.get(state="conflict").attempt_id == attempts[0].pk
    assert [score for score, _maximum, _passed in scores(attempts)] == [3, 2]


def test_a_second_decision_takes_the_place_of_the_first_and_undo_brings_it_back(run_jobs):
    exam, attempts = make_class(answers=[RIGHT, WRONG])
    first = confirm(plan(exam, run_jobs=run_jobs), run_jobs=run_jobs)
    second = confirm(plan(exam, policy="drop", run_jobs=run_jobs), run_jobs=run_jobs)
    assert [maximum for _score, maximum, _passed in scores(attempts)] == [2, 2]
    third = confirm(plan(exam, policy="full_marks", run_jobs=run_jobs), run_jobs=run_jobs)
    assert scores(attempts) == [(4, 4, True), (4, 4, True)]
    for row in (third, second):
        undo = plan_undo(change_set=get_regrade(exam.owner, row.public_id), actor=exam.owner)
        run_jobs()
        confirm(get_regrade(exam.owner, undo.public_id), run_jobs=run_jobs)
    assert scores(attempts) == [(2, 4, False), (4, 4, True)]
    decision = Exam.objects.get(pk=exam.pk).decisions[str(first.version_id)]
    assert decision["change_set"] == first.pk


def test_marks_by_hand_stay_when_the_key_is_corrected_and_are_counted(run_jobs):
    exam, attempts = make_class(answers=[RIGHT, WRONG])
    mark_by_hand(
        user=exam.owner, attempt_id=attempts[1].pk, slot=1, now=now_utc(), points=Decimal(1), reason="half right"
    )
    row = plan(exam, run_jobs=run_jobs)
    assert row.summary["by_hand"] == 1
    confirm(row, run_jobs=run_jobs)
    assert [score for score, _maximum, _passed in scores(attempts)] == [2, 3]


def test_attempts_that_changed_since_the_preview_are_computed_anew_and_named(run_jobs):
    exam, attempts = make_class(answers=[RIGHT, WRONG, WRONG])
    row = plan(exam, run_jobs=run_jobs)
    mark_by_hand(
        user=exam.owner, attempt_id=attempts[1].pk, slot=2, now=now_utc(), points=Decimal(1), reason="half right"
    )
    mark_by_hand(
        user=exam.owner, attempt_id=attempts[2].pk, slot=1, now=now_utc(), points=Decimal(1), reason="half right"
    )
    now = now_utc()
    new = sit_exam(user_id=make_user().pk, exam_id=exam.public_id, answers=WRONG, started_at=now, submitted_at=now)
    row = confirm(row, run_jobs=run_jobs)
    found = {change.attempt_id: (change.state, change.is_stale) for change in row.changes.all()}
    assert found == {
        attempts[0].pk: ("applied", False),
        attempts[1].pk: ("applied", True),
        attempts[2].pk: ("gone", True),
        new: ("applied", True),
    }
    assert [score for score, _maximum, _passed in scores(attempts)] == [2, 3, 3]
    assert row.report["stale"] == 3


def test_an_essay_that_waits_is_settled_by_dropping_it_and_waits_again_after_undo(run_jobs, deliver_events):
    exam, attempts = make_class(answers=[{1: "text", 2: "b"}], types=("essay", "single_choice"))
    assert Attempt.objects.get(pk=attempts[0].pk).state == Attempt.State.NEEDS_MARKING
    row = confirm(plan(exam, policy="drop", run_jobs=run_jobs), run_jobs=run_jobs)
    attempt = Attempt.objects.get(pk=attempts[0].pk)
    assert (attempt.state, attempt.score, attempt.maximum) == (Attempt.State.GRADED, 2, 2)
    assert attempt.released_at is not None
    undo = plan_undo(change_set=row, actor=exam.owner)
    run_jobs()
    confirm(get_regrade(exam.owner, undo.public_id), run_jobs=run_jobs)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.maximum) == (Attempt.State.NEEDS_MARKING, None, 4)


def test_all_exams_that_asked_the_version(run_jobs):
    owner = make_user(is_instructor=True)
    exam, attempts = make_class(answers=[WRONG], owner=owner)
    twin, twins = make_class(answers=[WRONG], owner=owner, paper_version=exam.paper_version)
    foreign, strangers = make_class(answers=[WRONG], paper_version=exam.paper_version)
    waiting = make_exam(owner=owner, paper_version=exam.paper_version)
    row = plan(exam, run_jobs=run_jobs, scope="all")
    assert row.exam_ids == sorted([exam.pk, twin.pk, waiting.pk])
    assert row.summary["others"] == 1
    confirm(row, run_jobs=run_jobs)
    assert [score for score, _maximum, _passed in scores([*attempts, *twins, *strangers])] == [4, 4, 2]
    assert Exam.objects.get(pk=waiting.pk).decisions
    assert Exam.objects.get(pk=foreign.pk).decisions == {}


def test_learners_are_told_once_where_the_result_is_released(run_jobs, deliver_events):
    exam, attempts = make_class(answers=[RIGHT, WRONG, {2: True}])
    hidden, _attempts = make_class(answers=[WRONG], release="manual")
    deliver_events()
    for one in (exam, hidden):
        confirm(plan(one, run_jobs=run_jobs), run_jobs=run_jobs)
    deliver_events()
    deliver_events()
    told = Notification.objects.filter(kind="exams.regraded")
    assert set(told.values_list("user_id", flat=True)) == {attempts[0].user_id, attempts[1].user_id}
    assert "Option 1 was right." in told[0].body


def test_the_wrong_answer_book_is_corrected_and_so_after_undo(run_jobs, deliver_events):
    exam, attempts = make_class(answers=[RIGHT, WRONG])
    deliver_events()
    question_id = first_version(exam).question_id

    def wrong():
        return set(
            QuestionProgress.objects.filter(question_id=question_id, last_wrong_at__isnull=False).values_list(
                "user_id", flat=True
            )
        )

    assert wrong() == {attempts[1].user_id}
    row = confirm(plan(exam, run_jobs=run_jobs), run_jobs=run_jobs)
    deliver_events()
    assert wrong() == {attempts[0].user_id}
    undo = plan_undo(change_set=row, actor=exam.owner)
    run_jobs()
    confirm(get_regrade(exam.owner, undo.public_id), run_jobs=run_jobs)
    deliver_events()
    assert wrong() == {attempts[1].user_id}


def test_strangers_find_nothing_and_change_nothing(run_jobs):
    exam, _attempts = make_class(answers=[RIGHT, WRONG])
    stranger = make_user(is_instructor=True)
    row = plan(exam, run_jobs=run_jobs)
    before = snapshot(exam)
    with pytest.raises(NotFound):
        get_regrade(stranger, row.public_id)
    with pytest.raises(NotFound):
        plan(exam, run_jobs=run_jobs, actor=stranger)
    with pytest.raises(NotFound):
        confirm_regrade(change_set=row, actor=stranger)
    assert not list_regrades(stranger).exists()
    assert snapshot(exam) == before
    assert get_regrade(exam.owner, row.public_id).state == RegradeSet.State.PREVIEWED


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"policy": "wish"}, "policy"),
        ({"policy": "undo"}, "policy"),
        ({"policy": "drop", "reason": " "}, "reason"),
        ({"policy": "new_key", "key": None}, "key_source"),
        ({"policy": "new_key", "key": {"fractions": {"nobody": 1}, "feedback": {}}}, "key_source"),
        ({"policy": "new_key", "key_version_id": 0}, "key_source"),
    ],
)
def test_what_is_missing_is_said(run_jobs, fields, field):
    exam, _attempts = make_class(answers=[RIGHT])
    with pytest.raises(InvalidInput) as refused:
        plan(exam, run_jobs=run_jobs, **fields)
    assert refused.value.field == field
    assert not RegradeSet.objects.exists()


def test_a_question_that_was_not_asked_here_is_refused(run_jobs):
    exam, _attempts = make_class(answers=[RIGHT])
    other, _others = make_class(answers=[RIGHT], owner=exam.owner)
    with pytest.raises(NotFound):
        plan_regrade(actor=exam.owner, exam=exam, version_id=first_version(other).pk, policy="drop", reason="unfit")


def test_a_discarded_or_confirmed_set_is_closed(run_jobs):
    exam, _attempts = make_class(answers=[RIGHT])
    row = plan(exam, run_jobs=run_jobs)
    preview_again(change_set=row, actor=exam.owner)
    run_jobs()
    discard_regrade(change_set=row, actor=exam.owner)
    for act in (discard_regrade, preview_again, confirm_regrade, plan_undo):
        with pytest.raises(Conflict):
            act(change_set=get_regrade(exam.owner, row.public_id), actor=exam.owner)
    assert RegradeChange.objects.filter(state="applied").count() == 0
