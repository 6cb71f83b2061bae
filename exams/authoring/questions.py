"""Use cases of single questions: save the draft, publish it as a frozen version, retire it. Callers: views,
Wagtail."""

import hashlib
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from exams.authoring.checks import check_question, concealed, content_hash_of, plain_text_of, settled, summary_of
from exams.authoring.rich_text import clean_content, clean_key, clean_rich_text
from exams.authoring.term_index import index_questions
from exams.authoring.topic_counts import shift_counts
from exams.models import Bank, Question, QuestionReview, QuestionVersion, Topic

MAXIMUM_TAGS = 20

EDITED_FIELDS = (
    "type", "topic_id", "difficulty", "tags", "marks", "language", "content", "key", "explanation", "source", "ref",
)  # fmt: skip
"""What an author changes of a question; a revision is kept when one of them differs."""


class QuestionLocked(Conflict):
    """Somebody else has locked the question; nothing was changed."""

    code = "question_locked"


class NotApproved(Conflict):
    """The bank asks for a second person's approval, and this draft does not have it."""

    code = "not_approved"


def require_unlocked(*, question: Question, actor: Any) -> None:
    """Raise QuestionLocked when somebody else has locked the question."""
    if question.locked and question.locked_by_id is not None and question.locked_by_id != getattr(actor, "pk", None):
        raise QuestionLocked(_("%(name)s has locked this question.") % {"name": question.locked_by})


def fingerprint_of(question: Question) -> str:
    """Return the SHA-256 of what a version would freeze; an approval holds for exactly this."""
    parts = [question.content_hash, question.explanation, question.source, format(Decimal(question.marks), ".2f")]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def is_approved(question: Question) -> bool:
    """Whether a second person approved the draft as it stands; one query."""
    return QuestionReview.objects.filter(
        question=question, state=QuestionReview.State.APPROVED, fingerprint=fingerprint_of(question)
    ).exists()


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
    version = question.current_version if question else None
    frozen = version.content if version is not None and version.type == type else None
    if version is None or version.content_hash != content_hash_of(type=type, content=content, key=key):
        content, key = concealed(type=type, content=content, key=key, frozen=frozen)
    elif frozen is not None:
        # What says the same as the frozen version keeps its ids: nothing was edited.
        content, key = settled(type=type, content=content, key=key, former=frozen)
    row = question or Question(bank=bank, author=actor, status=Question.Status.DRAFT, live=False)
    require_unlocked(question=row, actor=actor)
    former = {name: getattr(row, name) for name in EDITED_FIELDS} if row.pk else None
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
            if former is None or former["topic_id"] != row.topic_id:
                shift_counts(taken=[former["topic_id"]] if former else [], given=[row.topic_id])
            if former is None or any(getattr(row, name) != value for name, value in former.items()):
                index_questions(questions=[row])
                row.save_revision(user=actor, clean=False, changed=row.has_unpublished_changes)
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

    InvalidQuestion lists what is missing; NotApproved where the bank asks for a second person and the draft lacks her
    approval. The caller holds the transaction; the unique number makes a race fail loudly.
    """
    check_question(type=question.type, content=question.content, key=question.key, is_draft=False)
    is_new = question.is_withheld or not equals_version(question)
    if is_new and question.bank.requires_review and not is_approved(question):
        raise NotApproved(_("A second person has to approve this question before it is published."))
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
    question.is_withheld = False
    question.go_live_at = None
    question.save(
        update_fields=[
            *("current_version", "status", "live", "has_unpublished_changes", "is_withheld", "go_live_at"),
            "updated_at",
        ]
    )
    return version


def publish_question(*, question: Question, actor: Any) -> QuestionVersion:
    """Freeze the draft as a version that papers and practice may draw, and record it in the audit log.

    InvalidQuestion lists every fault, NotApproved and QuestionLocked say what stands in the way; nothing is changed
    then.
    """
    require_unlocked(question=question, actor=actor)
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
    """Keep the question from being drawn any more; papers and attempts that have it are not touched.

    QuestionLocked when somebody else has locked it.
    """
    require_unlocked(question=question, actor=actor)
    with transaction.atomic():
        Question.objects.filter(pk=question.pk).update(status=Question.Status.RETIRED, live=False, expire_at=None)
        question.status = Question.Status.RETIRED
        record(
            actor=actor,
            action="question.retire",
            object_kind="question",
            object_id=question.public_id,
            object_label=question.summary,
        )


def restore_question(*, question: Question, actor: Any) -> None:
    """Take a retired question back: published when it has a version, a draft otherwise.

    QuestionLocked when somebody else has locked it.
    """
    require_unlocked(question=question, actor=actor)
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


VERSION_FIELDS = ("type", "content", "key", "explanation", "source", "marks")
"""What a version freezes of a question."""


def _take_back(*, question: Question, actor: Any, values: dict[str, Any]) -> None:
    """Write former values into the draft, through the same checks as an author's own."""
    kept = {
        "topic": question.topic,
        "difficulty": question.difficulty,
        "tags": question.tags,
        "language": question.language,
        "ref": question.ref,
    }
    save_question(bank=question.bank, actor=actor, question=question, **{**kept, **values})


def discard_draft(*, question: Question, actor: Any) -> None:
    """Give the draft the text, key and marks of the published version again; Conflict when nothing was published.

    The discarded draft stays in the history, from where it can be had back.
    """
    version = question.current_version
    if version is None:
        raise Conflict(_("This question was never published: there is nothing to go back to."))
    _take_back(question=question, actor=actor, values={name: getattr(version, name) for name in VERSION_FIELDS})


def revert_question(*, question: Question, actor: Any, values: dict[str, Any]) -> None:
    """Make a former state (VERSION_FIELDS, and of a revision also difficulty and tags) the draft; nothing is
    published."""
    _take_back(question=question, actor=actor, values=values)
