"""The contract that every payment provider keeps. Amounts are minor units; references are our payments' public ids."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from django.utils.functional import Promise

NoticeKind = Literal["payment_confirmed", "payment_failed", "payment_cancelled", "refund_done", "refund_failed"]


class BadNotification(Exception):
    """A notification is not authentic, not about this merchant, or not of the provider's form; it changes nothing."""


class ProviderUnavailable(Exception):
    """The provider could not be reached or would not answer; the call may be repeated."""


@dataclass(frozen=True, kw_only=True)
class PaymentRequest:
    """What we ask a provider to collect. The same reference asked twice must not charge twice."""

    reference: uuid.UUID
    order_number: str
    title: str
    amount_minor: int
    currency: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class StartedPayment:
    """Where the buyer goes to pay, and the provider's own number when it has one already."""

    page_url: str
    provider_reference: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProviderNotice:
    """What a provider says about a payment or a refund, verified and in our terms.

    `reference` is ours: the payment's, or for refund_done and refund_failed the refund's, whose amount it then speaks
    of. `event_id` is the same whenever the provider speaks of the same event, whether it tells us or we ask.
    """

    provider: str
    event_id: str
    kind: NoticeKind
    reference: str
    provider_reference: str
    amount_minor: int
    currency: str
    occurred_at: datetime
    body: str


@dataclass(frozen=True, kw_only=True)
class RefundRequest:
    """What is to go back. The same refund reference asked twice must not send twice.

    `tries` counts how often it was ordered again after a refusal, 0 the first time: asked again with the next number, a
    provider that had refused it tries anew, and one that has sent it all the same says so.
    """

    refund_reference: uuid.UUID
    payment_reference: uuid.UUID
    amount_minor: int
    currency: str
    reason: str
    now: datetime
    tries: int = 0


@dataclass(frozen=True, kw_only=True)
class RefundAnswer:
    """What the provider said about a refund: done, refused, or pending, when the answer comes later.

    `error` says why it was refused.
    """

    state: Literal["done", "pending", "failed"]
    provider_reference: str = ""
    error: str = ""


class Provider(ABC):
    """One way to pay. Instances hold no state; every method may be called again with the same arguments."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    hint: ClassVar[str | Promise]
    icon: ClassVar[str] = "credit-card"
    hold_seconds: ClassVar[int] = 0
    """How long an unpaid order is kept open from the moment a payment of this kind is begun; 0 = as it was."""

    @abstractmethod
    def start(self, request: PaymentRequest) -> StartedPayment:
        """Open a payment at the provider; ProviderUnavailable when it cannot be reached."""

    @abstractmethod
    def read_notification(self, *, headers: Mapping[str, str], body: bytes) -> ProviderNotice:
        """Verify and parse what the provider sent; BadNotification when it is not authentic or not understood."""

    @abstractmethod
    def ask(self, reference: uuid.UUID) -> ProviderNotice | None:
        """Ask what became of a payment; None while nothing has. ProviderUnavailable when it cannot be reached."""

    @abstractmethod
    def close(self, reference: uuid.UUID) -> bool:
        """Make sure that a payment can no longer be made; False when it is too late for that."""

    @abstractmethod
    def refund(self, request: RefundRequest) -> RefundAnswer:
        """Send money back; ProviderUnavailable when it cannot be reached."""

    @abstractmethod
    def ask_refund(self, refund_reference: uuid.UUID) -> ProviderNotice | None:
        """Ask what became of a refund; None while nothing has. ProviderUnavailable when it cannot be reached."""

    def acknowledgement(self) -> str:
        """Return the body by which the provider knows that a notification was taken."""
        return "success"
