import subprocess
import time

import pytest
from django.urls import reverse

from edu.accounts.models import User
from edu.core.errors import Conflict, InvalidInput
from media import streaming
from media.ffmpeg import ffmpeg_path
from media.models import CaptionTrack, Upload, Video
from media.queries import get_player
from media.services import make_asset, video_from_slides, video_from_upload
from media.uploads import MAX_PIECE_BYTES, append_piece, begin_upload

pytestmark = pytest.mark.django_db
SLIDES = [
    {"title": "会计要素", "lines": ["资产", "负债"], "narration": "六个会计要素。", "seconds": 1},
    {"title": "Equation", "lines": ["Assets = liabilities + equity"], "narration": "The equation.", "seconds": 1},
]


@pytest.fixture
def owner():
    return User.objects.create_user(email="owner@example.com")


@pytest.fixture
def film(owner, run_jobs):
    video_id = video_from_slides(title="第一课", slides=SLIDES, language="zh-hans", owner_id=owner.pk)
    run_jobs()
    return Video.objects.get(pk=video_id)


def test_slides_become_an_encrypted_ladder_with_captions(film):
    assert film.state == Video.State.READY
    assert [rung["name"] for rung in film.renditions] == ["360p", "720p"]
    assert 1.8 < film.duration_seconds < 2.4
    assert "六个会计要素" in CaptionTrack.objects.get(video=film).vtt


def test_the_viewer_gets_playlists_key_and_segments_and_nobody_else(film, owner, client, django_user_model):
    player = get_player(video_id=film.pk, user_id=owner.pk)
    assert client.get(player.stream_url).status_code == 404
    client.force_login(owner)
    master = client.get(player.stream_url).content.decode()
    assert "360p/index.m3u8" in master
    base = player.stream_url.removesuffix("master.m3u8")
    playlist = client.get(f"{base}360p/index.m3u8").content.decode()
    assert f'URI="{base}key"' in playlist
    assert len(client.get(f"{base}key").content) == 16
    segment = next(line for line in playlist.splitlines() if line.endswith(".ts"))
    answer = client.get(f"{base}360p/{segment}")
    assert (answer.status_code, len(answer.getvalue()) % 16) == (200, 0)
    client.force_login(django_user_model.objects.create_user(email="other@example.com"))
    for address in (player.stream_url, f"{base}360p/index.m3u8", f"{base}key", f"{base}360p/{segment}"):
        assert client.get(address).status_code == 404


def test_a_free_preview_needs_no_account(film, client):
    player = get_player(video_id=film.pk, user_id=None, free=True)
    assert client.get(player.stream_url).status_code == 200


@pytest.mark.parametrize("name", ["..", "stream.key", "%2e%2e%2fsecret", "00000.ts\x00"])
def test_no_file_name_can_be_made_up(film, client, name):
    token = streaming.stream_token(video_id=film.pk, user_id=None)
    url = reverse("media:master", args=[token]).removesuffix("master.m3u8")
    assert client.get(f"{url}360p/{name}").status_code == 404


def test_an_upload_resumes_where_it_stopped(owner, client, run_jobs, tmp_path):
    source = tmp_path / "film.mp4"
    subprocess.run(
        [ffmpeg_path(), "-f", "lavfi", "-i", "testsrc=s=320x180:d=1", "-pix_fmt", "yuv420p", str(source)],
        check=True,
        capture_output=True,
    )
    data = source.read_bytes()
    client.force_login(owner)
    answer = client.post(
        reverse("media:begin"), {"purpose": "video", "file_name": "a/b\\film.mp4", "size_bytes": len(data)}
    )
    assert answer.status_code == 201
    url = answer.json()["url"]
    half = len(data) // 2

    def put(offset, piece):
        return client.put(url, piece, content_type="application/octet-stream", headers={"upload-offset": str(offset)})

    assert put(0, data[:half]).json()["received_bytes"] == half
    assert put(0, data[:half]).json()["received_bytes"] == half
    wrong = put(half + 5, data[half + 5 :])
    assert (wrong.status_code, wrong.json()["received_bytes"]) == (409, half)
    assert put(half, data[half:]).json()["state"] == "complete"
    upload = Upload.objects.get()
    video_id = video_from_upload(upload_public_id=upload.public_id, owner_id=owner.pk, title="", language="en")
    run_jobs()
    video = Video.objects.get(pk=video_id)
    assert (video.state, [rung["name"] for rung in video.renditions]) == ("ready", ["180p"])
    with pytest.raises(Conflict):
        video_from_upload(upload_public_id=upload.public_id, owner_id=owner.pk, title="", language="en")


def test_somebody_elses_upload_is_not_there(owner, client, django_user_model):
    upload = begin_upload(owner_id=owner.pk, purpose="video", file_name="x.mp4", size_bytes=10)
    client.force_login(django_user_model.objects.create_user(email="other@example.com"))
    url = reverse("media:upload", args=[upload.public_id])
    assert client.get(url).status_code == 404
    assert client.put(url, b"x", headers={"upload-offset": "0"}).status_code == 404
    upload.refresh_from_db()
    assert upload.received_bytes == 0


@pytest.mark.parametrize(
    ("purpose", "name", "size"),
    [
        ("video", "x.exe", 10),
        ("video", "x.mp4", 0),
        ("video", "x.mp4", 10**12),
        ("virus", "x.mp4", 10),
        ("video", "mp4", 9),
    ],
)
def test_uploads_of_the_wrong_kind_are_refused(owner, purpose, name, size):
    with pytest.raises(InvalidInput):
        begin_upload(owner_id=owner.pk, purpose=purpose, file_name=name, size_bytes=size)


def test_more_bytes_than_announced_are_refused(owner):
    upload = begin_upload(owner_id=owner.pk, purpose="video", file_name="x.mp4", size_bytes=3)
    with pytest.raises(InvalidInput):
        append_piece(upload=upload, offset=0, data=b"four")
    with pytest.raises(InvalidInput):
        append_piece(upload=upload, offset=0, data=b"x" * (MAX_PIECE_BYTES + 1))


def test_a_file_that_is_no_film_fails_with_words(owner, run_jobs):
    data = b"#EXTM3U\nhttp://127.0.0.1:1/secret\n" * 10
    upload = begin_upload(owner_id=owner.pk, purpose="video", file_name="evil.mp4", size_bytes=len(data))
    append_piece(upload=upload, offset=0, data=data)
    started = time.monotonic()
    video_id = video_from_upload(upload_public_id=upload.public_id, owner_id=owner.pk, title="x", language="en")
    run_jobs()
    video = Video.objects.get(pk=video_id)
    assert video.state == Video.State.FAILED
    assert "MP4" in video.error
    assert time.monotonic() - started < 30


def test_a_document_that_lies_about_its_kind_is_refused(owner):
    with pytest.raises(InvalidInput):
        make_asset(kind="document", title="x", file_name="x.pdf", data=b"MZ\x90\x00" * 100, owner_id=owner.pk)
