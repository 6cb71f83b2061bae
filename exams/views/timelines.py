"""What happened in an attempt, for the learner who sat it."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.delivery.room import get_own_attempt
from exams.marking.own_timeline import own_timeline
from exams.views.wording import RUNNING, not_found


@login_required
@never_cache
@require_GET
def timeline(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what was kept of the learner's own attempt, from its start to its result; 404 for anybody else's."""
    try:
        attempt = get_own_attempt(user_id=request.user.pk, public_id=public_id, now=now_utc())
    except NotFound as error:
        raise not_found(error) from error
    if attempt.state in RUNNING:
        return redirect("exams:room", public_id=public_id)
    context = {
        "title": _("Timeline: %(exam)s") % {"exam": attempt.exam.title},
        "desk": "learner",
        "attempt": attempt,
        "timeline": own_timeline(attempt=attempt),
    }
    return render(request, "exams/timeline.html", context)
