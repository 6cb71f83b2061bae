"""Responses from a plain form post: what the exam room and practice send when no script runs. For views of this app."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class PostedForm(Protocol):
    """The two readings of a posted form that are needed here (Django's QueryDict has them)."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the last value of a field."""

    def getlist(self, key: str) -> list[str]:
        """Return all values of a field."""


def response_from_form(*, type: str, content: Mapping[str, Any], form: PostedForm, name: str) -> Any:
    """Return the raw response to a question whose fields begin with `name`; None where nothing was answered.

    The value is untrusted: the type's own reading checks it when it is stored or graded.
    """
    if type in {"fill_blank", "cloze"}:
        entries = content.get("gaps" if type == "cloze" else "blanks", ())
        several = [entry["id"] for entry in entries if entry.get("kind") == "choices"]
        single = _mapping(form, name, [entry["id"] for entry in entries if entry["id"] not in several])
        lists = {id_: form.getlist(f"{name}.{id_}") for id_ in several}
        return (single or {}) | {id_: chosen for id_, chosen in lists.items() if chosen} or None
    if type == "matching":
        return _mapping(form, name, [item["id"] for item in content["left"]])
    if type == "categorisation":
        return _mapping(form, name, [item["id"] for item in content["items"]])
    if type == "ordering":
        return _order(form, name, [item["id"] for item in content["items"]])
    if type == "multiple_choice":
        return form.getlist(name) or None
    if type == "material":
        parts = {
            entry["id"]: response_from_form(
                type=entry["type"], content=entry["content"], form=form, name=f"{name}.{entry['id']}"
            )
            for entry in content["questions"]
        }
        return {id_: value for id_, value in parts.items() if value is not None} or None
    value = form.get(name)
    if type == "true_false":
        return {"true": True, "false": False}.get(value or "")
    return value or None


def _mapping(form: PostedForm, name: str, ids: Sequence[str]) -> dict[str, str] | None:
    given = {id_: form.get(f"{name}.{id_}") or "" for id_ in ids}
    return {id_: value for id_, value in given.items() if value} or None


def _order(form: PostedForm, name: str, ids: Sequence[str]) -> list[str] | None:
    """Return the items by the number chosen beside each; equal numbers keep the printed order, none is a blank."""
    numbers = {id_: form.get(f"{name}.{id_}") or "" for id_ in ids}
    if not any(numbers.values()):
        return None
    return sorted(ids, key=lambda id_: int(numbers[id_]) if numbers[id_].isdecimal() else len(ids) + 1)
