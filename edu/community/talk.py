"""Asking, answering, accepting, editing, withdrawing and reporting."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from courses import queries as courses
from edu.accounts.queries import public_name
from edu.audit.services import record
from edu.community.models import Answer, Question, Report
from edu.community.policies import is_moderator, require_part, teaches
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from edu.notifications.services import notify

MAX_BODY = 5000


def _text(value: str, *, field: str, limit: int = MAX_BODY, required: bool = True) -> str:
    """Return a text as it is kept; InvalidInput when it is empty or too long."""
    cleaned = value.replace("\x00", "").strip()
    if required and not cleaned:
        raise InvalidInput(_("Write something first."), field=field)
    if len(cleaned) > limit:
        raise InvalidInput(_("This is too long: at most %(count)d characters.") % {"count": limit}, field=field)
    return cleaned


def ask_question(
    *, author: Any, lesson_public_id: uuid.UUID, title: str, body: str = "", created_at: datetime | None = None
) -> Question:
    """Ask something about a lesson, and tell its teachers. NotFound for those who may not take part."""
    lesson = courses.find_lesson(public_id=lesson_public_id)
    if lesson is None:
        raise NotFound
    require_part(author, course_id=lesson.course_id, product_key=lesson.product_key)
    with transaction.atomic():
        row = Question.objects.create(
            lesson_id=lesson.id,
            course_id=lesson.course_id,
            author=author,
            title=_text(title, field="title", limit=160),
            body=_text(body, field="body", required=False),
            created_at=created_at or now_utc(),
        )
        for user_id in courses.list_teacher_user_ids(course_id=lesson.course_id):
            if user_id != author.pk:
                _tell(user_id, "asked", row, lesson.course_title, author, f"asked:{row.pk}:{user_id}")
    return row


def _tell(user_id: int, kind: str, question: Question, course_title: str, author: Any, key: str) -> None:
    notify(
        user_id=user_id,
        kind=f"community.{kind}",
        context={"title": question.title, "course": course_title, "name": public_name(user=author)},
        url=reverse("community:question", args=[question.public_id]),
        dedupe_key=key,
    )


def get_question(*, user: Any, public_id: uuid.UUID) -> Question:
    """Return a question that the person may read; NotFound otherwise, and when it was withdrawn."""
    row = (
        Question.objects.select_related("author", "lesson").filter(public_id=public_id, deleted_at__isnull=True).first()
    )
    if row is None:
        raise NotFound
    require_part(user, course_id=row.course_id, product_key=f"lesson:{row.lesson.public_id}")
    return row


def get_answer(*, user: Any, public_id: uuid.UUID) -> Answer:
    """Return an answer that the person may read; NotFound otherwise, and when it was withdrawn."""
    row = (
        Answer.objects.select_related("author", "question__lesson")
        .filter(public_id=public_id, deleted_at__isnull=True, question__deleted_at__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound
    require_part(user, course_id=row.question.course_id, product_key=f"lesson:{row.question.lesson.public_id}")
    return row


def answer_question(
    *, author: Any, question_public_id: uuid.UUID, body: str, created_at: datetime | None = None
) -> Answer:
    """Answer a question and tell who asked. An answer of a teacher is marked as such."""
    question = get_question(user=author, public_id=question_public_id)
    with transaction.atomic():
        row = Answer.objects.create(
            question=question,
            author=author,
            body=_text(body, field="body"),
            by_teacher=teaches(author, course_id=question.course_id),
            created_at=created_at or now_utc(),
        )
        _count(question)
        if question.author_id != author.pk:
            title = courses.get_course_title(course_id=question.course_id)
            _tell(question.author_id, "answered", question, title, author, f"answered:{row.pk}")
    return row


def _count(question: Question) -> None:
    number = Answer.objects.filter(question=question, deleted_at__isnull=True).count()
    Question.objects.filter(pk=question.pk).update(answer_count=number)


def accept_answer(*, user: Any, answer_public_id: uuid.UUID) -> Question:
    """Mark an answer as the one that solved the question, or take the mark back. Who asked, and teachers, may."""
    answer = get_answer(user=user, public_id=answer_public_id)
    question = answer.question
    if question.author_id != user.pk and not teaches(user, course_id=question.course_id):
        raise NotAllowed(_("Only who asked, or a teacher, chooses the answer."))
    question.accepted_answer = None if question.accepted_answer_id == answer.pk else answer
    question.save(update_fields=["accepted_answer"])
    return question


def edit_question(*, user: Any, public_id: uuid.UUID, title: str, body: str) -> Question:
    """Change one's own question."""
    row = get_question(user=user, public_id=public_id)
    if row.author_id != user.pk:
        raise NotFound
    row.title = _text(title, field="title", limit=160)
    row.body = _text(body, field="body", required=False)
    row.edited_at = now_utc()
    row.save(update_fields=["title", "body", "edited_at"])
    return row


def edit_answer(*, user: Any, public_id: uuid.UUID, body: str) -> Answer:
    """Change one's own answer."""
    row = get_answer(user=user, public_id=public_id)
    if row.author_id != user.pk:
        raise NotFound
    row.body = _text(body, field="body")
    row.edited_at = now_utc()
    row.save(update_fields=["body", "edited_at"])
    return row


def delete_question(*, user: Any, public_id: uuid.UUID) -> Question:
    """Withdraw one's own question, or as a moderator another's (which the audit log keeps)."""
    row = get_question(user=user, public_id=public_id)
    _require_delete(user, author_id=row.author_id, course_id=row.course_id)
    with transaction.atomic():
        row.deleted_at = now_utc()
        row.save(update_fields=["deleted_at"])
        _record_removal(user, row.author_id, "question", row.public_id, row.title)
    return row


def delete_answer(*, user: Any, public_id: uuid.UUID) -> Answer:
    """Withdraw one's own answer, or as a moderator another's (which the audit log keeps)."""
    row = get_answer(user=user, public_id=public_id)
    _require_delete(user, author_id=row.author_id, course_id=row.question.course_id)
    with transaction.atomic():
        row.deleted_at = now_utc()
        row.save(update_fields=["deleted_at"])
        Question.objects.filter(pk=row.question_id, accepted_answer=row).update(accepted_answer=None)
        _count(row.question)
        _record_removal(user, row.author_id, "answer", row.public_id, row.question.title)
    return row


def _require_delete(user: Any, *, author_id: int, course_id: int) -> None:
    if author_id != user.pk and not is_moderator(user, course_id=course_id):
        raise NotFound


def _record_removal(user: Any, author_id: int, kind: str, public_id: uuid.UUID, label: str) -> None:
    if author_id != user.pk:
        record(actor=user, action=f"community.remove_{kind}", object_kind=kind, object_id=public_id, object_label=label)


def report(
    *,
    user: Any,
    reason: str,
    question_public_id: uuid.UUID | None = None,
    answer_public_id: uuid.UUID | None = None,
) -> Report:
    """Tell the teachers that a question or an answer does not belong there; Conflict when the person did so before."""
    text = _text(reason, field="reason", limit=300)
    answer = get_answer(user=user, public_id=answer_public_id) if answer_public_id else None
    if answer is None and question_public_id is None:
        raise NotFound
    question = answer.question if answer else get_question(user=user, public_id=question_public_id)  # type: ignore[arg-type] # checked above
    target: dict[str, Any] = {"answer": answer} if answer else {"question": question}
    with transaction.atomic():
        row, is_new = Report.objects.get_or_create(
            reporter=user, **target, defaults={"reason": text, "created_at": now_utc()}
        )
        if not is_new:
            raise Conflict(_("You have reported this before; it is being looked at."))
        title = courses.get_course_title(course_id=question.course_id)
        for user_id in courses.list_teacher_user_ids(course_id=question.course_id):
            _tell(user_id, "reported", question, title, user, f"reported:{row.pk}:{user_id}")
    return row
