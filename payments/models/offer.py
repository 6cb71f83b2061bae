"""Offers: what is sold, for how much, and what it opens."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id
from payments.wording import money_label


class Offer(models.Model):
    """Something with a price. What a buyer gets is named by its product key; the price includes taxes."""

    class Kind(models.TextChoices):
        """What is sold."""

        COURSE = "course", _("course")
        LESSON = "lesson", _("lesson")
        PAPER = "paper", _("paper")
        EXAM = "exam", _("exam")
        BANK = "bank", _("question bank")
        BUNDLE = "bundle", _("bundle")
        SEATS = "seats", _("seats for an organisation")

    class Status(models.TextChoices):
        """Whether it can be bought."""

        DRAFT = "draft", _("draft")
        ON_SALE = "on_sale", _("on sale")
        OFF_SALE = "off_sale", _("off sale")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    title = models.CharField(_("title"), max_length=300, db_comment="Name that buyers read")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, db_comment="What is sold")
    product_key = models.CharField(
        _("product"),
        max_length=80,
        db_index=True,
        db_comment="kind:uuid of what a buyer gets; for seats, what each seat opens",
    )
    price_minor = models.BigIntegerField(
        _("price in minor units"), db_comment="Price a piece in minor units, taxes included, before coupons"
    )
    list_price_minor = models.BigIntegerField(
        _("list price in minor units"),
        null=True,
        blank=True,
        db_comment="Price that is struck through, in minor units; null when there is none",
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY", db_comment="ISO 4217 code")
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, db_comment="Whether it can be bought"
    )
    access_days = models.PositiveIntegerField(
        _("days of access"),
        null=True,
        blank=True,
        help_text=_("Counted from the payment. Empty means for ever."),
        db_comment="How many days it opens from the payment; null for ever",
    )
    description = models.TextField(_("description"), blank=True, default="", db_comment="What is in it, plain text")
    organization_only = models.BooleanField(
        _("only for organisations"), default=False, db_comment="Whether only an organisation's trainer may buy it"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")
    published_at = models.DateTimeField(null=True, editable=False, db_comment="When it last went on sale")

    class Meta:
        db_table_comment = "Things that are sold"
        ordering = ["title", "id"]
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(
                fields=["product_key", "kind"],
                condition=models.Q(status="on_sale"),
                name="offer_one_on_sale",
                violation_error_message=_("Another offer of this product is on sale. Take that one off sale first."),
            ),
            models.CheckConstraint(
                condition=models.Q(price_minor__gte=0),
                name="offer_price_not_negative",
                violation_error_message=_("A price cannot be negative."),
            ),
            models.CheckConstraint(
                condition=models.Q(list_price_minor__isnull=True)
                | models.Q(list_price_minor__gte=models.F("price_minor")),
                name="offer_list_above_price",
                violation_error_message=_("The list price cannot be below the price."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a bundle without a product key gets one of its own."""
        if not self.product_key and self.kind == self.Kind.BUNDLE:
            self.product_key = f"bundle:{self.public_id}"
        super().save(*args, **kwargs)

    def price_label(self) -> str:
        """Return the price as people read it."""
        return money_label(self.price_minor, self.currency)

    price_label.short_description = _("Price")  # type: ignore[attr-defined] # what the editor's list reads
    price_label.admin_order_field = "price_minor"  # type: ignore[attr-defined] # what the editor's list reads

    @property
    def unit_list_minor(self) -> int:
        """Return the price before any reduction, minor units."""
        return self.price_minor if self.list_price_minor is None else self.list_price_minor


class BundleItem(models.Model):
    """A product inside a bundle."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="items", db_comment="The bundle")
    product_key = models.CharField(_("product"), max_length=80, db_comment="kind:uuid of the product inside")
    position = models.PositiveIntegerField(default=0, db_comment="Place in the list, from 0")

    class Meta:
        db_table_comment = "What is inside a bundle"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["offer", "product_key"], name="bundle_item_once")]
