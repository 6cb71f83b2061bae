"""First passwords wait for their one download encrypted; the key follows from the site's secret key."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def _box() -> Fernet:
    digest = hashlib.sha256(b"jinbang.training.first-passwords:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def seal(text: str) -> str:
    """Return `text` encrypted and authenticated."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the text, or "" when it was sealed under another secret key or altered."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""
