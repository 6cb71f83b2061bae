"""The only user of ffmpeg: probing, transcoding to an encrypted HLS ladder, posters, and films made of slides.

A system ffmpeg is used when there is one, the one in the imageio-ffmpeg wheel otherwise. Arguments are lists; nothing
passes through a shell. The protocols ffmpeg may open are limited, so that a hostile playlist cannot reach the network.
"""

import functools
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ffmpeg
import imageio_ffmpeg

from media.domain.ladder import SEGMENT_SECONDS, Rung
from media.domain.probe import Probe, read_probe

PROBE_TIMEOUT_SECONDS = 30
LOCAL_ONLY = "file,pipe,crypto,data"


class TranscodingFailed(Exception):
    """ffmpeg ended with an error; the text is the last of what it said."""


@functools.cache
def ffmpeg_path() -> str:
    """Return the program to run."""
    return shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()


def probe(path: Path) -> Probe:
    """Return what the film is; media.domain.probe.NotAFilm when it is none. Takes about 25 ms."""
    done = subprocess.run(  # noqa: S603 - our own program and a path of ours
        [ffmpeg_path(), "-hide_banner", "-protocol_whitelist", LOCAL_ONLY, "-i", str(path)],
        capture_output=True,
        timeout=PROBE_TIMEOUT_SECONDS,
        check=False,
    )
    return read_probe(done.stderr.decode("utf-8", "replace"))


def write_ladder(
    *,
    source: Path,
    folder: Path,
    probe_result: Probe,
    rungs: Sequence[Rung],
    key_info: Path,
    on_progress: Callable[[float], None],
) -> None:
    """Write one encrypted HLS rendition a rung into `folder`/<rung>/, in one run of ffmpeg.

    `key_info` is ffmpeg's three-line key file. `on_progress` gets the share done, 0 to 1, and may raise to stop the
    work. TranscodingFailed when ffmpeg fails.
    """
    film = ffmpeg.input(str(source), protocol_whitelist=LOCAL_ONLY)
    outputs = []
    split = film.video.filter_multi_output("split", len(rungs))
    for index, rung in enumerate(rungs):
        target = folder / rung.name
        target.mkdir(parents=True, exist_ok=True)
        width = rung.width_for(source_width=probe_result.width, source_height=probe_result.height)
        picture = split[index].filter("scale", width, rung.height).filter("format", "yuv420p")
        streams = [picture] + ([film.audio] if probe_result.audio_codec else [])
        options: dict[str, Any] = {
            "c:v": "libx264",
            "preset": "veryfast",
            "b:v": f"{rung.video_kbps}k",
            "maxrate": f"{int(rung.video_kbps * 1.1)}k",
            "bufsize": f"{rung.video_kbps * 2}k",
            "force_key_frames": f"expr:gte(t,n_forced*{SEGMENT_SECONDS})",
            "f": "hls",
            "hls_time": SEGMENT_SECONDS,
            "hls_playlist_type": "vod",
            "hls_flags": "independent_segments",
            "hls_segment_filename": str(target / "%05d.ts"),
            "hls_key_info_file": str(key_info),
        }
        if probe_result.audio_codec:
            options |= {"c:a": "aac", "b:a": f"{rung.audio_kbps}k", "ac": 2}
        outputs.append(ffmpeg.output(*streams, str(target / "index.m3u8"), **options))
    command = ffmpeg.merge_outputs(*outputs).global_args("-nostdin", "-progress", "pipe:1", "-nostats")
    _run(command, duration_seconds=probe_result.duration_seconds, on_progress=on_progress)


def _run(command: Any, *, duration_seconds: float, on_progress: Callable[[float], None]) -> None:
    """Run ffmpeg, reading its progress lines; kill it when `on_progress` raises."""
    arguments = ffmpeg.compile(command, cmd=ffmpeg_path(), overwrite_output=True)
    log_lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own program, arguments built above
        arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        try:
            for line in process.stdout or ():
                name, _equals, value = line.strip().partition("=")
                if name == "out_time_us" and value.lstrip("-").isdigit():
                    on_progress(min(1.0, max(0.0, int(value) / 1_000_000 / max(duration_seconds, 0.001))))
                else:
                    log_lines.append(line)
                    del log_lines[:-40]
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise TranscodingFailed("".join(log_lines)[-2000:])


def write_poster(*, source: Path, target: Path, at_seconds: float) -> None:
    """Write one frame as a JPEG of at most 1280 pixels width; TranscodingFailed when there is no such frame."""
    frame = ffmpeg.input(str(source), ss=at_seconds, protocol_whitelist=LOCAL_ONLY).video
    command = frame.filter("scale", "min(1280,iw)", -2).output(str(target), vframes=1, **{"q:v": 4})
    _run(command.global_args("-nostdin"), duration_seconds=1, on_progress=lambda _share: None)
    if not target.exists():
        message = "no frame could be read"
        raise TranscodingFailed(message)


def write_slide_film(*, pictures: Sequence[tuple[Path, float]], target: Path) -> None:
    """Join still pictures, each shown for so many seconds, into an .mp4 with a silent sound track."""
    listing = target.with_suffix(".txt")
    lines = [f"file '{path.name}'\nduration {seconds}" for path, seconds in pictures]
    listing.write_text("\n".join([*lines, f"file '{pictures[-1][0].name}'"]), encoding="utf-8")
    total = sum(seconds for _path, seconds in pictures)
    stills = ffmpeg.input(str(listing), format="concat", safe=0).video.filter("fps", 12).filter("format", "yuv420p")
    silence = ffmpeg.input("anullsrc=r=44100:cl=mono", f="lavfi").audio
    command = ffmpeg.output(
        stills,
        silence,
        str(target),
        t=total,
        **{"c:v": "libx264", "preset": "ultrafast", "tune": "stillimage", "crf": 20, "c:a": "aac", "b:a": "32k"},
    )
    _run(command.global_args("-nostdin"), duration_seconds=total, on_progress=lambda _share: None)
