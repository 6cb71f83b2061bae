"""Text messages: one contract, the mailbox of the embedded world, and the refusal of an unconfigured production."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from edu.core.clock import now_utc
from edu.core.errors import DomainError
from edu.notifications.models import MailboxMessage


class SmsBackend(Protocol):
    """Sends one text message."""

    def send(self, *, phone: str, text: str) -> None:
        """Send `text` to `phone` (E.164); SmsNotSent when it cannot be handed over."""


class SmsNotSent(DomainError):
    """The text message could not be handed over."""

    code = "sms_not_sent"


class MailboxBackend:
    """Keeps text messages in the database, where /dev/mailbox/ shows them."""

    def send(self, *, phone: str, text: str) -> None:
        """Store the message."""
        MailboxMessage.objects.create(channel="sms", recipient=phone, text=text, sent_at=now_utc())


class UnconfiguredBackend:
    """Stands where production has named no gateway."""

    def send(self, *, phone: str, text: str) -> None:
        """Refuse: SmsNotSent names the setting."""
        message = "Text messages are not configured; set JINBANG_SMS_BACKEND."
        raise SmsNotSent(message)


def send_sms(*, phone: str, text: str) -> None:
    """Send one text message through the configured backend."""
    backend: SmsBackend = import_string(settings.SMS_BACKEND)()
    backend.send(phone=phone, text=text)
