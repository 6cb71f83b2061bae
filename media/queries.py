"""Reads of films and files for other rooms."""

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from media.answers import OpenedAnswer, open_answer
from media.illustrations import illustration_size, read_illustration
from media.models import Asset, CaptionTrack, Video
from media.streaming import ANYBODY, stream_token

__all__ = [
    "AssetView",
    "OpenedAnswer",
    "PlayerView",
    "get_asset",
    "get_player",
    "illustration_size",
    "list_videos",
    "open_answer",
    "read_illustration",
]

ASSET_SALT = "media.asset"
ASSET_SECONDS = 12 * 3600


@dataclass(frozen=True, kw_only=True)
class PlayerView:
    """What the player component needs; templates/media/player.html takes it as `player`."""

    title: str
    state: str
    state_label: str
    error: str
    progress_percent: int
    progress_text: str
    stream_url: str
    poster_url: str
    captions: tuple[tuple[str, str], ...]
    duration_seconds: float
    width: int
    height: int

    @property
    def is_ready(self) -> bool:
        """Whether there is something to play."""
        return self.state == Video.State.READY


@dataclass(frozen=True, kw_only=True)
class AssetView:
    """A document or sound, with an address for one reader."""

    title: str
    file_name: str
    content_type: str
    size_bytes: int
    url: str


def get_player(*, video_id: int, user_id: int | None, free: bool = False) -> PlayerView:
    """Return the film as one viewer may play it; the caller has asked for access. Two queries, three while it is made.

    `free` gives addresses that anybody may use (a free preview).
    """
    video = Video.objects.get(pk=video_id)
    ready = video.state == Video.State.READY
    token = stream_token(video_id=video.pk, user_id=None if free else user_id) if ready else ""
    languages = list(CaptionTrack.objects.filter(video=video).values_list("language", flat=True)) if ready else []
    percent, text = (100, "") if ready else _progress(video)
    return PlayerView(
        title=video.title,
        state=video.state,
        state_label=str(video.get_state_display()),
        error=_(video.error) if video.error else "",
        progress_percent=percent,
        progress_text=text,
        stream_url=reverse("media:master", args=[token]) if ready else "",
        poster_url=reverse("media:poster", args=[token]) if ready else "",
        captions=tuple((name, reverse("media:captions", args=[token, name])) for name in languages),
        duration_seconds=video.duration_seconds or 0.0,
        width=video.width or 16,
        height=video.height or 9,
    )


def _progress(video: Video) -> tuple[int, str]:
    """Return how far the making of the film is."""
    from edu.jobs.queries import get_progress

    percent, text = get_progress(job_id=video.job_id) if video.job_id else (0, "")
    return percent, _(text) if text else ""


def get_asset(*, asset_id: int, user_id: int | None, free: bool = False) -> AssetView:
    """Return a document or sound with an address that works for one reader for twelve hours."""
    row = Asset.objects.get(pk=asset_id)
    token = signing.dumps([row.pk, ANYBODY if free else user_id], salt=ASSET_SALT)
    return AssetView(
        title=row.title,
        file_name=row.file_name,
        content_type=row.content_type,
        size_bytes=row.size_bytes,
        url=reverse("media:asset", args=[token]),
    )


def list_videos(*, owner_id: int) -> list[Video]:
    """Return a person's films, newest first."""
    return list(Video.objects.filter(owner_id=owner_id))
