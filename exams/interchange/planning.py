"""Reading an imported file into rows: every row is examined, held against the bank, and kept with all its problems."""

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils.translation import override

from edu.core.errors import DomainError
from exams.authoring.record_problems import RECORD_PROBLEMS
from exams.domain.near_duplicates import likeness
from exams.interchange import near_duplicates
from exams.interchange.bulk_insert import JsonText, PreparedRows, prepare_rows
from exams.interchange.examine import Examined, examine_row
from exams.interchange.files import local_copy
from exams.interchange.folding import fold_batch
from exams.interchange.formats.base import Format, Remark, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.registry import find_format, get_format
from exams.interchange.pacing import Pace, by_index, many_rows, refresh_statistics
from exams.interchange.parts import in_parts
from exams.interchange.remarks import kept
from exams.interchange.write_behind import WriteBehind
from exams.models import Bank, ImportBatch, ImportRow, Question

logger = logging.getLogger(__name__)

BATCH_SIZE = 250
"""Rows that are compared or noted at once."""
SOUGHT_BY = ("batch", "position", "state", "ref", "content_hash")
"""Columns by which rows of an import are found."""
FIRST_COUNT, COUNT_AGAIN = 1_000, 4
"""Rows after which the database looks at these columns for the first time, and how many times as many after which it
looks again."""
LOTS_AHEAD = 3
"""Lots of rows that are read before the first of them is written: the server is held up now and then, by its log."""
PIECES_KEPT = 100
"""Rows whose pieces are kept for the next pairs: some 10 KiB each, and up to 300."""
PAIRS = 100
"""Pairs of texts that are held against each other at once."""
MAXIMUM_ROWS = 1_000_000
NO_QUESTIONS = gettext_noop("The file holds no questions.")
TOO_MANY = gettext_noop("The file has more than %(limit)s questions. Split it.")
NOT_READABLE = gettext_noop("The file cannot be read: %(reason)s")
EXAMINED_COLUMNS = (
    "row", "file", "state", "type", "ref", "summary", "record", "problems", "doubts", "losses", "content_hash",
    "source", "cells", "question_id", "repeats_position", "near_position", "near_percent",
)  # fmt: skip
"""What a row takes over from what was examined, by the same name."""
State = ImportRow.State
Say = Callable[[int, str], None]


def plan_import(*, batch_id: int, say: Say) -> dict[str, Any]:
    """Read the file of a batch into rows; started again, it begins anew. Nothing of it is visible yet.

    A file that cannot be read leaves the batch failed, with the reason.
    """
    batch = ImportBatch.objects.select_related("bank").get(pk=batch_id)
    if batch.state != ImportBatch.State.READING:
        return dict(batch.report)
    delete_rows(batch)
    try:
        with (
            many_rows(),
            override("en"),
            local_copy(batch.storage_name) as path,
        ):  # what is kept is source text, told when it is read
            options = {"encoding": batch.encoding} if batch.encoding else {}
            source = Source(name=batch.file_name, path=path, options=options)
            found = get_format(batch.format) if batch.is_format_chosen else find_format(source)
            ImportBatch.objects.filter(pk=batch.pk).update(format=found.name)
            sketches = _read(batch, found, source, say)
    except UnreadableFile as error:
        return _fail(batch, error.text or error.message, error.values)
    except OSError as error:
        return _fail(batch, NOT_READABLE, {"reason": type(error).__name__})
    find_distant_rows(batch, sketches)
    _find_near_duplicates(batch, sketches, say)
    report = {**count_rows(batch), "folded": fold_batch(batch)}
    ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.READING).update(
        state=ImportBatch.State.PLANNED, report=report, error={}
    )
    return report


def _fail(batch: ImportBatch, text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    delete_rows(batch)
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=ImportBatch.State.FAILED, error={"text": text, "values": dict(values)}, report={}
    )
    return {}


def delete_rows(batch: ImportBatch) -> None:
    """Delete the rows of a batch, a few thousand a transaction."""
    while ids := list(ImportRow.objects.filter(batch=batch).order_by("position").values_list("pk", flat=True)[:2000]):
        ImportRow.objects.filter(pk__in=ids).delete()


def _read(batch: ImportBatch, format_: Format, source: Source, say: Say) -> near_duplicates.Sketches:
    """Keep all rows of the file; return their sketches."""
    sketches = near_duplicates.Sketches()
    position, counted_at = 0, FIRST_COUNT
    pace = Pace()
    items = _examined(batch, format_, source)
    latest: deque[_Said] = deque(maxlen=LOTS_AHEAD)
    with WriteBehind(ahead=LOTS_AHEAD) as behind:
        while part := list(islice(items, pace.size)):
            if position + len(part) > MAXIMUM_ROWS:
                raise UnreadableFile(TOO_MANY, {"limit": MAXIMUM_ROWS})
            latest.append(_place(batch, part, position, latest))
            for at, item in enumerate(part, start=position + 1):
                if item.state in {State.NEW, State.DOUBTFUL} and (like := sketches.add(at, item.plain_text)):
                    item.near_position, item.near_percent = like.position, like.percent
            columns = [_columns(batch, item, at) for at, item in enumerate(part, start=position + 1)]
            behind.run(partial(_insert, pace, prepare_rows(ImportRow, columns)))
            position += len(part)
            if position >= counted_at:
                behind.run(partial(refresh_statistics, ImportRow, SOUGHT_BY))
                counted_at = COUNT_AGAIN * position
            say(round(90 * position / (position + 2000)), str(position))
    if not position:
        raise UnreadableFile(NO_QUESTIONS)
    return sketches


def _insert(pace: Pace, rows: PreparedRows) -> None:
    with pace.transaction():
        rows.insert()


def _examined(batch: ImportBatch, format_: Format, source: Source) -> Iterator[Examined]:
    """Yield the rows of the file; a reader that breaks says so instead of taking the import down with it."""
    try:
        for item in format_.read(source):
            yield examine_row(item, owner_id=batch.owner_id)
    except (DomainError, OSError):
        raise
    except Exception as error:
        logger.exception("the reader of %s broke on import %s", format_.name, batch.public_id)
        raise UnreadableFile(NOT_READABLE, {"reason": type(error).__name__}) from error


@dataclass(slots=True)
class _Said:
    """What rows say: the position of the first with a content, by its hash, and the row of the first with a
    reference."""

    positions: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def take(self, item: Examined, position: int) -> None:
        """Take in one more row."""
        self.positions.setdefault(item.content_hash, position)
        if item.ref:
            self.rows.setdefault(item.ref, item.row)


def _place(batch: ImportBatch, items: Sequence[Examined], position: int, latest: Iterable[_Said] = ()) -> _Said:
    """Note at examined questions what the bank and the rows before them know of their content, and return what these
    rows say; five queries a call. `latest` are the rows that may not be written yet, in their order."""
    known = KnownQuestions(batch.bank, [(item.content_hash, item.ref) for item in items])
    written, own = _earlier_rows(batch, items), _Said()
    for place, item in enumerate(items, start=position + 1):
        if item.content_hash:
            known.settle(item)
            _settle_within(item, (written, *latest, own))
            if item.state != State.FAILED:
                own.take(item, place)
    return own


def _columns(batch: ImportBatch, item: Examined, position: int) -> dict[str, Any]:
    """Return the columns of the row that keeps an examined question."""
    return {
        **{name: getattr(item, name) for name in EXAMINED_COLUMNS},
        "record": item.record if item.record_text is None else JsonText(item.record_text),
        "batch_id": batch.pk,
        "position": position,
        "search_text": item.plain_text,
        "has_losses": bool(item.losses),
    }


class KnownQuestions:
    """What a bank knows of some contents and references; two queries."""

    def __init__(self, bank: Bank, pairs: Iterable[tuple[str, str]]) -> None:
        hashes = {digest for digest, _ref in pairs if digest}
        refs = {ref for _digest, ref in pairs if ref}
        self.by_hash: dict[str, int] = {}
        self.by_ref: dict[str, Question] = {}
        if hashes:
            # By the hash alone, and the bank asked here: a database without statistics would walk the whole bank.
            found = Question.everything.filter(content_hash__in=hashes).exclude(status=Question.Status.RETIRED)
            with by_index():
                rows = list(found.order_by().values_list("content_hash", "pk", "bank_id"))
            for digest, pk, bank_id in rows:
                if bank_id == bank.pk:
                    self.by_hash[digest] = min(pk, self.by_hash.get(digest, pk))
        if refs:
            # That the reference is not empty is said for the index that leaves those out.
            fields = ("pk", "ref", "content_hash", "explanation", "source", "marks")
            namesakes = Question.everything.filter(bank=bank, ref__in=refs).exclude(ref="").only(*fields)
            self.by_ref = {row.ref: row for row in namesakes}

    def settle(self, row: ImportRow | Examined) -> None:
        """Mark a sound row that repeats a question of the bank, or updates the one of its reference."""
        record = row.record or {}
        namesake = self.by_ref.get(row.ref) if row.ref else None
        if namesake is not None:
            same = (row.content_hash, record.get("explanation"), record.get("source")) == (
                namesake.content_hash,
                namesake.explanation,
                namesake.source,
            ) and str(namesake.marks) == str(record.get("marks"))
            row.question_id = namesake.pk
            if same:
                row.state = State.DUPLICATE
            elif row.state == State.NEW:
                row.state = State.UPDATE
        elif row.content_hash in self.by_hash:
            row.question_id = self.by_hash[row.content_hash]
            row.state = State.DUPLICATE


def _earlier_rows(batch: ImportBatch, items: Iterable[Examined]) -> _Said:
    """Return what written rows say of the same contents and references."""
    rows = ImportRow.objects.filter(batch=batch).exclude(state__in=[State.FAILED, State.EXCLUDED])
    hashes = {item.content_hash for item in items if item.content_hash}
    refs = {item.ref for item in items if item.ref}
    named = rows.filter(ref__in=refs).exclude(ref="")
    same = rows.filter(content_hash__in=hashes).values_list("content_hash").annotate(first=Min("position")).order_by()
    namesakes = named.values_list("ref").annotate(first=Min("row")).order_by()
    return _Said(positions=dict(same), rows=dict(namesakes) if refs else {})


def _settle_within(item: Examined, earlier: Sequence[_Said]) -> None:
    """Mark a sound row that repeats an earlier one; the same reference with another content is a problem."""
    same = next((said.positions[item.content_hash] for said in earlier if item.content_hash in said.positions), None)
    namesake = next((said.rows[item.ref] for said in earlier if item.ref in said.rows), None) if item.ref else None
    if same is not None:
        item.state, item.repeats_position = State.DUPLICATE, same
    elif namesake is not None:
        problem = Remark(row=0, field="ref", text=RECORD_PROBLEMS["same_reference"], values={"n": namesake})
        item.state, item.problems = State.FAILED, kept([problem], row=item.row, file=item.file)
        item.question_id = None


def _texts(batch: ImportBatch, places: Collection[int]) -> list[tuple[int, str]]:
    """Return positions and texts of rows."""
    rows = ImportRow.objects.filter(batch=batch, position__in=places).order_by()
    return list(rows.values_list("position", "search_text"))


def find_distant_rows(batch: ImportBatch, sketches: near_duplicates.Sketches) -> None:
    """Note at each row the earlier row far before it in the file that is more like it than those near by."""
    pieces: dict[int, frozenset[int]] = {}
    for part in in_parts(sketches.distant_pairs(), PAIRS):
        places = {place for pair in part for place in pair}
        for place, text in _texts(batch, places - pieces.keys()):
            pieces[place] = near_duplicates.pieces_of(text)
        best: dict[int, tuple[int, int]] = {}
        for earlier, later in part:
            if earlier in pieces and later in pieces:
                percent = round(100 * likeness(pieces[earlier], pieces[later]))
                if percent >= 100 * near_duplicates.SIMILAR and percent > best.get(later, (0, 0))[0]:
                    best[later] = percent, earlier
        changed = []
        for row in ImportRow.objects.filter(batch=batch, position__in=best).only("pk", "position", "near_percent"):
            if best[row.position][0] > (row.near_percent or 0):
                row.near_percent, row.near_position = best[row.position]
                changed.append(row)
        for some in in_parts(changed, BATCH_SIZE):
            with transaction.atomic():
                ImportRow.objects.bulk_update(some, ["near_percent", "near_position"])
        for place in sorted(pieces)[:-PIECES_KEPT]:
            del pieces[place]


def _find_near_duplicates(batch: ImportBatch, sketches: near_duplicates.Sketches, say: Say) -> None:
    """Note at each row the question of the bank that is most like it, from 80 % on."""
    if not sketches:
        return
    best: dict[int, tuple[float, int]] = {}
    last = done = 0
    questions = Question.objects.filter(bank=batch.bank).exclude(status=Question.Status.RETIRED)
    while part := list(questions.filter(pk__gt=last).order_by("pk").values_list("pk", "search_text")[:2000]):
        last, done = part[-1][0], done + len(part)
        _compare(batch, near_duplicates.find_candidates(sketches, part), best)
        say(90 + round(9 * done / (done + 20_000)), str(done))
    for places in in_parts(best, BATCH_SIZE):
        rows = list(ImportRow.objects.filter(batch=batch, position__in=places).only("pk", "position", "near_percent"))
        for row in rows:
            share, row.near_duplicate_of_id = best[row.position]
            row.near_percent = max(round(100 * share), row.near_percent or 0)
        with transaction.atomic():
            ImportRow.objects.bulk_update(rows, ["near_duplicate_of", "near_percent"])


def _compare(
    batch: ImportBatch,
    candidates: Iterable[tuple[near_duplicates.Likeness, frozenset[int]]],
    best: dict[int, tuple[float, int]],
) -> None:
    """Hold the texts of candidates against each other."""
    for part in in_parts(candidates, PAIRS):
        places = {pair.position for pair, _pieces in part}
        own = {place: near_duplicates.pieces_of(text) for place, text in _texts(batch, places)}
        for pair, pieces in part:
            share = likeness(own.get(pair.position, frozenset()), pieces)
            if share >= near_duplicates.SIMILAR and share > best.get(pair.position, (0.0, 0))[0]:
                best[pair.position] = (share, pair.question_id)


def find_like(row: ImportRow) -> None:
    """Look for a question of the bank that is like one row, after it was mended."""
    sketches = near_duplicates.Sketches()
    sketches.add(row.position, row.search_text)
    row.near_duplicate_of_id = row.near_percent = None
    own, best = near_duplicates.pieces_of(row.search_text), 0.0
    questions = (
        Question.objects.filter(bank_id=row.batch.bank_id)
        .exclude(status=Question.Status.RETIRED)
        .exclude(content_hash=row.content_hash)
        .order_by("-pk")
        .values_list("pk", "search_text")[:20_000]
    )
    for pair, pieces in near_duplicates.find_candidates(sketches, questions.iterator(chunk_size=2000)):
        share = likeness(own, pieces)
        if share >= near_duplicates.SIMILAR and share > best:
            best, row.near_duplicate_of_id, row.near_percent = share, pair.question_id, round(100 * share)


def count_rows(batch: ImportBatch) -> dict[str, int]:
    """Return how many rows there are, by state, with losses, and like a question of the bank; two queries."""
    rows = ImportRow.objects.filter(batch=batch)
    counts = dict.fromkeys(State.values, 0) | dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    more = rows.aggregate(
        losses=Count("pk", filter=Q(has_losses=True)), similar=Count("pk", filter=Q(near_percent__isnull=False))
    )
    return {**counts, **more, "all": sum(counts.values())}
