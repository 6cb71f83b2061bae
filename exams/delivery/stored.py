"""Responses as they are stored: slot -> canonical JSON text, a blank is the empty text. Checked here before they touch a row."""

import json
from collections.abc import Mapping
from typing import Any

from edu.core.errors import InvalidInput

MAXIMUM_SLOT_LENGTH = 20_000
"""Characters of one stored response."""
MAXIMUM_BATCH_LENGTH = 1_000_000
"""Characters of all responses of a batch together."""
MAXIMUM_DEPTH = 6

_UNSTORABLE = dict.fromkeys([0, *range(0xD800, 0xE000)])


def canonical_response(response: Any, /) -> str:
    """Return a response as canonical JSON text, without NUL and half surrogates (no database keeps both); "" for a blank."""
    cleaned = _cleaned(response, 0)
    if cleaned is None or cleaned == "" or cleaned == [] or cleaned == {}:
        return ""
    return json.dumps(cleaned, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def read_response(stored: str, /) -> Any:
    """Return the response behind the stored text; None for a blank."""
    return json.loads(stored) if stored else None


def has_unstorable(response: Any, /) -> bool:
    """Whether something has to be stripped before the response can be stored."""
    if isinstance(response, str):
        return response.translate(_UNSTORABLE) != response
    if isinstance(response, Mapping):
        return any(has_unstorable(key) or has_unstorable(value) for key, value in response.items())
    return isinstance(response, list | tuple) and any(has_unstorable(value) for value in response)


def _cleaned(value: Any, depth: int) -> Any:
    if depth > MAXIMUM_DEPTH:
        raise InvalidInput("A response is nested too deeply.", field="responses")
    if isinstance(value, str):
        return value.translate(_UNSTORABLE)
    if isinstance(value, bool) or value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise InvalidInput("A response holds a number that is none.", field="responses")
        return value
    if isinstance(value, Mapping):
        return {str(key).translate(_UNSTORABLE): _cleaned(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item, depth + 1) for item in value]
    raise InvalidInput("A response holds something that is not JSON.", field="responses")


def canonical_batch(responses: Mapping[Any, Any], /, *, slots: int) -> dict[str, str]:
    """Return a batch ready to be stored; InvalidInput for unknown slots and for what is too large, naming the slot."""
    batch: dict[str, str] = {}
    total = 0
    for slot, response in responses.items():
        name = str(slot)
        if not name.isascii() or not name.isdecimal() or len(name) > 5 or not 1 <= int(name) <= slots:
            raise InvalidInput(f"This attempt has no question {name[:20]}.", field=f"responses.{name[:20]}")
        text = canonical_response(response)
        if len(text) > MAXIMUM_SLOT_LENGTH:
            raise InvalidInput(
                f"The response to question {name} is longer than {MAXIMUM_SLOT_LENGTH} characters. Shorten it.",
                field=f"responses.{name}",
            )
        total += len(text)
        if total > MAXIMUM_BATCH_LENGTH:
            raise InvalidInput("This batch is too large. Send fewer responses at once.", field="responses")
        batch[str(int(name))] = text
    return batch
