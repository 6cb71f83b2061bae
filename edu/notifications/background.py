"""Sending the mail copy of a message, as a job."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import translation

from edu.core.clock import now_utc
from edu.jobs.registry import job
from edu.jobs.run import JobContext
from edu.notifications.kinds import get_kind
from edu.notifications.models import Notification


@job("notifications.mail")
def send_mail_copy(_context: JobContext, *, notification_id: int) -> dict[str, Any]:
    """Send one message by mail; `mailed_at` is set before, so that two runs never send it twice."""
    row = Notification.objects.select_related("user").filter(pk=notification_id).first()
    if row is None or not row.user.email:
        return {"sent": False}
    if not Notification.objects.filter(pk=row.pk, mailed_at__isnull=True).update(mailed_at=now_utc()):
        return {"sent": False}
    with translation.override(row.user.language or settings.LANGUAGE_CODE):
        values = {
            **row.context,
            "user": row.user,
            "title": row.title,
            "body": row.body,
            "url": row.url,
            "base_url": settings.BASE_URL,
        }
        try:
            html = render_to_string(f"{get_kind(row.kind).template}.html", values)
        except TemplateDoesNotExist:
            html = render_to_string("notifications/mail.html", values)
    text = f"{row.body}\n\n{settings.BASE_URL}{row.url}" if row.url else row.body
    message = EmailMultiAlternatives(subject=row.title, body=text, to=[row.user.email])
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except Exception:
        Notification.objects.filter(pk=row.pk).update(mailed_at=None)
        raise
    return {"sent": True}
