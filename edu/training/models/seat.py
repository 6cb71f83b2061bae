"""Seats: how many an organisation bought of a product, and who sits on them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class SeatPool(models.Model):
    """All seats of an organisation for one product. `used_count` moves only together with a Seat row."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_comment="Whose seats"
    )
    product_key = models.CharField(max_length=80, db_comment="kind:uuid of what a seat opens")
    title = models.CharField(_("title"), max_length=300, db_comment="Name of the product when first bought")
    bought_count = models.PositiveIntegerField(default=0, db_comment="Seats bought")
    used_count = models.PositiveIntegerField(default=0, db_comment="Seats that somebody sits on")
    access_days = models.PositiveIntegerField(
        null=True, db_comment="Days that a seat opens the product once taken, as bought last; null for ever"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When the first were bought")

    class Meta:
        db_table_comment = "Seats of an organisation for a product: bought and used"
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "product_key"], name="one_pool_a_product"),
            models.CheckConstraint(
                condition=models.Q(used_count__lte=models.F("bought_count")), name="seats_used_within_bought"
            ),
        ]

    @property
    def free_count(self) -> int:
        """Return how many seats nobody sits on."""
        return self.bought_count - self.used_count


class SeatPurchase(models.Model):
    """Seats that were added to a pool, once per source."""

    pool = models.ForeignKey(SeatPool, on_delete=models.CASCADE, related_name="purchases", db_comment="The pool")
    quantity = models.PositiveIntegerField(db_comment="How many seats")
    source_key = models.CharField(
        max_length=120, unique=True, db_comment="What added them, such as order-line:12: the same adds only once"
    )
    added_at = models.DateTimeField(db_comment="When they were added")
    refunded_at = models.DateTimeField(null=True, db_comment="When a refund took them off; null while they count")

    class Meta:
        db_table_comment = "Purchases of seats"
        ordering = ["-pk"]


class Seat(models.Model):
    """A person sits on a seat from then until then. Rows are kept after the seat is returned."""

    class ReleaseReason(models.TextChoices):
        """Why a seat was returned."""

        LEFT = "left", _("left the organisation")
        TAKEN_BACK = "taken_back", _("taken back")
        UNASSIGNED = "unassigned", _("assignment ended")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    pool = models.ForeignKey(SeatPool, on_delete=models.CASCADE, related_name="seats", db_comment="The pool")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="Who sits on it"
    )
    assignment = models.ForeignKey(
        "training.Assignment",
        null=True,
        on_delete=models.SET_NULL,
        related_name="seats",
        db_comment="The assignment that took it; null when a trainer gave it",
    )
    assigned_at = models.DateTimeField(db_comment="When it was taken")
    released_at = models.DateTimeField(null=True, db_comment="When it was returned; null while in use")
    release_reason = models.CharField(
        max_length=12, choices=ReleaseReason, default="", db_comment="Why it was returned"
    )

    class Meta:
        db_table_comment = "Who sits on which seat, since and until when"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "user"], condition=models.Q(released_at__isnull=True), name="one_seat_a_person"
            )
        ]
