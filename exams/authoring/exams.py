"""Use cases of exams: draft, schedule, archive. Callers: authoring views, the demo, training through services."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from edu.access.services import register_door
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from edu.events.publish import publish
from edu.events.types import ExamScheduled
from exams.authoring.rich_text import clean_rich_text
from exams.delivery.reviewing import open_review, waits_for_close
from exams.domain.integrity import Integrity
from exams.fetch import policy_of
from exams.models import Attempt, Exam, Paper
from exams.policies_authoring import require_author, require_organization

DEFAULT_REVIEW = {"marks": True, "answers": True, "keys": True, "explanations": True}

EXAM_FIELDS = frozenset(
    [
        "title",
        "description",
        "rules",
        "language",
        "audience",
        "opens_at",
        "closes_at",
        "duration_seconds",
        "grace_seconds",
        "attempts_allowed",
        "pass_percent",
        "shuffle_questions",
        "shuffle_options",
        "layout",
        "forward_only",
        "release",
        "review_policy",
        "grading_policy",
        "access_code",
        "address_ranges",
        "integrity",
        "marking_is_anonymous",
        "appeal_days",
    ]
)
FROZEN_ONCE_STARTED = frozenset({"grading_policy", "shuffle_questions", "shuffle_options", "forward_only"})


def _check(exam: Exam) -> None:
    if not exam.title.strip():
        raise InvalidInput(_("Give the exam a title."), field="title")
    if exam.closes_at <= exam.opens_at:
        raise InvalidInput(_("The exam has to close after it opens."), field="closes_at")
    if exam.duration_seconds < 60:
        raise InvalidInput(_("An attempt lasts at least one minute."), field="duration_seconds")
    if not 0 <= exam.pass_percent <= 100:
        raise InvalidInput(_("The pass mark lies between 0 and 100 per cent."), field="pass_percent")
    if exam.attempts_allowed < 1:
        raise InvalidInput(_("A learner needs at least one attempt."), field="attempts_allowed")
    try:
        integrity = Integrity(**exam.integrity)
    except ValidationError as error:
        raise InvalidInput(_("These options for honesty are not known."), field="integrity") from error
    if integrity.full_screen and exam.forward_only:
        raise InvalidInput(
            _("Full screen ends whenever a page is loaded, and forward only loads one a question. Choose one."),
            field="full_screen",
        )
    if exam.audience == Exam.Audience.ORGANIZATION and exam.organization_id is None:
        raise InvalidInput(_("Choose an organisation, or another audience."), field="audience")


def save_exam(
    *,
    actor: Any,
    paper: Paper,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    duration_seconds: int,
    exam: Exam | None = None,
    organization_id: int | None = None,
    **fields: Any,
) -> Exam:
    """Write an exam (a new draft without `exam`); `fields` are any of EXAM_FIELDS, what is not named keeps its
    default.

    The caller fetched `paper` and `exam` through the policy. A scheduled exam keeps its paper. InvalidInput names
    the field;
    Conflict when rules would change under attempts that have begun.
    """
    require_author(actor)
    unknown = set(fields) - EXAM_FIELDS
    if unknown:
        raise InvalidInput(f"An exam has no {', '.join(sorted(unknown))}.")
    if exam is None:
        require_organization(actor, organization_id)
        exam = Exam(
            owner=actor,
            organization_id=organization_id,
            language=paper.language,
            review_policy=dict(DEFAULT_REVIEW),
            status=Exam.Status.DRAFT,
            paper=paper,
        )
    elif exam.status == Exam.Status.SCHEDULED and exam.paper_id != paper.pk:
        raise Conflict(_("A scheduled exam keeps its paper. Copy the exam to use another one."), field="paper")
    has_begun = exam.pk is not None and exam.attempts.exists()
    changed = {name for name in FROZEN_ONCE_STARTED & set(fields) if _differs(name, getattr(exam, name), fields[name])}
    if has_begun and changed:
        raise Conflict(
            _("Learners have begun this exam, so its marking, shuffling and way forward cannot change any more."),
            field=sorted(changed)[0],
        )
    _refuse_untold(exam, fields)
    was_kept = waits_for_close(exam)
    exam.paper = paper
    exam.title = title.strip()[:200]
    exam.opens_at, exam.closes_at, exam.duration_seconds = opens_at, closes_at, duration_seconds
    for name, value in fields.items():
        setattr(exam, name, clean_rich_text(value) if name in {"description", "rules"} else value)
    if exam.forward_only:
        exam.layout = Exam.Layout.ONE_QUESTION
    _check(exam)
    with transaction.atomic():
        # What others write meanwhile (releases, decisions of regrades) is no setting and stays as it is.
        exam.save(update_fields=[*EXAM_FIELDS, "paper", "updated_at"] if exam.pk else None)
        if was_kept and not waits_for_close(exam) and exam.review_opened_at is None:
            open_review(exam=exam, now=now_utc())
        if exam.status == Exam.Status.SCHEDULED:
            _register_exam_door(exam)
            record(
                actor=actor,
                action="exam.update",
                object_kind="exam",
                object_id=exam.public_id,
                object_label=exam.title,
                organization_id=exam.organization_id,
            )
    return exam


def _differs(name: str, old: Any, new: Any) -> bool:
    """Whether a setting changes in effect: a marking rule that is spelled out is the one that held by default."""
    return policy_of(old) != policy_of(new) if name == "grading_policy" else bool(old != new)


def _refuse_untold(exam: Exam, fields: dict[str, Any]) -> None:
    """Refuse to turn on what candidates inside were not told of before they started; turning off is always possible."""
    if exam.pk is None or "integrity" not in fields:
        return
    before = Integrity.from_fields(exam.integrity)
    added = [name for name, value in fields["integrity"].items() if value and not getattr(before, name, False)]
    if added and exam.attempts.filter(state__in=[Attempt.State.OPEN, Attempt.State.PAUSED]).exists():
        raise Conflict(
            _("Candidates are inside who were not told of this before they started. Turn it on when they are out."),
            field=sorted(added)[0],
        )


def _register_exam_door(exam: Exam) -> None:
    register_door(product_key=exam.product_key, title=exam.title, url=f"/exams/{exam.public_id}/")


def schedule_exam(*, exam: Exam, actor: Any) -> Exam:
    """Freeze the paper's newest version into the exam and show it to its audience; publishes ExamScheduled.

    Harmless when it is scheduled already. Conflict when the paper was never published or the window is over.
    """
    with transaction.atomic():
        if exam.status == Exam.Status.SCHEDULED:
            return exam
        _check(exam)
        version_id = Paper.objects.values_list("current_version_id", flat=True).get(pk=exam.paper_id)
        if version_id is None:
            raise Conflict(_("Publish the paper first; an exam uses its published version."), field="paper")
        if exam.closes_at <= now_utc():
            raise Conflict(_("This window is over. Choose a later closing time."), field="closes_at")
        exam.status = Exam.Status.SCHEDULED
        if exam.paper_version_id is None:
            exam.paper_version_id = version_id
        exam.save(update_fields=["status", "paper_version", "updated_at"])
        _register_exam_door(exam)
        publish(ExamScheduled(exam_id=exam.pk))
        record(
            actor=actor,
            action="exam.schedule",
            object_kind="exam",
            object_id=exam.public_id,
            object_label=exam.title,
            changes={"paper_version_id": exam.paper_version_id},
            organization_id=exam.organization_id,
        )
    return exam


def archive_exam(*, exam: Exam, actor: Any) -> None:
    """Put the exam away: learners do not see it as open any more, records stay. Harmless when repeated."""
    with transaction.atomic():
        exam.status = Exam.Status.ARCHIVED
        exam.save(update_fields=["status", "updated_at"])
        record(
            actor=actor,
            action="exam.archive",
            object_kind="exam",
            object_id=exam.public_id,
            object_label=exam.title,
            organization_id=exam.organization_id,
        )


def copy_exam(*, exam: Exam, actor: Any, title: str) -> Exam:
    """Return a new draft of the actor with the same rules and the paper's newest version; InvalidInput without a
    title."""
    require_author(actor)
    if not title.strip():
        raise InvalidInput(_("Give the exam a title."), field="title")
    fields = {name: getattr(exam, name) for name in EXAM_FIELDS}
    with transaction.atomic():
        copy = Exam.objects.create(
            **fields | {"title": title.strip()[:200]},
            paper_id=exam.paper_id,
            owner=actor,
            organization_id=exam.organization_id,
        )
        record(actor=actor, action="exam.copy", object_kind="exam", object_id=copy.public_id, object_label=copy.title)
    return copy
