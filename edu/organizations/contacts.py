"""Reading the contacts and making the first passwords of staff."""

import secrets

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from edu.core.errors import InvalidInput

PASSWORD_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody confuses on paper."""
PASSWORD_GROUPS = 3
PASSWORD_GROUP_LENGTH = 4


def new_first_password() -> str:
    """Return a random password that is easy to type from a sheet, such as k7mq-x4tp-9dfa (59 bits)."""
    return "-".join(
        "".join(secrets.choice(PASSWORD_ALPHABET) for _letter in range(PASSWORD_GROUP_LENGTH))
        for _group in range(PASSWORD_GROUPS)
    )


def normal_phone(text: str) -> str:
    """Return the phone in E.164, or "" for none; a number without a country is Chinese. InvalidInput when it is none."""
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as error:
        raise InvalidInput(_("This is not a phone number."), field="phone") from error
    if not phonenumbers.is_possible_number(number):
        raise InvalidInput(_("This is not a phone number."), field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


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
