"""What a film is, read from what `ffmpeg -i` says about it. Pure."""

import re
from dataclasses import dataclass

_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
_VIDEO = re.compile(r"Stream #\S+.*?: Video: (\w+).*?[ ,](\d{2,5})x(\d{2,5})\b")
_AUDIO = re.compile(r"Stream #\S+.*?: Audio: (\w+)")
_ROTATION = re.compile(r"rotation of (-?\d+(?:\.\d+)?) degrees")


class NotAFilm(Exception):
    """The file holds no picture track that can be read."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A film's duration in seconds, size in pixels as shown (rotation applied), and codecs."""

    duration_seconds: float
    width: int
    height: int
    video_codec: str
    audio_codec: str | None


def read_probe(text: str) -> Probe:
    """Read the report of `ffmpeg -i`; NotAFilm when there is no duration or no picture."""
    duration = _DURATION.search(text)
    video = _VIDEO.search(text)
    if duration is None or video is None:
        raise NotAFilm
    hours, minutes, seconds = duration.groups()
    width, height = int(video.group(2)), int(video.group(3))
    rotation = _ROTATION.search(text)
    if rotation and round(abs(float(rotation.group(1)))) % 180 == 90:
        width, height = height, width
    audio = _AUDIO.search(text)
    return Probe(
        duration_seconds=int(hours) * 3600 + int(minutes) * 60 + float(seconds),
        width=width,
        height=height,
        video_codec=video.group(1),
        audio_codec=audio.group(1) if audio else None,
    )
