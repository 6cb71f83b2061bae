"""What is said about a question while it is read, and the files it brings along."""

import base64
import binascii
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from exams.interchange.formats.base import Attachment, Remark, Values, gettext_noop

_MISSING = gettext_noop("The file %(name)s is not in the package.")
_REMOTE = gettext_noop("%(name)s lies on another server; it may be gone one day.")
_UNSAFE = re.compile(r"[^\w.\-]+")
MAXIMUM_NAME = 80


@dataclass
class Notes:
    """Losses and doubts about one question, each said once."""

    losses: dict[tuple[str, str], Values] = field(default_factory=dict)
    doubts: dict[tuple[str, str], Values] = field(default_factory=dict)

    def lose(self, text: str, /, **values: str | int) -> None:
        """Say that something is lost."""
        self.losses.setdefault((text, str(sorted(values.items()))), values)

    def doubt(self, text: str, /, **values: str | int) -> None:
        """Say that something was guessed."""
        self.doubts.setdefault((text, str(sorted(values.items()))), values)

    def loss_remarks(self, row: int, file: str) -> tuple[Remark, ...]:
        """Return the losses as remarks on a row."""
        return _remarks(self.losses, row, file)

    def doubt_remarks(self, row: int, file: str) -> tuple[Remark, ...]:
        """Return the doubts as remarks on a row."""
        return _remarks(self.doubts, row, file)


def _remarks(said: dict[tuple[str, str], Values], row: int, file: str) -> tuple[Remark, ...]:
    return tuple(Remark(row=row, field="", text=text, values=values, file=file) for (text, _), values in said.items())


@dataclass
class Assets:
    """Finds the pictures and sounds that a question names. `read` returns the bytes of a member of the package, by its
    path, None when there is none; `base` is the folder of the question in it."""

    notes: Notes
    read: Callable[[str], bytes | None] = lambda path: None
    base: str = ""
    found: dict[str, Attachment] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def address(self, source: str) -> str:
        """Return what the rich text names: attachment:NAME, a remote address, or nothing when the file is missing."""
        source = source.strip()
        if source.startswith("data:"):
            return self._embedded(source)
        parts = urlsplit(source) if "[" not in source else urlsplit("")
        if parts.scheme in ("http", "https") or source.startswith("//"):
            self.notes.doubt(_REMOTE, name=source[:120])
            return source if parts.scheme else f"https:{source}"
        for path in self.candidates(source):
            if path in self.names:
                return f"attachment:{self.names[path]}"
            data = self.read(path)
            if data is not None:
                return self._keep(path, data)
        self.notes.lose(_MISSING, name=source[:120])
        return ""

    def candidates(self, source: str) -> list[str]:
        """Return where in the package a file may lie, the likeliest place first."""
        plain = unquote(source.split("?", 1)[0].split("#", 1)[0])
        for prefix in ("$IMS-CC-FILEBASE$", "$IMS_CC_FILEBASE$", "%24IMS-CC-FILEBASE%24", "$IMS_CC_FILE_BASE$"):
            if plain.startswith(prefix):
                plain = plain.removeprefix(prefix).lstrip("/")
                return [clean_path(plain), clean_path(f"web_resources/{plain}"), clean_path(f"{self.base}/{plain}")]
        return [clean_path(f"{self.base}/{plain}"), clean_path(plain)]

    def _embedded(self, source: str) -> str:
        head, _, body = source.partition(",")
        ending = re.sub(r"[^a-z0-9]", "", head[5:].split(";")[0].rpartition("/")[2].split("+")[0].lower())[:5]
        try:
            data = base64.b64decode(body, validate=False) if ";base64" in head else unquote(body).encode()
        except (binascii.Error, ValueError):
            self.notes.lose(_MISSING, name=source[:40])
            return ""
        return self._keep(f"picture.{ending or 'bin'}", data)

    def _keep(self, path: str, data: bytes) -> str:
        base = _UNSAFE.sub("-", posixpath.basename(path))[-MAXIMUM_NAME:].lstrip(".-") or "file"
        name, number = base, 1
        while name in self.found and self.found[name].data != data:
            number += 1
            name = f"{number}-{base}"
        self.found[name] = Attachment(name=name, data=data)
        self.names[path] = name
        return f"attachment:{name}"


def clean_path(path: str) -> str:
    """Return a path within a package, without any way out of it."""
    return posixpath.normpath("/" + path.replace("\\", "/")).lstrip("/")
