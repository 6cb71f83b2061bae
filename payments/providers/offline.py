"""Bank transfer: the buyer transfers by hand, and an operator who sees the money on the account confirms it."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

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


class OfflineTransfer(Provider):
    """There is nobody to ask and nobody notifies us: the operator is the provider."""

    name = "offline"
    label = _("Bank transfer")
    hint = _("Transfer the amount with the order number as its purpose. We confirm it on the next working day.")
    icon = "building"
    hold_seconds = 7 * 24 * 3600

    def start(self, request: PaymentRequest) -> StartedPayment:
        """Send the buyer to the page with our account."""
        return StartedPayment(page_url=reverse("payments:transfer", args=[request.reference]))

    def read_notification(self, *, headers: Mapping[str, str], body: bytes) -> ProviderNotice:
        """Refuse: a bank sends no notifications."""
        raise BadNotification("Transfers are confirmed by an operator.")

    def ask(self, reference: uuid.UUID) -> ProviderNotice | None:
        """Return None: only the operator knows."""
        return None

    def close(self, reference: uuid.UUID) -> bool:
        """Return True: what arrives later is late money, which is flagged."""
        return True

    def refund(self, request: RefundRequest) -> RefundAnswer:
        """Wait for the operator, who transfers it back by hand and then says so."""
        return RefundAnswer(state="pending")

    def ask_refund(self, refund_reference: uuid.UUID) -> ProviderNotice | None:
        """Return None: only the operator knows."""
        return None

    def refunded_by_hand(
        self,
        *,
        refund_reference: uuid.UUID,
        tries: int,
        is_sent: bool,
        bank_reference: str,
        amount_minor: int,
        currency: str,
        now: datetime,
    ) -> ProviderNotice:
        """Return the notice of an operator who has transferred a refund, or could not; `tries` counts its orders."""
        kind: NoticeKind = "refund_done" if is_sent else "refund_failed"
        return ProviderNotice(
            provider=self.name,
            event_id=f"{kind}:{refund_reference}:{tries}",
            kind=kind,
            reference=str(refund_reference),
            provider_reference=self.reference_of(reference=refund_reference, bank_reference=bank_reference),
            amount_minor=amount_minor,
            currency=currency,
            occurred_at=now,
            body=bank_reference,
        )

    def confirmed_by_hand(
        self, *, reference: uuid.UUID, bank_reference: str, amount_minor: int, currency: str, now: datetime
    ) -> ProviderNotice:
        """Return the notice of an operator who saw a transfer with this reference on the account."""
        digest = hashlib.sha256(f"{reference}:{bank_reference}:{amount_minor}:{currency}".encode()).hexdigest()[:32]
        return ProviderNotice(
            provider=self.name,
            event_id=f"transfer:{digest}",
            kind="payment_confirmed",
            reference=str(reference),
            provider_reference=self.reference_of(reference=reference, bank_reference=bank_reference),
            amount_minor=amount_minor,
            currency=currency,
            occurred_at=now,
            body=bank_reference,
        )

    def reference_of(self, *, reference: uuid.UUID, bank_reference: str) -> str:
        """Return the number under which a transfer is known: the bank's, made unique by ours."""
        return f"{bank_reference}:{reference.hex[:8]}"
