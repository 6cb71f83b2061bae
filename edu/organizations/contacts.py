"""Reading the contacts of staff as spreadsheets and forms hold them."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from edu.accounts.phones import normalize_phone
from edu.core.errors import InvalidInput


def normal_phone(text: str) -> str:
    """Return the phone in E.164, or "" for none. InvalidPhone when it is none."""
    return normalize_phone(text=text) if text.strip() else ""


def normal_email(text: str) -> str:
    """Return the mail address in lower case, or "" for none. InvalidInput when it is none."""
    email = text.strip().lower()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput(_("This is not a mail address."), field="email") from error
    return email
