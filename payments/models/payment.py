"""Payments, refunds, what providers told us, and the sandbox provider's own book."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Payment(models.Model):
    """One attempt to pay an order, through one provider."""

    class State(models.TextChoices):
        """Where the payment is on its way."""

        CREATED = "created", _("begun")
        PENDING = "pending", _("waiting for the provider")
        CONFIRMED = "confirmed", _("confirmed")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    public_id = models.UUIDField(
        unique=True, default=new_public_id, editable=False, db_comment="Our reference, which the provider repeats"
    )
    order = models.ForeignKey(
        "payments.Order", on_delete=models.PROTECT, related_name="payments", db_comment="What it pays"
    )
    provider = models.CharField(_("provider"), max_length=20, db_comment="Name of the provider")
    provider_reference = models.CharField(
        max_length=120, null=True, db_comment="The provider's own number; null until it is known"
    )
    amount_minor = models.BigIntegerField(_("amount"), db_comment="What was asked for, minor units")
    currency = models.CharField(max_length=3, db_comment="ISO 4217 code")
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.CREATED, db_comment="Where it is on its way"
    )
    refunded_minor = models.BigIntegerField(default=0, db_comment="What went back by it or is about to, minor units")
    is_extra = models.BooleanField(default=False, db_comment="Whether its money bought nothing (late, or paid twice)")
    page_url = models.CharField(max_length=500, default="", db_comment="Page where the buyer pays; empty for none")
    created_at = models.DateTimeField(db_comment="When it was begun")
    confirmed_at = models.DateTimeField(null=True, db_comment="When its money had arrived")
    asked_at = models.DateTimeField(null=True, db_comment="When we last asked the provider about it")

    class Meta:
        db_table_comment = "Payments of orders"
        ordering = ["id"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_reference"], name="payment_reference_once"),
            models.CheckConstraint(
                condition=models.Q(refunded_minor__gte=0, refunded_minor__lte=models.F("amount_minor")),
                name="payment_refund_within_amount",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(state__in=["created", "pending"]),
                name="payment_open_idx",
            )
        ]


class Refund(models.Model):
    """Money that goes back by one payment."""

    class State(models.TextChoices):
        """Where the refund is on its way."""

        CREATED = "created", _("requested")
        PENDING = "pending", _("on its way")
        DONE = "done", _("sent back")
        FAILED = "failed", _("refused by the provider")
        CANCELLED = "cancelled", _("given up")

    public_id = models.UUIDField(
        unique=True, default=new_public_id, editable=False, db_comment="Our reference, which the provider repeats"
    )
    order = models.ForeignKey(
        "payments.Order", on_delete=models.PROTECT, related_name="refunds", db_comment="Of which order"
    )
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="refunds", db_comment="By which payment it goes back"
    )
    amount_minor = models.BigIntegerField(_("amount"), db_comment="What goes back, minor units")
    currency = models.CharField(max_length=3, db_comment="ISO 4217 code")
    by_line = models.JSONField(default=dict, db_comment="Order line id -> minor units of this refund")
    ended_line_ids = models.JSONField(default=list, db_comment="Order lines whose access ends with it")
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.CREATED, db_comment="Where it is on its way"
    )
    reason = models.CharField(_("reason"), max_length=300, db_comment="Why, for the buyer and the books")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Operator who ordered it",
    )
    provider_reference = models.CharField(max_length=120, default="", db_comment="The provider's number of it")
    error = models.CharField(max_length=300, default="", db_comment="Why the provider would not")
    created_at = models.DateTimeField(db_comment="When it was ordered")
    done_at = models.DateTimeField(null=True, db_comment="When the provider had sent it")
    tries = models.PositiveIntegerField(default=0, db_comment="How often it was ordered again after a refusal")
    asked_at = models.DateTimeField(null=True, db_comment="When we last asked the provider what became of it")

    class Meta:
        db_table_comment = "Refunds"
        ordering = ["id"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")


class ProviderEvent(models.Model):
    """A verified notification of a provider; each is stored once and applied once."""

    class Outcome(models.TextChoices):
        """What it led to."""

        WAITING = "waiting", _("not applied yet")
        ACCEPTED = "accepted", _("accepted")
        NO_CHANGE = "no_change", _("nothing new")
        REFUSED = "refused", _("contradicts the order")
        UNKNOWN = "unknown", _("about no payment of ours")

    provider = models.CharField(max_length=20, db_comment="Name of the provider")
    event_id = models.CharField(max_length=120, db_comment="The provider's id of the notification")
    kind = models.CharField(max_length=24, db_comment="payment_(confirmed, failed, cancelled), refund_(done, failed)")
    reference = models.CharField(
        max_length=64, db_comment="Our payment's or refund's public id, as the provider repeats it"
    )
    provider_reference = models.CharField(max_length=120, default="", db_comment="The provider's own number")
    amount_minor = models.BigIntegerField(db_comment="Amount it speaks of, minor units")
    currency = models.CharField(max_length=3, db_comment="ISO 4217 code")
    occurred_at = models.DateTimeField(db_comment="When it happened, by the provider's clock")
    received_at = models.DateTimeField(db_comment="When we received it")
    body = models.TextField(db_comment="What was sent, as it was sent")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING, db_comment="What it led to")
    note = models.CharField(max_length=120, default="", db_comment="Why it was refused or changed nothing")
    applied_at = models.DateTimeField(null=True, db_comment="When it was applied; null while it waits")

    class Meta:
        db_table_comment = "Verified notifications of providers, each once"
        ordering = ["id"]
        verbose_name = _("provider event")
        verbose_name_plural = _("provider events")
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once")]
        indexes = [
            models.Index(
                fields=["received_at"], condition=models.Q(applied_at__isnull=True), name="provider_event_due_idx"
            )
        ]


class SandboxCharge(models.Model):
    """A payment in the sandbox provider's own book: what it would answer when it is asked."""

    reference = models.UUIDField(unique=True, db_comment="Public id of the payment")
    amount_minor = models.BigIntegerField(db_comment="Amount, minor units")
    currency = models.CharField(max_length=3, db_comment="ISO 4217 code")
    outcome = models.CharField(max_length=10, default="open", db_comment="open, succeeded, failed, cancelled")
    settles_at = models.DateTimeField(null=True, db_comment="When a delayed success becomes true")
    refunded = models.JSONField(default=dict, db_comment="Refund reference -> minor units sent back or on their way")
    refund_answer = models.CharField(
        max_length=12, default="done", db_comment="What becomes of its refunds: done, delayed, failed_once"
    )
    refund_book = models.JSONField(
        default=dict, db_comment="Refund reference -> what became of it, and when it is told"
    )
    created_at = models.DateTimeField(db_comment="When it was opened")

    class Meta:
        db_table_comment = "The sandbox provider's own book"
