"""Serial numbers of certificates: easy to read out and to type, hard to guess, guarded by a check character.

JB-2026-7F3K-QMNP-4XYC: the year of issue, eleven random characters (23 ** 11, about 9.5e14, numbers a year) and a
check character. The alphabet has no two characters that look alike: 6 stands without G, V without U, and none of
0 O, 1 I L, 2 Z, 5 S, 8 B is in it.
"""

import re
import unicodedata
from collections.abc import Callable

ALPHABET = "34679ACDEFHJKMNPQRTVWXY"
PREFIX = "JB"
RANDOM_LENGTH = 11
_FORM = re.compile(rf"{PREFIX}(\d{{4}})([{ALPHABET}]{{{RANDOM_LENGTH + 1}}})")


class InvalidSerial(ValueError):
    """This is no serial number: its form or its check character is wrong."""


def check_character(*, year: int, body: str) -> str:
    """Return the check character: a weighted sum modulo 23 with a weight of its own for every place.

    23 is prime, so every single wrong character and every exchange of two characters of the body is found.
    """
    values = [int(digit) for digit in f"{year:04d}"] + [ALPHABET.index(character) for character in body]
    total = sum(weight * value for weight, value in enumerate(values, start=1))
    return ALPHABET[total % len(ALPHABET)]


def make_serial(*, year: int, pick: Callable[[str], str]) -> str:
    """Return a new serial; `pick` chooses one character of a string at random (secrets.choice)."""
    body = "".join(pick(ALPHABET) for _place in range(RANDOM_LENGTH))
    return _grouped(year, body + check_character(year=year, body=body))


def parse_serial(text: str) -> str:
    """Return the canonical form of what somebody typed (any case, spaces, dashes, full-width); else InvalidSerial."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text[:80]).upper() if c.isalnum())
    match = _FORM.fullmatch(plain)
    if match is None or not match[1].isascii():
        raise InvalidSerial(text[:80])
    year, characters = int(match[1]), match[2]
    if check_character(year=year, body=characters[:-1]) != characters[-1]:
        raise InvalidSerial(text[:80])
    return _grouped(year, characters)


def _grouped(year: int, characters: str) -> str:
    groups = [characters[start : start + 4] for start in range(0, len(characters), 4)]
    return "-".join([PREFIX, f"{year:04d}", *groups])
