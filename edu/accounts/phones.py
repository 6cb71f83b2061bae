"""Phone numbers: read as people type them, kept in E.164, shown so that they can be read."""

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _

from edu.core.errors import InvalidInput


class InvalidPhone(InvalidInput):
    """What was typed is no phone number."""

    code = "invalid_phone"


def normalize_phone(*, text: str, region: str | None = None) -> str:
    """Return the number in E.164; InvalidPhone when it is none.

    A number without country code belongs to `region` (ISO 3166; default settings.PHONE_DEFAULT_REGION).
    """
    try:
        number = phonenumbers.parse(text, region or settings.PHONE_DEFAULT_REGION)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhone(
            _("Enter a phone number, with its country code if it is not a local one."), field="phone"
        ) from error
    if not phonenumbers.is_valid_number(number):
        raise InvalidPhone(_("This phone number does not exist. Check the digits."), field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def find_phone(*, text: str) -> str | None:
    """Return the number in E.164, or None when the text is no phone number."""
    try:
        return normalize_phone(text=text)
    except InvalidPhone:
        return None


def format_phone(*, phone: str) -> str:
    """Return an E.164 number as people write it, with the country code when it is not the default country."""
    try:
        number = phonenumbers.parse(phone, settings.PHONE_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return phone
    home = phonenumbers.region_code_for_number(number) == settings.PHONE_DEFAULT_REGION
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)
