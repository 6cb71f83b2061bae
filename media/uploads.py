"""Resumable uploads: announced, sent in pieces that must follow on one another, complete when all bytes are there.

A piece whose offset is not what has arrived so far is refused with that number, so that a client always knows where
to go on. Pieces are objects of the storage; nothing depends on which server took them.
"""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from media.models import Upload

MAX_PIECE_BYTES = 4 * 1024 * 1024
ANSWER_ENDINGS = frozenset(
    [
        "png",
        "jpg",
        "jpeg",
        "webp",
        "heic",
        "pdf",
        "docx",
        "xlsx",
        "pptx",
        "odt",
        "ods",
        "odp",
        "txt",
        "md",
        "csv",
        "mp3",
        "m4a",
        "wav",
        "ogg",
        "opus",
        "mp4",
        "mov",
        "webm",
        "zip",
        "py",
        "java",
        "c",
        "cpp",
        "h",
        "js",
        "ts",
        "sql",
        "ipynb",
        "html",
        "css",
    ]
)
"""What learners may hand in at all; a question takes some of it."""
LIMITS: dict[str, tuple[int, frozenset[str]]] = {
    "video": (4 * 1024**3, frozenset({"mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "wmv", "flv"})),
    "audio": (500 * 1024**2, frozenset({"mp3", "m4a", "wav", "ogg", "flac", "aac"})),
    "document": (100 * 1024**2, frozenset({"pdf", "docx", "pptx", "xlsx", "txt", "zip"})),
    "answer": (200 * 1024**2, ANSWER_ENDINGS),
    "questions": (settings.IMPORT_MAXIMUM_BYTES, frozenset()),
}
"""Purpose -> largest size in bytes, accepted endings; none where whoever reads the file decides by its bytes."""


def begin_upload(*, owner_id: int, purpose: str, file_name: str, size_bytes: int) -> Upload:
    """Announce a file; InvalidInput when its kind or size is not taken."""
    if purpose not in LIMITS:
        raise InvalidInput(_("Unknown purpose of the upload."), field="purpose")
    largest, endings = LIMITS[purpose]
    name = re.sub(r"[\x00-\x1f/\\]", "_", file_name).strip()[-255:]
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if endings and ending not in endings:
        message = _("Files of this kind are not taken. Accepted: %(endings)s.")
        raise InvalidInput(message % {"endings": ", ".join(sorted(endings))}, field="file_name")
    if not 0 < size_bytes <= largest:
        message = _("The file must have between 1 byte and %(largest)s MB.")
        raise InvalidInput(message % {"largest": largest // 1024**2}, field="size_bytes")
    now = now_utc()
    return Upload.objects.create(
        owner_id=owner_id, purpose=purpose, file_name=name, size_bytes=size_bytes, created_at=now, active_at=now
    )


def get_upload(*, public_id: uuid.UUID, owner_id: int) -> Upload:
    """Return the owner's upload; NotFound for everybody else."""
    upload = Upload.objects.filter(public_id=public_id, owner_id=owner_id).first()
    if upload is None:
        raise NotFound(_("There is no such upload."))
    return upload


def append_piece(*, upload: Upload, offset: int, data: bytes) -> Upload:
    """Add the bytes at `offset`; a Conflict with code `wrong_offset` tells where to go on (`upload.received_bytes`).

    A piece that arrived already is answered as success, so that a lost answer does no harm. At most MAX_PIECE_BYTES.
    """
    if not data or len(data) > MAX_PIECE_BYTES:
        message = _("A piece has between 1 byte and %(largest)s MB.")
        raise InvalidInput(message % {"largest": MAX_PIECE_BYTES // 1024**2})
    upload.refresh_from_db()
    if offset + len(data) <= upload.received_bytes:
        return upload
    if upload.state != Upload.State.OPEN or offset != upload.received_bytes:
        message = _("The next piece begins at byte %(offset)s.")
        raise Conflict(message % {"offset": upload.received_bytes}, code="wrong_offset")
    end = offset + len(data)
    if end > upload.size_bytes:
        message = _("More bytes arrived than were announced. Begin the upload again.")
        raise InvalidInput(message, code="too_many_bytes")
    name = default_storage.save(f"incoming/{upload.public_id}/{offset:012d}", ContentFile(data))
    state = Upload.State.COMPLETE if end == upload.size_bytes else Upload.State.OPEN
    taken = Upload.objects.filter(pk=upload.pk, received_bytes=offset, state=Upload.State.OPEN).update(
        received_bytes=end, pieces=[*upload.pieces, name], state=state, active_at=now_utc()
    )
    if not taken:
        default_storage.delete(name)
    upload.refresh_from_db()
    return upload


def iterate_bytes(*, upload: Upload) -> Iterator[bytes]:
    """Yield the bytes of an upload in order."""
    for name in upload.pieces:
        with default_storage.open(name) as file:
            yield from file.chunks()


def write_pieces(*, upload: Upload, target: Path) -> None:
    """Write the whole upload to a local file."""
    with target.open("wb") as file:
        for data in iterate_bytes(upload=upload):
            file.write(data)


def remove_pieces(*, upload: Upload) -> None:
    """Remove the pieces from the storage."""
    for name in upload.pieces:
        default_storage.delete(name)
    Upload.objects.filter(pk=upload.pk).update(pieces=[], state=Upload.State.ABANDONED)
