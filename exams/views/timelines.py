"""What happened in an attempt, for the learner who sat it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from exams.marking.own_timeline import own_timeline
from exams.models import Attempt
from exams.views.own import ended_attempt_page


@ended_attempt_page
def timeline(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Show what was kept of the learner's own attempt, from its start to its result."""
    context = {
        "title": _("Timeline: %(exam)s") % {"exam": attempt.exam.title},
        "desk": "learner",
        "attempt": attempt,
        "timeline": own_timeline(attempt=attempt),
    }
    return render(request, "exams/timeline.html", context)
