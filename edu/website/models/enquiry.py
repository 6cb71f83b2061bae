"""Enquiries of enterprises, on their way from the form to a call."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edu.core.ids import new_public_id


class Enquiry(models.Model):
    """Somebody asks to be called about training staff."""

    class State(models.TextChoices):
        """How far the follow-up is."""

        NEW = "new", _("new")
        CONTACTED = "contacted", _("contacted")
        WON = "won", _("won")
        CLOSED = "closed", _("closed")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    company = models.CharField(_("organisation"), max_length=200, db_comment="Organisation")
    name = models.CharField(_("your name"), max_length=80, db_comment="Who asks")
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="", db_comment="Phone")
    email = models.EmailField(_("e-mail"), blank=True, default="", db_comment="Mail address")
    staff_count = models.PositiveIntegerField(_("people to train"), null=True, blank=True, db_comment="How many")
    message = models.TextField(_("what do you need?"), blank=True, default="", max_length=4000, db_comment="Message")
    source = models.CharField(max_length=200, blank=True, default="", db_comment="Page the form was on")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW, db_comment="Follow-up")
    note = models.TextField(
        pgettext_lazy("enquiry", "note"), blank=True, default="", db_comment="What the operator noted"
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Operator"
    )
    created_at = models.DateTimeField(db_comment="When it came")
    updated_at = models.DateTimeField(auto_now=True, db_comment="When it last changed")

    class Meta:
        db_table_comment = "Enquiries of enterprises"
        ordering = ["-id"]
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")

    def __str__(self) -> str:
        return f"{self.company} ({self.name})"
