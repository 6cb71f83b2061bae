"""The media room's jobs."""

from typing import Any

from edu.jobs.registry import FILMS, job
from edu.jobs.run import JobContext
from media.pipeline.transcode import transcode


@job("media.transcode", lane=FILMS)
def transcode_video(context: JobContext, *, video_id: int) -> dict[str, Any]:
    """Make and publish the ladder of one film."""
    return transcode(context, video_id=video_id)
