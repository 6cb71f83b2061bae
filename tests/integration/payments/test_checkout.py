from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from edu.access.queries import has_access, why_not
from edu.access.services import set_opens
from edu.audit.models import AuditEntry
from edu.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from edu.events.models import OutboxEvent
from edu.notifications.models import Notification
from payments.books import check_ledger
from payments.checkout import apply_event as apply_module
from payments.checkout.coupons import CouponTaken, CouponUnknown
from payments.checkout.idempotency import IdempotencyKeyReused
from payments.checkout.place_order import AlreadyOwned, OrderOpenAlready, PriceChanged
from payments.checkout.preview_price import preview_price
from payments.checkout.sweeps import expire_orders, finish_interrupted, forget_keys, poll_payments
from payments.models import CouponUse, IdempotencyKey, LedgerPosting, Offer, Order, OrderTransition, SandboxCharge
from payments.models.order import TransitionIsFinal
from payments.providers.base import ProviderUnavailable
from payments.providers.sandbox import Sandbox
from payments.queries import count_needing_attention, find_offer_for, find_orders, get_order
from payments.services import (
    cancel_order,
    claim_coupon,
    confirm_offline_payment,
    confirm_offline_refund,
    give_coupon,
    pay_in_sandbox,
    place_order,
    publish_offer,
    refund_order,
    start_payment,
    take_off_sale,
)
from tests.factories.payments import begin_payment, make_coupon, make_offer, make_operator, make_order, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _books_agree(db):
    yield
    assert check_ledger().faults == ()


def pay_late(order, *, before=None, give_up=expire_orders):
    """Let the money of an order placed at NOW arrive when its time has run out; `before` happens in between."""
    payment = begin_payment(order, now=NOW)
    charge = Sandbox().choose(
        reference=payment.public_id, choice="delayed", delay_seconds=10**7, now=datetime.now(tz=UTC)
    )
    give_up(now=NOW + timedelta(hours=1))
    order.refresh_from_db()
    assert order.state in {"expired", "cancelled"}
    if before:
        before()
    SandboxCharge.objects.filter(pk=charge.pk).update(settles_at=NOW)
    poll_payments(now=NOW + timedelta(hours=2), order_id=order.pk)
    order.refresh_from_db()


def pay(order, **arguments):
    outcome = pay_in_sandbox(user=order.user, order_public_id=order.public_id, **arguments)
    order.refresh_from_db()
    return outcome


def refund(order, **arguments):
    arguments = {"actor": make_operator(), "reason": "asked for it", "idempotency_key": "r1"} | arguments
    result = refund_order(order_public_id=order.public_id, **arguments)
    order.refresh_from_db()
    return result


def key_of(order):
    return order.lines.get().product_key


def owns(order):
    return has_access(user_id=order.user_id, product_key=key_of(order))


def balance(account):
    return sum(LedgerPosting.objects.filter(account=account).values_list("amount_minor", flat=True))


# -- the happy path -------------------------------------------------------------------------------
def test_paid_order_opens_its_goods_and_tells_the_buyer():
    order = make_order()
    assert not owns(order)
    assert pay(order) == "accepted"
    assert order.state == "paid"
    assert order.fulfilled_at is not None
    assert owns(order)
    assert (balance("clearing:sandbox"), balance("revenue"), balance("deposits")) == (10000, -10000, 0)
    assert OutboxEvent.objects.filter(name="OrderPaid").count() == 1
    assert order.number in Notification.objects.get(kind="payments.paid").title


def test_access_lasts_the_days_that_were_bought_and_buying_again_prolongs_it():
    user, offer = make_user(), make_offer(access_days=30)
    first = make_order(user=user, offer=offer)
    pay(first)
    until = why_not(user_id=user.pk, product_key=offer.product_key).until_at
    assert until == first.paid_at + timedelta(days=30)
    pay(make_order(user=user, offer=offer))
    again = why_not(user_id=user.pk, product_key=offer.product_key).until_at
    assert again == until + timedelta(days=30)


def test_bundle_opens_what_is_inside():
    inside = make_offer()
    bundle = make_offer(kind="bundle", item_keys=[inside.product_key])
    order = make_order(offer=bundle)
    pay(order)
    assert has_access(user_id=order.user_id, product_key=inside.product_key)


def test_free_order_is_opened_at_once():
    order = make_order(offer=make_offer(price_minor=0))
    assert (order.state, order.total_minor) == ("paid", 0)
    assert owns(order)
    assert not LedgerPosting.objects.exists()


def test_failed_payment_leaves_the_order_open_for_another_try():
    order = make_order()
    pay(order, choice="failure")
    assert (order.state, owns(order)) == ("pending", False)
    pay(order)
    assert owns(order)
    assert sorted(order.payments.values_list("state", flat=True)) == ["confirmed", "failed"]


def test_steps_are_kept_and_final():
    order = make_order()
    pay(order)
    steps = list(order.transitions.filter(subject="order").values_list("to_state", flat=True))
    assert steps == ["draft", "pending", "paid"]
    step = OrderTransition.objects.first()
    with pytest.raises(TransitionIsFinal):
        step.save()
    with pytest.raises(TransitionIsFinal):
        step.delete()


# -- placing --------------------------------------------------------------------------------------
def test_same_key_places_one_order_and_another_body_is_refused():
    user, offer, other = make_user(), make_offer(), make_offer()
    first = make_order(user=user, offer=offer, key="k")
    assert make_order(user=user, offer=offer, key="k").pk == first.pk
    with pytest.raises(IdempotencyKeyReused):
        make_order(user=user, offer=other, key="k")
    assert Order.objects.count() == 1


def test_same_goods_wait_in_one_order_only():
    order = make_order()
    with pytest.raises(OrderOpenAlready) as caught:
        make_order(user=order.user, offer=order.lines.get().offer)
    assert caught.value.order_public_id == order.public_id
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"accept_terms": False}, InvalidInput),
        ({"expected_total_minor": 9999}, PriceChanged),
        ({"coupon_codes": ["NOSUCH"]}, CouponUnknown),
        ({"idempotency_key": ""}, InvalidInput),
        ({"quantity": 2}, InvalidInput),
        ({"organization_id": 1}, NotAllowed),
    ],
)
def test_order_that_does_not_fit_is_refused_and_nothing_is_written(change, error):
    arguments = {"accept_terms": True, "idempotency_key": "k", "quantity": 1} | change
    quantity = arguments.pop("quantity")
    offer = make_offer()
    with pytest.raises(error):
        place_order(user=make_user(), items=[(offer.public_id, quantity)], **arguments)
    assert not Order.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_what_is_owned_for_ever_is_not_sold_again():
    order = make_order()
    pay(order)
    with pytest.raises(AlreadyOwned):
        make_order(user=order.user, offer=order.lines.get().offer)


def test_draft_and_off_sale_cannot_be_ordered():
    for offer in (make_offer(on_sale=False), make_offer()):
        if offer.status == Offer.Status.ON_SALE:
            take_off_sale(actor=None, offer_public_id=offer.public_id)
        with pytest.raises(NotFound):
            make_order(offer=offer)


# -- offers ---------------------------------------------------------------------------------------
def test_going_off_sale_clears_the_door_and_buyers_keep_their_access():
    offer = make_offer()
    order = make_order(offer=offer)
    waiting = make_order(offer=offer)
    pay(order)
    assert why_not(user_id=None, product_key=offer.product_key).doors[0].price_minor == 10000
    take_off_sale(actor=make_operator(), offer_public_id=offer.public_id)
    assert why_not(user_id=None, product_key=offer.product_key).doors == ()
    assert find_offer_for(product_key=offer.product_key) is None
    assert owns(order)
    pay(waiting)
    assert owns(waiting)


def test_one_offer_of_a_product_is_on_sale_at_a_time():
    first = make_offer()
    second = make_offer(product_key=first.product_key, on_sale=False)
    with pytest.raises(Conflict):
        publish_offer(actor=None, offer_public_id=second.public_id)
    second.refresh_from_db()
    assert second.status == "draft"


def test_only_operators_keep_the_shop():
    offer, order, stranger = make_offer(), make_order(), make_user(is_instructor=True)
    for act in (
        lambda: take_off_sale(actor=stranger, offer_public_id=offer.public_id),
        lambda: publish_offer(actor=stranger, offer_public_id=offer.public_id),
        lambda: refund(order, actor=stranger),
        lambda: give_coupon(actor=stranger, code="X", user_ids=[stranger.pk]),
        lambda: confirm_offline_payment(
            actor=stranger, order_public_id=order.public_id, bank_reference="1", amount_minor=10000, currency="CNY"
        ),
    ):
        with pytest.raises(NotAllowed):
            act()
    offer.refresh_from_db()
    order.refresh_from_db()
    assert (offer.status, order.state, order.payments.count()) == ("on_sale", "pending", 0)


def test_empty_bundle_cannot_go_on_sale():
    with pytest.raises(InvalidInput):
        make_offer(kind="bundle")
    assert not Offer.objects.filter(status="on_sale").exists()


# -- coupons --------------------------------------------------------------------------------------
def test_coupon_lowers_the_total_and_is_used():
    order = make_order(codes=[make_coupon().code])
    assert (order.total_minor, order.discount_minor) == (8000, 2000)
    assert order.discounts.get().reason == "applied"
    assert CouponUse.objects.get().order == order


def test_last_use_goes_to_one_buyer_and_comes_back_when_the_order_is_given_up():
    coupon = make_coupon(total_limit=1)
    first = make_order(codes=[coupon.code])
    second = make_order(codes=[coupon.code])
    assert second.total_minor == 10000
    assert second.discounts.get().reason == "used_up"
    cancel_order(user=first.user, order_public_id=first.public_id, idempotency_key="c")
    assert make_order(codes=[coupon.code]).total_minor == 8000


def test_race_for_the_last_use_is_decided_by_the_unique_slot(monkeypatch):
    """The loser has read the limits before the winner wrote: the slot stops it and nothing of it remains."""
    coupon = make_coupon(total_limit=1)
    from payments.checkout import coupons as module
    from payments.checkout import place_order as placing

    make_order(codes=[coupon.code])
    monkeypatch.setattr(module, "_free_slot", lambda limit, uses, field: 1)
    stale = placing.fetch_learner_facts(user_id=None, coupons=[])
    monkeypatch.setattr(placing, "fetch_learner_facts", lambda **_kwargs: stale)
    with pytest.raises(CouponTaken):
        make_order(codes=[coupon.code])
    assert Order.objects.count() == 1
    assert CouponUse.objects.count() == 1


def test_slots_are_unique_in_the_database():
    coupon = make_coupon(total_limit=5, per_learner_limit=None, first_order_only=True)
    use = CouponUse.objects.get(order=make_order(codes=[coupon.code]))
    other = make_order()
    with pytest.raises(IntegrityError), transaction.atomic():
        CouponUse.objects.create(coupon=coupon, user=other.user, order=other, total_slot=use.total_slot, used_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        CouponUse.objects.create(coupon=coupon, user=use.user, order=other, is_first_order=True, used_at=NOW)


def test_learner_limit_counts_her_own_uses():
    coupon, user = make_coupon(per_learner_limit=1), make_user()
    make_order(user=user, codes=[coupon.code])
    assert make_order(user=user, codes=[coupon.code]).discounts.get().reason == "used_by_you"


def test_first_order_coupon_is_for_the_first_order():
    coupon, user = make_coupon(first_order_only=True), make_user()
    assert make_order(user=user, codes=[coupon.code]).total_minor == 8000
    assert make_order(user=user, codes=[make_coupon(first_order_only=True).code]).total_minor == 10000


def test_closed_coupon_is_unknown_to_those_who_do_not_hold_it():
    coupon, user = make_coupon(is_claimable=False), make_user()
    with pytest.raises(CouponUnknown):
        claim_coupon(user=user, code=coupon.code, idempotency_key="c")
    give_coupon(actor=make_operator(), code=coupon.code, user_ids=[user.pk])
    assert make_order(user=user, codes=[coupon.code]).total_minor == 8000
    with pytest.raises(CouponUnknown):
        make_order(codes=[coupon.code])


def test_best_coupon_in_the_purse_is_suggested():
    user, offer = make_user(), make_offer()
    for coupon in (make_coupon(amount_minor=500), make_coupon(kind="percent", percent=30)):
        claim_coupon(user=user, code=coupon.code.lower(), idempotency_key=coupon.code)
    preview = preview_price(user_id=user.pk, offer=offer)
    assert preview.suggestion.saving_minor == 3000
    with_it = preview_price(user_id=user.pk, offer=offer, coupon_codes=[preview.suggestion.code])
    assert with_it.suggestion is None
    assert with_it.priced.total_minor == 7000


# -- closing, late money, crashes -----------------------------------------------------------------
def test_unpaid_order_expires_and_its_payment_is_closed():
    order = make_order(codes=[make_coupon(total_limit=1).code], now=NOW)
    payment = begin_payment(order, now=NOW)
    assert expire_orders(now=NOW + timedelta(minutes=29)) == 0
    assert expire_orders(now=NOW + timedelta(minutes=30)) == 1
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.state, payment.state) == ("expired", "cancelled")
    assert CouponUse.objects.get().released_at is not None
    assert SandboxCharge.objects.get().outcome == "cancelled"


def test_payment_that_arrived_silently_is_found_before_the_order_expires():
    order = make_order(now=NOW)
    payment = begin_payment(order, now=NOW)
    Sandbox().choose(reference=payment.public_id, choice="success", now=NOW)
    later = NOW + timedelta(hours=1)
    assert expire_orders(now=later) == 0
    order.refresh_from_db()
    assert order.state == "paid"


def test_late_money_is_kept_flagged_and_refundable():
    order = make_order(now=NOW)
    pay_late(order, before=lambda: take_off_sale(actor=None, offer_public_id=order.lines.get().offer.public_id))
    assert (order.state, order.flag, order.paid_minor) == ("expired", "late_payment", 10000)
    assert not owns(order)
    assert balance("deposits") == -10000
    assert count_needing_attention() == 1
    assert find_orders(is_flagged=True).total == 1
    refund(order)
    assert (order.state, order.flag, order.refunded_minor) == ("expired", "", 10000)
    assert (balance("deposits"), balance("clearing:sandbox"), balance("refunds")) == (0, 0, 0)


def test_money_that_comes_twice_is_flagged_and_goes_back_without_ending_access():
    order = make_order()
    begin_payment(order, provider="offline")
    pay(order)
    confirm_offline_payment(
        actor=make_operator(), order_public_id=order.public_id, bank_reference="b", amount_minor=10000, currency="CNY"
    )
    order.refresh_from_db()
    assert (order.state, order.flag, order.paid_minor) == ("paid", "paid_twice", 20000)
    with pytest.raises(InvalidInput, match="first"):
        refund(order, line_public_ids=[order.lines.get().public_id])
    assert refund(order, amount_minor=10000).states == ("pending",)
    assert order.flag == "paid_twice"
    [row] = order.refunds.all()
    for _twice in range(2):
        answer = {"refund_public_id": row.public_id, "is_sent": True, "bank_reference": "out-1"}
        assert confirm_offline_refund(actor=make_operator(), **answer) == "accepted"
    order.refresh_from_db()
    assert (order.state, order.flag) == ("paid", "")
    assert owns(order)


@pytest.mark.parametrize("step", ["before_grant", "after_record"])
def test_crash_between_money_and_grant_is_finished_by_the_sweep(monkeypatch, step):
    order = make_order()

    def die(*_arguments, **_more):
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr(apply_module, "fulfil_order" if step == "before_grant" else "decide", die)
        with pytest.raises(SystemExit):
            pay(order)
    order.refresh_from_db()
    assert order.state == ("paid" if step == "before_grant" else "pending")
    assert not owns(order)
    finish_interrupted(now=datetime.now(tz=UTC), grace_seconds=0)
    order.refresh_from_db()
    assert order.state == "paid"
    assert owns(order)
    assert finish_interrupted(now=datetime.now(tz=UTC), grace_seconds=0) == 0


def test_delayed_success_opens_when_its_moment_comes(client, run_jobs):
    order = make_order()
    payment = begin_payment(order)
    client.force_login(order.user)
    client.post(f"/shop/sandbox/{payment.public_id}/", {"choice": "delayed", "delay_seconds": "1"})
    run_jobs()
    assert not owns(order)
    from edu.jobs.models import Job

    Job.objects.filter(kind="payments.sandbox_notification").update(not_before_at=NOW)
    run_jobs()
    assert owns(order)


# -- refunds --------------------------------------------------------------------------------------
def test_full_refund_ends_access_and_says_so():
    order = make_order()
    pay(order)
    result = refund(order)
    assert (result.amount_minor, result.states) == (10000, ("done",))
    assert (order.state, owns(order)) == ("refunded", False)
    assert balance("clearing:sandbox") == 0
    assert balance("refunds") == 10000
    assert OutboxEvent.objects.filter(name="OrderRefunded").count() == 1
    assert Notification.objects.filter(kind="payments.refunded").count() == 1
    assert AuditEntry.objects.filter(action="order.refund").count() == 1


def test_refund_asked_twice_is_done_once_and_more_than_paid_is_refused():
    order, operator = make_order(), make_operator()
    pay(order)
    refund(order, actor=operator, amount_minor=4000)
    refund(order, actor=operator, amount_minor=4000)
    assert (order.state, order.refunded_minor, owns(order)) == ("partially_refunded", 4000, True)
    with pytest.raises(InvalidInput):
        refund(order, idempotency_key="r2", amount_minor=6001)
    assert order.refunds.count() == 1


def test_refund_that_the_provider_refuses_frees_its_money():
    order = make_order()
    pay(order)
    SandboxCharge.objects.all().delete()
    assert refund(order).states == ("failed",)
    assert (order.state, order.refunded_minor, owns(order)) == ("paid", 0, True)
    assert order.payments.get().refunded_minor == 0
    assert order.lines.get().refunded_minor == 0


def test_refund_waits_while_the_provider_is_away(monkeypatch):
    order = make_order()
    pay(order)

    def away(self, request):
        raise ProviderUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "refund", away)
        assert refund(order).states == ("created",)
    assert owns(order)
    finish_interrupted(now=datetime.now(tz=UTC) + timedelta(minutes=1))
    order.refresh_from_db()
    assert (order.state, owns(order)) == ("refunded", False)


def test_access_from_another_source_survives_a_refund():
    lesson = make_offer(kind="lesson", product_key="lesson:00000000-0000-0000-0000-000000000001")
    course = make_offer()
    set_opens(product_key=course.product_key, opened_keys=[lesson.product_key])
    user = make_user()
    single = make_order(user=user, offer=lesson)
    pay(single)
    whole = make_order(user=user, offer=course)
    pay(whole)
    refund(whole)
    assert owns(single)
    assert not owns(whole)


# -- operator -------------------------------------------------------------------------------------
def test_transfer_is_confirmed_by_an_operator_and_audited():
    order = make_order(now=NOW)
    begin_payment(order, provider="offline", now=NOW)
    order.refresh_from_db()
    assert order.expires_at == NOW + timedelta(days=7)
    arguments = {
        "actor": make_operator(),
        "order_public_id": order.public_id,
        "bank_reference": "42",
        "currency": "CNY",
    }
    assert confirm_offline_payment(amount_minor=1, **arguments) == "refused"
    assert confirm_offline_payment(amount_minor=10000, **arguments) == "accepted"
    assert confirm_offline_payment(amount_minor=10000, **arguments) == "accepted"
    assert owns(order)
    assert AuditEntry.objects.filter(action="order.confirm_transfer").count() == 3
    order.refresh_from_db()
    assert (order.paid_minor, order.flag) == (10000, "")


def test_orders_are_found_by_what_people_know():
    user = make_user(phone="+8613800000001", real_name="王小明")
    order = make_order(user=user)
    make_order()
    for words in (order.number, "13800000001", user.email, "小明", user.display_name):
        assert [row.order_id for row in find_orders(query=words).orders] == [order.pk]
    assert find_orders(query="nobody").total == 0
    assert find_orders(state="paid").total == 0
    assert get_order(order_id=order.pk).lines[0].quantity == 1


def test_unreachable_provider_is_said_and_can_be_tried_again(monkeypatch):
    order = make_order()

    def away(self, request):
        raise ProviderUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "start", away)
        with pytest.raises(Conflict):
            begin_payment(order)
    assert begin_payment(order).state == "pending"
    assert order.payments.count() == 1


def test_closed_order_cannot_be_paid():
    order = make_order()
    cancel_order(user=order.user, order_public_id=order.public_id, idempotency_key="c")
    with pytest.raises(Conflict):
        start_payment(user=order.user, order_public_id=order.public_id, provider="sandbox", idempotency_key="p")


def test_old_keys_are_forgotten():
    make_order(now=NOW)
    assert forget_keys(now=NOW + timedelta(days=8)) == 1
    assert not IdempotencyKey.objects.exists()


def test_ledger_check_command_agrees_and_finds_faults():
    order = make_order()
    pay(order)
    out = StringIO()
    call_command("ledger_check", stdout=out)
    assert "agrees" in out.getvalue()
    posting = LedgerPosting.objects.first()
    LedgerPosting.objects.filter(pk=posting.pk).update(amount_minor=posting.amount_minor + 1)
    with pytest.raises(CommandError):
        call_command("ledger_check", stderr=StringIO())
    LedgerPosting.objects.filter(pk=posting.pk).update(amount_minor=posting.amount_minor)
