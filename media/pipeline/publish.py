"""Publishing a ladder: files into the storage under a new name first, then one UPDATE that makes it the film's."""

import uuid
from collections.abc import Sequence
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from edu.core.clock import now_utc
from edu.events.publish import publish
from edu.events.types import VideoPublished
from media.domain.ladder import Rung
from media.domain.probe import Probe
from media.models import Video

KEY_PLACEHOLDER = "jinbang-stream-key"
"""Stands in stored playlists where each viewer's own key address is set when they are served."""


def publish_stream(
    *, video: Video, folder: Path, poster: Path, facts: Probe, rungs: Sequence[Rung], key: bytes
) -> None:
    """Store the ladder under a fresh folder and point the video at it; what it had before is removed afterwards."""
    former = (video.stream_name, video.poster_name)
    stream_name = f"streams/{video.public_id}/{uuid.uuid4().hex[:12]}"
    names = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                names.append(default_storage.save(f"{stream_name}/{path.relative_to(folder)}", File(file)))
    with poster.open("rb") as file:
        poster_name = default_storage.save(f"{stream_name}/poster.jpg", File(file))
    with transaction.atomic():
        Video.objects.filter(pk=video.pk).update(
            state=Video.State.READY,
            error="",
            duration_seconds=facts.duration_seconds,
            width=facts.width,
            height=facts.height,
            renditions=[
                {
                    "name": rung.name,
                    "width": rung.width_for(source_width=facts.width, source_height=facts.height),
                    "height": rung.height,
                    "bandwidth": rung.bandwidth,
                    "files": [entry.removeprefix(f"{stream_name}/") for entry in names if f"/{rung.name}/" in entry],
                }
                for rung in rungs
            ],
            stream_name=stream_name,
            stream_key=key,
            poster_name=poster_name,
            ready_at=now_utc(),
        )
        publish(VideoPublished(video_id=video.pk))
        transaction.on_commit(lambda: _remove(former, video.renditions))


def _remove(former: tuple[str, str], renditions: list[dict[str, object]]) -> None:
    """Remove the files of the ladder that was replaced."""
    stream_name, poster_name = former
    if not stream_name:
        return
    for rendition in renditions:
        for name in rendition.get("files", []):  # type: ignore[attr-defined] # JSON of our own making
            default_storage.delete(f"{stream_name}/{name}")
    default_storage.delete(poster_name)
