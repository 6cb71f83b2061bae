import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain import receipts
from exams.domain.attempts import AttemptEvent, AttemptState, is_running, next_state, source_states
from exams.domain.errors import InvalidResponse, InvalidTransition
from exams.domain.timing import (
    Accommodation,
    AttemptSummary,
    ExamStatus,
    ExamTerms,
    attempt_deadline,
    exam_state,
    is_accepted,
    is_overdue,
    remaining_seconds,
)

S, E = AttemptState, AttemptEvent
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


LEGAL = {
    (S.OPEN, E.PAUSE): S.PAUSED,
    (S.PAUSED, E.RESUME): S.OPEN,
    (S.OPEN, E.SUBMIT): S.SUBMITTED,
    (S.PAUSED, E.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, E.GRADE): S.GRADED,
    (S.SUBMITTED, E.ASK_FOR_MARKING): S.NEEDS_MARKING,
    (S.NEEDS_MARKING, E.GRADE): S.GRADED,
}


@pytest.mark.parametrize("event", list(E))
@pytest.mark.parametrize("state", list(S))
def test_every_transition_is_as_drawn(state, event):
    expected = LEGAL.get((state, event)) or (S.VOIDED if event is E.VOID and state is not S.VOIDED else None)
    assert (state in source_states(event)) == (expected is not None)
    if expected is None:
        with pytest.raises(InvalidTransition):
            next_state(state, event)
    else:
        assert next_state(state, event) is expected


def test_running_is_open_or_paused():
    assert {state for state in S if is_running(state)} == {S.OPEN, S.PAUSED}


@pytest.mark.parametrize(
    ("terms", "accommodation", "paused", "expected"),
    [
        (ExamTerms(duration_seconds=3600), Accommodation(), 0, at(60)),
        (ExamTerms(duration_seconds=3600, closes_at=at(30)), Accommodation(), 0, at(30)),
        (ExamTerms(duration_seconds=3600), Accommodation(extra_percent=25, extra_minutes=5), 0, at(80)),
        (ExamTerms(duration_seconds=3600), Accommodation(), 120, at(62)),
        (ExamTerms(duration_seconds=3600, closes_at=at(30)), Accommodation(closes_at=at(90)), 0, at(60)),
        (ExamTerms(closes_at=at(30)), Accommodation(), 0, at(30)),
        (ExamTerms(), Accommodation(extra_percent=50), 0, None),
    ],
)
def test_deadlines(terms, accommodation, paused, expected):
    deadline = attempt_deadline(started_at=NOON, terms=terms, accommodation=accommodation, paused_seconds=paused)
    assert deadline == expected


def test_grace_is_accepted_to_the_second():
    assert is_accepted(now=at(60.5), deadline_at=at(60), grace_seconds=30)
    assert is_overdue(now=at(60.51), deadline_at=at(60), grace_seconds=30)
    assert is_accepted(now=at(1000), deadline_at=None)


def test_remaining_seconds_are_rounded_up_and_never_negative():
    assert remaining_seconds(now=at(0), deadline_at=at(0.0001)) == 1
    assert remaining_seconds(now=at(1), deadline_at=at(0)) == 0
    assert remaining_seconds(now=at(1), deadline_at=None) is None


def attempt(state=S.GRADED, passed=None, released=True, deadline=None):
    return AttemptSummary(state, deadline, passed, released)


WINDOW = ExamTerms(opens_at=at(-10), closes_at=at(10), attempts_allowed=2, grace_seconds=60)
LATER = ExamTerms(opens_at=at(5), closes_at=at(10))
OVER = ExamTerms(opens_at=at(-10), closes_at=at(-5), attempts_allowed=2)
GONE = ExamTerms(is_withdrawn=True)
ENDLESS = ExamTerms(attempts_allowed=None)
X = ExamStatus


@pytest.mark.parametrize(
    ("terms", "attempts", "status", "left"),
    [
        (LATER, [], X.NOT_OPEN, 1),
        (WINDOW, [], X.OPEN, 2),
        (ENDLESS, [], X.OPEN, None),
        (OVER, [], X.MISSED, 2),
        (GONE, [], X.CLOSED, 1),
        (WINDOW, [attempt(S.OPEN, deadline=at(5))], X.CONTINUE, 1),
        (WINDOW, [attempt(S.PAUSED)], X.CONTINUE, 1),
        (WINDOW, [attempt(S.OPEN, deadline=at(-0.5))], X.CONTINUE, 1),
        (WINDOW, [attempt(S.OPEN, deadline=at(-2))], X.AWAITING_MARKING, 1),
        (WINDOW, [attempt(S.SUBMITTED)], X.AWAITING_MARKING, 1),
        (WINDOW, [attempt(S.NEEDS_MARKING)], X.AWAITING_MARKING, 1),
        (WINDOW, [attempt(passed=True, released=False)], X.AWAITING_MARKING, 1),
        (OVER, [attempt(passed=True)], X.PASSED, 1),
        (GONE, [attempt(passed=True)], X.PASSED, 0),
        (WINDOW, [attempt(passed=True), attempt(S.OPEN, deadline=at(5))], X.CONTINUE, 0),
        (WINDOW, [attempt(passed=False)], X.FAILED_RETRY, 1),
        (ENDLESS, [attempt(passed=False)] * 9, X.FAILED_RETRY, None),
        (WINDOW, [attempt(passed=False)] * 2, X.FAILED, 0),
        (OVER, [attempt(passed=False)], X.FAILED, 1),
        (OVER, [attempt()], X.CLOSED, 1),
        (WINDOW, [attempt()], X.OPEN, 1),
        (WINDOW, [attempt()] * 2, X.CLOSED, 0),
        (WINDOW, [attempt(S.VOIDED, passed=False)], X.OPEN, 2),
        (OVER, [attempt(S.VOIDED)], X.MISSED, 2),
    ],
)
def test_exam_states(terms, attempts, status, left):
    found = exam_state(now=NOON, terms=terms, attempts=attempts)
    assert (found.status, found.attempts_left) == (status, left)


def test_a_window_and_attempts_of_ones_own():
    own = Accommodation(extra_attempts=1, opens_at=at(-1), closes_at=at(60))
    found = exam_state(now=NOON, terms=OVER, attempts=[attempt(passed=False)] * 2, accommodation=own)
    assert (found.status, found.attempts_left) == (X.FAILED_RETRY, 1)
    assert (found.opens_at, found.closes_at) == (at(-1), at(60))


@pytest.mark.parametrize("blank", [None, "", [], {}, (), "\x00"])
def test_a_blank_is_stored_as_nothing(blank):
    assert receipts.canonical_response(blank) == ""
    assert receipts.response_value("") is None


def test_what_no_database_keeps_is_dropped_and_said():
    assert receipts.canonicalise({"b1": "a\x00\ud800中"}) == ('{"b1":"a中"}', True)
    assert receipts.canonicalise(["é"]) == ('["é"]', False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(JSON)
def test_the_canonical_form_is_stable_and_storable(value):
    try:
        stored = receipts.canonical_response(value)
    except InvalidResponse:
        return
    stored.encode("utf-8")
    assert "\x00" not in stored
    assert receipts.canonical_response(receipts.response_value(stored)) == stored


def nested(depth):
    return "x" if depth == 0 else [nested(depth - 1)]


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), object(), {1: "x"}, {"a": 1, "a\x00": 2}, nested(20), b"x"]
)
def test_what_is_not_json_is_refused(value):
    with pytest.raises(InvalidResponse):
        receipts.canonical_response(value)


def test_the_digest_takes_no_notice_of_order_and_blanks():
    one = receipts.responses_digest({"1": '"a"', "2": '"b"', "3": ""})
    assert one == receipts.responses_digest({"2": '"b"', "1": '"a"'})
    assert one != receipts.responses_digest({"1": '"b"', "2": '"a"'})
    assert one == receipts.responses_digest(json.loads('{"1": "\\"a\\"", "2": "\\"b\\""}'))


def test_a_receipt_is_for_exactly_one_state():
    receipt = receipts.Receipt(
        attempt_id="018f4e7a-0000-7000-8000-000000000001",
        epoch=2,
        seq=3,
        saved_at=datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC),
        digest=receipts.responses_digest({"1": "true"}),
    )
    text = receipts.sign_receipt(receipt, secret=b"k")
    assert receipts.read_receipt(f"  {text}\n", secret=b"k") == receipt
    assert receipts.read_receipt(text, secret=b"other") is None
    for place in range(4, len(text)):
        other = "0" if text[place] != "0" else "1"
        assert receipts.read_receipt(text[:place] + other + text[place + 1 :], secret=b"k") is None
    assert receipts.read_receipt("é\ud800", secret=b"k") is None
    nothing = replace(receipt, saved_at=None, seq=0)
    assert receipts.read_receipt(receipts.sign_receipt(nothing, secret=b"k"), secret=b"k") == nothing
