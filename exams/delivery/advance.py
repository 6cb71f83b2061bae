"""Going on in a forward-only attempt: the open question is closed and the next one opened, by compare-and-set."""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, InvalidInput, NotFound
from exams.delivery.keys import AttemptKey
from exams.delivery.save import SaveRefused, kept_of, refuse_moved, refuse_paused
from exams.models import Attempt


class LastQuestion(Conflict):
    """There is no question after this one."""

    code = "last_question"


def move_forward(*, key: AttemptKey, from_slot: int, now: datetime) -> int:
    """Close `from_slot`, open the next and return it: one statement when all is well. Asked again, nothing moves twice.

    Whoever calls it has saved the answer before. Raises NotFound, InvalidInput (the attempt is not forward-only, or
    `from_slot` was not reached), LastQuestion, or SaveRefused (moved, paused, expired, submitted).
    """
    if not 1 <= from_slot <= key.slots:
        raise InvalidInput(_("This attempt has no question %(name)s.") % {"name": from_slot}, field="position")
    if from_slot < key.slots:
        moved = Attempt.objects.filter(
            pk=key.attempt_id,
            user_id=key.user_id,
            epoch=key.epoch,
            state=Attempt.State.OPEN,
            position=from_slot,
            deadline_at__gte=now - timedelta(seconds=key.grace_seconds),
        ).update(position=F("position") + 1)
        if moved:
            return from_slot + 1
    return _explain(key, from_slot, now)


def _explain(key: AttemptKey, from_slot: int, now: datetime) -> int:
    """Return the open slot where the move was made before; say why not otherwise."""
    attempt = Attempt.objects.filter(pk=key.attempt_id, user_id=key.user_id).first()
    if attempt is None:
        raise NotFound(_("There is no such attempt."))
    refuse_moved(attempt, key)
    refuse_paused(attempt)
    if attempt.state != Attempt.State.OPEN:
        raise SaveRefused(_("The exam was handed in already."), code="submitted", kept=kept_of(attempt))
    if attempt.deadline_at < now - timedelta(seconds=key.grace_seconds):
        raise SaveRefused(_("Time is up. Your answers are being handed in."), code="expired", kept=kept_of(attempt))
    if attempt.position == 0:
        raise InvalidInput(_("All questions of this attempt are open; there is nothing to move."), field="position")
    if attempt.position < from_slot:
        message = _("Question %(number)s has not been shown yet.") % {"number": from_slot}
        raise InvalidInput(message, field="position")
    if attempt.position == from_slot:
        raise LastQuestion(_("This is the last question. Hand in when you are done."))
    return attempt.position
