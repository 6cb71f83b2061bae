"""Pictures and sounds of records: on the way in `attachment:<name>` becomes `asset:<uuid>`, on the way out back."""

import html
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from edu.core.errors import DomainError
from exams.interchange.formats.base import Attachment, Remark, gettext_noop
from exams.richtext import ASSET
from media.queries import read_illustration
from media.services import UnusableIllustration, keep_illustration

MISSING = gettext_noop("The picture or sound is not in the file.")
REMOTE = gettext_noop("A picture or sound lies on another site and stays there; upload it, so that it does not vanish.")
GONE = gettext_noop("A picture or sound is not there any more.")

_SOURCE = re.compile(r"""(\bsrc\s*=\s*)(["'])attachment:([^"'<>]*)\2""", re.IGNORECASE)
_REMOTE = re.compile(r"""<(?:img|audio|source)\b[^<>]*\bsrc\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE)


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value) if "attachment:" in value or "asset:" in value else value
    if isinstance(value, dict):
        return {name: _walk(inner, change) for name, inner in value.items()}
    return [_walk(inner, change) for inner in value] if isinstance(value, list | tuple) else value


def keep_attachments(
    record: Mapping[str, Any], attachments: Sequence[Attachment], *, owner_id: int | None
) -> tuple[dict[str, Any], list[Remark], list[Remark]]:
    """Store the attachments that the record names and return it with their ids, with problems and doubts.

    A picture that is none, is too large or is missing is a problem; one that lies elsewhere a doubt.
    """
    text = str(record)
    doubts = [Remark(row=0, field="content", text=REMOTE)] if "//" in text and _REMOTE.search(text) else []
    if "attachment:" not in text:
        return dict(record), [], doubts
    by_name = {attachment.name: attachment for attachment in attachments}
    ids: dict[str, str] = {}
    problems: list[Remark] = []

    def id_of(raw: str) -> str:
        if raw in ids:
            return ids[raw]
        spelled = (raw, html.unescape(raw), unquote(raw), unquote(html.unescape(raw)))
        found = next((by_name[name] for name in spelled if name in by_name), None)
        ids[raw] = ""
        if found is None:
            problems.append(Remark(row=0, field=raw[:80], text=MISSING))
            return ""
        try:
            kept = keep_illustration(data=found.data, file_name=found.name, owner_id=owner_id)
            ids[raw] = f"asset:{kept}"
        except UnusableIllustration as error:
            problems.append(Remark(row=0, field=raw[:80], text=error.message))
        return ids[raw]

    def change(value: str) -> str:
        if value.startswith("attachment:") and "<" not in value:
            return id_of(value.removeprefix("attachment:"))
        return _SOURCE.sub(lambda found: f"{found[1]}{found[2]}{id_of(found[3])}{found[2]}", value)

    return _walk(dict(record), change), problems, doubts


def take_out(record: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Attachment, ...], list[Remark]]:
    """Return a record of ours as it travels: `asset:<uuid>` becomes `attachment:<name>` with its bytes beside it."""
    names: dict[str, str] = {}
    attachments: list[Attachment] = []
    problems: list[Remark] = []

    def name_of(public_id: str) -> str:
        if public_id not in names:
            try:
                file_name, data = read_illustration(uuid.UUID(public_id))
            except (DomainError, OSError):
                problems.append(Remark(row=0, field="content", text=GONE))
                names[public_id] = public_id
            else:
                plain = re.sub(r"[^\w.-]+", "_", file_name).strip("._")[-60:] or "file"
                taken = set(names.values())
                names[public_id] = plain if plain not in taken else f"{len(names)}-{plain}"
                attachments.append(Attachment(name=names[public_id], data=data))
        return names[public_id]

    changed = _walk(dict(record), lambda value: ASSET.sub(lambda found: f"attachment:{name_of(found[1])}", value))
    return changed, tuple(attachments), problems
