"""Two at once, on PostgreSQL, where transactions truly run beside one another."""

import threading
import uuid

import pytest
from django.db import connection

from payments.books import check_ledger
from payments.checkout.apply_event import apply_event
from payments.checkout.record_event import receive_notification
from payments.models import CouponUse, LedgerEntry, Order
from payments.providers.sandbox import Sandbox
from payments.services import place_order, refund_order
from tests.factories.payments import begin_payment, make_coupon, make_offer, make_operator, make_order, make_user

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(autouse=True)
def _needs_postgres():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time; this race needs PostgreSQL")


def at_once(*acts):
    """Run the acts in threads that start together; return what each returned or raised."""
    barrier = threading.Barrier(len(acts))
    answers = [None] * len(acts)

    def run(index, act):
        barrier.wait()
        try:
            answers[index] = act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            answers[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_few_uses_of_a_coupon_go_to_as_many_buyers():
    offer, coupon = make_offer(), make_coupon(total_limit=3)
    buyers = [make_user() for _index in range(8)]

    def buy(user):
        return lambda: place_order(
            user=user,
            items=[(offer.public_id, 1)],
            coupon_codes=[coupon.code],
            accept_terms=True,
            idempotency_key=str(uuid.uuid4()),
        )

    answers = at_once(*map(buy, buyers))
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert CouponUse.objects.count() == 3
    assert sorted(Order.objects.values_list("total_minor", flat=True)) == [8000] * 3 + [10000] * 5


def test_one_key_places_one_order():
    offer, user = make_offer(), make_user()
    answers = at_once(*[lambda: make_order(user=user, offer=offer, key="same").pk] * 6)
    assert len(set(answers)) == 1
    assert Order.objects.count() == 1


def test_one_notification_received_and_applied_many_times_takes_its_money_once():
    payment = begin_payment(make_order())
    sandbox = Sandbox()
    charge = sandbox.choose(reference=payment.public_id, choice="success")
    headers, body = sandbox.notification_for(charge)

    def deliver():
        event = receive_notification(provider="sandbox", headers=headers, body=body)
        return apply_event(provider_event_id=event.pk)

    assert set(at_once(*[deliver] * 6)) == {"accepted"}
    order = Order.objects.get()
    assert (order.state, order.paid_minor, order.flag) == ("paid", 10000, "")
    assert sorted(LedgerEntry.objects.values_list("kind", flat=True)) == ["payment", "revenue"]
    assert check_ledger().faults == ()


def test_two_refunds_at_once_never_send_more_than_was_paid():
    from payments.services import pay_in_sandbox

    order, operator = make_order(), make_operator()
    pay_in_sandbox(user=order.user, order_public_id=order.public_id)

    def refund():
        return refund_order(
            actor=operator,
            order_public_id=order.public_id,
            amount_minor=6000,
            reason="asked",
            idempotency_key=str(uuid.uuid4()),
        )

    answers = at_once(refund, refund, refund)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    order.refresh_from_db()
    assert order.refunded_minor == 6000
    assert check_ledger().faults == ()
