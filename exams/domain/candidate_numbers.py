"""Candidate numbers: what stands for a name while scripts are marked. Pure; the caller brings the exam's secret."""

from hashlib import sha256

PRIME = 99_999_989
"""Numbers have eight digits; attempts whose ids differ by less than this get different numbers in an exam."""


def candidate_number(*, attempt_id: int, secret: bytes) -> str:
    """Return the eight digits, in two groups, that stand for an attempt: unique in its exam, without order."""
    factor, shift = _terms(secret)
    number = (attempt_id * factor + shift) % PRIME
    return f"{number // 10_000:04d} {number % 10_000:04d}"


def read_number(text: str, /, *, secret: bytes) -> int | None:
    """Return what an attempt's id leaves when divided by PRIME, from its number; None for what is no number."""
    digits = "".join(text.split()).replace("-", "")
    if len(digits) != 8 or not digits.isascii() or not digits.isdecimal() or int(digits) >= PRIME:
        return None
    factor, shift = _terms(secret)
    return (int(digits) - shift) * pow(factor, -1, PRIME) % PRIME


def _terms(secret: bytes) -> tuple[int, int]:
    digest = sha256(b"candidate numbers\x00" + secret).digest()
    return int.from_bytes(digest[:12]) % (PRIME - 1) + 1, int.from_bytes(digest[12:24]) % PRIME
