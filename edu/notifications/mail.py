"""Mail backend of the embedded world: every mail goes to the development mailbox."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from edu.core.clock import now_utc
from edu.notifications.models import MailboxMessage


class MailboxBackend(BaseEmailBackend):
    """Keeps mails in the database, where /dev/mailbox/ shows them."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store the mails, one row a recipient; return how many mails there were."""
        rows = []
        for message in email_messages:
            html = next((part[0] for part in getattr(message, "alternatives", []) if part[1] == "text/html"), "")
            rows += [
                MailboxMessage(
                    channel="mail",
                    recipient=recipient,
                    subject=str(message.subject)[:300],
                    text=str(message.body),
                    html=str(html),
                    sent_at=now_utc(),
                )
                for recipient in message.recipients()
            ]
        MailboxMessage.objects.bulk_create(rows)
        return len(email_messages)
