"""The list of a bank's questions: filters, search, order, pages by key, a count that stops at 10,000.

Made for banks of a million questions: a page is read from an index in the order it is shown, never by counting off
rows, and no figure needs the whole bank.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, NullIf

from exams.authoring.term_index import MAXIMUM_HITS, among, find_question_ids
from exams.domain.registry import question_types
from exams.models import Bank, ImportBatch, Paper, PaperItem, Question, Topic

COUNT_LIMIT = 10_000
PAGE_SIZE = 30

DENSE_FROM = 5_000
"""Questions of a subtree from which it is read by walking the bank instead of gathering and sorting its topics."""

SORTS: dict[str, tuple[str, bool]] = {
    "newest": ("id", True),
    "oldest": ("id", False),
    "changed": ("updated_at", True),
    "easiest": ("difficulty", False),
    "hardest": ("difficulty", True),
}
"""Name of an order -> field and whether it descends; the id decides between equals."""

FILTERS = ("q", "topic", "type", "difficulty", "status", "tag", "author", "health", "used")


@dataclass(kw_only=True)
class TopicNode:
    """A topic of the side tree: how deep it stands, and how many questions lie in it and below."""

    topic: Topic
    depth: int
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class QuestionPage:
    """A page of the list, the keys of the pages around it, and the count: exact up to COUNT_LIMIT."""

    rows: tuple[Question, ...]
    count: int
    is_capped: bool
    previous_key: str
    next_key: str


def list_topics(*, bank: Bank) -> list[TopicNode]:
    """Return the topics in reading order with the counts of their subtrees; one query whatever the size of the bank."""
    topics = list(Topic.objects.filter(bank=bank))
    nodes = {topic.pk: TopicNode(topic=topic, depth=topic.path.count("/") - 2) for topic in topics}
    for topic in topics:
        for above in (int(part) for part in topic.path.split("/") if part):
            if above in nodes:
                nodes[above].count += topic.question_count
    children: dict[int | None, list[Topic]] = {}
    for topic in topics:
        children.setdefault(topic.parent_id, []).append(topic)
    ordered: list[TopicNode] = []

    def walk(parent_id: int | None) -> None:
        for topic in sorted(children.get(parent_id, ()), key=lambda row: (row.position, row.pk)):
            ordered.append(nodes[topic.pk])
            walk(topic.pk)

    walk(None)
    return ordered


def clean_filters(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the known filters that say something, as plain JSON values."""
    return {name: str(raw[name]).strip() for name in FILTERS if str(raw.get(name) or "").strip()}


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in any of its notations."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def find_searched(*, bank: Bank, filters: Mapping[str, Any]) -> list[int] | None:
    """Return the questions that the search and the tag of the filters find, None when they say neither; one query."""
    wanted = clean_filters(filters)
    if "q" not in wanted and "tag" not in wanted:
        return None
    return find_question_ids(bank_id=bank.pk, query=wanted.get("q", ""), tag=wanted.get("tag", ""))


def list_questions(
    *,
    bank: Bank,
    filters: Mapping[str, Any],
    topics: Sequence[TopicNode] | None = None,
    searched: Sequence[int] | None = None,
    may_walk: bool = False,
) -> QuerySet[Question]:
    """Return the bank's questions that fit all filters, in no order yet.

    `topics` are the bank's and `searched` what `find_searched` found, when the caller has them; else a query each.
    With `may_walk` a large topic is found by walking the bank: for a page in the order of the list, not for a count.
    """
    wanted = clean_filters(filters)
    rows = _of_bank(Question.objects.all(), bank, wanted)
    return _narrowed(rows, bank, wanted, topics=topics, searched=searched, may_walk=may_walk)


def _of_bank(rows: QuerySet[Question], bank: Bank, wanted: Mapping[str, Any]) -> QuerySet[Question]:
    """Return the questions of a bank; where a search names them, by their ids and not by walking the bank."""
    if "q" in wanted or "tag" in wanted:
        return rows.annotate(bank_key=F("bank_id") + 0).filter(bank_key=bank.pk)
    return rows.filter(bank=bank)


def _narrowed(
    rows: QuerySet[Question],
    bank: Bank,
    wanted: Mapping[str, Any],
    *,
    topics: Sequence[TopicNode] | None,
    searched: Sequence[int] | None,
    may_walk: bool,
) -> QuerySet[Question]:
    """Return those of a bank's questions that fit the filters, as `list_questions` does."""
    if "topic" in wanted:
        rows = _in_topic(rows, wanted["topic"], list_topics(bank=bank) if topics is None else topics, may_walk=may_walk)
    for name in ("type", "health"):
        if name in wanted:
            rows = rows.filter(**{name: wanted[name]})
    if "difficulty" in wanted:
        rows = rows.filter(difficulty=wanted["difficulty"]) if wanted["difficulty"].isdecimal() else rows.none()
    if "status" in wanted:
        rows = _with_status(rows, wanted["status"])
    if "author" in wanted:
        rows = _by_author(rows, wanted["author"])
    if "used" in wanted:
        rows = _used(rows, wanted["used"])
    if "q" in wanted or "tag" in wanted:
        ids = find_searched(bank=bank, filters=wanted) if searched is None else searched
        rows = rows.filter(pk__in=among(ids or []))
    return rows


def _in_topic(rows: QuerySet[Question], key: str, topics: Sequence[TopicNode], *, may_walk: bool) -> QuerySet[Question]:
    if key == "none":
        return rows.filter(topic__isnull=True)
    node = next((one for one in topics if str(one.topic.public_id) == key), None)
    if node is None:
        return rows.none()
    ids = [one.topic.pk for one in topics if one.topic.path.startswith(node.topic.path)]
    if not may_walk or node.count < DENSE_FROM:
        return rows.filter(topic_id__in=ids)
    # A sum is in no index: the bank is walked in the order of the list, and a page is full after a few steps.
    return rows.annotate(topic_key=F("topic_id") + 0).filter(topic_key__in=ids)


def _with_status(rows: QuerySet[Question], status: str) -> QuerySet[Question]:
    if status == "changed":
        return rows.filter(status=Question.Status.PUBLISHED, has_unpublished_changes=True)
    if status == "review":
        return rows.filter(reviews__state="requested")
    if status == "drawable":
        return rows.filter(status=Question.Status.PUBLISHED, current_version__isnull=False, is_withheld=False)
    if status == "withheld":
        return rows.filter(is_withheld=True)
    if status == "scheduled":
        return rows.filter(go_live_at__isnull=False)
    return rows.filter(status=status)


def _by_author(rows: QuerySet[Question], key: str) -> QuerySet[Question]:
    if not is_uuid(key):
        return rows.none()
    return rows.filter(author_id=Subquery(get_user_model().objects.filter(public_id=key).values("pk")[:1]))


def _used(rows: QuerySet[Question], key: str) -> QuerySet[Question]:
    if key in {"any", "none"}:
        fixed = PaperItem.objects.filter(section__paper__archived_at__isnull=True).values("question_id")
        return rows.filter(pk__in=fixed) if key == "any" else rows.exclude(pk__in=fixed)
    if not is_uuid(key):
        return rows.none()
    return rows.filter(pk__in=PaperItem.objects.filter(section__paper__public_id=key).values("question_id"))


def _known_count(
    wanted: Mapping[str, Any], topics: Sequence[TopicNode] | None, searched: Sequence[int] | None
) -> int | None:
    """Return how many questions fit where the search or the kept counts tell it, None where they have to be counted."""
    if searched is not None and set(wanted) <= {"q", "tag"} and len(searched) < MAXIMUM_HITS:
        return len(searched)
    if topics is not None and set(wanted) == {"topic"}:
        return next((node.count for node in topics if str(node.topic.public_id) == wanted["topic"]), None)
    return None


def _count_of(bank: Bank, wanted: Mapping[str, Any], **known: Any) -> RawSQL:
    """Return the count of the questions that fit, at most COUNT_LIMIT + 1, as a value of a statement.

    Whether an import hides a question stands in no index. Only while one is under way is that asked of each: else the
    count is read from indexes alone.
    """

    def counted(rows: QuerySet[Question]) -> tuple[str, tuple[Any, ...]]:
        # A topic is of one bank, and an index that begins with topics does not name the bank.
        if wanted.get("topic", "none") == "none":
            rows = _of_bank(rows, bank, wanted)
        rows = _narrowed(rows, bank, wanted, **known, may_walk=False)
        if "difficulty" in wanted and "type" not in wanted:
            # Naming all types lets the count be read from an index that begins with the type.
            rows = rows.filter(type__in=list(question_types()))
        try:
            sql, parameters = rows.order_by().values("pk")[: COUNT_LIMIT + 1].query.sql_with_params()
        except EmptyResultSet:
            return "0", ()
        return f"(SELECT COUNT(*) FROM ({sql}) AS fitting)", tuple(parameters)  # noqa: S608 - made by the ORM

    hidden, hidden_parameters = (
        ImportBatch.objects.filter(bank=bank, state__in=ImportBatch.HIDING)
        .order_by()
        .values("pk")
        .query.sql_with_params()
    )
    some, some_parameters = counted(Question.objects.all())
    every, every_parameters = counted(Question.everything.all())
    return RawSQL(  # noqa: S611 - made by the ORM
        f"CASE WHEN EXISTS ({hidden}) THEN {some} ELSE {every} END",
        (*hidden_parameters, *some_parameters, *every_parameters),
        output_field=IntegerField(),
    )


def _counted(count: RawSQL) -> int:
    """Ask for a count alone; one query."""
    sql, parameters = count.sql, count.params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", parameters)
        return int(cursor.fetchone()[0])


def _papers_of_row() -> QuerySet[Any]:
    """Return in how many current papers the question of an outer row stands; evaluated for the rows of a page only."""
    items = PaperItem.objects.filter(question=OuterRef("pk"), section__paper__archived_at__isnull=True)
    return items.order_by().values("question").annotate(n=Count("section__paper", distinct=True)).values("n")


def page_of_questions(
    *,
    bank: Bank,
    filters: Mapping[str, Any],
    topics: Sequence[TopicNode] | None = None,
    sort: str = "newest",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> QuestionPage:
    """Return a page of the list: the first, or the one after or before a question (its public id).

    At most three queries: the search, the rows with their count, and topics when not given; one more for the count
    where nothing is behind a key. Each row carries `facility` of its version and `paper_count`. After a key that the
    bank does not have there is nothing.
    """
    wanted = clean_filters(filters)
    if topics is None and "topic" in wanted:
        topics = list_topics(bank=bank)
    searched = find_searched(bank=bank, filters=filters)
    known_count = _known_count(wanted, topics, searched)
    counting = _count_of(bank, wanted, topics=topics, searched=searched) if known_count is None else None
    field, is_descending = SORTS.get(sort, SORTS["newest"])
    is_backward = bool(before) and not after
    has_key = is_uuid(after or before)
    rows = list_questions(bank=bank, filters=filters, topics=topics, searched=searched, may_walk=True)
    goes_down = is_descending != is_backward
    if has_key:
        step = "lt" if goes_down else "gt"
        # A constant of the statement: both databases look it up once and start within the index.
        at = Question.objects.filter(bank=bank, public_id=after or before)
        value, pk = Subquery(at.values(field)), Subquery(at.values("pk"))
        if field == "id":
            rows = rows.filter(**{f"pk__{step}": pk})
        else:
            # The bound on the field alone lets both databases start within the index.
            rows = rows.filter(
                Q(**{f"{field}__{step}e": value}) & (Q(**{f"{field}__{step}": value}) | Q(**{f"pk__{step}": pk}))
            )
    sign = "-" if goes_down else ""
    order = [f"{sign}pk"] if field == "id" else [f"{sign}{field}", f"{sign}pk"]
    # Only keys are sorted; the rows of the page are read afterwards, in the same statement.
    found = list(
        Question.objects.filter(pk__in=rows.order_by(*order).values("pk")[: size + 1])
        .select_related("topic", "author")
        .annotate(
            facility=F("current_version__statistics__facility"),
            paper_count=Coalesce(Subquery(_papers_of_row()), 0),
            all_that_fit=Value(known_count) if counting is None else counting,
        )
        .defer("content", "key", "explanation", "search_text", "author__password")
        .order_by(*order)
    )
    if known_count is not None:
        count = known_count
    elif found:
        count = found[0].all_that_fit
    else:
        # Without rows on the first page nothing fits; behind a key that fits no more somebody has to count.
        count = _counted(counting) if has_key and counting is not None else 0
    has_more = len(found) > size
    found = found[:size]
    if is_backward:
        found.reverse()
    has_previous = (has_more if is_backward else has_key) and bool(found)
    has_next = (has_key if is_backward else has_more) and bool(found)
    return QuestionPage(
        rows=tuple(found),
        count=min(count, COUNT_LIMIT),
        is_capped=count > COUNT_LIMIT,
        previous_key=str(found[0].public_id) if has_previous else "",
        next_key=str(found[-1].public_id) if has_next else "",
    )


def count_by_status(*, bank_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """Return (bank, status) -> how many published questions and drafts, each counted to COUNT_LIMIT + 1; one query."""
    keys = [(bank_id, status) for bank_id in bank_ids for status in ("published", "draft")]
    if not keys:
        return {}
    one = (
        "SELECT %s AS bank, %s AS state, COUNT(*) AS n FROM "
        "(SELECT 1 FROM exams_question WHERE bank_id = %s AND status = %s LIMIT %s) AS counted"
    )
    parameters = [value for bank_id, status in keys for value in (bank_id, status, bank_id, status, COUNT_LIMIT + 1)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([one] * len(keys)), parameters)
        return {(int(bank_id), str(status)): count for bank_id, status, count in cursor.fetchall()}


_AUTHORS = """
    WITH RECURSIVE found(author_id) AS (
        SELECT MIN(author_id) FROM exams_question WHERE bank_id = %s
        UNION ALL
        SELECT (SELECT MIN(author_id) FROM exams_question WHERE bank_id = %s AND author_id > found.author_id)
        FROM found WHERE found.author_id IS NOT NULL
    )
    SELECT author_id FROM found WHERE author_id IS NOT NULL LIMIT 50
"""
"""Who wrote in a bank: a step in an index for each author, however many questions she wrote."""


@dataclass(kw_only=True)
class Choices:
    """What the page of a bank offers beside its questions: (public id, name) pairs, and its last imports."""

    authors: list[tuple[str, str]]
    papers: list[tuple[str, str]]
    banks: list[tuple[str, str]]
    imports: list[tuple[str, str, str]]


def list_choices(*, bank: Bank, papers: QuerySet[Paper], banks: QuerySet[Bank]) -> Choices:
    """Return the authors of a bank, the newest 50 of `papers`, the first 100 other banks of `banks` and the last three
    imports; one query."""
    people = get_user_model().objects.filter(pk__in=RawSQL(_AUTHORS, [bank.pk, bank.pk]))  # noqa: S611 - our own words
    own_papers = Paper.objects.filter(pk__in=papers.order_by("-pk").values("pk")[:50])
    other_banks = Bank.objects.filter(pk__in=banks.exclude(pk=bank.pk).order_by("name").values("pk")[:100])
    imports = ImportBatch.objects.filter(
        pk__in=ImportBatch.objects.filter(bank=bank)
        .exclude(state=ImportBatch.State.FAILED)
        .order_by("-id")
        .values("pk")[:3]
    )

    def part(kind: str, rows: QuerySet[Any], name: Any, more: Any) -> QuerySet[Any]:
        text = {"kind": Value(kind, TextField()), "name": Cast(name, TextField()), "more": Cast(more, TextField())}
        return (
            rows.order_by()
            .annotate(**{f"c_{key}": value for key, value in text.items()})
            .values_list("c_kind", "public_id", "c_name", "c_more")
        )

    person = Coalesce(NullIf(F("display_name"), Value("")), F("real_name"), F("email"))
    empty = Value("")
    found = part("author", people, person, empty).union(
        part("paper", own_papers, F("title"), empty),
        part("bank", other_banks, F("name"), empty),
        part("import", imports, F("file_name"), F("state")),
        all=True,
    )
    rows = [(kind, str(public_id), name, more) for kind, public_id, name, more in found]

    def pairs(kind: str) -> list[tuple[str, str]]:
        return sorted(((key, name) for one, key, name, _more in rows if one == kind), key=lambda pair: pair[1])

    return Choices(
        authors=pairs("author"),
        papers=pairs("paper"),
        banks=pairs("bank"),
        imports=[(key, name, more) for kind, key, name, more in rows if kind == "import"],
    )


__all__ = ["MAXIMUM_HITS", "QuestionPage", "TopicNode", "list_questions", "list_topics", "page_of_questions"]
