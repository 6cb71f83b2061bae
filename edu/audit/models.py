"""The audit log: append-only rows of who did what to which object."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntryIsFinal(Exception):
    """An audit entry was to be changed or deleted."""


class AuditEntry(models.Model):
    """One act of one person (or of the system) on one object."""

    at = models.DateTimeField(_("at"), db_index=True, db_comment="When it was done (UTC)")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Who did it; null for the system or a deleted account",
    )
    actor_label = models.CharField(_("actor"), max_length=200, db_comment="The actor's name at the time")
    action = models.CharField(_("action"), max_length=80, db_index=True, db_comment="Verb, such as order.refund")
    object_kind = models.CharField(_("kind"), max_length=80, db_comment="Kind of the object, such as order")
    object_id = models.CharField(_("object"), max_length=80, db_comment="Public id of the object")
    object_label = models.CharField(_("object name"), max_length=300, db_comment="Its name at the time")
    organization_id = models.BigIntegerField(
        null=True,
        db_index=True,
        db_comment="Organisation whose trainers may read the entry; null for the platform's",
    )
    changes = models.JSONField(_("changes"), default=dict, db_comment="Field -> [before, after], or details of the act")
    ip_address = models.GenericIPAddressField(null=True, db_comment="Address the request came from")
    request_id = models.CharField(max_length=64, default="", db_comment="Id of the request or task")

    class Meta:
        db_table_comment = "Who did what to which object; rows are only added"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["object_kind", "object_id"], name="audit_object_idx")]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the entry; AuditEntryIsFinal when it exists already."""
        if self.pk is not None:
            raise AuditEntryIsFinal
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: AuditEntryIsFinal."""
        raise AuditEntryIsFinal
