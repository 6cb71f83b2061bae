"""What proves that answers were saved: their canonical form, a digest of all of them, and a receipt the
learner can keep."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from exams.domain.errors import InvalidResponse

MAXIMUM_DEPTH = 8
_UNSTORABLE = {0: None, **dict.fromkeys(range(0xD800, 0xE000))}


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
        text = json.dumps(cleaned, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    except ValueError:
        raise InvalidResponse("The response is not JSON.") from None
    return Canonical(text, is_stripped)


def canonical_response(value: object, /) -> str:
    """Return the stored form of a response; canonicalise() also says whether anything was dropped."""
    return canonicalise(value).text


def response_value(stored: str, /) -> Any:
    """Return the JSON value of a stored response, None for a blank."""
    return json.loads(stored) if stored else None


def responses_digest(stored: Mapping[str, str], /) -> str:
    """Return SHA-256, as hex, of all stored responses by slot; a blank counts like a slot never touched."""
    kept = {slot: text for slot, text in stored.items() if text}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def make_receipt(*, secret: bytes, attempt_id: str, seq: int, digest: str) -> str:
    """Return HMAC-SHA-256, as hex, over attempt, sequence and digest; they are framed, so no two triples
    sign the same bytes."""
    message = json.dumps([attempt_id, seq, digest], separators=(",", ":")).encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def is_genuine_receipt(*, receipt: str, secret: bytes, attempt_id: str, seq: int, digest: str) -> bool:
    """Tell whether a receipt is ours for exactly this state; the time taken betrays nothing."""
    expected = make_receipt(secret=secret, attempt_id=attempt_id, seq=seq, digest=digest)
    return hmac.compare_digest(expected.encode(), receipt.encode("utf-8", "replace"))
