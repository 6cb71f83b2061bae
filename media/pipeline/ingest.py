"""Taking a film in: from a finished upload, or from slides."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from edu.jobs.services import enqueue
from media.models import Upload, Video


def ingest_upload(*, upload: Upload, title: str, language: str) -> Video:
    """Make a video of a complete upload and queue its transcoding; Conflict when the upload is not complete."""
    with transaction.atomic():
        used = Upload.objects.filter(pk=upload.pk, state=Upload.State.COMPLETE).update(state=Upload.State.USED)
        if not used:
            message = _("The file has not arrived completely, or was used already.")
            raise Conflict(message, code="upload_not_complete")
        video = Video.objects.create(
            title=title or upload.file_name,
            owner_id=upload.owner_id,
            upload=upload,
            language=language,
            created_at=now_utc(),
        )
        queue_transcoding(video=video)
    return video


def ingest_slides(*, title: str, slides: list[dict[str, Any]], language: str, owner_id: int | None) -> Video:
    """Make a video of slides (title, lines, narration, seconds 1 to 120) and queue its making and transcoding."""
    if not slides:
        message = "A film needs at least one slide."
        raise InvalidInput(message, field="slides")
    for slide in slides:
        if not 1 <= float(slide.get("seconds", 0)) <= 120:
            message = "A slide is shown for 1 to 120 seconds."
            raise InvalidInput(message, field="seconds")
    with transaction.atomic():
        video = Video.objects.create(
            title=title, owner_id=owner_id, slides=slides, language=language, created_at=now_utc()
        )
        queue_transcoding(video=video)
    return video


def queue_transcoding(*, video: Video) -> None:
    """Queue the job that makes the ladder."""
    job = enqueue(
        kind="media.transcode",
        arguments={"video_id": video.pk},
        owner_id=video.owner_id,
        title=video.title,
    )
    Video.objects.filter(pk=video.pk).update(job_id=job.pk, state=Video.State.WAITING, error="")
