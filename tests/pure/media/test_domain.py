import pytest

from media.domain.captions import Cue, UnreadableCaptions, read_captions, write_vtt
from media.domain.ladder import ladder_for
from media.domain.probe import NotAFilm, read_probe

REPORT = """Input #0, mov,mp4, from 'x.mp4':
  Duration: 00:01:02.50, start: 0.000000, bitrate: 10 kb/s
  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(progressive), 1280x720, 12 fps
  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 2 kb/s
"""


def test_a_report_is_read():
    probe = read_probe(REPORT)
    assert (probe.duration_seconds, probe.width, probe.height) == (62.5, 1280, 720)
    assert (probe.video_codec, probe.audio_codec) == ("h264", "aac")


def test_a_turned_phone_film_is_upright():
    probe = read_probe(REPORT + "displaymatrix: rotation of -90.00 degrees\n")
    assert (probe.width, probe.height) == (720, 1280)


def test_a_text_is_no_film():
    with pytest.raises(NotAFilm):
        read_probe("x.txt: Invalid data found when processing input")


@pytest.mark.parametrize(
    ("height", "names"),
    [
        (144, ["144p"]),
        (360, ["360p"]),
        (480, ["360p", "480p"]),
        (720, ["360p", "720p"]),
        (721, ["360p", "720p"]),
        (1080, ["360p", "720p", "1080p"]),
        (2160, ["360p", "720p", "1080p"]),
    ],
)
def test_no_rung_is_larger_than_the_film(height, names):
    assert [rung.name for rung in ladder_for(source_height=height)] == names


def test_widths_are_even_and_keep_the_proportions():
    rung = ladder_for(source_height=720)[0]
    assert rung.width_for(source_width=1280, source_height=720) == 640
    assert rung.width_for(source_width=405, source_height=720) % 2 == 0


def test_subrip_becomes_webvtt_and_back():
    cues = read_captions("1\r\n00:00:01,000 --> 00:00:02,500\r\n你好 <font color=red>世界</font>\r\n\r\n")
    assert cues == [Cue(start_seconds=1.0, end_seconds=2.5, text="你好 世界")]
    assert read_captions(write_vtt(cues)) == cues


@pytest.mark.parametrize("text", ["", "hello", "1\n00:00:05,000 --> 00:00:01,000\nx", "1\nnow --> later\nx"])
def test_captions_that_cannot_be_read_are_refused(text):
    with pytest.raises(UnreadableCaptions):
        read_captions(text)


def test_an_arrow_in_a_text_cannot_end_a_cue():
    cues = [Cue(start_seconds=0, end_seconds=1, text="a --> b")]
    assert "a --&gt; b" in write_vtt(cues)
