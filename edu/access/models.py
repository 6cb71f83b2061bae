"""Grants, doors, and which product opens which other."""

from django.conf import settings
from django.db import models


class Grant(models.Model):
    """A person may use a product, from one source, for a time."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants", db_comment="The learner"
    )
    product_key = models.CharField(max_length=80, db_comment="kind:uuid of what is opened, such as course:…")
    source_kind = models.CharField(max_length=40, db_comment="order, seat, staff, free, gift, membership, assignment")
    source_id = models.CharField(max_length=80, db_comment="Id of the order line, seat, … within its kind")
    from_at = models.DateTimeField(db_comment="It opens from this moment")
    until_at = models.DateTimeField(null=True, db_comment="It ends at this moment; null for never")
    revoked_at = models.DateTimeField(null=True, db_comment="When it was ended before its time")
    reason = models.CharField(max_length=200, default="", db_comment="Why it was given or ended, for a person")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was written")

    class Meta:
        db_table_comment = "Who may use which product, from which source, for how long"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "product_key", "source_kind", "source_id"], name="grant_once_per_source"
            )
        ]
        indexes = [models.Index(fields=["product_key"], name="grant_product_idx")]


class Door(models.Model):
    """How a product is shown to somebody who may not use it yet: its name, page, offer and price."""

    product_key = models.CharField(max_length=80, unique=True, db_comment="kind:uuid of the product")
    title = models.CharField(max_length=300, db_comment="Name of the product")
    url = models.CharField(max_length=400, db_comment="Page of the product")
    offer_url = models.CharField(max_length=400, default="", db_comment="Where it is bought; empty = not sold")
    price_minor = models.BigIntegerField(null=True, db_comment="Price in minor units; null = not sold")
    currency = models.CharField(max_length=3, default="CNY", db_comment="ISO 4217 code")

    class Meta:
        db_table_comment = "Products as doors: name, page, offer, price"


class Opens(models.Model):
    """Owning one product opens another: a bundle its courses, a course its lessons and exams."""

    product_key = models.CharField(max_length=80, db_comment="The product that is owned")
    opened_key = models.CharField(max_length=80, db_index=True, db_comment="The product that it opens")

    class Meta:
        db_table_comment = "Which product opens which"
        constraints = [models.UniqueConstraint(fields=["product_key", "opened_key"], name="opens_once")]
