"""Use cases of remarks on a question: a thread a field, answers, resolving."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from edu.notifications.services import notify
from exams.models import Question, QuestionComment

FIELDS = {
    "": gettext_lazy("the whole question"),
    "stem": gettext_lazy("the text of the question"),
    "answers": gettext_lazy("options and answers"),
    "key": gettext_lazy("the answer key"),
    "explanation": gettext_lazy("the explanation"),
    "meta": pgettext_lazy("comment on a question", "topic, difficulty, tags"),
}
MAXIMUM_TEXT = 4000


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A remark with its answers."""

    remark: QuestionComment
    field_label: Any
    replies: tuple[QuestionComment, ...]

    @property
    def is_resolved(self) -> bool:
        """Whether the thread is closed."""
        return self.remark.resolved_at is not None


def list_threads(*, question: Question) -> list[Thread]:
    """Return the threads of a question, open ones first; one query."""
    rows = list(QuestionComment.objects.filter(question=question).select_related("author", "resolved_by"))
    replies: dict[int, list[QuestionComment]] = {}
    for row in rows:
        if row.thread_id is not None:
            replies.setdefault(row.thread_id, []).append(row)
    threads = [
        Thread(remark=row, field_label=FIELDS.get(row.field, row.field), replies=tuple(replies.get(row.pk, ())))
        for row in rows
        if row.thread_id is None
    ]
    return sorted(threads, key=lambda thread: thread.is_resolved)


def find_thread(*, question: Question, public_id: object) -> QuestionComment:
    """Return a remark of this question; NotFound for any other."""
    row = QuestionComment.objects.filter(question=question, thread__isnull=True, public_id=public_id).first()
    if row is None:
        raise NotFound(_("There is no such remark."))
    return row


def add_comment(
    *, question: Question, actor: Any, text: str, field: str = "", thread: QuestionComment | None = None
) -> QuestionComment:
    """Write a remark on a field, or an answer in a thread, and tell those who take part. InvalidInput without text."""
    text = text.strip()
    if not text:
        raise InvalidInput(_("Write something first."), field="text")
    if field not in FIELDS:
        raise InvalidInput(_("Choose one of the offered values."), field="field")
    with transaction.atomic():
        row = QuestionComment.objects.create(
            question=question,
            field=thread.field if thread else field,
            thread=thread,
            author=actor,
            text=text[:MAXIMUM_TEXT],
            created_at=now_utc(),
        )
        if thread is not None and thread.resolved_at is not None:
            QuestionComment.objects.filter(pk=thread.pk).update(resolved_at=None, resolved_by=None)
        told = {question.author_id}
        if thread is not None:
            told |= {thread.author_id, *thread.replies.values_list("author_id", flat=True)}
        for user_id in told - {None, actor.pk}:
            notify(
                user_id=user_id,
                kind="exams.commented",
                context={"question": question.summary[:120], "author": str(actor), "text": text[:500]},
                url=f"/teach/questions/{question.public_id}/review/#comments",
                dedupe_key=f"exams.commented:{row.pk}:{user_id}",
            )
    return row


def resolve_thread(*, thread: QuestionComment, actor: Any, is_resolved: bool) -> None:
    """Close a thread, or open it again."""
    QuestionComment.objects.filter(pk=thread.pk).update(
        resolved_at=now_utc() if is_resolved else None, resolved_by=actor if is_resolved else None
    )
