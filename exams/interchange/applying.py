"""Applying an import: rows become questions that nobody sees until the last one is in; one UPDATE shows them all.

Values are made ready outside of the transactions, which are short, and between them others get their turn: on SQLite
a learner's save waits behind one transaction at most.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import override

from edu.audit.services import record as record_audit
from edu.core.clock import now_utc
from edu.core.ids import new_public_id
from edu.notifications.services import notify
from exams.authoring.banks import create_topics
from exams.authoring.questions import equals_version
from exams.authoring.term_index import INDEXED_FIELDS, index_questions
from exams.authoring.topic_counts import recount_topics, shift_counts
from exams.interchange.bulk_insert import insert_rows
from exams.interchange.files import remove_file
from exams.interchange.planning import KnownQuestions, count_rows
from exams.interchange.row_values import path_of, values_of
from exams.interchange.updates import (
    TRIES,
    ChangedMeanwhile,
    index_updates,
    restage,
    show_updates,
    stage_updates,
)
from exams.models import ImportBatch, ImportRow, Question, QuestionVersion, Topic

BATCH_SIZE = 250
"""Questions a transaction: some 25 ms."""
PAUSE_SECONDS = 0.03
"""Rest after a transaction on SQLite: who waits for the lock looks for it every 25 ms at first."""
INDEX_SIZE = 250
State = ImportRow.State
Say = Callable[[int, str], None]

FORMER_FIELDS = (
    "type", "topic_id", "difficulty", "tags", "language", "content", "key", "explanation", "source",
    "summary", "search_text", "content_hash", "status", "live", "has_unpublished_changes", "current_version_id",
    "is_withheld",
)  # fmt: skip
"""What an import may change of a question that was there before; kept beside its id and marks."""


def let_others_write(seconds: float) -> None:
    """Rest so long, less what passed since the last transaction ended, where writers queue for one lock."""
    if connection.vendor == "sqlite" and seconds > 0:
        time.sleep(seconds)


def apply_import(*, batch_id: int, say: Say) -> dict[str, Any]:
    """Write the rows of a batch; started again after a crash it goes on where it stopped.

    New questions are hidden with the batch's state; known questions are updated beside themselves. One transaction
    shows all of them. Rows whose content the bank has by now are passed over.
    """
    batch = ImportBatch.objects.select_related("bank", "owner").get(pk=batch_id)
    if batch.state == ImportBatch.State.APPLIED:
        _tidy(batch)
    if batch.state != ImportBatch.State.APPLYING:
        return dict(batch.report)
    with override("en"):
        writer = _Writer(batch)
        total = max(1, batch.report.get("all", 1))
        while (rows := writer.next_rows()) is not None:
            writer.write(rows)
            say(round(90 * batch.applied_position / total), f"{batch.applied_position} / {total}")
        _index_new(batch)
        return _finish(batch, say)


class _Writer:
    """Writes new questions, a batch at a time, and remembers topics between them."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self.options = batch.options
        self.topics: dict[tuple[str, ...], Topic] = {}
        self.rested_at = 0.0
        self.last_position = batch.applied_position

    def next_rows(self) -> list[ImportRow] | None:
        """Return those of the next rows that make new questions, perhaps none; None behind the last row."""
        window = list(
            ImportRow.objects.filter(batch=self.batch, position__gt=self.batch.applied_position)
            .defer("problems", "doubts", "losses", "source", "cells")
            .order_by("position")[:BATCH_SIZE]
        )
        if not window:
            return None
        self.last_position = window[-1].position
        states = {State.NEW}
        if self.options.get("doubtful") != "leave":
            states.add(State.DOUBTFUL)
        if self.options.get("updates") == "new":
            return [row for row in window if row.state in {*states, State.UPDATE}]
        # A row of a known reference updates its question later.
        return [row for row in window if row.state in states and row.question_id is None]

    def write(self, rows: Sequence[ImportRow]) -> None:
        """Write the questions of these rows and remember how far that is, all or nothing."""
        try:
            self._write(rows)
        except IntegrityError:
            # Somebody gave another question one of these references in between: look again, once.
            self._write(rows)

    def _write(self, rows: Sequence[ImportRow]) -> None:
        known = KnownQuestions(self.batch.bank, [(row.content_hash, row.ref) for row in rows])
        taken: set[str] = set()
        passed: list[ImportRow] = []
        fresh: list[ImportRow] = []
        for row in rows:
            if row.content_hash in known.by_hash or row.content_hash in taken:
                row.question_id = known.by_hash.get(row.content_hash)
                row.state = State.DUPLICATE
                passed.append(row)
                continue
            taken.add(row.content_hash)
            if row.ref and row.ref in known.by_ref:
                row.ref = ""
            fresh.append(row)
        self._find_topics(fresh)
        questions = [self._values(row) for row in fresh]
        if (rest := PAUSE_SECONDS - (time.monotonic() - self.rested_at)) > 0:
            let_others_write(rest)
        position = self.last_position
        with transaction.atomic():
            _insert_questions(self.batch, questions)
            _remember_questions(self.batch, fresh, questions)
            for row in passed:
                row.save(update_fields=["state", "question"])
            ImportBatch.objects.filter(pk=self.batch.pk).update(applied_position=position)
        self.rested_at = time.monotonic()
        self.batch.applied_position = position

    def _values(self, row: ImportRow) -> dict[str, Any]:
        """Return the columns of the published question of a row; its batch hides it until the import is applied."""
        return {
            **values_of(self.batch, row, self.topics),
            "public_id": new_public_id(),
            "bank_id": self.batch.bank_id,
            "author_id": self.batch.owner_id,
            "batch_id": self.batch.pk,
            "status": Question.Status.PUBLISHED.value,
            "live": True,
            "is_withheld": self.batch.bank.requires_review,
        }

    def _find_topics(self, rows: Sequence[ImportRow]) -> None:
        """Make the topics of these rows that are not there yet."""
        paths = dict.fromkeys(path for row in rows if (path := path_of(self.batch, row)))
        if missing := [path for path in paths if path not in self.topics]:
            with transaction.atomic():
                self.topics |= create_topics(bank=self.batch.bank, paths=missing)


VERSION_COLUMNS = ("type", "content", "key", "explanation", "source", "marks", "content_hash")
"""What a version takes over from its question, by the same name."""


def _insert_questions(batch: ImportBatch, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert questions and their first versions; the database copies the one from the other. The caller holds the
    transaction."""
    if not values:
        return
    before = Question.everything.aggregate(last=Max("pk"))["last"] or 0
    insert_rows(Question, values)
    name = connection.ops.quote_name
    columns = ", ".join(name(QuestionVersion._meta.get_field(column).column) for column in VERSION_COLUMNS)
    table, questions = name(QuestionVersion._meta.db_table), name(Question._meta.db_table)
    moment = connection.ops.adapt_datetimefield_value(now_utc())
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (question_id, number, published_at, published_by_id, {columns}) "  # noqa: S608 - our own
            f"SELECT id, 1, %s, author_id, {columns} FROM {questions} "
            "WHERE id > %s AND batch_id = %s",
            [moment, before, batch.pk],
        )
    newest = QuestionVersion.objects.filter(question=OuterRef("pk")).order_by("-number").values("pk")[:1]
    Question.everything.filter(pk__gt=before, batch=batch).update(current_version=Subquery(newest))


def _remember_questions(batch: ImportBatch, rows: Sequence[ImportRow], values: Sequence[Mapping[str, Any]]) -> None:
    """Note at rows which questions they became."""
    public_ids = [value["public_id"] for value in values]
    made = dict(Question.everything.filter(public_id__in=public_ids).values_list("public_id", "pk"))
    table = connection.ops.quote_name(ImportRow._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET question_id = %s WHERE id = %s",  # noqa: S608 - the name of our own table
            [(made[value["public_id"]], row.pk) for row, value in zip(rows, values, strict=True)],
        )


def restore(former: Mapping[str, Any], question: Question | None) -> bool:
    """Give an updated question its former state and published version back; False when somebody changed it since.
    The version that the import made stays in the history."""
    if question is None or question.current_version_id != former.get("made_version") or not equals_version(question):
        return False
    topic_id = question.topic_id
    for name in FORMER_FIELDS:
        setattr(question, name, former.get(name, getattr(question, name)))
    question.marks = Decimal(former["marks"])
    if question.topic_id is not None and not Topic.objects.filter(pk=question.topic_id).exists():
        question.topic_id = None
    question.save()
    index_questions(questions=[question])
    shift_counts(taken=[topic_id], given=[question.topic_id])
    return True


def _index_new(batch: ImportBatch) -> None:
    """Write the search terms of the new questions, in transactions of their own."""
    waiting = Question.everything.filter(batch=batch, terms__isnull=True).only(*INDEXED_FIELDS).order_by("pk")
    while part := list(waiting[:INDEX_SIZE]):
        with transaction.atomic():
            index_questions(questions=part)
        let_others_write(PAUSE_SECONDS)


def _finish(batch: ImportBatch, say: Say) -> dict[str, Any]:
    """Show the new questions and what becomes of the known ones in one transaction, and tell the owner."""
    for _try in range(TRIES):
        stage_updates(batch, say, _rest)
        try:
            _show(batch)
            break
        except ChangedMeanwhile:
            restage(batch)
    else:
        raise ChangedMeanwhile
    _tidy(batch)
    return dict(batch.report)


def _rest() -> None:
    let_others_write(PAUSE_SECONDS)


def _tidy(batch: ImportBatch) -> None:
    """Do what follows on showing; a crash before its end is made good by the job's next run."""
    index_updates(batch, _rest)
    recount_topics(bank_id=batch.bank_id)
    name, batch.storage_name = batch.storage_name, ""
    remove_file(name)
    if name:
        ImportBatch.objects.filter(pk=batch.pk).update(storage_name="")


def _show(batch: ImportBatch) -> None:
    created = Question.everything.filter(batch=batch).count()
    counts = {"folded": batch.report.get("folded", []), **count_rows(batch)}
    with transaction.atomic():
        updated = show_updates(batch) + ImportRow.objects.filter(batch=batch, former__isnull=False).count()
        batch.report = {**counts, "created": created, "updated": updated}
        batch.state = ImportBatch.State.APPLIED
        batch.applied_at = now_utc()
        batch.save(update_fields=["state", "applied_at", "report"])
        record_audit(
            actor=batch.owner,
            action="import.apply",
            object_kind="bank",
            object_id=batch.bank.public_id,
            object_label=batch.bank.name,
            changes={"file": batch.file_name, "created": created, "updated": updated},
            organization_id=batch.bank.organization_id,
        )
        if batch.owner_id:
            notify(
                user_id=batch.owner_id,
                kind="exams.import_finished",
                context={
                    "file_name": batch.file_name,
                    "bank": batch.bank.name,
                    "created": created,
                    "updated": updated,
                    "failed": batch.report[State.FAILED],
                },
                url=f"/teach/imports/{batch.public_id}/",
                dedupe_key=f"exams.import:{batch.pk}",
            )
