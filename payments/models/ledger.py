"""The ledger: balanced entries and their postings, only ever added."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class LedgerIsFinal(Exception):
    """A row of the ledger was to be changed or deleted; post a correcting entry instead."""


class LedgerEntry(models.Model):
    """One event of the books; its postings add up to nothing."""

    class Kind(models.TextChoices):
        """What happened."""

        PAYMENT = "payment", _("payment")
        REVENUE = "revenue", _("revenue")
        REFUND = "refund", _("refund")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, db_comment="What happened")
    source = models.CharField(
        max_length=60, unique=True, db_comment="What it books, such as payment:12; the same thing is booked once"
    )
    order = models.ForeignKey(
        "payments.Order", on_delete=models.PROTECT, related_name="ledger_entries", db_comment="Of which order"
    )
    currency = models.CharField(_("currency"), max_length=3, db_comment="ISO 4217 code of its postings")
    posted_at = models.DateTimeField(_("posted at"), db_index=True, db_comment="When it was booked")

    class Meta:
        db_table_comment = "Entries of the ledger; rows are only added"
        ordering = ["id"]
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the entry; LedgerIsFinal when it exists already."""
        if self.pk is not None:
            raise LedgerIsFinal
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: LedgerIsFinal."""
        raise LedgerIsFinal


class LedgerPosting(models.Model):
    """An amount on an account: positive = debit, negative = credit."""

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="postings", db_comment="The entry")
    account = models.CharField(_("account"), max_length=40, db_index=True, db_comment="Account (domain/ledger.py)")
    amount_minor = models.BigIntegerField(_("amount"), db_comment="Minor units; positive debit, negative credit")

    class Meta:
        db_table_comment = "Postings of the ledger; rows are only added"
        ordering = ["id"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the posting; LedgerIsFinal when it exists already."""
        if self.pk is not None:
            raise LedgerIsFinal
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: LedgerIsFinal."""
        raise LedgerIsFinal
