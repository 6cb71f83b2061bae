"""`python -m benchmarks.bank_scale`: lists, filters and searches of banks of 10,000 and 1,000,000 questions.

Rows are made in bulk SQL, search terms by the code that the site runs; each size is a bank of its
own, so the larger database is the one that both are measured in. What was made is taken away: the SQLite file lies
in a temporary folder, and on PostgreSQL a database of its own is made and dropped, on the server that --postgresql
names or on one made for it.
"""

import argparse
import json
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

TYPES = ("single_choice", "multiple_choice", "true_false", "fill_blank", "short_text", "essay")
TOPICS = 60
BATCH = 5_000
RARE_HITS, WORD_HITS = 20, 1_000
BEYOND = "no reach"
"""Hits that grow with the bank are stated and not judged: the reach is for words of up to 1,000 questions."""
LIMIT = 2.0
"""How much longer the larger bank may take."""


def main(arguments: list[str]) -> int:
    """Measure and print a table; 1 when something takes more than LIMIT times as long in the larger bank."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bank_scale", description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--postgresql", default="", help="postgres://… of a server where a database may be made")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="jinbang-bank-") as folder:
        os.environ["JINBANG_VAR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edu.settings.embedded")
        if options.postgresql:
            return _on_postgresql(options, options.postgresql)
        if options.database == "postgresql":
            from edu.launcher.services import throw_away_postgres

            with throw_away_postgres(log=Path(folder) / "postgres.log", durable=True) as url:
                return _on_postgresql(options, url)
        return _measured(options)


def _on_postgresql(options: argparse.Namespace, url: str) -> int:
    """Measure in a new database of the server and drop it."""
    import psycopg2

    name = f"jinbang_bank_{os.getpid()}"
    base, _slash, _database = url.rpartition("/")
    server = psycopg2.connect(url)
    server.autocommit = True  # a database is not made within a transaction
    with server.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    os.environ["DATABASE_URL"] = f"{base}/{name}"
    try:
        return _measured(options)
    finally:
        from django.db import connections

        connections.close_all()
        with server.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.close()


def _measured(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    _say("migrating ...")
    call_command("migrate", verbosity=0)
    author = _author()
    banks = {}
    for size in (options.small, options.large):
        began = time.monotonic()
        banks[size] = make_bank(size=size, author=author)
        took = time.monotonic() - began
        _say(f"{size:,} questions made in {took:.0f} s ({size / took:,.0f}/s)")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # What the server does by itself within minutes: counts are then read from indexes alone.
            cursor.execute("VACUUM ANALYZE")
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")
    results = dict(
        measured(small=banks[options.small], large=banks[options.large], author=author, rounds=options.rounds)
    )
    kind = "processor" if connection.vendor == "sqlite" else "wall clock"
    print(f"{connection.vendor}: least of {options.rounds} rounds in turn, milliseconds of {kind}")
    print(f"{'':52}{options.small:>12,}{options.large:>12,}{'ratio':>8}")
    worst = 0.0
    for name, (small, large) in results.items():
        ratio = large / small
        worst = max(worst, 0.0 if BEYOND in name else ratio)
        print(f"{name:52}{small:12.2f}{large:12.2f}{ratio:8.2f}")
    print(f"worst ratio {worst:.2f} (at most {LIMIT:g})")
    return 0 if worst <= LIMIT else 1


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _author() -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(
        email="bank-scale@example.com", display_name="Author", is_instructor=True
    )


def make_bank(*, size: int, author: Any) -> Any:
    """Return a bank of `size` questions over TOPICS topics, indexed as the site indexes them.

    The word 审计 stands in WORD_HITS of them and 商誉 in RARE_HITS, whatever the size.
    """
    from django.db import connection, transaction

    from exams.authoring.banks import create_bank, create_topics
    from exams.authoring.topic_counts import recount_topics

    bank = create_bank(actor=author, name=f"{size}", slug=f"scale-{size}")
    with transaction.atomic():
        topics = create_topics(bank=bank, paths=[(f"章{n % 6}", f"节{n}") for n in range(TOPICS)])
    leaves = [topic.pk for path, topic in topics.items() if len(path) == 2]
    marked = random.Random(1).sample(range(size), min(size, WORD_HITS))
    words, rare = set(marked), set(marked[:RARE_HITS])
    for start in range(0, size, BATCH):
        _write(bank, author, leaves, range(start, min(start + BATCH, size)), words, rare)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exams_question SET current_version_id = "
            "(SELECT v.id FROM exams_questionversion v WHERE v.question_id = exams_question.id) WHERE bank_id = %s",
            [bank.pk],
        )
    recount_topics(bank_id=bank.pk)
    return bank


def _row_of(row: Any) -> tuple[list[str], list[Any]]:
    """Return the columns of an unsaved row and their values as the database takes them, defaults written out."""
    from django.db import connection

    fields = [field for field in row._meta.concrete_fields if not field.primary_key or field.remote_field]
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    return [field.column for field in fields], values


def _insert(table: str, columns: list[str], rows: list[list[Any]]) -> None:
    from django.db import connection

    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)


def _asked(kind: str, text: str) -> tuple[str, str]:
    """Return content and key of a question of TYPES as JSON."""
    content: dict[str, Any] = {"stem": text}
    key: dict[str, Any] = {}
    if kind.endswith("choice"):
        content["options"] = [{"id": id_, "text": f"{text} {id_}"} for id_ in "abcd"]
        key = {"fractions": {"b": 1}} if kind.startswith("single") else {"correct": ["a", "c"]}
    elif kind == "true_false":
        key = {"correct": True}
    elif kind == "fill_blank":
        content |= {"stem": f"{text} [[b1]]", "blanks": [{"id": "b1"}]}
        key = {"blanks": {"b1": {"answers": [{"text": "资产"}]}}}
    elif kind == "short_text":
        key = {"answers": [{"text": "资产"}]}
    return json.dumps(content, ensure_ascii=False), json.dumps(key, ensure_ascii=False)


def _write(bank: Any, author: Any, leaves: list[int], numbers: range, words: set[int], rare: set[int]) -> None:
    """Insert a batch of questions, versions and terms: rows in bulk SQL, terms by the code of the site."""
    from django.db import connection, transaction
    from django.db.models import Max

    from edu.core.clock import now_utc
    from edu.core.ids import new_public_id
    from exams.authoring.term_index import terms_of
    from exams.models import Question, QuestionVersion

    now = now_utc()
    first = (Question.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    blank = Question(bank=bank, author=author, content={}, key={}, live=True, type="essay")
    names, template = _row_of(blank)
    places = {name: names.index(name) for name in names}
    ids = Question._meta.get_field("public_id")
    version_names, version_template = _row_of(
        QuestionVersion(question_id=1, number=1, type="essay", content={}, key={}, marks=1, published_at=now)
    )
    questions, versions, terms = [], [], []
    for number in numbers:
        pk = first + number - numbers.start
        text = f"第{number}题 会计要素{number % 97}与核算方法{number % 89}"
        text += " 审计程序" if number in words else ""
        text += " 商誉减值" if number in rare else ""
        tag = f"t{number % 40}"
        kind = TYPES[(number * 7 + number // 11) % len(TYPES)]
        values = {
            "topic_id": leaves[(number * 13) % len(leaves)],
            "type": kind,
            "status": "draft" if number % 50 == 0 else "published",
            "difficulty": 1 + (number * 3 + number // 7) % 5,
            "tags": f'["{tag}"]',
            "content": _asked(kind, text)[0],
            "key": _asked(kind, text)[1],
            "summary": text,
            "search_text": text,
            "content_hash": f"{number:064x}",
            "public_id": ids.get_db_prep_save(new_public_id(), connection),
        }
        row = list(template)
        for name, value in values.items():
            row[places[name]] = value
        questions.append([pk, *row])
        version = list(version_template)
        for name in ("type", "content", "key"):
            version[version_names.index(name)] = values[name]
        version[version_names.index("question_id")] = pk
        versions.append(version)
        found = SimpleNamespace(bank_id=bank.pk, search_text=text, ref="", source="", tags=[tag])
        terms.append([pk, terms_of(found)])  # type: ignore[arg-type] # what it reads of a question is there
    with transaction.atomic():
        _insert("exams_question", ["id", *names], questions)
        _insert("exams_questionversion", version_names, versions)
        _insert("exams_questionterms", ["question_id", "terms"], terms)


def measured(*, small: Any, large: Any, author: Any, rounds: int) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield each job with its least time in milliseconds in both banks, measured in turn: what else the machine does
    only ever adds to a time."""
    from django.db import connection

    # SQLite works within this process, so its processor time is told apart from what else the machine does.
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    both = [dict(jobs(bank=bank, author=author)) for bank in (small, large)]
    for name in both[0]:
        least = [math.inf, math.inf]
        for _round in range(rounds + 1):
            for place, of_bank in enumerate(both):
                began = clock()
                of_bank[name]()
                least[place] = min(least[place], (clock() - began) * 1000)
        yield name, (least[0], least[1])


def jobs(*, bank: Any, author: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield each job by its name: the page itself through the site, and the parts of it."""
    from django.test import Client
    from django.urls import reverse

    from exams.authoring.listing import list_topics, page_of_questions
    from exams.authoring.term_index import find_near_duplicates

    topics = list_topics(bank=bank)
    chapter, section = topics[0].topic, next(node.topic for node in topics if node.depth == 1)
    client = Client()
    client.force_login(author)
    address = reverse("authoring:bank", args=[bank.public_id])

    def page(**arguments: Any) -> Callable[[], Any]:
        sort = arguments.pop("sort", "newest")
        after = ""
        for _step in range(arguments.pop("pages", 1) - 1):
            after = page_of_questions(bank=bank, filters=arguments, topics=topics, sort=sort, after=after).next_key
        return lambda: page_of_questions(bank=bank, filters=arguments, topics=topics, sort=sort, after=after)

    def web(query: str) -> Callable[[], Any]:
        def get() -> None:
            answer = client.get(f"{address}?{query}", headers={"Host": "localhost"})
            assert answer.status_code == 200, answer.status_code

        return get

    author_id = str(author.public_id)
    yield from (
        ("page of the site", web("")),
        ("page of the site, searched", web("q=审计")),
        ("list, newest first", page()),
        ("list, 20th page", page(pages=20)),
        ("list, last changed first", page(sort="changed")),
        ("list, easiest first", page(sort="easiest")),
        ("list, hardest first, 20th page", page(sort="hardest", pages=20)),
        ("filter: type", page(type="essay")),
        ("filter: status draft", page(status="draft")),
        ("filter: difficulty and type", page(difficulty="2", type="essay")),
        ("filter: author", page(author=author_id)),
        ("filter: chapter (a sixth of the bank)", page(topic=str(chapter.public_id))),
        ("filter: section", page(topic=str(section.public_id))),
        ("filter: section and type", page(topic=str(section.public_id), type="essay")),
        ("filter: chapter and difficulty", page(topic=str(chapter.public_id), difficulty="2")),
        ("filter: chapter, type and difficulty", page(topic=str(chapter.public_id), type="essay", difficulty="2")),
        ("filter: type, difficulty, published", page(type="essay", difficulty="2", status="published")),
        (
            "filter: chapter, type, difficulty, status, author",
            page(topic=str(chapter.public_id), type="essay", difficulty="2", status="published", author=author_id),
        ),
        ("filter: may be drawn", page(status="drawable")),
        ("filter: published with changes (none)", page(status="changed")),
        ("filter: waits for review (none)", page(status="review")),
        ("filter: not approved (none)", page(status="withheld")),
        ("filter: scheduled (none)", page(status="scheduled")),
        ("filter: without a topic (none)", page(topic="none")),
        ("filter: in a paper (none)", page(used="any")),
        ("filter: in no paper", page(used="none")),
        ("filter: in no paper, section and type", page(used="none", topic=str(section.public_id), type="essay")),
        ("filter: key likely wrong (none is)", page(health="wrong_key")),
        (f"search: a word of {WORD_HITS:,} questions", page(q="审计")),
        (f"search: a word of {RARE_HITS} questions", page(q="商誉")),
        ("search: a common and a rare word", page(q="会计 审计程序")),
        ("search and filter", page(q="审计", type="essay", difficulty="3")),
        (
            "search, tag, filters and another order",
            page(
                q="审计", tag="t4", type="essay", difficulty="3", status="published", author=author_id, sort="easiest"
            ),
        ),
        (f"tag of a fortieth of the questions ({BEYOND})", page(tag="t4")),
        ("near duplicates of a text", lambda: find_near_duplicates(bank_id=bank.pk, text="审计程序与商誉减值的核算")),
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main(sys.argv[1:]))
