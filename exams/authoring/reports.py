"""Use cases of error reports: a learner says what is wrong, an author answers, the answer reaches the learner."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.notifications.services import notify
from exams.authoring.figures import refresh_health
from exams.models import Question, QuestionReport, QuestionVersion
from exams.policies_authoring import list_editable_banks

MAXIMUM_TEXT = 1000


def report_question(*, version: QuestionVersion, reporter: Any, reason: str, text: str, url: str) -> QuestionReport:
    """Take a learner's report of a version that she met, which the caller has made sure of, and tell the author.

    InvalidInput without a reason; Conflict while an earlier report of hers is open.
    """
    if reason not in QuestionReport.Reason.values:
        raise InvalidInput(_("Say what is wrong."), field="reason")
    question = Question.objects.select_related("bank").get(pk=version.question_id)
    try:
        with transaction.atomic():
            row = QuestionReport.objects.create(
                question=question,
                version=version,
                reporter=reporter,
                reason=reason,
                text=text.strip()[:MAXIMUM_TEXT],
                url=url[:200],
                created_at=now_utc(),
            )
            refresh_health(question_ids=[question.pk])
            for user_id in {question.author_id, question.bank.owner_id} - {None, reporter.pk}:
                notify(
                    user_id=user_id,
                    kind="exams.reported",
                    context={"question": question.summary[:120], "reason": reason, "text": row.text[:500]},
                    url=f"/teach/reports/#report-{row.public_id}",
                    dedupe_key=f"exams.reported:{row.pk}:{user_id}",
                )
    except IntegrityError as error:
        raise Conflict(_("You have reported this question already. The answer will reach you.")) from error
    return row


def list_reports(user: Any, *, state: str = QuestionReport.State.OPEN) -> QuerySet[QuestionReport]:
    """Return the reports on questions of banks that the person may write in, newest first."""
    return (
        QuestionReport.objects.filter(state=state, question__bank__in=list_editable_banks(user).values("pk"))
        .select_related("question__bank", "reporter", "answered_by", "version")
        .order_by("-id")
    )


def get_report(user: Any, public_id: object) -> QuestionReport:
    """Return a report that the person may answer; NotFound otherwise."""
    row = (
        QuestionReport.objects.filter(public_id=public_id, question__bank__in=list_editable_banks(user).values("pk"))
        .select_related("question__bank")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such report."))
    return row


def answer_report(*, report: QuestionReport, actor: Any, reply: str) -> None:
    """Answer a report and tell the learner. InvalidInput without words; Conflict when it was answered before."""
    reply = reply.strip()[:4000]
    if not reply:
        raise InvalidInput(_("Write an answer to the learner."), field="reply")
    with transaction.atomic():
        done = QuestionReport.objects.filter(pk=report.pk, state=QuestionReport.State.OPEN).update(
            state=QuestionReport.State.ANSWERED, reply=reply, answered_by=actor, answered_at=now_utc()
        )
        if not done:
            raise Conflict(_("This report was answered before."))
        refresh_health(question_ids=[report.question_id])
        record(
            actor=actor,
            action="question.answer_report",
            object_kind="question",
            object_id=report.question.public_id,
            object_label=report.question.summary,
        )
        notify(
            user_id=report.reporter_id,
            kind="exams.report_answered",
            context={"question": report.question.summary[:120], "reply": reply},
            url=report.url,
            dedupe_key=f"exams.report_answered:{report.pk}",
        )
