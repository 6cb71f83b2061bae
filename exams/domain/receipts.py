"""What proves that answers were saved: their canonical form, a digest of all of them, and a receipt the
learner can keep."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from exams.domain.errors import InvalidResponse

MAXIMUM_DEPTH = 8
_UNSTORABLE = {0: None, **dict.fromkeys(range(0xD800, 0xE000))}


_canonical = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode
_digested = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class Canonical(NamedTuple):
    """The stored form of a response, and whether characters had to be dropped that no database keeps."""

    text: str
    is_stripped: bool


def _cleaned(value: object, depth: int) -> tuple[Any, bool]:
    if depth > MAXIMUM_DEPTH:
        raise InvalidResponse("The response is nested too deeply.")
    if isinstance(value, str):
        clean = value.translate(_UNSTORABLE)
        return clean, clean != value
    if isinstance(value, Mapping):
        pairs = [(_cleaned(key, depth + 1), _cleaned(item, depth + 1)) for key, item in value.items()]
        cleaned = {key: item for (key, _), (item, _) in pairs}
        if len(cleaned) != len(value) or any(not isinstance(key, str) for key in cleaned):
            raise InvalidResponse("The parts of the response cannot be told apart.")
        return cleaned, any(first or second for (_, first), (_, second) in pairs)
    if isinstance(value, list | tuple):
        items = [_cleaned(item, depth + 1) for item in value]
        return [item for item, _ in items], any(stripped for _, stripped in items)
    if value is None or isinstance(value, bool | int | float):
        return value, False
    raise InvalidResponse("The response is not JSON.")


def canonicalise(value: object, /) -> Canonical:
    """Return the one way a response is written: sorted keys, no spaces, real characters; NUL and half
    surrogates are dropped.

    A blank (null, "", [], {}) is "". InvalidResponse for what is not JSON (NaN too) or nested over
    MAXIMUM_DEPTH.
    """
    cleaned, is_stripped = _cleaned(value, 0)
    if cleaned is None or cleaned in ("", [], {}):
        return Canonical("", is_stripped)
    try:
        text = _canonical(cleaned)
    except ValueError:
        raise InvalidResponse("The response is not JSON.") from None
    return Canonical(text, is_stripped)


def canonical_response(value: object, /) -> str:
    """Return the stored form of a response; canonicalise() also says whether anything was dropped."""
    return canonicalise(value).text


_read = json.JSONDecoder().raw_decode


def response_value(stored: str, /) -> Any:
    """Return the JSON value of a stored response, None for a blank."""
    return _read(stored)[0] if stored else None


def responses_digest(stored: Mapping[str, str], /) -> str:
    """Return SHA-256, as hex, of all stored responses by slot; a blank counts like a slot never touched."""
    kept = {slot: text for slot, text in stored.items() if text}
    return hashlib.sha256(_digested(kept).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a receipt says: after batch `seq` of an epoch, at `saved_at`, an attempt (its public id) held the responses
    of this digest. `saved_at` is None where nothing was saved yet."""

    attempt_id: str
    epoch: int
    seq: int
    saved_at: datetime | None
    digest: str


_RECEIPT = re.compile(
    r"JB1\.([0-9a-f]{32})\.(\d{1,10})\.(\d{1,10})\.(\d{1,17})\.([0-9a-f]{64})\.([0-9a-f]{64})", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _microseconds(moment: datetime | None) -> int:
    return 0 if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)


def _hmac(body: str, secret: bytes) -> str:
    return hmac.digest(secret, body.encode(), "sha256").hex()


def sign_receipt(receipt: Receipt, /, *, secret: bytes) -> str:
    """Return a receipt as text: what it says in the open, and HMAC-SHA-256 over it. No two receipts sign the same
    bytes."""
    identifier = UUID(receipt.attempt_id).hex
    body = f"JB1.{identifier}.{receipt.epoch}.{receipt.seq}.{_microseconds(receipt.saved_at)}.{receipt.digest}"
    return f"{body}.{_hmac(body, secret)}"


def read_receipt(text: str, /, *, secret: bytes) -> Receipt | None:
    """Return what a genuine receipt says; None for any other text. The time taken betrays nothing of the signature."""
    found = _RECEIPT.fullmatch(text.strip())
    if found is None:
        return None
    body, _dot, signature = found[0].rpartition(".")
    if not hmac.compare_digest(_hmac(body, secret), signature):
        return None
    moment = int(found[4])
    return Receipt(
        attempt_id=str(UUID(found[1])),
        epoch=int(found[2]),
        seq=int(found[3]),
        saved_at=_EPOCH + timedelta(microseconds=moment) if moment else None,
        digest=found[5],
    )
