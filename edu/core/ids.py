"""Identifiers that leave the house: public ids, serials that people read aloud, short codes. All are
unguessable."""

import secrets
from uuid import UUID, uuid4

# 31 signs without the look-alikes 0/O, 1/I/L. The count is prime, on which the check character relies.
SERIAL_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_VALUE = {sign: value for value, sign in enumerate(SERIAL_ALPHABET)}


def new_public_id() -> UUID:
    """Return the UUID (version 4) under which a row is known in URLs and in the API."""
    return uuid4()


def new_short_code(*, length: int = 8) -> str:
    """Return a random code for invitations and coupons, without look-alikes and without a check character."""
    return "".join(secrets.choice(SERIAL_ALPHABET) for _ in range(length))


def new_numeric_code(*, digits: int = 6) -> str:
    """Return a random code of decimal digits, as sent by text message; leading zeros count."""
    return "".join(secrets.choice("0123456789") for _ in range(digits))


def check_character(body: str, /) -> str:
    """Return the character that makes the weighted sum of body and check divisible by 31.

    Weights are 2, 3, … from the left and 1 for the check itself, all distinct below 31: every single wrong
    sign and every swap of two signs is caught. ValueError for a sign outside the alphabet or a body over 29
    signs.
    """
    if not 0 < len(body) <= len(SERIAL_ALPHABET) - 2:
        raise ValueError("A serial has 1 to 29 signs before its check character.")
    try:
        total = sum(weight * _VALUE[sign] for weight, sign in enumerate(body, start=2))
    except KeyError as error:
        raise ValueError(f"Not a sign of a serial: {error.args[0]!r}") from None
    return SERIAL_ALPHABET[-total % len(SERIAL_ALPHABET)]


def new_serial(*, length: int = 12) -> str:
    """Return a random serial of `length` signs, the last of which checks the others (12 signs: 54 random
    bits)."""
    body = new_short_code(length=length - 1)
    return body + check_character(body)


def normalise_serial(text: str, /) -> str:
    """Return a serial as stored, from what somebody typed: capitals, without spaces and hyphens."""
    return "".join(text.upper().replace("-", " ").split())


def is_valid_serial(text: str, /) -> bool:
    """Tell whether a typed serial has known signs and the right check character; says nothing about its
    existence."""
    serial = normalise_serial(text)
    try:
        return len(serial) > 1 and check_character(serial[:-1]) == serial[-1]
    except ValueError:
        return False


def find_uuid(text: object) -> UUID | None:
    """Return the id that a text from outside says; None for anything else."""
    try:
        return UUID(str(text))
    except ValueError:
        return None
