"""Encrypted streams behind access: a signed token names film and viewer; the key goes to that viewer alone."""

from dataclasses import dataclass

from django.core import signing
from django.core.files.base import File
from django.core.files.storage import default_storage

from edu.core.errors import NotFound
from media.models import Video
from media.pipeline.publish import KEY_PLACEHOLDER

SALT = "media.stream"
TOKEN_SECONDS = 12 * 3600
ANYBODY = 0
"""Viewer id of a free preview."""


@dataclass(frozen=True, kw_only=True)
class Viewing:
    """What a token says: which film, for whom (ANYBODY for a free preview)."""

    video: Video
    user_id: int


def stream_token(*, video_id: int, user_id: int | None) -> str:
    """Return a token that opens the film's playlists for TOKEN_SECONDS; `user_id` None is a free preview."""
    return signing.dumps([video_id, user_id or ANYBODY], salt=SALT)


def read_token(*, token: str) -> Viewing:
    """Return what the token says; NotFound when it is forged, too old, or its film is not ready."""
    try:
        video_id, user_id = signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS)
    except (signing.BadSignature, ValueError, TypeError) as error:
        message = "This address is not valid any more. Open the lesson again."
        raise NotFound(message) from error
    video = Video.objects.filter(pk=video_id, state=Video.State.READY).first()
    if video is None:
        message = "This film is not ready."
        raise NotFound(message)
    return Viewing(video=video, user_id=user_id)


def master_playlist(*, video: Video) -> str:
    """Return the master playlist: one line a rung, lowest first, addresses relative to the token."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for rung in video.renditions:
        size = f"{rung['width']}x{rung['height']}"
        lines.append(f'#EXT-X-STREAM-INF:BANDWIDTH={rung["bandwidth"]},RESOLUTION={size},NAME="{rung["name"]}"')
        lines.append(f"{rung['name']}/index.m3u8")
    return "\n".join(lines) + "\n"


def _stored_name(video: Video, rung: str, file_name: str) -> str:
    """Return the storage name of a published file; NotFound for any other name, so that no path can be made up."""
    for rendition in video.renditions:
        if rendition["name"] == rung and f"{rung}/{file_name}" in rendition["files"]:
            return f"{video.stream_name}/{rung}/{file_name}"
    message = "There is no such part of the film."
    raise NotFound(message)


def rung_playlist(*, video: Video, rung: str, key_url: str) -> str:
    """Return the playlist of one rung with the viewer's key address in it."""
    with default_storage.open(_stored_name(video, rung, "index.m3u8")) as file:
        return file.read().decode("ascii").replace(KEY_PLACEHOLDER, key_url)


def open_segment(*, video: Video, rung: str, file_name: str) -> File:
    """Return one encrypted segment as an open file."""
    return default_storage.open(_stored_name(video, rung, file_name))
