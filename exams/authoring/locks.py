"""Use cases of locking a question against the changes of others."""

from typing import Any

from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import Conflict
from exams.authoring.questions import QuestionLocked
from exams.models import Question
from exams.policies_authoring import is_steward


def lock_question(*, question: Question, actor: Any) -> None:
    """Keep everybody else from changing the question; harmless when the actor has it locked already.

    QuestionLocked when somebody else was first: one conditional UPDATE decides a race.
    """
    done = Question.objects.filter(pk=question.pk, locked=False).update(
        locked=True, locked_by=actor, locked_at=now_utc()
    )
    if not done and not Question.objects.filter(pk=question.pk, locked_by=actor).exists():
        raise QuestionLocked(_("Somebody else has locked this question."))


def unlock_question(*, question: Question, actor: Any) -> None:
    """Open the question to all editors again: whoever locked it, or a steward of the bank. QuestionLocked otherwise."""
    rows = Question.objects.filter(pk=question.pk)
    if not is_steward(actor, question.bank):
        rows = rows.filter(locked_by=actor)
    if not rows.update(locked=False, locked_by=None, locked_at=None):
        raise QuestionLocked(_("Only who locked the question, or the owner of the bank, can unlock it."))


def require_open(*, question: Question) -> None:
    """Raise Conflict for a retired question, which has to be restored first."""
    if question.status == Question.Status.RETIRED:
        raise Conflict(_("This question is retired. Restore it first."))
