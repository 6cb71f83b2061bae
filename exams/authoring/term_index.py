"""The search index of questions: the only place that writes and asks QuestionTerms, on SQLite and on PostgreSQL.

Whoever writes questions calls `index_questions` in the same transaction; what was forgotten is found by the nightly
`index_missing`. Chinese is indexed by bigrams (edu.search), and the bank, the tags and the sketch for near duplicates
are terms like any other, so that one index narrows by all of them.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models.expressions import RawSQL

from edu.search.bigrams import index_text, query_terms
from exams.domain.near_duplicates import rank_alike, sketch
from exams.models import ImportBatch, Question, QuestionTerms

MAXIMUM_HITS = 10_000
"""Newest questions that one search may find."""

FEW_HITS = 2_000
"""Up to so many hits in all banks a search is narrowed to its bank row by row."""

CANDIDATES = 200
"""Newest questions with a common hash that are compared exactly."""

BATCH = 500

INDEXED_FIELDS = ("pk", "bank_id", "search_text", "ref", "source", "tags")
"""What `index_questions` reads of a question."""


def bank_term(bank_id: int) -> str:
    """Return the term that all questions of a bank have."""
    return f"zbank{bank_id}"


def tag_term(tag: str) -> str:
    """Return the term of a tag."""
    digest = hashlib.sha1(tag.strip().casefold().encode("utf-8", "surrogatepass"), usedforsecurity=False)
    return f"ztag{digest.hexdigest()[:12]}"


def _sketch_terms(text: str) -> list[str]:
    return [f"zs{value:08x}" for value in sketch(text)]


def joined_terms(*, bank_id: int, search_text: str, ref: str, source: str, tags: Iterable[str]) -> str:
    """Return the terms of a question, each once: words of text, reference and source, bank, tags, sketch."""
    words = index_text(f"{search_text}\n{ref}\n{source}").split()
    facets = [bank_term(bank_id), *(tag_term(tag) for tag in tags)]
    return " ".join(dict.fromkeys([*words, *facets, *_sketch_terms(search_text)]))


def terms_of(question: Question) -> str:
    """Return the terms of a question as `joined_terms` does."""
    return joined_terms(
        bank_id=question.bank_id,
        search_text=question.search_text,
        ref=question.ref,
        source=question.source,
        tags=question.tags,
    )


def index_questions(*, questions: Iterable[Question]) -> None:
    """Write the terms of stored questions, a statement for each 500. The caller holds the transaction."""
    rows = [QuestionTerms(question_id=question.pk, terms=terms_of(question)) for question in questions]
    QuestionTerms.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["question"], update_fields=["terms"]
    )


def index_missing(*, limit: int = 5000) -> int:
    """Index questions that were written past the use cases; return how many."""
    rows = list(Question.objects.filter(terms__isnull=True).only(*INDEXED_FIELDS)[:limit])
    with transaction.atomic():
        index_questions(questions=rows)
    return len(rows)


def _rows_with(every: Sequence[str], some: Sequence[str] = (), *, only: str = "") -> tuple[str, list[Any]]:
    """Return the statement for the newest questions that have every term of one list and at least one of the other
    (when not empty), without its limit; the column is `found`, `only` a condition of the statement as a whole."""
    if connection.vendor == "postgresql":
        where, values = "string_to_array(terms, ' ') @> %s", [list(every)]
        if some:
            where, values = f"{where} AND string_to_array(terms, ' ') && %s", [*values, list(some)]
        where = f"{only} AND {where}" if only else where
        # `+ 0` keeps the planner from walking the whole table in the order of ids.
        return (
            f"SELECT question_id AS found FROM exams_questionterms WHERE {where} ORDER BY question_id + 0 DESC",  # noqa: S608 - our own words; values are parameters
            values,
        )
    match = " AND ".join(f'"{term}"' for term in every)
    if some:
        match = f"({' OR '.join(f'{chr(34)}{term}{chr(34)}' for term in some)}) AND {match}"
    # SQLite tests a condition row by row; an empty phrase is found nowhere, at once.
    wanted = f"CASE WHEN {only} THEN %s ELSE '\"\"' END" if only else "%s"
    return (
        f"SELECT rowid AS found FROM exams_question_fts WHERE exams_question_fts MATCH {wanted} ORDER BY rowid DESC",  # noqa: S608 - our own words
        [match],
    )


def _ask(statement: str, parameters: Sequence[Any]) -> list[int]:
    """Return the ids that a statement finds."""
    # Within a transaction PostgreSQL needs a point to go back to; without one nothing is to be locked for a search.
    guard = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with guard, connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return [row[0] for row in cursor.fetchall()]
    except DatabaseError:
        # A term of signs that the database does not count as letters is found nowhere.
        return []


_SEARCH = """
    WITH few AS ({few} LIMIT %s),
    narrowed AS (
        SELECT few.found FROM few JOIN exams_question ON exams_question.id = few.found
        WHERE exams_question.bank_id = %s AND NOT (
            exams_question.batch_id IS NOT NULL
            AND exams_question.batch_id IN (SELECT id FROM exams_importbatch WHERE state IN ({hiding}))
        )
    ),
    many AS ({many} LIMIT %s)
    SELECT found FROM narrowed WHERE (SELECT COUNT(*) FROM few) <= %s
    UNION ALL
    SELECT found FROM many
    ORDER BY found DESC
"""
"""The term of a bank stands in all its questions: a rare word is found sooner without it and sorted out after; only a
word with many hits is asked for together with its bank."""


_ARE_MANY = "(SELECT COUNT(*) FROM few) > %s"
"""Within the statement for many hits, which is then not begun at all where there are few."""


def find_question_ids(*, bank_id: int, query: str = "", tag: str = "", limit: int = MAXIMUM_HITS) -> list[int]:
    """Return the newest questions of a bank that have every word of the query, and the tag where one is given.

    One query to the database. An empty list for a query without a word; at most `limit`.
    """
    terms = query_terms(query)
    if query.strip() and not terms:
        return []
    every = [*terms, *([tag_term(tag)] if tag else [])]
    if not every:
        return []
    few, few_values = _rows_with(every)
    many, many_values = _rows_with([*every, bank_term(bank_id)], only=_ARE_MANY)
    hiding = ", ".join(["%s"] * len(ImportBatch.HIDING))
    values = [*few_values, FEW_HITS + 1, bank_id, *ImportBatch.HIDING, FEW_HITS, *many_values, limit, FEW_HITS]
    return _ask(_SEARCH.format(few=few, many=many, hiding=hiding), values)


def among(ids: Sequence[int]) -> RawSQL:
    """Return the ids as a subquery with a single parameter, which both databases join by the primary key."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(ids))])


def find_near_duplicates(
    *, bank_id: int, text: str, exclude_id: int | None = None, limit: int = 5
) -> list[tuple[Question, float]]:
    """Return questions of a bank whose text is nearly this one, with their likeness (0.6 to 1), the most alike first.

    Two queries, whatever the size of the bank. Retired questions do not count.
    """
    hashes = _sketch_terms(text)
    if not hashes:
        return []
    statement, values = _rows_with([bank_term(bank_id)], hashes)
    ids = _ask(f"{statement} LIMIT %s", [*values, CANDIDATES])
    rows = {
        row.pk: row
        for row in Question.objects.filter(pk__in=ids, bank_id=bank_id)
        .exclude(pk=exclude_id)
        .exclude(status=Question.Status.RETIRED)
        .only("pk", "public_id", "summary", "search_text", "status", "type")
    }
    alike = rank_alike(text, [(pk, row.search_text) for pk, row in rows.items()])
    return [(rows[one.key], one.likeness) for one in alike[:limit]]
