"""What pages of learners share when they take a report about a question: one answer for every outcome."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from edu.core.errors import DomainError
from exams.authoring.reports import report_question
from exams.models import QuestionVersion


def take_report(request: HttpRequest, *, version: QuestionVersion, url: str) -> None:
    """Write the posted report of a version that the learner has met, and say what came of it."""
    try:
        report_question(
            version=version,
            reporter=request.user,
            reason=request.POST.get("reason", ""),
            text=request.POST.get("text", ""),
            url=url,
        )
    except DomainError as error:
        messages.error(request, _(error.message))
    else:
        messages.success(request, _("Thank you. The author is told; the answer will reach you."))
