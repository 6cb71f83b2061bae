"""Plays of sounds with a limit: asked by the room before each play."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.delivery.room import get_own_attempt
from exams.delivery.sound_plays import count_play


@login_required
@require_POST
def play(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Count a play (`asset`, `play`): answered with whether it may be played, and how often after that."""
    now = now_utc()
    try:
        attempt = get_own_attempt(user_id=request.user.pk, public_id=public_id, now=now)
        asset_id, play_id = uuid.UUID(request.POST.get("asset", "")), uuid.UUID(request.POST.get("play", ""))
        counted = count_play(attempt=attempt, asset_id=asset_id, play_id=play_id, now=now)
    except ValueError:
        return JsonResponse({"code": "invalid_input", "detail": _("There is no such sound here.")}, status=422)
    except DomainError as error:
        status = 404 if isinstance(error, NotFound) else 409
        return JsonResponse({"code": error.code, "detail": str(_(error.message))}, status=status)
    return JsonResponse({"allowed": counted.is_allowed, "left": counted.left})
