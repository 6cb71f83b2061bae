"""What other rooms read: figures, exports, seats, and the messages to buyers."""

from datetime import date
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone, translation

from edu.access.queries import has_access, list_doors
from edu.core.clock import now_utc
from edu.core.errors import NotAllowed
from edu.notifications.models import Notification
from edu.organizations.models import Membership, Organization
from payments.models import Order
from payments.queries import (
    find_orders,
    get_order,
    list_coupon_costs,
    list_daily_totals,
    list_export_headers,
    list_export_rows,
    list_income_by_offer,
    list_orders_of,
    list_seat_offers,
)
from payments.services import pay_in_sandbox, refund_order, set_bundle_items
from tests.factories.payments import make_coupon, make_offer, make_operator, make_order, make_user

pytestmark = pytest.mark.django_db


def paid(**arguments):
    order = make_order(**arguments)
    pay_in_sandbox(user=order.user, order_public_id=order.public_id)
    return Order.objects.get(pk=order.pk)


def today():
    return timezone.localdate()


def make_trainer():
    user = make_user()
    organization = Organization.objects.create(name="Huachen", code="huachen")
    Membership.objects.create(organization=organization, user=user, role="trainer", joined_at=now_utc())
    return user, organization


def test_daily_totals_count_money_in_and_out():
    first, _second = paid(), paid(codes=[make_coupon().code])
    make_order()
    refund_order(actor=None, order_public_id=first.public_id, amount_minor=4000, reason="x", idempotency_key="r")
    [row] = list_daily_totals(from_on=today(), to_on=today())
    assert (row.day, row.orders, row.buyers) == (today(), 2, 2)
    assert (row.paid_minor, row.refunded_minor, row.net_minor) == (18000, 4000, 14000)
    assert list_daily_totals(from_on=date(2020, 1, 1), to_on=date(2020, 1, 2)) == []
    income = list_income_by_offer(from_on=today(), to_on=today())
    assert sorted(net for _title, _currency, _pieces, net in income) == [6000, 8000]


def test_coupons_show_what_they_cost():
    coupon = make_coupon()
    paid(codes=[coupon.code])
    make_order(codes=[coupon.code])
    [row] = list_coupon_costs()
    assert (row.uses, row.cost_minor) == (2, 2000)


@pytest.mark.parametrize("count", [1, 6])
def test_finding_orders_takes_the_same_queries_at_any_size(count, django_assert_num_queries):
    for _index in range(count):
        paid()
    with django_assert_num_queries(5):
        assert find_orders(from_on=today(), to_on=today()).total == count


def test_export_has_a_cell_for_every_header():
    order = paid(user=make_user(real_name="王小明", display_name="", phone="+8613800000009"))
    with translation.override("zh-hans"):
        headers, [row] = list_export_headers(), list(list_export_rows())
    assert len(headers) == len(row)
    cells = dict(zip(headers, row, strict=True))
    assert (cells["订单号"], cells["合计"], cells["手机号"]) == (order.number, Decimal("100.00"), "+8613800000009")


def test_trainer_buys_seats_for_her_organisation():
    user, organization = make_trainer()
    offer = make_offer(kind="seats", price_minor=8000)
    assert list_doors(product_keys=[offer.product_key])[offer.product_key].price_minor is None
    assert [row.public_id for row in list_seat_offers()] == [offer.public_id]
    order = paid(user=user, offer=offer, quantity=20, organization_id=organization.pk)
    view = get_order(order_id=order.pk)
    assert (view.organization_id, view.total_minor) == (organization.pk, 160000)
    assert (view.lines[0].kind, view.lines[0].quantity) == ("seats", 20)
    assert view.lines[0].product_key == offer.product_key
    assert not has_access(user_id=user.pk, product_key=offer.product_key)
    assert [row.order_id for row in list_orders_of(user_id=user.pk)] == [order.pk]


def test_seats_are_not_sold_to_learners_or_for_other_organisations():
    user, _organization = make_trainer()
    other = Organization.objects.create(name="Other", code="other")
    offer = make_offer(kind="seats")
    for buyer, organization_id in ((make_user(), None), (user, other.pk), (user, None)):
        with pytest.raises(NotAllowed):
            make_order(user=buyer, offer=offer, organization_id=organization_id)
    assert not Order.objects.exists()


def test_bundle_may_be_refilled_by_an_operator_only():
    first, second = make_offer(), make_offer()
    bundle = make_offer(kind="bundle", item_keys=[first.product_key])
    order = paid(offer=bundle)
    with pytest.raises(NotAllowed):
        set_bundle_items(actor=order.user, offer_public_id=bundle.public_id, product_keys=[])
    set_bundle_items(actor=make_operator(), offer_public_id=bundle.public_id, product_keys=[second.product_key])
    assert has_access(user_id=order.user_id, product_key=second.product_key)
    assert not has_access(user_id=order.user_id, product_key=first.product_key)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_buyer_is_told_in_her_language_and_by_mail(language, run_jobs):
    order = paid(user=make_user(language=language))
    refund_order(actor=None, order_public_id=order.public_id, reason="<b>late</b>", idempotency_key="r")
    kinds = list(Notification.objects.filter(user=order.user).order_by("id").values_list("kind", flat=True))
    assert kinds == ["payments.paid", "payments.refunded"]
    run_jobs()
    assert len(mail.outbox) == 2
    for message in mail.outbox:
        assert order.number in message.subject
        html = message.alternatives[0][0]
        assert f"/shop/orders/{order.public_id}/" in html
        assert "<b>late</b>" not in html
