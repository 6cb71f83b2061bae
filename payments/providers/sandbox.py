"""The sandbox: a provider of our own on whose page the buyer chooses what happens. No money moves.

It keeps its own book (SandboxCharge) and speaks as a real provider does: by a signed notification, and when asked.
"""

import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edu.core.clock import now_utc
from edu.core.errors import Conflict
from payments.models import SandboxCharge
from payments.providers.base import (
    BadNotification,
    NoticeKind,
    PaymentRequest,
    Provider,
    ProviderNotice,
    RefundAnswer,
    RefundRequest,
    StartedPayment,
)

Choice = Literal["success", "delayed", "failure", "cancel"]
MERCHANT = "jinbang-sandbox"
SIGNATURE_HEADER = "x-sandbox-signature"
OUTCOMES: dict[Choice, str] = {
    "success": "succeeded",
    "delayed": "succeeded",
    "failure": "failed",
    "cancel": "cancelled",
}
RefundChoice = Literal["done", "delayed", "failed_once"]
REFUND_DELAY_SECONDS = 20
KINDS: dict[str, NoticeKind] = {
    "succeeded": "payment_confirmed",
    "failed": "payment_failed",
    "cancelled": "payment_cancelled",
    "refunded": "refund_done",
    "refund_refused": "refund_failed",
}


def sign(body: bytes) -> str:
    """Return the signature of a notification: HMAC-SHA256 under a key derived from the installation's secret."""
    return salted_hmac("payments.sandbox", body, algorithm="sha256").hexdigest()


class Sandbox(Provider):
    """The embedded default. Production settings refuse it: whoever can choose success buys for nothing."""

    name = "sandbox"
    label = _("Sandbox payment")
    hint = _("No money moves: on the next page you choose what happens.")
    icon = "wallet"

    def start(self, request: PaymentRequest) -> StartedPayment:
        """Open a charge in the book, once a reference."""
        SandboxCharge.objects.get_or_create(
            reference=request.reference,
            defaults={
                "amount_minor": request.amount_minor,
                "currency": request.currency,
                "created_at": request.now,
            },
        )
        return StartedPayment(
            page_url=reverse("payments:sandbox", args=[request.reference]),
            provider_reference=f"sandbox-{request.reference.hex}",
        )

    def read_notification(self, *, headers: Mapping[str, str], body: bytes) -> ProviderNotice:
        """Verify signature and merchant, and parse; BadNotification otherwise."""
        signature = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE_HEADER, "")
        if not hmac.compare_digest(signature.encode(), sign(body).encode()):
            raise BadNotification("The signature is wrong.")
        try:
            told = json.loads(body)
            if told["merchant"] != MERCHANT:
                raise BadNotification("It is about another merchant.")
            if type(told["amount_minor"]) is not int:
                raise BadNotification("The amount is not a whole number of minor units.")
            return ProviderNotice(
                provider=self.name,
                event_id=str(told["id"])[:120],
                kind=KINDS[told["outcome"]],
                reference=str(told["reference"])[:64],
                provider_reference=str(told["charge"])[:120],
                amount_minor=told["amount_minor"],
                currency=str(told["currency"])[:3],
                occurred_at=datetime.fromisoformat(told["occurred_at"]),
                body=body.decode(),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadNotification("It has not the form of a notification.") from error

    def ask(self, reference: uuid.UUID) -> ProviderNotice | None:
        """Read the book; a delayed success is nothing until its moment."""
        charge = SandboxCharge.objects.filter(reference=reference).exclude(outcome="open").first()
        if charge is None or (charge.settles_at is not None and charge.settles_at > now_utc()):
            return None
        headers, body = self.notification_for(charge)
        return self.read_notification(headers=headers, body=body)

    def close(self, reference: uuid.UUID) -> bool:
        """Cancel an open charge; False when the buyer has chosen already."""
        closed = SandboxCharge.objects.filter(reference=reference, outcome="open").update(outcome="cancelled")
        return bool(closed) or not SandboxCharge.objects.filter(reference=reference, outcome="succeeded").exists()

    def refund(self, request: RefundRequest) -> RefundAnswer:
        """Write the refund into the book, once a reference, never above the charge; answer as the buyer chose."""
        with transaction.atomic():
            charge = (
                SandboxCharge.objects.select_for_update()
                .filter(reference=request.payment_reference, outcome="succeeded")
                .first()
            )
            if charge is None or charge.currency != request.currency:
                return RefundAnswer(state="failed", error="no_such_charge")
            key = str(request.refund_reference)
            entry = charge.refund_book.get(key)
            if entry is not None and (entry["state"] != "failed" or entry["tries"] >= request.tries):
                return _refund_answer(request.refund_reference, entry, request.now)
            if charge.refund_answer == "failed_once" and request.tries == 0:
                charge.refund_book[key] = {"state": "failed", "tries": 0, "amount_minor": request.amount_minor}
                charge.save(update_fields=["refund_book"])
                return _refund_answer(request.refund_reference, charge.refund_book[key], request.now)
            others = sum(amount for name, amount in charge.refunded.items() if name != key)
            if others + request.amount_minor > charge.amount_minor:
                return RefundAnswer(state="failed", error="more_than_charged")
            charge.refunded[key] = request.amount_minor
            delay = REFUND_DELAY_SECONDS if charge.refund_answer == "delayed" else 0
            charge.refund_book[key] = {
                "state": "done",
                "tries": request.tries,
                "amount_minor": request.amount_minor,
                "settles_at": (request.now + timedelta(seconds=delay)).isoformat(),
            }
            charge.save(update_fields=["refunded", "refund_book"])
        return _refund_answer(request.refund_reference, charge.refund_book[key], request.now)

    def ask_refund(self, refund_reference: uuid.UUID) -> ProviderNotice | None:
        """Read the book; a delayed refund is nothing until its moment."""
        charge = SandboxCharge.objects.filter(refund_book__has_key=str(refund_reference)).first()
        if charge is None:
            return None
        entry = charge.refund_book[str(refund_reference)]
        if _refund_answer(refund_reference, entry, now_utc()).state == "pending":
            return None
        headers, body = self.refund_notification_for(charge, refund_reference)
        return self.read_notification(headers=headers, body=body)

    def refund_notification_for(
        self, charge: SandboxCharge, refund_reference: uuid.UUID
    ) -> tuple[dict[str, str], bytes]:
        """Return headers and body of the notification about a refund that stands in the book, signed."""
        key = str(refund_reference)
        entry = charge.refund_book[key]
        return _signed(
            {
                "id": f"{key}:{entry['state']}:{entry['tries']}",
                "outcome": "refunded" if entry["state"] == "done" else "refund_refused",
                "reference": key,
                "charge": _refund_number(refund_reference),
                "amount_minor": entry["amount_minor"],
                "currency": charge.currency,
                "occurred_at": entry.get("settles_at") or charge.created_at.isoformat(),
            }
        )

    def choose(
        self,
        *,
        reference: uuid.UUID,
        choice: Choice,
        delay_seconds: int = 0,
        refund_answer: RefundChoice = "done",
        now: datetime | None = None,
    ) -> SandboxCharge:
        """Settle an open charge as the buyer chose; Conflict when it is settled already.

        `refund_answer` is what will become of its refunds: sent at once, after a while, or refused the first time.
        """
        moment = now or now_utc()
        settles_at = moment + timedelta(seconds=delay_seconds) if choice == "delayed" else moment
        settled = SandboxCharge.objects.filter(reference=reference, outcome="open").update(
            outcome=OUTCOMES[choice], settles_at=settles_at, refund_answer=refund_answer
        )
        if not settled:
            raise Conflict(gettext("This payment has been settled already."), code="payment_settled")
        return SandboxCharge.objects.get(reference=reference)

    def notification_for(self, charge: SandboxCharge) -> tuple[dict[str, str], bytes]:
        """Return headers and body of the notification about a settled charge, signed."""
        return _signed(
            {
                "id": f"{charge.reference}:{charge.outcome}",
                "outcome": charge.outcome,
                "reference": str(charge.reference),
                "charge": f"sandbox-{charge.reference.hex}",
                "amount_minor": charge.amount_minor,
                "currency": charge.currency,
                "occurred_at": (charge.settles_at or charge.created_at).isoformat(),
            }
        )


def _signed(told: dict[str, object]) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a notification of this content."""
    body = json.dumps({"merchant": MERCHANT, **told}, sort_keys=True).encode()
    return {SIGNATURE_HEADER: sign(body)}, body


def _refund_number(refund_reference: uuid.UUID) -> str:
    return f"sandbox-refund-{refund_reference.hex[:16]}"


def _refund_answer(refund_reference: uuid.UUID, entry: dict[str, Any], now: datetime) -> RefundAnswer:
    """Return what the book says about a refund at a moment."""
    if entry["state"] == "failed":
        return RefundAnswer(state="failed", error="refused_by_choice")
    is_told = datetime.fromisoformat(entry["settles_at"]) <= now
    return RefundAnswer(state="done" if is_told else "pending", provider_reference=_refund_number(refund_reference))
