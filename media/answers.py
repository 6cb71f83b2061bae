"""Files that learners hand in: kept as they came once their bytes fit their name, opened for whoever the caller lets
in."""

import tempfile
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any

import filetype
from django.core.files import File
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from media.models import Asset, Upload
from media.uploads import LIMITS, MAX_PIECE_BYTES, begin_upload, get_upload, iterate_bytes, remove_pieces

SHOWN = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
"""What a browser may show in a page of its own; everything else is saved."""
TEXTS = frozenset(["txt", "md", "csv", "py", "java", "c", "cpp", "h", "js", "ts", "sql", "ipynb", "html", "css"])
_FAMILIES = {
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp", "zip"), "zip"),
    **dict.fromkeys(("jpg", "jpeg"), "jpg"),
    **dict.fromkeys(("ogg", "opus"), "ogg"),
    **dict.fromkeys(("mp4", "mov", "m4a", "heic"), "iso"),
    **dict.fromkeys(("webm", "mkv"), "webm"),
}
"""Endings whose first bytes look alike."""


@dataclass(frozen=True, kw_only=True)
class UploadStatus:
    """Where an upload stands, and how to go on with it."""

    id: uuid.UUID
    url: str
    state: str
    received_bytes: int
    size_bytes: int
    piece_bytes: int


@dataclass(frozen=True, kw_only=True)
class KeptAnswer:
    """A file that was kept."""

    asset_id: uuid.UUID
    file_name: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class OpenedAnswer:
    """A kept file, open for reading; `is_shown` when a browser may show it instead of saving it."""

    file: File
    file_name: str
    content_type: str
    is_shown: bool


def begin_answer(*, owner_id: int, file_name: str, size_bytes: int) -> UploadStatus:
    """Announce a file of a learner; InvalidInput when its kind or size is never taken. What this question takes, the
    caller has checked."""
    upload = begin_upload(owner_id=owner_id, purpose="answer", file_name=file_name, size_bytes=size_bytes)
    return UploadStatus(
        id=upload.public_id,
        url=reverse("media:upload", args=[upload.public_id]),
        state=upload.state,
        received_bytes=upload.received_bytes,
        size_bytes=upload.size_bytes,
        piece_bytes=MAX_PIECE_BYTES,
    )


def keep_answer(*, upload_id: uuid.UUID, owner_id: int) -> KeptAnswer:
    """Keep the owner's finished upload; NotFound for others', InvalidInput while bytes lack or do not fit the name."""
    upload = get_upload(public_id=upload_id, owner_id=owner_id)
    if upload.state != Upload.State.COMPLETE or upload.purpose != "answer":
        raise InvalidInput(_("The file has not arrived completely."), code="upload_not_complete")
    kept = _keep(iterate_bytes(upload=upload), file_name=upload.file_name, owner_id=owner_id)
    remove_pieces(upload=upload)
    return kept


def keep_posted_answer(*, file: Any, owner_id: int) -> KeptAnswer:
    """Keep a file that a form brought (Django's UploadedFile); InvalidInput when its kind or size is never taken."""
    largest, endings = LIMITS["answer"]
    if _ending(file.name) not in endings or not 0 < file.size <= largest:
        raise InvalidInput(_("This file is not taken."), field="file")
    return _keep(file.chunks(), file_name=file.name, owner_id=owner_id)


def _ending(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def _keep(pieces: Iterable[bytes], *, file_name: str, owner_id: int) -> KeptAnswer:
    ending = _ending(file_name)
    with tempfile.TemporaryFile() as whole:
        for piece in pieces:
            whole.write(piece)
        size = whole.tell()
        _check_bytes(whole, ending)
        whole.seek(0)
        name = default_storage.save(f"answers/{uuid.uuid4()}.{ending}", File(whole))
    asset = Asset.objects.create(
        kind=Asset.Kind.ANSWER,
        title=file_name[-200:],
        file_name=file_name[-255:],
        storage_name=name,
        content_type=SHOWN.get(ending, "application/octet-stream"),
        size_bytes=size,
        owner_id=owner_id,
        created_at=now_utc(),
    )
    return KeptAnswer(asset_id=asset.public_id, file_name=asset.file_name, size_bytes=size)


def _check_bytes(whole: IO[bytes], ending: str) -> None:
    """Refuse a file whose first bytes are of another kind than its name says."""
    whole.seek(0)
    head = whole.read(8192)
    guessed = filetype.guess(head)
    if ending in TEXTS:
        fits = guessed is None and (b"\x00" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"))
    else:
        found = guessed.extension if guessed else ""
        fits = _FAMILIES.get(found, found) == _FAMILIES.get(ending, ending)
    if not fits:
        message = _("The file is not what its name says. Save it again and upload the new file.")
        raise InvalidInput(message, field="file", code="wrong_kind")


def open_answer(*, asset_id: uuid.UUID) -> OpenedAnswer:
    """Open a kept file; whether this reader may, the caller has asked. NotFound."""
    row = Asset.objects.filter(public_id=asset_id, kind=Asset.Kind.ANSWER).first()
    if row is None:
        raise NotFound(_("There is no such file."))
    return OpenedAnswer(
        file=default_storage.open(row.storage_name),
        file_name=row.file_name,
        content_type=row.content_type,
        is_shown=row.content_type != "application/octet-stream",
    )
