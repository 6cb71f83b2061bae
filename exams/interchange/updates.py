"""Questions that an import updates: staged a few at a time where nobody sees them, then shown in one transaction with
the new ones, and taken back in one.

Their next versions are made with what is staged. The one transaction only has the database copy columns, and writes
those that indexes narrow by where they change: some 8 ms for 1,000 questions on SQLite.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction

from edu.core.clock import now_utc
from exams.authoring.banks import create_topics
from exams.authoring.checks import settled
from exams.authoring.term_index import INDEXED_FIELDS, among, index_questions
from exams.interchange.bulk_insert import prepare_rows, reserve_keys
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
STATUS = ("status", "live", "has_unpublished_changes", "is_withheld")
RARE = ("type", "topic_id", "difficulty", *STATUS)
"""What few updates change and many indexes hold; written by a statement of its own."""
USUAL = tuple(name for name in OWN if name not in RARE)
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
    unread = ("current_version__content", "current_version__key")
    questions = Question.everything.select_related("current_version").defer(*unread).in_bulk(list(by_id))
    paths = dict.fromkeys(path for row in rows if (path := path_of(batch, row)))
    with pace.transaction():
        topics = create_topics(bank=batch.bank, paths=paths) if paths else {}
        formers = [_former(batch, question) for question in questions.values()]
        changed = [_new(batch, question, by_id[pk], topics) for pk, question in questions.items()]
        if not batch.bank.requires_review:
            _make_versions(batch, [side for side in changed if _differs(side, questions[side["question_id"]])])
        prepare_rows(QuestionChange, [*formers, *changed]).insert()


def _differs(side: Mapping[str, Any], question: Question) -> bool:
    """Whether a staged question says something else than the version that is drawn."""
    version = question.current_version
    return version is None or any(getattr(version, name) != side[name] for name in COMPARED)


def _make_versions(batch: ImportBatch, sides: Sequence[dict[str, Any]]) -> None:
    """Make the next versions of staged questions, which nobody sees yet, and note them there."""
    if not sides:
        return
    of_them = QuestionVersion.objects.filter(question_id__in=[side["question_id"] for side in sides])
    last = dict(of_them.order_by().values_list("question_id").annotate(last=models.Max("number")))
    now = now_utc()
    for side, key in zip(sides, reserve_keys(QuestionVersion, len(sides)), strict=True):
        side["current_version_id"] = key
    rows = [
        {
            "id": side["current_version_id"],
            "question_id": side["question_id"],
            "number": last.get(side["question_id"], 0) + 1,
            "published_at": now,
            "published_by_id": batch.owner_id,
            **{name: side[name] for name in VERSION_COLUMNS},
        }
        for side in sides
    ]
    prepare_rows(QuestionVersion, rows).insert()


def _former(batch: ImportBatch, question: Question) -> dict[str, Any]:
    return {
        "batch_id": batch.pk,
        "question_id": question.pk,
        "is_former": True,
        "is_indexed": True,
        "seen_at": question.updated_at,
        **{name: getattr(question, name) for name in (*OWN, *STATUS, "current_version_id")},
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
    side = _former(batch, question) | {name: values[name] for name in OWN}
    side |= {"is_former": False, "is_indexed": False, "current_version_id": None}
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
        staged = QuestionChange.objects.filter(batch=batch, question_id__in=ids)
        made = list(staged.filter(is_former=False).values_list("current_version_id", flat=True))
        with transaction.atomic():
            staged.delete()
            QuestionVersion.objects.filter(pk__in=made).delete()


def find_rare(batch: ImportBatch) -> list[int]:
    """Return the questions of which a column changes that few updates change: read before the one transaction."""
    differs = " OR ".join(f"n.{_quoted(name)} <> f.{_quoted(name)}" for name in RARE if name != "topic_id")
    differs += " OR COALESCE(n.topic_id, 0) <> COALESCE(f.topic_id, 0)"
    q, c = _table(Question), _table(QuestionChange)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n.question_id FROM {c} n JOIN {q} q ON q.id = n.question_id "  # noqa: S608 - our own names
            f"JOIN {c} f ON f.batch_id = n.batch_id AND f.is_former = %s AND f.question_id = n.question_id "
            f"WHERE n.batch_id = %s AND n.is_former = %s AND ({differs} OR q.go_live_at IS NOT NULL)",
            [True, batch.pk, False],
        )
        return [row[0] for row in cursor.fetchall()]


def show_updates(batch: ImportBatch, *, rare: Sequence[int]) -> int:
    """Give the staged questions their new content and version, all of them; return how many. `rare` is what `find_rare`
    returned. The caller holds the transaction; ChangedMeanwhile when one was changed since it was staged, and then
    nothing may stay."""
    staged = QuestionChange.objects.filter(batch=batch, is_former=False)
    total = staged.count()
    if not total:
        return 0
    q = _table(Question)
    unchanged = f"{q}.updated_at = ({_side('s.seen_at')})"
    columns = f"{_listed(USUAL, 's')}, COALESCE(s.current_version_id, {q}.current_version_id)"
    side = (batch.pk, False)
    if rare:
        listed = among(rare)
        at_once = "" if batch.bank.requires_review else ", go_live_at = NULL"
        _run(
            f"UPDATE {q} SET ({_listed(RARE)}) = ({_side(_listed(RARE, 's'))}){at_once} "  # noqa: S608 - our own names
            f"WHERE id IN ({listed.sql}) AND {unchanged}",
            [*side, *listed.params, *side],
        )
    shown = _run(
        f"UPDATE {q} SET ({_listed(USUAL)}, current_version_id) = ({_side(columns)}), "  # noqa: S608 - our own names
        f"updated_at = %s WHERE id IN ({_ids()}) AND {unchanged}",
        [*side, _now(), *side, *side],
    )
    if shown != total:
        raise ChangedMeanwhile
    return total


def take_back_updates(batch: ImportBatch, *, rare: Sequence[int]) -> tuple[int, int]:
    """Give the updated questions their former content and version back, all at once; return how many, and how many
    somebody changed since and were left. The versions that the import made stay in the history. `rare` is what
    `find_rare` returned; the caller holds the transaction."""
    total = QuestionChange.objects.filter(batch=batch, is_former=True).count()
    if not total:
        return 0, 0
    q, c = _table(Question), _table(QuestionChange)
    same = " AND ".join(f"n.{_quoted(name)} = {q}.{_quoted(name)}" for name in COMPARED)
    is_as_imported = (
        f"EXISTS (SELECT 1 FROM {c} n JOIN {c} f "  # noqa: S608 - our own names
        "ON f.batch_id = n.batch_id AND f.question_id = n.question_id AND f.is_former = %s "
        f"WHERE n.batch_id = %s AND n.is_former = %s AND n.question_id = {q}.id AND {same} "
        f"AND COALESCE(n.current_version_id, f.current_version_id, 0) = COALESCE({q}.current_version_id, 0))"
    )
    side, imported = (batch.pk, True), (True, batch.pk, False)
    if rare:
        listed = among(rare)
        _run(
            f"UPDATE {q} SET ({_listed(RARE)}) = ({_side(_listed(RARE, 's'))}) "  # noqa: S608 - our own names
            f"WHERE id IN ({listed.sql}) AND {is_as_imported}",
            [*side, *listed.params, *imported],
        )
    columns = (*USUAL, "current_version_id")
    restored = _run(
        f"UPDATE {q} SET ({_listed(columns)}) = ({_side(_listed(columns, 's'))}), updated_at = %s "  # noqa: S608 - our own names
        f"WHERE id IN ({_ids()}) AND {is_as_imported}",
        [*side, _now(), *side, *imported],
    )
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
    """Tell the search index what the questions of an import say once it was taken back, and delete what was staged of
    them; started again, it goes on."""
    waiting = QuestionChange.objects.filter(batch=batch).order_by("question_id")
    pace = Pace(INDEX_SIZE, most=INDEX_SIZE)
    while ids := list(dict.fromkeys(waiting.values_list("question_id", flat=True)[: 2 * pace.size])):
        questions = list(Question.everything.filter(pk__in=ids).only(*INDEXED_FIELDS))
        with pace.transaction():
            index_questions(questions=questions)
            QuestionChange.objects.filter(batch=batch, question_id__in=ids).delete()


def count_updates(batch: ImportBatch) -> int:
    """Return how many questions the import updates or updated."""
    rows = ImportRow.objects.filter(batch=batch, former__isnull=False).count()
    return rows + QuestionChange.objects.filter(batch=batch, is_former=False).count()


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _listed(columns: Sequence[str], side: str = "") -> str:
    return ", ".join(f"{side}.{_quoted(name)}" if side else _quoted(name) for name in columns)


def _side(columns: str) -> str:
    """Return the statement that reads one side of a question's change; its parameters are the batch and the side. Read
    row by row: SQLite would write down all rows of a join before it changes the first."""
    return (
        f"SELECT {columns} FROM {_table(QuestionChange)} s "  # noqa: S608 - our own names
        f"WHERE s.batch_id = %s AND s.is_former = %s AND s.question_id = {_table(Question)}.id"
    )


def _ids() -> str:
    """Return the statement that reads the questions of one side; its parameters are the batch and the side."""
    return f"SELECT question_id FROM {_table(QuestionChange)} WHERE batch_id = %s AND is_former = %s"  # noqa: S608 - our own names


def _now() -> Any:
    return connection.ops.adapt_datetimefield_value(now_utc())


def _run(statement: str, parameters: Sequence[Any]) -> int:
    """Run a statement; return how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
