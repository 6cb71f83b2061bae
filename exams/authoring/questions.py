"""Use cases of single questions: save the draft, publish it as a frozen version, retire it. Callers: views,
Wagtail."""

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from exams.authoring.checks import check_question, content_hash_of, plain_text_of, summary_of
from exams.authoring.rich_text import clean_content, clean_key, clean_rich_text
from exams.models import Bank, Question, QuestionVersion, Topic

MAXIMUM_TAGS = 20


def clean_tags(tags: list[str]) -> list[str]:
    """Return the tags trimmed, without repetition, in their order; InvalidInput when there are too many or one is
    too long."""
    names = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    if len(names) > MAXIMUM_TAGS or any(len(name) > 40 for name in names):
        raise InvalidInput(_("A question has at most 20 tags of at most 40 characters."), field="tags")
    return names


def save_question(
    *,
    bank: Bank,
    actor: Any,
    type: str,
    content: dict[str, Any],
    key: dict[str, Any],
    question: Question | None = None,
    topic: Topic | None = None,
    difficulty: int = 3,
    tags: list[str] | None = None,
    marks: Decimal = Decimal(1),
    language: str = "",
    explanation: str = "",
    source: str = "",
    ref: str = "",
) -> Question:
    """Write the draft of a question (a new one without `question`); learners see nothing of it until it is published.

    A draft may be incomplete: only its shape is checked. InvalidQuestion when content or key do not fit the type's
    models, InvalidInput
    for a difficulty outside 1..5 or negative marks, Conflict when another question of the bank has the same
    reference.
    """
    if not 1 <= difficulty <= 5:
        raise InvalidInput(_("The difficulty lies between 1 and 5."), field="difficulty")
    if marks < 0:
        raise InvalidInput(_("Marks cannot be negative."), field="marks")
    if topic is not None and topic.bank_id != bank.pk:
        raise InvalidInput(_("This topic belongs to another bank."), field="topic")
    content, key = clean_content(content), clean_key(key)
    check_question(type=type, content=content, key=key, is_draft=True)
    row = question or Question(bank=bank, author=actor, status=Question.Status.DRAFT, live=False)
    row.type = type
    row.topic = topic
    row.difficulty = difficulty
    row.tags = clean_tags(tags or [])
    row.marks = marks
    row.language = language or bank.language
    row.content = content
    row.key = key
    row.explanation = clean_rich_text(explanation)
    row.source = source.strip()[:300]
    row.ref = ref.strip()[:80]
    row.summary = summary_of(type=type, content=content)
    row.search_text = plain_text_of(type=type, content=content)
    row.content_hash = content_hash_of(type=type, content=content, key=key)
    row.has_unpublished_changes = not equals_version(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(_("Another question of this bank has the same reference."), field="ref") from error
    return row


def equals_version(question: Question) -> bool:
    """Whether the draft says the same as the version that is drawn."""
    version = question.current_version
    return version is not None and (version.content_hash, version.explanation, version.source, version.marks) == (
        question.content_hash,
        question.explanation,
        question.source,
        question.marks,
    )


def freeze_question(*, question: Question, actor: Any | None) -> QuestionVersion:
    """Freeze the draft as the next version and make it the one that is drawn; an unchanged draft keeps its version.

    InvalidQuestion lists what is missing. The caller holds the transaction; the unique number makes a race fail
    loudly.
    """
    check_question(type=question.type, content=question.content, key=question.key, is_draft=False)
    version = question.current_version
    if version is None or not equals_version(question):
        last = QuestionVersion.objects.filter(question=question).aggregate(last=Max("number"))["last"] or 0
        version = QuestionVersion.objects.create(
            question=question,
            number=last + 1,
            type=question.type,
            content=question.content,
            key=question.key,
            explanation=question.explanation,
            source=question.source,
            marks=question.marks,
            content_hash=question.content_hash,
            published_at=now_utc(),
            published_by=actor,
        )
    question.current_version = version
    question.status = Question.Status.PUBLISHED
    question.live = True
    question.has_unpublished_changes = False
    question.save(update_fields=["current_version", "status", "live", "has_unpublished_changes", "updated_at"])
    return version


def publish_question(*, question: Question, actor: Any) -> QuestionVersion:
    """Freeze the draft as a version that papers and practice may draw, and record it in the audit log.

    InvalidQuestion lists every fault; nothing is changed then.
    """
    with transaction.atomic():
        version = freeze_question(question=question, actor=actor)
        record(
            actor=actor,
            action="question.publish",
            object_kind="question",
            object_id=question.public_id,
            object_label=question.summary,
            changes={"version": version.number},
        )
    return version


def retire_question(*, question: Question, actor: Any) -> None:
    """Keep the question from being drawn any more; papers and attempts that have it are not touched."""
    with transaction.atomic():
        Question.objects.filter(pk=question.pk).update(status=Question.Status.RETIRED, live=False)
        question.status = Question.Status.RETIRED
        record(
            actor=actor,
            action="question.retire",
            object_kind="question",
            object_id=question.public_id,
            object_label=question.summary,
        )


def restore_question(*, question: Question, actor: Any) -> None:
    """Take a retired question back: published when it has a version, a draft otherwise."""
    status = Question.Status.PUBLISHED if question.current_version_id else Question.Status.DRAFT
    with transaction.atomic():
        Question.objects.filter(pk=question.pk).update(status=status, live=status == Question.Status.PUBLISHED)
        question.status = status
        record(
            actor=actor,
            action="question.restore",
            object_kind="question",
            object_id=question.public_id,
            object_label=question.summary,
        )
