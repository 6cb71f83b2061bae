"""Uploads in pieces, streams, posters, captions, documents."""

import uuid

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edu.core.errors import Conflict, DomainError, NotFound
from media import streaming, uploads
from media.illustrations import get_illustration
from media.models import Asset, CaptionTrack, Upload
from media.queries import ASSET_SALT, ASSET_SECONDS

PLAYLIST = "application/vnd.apple.mpegurl"


def _status(upload: Upload, *, status: int = 200, **extra: object) -> JsonResponse:
    """Answer with where the upload stands."""
    body = {
        "id": str(upload.public_id),
        "state": upload.state,
        "received_bytes": upload.received_bytes,
        "size_bytes": upload.size_bytes,
        "piece_bytes": uploads.MAX_PIECE_BYTES,
    }
    return JsonResponse(body | extra, status=status)


def _fault(error: DomainError, *, status: int) -> JsonResponse:
    return JsonResponse({"code": error.code, "detail": str(error.message)}, status=status)


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Announce an upload: purpose, file_name, size_bytes."""
    try:
        upload = uploads.begin_upload(
            owner_id=request.user.pk,
            purpose=request.POST.get("purpose", ""),
            file_name=request.POST.get("file_name", ""),
            size_bytes=int(request.POST.get("size_bytes", "0") or 0),
        )
    except ValueError:
        return JsonResponse({"code": "invalid_input", "detail": "size_bytes must be a number."}, status=422)
    except DomainError as error:
        return _fault(error, status=422)
    return _status(upload, status=201, url=reverse("media:upload", args=[upload.public_id]))


@login_required
@require_http_methods(["GET", "PUT"])
def upload(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """GET tells where the upload stands; PUT adds the piece that begins at the header Upload-Offset."""
    try:
        row = uploads.get_upload(public_id=public_id, owner_id=request.user.pk)
    except NotFound as error:
        raise Http404 from error
    if request.method == "GET":
        return _status(row)
    offset = request.headers.get("Upload-Offset", "")
    if not offset.isdecimal():
        return JsonResponse({"code": "invalid_input", "detail": "Upload-Offset is missing."}, status=422)
    if int(request.headers.get("Content-Length") or 0) > uploads.MAX_PIECE_BYTES:
        return JsonResponse({"code": "piece_too_large", "detail": "The piece is too large."}, status=413)
    try:
        row = uploads.append_piece(upload=row, offset=int(offset), data=request.body)
    except Conflict:
        row.refresh_from_db()
        return _status(row, status=409, code="wrong_offset")
    except DomainError as error:
        return _fault(error, status=422)
    return _status(row)


def _viewing(request: HttpRequest, token: str) -> streaming.Viewing:
    """Return what the token opens, 404 unless it is a free preview or the signed-in viewer's own."""
    try:
        viewing = streaming.read_token(token=token)
    except NotFound as error:
        raise Http404 from error
    if viewing.user_id not in {streaming.ANYBODY, request.user.pk}:
        raise Http404
    return viewing


def _playlist(text: str) -> HttpResponse:
    return HttpResponse(text, content_type=PLAYLIST, headers={"Cache-Control": "private, max-age=60"})


@require_GET
def master(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the master playlist."""
    return _playlist(streaming.master_playlist(video=_viewing(request, token).video))


@require_GET
def rung(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Answer the playlist of one rung."""
    video = _viewing(request, token).video
    try:
        text = streaming.rung_playlist(video=video, rung=name, key_url=reverse("media:key", args=[token]))
    except NotFound as error:
        raise Http404 from error
    return _playlist(text)


@require_GET
def segment(request: HttpRequest, token: str, name: str, file_name: str) -> HttpResponseBase:
    """Answer one encrypted segment."""
    try:
        file = streaming.open_segment(video=_viewing(request, token).video, rung=name, file_name=file_name)
    except NotFound as error:
        raise Http404 from error
    return FileResponse(file, content_type="video/mp2t", headers={"Cache-Control": "private, max-age=3600"})


@require_GET
def key(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the key of the stream, to its viewer alone."""
    video = _viewing(request, token).video
    return HttpResponse(
        bytes(video.stream_key or b""), content_type="application/octet-stream", headers={"Cache-Control": "no-store"}
    )


@require_GET
def captions(request: HttpRequest, token: str, language: str) -> HttpResponse:
    """Answer the captions in one language as WebVTT."""
    video = _viewing(request, token).video
    track = CaptionTrack.objects.filter(video=video, language=language).first()
    if track is None:
        raise Http404
    return HttpResponse(track.vtt, content_type="text/vtt; charset=utf-8")


@require_GET
def poster(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer the poster picture."""
    video = _viewing(request, token).video
    return FileResponse(
        default_storage.open(video.poster_name),
        content_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=86400"},
    )


@require_GET
def asset(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer a document or sound to the reader whom the signed address names."""
    try:
        asset_id, user_id = signing.loads(token, salt=ASSET_SALT, max_age=ASSET_SECONDS)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Http404 from error
    row = Asset.objects.filter(pk=asset_id).first()
    if row is None or user_id not in {streaming.ANYBODY, request.user.pk}:
        raise Http404
    return FileResponse(
        default_storage.open(row.storage_name),
        content_type=row.content_type,
        as_attachment="download" in request.GET or row.content_type != "application/pdf",
        filename=row.file_name,
        headers={"Cache-Control": "private, max-age=300", "Content-Security-Policy": "sandbox"},
    )


@require_GET
def illustration(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Answer a picture or sound of a text. Whoever may read the text knows the id, and nobody can guess one."""
    try:
        row = get_illustration(public_id)
    except NotFound as error:
        raise Http404 from error
    return FileResponse(
        default_storage.open(row.storage_name),
        content_type=row.content_type,
        filename=row.file_name,
        headers={
            "Cache-Control": "private, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
