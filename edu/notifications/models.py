"""Messages in the site, their mail copies, preferences, and the development mailbox."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Notification(models.Model):
    """One message to one person, shown behind the bell; its mail copy is sent by a job."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", db_comment="To whom"
    )
    kind = models.CharField(max_length=60, db_comment="Registered kind, such as payments.paid")
    dedupe_key = models.CharField(
        max_length=200,
        null=True,
        unique=True,
        db_comment="At most one message ever has this key; null for any number",
    )
    title = models.CharField(max_length=200, db_comment="Title in the person's language")
    body = models.TextField(default="", db_comment="Plain text in the person's language")
    url = models.CharField(max_length=400, default="", db_comment="Where it leads, within the site")
    context = models.JSONField(default=dict, db_comment="Plain values that its templates were filled with")
    created_at = models.DateTimeField(db_comment="When it was written")
    read_at = models.DateTimeField(null=True, db_comment="When the person saw it")
    mailed_at = models.DateTimeField(null=True, db_comment="When its mail copy was handed over; null for none")

    class Meta:
        db_table_comment = "Messages to people"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_user_idx"),
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notification_unread_idx"),
        ]


class NotificationPreference(models.Model):
    """A person does not want the mail copy of a category."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="The person"
    )
    category = models.CharField(max_length=40, db_comment="Category of kinds, such as reminders")

    class Meta:
        db_table_comment = "Categories whose mail copy a person has switched off"
        constraints = [models.UniqueConstraint(fields=["user", "category"], name="preference_once")]


class MailboxMessage(models.Model):
    """A mail or text message kept for the development mailbox instead of being sent."""

    channel = models.CharField(_("channel"), max_length=8, db_comment="mail or sms")
    recipient = models.CharField(_("to"), max_length=254, db_comment="Mail address or phone")
    subject = models.CharField(_("subject"), max_length=300, default="", db_comment="Subject; empty for a text message")
    text = models.TextField(db_comment="Plain text")
    html = models.TextField(default="", db_comment="HTML part; empty when there is none")
    sent_at = models.DateTimeField(db_comment="When it would have been sent")

    class Meta:
        db_table_comment = "Development mailbox: what would have been sent"
        ordering = ["-id"]
