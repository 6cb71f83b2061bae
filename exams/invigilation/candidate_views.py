"""One candidate of a room: where she is, what was noticed, what was done, and the acts for her alone."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from edu.core.clock import now_utc
from exams.delivery.presence import messages_of, presences_of
from exams.delivery.reopen import ENDED
from exams.domain.integrity import Integrity
from exams.invigilation.acts import MAXIMUM_MESSAGE
from exams.invigilation.dressing import row_of
from exams.invigilation.entries import TYPED, attempt_or_404, desk_of, invigilated_or_404
from exams.invigilation.roster import list_room, with_answered
from exams.models import Attempt, AttemptDevice, AttemptSignal, InvigilatorAct, SignalTally


@login_required
@never_cache
@require_GET
def candidate(request: HttpRequest, public_id: uuid.UUID, attempt_id: uuid.UUID) -> HttpResponse:
    """Show one candidate: where she is, what was noticed, what was done, and the acts for her alone."""
    exam = invigilated_or_404(request, public_id)
    attempt = attempt_or_404(exam, attempt_id)
    now = now_utc()
    own = next((row for row in list_room(exam=exam, now=now) if row.attempt_id == attempt.pk), None)
    if own is None:
        raise Http404
    presence = presences_of([attempt.pk]).get(attempt.pk)
    tally = SignalTally.objects.filter(attempt=attempt).first()
    labels = dict(AttemptSignal.Kind.choices)
    context = {
        "title": own.name,
        "desk": desk_of(request.user),
        "exam": exam,
        "attempt": attempt,
        "row": row_of(with_answered([own])[0], now),
        "now": now,
        "act_id": uuid.uuid4(),
        "typed": request.session.pop(TYPED, None),
        "sums": [(labels.get(kind, kind), values) for kind, values in (tally.counts if tally else {}).items()],
        "signals": list(AttemptSignal.objects.filter(attempt=attempt).order_by("-happened_at", "-id")),
        "sent": messages_of(attempt_id=attempt.pk, exam_id=exam.pk),
        "seen_message": presence.message_id if presence else 0,
        "acts": list(InvigilatorAct.objects.filter(targets__attempt=attempt).select_related("actor").order_by("-id")),
        "device": AttemptDevice.objects.filter(attempt=attempt).first(),
        "integrity": Integrity.from_fields(exam.integrity),
        "is_running": attempt.state in {Attempt.State.OPEN, Attempt.State.PAUSED},
        "has_ended": attempt.state in ENDED,
        "maximum_message": MAXIMUM_MESSAGE,
    }
    return render(request, "exams/invigilation/candidate.html", context)
