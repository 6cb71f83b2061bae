"""Orders, their lines, the discounts that were tried, and every step they took."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Order(models.Model):
    """What somebody wants to buy, at the price of the moment. States change only by domain/order_states.py."""

    class State(models.TextChoices):
        """Where the order is on its way."""

        DRAFT = "draft", _("draft")
        PENDING = "pending", _("awaiting payment")
        PAID = "paid", _("paid")
        PARTIALLY_REFUNDED = "partially_refunded", _("partly refunded")
        REFUNDED = "refunded", _("refunded")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")

    class Flag(models.TextChoices):
        """Why an operator has to look at it."""

        LATE_PAYMENT = "late_payment", _("money came after the order had been given up")
        PAID_TWICE = "paid_twice", _("money came twice")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    number = models.CharField(
        _("number"), max_length=24, unique=True, db_comment="Number that people read out, such as 20261121-4839-2217"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders", db_comment="Who buys"
    )
    organization = models.ForeignKey(
        "organizations.Organization",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="For whom seats are bought; null for a learner's own order",
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT, db_comment="Where it is")
    flag = models.CharField(
        max_length=20, choices=Flag, blank=True, default="", db_comment="Why an operator has to look; empty for not"
    )
    currency = models.CharField(max_length=3, db_comment="ISO 4217 code of every amount")
    list_minor = models.BigIntegerField(db_comment="Before any reduction, minor units")
    price_minor = models.BigIntegerField(db_comment="At the offers' prices, before coupons, minor units")
    discount_minor = models.BigIntegerField(db_comment="What coupons took off, minor units")
    total_minor = models.BigIntegerField(_("total"), db_comment="What is to be paid, minor units, taxes included")
    paid_minor = models.BigIntegerField(default=0, db_comment="Every confirmed payment, minor units")
    refunded_minor = models.BigIntegerField(default=0, db_comment="Every refund that was done, minor units")
    open_key = models.CharField(
        max_length=64,
        null=True,
        unique=True,
        db_comment="Digest of buyer and goods while unpaid, so that the same is not ordered twice; null afterwards",
    )
    terms_accepted_at = models.DateTimeField(db_comment="When the buyer agreed to the terms")
    placed_at = models.DateTimeField(_("placed at"), db_index=True, db_comment="When it was placed")
    expires_at = models.DateTimeField(null=True, db_comment="When an unpaid order ends; null when free")
    paid_at = models.DateTimeField(null=True, db_index=True, db_comment="When its money had arrived in full")
    fulfilled_at = models.DateTimeField(null=True, db_comment="When what it opens was opened")
    closed_at = models.DateTimeField(null=True, db_comment="When it was cancelled or expired")

    class Meta:
        db_table_comment = "Orders"
        ordering = ["-placed_at", "-id"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["user", "-placed_at"], name="order_user_idx"),
            models.Index(fields=["expires_at"], condition=models.Q(state="pending"), name="order_pending_idx"),
            models.Index(
                fields=["paid_at"],
                condition=models.Q(state="paid", fulfilled_at__isnull=True),
                name="order_unfulfilled_idx",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    total_minor__gte=0, total_minor=models.F("price_minor") - models.F("discount_minor")
                ),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(refunded_minor__gte=0, refunded_minor__lte=models.F("paid_minor")),
                name="order_refund_within_paid",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """So many of one offer, as it was when it was bought."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_comment="The order")
    offer = models.ForeignKey("payments.Offer", on_delete=models.PROTECT, related_name="+", db_comment="What was sold")
    title = models.CharField(max_length=300, db_comment="Name of the offer at the time")
    kind = models.CharField(max_length=12, db_comment="Kind of the offer at the time")
    product_key = models.CharField(max_length=80, db_comment="kind:uuid of what it opens")
    access_days = models.PositiveIntegerField(null=True, db_comment="Days that it opens; null for ever")
    quantity = models.PositiveIntegerField(db_comment="Pieces; seats for an organisation")
    list_minor = models.BigIntegerField(db_comment="Before any reduction, whole quantity, minor units")
    price_minor = models.BigIntegerField(db_comment="At the offer's price, whole quantity, minor units")
    discount_minor = models.BigIntegerField(db_comment="What coupons took off this line, minor units")
    total_minor = models.BigIntegerField(db_comment="To be paid for this line, minor units")
    refunded_minor = models.BigIntegerField(default=0, db_comment="What went back for this line, minor units")
    opened_at = models.DateTimeField(null=True, db_comment="When its grant was written")
    ended_at = models.DateTimeField(null=True, db_comment="When a refund ended its access")

    class Meta:
        db_table_comment = "Lines of orders"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["order", "offer"], name="order_offer_once")]


class OrderDiscount(models.Model):
    """A coupon that was tried on an order, whether it applied, and why."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="discounts", db_comment="The order")
    coupon = models.ForeignKey(
        "payments.Coupon", on_delete=models.PROTECT, related_name="+", db_comment="The coupon that was tried"
    )
    title = models.CharField(max_length=120, db_comment="Name of the coupon at the time")
    code = models.CharField(max_length=40, db_comment="Its code at the time")
    amount_minor = models.BigIntegerField(db_comment="What it took off, minor units; 0 when it did not apply")
    reason = models.CharField(max_length=24, db_comment="applied, or why not (domain/promotions.py Reason)")

    class Meta:
        db_table_comment = "Coupons tried on orders, with reasons"
        ordering = ["id"]


class TransitionIsFinal(Exception):
    """A step in the history of an order was to be changed or deleted."""


class OrderTransition(models.Model):
    """One step of an order, of one of its payments or of one of its refunds; rows are only added."""

    class Subject(models.TextChoices):
        """What took the step."""

        ORDER = "order", _("order")
        PAYMENT = "payment", _("payment")
        REFUND = "refund", _("refund")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="transitions", db_comment="The order")
    subject = models.CharField(max_length=8, choices=Subject, db_comment="Whether order, payment or refund moved")
    subject_id = models.BigIntegerField(db_comment="Row id of the order, payment or refund")
    from_state = models.CharField(max_length=20, db_comment="State before")
    to_state = models.CharField(max_length=20, db_comment="State after")
    cause = models.CharField(max_length=40, db_comment="What caused it: placed, confirmed, failed, cancelled, ...")
    amount_minor = models.BigIntegerField(null=True, db_comment="Money that moved, minor units; null for none")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Who did it; null for the system or a provider",
    )
    at = models.DateTimeField(db_comment="When")

    class Meta:
        db_table_comment = "Every step of orders, payments and refunds; rows are only added"
        ordering = ["id"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the step; TransitionIsFinal when it exists already."""
        if self.pk is not None:
            raise TransitionIsFinal
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: TransitionIsFinal."""
        raise TransitionIsFinal
