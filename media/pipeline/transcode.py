"""The transcoding job: source -> ladder, poster, captions -> published; after a crash it begins anew.

What it says of itself is stored in English and translated where it is read.
"""

import secrets
import tempfile
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from edu.core.errors import InvalidInput
from edu.jobs.run import JobContext
from media import ffmpeg
from media.domain.ladder import ladder_for
from media.domain.probe import NotAFilm
from media.models import CaptionTrack, Video
from media.pipeline.publish import KEY_PLACEHOLDER, publish_stream
from media.pipeline.slides import make_film
from media.uploads import write_pieces

MAX_SECONDS = 6 * 3600


def transcode(context: JobContext, *, video_id: int) -> dict[str, Any]:
    """Make and publish the ladder of one film; InvalidInput (which is final) when the file is no film."""
    video = Video.objects.select_related("upload").filter(pk=video_id).first()
    if video is None:
        return {"published": False}
    Video.objects.filter(pk=video.pk).update(state=Video.State.WORKING, error="")
    try:
        return _make(context, video)
    except (NotAFilm, ffmpeg.TranscodingFailed) as error:
        message = gettext_noop(
            "This file is not a film that can be read. Export it as MP4 (H.264) and upload it again."
        )
        Video.objects.filter(pk=video.pk).update(state=Video.State.FAILED, error=message)
        raise InvalidInput(message) from error


def _make(context: JobContext, video: Video) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="jinbang-video-") as name:
        folder = Path(name)
        source = _source_of(video, folder, context)
        facts = ffmpeg.probe(source)
        if facts.duration_seconds > MAX_SECONDS:
            message = gettext_noop("The film is longer than six hours.")
            raise InvalidInput(message)
        rungs = ladder_for(source_height=facts.height)
        key = secrets.token_bytes(16)
        key_path, key_info = folder / "stream.key", folder / "key_info"
        key_path.write_bytes(key)
        key_info.write_text(f"{KEY_PLACEHOLDER}\n{key_path}\n{secrets.token_hex(16)}\n", encoding="ascii")
        ladder_folder = folder / "ladder"
        ladder_folder.mkdir()
        ffmpeg.write_ladder(
            source=source,
            folder=ladder_folder,
            probe_result=facts,
            rungs=rungs,
            key_info=key_info,
            on_progress=lambda share: context.progress(10 + int(share * 75), gettext_noop("Making the picture sizes")),
        )
        poster = folder / "poster.jpg"
        ffmpeg.write_poster(source=source, target=poster, at_seconds=min(1.0, facts.duration_seconds / 2))
        context.progress(90, gettext_noop("Storing the film"))
        publish_stream(video=video, folder=ladder_folder, poster=poster, facts=facts, rungs=rungs, key=key)
    return {"published": True, "rungs": [rung.name for rung in rungs], "seconds": facts.duration_seconds}


def _source_of(video: Video, folder: Path, context: JobContext) -> Path:
    """Return the film's source as a local file: drawn from slides, or fetched from the storage."""
    target = folder / "source"
    if video.slides:
        context.progress(2, gettext_noop("Drawing the slides"))
        target = folder / "source.mp4"
        vtt = make_film(slides=video.slides, course=video.title, target=target)
        CaptionTrack.objects.update_or_create(video=video, language=video.language, defaults={"vtt": vtt})
    elif video.upload is not None:
        write_pieces(upload=video.upload, target=target)
    else:
        message = gettext_noop("The uploaded file is not there any more. Upload it again.")
        Video.objects.filter(pk=video.pk).update(state=Video.State.FAILED, error=message)
        raise InvalidInput(message)
    context.progress(8, gettext_noop("Reading the file"))
    return target
