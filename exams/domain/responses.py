"""Reading responses from an untrusted browser: each function returns a clean value, or None for a blank, or
raises.

Where an exam or a practice asks how certain the learner is, the response of a slot is wrapped:
`{"$certainty": 1 | 2 | 3, "$response": <the response as its type has it>}`. No part of a question can have such a name
(ids have no `$`), so a response is wrapped or not without doubt, and one that was stored without a certainty is read as
it always was. A blank is never wrapped.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from exams.domain.certainty import LEVELS
from exams.domain.errors import InvalidResponse
from exams.domain.schema import UNSTORABLE

MAXIMUM_LENGTH = 20_000
CERTAINTY, WRAPPED = "$certainty", "$response"
"""The names of a wrapped response."""


def split_certainty(raw: Any, /) -> tuple[Any, int | None]:
    """Return the response as its type has it, and the certainty said with it (1, 2 or 3; None where none was);
    InvalidResponse for a wrapper that is broken."""
    if not isinstance(raw, Mapping) or not ({CERTAINTY, WRAPPED} & set(raw)):
        return raw, None
    certainty = raw.get(CERTAINTY)
    if set(raw) != {CERTAINTY, WRAPPED} or isinstance(certainty, bool) or certainty not in LEVELS:
        raise InvalidResponse("The certainty of a response is 1, 2 or 3.")
    return raw[WRAPPED], int(certainty)


def with_certainty(raw: Any, certainty: int | None, /) -> Any:
    """Return a response with the certainty said with it; a blank and one without a certainty as it is."""
    is_blank = raw is None or raw in ("", [], {})
    return raw if is_blank or certainty is None else {CERTAINTY: certainty, WRAPPED: raw}


def posted_certainty(form: "PostedForm", name: str, /) -> int | None:
    """Return the certainty chosen in a posted form for the question whose fields begin with `name`."""
    given = form.get(f"{name}~certainty") or ""
    return int(given) if given in {str(level) for level in LEVELS} else None


def checked_text(raw: object, /, *, field: str | None = None) -> str | None:
    """Return a text as typed, None when nothing but space; InvalidResponse for another type, NUL, half
    surrogates or 20,000 +."""
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise InvalidResponse("The response must be text.", field=field)
    if len(raw) > MAXIMUM_LENGTH:
        raise InvalidResponse(f"The response is longer than {MAXIMUM_LENGTH} characters.", field=field)
    if UNSTORABLE.search(raw):
        raise InvalidResponse("The response contains characters that cannot be stored.", field=field)
    return raw if raw.strip() else None


def checked_id(raw: object, /, *, known: Collection[str], field: str | None = None) -> str | None:
    """Return an id that the question has, None for a blank."""
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str):
        raise InvalidResponse("The response must be the id of an option.", field=field)
    if raw not in known:
        raise InvalidResponse("The response names an option that the question does not have.", field=field)
    return raw


def checked_ids(raw: object, /, *, known: Collection[str]) -> tuple[str, ...] | None:
    """Return different ids that the question has, in the order given; None for a blank."""
    if raw is None or raw == "" or raw == []:
        return None
    if not isinstance(raw, list | tuple):
        raise InvalidResponse("The response must be a list of option ids.")
    if len(raw) > len(known):
        raise InvalidResponse("The response names more options than the question has.")
    ids = []
    for item in raw:
        id_ = checked_id(item, known=known)
        if id_ is None:
            raise InvalidResponse("The response must be a list of option ids.")
        ids.append(id_)
    if len(set(ids)) != len(ids):
        raise InvalidResponse("The response names an option twice.")
    return tuple(ids)


def checked_mapping(raw: object, /, *, known: Collection[str]) -> Mapping[str, Any] | None:
    """Return a JSON object whose keys the question has, None for a blank; the values are still raw."""
    if raw is None or raw == "" or raw == {}:
        return None
    if not isinstance(raw, Mapping):
        raise InvalidResponse("The response must be an object with one entry for each part.")
    if any(not isinstance(key, str) or key not in known for key in raw):
        raise InvalidResponse("The response names a part that the question does not have.")
    return raw


def checked_assignment(raw: object, /, *, known: Collection[str], targets: Collection[str]) -> dict[str, str] | None:
    """Return which target each part was given, without those left open; None when all are."""
    entries = checked_mapping(raw, known=known) or {}
    chosen = {key: checked_id(value, known=targets, field=key) for key, value in entries.items()}
    return {key: chosen[key] or "" for key in known if chosen.get(key)} or None


class PostedForm(Protocol):
    """The two readings of a posted form that are needed here (Django's QueryDict has them)."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the last value of a field."""

    def getlist(self, key: str) -> list[str]:
        """Return all values of a field."""


def posted_value(form: PostedForm, name: str, /) -> str | None:
    """Return the text or the choice in one field; None for nothing."""
    return form.get(name) or None


def posted_map(form: PostedForm, name: str, ids: Iterable[str], /) -> dict[str, str] | None:
    """Return what stands in the fields `name.id`, by id; None where all are empty."""
    given = {id_: form.get(f"{name}.{id_}") or "" for id_ in ids}
    return {id_: value for id_, value in given.items() if value} or None


def posted_order(form: PostedForm, name: str, ids: Sequence[str], /) -> list[str] | None:
    """Return the items by the number chosen beside each; equal numbers keep the printed order, none is a blank."""
    numbers = {id_: form.get(f"{name}.{id_}") or "" for id_ in ids}
    if not any(numbers.values()):
        return None
    return sorted(ids, key=lambda id_: int(numbers[id_]) if numbers[id_].isdecimal() else len(ids) + 1)
