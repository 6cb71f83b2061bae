"""Applying an import: rows become questions that nobody sees until the last one is in; one UPDATE shows them all.

Values and search terms are made ready outside of the transactions, which are short (exams.interchange.pacing).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection
from django.utils.translation import override

from edu.audit.services import record as record_audit
from edu.core.clock import now_utc
from edu.core.ids import new_public_id
from edu.notifications.services import notify
from exams.authoring.banks import create_topics
from exams.authoring.questions import equals_version
from exams.authoring.term_index import index_questions, joined_terms
from exams.authoring.topic_counts import recount_topics, shift_counts
from exams.interchange.bulk_insert import PreparedRows, prepare_rows, reserve_keys
from exams.interchange.files import remove_file
from exams.interchange.pacing import Pace, many_rows
from exams.interchange.planning import KnownQuestions, count_rows
from exams.interchange.row_values import WaitingRow, path_of, values_of
from exams.interchange.updates import (
    TRIES,
    ChangedMeanwhile,
    find_rare,
    index_updates,
    restage,
    show_updates,
    stage_updates,
)
from exams.interchange.write_behind import WriteBehind
from exams.models import ImportBatch, ImportRow, Question, QuestionTerms, QuestionVersion, Topic

NEW_TOPICS = 15
"""Paths of topics that the first transaction makes: each may take four statements."""
INDEXED = ("bank_id", "search_text", "ref", "source", "tags")
State = ImportRow.State
Say = Callable[[int, str], None]

FORMER_FIELDS = (
    "type", "topic_id", "difficulty", "tags", "language", "content", "key", "explanation", "source",
    "summary", "search_text", "content_hash", "status", "live", "has_unpublished_changes", "current_version_id",
    "is_withheld",
)  # fmt: skip
"""What an import may change of a question that was there before; kept beside its id and marks."""


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
    with override("en"), many_rows():
        total = max(1, batch.report.get("all", 1))
        with WriteBehind() as behind:
            writer = _Writer(batch, behind)
            while (rows := writer.next_rows()) is not None:
                writer.write(rows)
                say(round(90 * writer.position / total), f"{writer.position} / {total}")
            writer.end()
        batch.applied_position = writer.position
        return _finish(batch, say)


_WAITING = ("pk", "position", "state", "ref", "record", "summary", "search_text", "content_hash", "question_id")


@dataclass(frozen=True, slots=True)
class _Ready:
    """New questions made ready for one transaction; rows whose content is there already, with its question; and how
    far in the file that is."""

    questions: PreparedRows
    terms: Sequence[str]
    passed: Mapping[int, int | None]
    position: int


class _Writer:
    """Writes new questions, some a transaction, and remembers topics between them."""

    def __init__(self, batch: ImportBatch, behind: WriteBehind) -> None:
        self.batch = batch
        self.options = batch.options
        self.topics: dict[tuple[str, ...], Topic] = {}
        self.pace, self.topic_pace = Pace(), Pace(NEW_TOPICS, least=2)
        self.position = batch.applied_position
        self._behind = behind
        self._under_way: tuple[Sequence[WaitingRow], int] = ((), self.position)

    def next_rows(self) -> list[WaitingRow] | None:
        """Return those of the next rows that make new questions, perhaps none; None behind the last row."""
        found = ImportRow.objects.filter(batch=self.batch, position__gt=self.position)
        window = [WaitingRow(*values) for values in found.order_by("position").values_list(*_WAITING)[: self.pace.size]]
        if not window:
            return None
        self.position = window[-1].position
        states = {State.NEW}
        if self.options.get("doubtful") != "leave":
            states.add(State.DOUBTFUL)
        if self.options.get("updates") == "new":
            return [row for row in window if row.state in {*states, State.UPDATE}]
        # A row of a known reference updates its question later.
        return [row for row in window if row.state in states and row.question_id is None]

    def write(self, rows: Sequence[WaitingRow]) -> None:
        """Write the questions of these rows and remember how far that is, all or nothing; perhaps behind the caller."""
        ready = self._made_ready(rows, self.position, beside=self._under_way[0])
        self.end()
        self._under_way = rows, self.position
        try:
            self._behind.run(lambda: self._store(ready))
        except IntegrityError:
            self._store_again()

    def end(self) -> None:
        """Return when everything is written."""
        try:
            self._behind.wait()
        except IntegrityError:
            self._store_again()

    def _store_again(self) -> None:
        """Somebody gave another question one of these references in between: look again, once."""
        self._store(self._made_ready(*self._under_way))

    def _made_ready(self, rows: Sequence[WaitingRow], position: int, beside: Sequence[WaitingRow] = ()) -> _Ready:
        """Return the new questions of these rows; those `beside` are under way and not yet seen in the bank."""
        known = KnownQuestions(self.batch.bank, [(row.content_hash, row.ref) for row in rows])
        taken, refs = {row.content_hash for row in beside}, {row.ref for row in beside}
        passed: dict[int, int | None] = {}
        fresh: list[WaitingRow] = []
        for row in rows:
            if row.content_hash in known.by_hash or row.content_hash in taken:
                passed[row.pk] = known.by_hash.get(row.content_hash)
                continue
            taken.add(row.content_hash)
            if row.ref and (row.ref in known.by_ref or row.ref in refs):
                row.ref = ""
            fresh.append(row)
        self._find_topics(fresh)
        values = [self._values(row) for row in fresh]
        return _Ready(
            questions=prepare_rows(Question, values, later=("id", "current_version_id")),
            terms=[joined_terms(**{name: value[name] for name in INDEXED}) for value in values],
            passed=passed,
            position=position,
        )

    def _store(self, ready: _Ready) -> None:
        with self.pace.transaction():
            if ready.terms:
                ids = _insert_questions(ready.questions)
                found = [{"question_id": id_, "terms": text} for id_, text in zip(ids, ready.terms, strict=True)]
                prepare_rows(QuestionTerms, found).insert()
            for pk, question_id in ready.passed.items():
                ImportRow.objects.filter(pk=pk).update(state=State.DUPLICATE, question_id=question_id)
            ImportBatch.objects.filter(pk=self.batch.pk).update(applied_position=ready.position)

    def _values(self, row: WaitingRow) -> dict[str, Any]:
        """Return the columns of the published question of a row; its batch hides it until the import is applied."""
        return {
            **values_of(self.batch, row, self.topics),
            "public_id": new_public_id(),
            "bank_id": self.batch.bank_id,
            "author_id": self.batch.owner_id,
            "batch_id": self.batch.pk,
            "batch_position": row.position,
            "status": Question.Status.PUBLISHED.value,
            "live": True,
            "is_withheld": self.batch.bank.requires_review,
        }

    def _find_topics(self, rows: Sequence[WaitingRow]) -> None:
        """Make the topics of these rows that are not there yet."""
        paths = dict.fromkeys(path for row in rows if (path := path_of(self.batch, row)))
        missing = iter([path for path in paths if path not in self.topics])
        while part := list(islice(missing, self.topic_pace.size)):
            with self.topic_pace.transaction():
                self.topics |= create_topics(bank=self.batch.bank, paths=part)


VERSION_COLUMNS = ("type", "content", "key", "explanation", "source", "marks", "content_hash")
"""What a version takes over from its question, by the same name."""


def _insert_questions(questions: PreparedRows) -> list[int]:
    """Insert questions and their first versions, which the database copies from them; return the keys of the
    questions. The caller holds the transaction, at whose end the database looks whether the keys fit together."""
    ids, versions = (reserve_keys(model, len(questions)) for model in (Question, QuestionVersion))
    questions.with_keys({"id": ids, "current_version_id": versions}).insert()
    name = connection.ops.quote_name
    columns = ", ".join(name(QuestionVersion._meta.get_field(column).column) for column in VERSION_COLUMNS)
    moment = connection.ops.adapt_datetimefield_value(now_utc())
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {name(QuestionVersion._meta.db_table)} "  # noqa: S608 - our own
            f"(id, question_id, number, published_at, published_by_id, {columns}) "
            f"SELECT current_version_id, id, 1, %s, author_id, {columns} "
            f"FROM {name(Question._meta.db_table)} WHERE id IN ({', '.join(map(str, ids))})",
            [moment],
        )
    return ids


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


def _finish(batch: ImportBatch, say: Say) -> dict[str, Any]:
    """Show the new questions and what becomes of the known ones in one transaction, and tell the owner."""
    for _try in range(TRIES):
        stage_updates(batch, say)
        try:
            _show(batch)
            break
        except ChangedMeanwhile:
            restage(batch)
    else:
        raise ChangedMeanwhile
    _tidy(batch)
    return dict(batch.report)


def _tidy(batch: ImportBatch) -> None:
    """Do what follows on showing; a crash before its end is made good by the job's next run."""
    index_updates(batch)
    recount_topics(bank_id=batch.bank_id)
    name, batch.storage_name = batch.storage_name, ""
    remove_file(name)
    if name:
        ImportBatch.objects.filter(pk=batch.pk).update(storage_name="")


def _show(batch: ImportBatch) -> None:
    """Make everything that was written visible. What can be read before is: on SQLite all saves wait meanwhile."""
    created = Question.everything.filter(batch=batch).count()
    counts = {"folded": batch.report.get("folded", []), **count_rows(batch)}
    before = ImportRow.objects.filter(batch=batch, former__isnull=False).count()
    rare = find_rare(batch)
    with Pace().transaction():
        updated = before + show_updates(batch, rare=rare)
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
