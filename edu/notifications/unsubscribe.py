"""One-click unsubscribing: a signed link that needs no sign-in and does one thing only (RFC 8058)."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

SALT = "edu.notifications.unsubscribe"


def make_unsubscribe_url(*, user_id: int, category: str) -> str:
    """Return the full address that ends the person's mails of one category."""
    token = signing.dumps([user_id, category], salt=SALT)
    return f"{settings.BASE_URL}{reverse('notifications:unsubscribe', args=[token])}"


def read_unsubscribe_token(*, token: str) -> tuple[int, str] | None:
    """Return (user id, category) of a link of ours; None for a forged or broken one. It never runs out."""
    try:
        user_id, category = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(user_id), str(category)
