"""The media path on an S3-like storage: the same code, another place for the bytes."""

import uuid

import boto3
import pytest
from django.core.files.storage import default_storage
from django.test import override_settings
from moto.server import ThreadedMotoServer

from edu.accounts.models import User
from edu.operations.health import CHECKS
from media.models import Video
from media.queries import get_asset, get_player
from media.services import asset_from_upload, video_from_slides
from media.uploads import append_piece, begin_upload

pytestmark = pytest.mark.django_db

SLIDES = [{"title": "存储", "lines": ["对象存储"], "narration": "文件在别处。", "seconds": 1}]


@pytest.fixture(scope="module")
def s3_address():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def object_storage(s3_address):
    bucket = f"jinbang-{uuid.uuid4().hex[:8]}"
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=s3_address, **keys).create_bucket(Bucket=bucket)
    options = {
        "bucket_name": bucket,
        "endpoint_url": s3_address,
        "access_key": "test",
        "secret_key": "test",
        "region_name": "us-east-1",
        "addressing_style": "path",
        "signature_version": "s3v4",
        "querystring_auth": True,
        "file_overwrite": False,
        "default_acl": None,
    }
    storages = {
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=storages):
        yield boto3.client("s3", endpoint_url=s3_address, **keys), bucket


def test_a_film_is_made_and_played_from_the_bucket(object_storage, client, run_jobs):
    s3, bucket = object_storage
    owner = User.objects.create_user(email="owner@example.com")
    video_id = video_from_slides(title="第一课", slides=SLIDES, language="zh-hans", owner_id=owner.pk)
    run_jobs()
    assert Video.objects.get(pk=video_id).state == Video.State.READY
    names = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert any(name.endswith("720p/index.m3u8") for name in names)
    client.force_login(owner)
    player = get_player(video_id=video_id, user_id=owner.pk)
    base = player.stream_url.removesuffix("master.m3u8")
    playlist = client.get(f"{base}360p/index.m3u8").content.decode()
    segment = next(line for line in playlist.splitlines() if line.endswith(".ts"))
    assert len(b"".join(client.get(f"{base}360p/{segment}").streaming_content)) > 0


def test_an_upload_in_pieces_becomes_a_document(object_storage, client):
    owner = User.objects.create_user(email="owner@example.com")
    data = b"%PDF-1.4\n" + b"x" * 9000
    upload = begin_upload(owner_id=owner.pk, purpose="document", file_name="讲义.pdf", size_bytes=len(data))
    append_piece(upload=upload, offset=0, data=data[:5000])
    append_piece(upload=upload, offset=5000, data=data[5000:])
    asset_id = asset_from_upload(upload_public_id=upload.public_id, owner_id=owner.pk, title="讲义")
    client.force_login(owner)
    answer = client.get(get_asset(asset_id=asset_id, user_id=owner.pk).url)
    assert b"".join(answer.streaming_content) == data


def test_readiness_writes_and_deletes_in_the_bucket(object_storage):
    s3, bucket = object_storage
    assert CHECKS["storage"]()
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="readyz/")
    assert default_storage.__class__.__name__ != "FileSystemStorage"
