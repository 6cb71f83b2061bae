import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.refunds import RefundableLine, RefundablePayment, RefundImpossible, plan_refund

LINES = [RefundableLine(line_id=1, total_minor=60), RefundableLine(line_id=2, total_minor=40)]
PAID = [RefundablePayment(payment_id=7, amount_minor=100)]
EXTRA = RefundablePayment(payment_id=8, amount_minor=100, is_extra=True)


def test_everything_goes_back_and_ends_every_line():
    plan = plan_refund(lines=LINES, payments=PAID)
    assert (plan.amount_minor, plan.by_payment, set(plan.ended_line_ids)) == (100, {7: 100}, {1, 2})


def test_a_line_goes_back_whole_and_ends():
    plan = plan_refund(lines=LINES, payments=PAID, line_ids=[2])
    assert (plan.amount_minor, plan.by_line, plan.ended_line_ids) == (40, {2: 40}, (2,))


def test_a_gesture_ends_nothing():
    plan = plan_refund(lines=LINES, payments=PAID, amount_minor=10)
    assert (plan.by_line, plan.ended_line_ids) == ({1: 6, 2: 4}, ())


def test_money_that_bought_nothing_goes_back_first_and_ends_nothing():
    plan = plan_refund(lines=LINES, payments=[EXTRA, *PAID], amount_minor=100)
    assert (plan.by_payment, plan.by_line, plan.ended_line_ids) == ({8: 100}, {}, ())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"payments": PAID, "amount_minor": 101}, "too_much"),
        ({"payments": PAID, "amount_minor": 0}, "nothing_left"),
        ({"payments": []}, "nothing_left"),
        ({"payments": PAID, "line_ids": [9]}, "unknown_line"),
        ({"payments": PAID, "line_ids": []}, "unknown_line"),
        ({"payments": [EXTRA, *PAID], "line_ids": [1]}, "extra_first"),
        ({"payments": [], "line_ids": [1]}, "too_much"),
    ],
)
def test_refund_that_does_not_fit_is_refused(arguments, code):
    with pytest.raises(RefundImpossible, match=code):
        plan_refund(lines=LINES, **arguments)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=5), st.integers(0, 500), st.data())
def test_plan_adds_up(totals, extra, data):
    lines = [RefundableLine(line_id=index, total_minor=total) for index, total in enumerate(totals)]
    payments = [
        RefundablePayment(payment_id=1, amount_minor=sum(totals)),
        RefundablePayment(payment_id=2, amount_minor=extra, is_extra=True),
    ]
    most = sum(totals) + extra
    if not most:
        return
    amount = data.draw(st.integers(1, most))
    plan = plan_refund(lines=lines, payments=payments, amount_minor=amount)
    assert plan.amount_minor == sum(plan.by_payment.values()) == amount
    assert sum(plan.by_line.values()) == max(0, amount - extra)
    assert all(part <= totals[line_id] for line_id, part in plan.by_line.items())
