"""Which fields of a JSON object make it a question, whatever another program calls them. Pure; for `foreign_json`."""

import re
from collections.abc import Mapping
from typing import Any

from exams.interchange.formats.question_vocabulary import TYPE_HINTS, column_of, folded
from exams.interchange.formats.rich_line import storable

_SHORT = {
    "options": ("o", "os", "opts", "ops", "c", "choices"),
    "answer": ("ans", "correct", "a"),
    "type": ("t",),
    "explanation": ("e", "ex", "exp"),
}


WRONG = ("incorrectanswers", "incorrectanswer", "wronganswers", "wronganswer", "distractors", "incorrect", "wrong")


_TITLES = ("chapter", "chaptername", "章节", "章", "section", "name", "title", "keywords", "keyword", "subject", "unit")


def keys_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the field names of an object by the column they stand for; the better name wins."""
    keys: dict[str, str] = {}
    for name in entry:
        column = column_of(str(name))
        if column and text_of(entry[name]) == "" and column in keys:
            continue
        if column and (
            column not in keys
            or text_of(entry[keys[column]]) == ""
            or folded(name) in ("question", "题干", "stem", "answer", "答案", "type")
        ):
            keys[column] = str(name)
    if "stem" not in keys and (short := _short_keys(entry)):
        keys = {column: name for column, name in keys.items() if name not in short.values()} | short
    items = entry.get("items")
    if "options" not in keys and isinstance(items, list) and len(items) > 1 and all(_is_option(one) for one in items):
        keys["options"] = "items"
    return keys


def _short_keys(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of an object that shortens their names to letters (q, o, a); empty for any other."""
    names = {folded(str(name)): str(name) for name in entry}
    if "q" not in names or not isinstance(entry[names["q"]], str):
        return {}
    short = {"stem": names["q"]}
    for column, spelled in _SHORT.items():
        found = next((names[one] for one in spelled if one in names), None)
        if found is not None and not (found.lower() == "a" and "b" in names):
            short[column] = found
    return short


def _is_option(value: Any) -> bool:
    return isinstance(value, dict) and bool(re.fullmatch(r"[A-Z]", str(value.get("prefix", ""))))


def is_question(entry: Mapping[str, Any]) -> bool:
    """Tell whether an object is a question: a text, and an answer or options."""
    keys = keys_of(entry)
    stem = entry.get(keys.get("stem", ""))
    has_text = isinstance(stem, str)
    return has_text and bool({"answer", "options", "option_a"} & set(keys))


def title_of(entry: Mapping[str, Any]) -> str:
    """Return what an object that holds questions calls itself; empty where it has no name."""
    for name, value in entry.items():
        if folded(str(name)) in _TITLES and isinstance(value, str) and value.strip():
            return value.strip()
    kind = entry.get("type")
    return kind.strip() if isinstance(kind, str) and folded(kind) not in TYPE_HINTS else ""


def text_of(value: Any) -> str:
    """Return a value as text; a list one entry a line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(text_of(one) for one in value)
    if isinstance(value, dict):
        return next((text_of(one) for name, one in value.items() if column_of(str(name)) == "stem"), "")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return storable(str(value)).strip()
