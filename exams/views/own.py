"""Whose attempt a learner's page is about: her own alone, and for most pages one that has ended."""

import uuid
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.delivery.room import get_own_attempt
from exams.models import Attempt
from exams.views.wording import RUNNING, not_found

Page = Callable[[HttpRequest, Attempt], HttpResponse]


def own_attempt_or_404(request: HttpRequest, public_id: uuid.UUID) -> Attempt:
    """Return the learner's own attempt; Http404 for anybody else's."""
    try:
        return get_own_attempt(user_id=request.user.pk or 0, public_id=public_id, now=now_utc())
    except NotFound as error:
        raise not_found(error) from error


def ended_attempt_page(page: Page) -> Callable[..., HttpResponse]:
    """Return a page that takes the learner's own attempt in the place of its id: for signed-in people, never cached,
    404 for what is not hers; while the attempt runs its place is the room.
    """

    @login_required
    @never_cache
    @require_GET
    @wraps(page)
    def guarded(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        attempt = own_attempt_or_404(request, public_id)
        if attempt.state in RUNNING:
            return redirect("exams:room", public_id=public_id)
        return page(request, attempt)

    return guarded
