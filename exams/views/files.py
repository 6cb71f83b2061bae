"""Files handed in as answers: announced and kept by the scripts of room and practice, opened by a link."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.answer_files import Sitting, begin_file, keep_file, open_file, sitting_of_session
from exams.delivery.room import get_own_attempt, open_slots
from exams.models import Attempt
from exams.practice.sessions import get_session


def sitting_of_attempt(attempt: Attempt) -> Sitting:
    """Return an attempt as a sitting: its open questions while it runs, none afterwards."""
    slots = open_slots(attempt) if attempt.state == Attempt.State.OPEN else []
    return Sitting(
        user_id=attempt.user_id,
        versions={f"q{slot.slot}": slot.version_id for slot in slots},
        attempt_id=attempt.pk,
    )


def _attempt_sitting(request: HttpRequest, public_id: uuid.UUID) -> Sitting:
    return sitting_of_attempt(get_own_attempt(user_id=request.user.pk, public_id=public_id, now=now_utc()))


def _session_sitting(request: HttpRequest, public_id: uuid.UUID) -> Sitting:
    return sitting_of_session(get_session(user_id=request.user.pk, public_id=public_id))


_SITTINGS = {"attempt": _attempt_sitting, "session": _session_sitting}
_KEEP = {"attempt": "exams:keep_file", "session": "practice:keep_file"}


def _fault(error: DomainError) -> JsonResponse:
    status = 404 if isinstance(error, NotFound) else 422
    return JsonResponse({"code": error.code, "detail": str(_(error.message))}, status=status)


@login_required
@require_POST
def begin(request: HttpRequest, public_id: uuid.UUID, kind: str) -> HttpResponse:
    """Announce a file (name, file_name, size_bytes): answered with where its pieces go."""
    size = request.POST.get("size_bytes", "")
    field = request.POST.get("name", "")[:80]
    try:
        status = begin_file(
            sitting=_SITTINGS[kind](request, public_id),
            field=field,
            file_name=request.POST.get("file_name", ""),
            size_bytes=int(size) if size.isascii() and size.isdecimal() and len(size) < 16 else 0,
        )
    except DomainError as error:
        return _fault(error)
    body: dict[str, Any] = {
        "state": status.state,
        "received_bytes": status.received_bytes,
        "size_bytes": status.size_bytes,
        "piece_bytes": status.piece_bytes,
        "url": status.url,
        "keep_url": f"{reverse(_KEEP[kind], args=[public_id, status.id])}?name={field}",
    }
    return JsonResponse(body, status=201)


@login_required
@require_POST
def keep(request: HttpRequest, public_id: uuid.UUID, upload_id: uuid.UUID, kind: str) -> HttpResponse:
    """Keep a finished upload; answered with id, name and address of the file."""
    try:
        row = keep_file(
            sitting=_SITTINGS[kind](request, public_id), field=request.GET.get("name", "")[:80], upload_id=upload_id
        )
    except DomainError as error:
        return _fault(error)
    url = reverse("exams:file", args=[row.public_id])
    return JsonResponse({"id": str(row.public_id), "name": row.file_name, "url": url})


@login_required
@never_cache
@require_GET
def file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Answer a file to the learner who handed it in, and to whoever may mark it."""
    try:
        opened = open_file(user=request.user, public_id=public_id)
    except NotFound as error:
        raise Http404 from error
    return FileResponse(
        opened.file,
        content_type=opened.content_type,
        as_attachment=not opened.is_shown,
        filename=opened.file_name,
        headers={"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"},
    )
