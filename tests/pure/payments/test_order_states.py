import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.ledger import (
    Posting,
    UnbalancedEntry,
    balanced,
    payment_postings,
    refund_postings,
    revenue_postings,
)
from payments.domain.order_states import (
    ORDER_MOVES,
    PAYMENT_MOVES,
    Closed,
    FreeOrderPlaced,
    OrderFacts,
    PaymentConfirmed,
    PaymentEnded,
    PaymentFacts,
    RefundDone,
    decide,
    may_move_refund,
)

ORDER_STATES = st.sampled_from(sorted(ORDER_MOVES))
PAYMENT_STATES = st.sampled_from(sorted(PAYMENT_MOVES))
AMOUNTS = st.integers(1, 500)


def order(state="pending", total=100, paid=0, refunded=0, flag=""):
    return OrderFacts(
        state=state, currency="CNY", total_minor=total, paid_minor=paid, refunded_minor=refunded, flag=flag
    )


def confirmed(state="pending", asked=100, told=100, currency="CNY"):
    payment = PaymentFacts(state=state, amount_minor=asked, currency="CNY")
    return PaymentConfirmed(payment=payment, amount_minor=told, currency=currency)


def ended(state="pending", outcome="failed"):
    return PaymentEnded(payment=PaymentFacts(state=state, amount_minor=100, currency="CNY"), outcome=outcome)


EVENTS = st.one_of(
    st.builds(confirmed, PAYMENT_STATES, AMOUNTS, AMOUNTS, st.sampled_from(["CNY", "USD"])),
    st.builds(ended, PAYMENT_STATES, st.sampled_from(["failed", "cancelled"])),
    st.builds(Closed, outcome=st.sampled_from(["cancelled", "expired"])),
    st.just(FreeOrderPlaced()),
    st.builds(RefundDone, amount_minor=st.integers(-5, 500), currency=st.sampled_from(["CNY", "USD"])),
)


@given(ORDER_STATES, AMOUNTS, st.integers(0, 500), st.integers(0, 500), EVENTS)
def test_every_decision_is_allowed_by_the_tables(state, total, paid, refunded, event):
    facts = order(state, total, max(paid, refunded), refunded)
    decision = decide(facts, event)
    assert decision.order_state == state or decision.order_state in ORDER_MOVES[state]
    if decision.verdict != "accepted":
        assert (decision.order_state, decision.paid_delta_minor, decision.refunded_delta_minor) == (state, 0, 0)
        assert decision.flag == facts.flag
        assert decision.reason
    if decision.payment_state is not None:
        assert decision.payment_state in PAYMENT_MOVES[event.payment.state]
    assert 0 <= facts.refunded_minor + decision.refunded_delta_minor <= facts.paid_minor + decision.paid_delta_minor


@given(st.permutations(["failed", "confirmed", "cancelled", "confirmed", "expired"]))
def test_reordered_news_about_one_payment_takes_its_money_once(news):
    state, payment, paid, flag = "pending", "pending", 0, ""
    for word in news:
        facts = order(state, paid=paid, flag=flag)
        if word == "confirmed":
            decision = decide(facts, confirmed(payment))
        elif word == "expired":
            decision = decide(facts, Closed(outcome="expired"))
        else:
            decision = decide(facts, ended(payment, word))
        state, flag = decision.order_state, decision.flag
        payment = decision.payment_state or payment
        paid += decision.paid_delta_minor
    assert (payment, paid) == ("confirmed", 100)
    assert (state, flag) in {("paid", ""), ("expired", "late_payment")}


@pytest.mark.parametrize("state", ["cancelled", "expired", "draft"])
def test_money_for_an_order_given_up_is_kept_and_flagged(state):
    decision = decide(order(state), confirmed())
    assert (decision.order_state, decision.flag, decision.paid_delta_minor) == (state, "late_payment", 100)


@pytest.mark.parametrize("state", ["paid", "partially_refunded", "refunded"])
def test_second_money_is_kept_and_flagged(state):
    decision = decide(order(state, paid=100), confirmed())
    assert (decision.order_state, decision.flag) == (state, "paid_twice")


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (confirmed(told=99), "wrong_amount"),
        (confirmed(currency="USD"), "wrong_currency"),
        (confirmed(asked=50, told=50), "wrong_amount"),
    ],
)
def test_news_that_contradicts_the_order_is_refused(event, reason):
    decision = decide(order(), event)
    assert (decision.verdict, decision.reason) == ("refused", reason)


def test_free_order_is_paid_at_once_and_others_are_not():
    assert decide(order("draft", total=0), FreeOrderPlaced()).order_state == "paid"
    assert decide(order("draft"), FreeOrderPlaced()).verdict == "refused"


def test_closing_a_closed_order_is_no_news_and_a_paid_one_is_refused():
    assert decide(order("expired"), Closed(outcome="expired")).verdict == "no_change"
    assert decide(order("paid", paid=100), Closed(outcome="cancelled")).verdict == "refused"


@pytest.mark.parametrize(
    ("facts", "amount", "state", "flag"),
    [
        (order("paid", paid=100), 40, "partially_refunded", ""),
        (order("paid", paid=100), 100, "refunded", ""),
        (order("partially_refunded", paid=100, refunded=40), 60, "refunded", ""),
        (order("paid", paid=200, flag="paid_twice"), 100, "paid", ""),
        (order("paid", paid=200, flag="paid_twice"), 50, "paid", "paid_twice"),
        (order("expired", paid=100, flag="late_payment"), 100, "expired", ""),
        (order("expired", paid=100, flag="late_payment"), 30, "expired", "late_payment"),
    ],
)
def test_refund_moves_the_order(facts, amount, state, flag):
    decision = decide(facts, RefundDone(amount_minor=amount, currency="CNY"))
    assert (decision.verdict, decision.order_state, decision.flag) == ("accepted", state, flag)


@pytest.mark.parametrize(("amount", "currency"), [(101, "CNY"), (0, "CNY"), (10, "USD")])
def test_refund_that_does_not_fit_is_refused(amount, currency):
    event = RefundDone(amount_minor=amount, currency=currency)
    assert decide(order("paid", paid=100), event).verdict == "refused"


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_postings_balance(one, other):
    for postings in (
        payment_postings(provider="sandbox", amount_minor=one),
        revenue_postings(amount_minor=one),
        refund_postings(provider="sandbox", earned_minor=one, unearned_minor=other),
    ):
        assert sum(posting.amount_minor for posting in postings) == 0
        assert all(posting.amount_minor for posting in postings)


def test_unbalanced_entry_is_refused():
    with pytest.raises(UnbalancedEntry):
        balanced([Posting(account="revenue", amount_minor=1)])


def test_refund_that_is_done_stays_done_and_a_failed_one_may_still_arrive():
    assert not may_move_refund(before="done", after="failed")
    assert may_move_refund(before="failed", after="done")
