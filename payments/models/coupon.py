"""Coupons, who holds them, and each use of one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Coupon(models.Model):
    """A promise to take something off."""

    class Kind(models.TextChoices):
        """How the reduction is counted."""

        PERCENT = "percent", _("per cent")
        FIXED = "fixed", _("fixed amount")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    code = models.CharField(
        _("code"), max_length=40, unique=True, db_comment="What buyers type, in upper case without spaces"
    )
    title = models.CharField(_("title"), max_length=120, db_comment="What buyers read")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, db_comment="percent or fixed")
    percent = models.PositiveSmallIntegerField(
        _("per cent off"), default=0, db_comment="Whole per cent taken off, 1 to 100; 0 for a fixed amount"
    )
    amount_minor = models.BigIntegerField(
        _("amount off in minor units"), default=0, db_comment="Minor units taken off; 0 for per cent"
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY", db_comment="ISO 4217 code")
    floor_minor = models.BigIntegerField(
        _("floor in minor units"), default=0, db_comment="Least price of the goods in scope, minor units"
    )
    ceiling_minor = models.BigIntegerField(
        _("ceiling in minor units"),
        null=True,
        blank=True,
        db_comment="Most that it takes off, minor units; null for any amount",
    )
    product_keys = models.JSONField(
        _("products"), default=list, blank=True, db_comment="Product keys in scope; empty list for all"
    )
    kinds = models.JSONField(_("kinds"), default=list, blank=True, db_comment="Offer kinds in scope; empty for all")
    starts_at = models.DateTimeField(_("from"), null=True, blank=True, db_comment="Usable from; null = at once")
    ends_at = models.DateTimeField(_("until"), null=True, blank=True, db_comment="Usable until; null for no end")
    total_limit = models.PositiveIntegerField(
        _("uses in all"), null=True, blank=True, db_comment="Uses in all; null for any number"
    )
    per_learner_limit = models.PositiveIntegerField(
        _("uses a learner"), null=True, blank=True, default=1, db_comment="Uses a learner; null for any number"
    )
    is_stackable = models.BooleanField(
        _("may be combined"), default=False, db_comment="Whether it may be combined with other stackable coupons"
    )
    first_order_only = models.BooleanField(
        _("first order only"), default=False, db_comment="Whether it is for a learner's first order"
    )
    is_claimable = models.BooleanField(
        _("open to all"),
        default=True,
        help_text=_("Whoever knows the code may use it. Otherwise only those to whom you give it."),
        db_comment="Whether whoever knows the code may use it",
    )
    is_active = models.BooleanField(_("active"), default=True, db_comment="Whether it can be used at all")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")

    class Meta:
        db_table_comment = "Coupons"
        ordering = ["-id"]
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="percent", percent__gte=1, percent__lte=100)
                | models.Q(kind="fixed", amount_minor__gte=1),
                name="coupon_takes_something_off",
                violation_error_message=_("Give 1 to 100 per cent, or a fixed amount above zero."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.code})"


class CouponGrant(models.Model):
    """A coupon in a learner's purse."""

    coupon = models.ForeignKey(Coupon, on_delete=models.CASCADE, related_name="grants", db_comment="The coupon")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="coupon_grants", db_comment="Who holds it"
    )
    source = models.CharField(max_length=40, default="claimed", db_comment="claimed, staff, campaign")
    granted_at = models.DateTimeField(db_comment="When it came into the purse")

    class Meta:
        db_table_comment = "Coupons that learners hold"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["coupon", "user"], name="coupon_held_once")]


class CouponUse(models.Model):
    """A coupon on an order. The slots carry the limits: two buyers cannot take the same one."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="uses", db_comment="The coupon")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_comment="Who used it"
    )
    order = models.ForeignKey(
        "payments.Order", on_delete=models.PROTECT, related_name="coupon_uses", db_comment="On which order"
    )
    total_slot = models.PositiveIntegerField(null=True, db_comment="Number among all uses; null without a limit")
    learner_slot = models.PositiveIntegerField(null=True, db_comment="Number among the learner's; null without a limit")
    is_first_order = models.BooleanField(default=False, db_comment="Whether it was given for the first order")
    used_at = models.DateTimeField(db_comment="When the order was placed")
    released_at = models.DateTimeField(null=True, db_comment="When the order was given up and the use came back")

    class Meta:
        db_table_comment = "Uses of coupons on orders"
        constraints = [
            models.UniqueConstraint(
                fields=["coupon", "total_slot"],
                condition=models.Q(released_at__isnull=True),
                name="coupon_total_slot_once",
            ),
            models.UniqueConstraint(
                fields=["coupon", "user", "learner_slot"],
                condition=models.Q(released_at__isnull=True),
                name="coupon_learner_slot_once",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(released_at__isnull=True, is_first_order=True),
                name="coupon_first_order_once",
            ),
            models.UniqueConstraint(fields=["coupon", "order"], name="coupon_once_an_order"),
        ]
