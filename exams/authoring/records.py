"""Question records: how they are read, cleaned and written in bulk; used by imports and by the demo."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput
from exams.authoring.banks import clean_path, create_topics
from exams.authoring.checks import check_question, concealed, content_hash_of, plain_text_of, settled, summary_of
from exams.authoring.problems import describe_problem
from exams.authoring.questions import clean_tags
from exams.authoring.record_problems import RecordProblem
from exams.authoring.rich_text import clean_content, clean_key, clean_rich_text
from exams.authoring.term_index import index_questions
from exams.authoring.topic_counts import shift_counts
from exams.domain.errors import InvalidQuestion
from exams.models import Bank, Question, QuestionVersion

Item = TypeVar("Item")

BATCH_SIZE = 500
"""Rows a statement, so that nobody's save waits behind an import."""

RECORD_FIELDS = frozenset(
    ["ref", "type", "topic", "difficulty", "tags", "marks", "language", "content", "key", "explanation", "source"]
)


@dataclass(frozen=True, kw_only=True)
class QuestionRecord:
    """A question as it travels between files and banks; see docs on the record format. `topic` is a path of 0 to 3
    names."""

    type: str
    content: dict[str, Any]
    key: dict[str, Any]
    ref: str = ""
    topic: tuple[str, ...] = ()
    difficulty: int = 3
    tags: tuple[str, ...] = ()
    marks: Decimal = Decimal(1)
    language: str = ""
    explanation: str = ""
    source: str = ""

    @property
    def content_hash(self) -> str:
        """Return the hash by which duplicates are found."""
        return content_hash_of(type=self.type, content=self.content, key=self.key)

    @cached_property
    def values(self) -> dict[str, Any]:
        """Return the record as plain JSON values; `record_from_mapping` reads it back."""
        return {
            "ref": self.ref,
            "type": self.type,
            "topic": list(self.topic),
            "difficulty": self.difficulty,
            "tags": list(self.tags),
            "marks": str(self.marks),
            "language": self.language,
            "content": self.content,
            "key": self.key,
            "explanation": self.explanation,
            "source": self.source,
        }

    @cached_property
    def text(self) -> str:
        """Return these values as JSON text, without escapes for letters; UnicodeEncodeError, ValueError, TypeError or
        RecursionError where they have no such form."""
        text = _as_json(self.values)
        if not text.isascii():
            text.encode("utf-8")
        return text


@dataclass(frozen=True, kw_only=True)
class ImportedRecords:
    """What came of a list of records: how many questions are new, got a new version, or were there already."""

    created: int
    updated: int
    unchanged: int


def record_from_mapping(raw: Mapping[str, Any]) -> QuestionRecord:
    """Return the checked and cleaned record; InvalidInput or InvalidQuestion says what is wrong with which field."""
    record = clean_record(raw)
    check_question(type=record.type, content=record.content, key=record.key, is_draft=False)
    return record


def clean_record(raw: Mapping[str, Any], *, is_sound: bool = False) -> QuestionRecord:
    """Return the cleaned record, whose content and key are not yet held against the type; InvalidInput for the rest.
    `is_sound` says that the raw ones were."""
    unknown = set(raw) - RECORD_FIELDS
    if unknown:
        names = sorted(map(str, unknown))
        raise RecordProblem("unknown_field", field=names[0], names=", ".join(names))
    type_, content, key = raw.get("type"), raw.get("content"), raw.get("key")
    if not isinstance(type_, str) or not type_:
        raise RecordProblem("no_type", field="type")
    if not isinstance(content, dict):
        raise RecordProblem("no_content", field="content")
    if not isinstance(key, dict):
        raise RecordProblem("no_key", field="key")
    difficulty = raw.get("difficulty", 3)
    if isinstance(difficulty, bool) or not isinstance(difficulty, int) or not 1 <= difficulty <= 5:
        raise RecordProblem("bad_difficulty", field="difficulty")
    topic = raw.get("topic") or []
    if isinstance(topic, str):
        topic = [topic]
    if not isinstance(topic, list | tuple):
        raise RecordProblem("bad_list", field="topic")
    try:
        marks = Decimal(str(raw.get("marks", 1)))
    except InvalidOperation as error:
        raise RecordProblem("bad_marks", field="marks") from error
    if not marks.is_finite() or not 0 <= marks <= 10_000:
        raise RecordProblem("marks_out_of_range", field="marks")
    tags = raw.get("tags") or []
    if not isinstance(tags, list | tuple):
        raise RecordProblem("bad_list", field="tags")
    cleaned, cleaned_key = clean_content(content), clean_key(key)
    is_sound = is_sound and cleaned == content and cleaned_key == key
    cleaned, cleaned_key = concealed(type=type_, content=cleaned, key=cleaned_key, is_sound=is_sound)
    record = QuestionRecord(
        type=type_,
        content=cleaned,
        key=cleaned_key,
        ref=str(raw.get("ref") or "").strip()[:80],
        topic=clean_path([str(name) for name in topic]),
        difficulty=difficulty,
        tags=tuple(clean_tags([str(tag) for tag in tags])),
        marks=marks.quantize(Decimal("0.01")),
        language=str(raw.get("language") or "").strip()[:10],
        explanation=clean_rich_text(str(raw.get("explanation") or "")),
        source=str(raw.get("source") or "").strip()[:300],
    )
    _require_storable(record)
    return record


_as_json = json.JSONEncoder(ensure_ascii=False).encode


def _require_storable(record: QuestionRecord) -> None:
    """Raise RecordProblem for signs that no database keeps, wherever they stand."""
    try:
        text = record.text
    except (UnicodeEncodeError, ValueError, TypeError, RecursionError) as error:
        raise RecordProblem("not_storable", field="") from error
    if "\\u0000" in text and "\x00" in _all_text(record.values):
        raise RecordProblem("not_storable", field="")


def _all_text(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"{name}{_all_text(inner)}" for name, inner in value.items())
    return "".join(map(_all_text, value)) if isinstance(value, list) else str(value)


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Return the items in runs of at most BATCH_SIZE."""
    for start in range(0, len(items), BATCH_SIZE):
        yield items[start : start + BATCH_SIZE]


def import_records(
    *,
    bank: Bank,
    records: Sequence[Mapping[str, Any] | QuestionRecord],
    author: Any | None,
) -> ImportedRecords:
    """Write records as published questions of the bank, in bulk and without revisions, all or nothing.

    A record whose reference is known updates that question (a new version where content, key or explanation
    changed); without a
    reference, one of the same content in the bank counts as there already. InvalidQuestion or InvalidInput names
    the first faulty
    record; nothing is written then.
    """
    checked = [_checked(record, index) for index, record in enumerate(records, start=1)]
    with transaction.atomic():
        return _write(bank, checked, author)


def _checked(record: Mapping[str, Any] | QuestionRecord, index: int) -> QuestionRecord:
    if isinstance(record, QuestionRecord):
        return record
    try:
        return record_from_mapping(record)
    except InvalidQuestion as error:
        first = error.problems[0] if error.problems else None
        text = f"{first.field}: {describe_problem(first)}" if first else _(error.message)
        raise InvalidInput(_in_record(index, record, text), field=error.field) from error
    except InvalidInput as error:
        raise InvalidInput(_in_record(index, record, error.message), field=error.field) from error


def _in_record(index: int, record: Mapping[str, Any], text: str) -> str:
    return _("Question %(number)s (%(ref)s): %(problem)s") % {
        "number": index,
        "ref": record.get("ref") or "-",
        "problem": text,
    }


def _write(bank: Bank, records: Sequence[QuestionRecord], author: Any | None) -> ImportedRecords:
    topics = create_topics(bank=bank, paths=dict.fromkeys(record.topic for record in records if record.topic))
    known: dict[str, Question] = {}
    hashes: set[str] = set()
    for part in batches(list(records)):
        refs = [record.ref for record in part if record.ref]
        known |= {
            row.ref: row
            for row in Question.objects.filter(bank=bank, ref__in=refs).select_related("current_version", "bank")
        }
        hashes |= set(
            Question.objects.filter(bank=bank, content_hash__in=[r.content_hash for r in part if not r.ref])
            .exclude(status=Question.Status.RETIRED)
            .values_list("content_hash", flat=True)
        )
    new: list[tuple[Question, QuestionRecord]] = []
    changed: list[tuple[Question, QuestionRecord]] = []
    unchanged = 0
    for record in records:
        digest = record.content_hash
        row = known.get(record.ref) if record.ref else None
        if row is not None:
            is_same = (row.content_hash, row.explanation, row.source, row.marks) == (
                digest,
                record.explanation,
                record.source,
                record.marks,
            )
            if is_same and row.current_version_id:
                unchanged += 1
                continue
            former_topic = row.topic_id
            _fill(row, record, digest, bank, topics)
            shift_counts(taken=[former_topic], given=[row.topic_id])
            changed.append((row, record))
        elif not record.ref and digest in hashes:
            unchanged += 1
        else:
            row = Question(
                bank=bank,
                author=author,
                status=Question.Status.PUBLISHED,
                live=True,
                has_unpublished_changes=False,
                is_withheld=bank.requires_review,
            )
            _fill(row, record, digest, bank, topics)
            hashes.add(digest)
            if record.ref:
                known[record.ref] = row
            new.append((row, record))
    _write_new([row for row, _record in new], author)
    for row, _record in changed:
        _write_changed(row, author)
    return ImportedRecords(created=len(new), updated=len(changed), unchanged=unchanged)


def _fill(
    row: Question, record: QuestionRecord, digest: str, bank: Bank, topics: Mapping[tuple[str, ...], Any]
) -> None:
    """Take the record's values into the row."""
    row.ref = record.ref
    row.topic = topics.get(record.topic)
    row.difficulty = record.difficulty
    row.tags = list(record.tags)
    row.language = record.language or bank.language
    row.marks = record.marks
    content, key = record.content, record.key
    if row.pk and row.type == record.type:
        content, key = settled(type=record.type, content=content, key=key, former=row.content)
    row.type = record.type
    row.content = content
    row.key = key
    row.explanation = record.explanation
    row.source = record.source
    row.summary = summary_of(type=record.type, content=record.content)
    row.search_text = plain_text_of(type=record.type, content=record.content)
    row.content_hash = digest


def _write_new(rows: list[Question], author: Any | None) -> None:
    """Insert questions and their first versions; four statements a batch."""
    now = now_utc()
    for part in batches(rows):
        created = Question.objects.bulk_create(part)
        index_questions(questions=created)
        shift_counts(taken=[], given=[row.topic_id for row in created])
        QuestionVersion.objects.bulk_create(
            QuestionVersion(
                question=row,
                number=1,
                type=row.type,
                content=row.content,
                key=row.key,
                explanation=row.explanation,
                source=row.source,
                marks=row.marks,
                content_hash=row.content_hash,
                published_at=now,
                published_by=author,
            )
            for row in created
        )
        newest = QuestionVersion.objects.filter(question=OuterRef("pk")).order_by("-number").values("pk")[:1]
        Question.objects.filter(pk__in=[row.pk for row in created]).update(current_version=Subquery(newest))


def _write_changed(row: Question, author: Any | None) -> None:
    """Save a question that came again with changes and freeze it anew; in a bank with review it waits as a draft."""
    from exams.authoring.questions import freeze_question

    row.save()
    index_questions(questions=[row])
    if row.bank.requires_review:
        Question.objects.filter(pk=row.pk).update(has_unpublished_changes=True)
    else:
        freeze_question(question=row, actor=author)
