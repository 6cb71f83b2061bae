"""First passwords: short enough to be read out, hard enough to guess, changed at the first sign-in."""

import secrets

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which people mistake for one another."""


def make_first_password() -> str:
    """Return a random password such as "k7mq-x2hd-pw9r" (about 59 bits)."""
    return "-".join("".join(secrets.choice(ALPHABET) for _place in range(4)) for _group in range(3))
