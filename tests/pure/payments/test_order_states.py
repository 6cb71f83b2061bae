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
    LateMoneyAccepted,
    OrderFacts,
    PaymentConfirmed,
    PaymentEnded,
    PaymentFacts,
    RefundAnswered,
    RefundDone,
    RefundFacts,
    decide,
    judge_answer,
    may_move_refund,
)

ORDER_STATES = st.sampled_from(sorted(ORDER_MOVES))
PAYMENT_STATES = st.sampled_from(sorted(PAYMENT_MOVES))
AMOUNTS = st.integers(1, 500)


def order(state="pending", total=100, paid=0, refunded=0, flag=""):
    return OrderFacts(
        state=state, currency="CNY", total_minor=total, paid_minor=paid, refunded_minor=refunded, flag=flag
    )


def confirmed(state="pending", asked=100, told=100, currency="CNY", obstacles=("off_sale",)):
    payment = PaymentFacts(state=state, amount_minor=asked, currency="CNY")
    return PaymentConfirmed(payment=payment, amount_minor=told, currency=currency, obstacles=obstacles)


def accepted(state="confirmed", amount=100, reserved=0):
    payment = PaymentFacts(state=state, amount_minor=amount, currency="CNY")
    return LateMoneyAccepted(payment=payment, reserved_minor=reserved)


def ended(state="pending", outcome="failed"):
    return PaymentEnded(payment=PaymentFacts(state=state, amount_minor=100, currency="CNY"), outcome=outcome)


EVENTS = st.one_of(
    st.builds(
        confirmed, PAYMENT_STATES, AMOUNTS, AMOUNTS, st.sampled_from(["CNY", "USD"]), st.sampled_from([(), ("x",)])
    ),
    st.builds(accepted, PAYMENT_STATES, AMOUNTS, st.integers(0, 2)),
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


@pytest.mark.parametrize(
    ("facts", "event", "state", "flag", "reason"),
    [
        (order("expired"), confirmed(obstacles=()), "paid", "", "late_accepted"),
        (order("expired"), confirmed(obstacles=("off_sale", "owned")), "expired", "late_payment", "off_sale"),
        (order("cancelled"), confirmed(obstacles=()), "cancelled", "late_payment", ""),
        (order("expired", paid=100, flag="late_payment"), confirmed(obstacles=()), "expired", "late_payment", ""),
        (order("expired"), confirmed("cancelled", obstacles=()), "paid", "", "late_accepted"),
    ],
)
def test_late_money_opens_by_itself_only_what_ran_out_and_still_stands(facts, event, state, flag, reason):
    decision = decide(facts, event)
    assert (decision.verdict, decision.paid_delta_minor) == ("accepted", 100)
    assert (decision.order_state, decision.flag, decision.reason) == (state, flag, reason)


@pytest.mark.parametrize("state", ["expired", "cancelled"])
def test_operator_opens_a_given_up_order_with_its_late_money(state):
    decision = decide(order(state, paid=100, flag="late_payment"), accepted())
    assert (decision.verdict, decision.order_state, decision.flag) == ("accepted", "paid", "")
    more = decide(order(state, paid=200, flag="late_payment"), accepted())
    assert (more.order_state, more.flag) == ("paid", "paid_twice")


@pytest.mark.parametrize(
    ("facts", "event", "verdict", "reason"),
    [
        (order("paid", paid=100), accepted(), "no_change", "already"),
        (order("pending"), accepted(), "refused", "pending_not_paid"),
        (order("refunded", paid=100, refunded=100), accepted(), "refused", "refunded_not_paid"),
        (order("expired", paid=100), accepted(reserved=1), "refused", "going_back"),
        (order("expired", paid=50), accepted(amount=50), "refused", "wrong_amount"),
        (order("expired"), accepted("pending"), "refused", "no_late_money"),
    ],
)
def test_acceptance_that_does_not_fit_changes_nothing(facts, event, verdict, reason):
    decision = decide(facts, event)
    assert (decision.verdict, decision.reason, decision.order_state) == (verdict, reason, facts.state)


@given(st.permutations(["confirmed", "expired", "accepted", "refund", "accepted", "confirmed"]))
def test_reordered_late_money_is_opened_or_sent_back_but_never_both(news):
    state, payment, paid, refunded, flag, opened = "pending", "pending", 0, 0, "", 0
    for word in news:
        facts = order(state, paid=paid, refunded=refunded, flag=flag)
        event = {
            "confirmed": confirmed(payment),
            "expired": Closed(outcome="expired"),
            "accepted": accepted(payment, reserved=refunded),
            "refund": RefundDone(amount_minor=100, currency="CNY"),
        }[word]
        decision = decide(facts, event)
        opened += decision.order_state == "paid" != state
        state, flag = decision.order_state, decision.flag
        payment = decision.payment_state or payment
        paid += decision.paid_delta_minor
        refunded += decision.refunded_delta_minor
    assert (payment, paid) == ("confirmed", 100)
    assert opened <= 1
    assert refunded in {0, 100}
    assert state in ({"paid", "expired"} if not refunded else {"refunded", "expired"})
    assert not (state == "paid" and flag)


@given(st.permutations(["done", "failed", "failed", "done"]))
def test_answers_about_a_refund_in_any_order_end_in_done(answers):
    state, taken = "pending", []
    for word in answers:
        refund = RefundFacts(state=state, amount_minor=100, currency="CNY")
        verdict, _reason = judge_answer(refund, RefundAnswered(outcome=word, amount_minor=100, currency="CNY"))
        if verdict == "accepted":
            state = word
            taken.append(word)
    assert state == "done"
    assert taken.count("done") == 1


@pytest.mark.parametrize(("amount", "currency"), [(99, "CNY"), (100, "USD")])
def test_answer_about_another_amount_is_refused(amount, currency):
    refund = RefundFacts(state="pending", amount_minor=100, currency="CNY")
    assert judge_answer(refund, RefundAnswered(outcome="done", amount_minor=amount, currency=currency))[0] == "refused"


def test_refund_that_is_done_stays_done_and_a_failed_one_may_still_arrive():
    assert not may_move_refund(before="done", after="failed")
    assert may_move_refund(before="failed", after="done")
    assert may_move_refund(before="failed", after="created")
    assert not may_move_refund(before="cancelled", after="created")
