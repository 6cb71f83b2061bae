"""The adaptive ladder: which rungs a film gets, from its own size. Pure."""

from dataclasses import dataclass

SEGMENT_SECONDS = 4
"""Length of a segment; a switch of quality happens at its edge."""


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One quality: height in pixels, video and audio rates in kbit/s."""

    height: int
    video_kbps: int
    audio_kbps: int

    @property
    def name(self) -> str:
        """Return the folder and label of the rung, such as 720p."""
        return f"{self.height}p"

    def width_for(self, *, source_width: int, source_height: int) -> int:
        """Return the even width that keeps the source's proportions at this height."""
        return max(2, round(source_width * self.height / source_height / 2) * 2)

    @property
    def bandwidth(self) -> int:
        """Return the peak rate in bit/s, as a master playlist states it (10 % for the container)."""
        return int((self.video_kbps + self.audio_kbps) * 1100)


FULL_LADDER = (
    Rung(height=360, video_kbps=600, audio_kbps=64),
    Rung(height=720, video_kbps=1800, audio_kbps=96),
    Rung(height=1080, video_kbps=3800, audio_kbps=128),
)


def ladder_for(*, source_height: int) -> tuple[Rung, ...]:
    """Return the rungs for a film of this height: never larger than the source, and always at least one.

    A film between two rungs keeps its own height as its top rung, when it is more than a tenth above the rung below.
    """
    even = max(2, source_height // 2 * 2)
    fitting = [rung for rung in FULL_LADDER if rung.height <= even]
    if not fitting:
        return (Rung(height=even, video_kbps=400, audio_kbps=64),)
    top = fitting[-1]
    if len(fitting) < len(FULL_LADDER) and even > top.height * 1.1:
        above = FULL_LADDER[len(fitting)]
        share = (even - top.height) / (above.height - top.height)
        rate = round(top.video_kbps + share * (above.video_kbps - top.video_kbps))
        fitting.append(Rung(height=even, video_kbps=rate, audio_kbps=above.audio_kbps))
    return tuple(fitting)
