"""One contract suite and one fault simulator for every provider. A provider without a harness fails it."""

import json
import uuid
from datetime import UTC, datetime

import pytest

from edu.access.queries import has_access
from edu.core.errors import NotAllowed
from payments.books import check_ledger
from payments.checkout.apply_event import apply_event
from payments.checkout.sweeps import poll_payments
from payments.models import LedgerEntry, Order, OrderTransition, Payment, ProviderEvent, Refund, SandboxCharge
from payments.providers.base import RefundRequest
from payments.providers.registry import KNOWN, get_provider
from payments.providers.sandbox import MERCHANT, SIGNATURE_HEADER, Sandbox, sign
from payments.services import confirm_offline_payment, confirm_offline_refund, refund_order, retry_refund
from tests.factories.payments import begin_payment, make_operator, make_order, make_user

pytestmark = pytest.mark.django_db


class SandboxHarness:
    """Speaks to us as the sandbox does: over its webhook, signed."""

    notifies = True

    def __init__(self, client):
        self.client = client

    def settle(self, payment):
        Sandbox().choose(reference=payment.public_id, choice="success")

    def tell(
        self, payment, *, outcome="succeeded", event=None, amount=None, currency=None, forged=False, merchant=None
    ):
        body = json.dumps(
            {
                "id": event or f"{payment.public_id}:{outcome}",
                "merchant": merchant or MERCHANT,
                "outcome": outcome,
                "reference": str(payment.public_id),
                "charge": f"sandbox-{payment.public_id.hex}",
                "amount_minor": payment.amount_minor if amount is None else amount,
                "currency": currency or payment.currency,
                "occurred_at": datetime(2026, 3, 1, tzinfo=UTC).isoformat(),
            }
        ).encode()
        signature = sign(b"other" if forged else body)
        response = self.client.post(
            "/shop/webhooks/sandbox/",
            body,
            content_type="application/json",
            headers={SIGNATURE_HEADER: signature},
        )
        return response.status_code == 200

    def answer_refund(self, refund, *, outcome, tries=0, amount=None, forged=False):
        body = json.dumps(
            {
                "id": f"{refund.public_id}:{outcome}:{tries}",
                "merchant": MERCHANT,
                "outcome": {"done": "refunded", "failed": "refund_refused"}[outcome],
                "reference": str(refund.public_id),
                "charge": "sandbox-refund",
                "amount_minor": refund.amount_minor if amount is None else amount,
                "currency": refund.currency,
                "occurred_at": datetime(2026, 3, 2, tzinfo=UTC).isoformat(),
            }
        ).encode()
        headers = {SIGNATURE_HEADER: sign(b"other" if forged else body)}
        return (
            self.client.post(
                "/shop/webhooks/sandbox/", body, content_type="application/json", headers=headers
            ).status_code
            == 200
        )

    def await_refunds(self, payment):
        SandboxCharge.objects.filter(reference=payment.public_id).update(refund_answer="delayed", outcome="succeeded")


class OfflineHarness:
    """The operator is the provider; a forged notification is one by somebody who is no operator."""

    notifies = False

    def __init__(self, client):
        self.operator = make_operator()

    def settle(self, payment):
        """Nothing to do: a bank keeps no book that we could ask."""

    def tell(
        self, payment, *, outcome="succeeded", event=None, amount=None, currency=None, forged=False, merchant=None
    ):
        try:
            confirm_offline_payment(
                actor=make_user() if forged else self.operator,
                order_public_id=payment.order.public_id,
                bank_reference=event or "bank-1",
                amount_minor=payment.amount_minor if amount is None else amount,
                currency=currency or payment.currency,
            )
        except NotAllowed:
            return False
        return True

    def answer_refund(self, refund, *, outcome, tries=0, amount=None, forged=False):
        try:
            confirm_offline_refund(
                actor=make_user() if forged else self.operator,
                refund_public_id=refund.public_id,
                is_sent=outcome == "done",
                bank_reference="bank-out",
            )
        except NotAllowed:
            return False
        return True

    def await_refunds(self, payment):
        """Nothing to do: a transfer back always waits for the operator."""


HARNESSES = {"sandbox": SandboxHarness, "offline": OfflineHarness}


@pytest.fixture(params=sorted(KNOWN))
def provider(request):
    return request.param


@pytest.fixture
def harness(provider, client):
    return HARNESSES[provider](client)


@pytest.fixture
def payment(provider):
    return begin_payment(make_order(), provider=provider)


def key_of(payment):
    return payment.order.lines.get().product_key


def state_of(payment):
    order = Order.objects.get(pk=payment.order_id)
    return {
        "order": (order.state, order.flag, order.paid_minor),
        "payment": Payment.objects.get(pk=payment.pk).state,
        "access": has_access(user_id=order.user_id, product_key=key_of(payment)),
        "ledger": LedgerEntry.objects.count(),
        "steps": OrderTransition.objects.count(),
    }


@pytest.fixture(autouse=True)
def _books_agree(db):
    yield
    assert check_ledger().faults == ()


def test_confirmed_payment_opens_the_goods(harness, payment, run_jobs):
    assert harness.tell(payment)
    run_jobs()
    state = state_of(payment)
    assert (state["order"], state["payment"]) == (("paid", "", 10000), "confirmed")
    assert state["access"]


def test_duplicates_and_replays_change_nothing(harness, payment, run_jobs):
    harness.tell(payment)
    run_jobs()
    before = state_of(payment)
    for _round in range(3):
        assert harness.tell(payment)
        run_jobs()
    for event in ProviderEvent.objects.all():
        apply_event(provider_event_id=event.pk)
    assert state_of(payment) == before


@pytest.mark.parametrize("fault", [{"amount": 9999}, {"amount": 10001}, {"amount": 0}, {"currency": "USD"}])
def test_notification_with_wrong_money_is_stored_and_changes_nothing(harness, payment, run_jobs, fault):
    before = state_of(payment)
    assert harness.tell(payment, event="wrong", **fault)
    run_jobs()
    assert state_of(payment) == before
    assert ProviderEvent.objects.get().outcome == "refused"
    assert harness.tell(payment, event="right")
    run_jobs()
    assert state_of(payment)["order"] == ("paid", "", 10000)


def test_forged_notification_leaves_no_trace(harness, payment, run_jobs):
    before = state_of(payment)
    assert not harness.tell(payment, forged=True)
    run_jobs()
    assert state_of(payment) == before
    assert not ProviderEvent.objects.exists()


def test_starting_twice_charges_once(provider, payment):
    again = begin_payment(payment.order, provider=provider)
    assert again.pk == payment.pk


def test_refund_asked_twice_sends_once(provider, harness, payment):
    harness.settle(payment)
    request = RefundRequest(
        refund_reference=uuid.uuid4(),
        payment_reference=payment.public_id,
        amount_minor=10000,
        currency="CNY",
        reason="test",
        now=datetime.now(tz=UTC),
    )
    way = get_provider(provider)
    assert way.refund(request) == way.refund(request)
    assert way.refund(request).state == ("done" if harness.notifies else "pending")


@pytest.fixture
def refund(harness, payment, run_jobs):
    """A whole refund of which the provider says later what became of it."""
    harness.tell(payment)
    run_jobs()
    harness.await_refunds(payment)
    order_id = payment.order.public_id
    refund_order(actor=None, order_public_id=order_id, reason="asked", idempotency_key="r")
    return Refund.objects.get()


def refund_state(refund):
    refund.refresh_from_db()
    return refund.state, refund.order.refunded_minor, LedgerEntry.objects.count(), OrderTransition.objects.count()


def test_refund_is_requested_and_then_answered_once(harness, payment, refund, run_jobs):
    assert (refund.state, state_of(payment)["access"]) == ("pending", True)
    for _round in range(3):
        assert harness.answer_refund(refund, outcome="done")
        run_jobs()
    refund = Refund.objects.get()
    assert refund_state(refund)[:2] == ("done", 10000)
    assert not state_of(payment)["access"]
    before = refund_state(refund)
    assert harness.answer_refund(refund, outcome="failed")
    run_jobs()
    assert refund_state(refund) == before


def test_refused_refund_frees_its_money_and_is_ordered_again_under_the_same_reference(
    harness, payment, refund, run_jobs
):
    assert harness.answer_refund(refund, outcome="failed")
    run_jobs()
    assert refund_state(refund)[:2] == ("failed", 0)
    assert Payment.objects.get().refunded_minor == 0
    assert state_of(payment)["access"]
    retry_refund(actor=None, refund_public_id=refund.public_id)
    assert refund_state(refund)[0] == "pending"
    harness.answer_refund(refund, outcome="done", tries=1)
    run_jobs()
    assert Refund.objects.get().state == "done"
    assert Order.objects.get().refunded_minor == 10000


def test_forged_answer_about_a_refund_leaves_no_trace(harness, refund, run_jobs):
    before, events = refund_state(refund), ProviderEvent.objects.count()
    assert not harness.answer_refund(refund, outcome="done", forged=True)
    run_jobs()
    assert (refund_state(refund), ProviderEvent.objects.count()) == (before, events)


def test_answer_about_a_refund_with_wrong_money_changes_nothing(provider, harness, refund, run_jobs):
    if not harness.notifies:
        pytest.skip("an operator confirms a refund as it stands, without an amount of her own")
    before = refund_state(refund)
    assert harness.answer_refund(refund, outcome="done", amount=9999)
    run_jobs()
    assert refund_state(refund) == before
    assert ProviderEvent.objects.latest("pk").outcome == "refused"


def test_provider_that_knows_nothing_of_a_refund_says_nothing(provider):
    assert get_provider(provider).ask_refund(uuid.uuid4()) is None


def test_silent_payment_is_found_by_asking(provider, harness, payment):
    harness.settle(payment)
    news = poll_payments(now=datetime.now(tz=UTC), order_id=payment.order_id)
    assert news == (1 if harness.notifies else 0)
    assert (state_of(payment)["order"][0] == "paid") is harness.notifies


def test_lost_job_is_found_by_the_sweep(harness, payment):
    from payments.checkout.sweeps import finish_interrupted

    harness.tell(payment)
    finish_interrupted(now=datetime.now(tz=UTC), grace_seconds=0)
    assert state_of(payment)["order"][0] == "paid"


# -- faults that only a provider with a channel of its own can make ---------------------------------
@pytest.fixture
def sandbox_payment(db):
    return begin_payment(make_order())


@pytest.fixture
def sandbox_harness(client):
    return SandboxHarness(client)


def test_failure_after_success_changes_nothing(sandbox_harness, sandbox_payment, run_jobs):
    sandbox_harness.tell(sandbox_payment)
    run_jobs()
    before = state_of(sandbox_payment)
    sandbox_harness.tell(sandbox_payment, outcome="failed")
    sandbox_harness.tell(sandbox_payment, outcome="cancelled")
    run_jobs()
    assert state_of(sandbox_payment) == before


def test_success_after_failure_is_taken(sandbox_harness, sandbox_payment, run_jobs):
    sandbox_harness.tell(sandbox_payment, outcome="failed")
    run_jobs()
    assert state_of(sandbox_payment)["payment"] == "failed"
    sandbox_harness.tell(sandbox_payment)
    run_jobs()
    assert state_of(sandbox_payment)["order"][0] == "paid"


@pytest.mark.parametrize("fault", [{"merchant": "somebody-else"}, {"outcome": "invented"}])
def test_notification_that_is_not_for_us_is_refused(sandbox_harness, sandbox_payment, fault):
    assert not sandbox_harness.tell(sandbox_payment, **fault)
    assert not ProviderEvent.objects.exists()


def test_notification_about_no_payment_of_ours_is_kept_as_unknown(sandbox_harness, sandbox_payment, run_jobs):
    stranger = Payment(public_id=uuid.uuid4(), amount_minor=10000, currency="CNY")
    assert sandbox_harness.tell(stranger)
    run_jobs()
    assert ProviderEvent.objects.get().outcome == "unknown"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"not json", b'{"merchant": "jinbang-sandbox"}', b"\xff\xfe"])
def test_signed_nonsense_is_refused(client, body):
    response = client.post(
        "/shop/webhooks/sandbox/",
        body,
        content_type="application/json",
        headers={SIGNATURE_HEADER: sign(body)},
    )
    assert response.status_code == 400
    assert not ProviderEvent.objects.exists()


def test_provider_that_is_not_offered_answers_404(client, settings):
    settings.PAYMENT_PROVIDERS = ["offline"]
    assert client.post("/shop/webhooks/sandbox/", b"{}", content_type="application/json").status_code == 404
    assert client.post("/shop/webhooks/nobody/", b"{}", content_type="application/json").status_code == 404
    assert client.post("/shop/webhooks/offline/", b"{}", content_type="application/json").status_code == 400
