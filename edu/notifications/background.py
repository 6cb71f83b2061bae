"""Sending the mail copy of a message, as a job."""

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from edu.core.clock import now_utc
from edu.core.site_identity import get_site_identity
from edu.jobs.registry import job
from edu.jobs.run import JobContext
from edu.notifications.kinds import CATEGORIES, Kind, find_stop_words, get_kind
from edu.notifications.models import Notification
from edu.notifications.unsubscribe import make_unsubscribe_url
from edu.notifications.wording import split_blocks


@job("notifications.mail")
def send_mail_copy(_context: JobContext, *, notification_id: int) -> dict[str, Any]:
    """Send one message by mail; `mailed_at` is set before, so that two runs never send it twice.

    An address that its owner has not proved yet gets none: it may be a stranger's.
    """
    row = Notification.objects.select_related("user").filter(pk=notification_id).first()
    if row is None or not row.user.email:
        return {"sent": False}
    if EmailAddress.objects.filter(user=row.user, email=row.user.email, verified=False).exists():
        return {"sent": False}
    if not Notification.objects.filter(pk=row.pk, mailed_at__isnull=True).update(mailed_at=now_utc()):
        return {"sent": False}
    kind = get_kind(row.kind)
    with translation.override(row.user.language or settings.LANGUAGE_CODE):
        html, text = render_mail(row=row, kind=kind), render_text_mail(row=row, kind=kind)
    headers = {}
    if not kind.essential:
        link = make_unsubscribe_url(user_id=row.user_id, category=kind.category)
        headers = {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    message = EmailMultiAlternatives(subject=row.title, body=text, to=[row.user.email], headers=headers)
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except Exception:
        Notification.objects.filter(pk=row.pk).update(mailed_at=None)
        raise
    return {"sent": True}


def render_mail(*, row: Notification, kind: Kind) -> str:
    """Return the HTML of a message's mail copy in the language that is active.

    The kind's own template gets its context and what base_mail.html asks for; without one the text is set in the frame.
    """
    values = _mail_values(row=row, kind=kind)
    try:
        return render_to_string(f"{kind.template}.html", values)
    except TemplateDoesNotExist:
        return render_to_string("notifications/mail.html", values)


def render_text_mail(*, row: Notification, kind: Kind) -> str:
    """Return the plain text of a message's mail copy in the language that is active, for readers without HTML."""
    return render_to_string("base_mail.txt", _mail_values(row=row, kind=kind)).strip() + "\n"


def unsubscribe_label(category: str) -> str:
    """Return what the link says that ends the mails of a category, in the language that is active."""
    words = find_stop_words(category)
    return str(words.button) if words else _("No more mails about “%(category)s”") % {"category": CATEGORIES[category]}


def _mail_values(*, row: Notification, kind: Kind) -> dict[str, Any]:
    values = {
        **row.context,
        "user": row.user,
        "title": row.title,
        "body": row.body,
        "url": row.url,
        "base_url": settings.BASE_URL,
        "site": get_site_identity(default_name=settings.WAGTAIL_SITE_NAME),
        "subject": row.title,
        "heading": row.title,
        "blocks": list(split_blocks(row.body)),
        "action_url": f"{settings.BASE_URL}{row.url}" if row.url else "",
        "action_label": kind.action or pgettext("go to", "Open"),
        "reason": _("You get this mail because you have an account here."),
        "preferences_url": f"{settings.BASE_URL}{reverse('notifications:preferences')}",
    }
    if not kind.essential:
        values["unsubscribe_url"] = make_unsubscribe_url(user_id=row.user_id, category=kind.category)
        values["unsubscribe_label"] = unsubscribe_label(kind.category)
    return values
