"""Putting a message into words in the language of the moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from edu.notifications.kinds import Kind
from edu.notifications.models import Notification


def word_message(*, kind: Kind, context: dict[str, Any], user: Any, url: str) -> tuple[str, str]:
    """Return title and body of a message in the active language."""
    values = {**context, "user": user, "url": url, "base_url": settings.BASE_URL}
    title, _newline, body = render_to_string(f"{kind.template}.txt", values).strip().partition("\n")
    return title, body.strip()


@dataclass(frozen=True, kw_only=True)
class Block:
    """A part of a message's body: a paragraph, or the entries of a list."""

    text: str = ""
    entries: tuple[str, ...] = ()


def split_blocks(body: str) -> Iterator[Block]:
    """Yield the paragraphs and lists of a plain text: blank lines part them, lines that begin with "- " are entries."""
    for is_list, lines in groupby((line.strip() for line in body.splitlines()), key=lambda line: line.startswith("- ")):
        if is_list:
            yield Block(entries=tuple(line[2:].strip() for line in lines))
            continue
        for is_text, part in groupby(lines, key=bool):
            if is_text:
                yield Block(text="\n".join(part))


def word_again(row: Notification, *, kind: Kind | None, user: Any) -> tuple[str, str]:
    """Return title and body of a kept message in the active language: the reader may have changed hers since.

    A message of a kind that is gone keeps the words with which it was sent.
    """
    if kind is None:
        return row.title, row.body
    title, body = word_message(kind=kind, context=row.context, user=user, url=row.url)
    return title[:200], body
