"""Values of foreign files made fit for any database: no NUL, no half surrogate pair, plain JSON types."""

import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MAXIMUM_DEPTH = 40


def storable(value: Any, /, depth: int = 0) -> Any:
    """Return the value as plain JSON whose texts any database keeps; what is nested too deeply becomes text."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if depth < MAXIMUM_DEPTH:
        if isinstance(value, dict):
            return {storable(str(name)): storable(inner, depth + 1) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [storable(inner, depth + 1) for inner in value]
    return _UNSTORABLE.sub("\ufffd", str(value)[:1000])
