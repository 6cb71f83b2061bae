"""Money that comes after its order was given up: accepted by itself, by an operator, or sent back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from edu.access.queries import has_access
from edu.audit.models import AuditEntry
from edu.core.errors import NotAllowed, NotFound
from edu.notifications.models import Notification
from payments.books import check_ledger
from payments.checkout.late_money import LateMoneyGone
from payments.checkout.sweeps import expire_orders, poll_payments
from payments.models import CouponUse, Offer, Order, ProviderEvent, SandboxCharge
from payments.providers.sandbox import Sandbox
from payments.queries import count_needing_attention, find_late_money, find_orders
from payments.services import (
    accept_late_payment,
    cancel_order,
    pay_in_sandbox,
    refund_order,
    retry_refund,
    take_off_sale,
)
from tests.factories.payments import begin_payment, make_coupon, make_offer, make_operator, make_order, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _books_agree(db):
    yield
    assert check_ledger().faults == ()


def arrive_late(order, *, between=None, is_cancelled=False, refund_answer="done"):
    """Let the money come when the order has been given up; `between` happens before it comes."""
    payment = begin_payment(order, now=NOW)
    Sandbox().choose(
        reference=payment.public_id,
        choice="delayed",
        delay_seconds=10**7,
        refund_answer=refund_answer,
        now=datetime.now(tz=UTC),
    )
    if is_cancelled:
        cancel_order(user=order.user, order_public_id=order.public_id, idempotency_key="c", now=NOW)
    else:
        expire_orders(now=NOW + timedelta(hours=1))
    if between:
        between()
    SandboxCharge.objects.filter(reference=payment.public_id).update(settles_at=NOW)
    poll_payments(now=NOW + timedelta(hours=2), order_id=order.pk)
    order.refresh_from_db()
    return order


def off_sale(order):
    return lambda: take_off_sale(actor=None, offer_public_id=order.lines.get().offer.public_id)


def owns(order):
    return has_access(user_id=order.user_id, product_key=order.lines.get().product_key)


def test_late_money_opens_the_order_by_itself_while_everything_stands():
    coupon = make_coupon(total_limit=1)
    order = arrive_late(make_order(codes=[coupon.code], now=NOW))
    assert (order.state, order.flag, order.paid_minor, order.closed_at) == ("paid", "", 8000, None)
    assert owns(order)
    assert CouponUse.objects.get().released_at is None
    assert not order.payments.get().is_extra
    entry = AuditEntry.objects.get(action="order.accept_late")
    assert (entry.actor, entry.object_label) == (None, order.number)
    assert set(Notification.objects.values_list("kind", flat=True)) == {"payments.paid"}
    assert sorted(order.ledger_entries.values_list("kind", flat=True)) == ["payment", "revenue"]
    assert count_needing_attention() == 0


def buy_again(order):
    def buy():
        make_order(user=order.user, offer=order.lines.get().offer)

    return buy


def raise_price(order):
    return lambda: Offer.objects.filter(pk=order.lines.get().offer_id).update(price_minor=12000)


@pytest.mark.parametrize(
    ("change", "note"), [(off_sale, "off_sale"), (raise_price, "terms_changed"), (buy_again, "bought_again")]
)
def test_late_money_is_kept_where_something_has_changed(change, note):
    order = make_order(now=NOW)
    arrive_late(order, between=change(order))
    assert (order.state, order.flag, order.paid_minor) == ("expired", "late_payment", 10000)
    assert not owns(order)
    assert ProviderEvent.objects.get().note == note
    assert find_late_money(order_id=order.pk, now=NOW).obstacles
    told = Notification.objects.get(kind="payments.kept", user=order.user)
    assert order.number in told.title


def test_late_money_is_kept_when_the_coupon_went_to_somebody_else():
    coupon = make_coupon(total_limit=1)
    order = make_order(codes=[coupon.code], now=NOW)
    arrive_late(order, between=lambda: make_order(codes=[coupon.code]))
    assert (order.state, order.flag) == ("expired", "late_payment")
    accept_late_payment(actor=make_operator(), order_public_id=order.public_id)
    order.refresh_from_db()
    assert (order.state, order.flag, owns(order)) == ("paid", "", True)
    assert CouponUse.objects.filter(released_at__isnull=True).count() == 1


def test_money_for_a_cancelled_order_waits_for_the_operator():
    order = arrive_late(make_order(now=NOW), is_cancelled=True)
    assert (order.state, order.flag) == ("cancelled", "late_payment")
    assert find_late_money(order_id=order.pk, now=NOW).obstacles == ()


def test_operator_accepts_once_and_others_may_not():
    order = make_order(now=NOW)
    arrive_late(order, between=off_sale(order))
    with pytest.raises(NotAllowed):
        accept_late_payment(actor=make_user(is_instructor=True), order_public_id=order.public_id)
    order.refresh_from_db()
    assert (order.state, owns(order)) == ("expired", False)
    operator = make_operator()
    for _twice in range(2):
        accept_late_payment(actor=operator, order_public_id=order.public_id)
    order.refresh_from_db()
    assert (order.state, order.flag, owns(order)) == ("paid", "", True)
    assert AuditEntry.objects.filter(action="order.accept_late", actor=operator).count() == 1
    assert Notification.objects.filter(kind="payments.paid").count() == 1
    refund_order(actor=operator, order_public_id=order.public_id, reason="asked", idempotency_key="r")
    order.refresh_from_db()
    assert (order.state, owns(order)) == ("refunded", False)


def test_money_that_is_going_back_cannot_be_accepted_and_the_other_way_round():
    order = make_order(now=NOW)
    arrive_late(order, between=off_sale(order), refund_answer="failed_once")
    operator = make_operator()
    refund_order(actor=operator, order_public_id=order.public_id, reason="late", idempotency_key="r")
    [refund] = order.refunds.all()
    assert refund.state == "failed"
    accept_late_payment(actor=operator, order_public_id=order.public_id)
    refund.refresh_from_db()
    order.refresh_from_db()
    assert (order.state, refund.state) == ("paid", "cancelled")
    assert retry_refund(actor=operator, refund_public_id=refund.public_id) == "cancelled"

    other = make_order(now=NOW)
    arrive_late(other, between=off_sale(other))
    refund_order(actor=operator, order_public_id=other.public_id, reason="late", idempotency_key="o")
    with pytest.raises(LateMoneyGone):
        accept_late_payment(actor=operator, order_public_id=other.public_id)
    other.refresh_from_db()
    assert (other.state, other.refunded_minor, owns(other)) == ("expired", 10000, False)


def test_order_without_late_money_cannot_be_accepted():
    with pytest.raises(LateMoneyGone):
        accept_late_payment(actor=None, order_public_id=make_order().public_id)
    with pytest.raises(NotFound):
        accept_late_payment(actor=None, order_public_id=make_user().public_id)
    assert not Order.objects.filter(state="paid").exists()


def test_late_money_for_a_buyer_who_has_it_meanwhile_is_kept():
    order = make_order(now=NOW)
    key = order.lines.get().product_key

    def own():
        other = make_order(user=order.user, offer=bundle, now=NOW)
        pay_in_sandbox(user=order.user, order_public_id=other.public_id, now=NOW)

    bundle = make_offer(kind="bundle", item_keys=[key])
    arrive_late(order, between=own)
    assert (order.state, order.flag) == ("expired", "late_payment")


def test_desk_offers_to_accept_or_to_refund(client):
    order = make_order(now=NOW)
    arrive_late(order, between=off_sale(order))
    url = reverse("operations:order_accept", args=[order.public_id])
    client.force_login(order.user)
    assert client.post(url).status_code == 404
    page = client.get(reverse("payments:order", args=[order.public_id])).content.decode()
    assert "came after the order had been closed" in page
    client.force_login(make_operator())
    page = client.get(reverse("operations:order", args=[order.public_id])).content.decode()
    assert "Accept and open" in page
    assert "The offer is off sale." in page
    assert client.post(url).status_code == 302
    order.refresh_from_db()
    assert order.state == "paid"
    page = client.get(reverse("operations:order", args=[order.public_id])).content.decode()
    assert "Late payment accepted, order opened" in page
    assert "Accept and open" not in page
    assert find_orders(is_flagged=True).total == 0
    client.force_login(order.user)
    page = client.get(reverse("payments:result", args=[order.public_id])).content.decode()
    assert "We accepted it all the same" in page
