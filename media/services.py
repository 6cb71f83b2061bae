"""Writes of the media room for other rooms."""

import tempfile
import uuid
from typing import Any

import filetype
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from media.answers import KeptAnswer, UploadStatus, begin_answer, keep_answer, keep_posted_answer
from media.domain.captions import UnreadableCaptions, read_captions, write_vtt
from media.illustrations import UnusableIllustration, keep_illustration, remove_illustrations
from media.models import Asset, CaptionTrack, Upload, Video
from media.pipeline.ingest import ingest_slides, ingest_upload, queue_transcoding
from media.uploads import get_upload, iterate_bytes, remove_pieces

__all__ = [
    "KeptAnswer",
    "UnusableIllustration",
    "UploadStatus",
    "asset_from_upload",
    "begin_answer",
    "keep_answer",
    "keep_illustration",
    "keep_posted_answer",
    "make_asset",
    "remove_illustrations",
    "set_captions",
    "store_upload",
    "transcode_again",
    "video_from_slides",
    "video_from_upload",
]


def video_from_slides(*, title: str, slides: list[dict[str, Any]], language: str, owner_id: int | None) -> int:
    """Make a film of slides (title, lines, narration, seconds); return its id. It is drawn and transcoded by a job."""
    return ingest_slides(title=title, slides=slides, language=language, owner_id=owner_id).pk


def video_from_upload(*, upload_public_id: uuid.UUID, owner_id: int, title: str, language: str) -> int:
    """Make a film of the owner's finished upload; return its id. NotFound, Conflict as the upload stands."""
    upload = get_upload(public_id=upload_public_id, owner_id=owner_id)
    return ingest_upload(upload=upload, title=title, language=language).pk


def transcode_again(*, video_id: int) -> None:
    """Queue a film that failed once more."""
    with transaction.atomic():
        queue_transcoding(video=Video.objects.get(pk=video_id))


def set_captions(*, video_id: int, language: str, text: str) -> None:
    """Set the captions of one language from .srt or .vtt text; InvalidInput names the line that is wrong."""
    try:
        cues = read_captions(text)
    except UnreadableCaptions as error:
        text = gettext(error.text)
        raise InvalidInput(text % error.values if error.values else text, field="captions") from error
    CaptionTrack.objects.update_or_create(video_id=video_id, language=language, defaults={"vtt": write_vtt(cues)})


def make_asset(*, kind: str, title: str, file_name: str, data: bytes, owner_id: int | None) -> int:
    """Store a document or sound; return its id. InvalidInput when the first bytes do not fit the name's ending."""
    ending = file_name.rsplit(".", 1)[-1].lower() if "." in file_name else ""
    guessed = filetype.guess(data[:8192])
    if ending == "txt":
        content_type = "text/plain; charset=utf-8"
    elif guessed is None or (
        guessed.extension != ending and not (guessed.extension == "zip" and ending in {"docx", "pptx", "xlsx"})
    ):
        message = _("The file is not what its name says. Save it again and upload the new file.")
        raise InvalidInput(message, field="file")
    else:
        content_type = guessed.mime
    name = default_storage.save(f"assets/{uuid.uuid4()}.{ending}", ContentFile(data))
    return Asset.objects.create(
        kind=kind,
        title=title[:200],
        file_name=file_name[-255:],
        storage_name=name,
        content_type=content_type,
        size_bytes=len(data),
        owner_id=owner_id,
        created_at=now_utc(),
    ).pk


def asset_from_upload(*, upload_public_id: uuid.UUID, owner_id: int, title: str) -> int:
    """Make a document or sound of the owner's finished upload; return its id."""
    upload = get_upload(public_id=upload_public_id, owner_id=owner_id)
    if upload.state != Upload.State.COMPLETE:
        raise InvalidInput(_("The file has not arrived completely."), code="upload_not_complete")
    kind = Asset.Kind.AUDIO if upload.purpose == "audio" else Asset.Kind.DOCUMENT
    asset_id = make_asset(
        kind=kind,
        title=title or upload.file_name,
        file_name=upload.file_name,
        data=b"".join(iterate_bytes(upload=upload)),
        owner_id=owner_id,
    )
    remove_pieces(upload=upload)
    return asset_id


def store_upload(*, upload_public_id: uuid.UUID, owner_id: int, purpose: str, folder: str) -> tuple[str, str]:
    """Put the owner's finished upload into one file of the storage; return that file's name and the name the file had.

    NotFound when it is not hers or was meant for something else, InvalidInput while bytes are missing.
    """
    upload = get_upload(public_id=upload_public_id, owner_id=owner_id)
    if upload.purpose != purpose:
        raise NotFound(_("There is no such upload."))
    if upload.state != Upload.State.COMPLETE:
        raise InvalidInput(_("The file has not arrived completely."), code="upload_not_complete")
    with tempfile.NamedTemporaryFile() as target:
        for piece in iterate_bytes(upload=upload):
            target.write(piece)
        target.seek(0)
        name = default_storage.save(f"{folder}/{uuid.uuid4()}", File(target))
    remove_pieces(upload=upload)
    return name, upload.file_name
