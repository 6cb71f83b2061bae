"""Collecting translatable text from Python and templates, a room at a time, with nothing but Python.

A room's catalogue is locale/<room>/zh_Hans/LC_MESSAGES/django.po. All catalogues are merged when the site runs, so a
text that two rooms share needs one translation only.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
_CALL = re.compile(r"\b(n?p?gettext|_)\(")


@dataclass(frozen=True, order=True)
class Message:
    """One text to translate; `plural` and `context` are empty where there is none."""

    text: str
    plural: str = ""
    context: str = ""

    @property
    def id(self) -> str | tuple[str, str]:
        """Return the id as catalogues keep it."""
        return (self.text, self.plural) if self.plural else self.text


def from_call(name: str, strings: list[str]) -> Message | None:
    """Return the message of a call by its function's name and leading constant strings; None when they do not fit."""
    if name in PLAIN and strings:
        return Message(strings[0])
    if name in PLURAL and len(strings) >= 2:
        return Message(strings[0], plural=strings[1])
    if name in CONTEXT and len(strings) >= 2:
        return Message(strings[1], context=strings[0])
    if name in CONTEXT_PLURAL and len(strings) >= 3:
        return Message(strings[1], plural=strings[2], context=strings[0])
    return None


def _leading_strings(call: ast.Call) -> list[str]:
    strings: list[str] = []
    for argument in call.args:
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            break
        strings.append(argument.value)
    return strings


def from_python(source: str) -> Iterator[Message]:
    """Yield the messages of a Python file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            message = from_call(name, _leading_strings(node))
            if message is not None and message.text:
                yield message


def from_template(source: str) -> Iterator[Message]:
    """Yield the messages of a template."""
    text = templatize(source)
    for match in _CALL.finditer(text):
        call = _balanced(text, match.start())
        try:
            node = ast.parse(call, mode="eval").body
        except SyntaxError:
            continue
        if isinstance(node, ast.Call):
            message = from_call(match.group(1), _leading_strings(node))
            if message is not None and message.text:
                yield message


def _balanced(text: str, start: int) -> str:
    """Return the call that begins at `start`, up to its closing parenthesis outside quotes."""
    depth, quote, index = 0, "", text.index("(", start)
    while index < len(text):
        sign = text[index]
        if quote:
            if sign == "\\":
                index += 1
            elif sign == quote:
                quote = ""
        elif sign in "'\"":
            quote = sign
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                return text[start : index + 1]
        index += 1
    return ""


def room_files(*, base: Path, room: str, rooms: tuple[str, ...]) -> Iterator[Path]:
    """Yield the Python files and templates of a room; templates of no other room belong to edu."""
    for path in sorted((base / room).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path
    for folder in sorted((base / "templates").iterdir()):
        owner = folder.name if folder.is_dir() and folder.name in rooms else "edu"
        if owner == room:
            yield from [folder] if folder.is_file() else sorted(folder.rglob("*.*"))


def collect(*, base: Path, room: str, rooms: tuple[str, ...]) -> dict[Message, list[str]]:
    """Return every message of a room with the files it stands in."""
    found: dict[Message, list[str]] = {}
    for path in room_files(base=base, room=room, rooms=rooms):
        if path.suffix not in {".py", ".html", ".txt"}:
            continue
        source = path.read_text(encoding="utf-8")
        for message in from_python(source) if path.suffix == ".py" else from_template(source):
            found.setdefault(message, []).append(str(path.relative_to(base)))
    return found


def read_catalogue(path: Path) -> Catalog:
    """Return a catalogue; an empty one when the file does not exist."""
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def translated(catalogue: Catalog) -> set[tuple[str, str]]:
    """Return (context, text) of everything in the catalogue that is translated and not fuzzy."""
    done: set[tuple[str, str]] = set()
    for entry in catalogue:
        if not entry.id or entry.fuzzy:
            continue
        strings = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
        if any(strings):
            text = entry.id[0] if isinstance(entry.id, tuple | list) else entry.id
            done.add((entry.context or "", text))
    return done


def add_missing(*, base: Path, room: str, rooms: tuple[str, ...]) -> int:
    """Add the room's messages that no catalogue has to its own, untranslated; return how many."""
    paths = {name: base / "locale" / name / "zh_Hans" / "LC_MESSAGES" / "django.po" for name in rooms}
    known = {
        (entry.context or "", entry.id[0] if isinstance(entry.id, tuple | list) else entry.id)
        for path in paths.values()
        for entry in read_catalogue(path)
        if entry.id
    }
    missing = [
        (message, files)
        for message, files in sorted(collect(base=base, room=room, rooms=rooms).items())
        if (message.context, message.text) not in known
    ]
    if missing:
        catalogue = read_catalogue(paths[room])
        for message, files in missing:
            catalogue.add(
                message.id,
                locations=[(name, 0) for name in dict.fromkeys(files)],
                context=message.context or None,
                flags=("python-format",) if re.search(r"%\(\w+\)[sd]", message.text) else (),
            )
        paths[room].parent.mkdir(parents=True, exist_ok=True)
        with paths[room].open("wb") as file:
            write_po(file, catalogue, include_lineno=False, width=110)
    return len(missing)
