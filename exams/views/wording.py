"""What the learner's pages share: refusals in her language, and 404 for what is not hers."""

from django.http import Http404
from django.utils.translation import gettext as _

from edu.core.errors import DomainError, NotFound
from exams.delivery.access import NoAccess
from exams.models import Attempt

RUNNING = {Attempt.State.OPEN, Attempt.State.PAUSED}


def not_found(error: NotFound) -> Http404:
    """Return the 404 of something that is not there for this person."""
    return Http404(error.message)


def reason(error: DomainError) -> str:
    """Return why an exam cannot be started, in the reader's language."""
    words = {
        NoAccess.code: _("You do not have access to this exam yet."),
        "wrong_address": _("This exam can only be started from certain places, and yours is not one of them."),
        "not_open": _("This exam is not open yet."),
        "closed": _("This exam is closed."),
        "missed": _("This exam is over."),
        "passed": _("You have passed this exam."),
        "failed": _("You have no attempts left."),
        "awaiting_marking": _("Your last attempt has not been marked yet."),
        "submitted": _("This attempt was handed in already."),
        "moved": _("The exam was opened somewhere else. Open it again here to go on."),
        "question_closed": _("This question is closed. What came to it afterwards is kept for the invigilator."),
        "last_question": _("This is the last question. Hand in when you are done."),
        "paused": _("The exam is paused. Wait until it goes on, then save again."),
        "expired": _("Time was up. What came late is kept for the invigilator to decide."),
    }
    return words.get(error.code, error.message)
