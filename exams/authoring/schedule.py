"""Use cases of publishing and retiring at a time; a periodic task carries them out."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.errors import DomainError, InvalidInput
from edu.notifications.services import notify
from exams.authoring.checks import check_question
from exams.authoring.locks import require_open
from exams.authoring.questions import freeze_question, require_unlocked
from exams.models import Question

MAXIMUM_A_RUN = 500


def schedule_question(
    *, question: Question, actor: Any, go_live_at: datetime | None, expire_at: datetime | None, now: datetime
) -> None:
    """Say when the draft is published and when the question is retired; None takes a time back.

    What is published then is the draft as it stands then; in a bank with review it has to be approved by then.
    InvalidInput for a time that is over or an end before the beginning, InvalidQuestion for an incomplete draft.
    """
    require_unlocked(question=question, actor=actor)
    if go_live_at is not None:
        require_open(question=question)
        check_question(type=question.type, content=question.content, key=question.key, is_draft=False)
        if go_live_at <= now:
            raise InvalidInput(_("This time is over. Publish it now instead."), field="go_live_at")
    if expire_at is not None and expire_at <= max(go_live_at or now, now):
        raise InvalidInput(_("It has to end after it begins, and after now."), field="expire_at")
    with transaction.atomic():
        Question.objects.filter(pk=question.pk).update(go_live_at=go_live_at, expire_at=expire_at)
        question.go_live_at, question.expire_at = go_live_at, expire_at
        record(
            actor=actor,
            action="question.schedule",
            object_kind="question",
            object_id=question.public_id,
            object_label=question.summary,
            changes={
                "go_live_at": go_live_at.isoformat() if go_live_at else None,
                "expire_at": expire_at.isoformat() if expire_at else None,
            },
        )


def carry_out_schedules(*, now: datetime) -> int:
    """Publish and retire what is due; return how many. Run twice it does nothing more.

    A draft that cannot be published loses its time, and its author is told why.
    """
    done = 0
    due = Question.objects.filter(go_live_at__lte=now).exclude(status=Question.Status.RETIRED).order_by("go_live_at")
    for question in due.select_related("bank", "current_version", "author")[:MAXIMUM_A_RUN]:
        try:
            with transaction.atomic():
                freeze_question(question=question, actor=question.author)
                record(
                    actor=None,
                    action="question.publish",
                    object_kind="question",
                    object_id=question.public_id,
                    object_label=question.summary,
                    changes={"scheduled": True},
                )
            done += 1
        except DomainError as error:
            _give_up(question, error)
    ended = Question.objects.filter(expire_at__lte=now).exclude(status=Question.Status.RETIRED).order_by("expire_at")
    for question in ended[:MAXIMUM_A_RUN]:
        with transaction.atomic():
            changed = Question.objects.filter(pk=question.pk, expire_at=question.expire_at).update(
                status=Question.Status.RETIRED, live=False, expired=True, expire_at=None
            )
            if changed:
                record(
                    actor=None,
                    action="question.retire",
                    object_kind="question",
                    object_id=question.public_id,
                    object_label=question.summary,
                    changes={"scheduled": True},
                )
        done += changed
    return done


def _give_up(question: Question, error: DomainError) -> None:
    with transaction.atomic():
        Question.objects.filter(pk=question.pk).update(go_live_at=None)
        if question.author_id:
            notify(
                user_id=question.author_id,
                kind="exams.not_published",
                context={"question": question.summary[:120], "code": error.code},
                url=f"/teach/questions/{question.public_id}/",
                dedupe_key=f"exams.not_published:{question.pk}:{question.go_live_at}",
            )
