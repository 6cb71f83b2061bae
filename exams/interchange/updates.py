"""Questions that an import updates: staged a few at a time where nobody sees them, then shown in one transaction with
the new ones, and taken back in one.

The database copies the columns by itself, so the one transaction is short: some 90 ms for 1,000 questions on SQLite.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection, models

from edu.core.clock import now_utc
from exams.authoring.banks import create_topics
from exams.authoring.checks import settled
from exams.authoring.term_index import INDEXED_FIELDS, index_questions
from exams.interchange.bulk_insert import prepare_rows
from exams.interchange.pacing import Pace
from exams.interchange.row_values import path_of, values_of
from exams.models import ImportBatch, ImportRow, Question, QuestionChange, QuestionVersion, Topic

STAGE_SIZE = 250
INDEX_SIZE = 250
TRIES = 10
State = ImportRow.State
Say = Callable[[int, str], None]

OWN = (
    "type", "topic_id", "difficulty", "tags", "language", "marks", "content", "key", "explanation", "source",
    "summary", "search_text", "content_hash",
)  # fmt: skip
"""What an import may change of a question."""
STATUS = ("status", "live", "has_unpublished_changes", "is_withheld", "current_version_id")
VERSION_COLUMNS = ("type", "content", "key", "explanation", "source", "marks", "content_hash")
COMPARED = ("content_hash", "explanation", "source", "marks")
"""By what a question is held against its version."""


class ChangedMeanwhile(Exception):
    """Somebody changed a question between staging and showing."""


def stage_updates(batch: ImportBatch, say: Say) -> None:
    """Write down what the rows of known references make of their questions, and how these were; nobody sees it yet.
    Started again, it goes on with what is missing."""
    if batch.options.get("updates") in {"skip", "new"}:
        return
    states = [State.UPDATE] if batch.options.get("doubtful") == "leave" else [State.UPDATE, State.DOUBTFUL]
    waiting = (
        ImportRow.objects.filter(batch=batch, state__in=states, question__isnull=False, former__isnull=True)
        .exclude(question__batch=batch)
        .exclude(question__in=QuestionChange.objects.filter(batch=batch).values("question"))
        .defer("problems", "doubts", "losses", "source", "cells")
        .order_by("position")
    )
    done = last = 0
    pace = Pace(STAGE_SIZE, most=STAGE_SIZE)
    while rows := list(waiting.filter(position__gt=last)[: pace.size]):
        last, done = rows[-1].position, done + len(rows)
        _stage(batch, rows, pace)
        say(92, str(done))


def _stage(batch: ImportBatch, rows: Sequence[ImportRow], pace: Pace) -> None:
    by_id = {row.question_id: row for row in rows}
    questions = Question.everything.in_bulk(list(by_id))
    paths = dict.fromkeys(path for row in rows if (path := path_of(batch, row)))
    with pace.transaction():
        topics = create_topics(bank=batch.bank, paths=paths) if paths else {}
        sides = [
            side
            for pk, question in questions.items()
            for side in (_former(batch, question), _new(batch, question, by_id[pk], topics))
        ]
        prepare_rows(QuestionChange, sides).insert()


def _former(batch: ImportBatch, question: Question) -> dict[str, Any]:
    return {
        "batch_id": batch.pk,
        "question_id": question.pk,
        "is_former": True,
        "is_indexed": True,
        "seen_at": question.updated_at,
        **{name: getattr(question, name) for name in (*OWN, *STATUS)},
    }


def _new(
    batch: ImportBatch, question: Question, row: ImportRow, topics: Mapping[tuple[str, ...], Topic]
) -> dict[str, Any]:
    values = values_of(batch, row, topics)
    if not path_of(batch, row):
        values["topic_id"] = question.topic_id
    if values["type"] == question.type:
        kept = settled(type=question.type, content=values["content"], key=values["key"], former=question.content)
        values["content"], values["key"] = kept
    side = _former(batch, question) | {name: values[name] for name in OWN} | {"is_former": False, "is_indexed": False}
    if batch.bank.requires_review:
        # A second person has to approve it: it becomes the draft, and learners keep the version they have.
        return side | {"has_unpublished_changes": True}
    return side | {
        "status": Question.Status.PUBLISHED.value,
        "live": True,
        "has_unpublished_changes": False,
        "is_withheld": False,
    }


def restage(batch: ImportBatch) -> None:
    """Forget what was staged of questions that somebody changed since, so that they are staged anew."""
    changed = (
        QuestionChange.objects.filter(batch=batch, is_former=True)
        .exclude(question__updated_at=models.F("seen_at"))
        .values_list("question_id", flat=True)
    )
    while ids := list(changed[:STAGE_SIZE]):
        QuestionChange.objects.filter(batch=batch, question_id__in=ids).delete()


def show_updates(batch: ImportBatch) -> int:
    """Give the staged questions their new content and version, all of them; return how many. The caller holds the
    transaction; ChangedMeanwhile when one was changed since it was staged, and then nothing may stay."""
    staged = QuestionChange.objects.filter(batch=batch, is_former=False)
    total = staged.count()
    if not total:
        return 0
    q, c = _table(Question), _table(QuestionChange)
    columns = (*OWN, *(name for name in STATUS if name != "current_version_id"))
    now = connection.ops.adapt_datetimefield_value(now_utc())
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {q} SET {_assigned(columns, 's')}, updated_at = %s FROM {c} s "  # noqa: S608 - our own names
            f"WHERE s.batch_id = %s AND s.is_former = %s AND s.question_id = {q}.id AND s.seen_at = {q}.updated_at",
            [now, batch.pk, False],
        )
        if cursor.rowcount != total:
            raise ChangedMeanwhile
        if not batch.bank.requires_review:
            _freeze(cursor, batch, now)
        cursor.execute(
            f"UPDATE {c} SET current_version_id = "  # noqa: S608 - our own names
            f"(SELECT q.current_version_id FROM {q} q WHERE q.id = {c}.question_id) "
            "WHERE batch_id = %s AND is_former = %s",
            [batch.pk, False],
        )
    return total


def _freeze(cursor: Any, batch: ImportBatch, now: Any) -> None:
    """Make the next versions of the changed questions, where they differ from the one they have."""
    q, c, v = (_table(model) for model in (Question, QuestionChange, QuestionVersion))
    names = ", ".join(_version_columns())
    taken = ", ".join(f"q.{name}" for name in _version_columns())
    differs = " OR ".join(f"v.{_quoted(name)} <> q.{_quoted(name)}" for name in COMPARED)
    same = " AND ".join(f"v.{_quoted(name)} = {q}.{_quoted(name)}" for name in COMPARED)
    cursor.execute(
        f"INSERT INTO {v} (question_id, number, published_at, published_by_id, {names}) "  # noqa: S608 - our own names
        f"SELECT q.id, COALESCE((SELECT MAX(o.number) FROM {v} o WHERE o.question_id = q.id), 0) + 1, %s, %s, {taken} "
        f"FROM {c} s JOIN {q} q ON q.id = s.question_id LEFT JOIN {v} v ON v.id = q.current_version_id "
        f"WHERE s.batch_id = %s AND s.is_former = %s AND (v.id IS NULL OR {differs})",
        [now, batch.owner_id, batch.pk, False],
    )
    cursor.execute(
        f"UPDATE {q} SET go_live_at = NULL, current_version_id = (SELECT v.id FROM {v} v "  # noqa: S608 - our own names
        f"WHERE v.question_id = {q}.id AND {same} ORDER BY v.number DESC LIMIT 1) "
        f"WHERE id IN (SELECT s.question_id FROM {c} s WHERE s.batch_id = %s AND s.is_former = %s)",
        [batch.pk, False],
    )


def _version_columns() -> list[str]:
    """Return the columns that a version takes over from its question, quoted."""
    return [_quoted(name) for name in VERSION_COLUMNS]


def take_back_updates(batch: ImportBatch) -> tuple[int, int]:
    """Give the updated questions their former content and version back, all at once; return how many, and how many
    somebody changed since and were left. The versions that the import made stay in the history. The caller holds the
    transaction."""
    total = QuestionChange.objects.filter(batch=batch, is_former=True).count()
    if not total:
        return 0, 0
    q, c = _table(Question), _table(QuestionChange)
    same = " AND ".join(f"n.{_quoted(name)} = {q}.{_quoted(name)}" for name in COMPARED)
    now = connection.ops.adapt_datetimefield_value(now_utc())
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {q} SET {_assigned((*OWN, *STATUS), 'f')}, updated_at = %s FROM {c} f, {c} n "  # noqa: S608 - our names
            f"WHERE f.batch_id = %s AND f.is_former = %s AND n.batch_id = %s AND n.is_former = %s "
            f"AND n.question_id = f.question_id AND f.question_id = {q}.id AND {same} "
            f"AND COALESCE(n.current_version_id, 0) = COALESCE({q}.current_version_id, 0)",
            [now, batch.pk, True, batch.pk, False],
        )
        restored = int(cursor.rowcount)
    QuestionChange.objects.filter(batch=batch, is_former=False).update(is_indexed=False)
    return restored, total - restored


def index_updates(batch: ImportBatch) -> None:
    """Tell the search index what the changed questions say now; started again, it goes on."""
    waiting = QuestionChange.objects.filter(batch=batch, is_indexed=False).order_by("pk")
    pace = Pace(INDEX_SIZE, most=INDEX_SIZE)
    while part := list(waiting.values_list("pk", "question_id")[: pace.size]):
        questions = Question.everything.filter(pk__in=[pk for _id, pk in part]).only(*INDEXED_FIELDS)
        with pace.transaction():
            index_questions(questions=list(questions))
            QuestionChange.objects.filter(pk__in=[id_ for id_, _pk in part]).update(is_indexed=True)


def forget_updates(batch: ImportBatch) -> None:
    """Delete what was staged."""
    while ids := list(QuestionChange.objects.filter(batch=batch).values_list("pk", flat=True)[:1000]):
        QuestionChange.objects.filter(pk__in=ids).delete()


def count_updates(batch: ImportBatch) -> int:
    """Return how many questions the import updates or updated."""
    rows = ImportRow.objects.filter(batch=batch, former__isnull=False).count()
    return rows + QuestionChange.objects.filter(batch=batch, is_former=False).count()


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _assigned(columns: Sequence[str], side: str) -> str:
    return ", ".join(f"{_quoted(name)} = {side}.{_quoted(name)}" for name in columns)
