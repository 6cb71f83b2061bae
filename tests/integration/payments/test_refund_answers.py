"""What providers say about refunds: at once, later, twice, refused; and what a person does then."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from edu.access.queries import has_access
from edu.audit.models import AuditEntry
from edu.core.errors import InvalidInput, NotAllowed, NotFound
from edu.notifications.models import Notification
from payments.books import check_ledger
from payments.checkout.settle_refund import RefundDoesNotFit, settle_refund
from payments.checkout.sweeps import poll_refunds
from payments.models import Refund, SandboxCharge
from payments.providers.base import ProviderUnavailable
from payments.providers.sandbox import Sandbox
from payments.queries import count_needing_attention, find_orders, list_refunds
from payments.services import (
    confirm_offline_payment,
    confirm_offline_refund,
    give_up_refund,
    refund_order,
    retry_refund,
)
from tests.factories.payments import begin_payment, make_operator, make_order, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _books_agree(db):
    yield
    assert check_ledger().faults == ()


@pytest.fixture
def operator():
    return make_operator()


def paid(*, refund_answer="done", provider="sandbox"):
    order = make_order()
    payment = begin_payment(order, provider=provider)
    if provider == "offline":
        confirm_offline_payment(
            actor=None, order_public_id=order.public_id, bank_reference="in", amount_minor=10000, currency="CNY"
        )
    else:
        from payments.checkout.apply_event import apply_event
        from payments.checkout.record_event import receive_notification

        charge = Sandbox().choose(reference=payment.public_id, choice="success", refund_answer=refund_answer)
        headers, body = Sandbox().notification_for(charge)
        apply_event(provider_event_id=receive_notification(provider="sandbox", headers=headers, body=body).pk)
    order.refresh_from_db()
    return order


def refund(order, operator, **arguments):
    arguments = {"reason": "asked", "idempotency_key": "r"} | arguments
    refund_order(actor=operator, order_public_id=order.public_id, **arguments)
    order.refresh_from_db()
    return order.refunds.latest("pk")


def owns(order):
    return has_access(user_id=order.user_id, product_key=order.lines.get().product_key)


def test_delayed_refund_ends_access_when_the_answer_comes(operator):
    order = paid(refund_answer="delayed")
    row = refund(order, operator)
    assert (row.state, order.state, owns(order)) == ("pending", "paid", True)
    now = datetime.now(tz=UTC)
    assert poll_refunds(now=now) == 0
    charge = SandboxCharge.objects.get()
    charge.refund_book[str(row.public_id)]["settles_at"] = (now - timedelta(seconds=1)).isoformat()
    charge.save()
    assert poll_refunds(now=now + timedelta(seconds=30)) == 0
    assert poll_refunds(now=now + timedelta(seconds=61)) == 1
    order.refresh_from_db()
    assert (order.state, owns(order)) == ("refunded", False)
    assert poll_refunds(now=now + timedelta(hours=1)) == 0
    assert Notification.objects.filter(kind="payments.refunded").count() == 1


def test_notification_about_a_refund_is_applied_once_and_a_forged_amount_is_refused(client, operator, run_jobs):
    order = paid(refund_answer="delayed")
    row = refund(order, operator)
    charge = SandboxCharge.objects.get()

    def tell():
        headers, body = Sandbox().refund_notification_for(charge, row.public_id)
        answer = client.post("/shop/webhooks/sandbox/", body, content_type="application/json", headers=headers)
        assert answer.status_code == 200
        run_jobs()

    charge.refund_book[str(row.public_id)] |= {"amount_minor": 1, "tries": 7}
    tell()
    row.refresh_from_db()
    assert row.state == "pending"
    charge.refresh_from_db()
    for _twice in range(2):
        tell()
    order.refresh_from_db()
    assert (order.state, order.refunded_minor) == ("refunded", 10000)


def test_refused_refund_is_shown_ordered_again_and_done(client, operator):
    order = paid(refund_answer="failed_once")
    row = refund(order, operator)
    assert (row.state, owns(order), order.refunded_minor) == ("failed", True, 0)
    assert (count_needing_attention(), find_orders(is_flagged=True).total) == (1, 1)
    assert find_orders(is_flagged=False).total == 0
    assert list_refunds(order_id=order.pk)[0].error == "The sandbox refused it, as was chosen at the payment."
    client.force_login(operator)
    page = reverse("operations:order", args=[order.public_id])
    assert "Order it again" in client.get(page).content.decode()
    url = reverse("operations:refund_retry", args=[order.public_id, row.public_id])
    for _twice in range(2):
        assert client.post(url).status_code == 302
    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.state, row.tries, row.error) == ("done", 1, "")
    assert (order.state, owns(order)) == ("refunded", False)
    assert AuditEntry.objects.filter(action="refund.retry", actor=operator).count() == 1
    assert count_needing_attention() == 0


def test_refund_that_is_given_up_may_be_made_anew(operator):
    order = paid(refund_answer="failed_once")
    row = refund(order, operator)
    give_up_refund(actor=operator, refund_public_id=row.public_id)
    give_up_refund(actor=operator, refund_public_id=row.public_id)
    assert retry_refund(actor=operator, refund_public_id=row.public_id) == "cancelled"
    assert count_needing_attention() == 0
    assert AuditEntry.objects.filter(action="refund.give_up").count() == 1
    SandboxCharge.objects.update(refund_answer="done")
    assert refund(order, operator, idempotency_key="again").state == "done"
    assert order.refunds.count() == 2


def test_refund_whose_money_went_another_way_is_not_sent_again(operator):
    order = paid(refund_answer="failed_once")
    row = refund(order, operator)
    SandboxCharge.objects.update(refund_answer="done")
    refund(order, operator, amount_minor=4000, idempotency_key="part")
    with pytest.raises(RefundDoesNotFit):
        retry_refund(actor=operator, refund_public_id=row.public_id)
    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.state, order.refunded_minor, order.lines.get().refunded_minor) == ("failed", 4000, 4000)
    with pytest.raises(RefundDoesNotFit):
        settle_refund(refund_id=row.pk, state="done")
    assert order.payments.get().refunded_minor == 4000


def test_refund_that_was_refused_and_sent_all_the_same_is_booked(operator):
    order = paid(refund_answer="failed_once")
    row = refund(order, operator)
    assert settle_refund(refund_id=row.pk, state="done") == "done"
    order.refresh_from_db()
    assert (order.state, order.payments.get().refunded_minor, owns(order)) == ("refunded", 10000, False)


def test_retry_waits_while_the_provider_is_away(operator, monkeypatch):
    order = paid(refund_answer="failed_once")
    row = refund(order, operator)

    def away(self, request):
        raise ProviderUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "refund", away)
        assert retry_refund(actor=operator, refund_public_id=row.public_id) == "created"
    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "ask_refund", away)
        assert poll_refunds(now=datetime.now(tz=UTC)) == 0
    from payments.checkout.sweeps import finish_interrupted

    finish_interrupted(now=datetime.now(tz=UTC) + timedelta(minutes=1))
    row.refresh_from_db()
    assert row.state == "done"


def test_refund_by_transfer_waits_for_the_operators_word(client, operator):
    order = paid(provider="offline")
    row = refund(order, operator)
    assert (row.state, owns(order)) == ("pending", True)
    client.force_login(operator)
    page = client.get(reverse("operations:order", args=[order.public_id]))
    assert (page.context["left_minor"], page.context["can_refund"]) == (0, False)
    url = reverse("operations:refund_answer", args=[order.public_id, row.public_id])
    assert client.post(url, {"sent": "1", "bank_reference": " "}).status_code == 422
    assert Refund.objects.get().state == "pending"
    assert client.post(url, {"sent": "0"}).status_code == 302
    assert Refund.objects.get().state == "failed"
    client.post(reverse("operations:refund_retry", args=[order.public_id, row.public_id]))
    assert Refund.objects.get().state == "pending"
    assert client.post(url, {"sent": "0"}).status_code == 302
    retry_refund(actor=operator, refund_public_id=row.public_id)
    assert client.post(url, {"sent": "1", "bank_reference": "out-7"}).status_code == 302
    order.refresh_from_db()
    assert (order.state, owns(order), Refund.objects.get().tries) == ("refunded", False, 2)


def test_only_operators_answer_refunds_and_only_those_of_the_order(client, operator):
    order, other = paid(provider="offline"), paid()
    row, foreign = refund(order, operator), refund(other, operator, idempotency_key="o")
    stranger = make_user(is_instructor=True)
    for act in (
        lambda: retry_refund(actor=stranger, refund_public_id=row.public_id),
        lambda: give_up_refund(actor=stranger, refund_public_id=row.public_id),
        lambda: confirm_offline_refund(
            actor=stranger, refund_public_id=row.public_id, is_sent=True, bank_reference="x"
        ),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotFound):
        confirm_offline_refund(actor=operator, refund_public_id=foreign.public_id, is_sent=False)
    with pytest.raises(NotFound):
        retry_refund(actor=operator, refund_public_id=order.public_id)
    with pytest.raises(InvalidInput):
        confirm_offline_refund(actor=operator, refund_public_id=row.public_id, is_sent=True)
    client.force_login(operator)
    for name in ("refund_retry", "refund_give_up", "refund_answer"):
        url = reverse(f"operations:{name}", args=[order.public_id, foreign.public_id])
        assert client.post(url, {"sent": "1", "bank_reference": "x"}).status_code == 404
    row.refresh_from_db()
    assert row.state == "pending"


def test_buyer_sees_how_far_a_refund_is(client, operator):
    order = paid(refund_answer="failed_once")
    refund(order, operator)
    client.force_login(order.user)
    page = reverse("payments:order", args=[order.public_id])
    assert "The provider could not send the money." in client.get(page).content.decode()
    SandboxCharge.objects.update(refund_answer="delayed")
    retry_refund(actor=operator, refund_public_id=order.refunds.get().public_id)
    assert "on its way" in client.get(page).content.decode()
