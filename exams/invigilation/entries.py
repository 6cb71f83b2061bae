"""What the pages of invigilators share: what is not theirs is not there, refusals become messages."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from edu.core.errors import DomainError, NotFound
from exams.models import Attempt, Exam
from exams.permissions import can_manage_exams, get_invigilated_exam, get_managed_exam

TYPED = "refused_act"
"""Where the session keeps what was typed into an act that was refused: nothing has to be written twice."""


def invigilated_or_404(request: HttpRequest, public_id: uuid.UUID) -> Exam:
    """Return an exam whose room the person may watch."""
    try:
        return get_invigilated_exam(request.user, public_id)
    except NotFound as error:
        raise Http404(error.message) from error


def managed_or_404(request: HttpRequest, public_id: uuid.UUID) -> Exam:
    """Return an exam that the person manages; to be named its invigilator is not enough."""
    try:
        return get_managed_exam(request.user, public_id)
    except NotFound as error:
        raise Http404(error.message) from error


def attempt_or_404(exam: Exam, attempt_id: uuid.UUID) -> Attempt:
    """Return an attempt of the exam with its learner, without its answers."""
    row = Attempt.objects.filter(exam=exam, public_id=attempt_id).select_related("user").defer("responses").first()
    if row is None:
        raise Http404
    row.exam = exam
    return row


def desk_of(user: Any) -> str:
    """Return the desk whose navigation stands beside the page: an invigilator may be nobody's instructor."""
    return "instructor" if can_manage_exams(user) else "learner"


def say(request: HttpRequest, error: DomainError) -> None:
    """Tell the person why something was refused, in her language."""
    messages.error(request, _(error.message))
