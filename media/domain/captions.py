"""Captions: reading SubRip and WebVTT, writing WebVTT. Pure."""

import re
from dataclasses import dataclass

from edu.core.messages import gettext_noop

_TIME = re.compile(r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)[.,](\d{1,3})")
_TAG = re.compile(r"</?(?!(?:i|b|u)>)[^>]*>")
MAX_CUES = 20_000
MAX_CHARACTERS = 2_000_000


class UnreadableCaptions(Exception):
    """The text is no captions file; `text` says why in English source, with %(name)s for `values`."""

    def __init__(self, text: str, **values: str | int) -> None:
        self.text = text
        self.values = values
        super().__init__(text % values if values else text)


@dataclass(frozen=True, kw_only=True)
class Cue:
    """One caption: seconds from the start of the film, and its text."""

    start_seconds: float
    end_seconds: float
    text: str


def _seconds(text: str) -> float | None:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds, fraction = match.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def read_captions(text: str) -> list[Cue]:
    """Read .srt or .vtt text; cues in order of time. UnreadableCaptions when a time is wrong or there is no cue."""
    if len(text) > MAX_CHARACTERS:
        message = gettext_noop("The captions file is too long.")
        raise UnreadableCaptions(message)
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cues: list[Cue] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if "-->" not in line:
            continue
        left, _arrow, right = line.partition("-->")
        start, end = _seconds(left), _seconds(right.strip().split(" ")[0])
        if start is None or end is None or end <= start:
            message = gettext_noop(
                "Line %(line)d: the time “%(time)s” is not of the form 00:01:02.500 --> 00:01:05.000."
            )
            raise UnreadableCaptions(message, line=index, time=line.strip()[:80])
        body: list[str] = []
        while index < len(lines) and lines[index].strip():
            body.append(_TAG.sub("", lines[index].strip()))
            index += 1
        cues.append(Cue(start_seconds=start, end_seconds=end, text="\n".join(body)))
        if len(cues) > MAX_CUES:
            message = gettext_noop("There are more than %(n)d captions.")
            raise UnreadableCaptions(message, n=MAX_CUES)
    if not cues:
        message = gettext_noop(
            "No captions were found. A captions file has times such as 00:01:02.500 --> 00:01:05.000."
        )
        raise UnreadableCaptions(message)
    return sorted(cues, key=lambda cue: (cue.start_seconds, cue.end_seconds))


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def write_vtt(cues: list[Cue]) -> str:
    """Return a WebVTT file of the cues; an arrow in a text is written so that it cannot end the cue."""
    parts = ["WEBVTT\n"]
    for number, cue in enumerate(cues, start=1):
        text = cue.text.replace("-->", "--&gt;").replace("\n\n", "\n")
        parts.append(f"{number}\n{_stamp(cue.start_seconds)} --> {_stamp(cue.end_seconds)}\n{text}\n")
    return "\n".join(parts)
