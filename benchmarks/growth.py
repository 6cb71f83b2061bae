"""Ten times the data: graded attempts copied by SQL, and what an attempt takes on the disk.

`python -m benchmarks.growth grow N` and `python -m benchmarks.growth storage N`, under benchmarks.settings, in a
database that benchmarks.data has filled; each prints one JSON object.
"""

import json
import os
import sys
from typing import Any

SAVES = 50
"""Saves of one answer each, as a learner makes them, before an attempt is handed in."""


def main(arguments: list[str]) -> int:
    """Run one of the two and print what it found."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django

    django.setup()
    action = {"grow": grow, "storage": measure_storage}[arguments[0]]
    print(json.dumps(action(int(arguments[1]))))
    return 0


def grow(count: int) -> dict[str, int]:
    """Copy a graded attempt of 50 questions with its results `count` times, under other numbers."""
    from django.db import connection

    from benchmarks.data import tidy
    from exams.models import Attempt, ItemResult

    first = Attempt.objects.filter(state="graded", exam__title="Benchmark: review").order_by("pk").first()
    assert first is not None
    is_postgresql = connection.vendor == "postgresql"
    series = f"SELECT n FROM generate_series(1, {count}) AS given(n)"
    if not is_postgresql:
        numbers = f"SELECT 1 UNION ALL SELECT n + 1 FROM given WHERE n < {count}"
        series = f"WITH RECURSIVE given(n) AS ({numbers}) SELECT n FROM given"
    fresh = "gen_random_uuid()" if is_postgresql else "lower(hex(randomblob(16)))"
    columns = [field.column for field in Attempt._meta.concrete_fields if field.column != "id"]
    values = [{"number": "number + 1000 + n", "public_id": fresh}.get(name, f'"{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    result_columns = [field.column for field in ItemResult._meta.concrete_fields if field.column != "id"]
    result_names = ", ".join(f'"{name}"' for name in result_columns)
    result_values = ", ".join("copy.id" if name == "attempt_id" else f'r."{name}"' for name in result_columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO exams_attempt ({names}) SELECT {', '.join(values)} "
            f"FROM exams_attempt, ({series}) AS series WHERE exams_attempt.id = %s",
            [first.pk],
        )
        cursor.execute(
            f"INSERT INTO exams_itemresult ({result_names}) SELECT {result_values} FROM exams_itemresult r, "
            "exams_attempt copy WHERE r.attempt_id = %s AND copy.exam_id = %s AND copy.user_id = %s "
            "AND copy.number > 1000",
            [first.pk, first.exam_id, first.user_id],
        )
    found = {"attempts": Attempt.objects.count(), "results": ItemResult.objects.count()}
    tidy()
    return found


def measure_storage(count: int) -> dict[str, float]:
    """Let `count` learners sit an exam of 50 questions together, saving after each answer, and return per attempt:
    rows, KiB at the peak, after VACUUM, and packed (VACUUM FULL).
    """
    from benchmarks import sittings
    from edu.core.clock import now_utc
    from exams.models import Exam
    from exams.services import Batch, read_attempt_key, save_responses, submit_attempt

    now = now_utc()
    exam = Exam.objects.get(title="Benchmark: submit")
    people = sittings.make_learners(count, prefix="storage")
    _vacuum(is_full=True)
    packed_before = _bytes()
    _vacuum(is_full=False)  # each table has its maps of free room from here on: they are not an attempt's
    rows, before = _rows(), _bytes()
    sat = [sittings.start(person, exam, now) for person in people]
    keys = [read_attempt_key(one["key"], now=now) for one in sat]
    for place in range(SAVES):
        for one, key in zip(sat, keys, strict=True):
            slot, response = list(one["answers"].items())[place]
            save_responses(key=key, batch=Batch(epoch=one["epoch"], seq=place + 1, responses={slot: response}), now=now)
    for person, one in zip(people, sat, strict=True):
        submit_attempt(user_id=person.pk, attempt_id=one["id"], now=now)
    peak = _bytes()
    added = _rows() - rows
    _vacuum(is_full=False)
    after = _bytes()
    _vacuum(is_full=True)
    packed = _bytes()
    return {
        "rows": added / count,
        "peak_kib": (peak - before) / count / 1024,
        "vacuumed_kib": (after - before) / count / 1024,
        "packed_kib": (packed - packed_before) / count / 1024,
    }


def _tables() -> list[str]:
    from django.db import connection

    return connection.introspection.table_names()


def _rows() -> int:
    from django.db import connection

    total = 0
    with connection.cursor() as cursor:
        for name in _tables():
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            total += cursor.fetchone()[0]
    return total


def _bytes() -> int:
    """Return what the tables and their indexes take; in SQLite the pages in use."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables")
            return int(cursor.fetchone()[0])
        cursor.execute(
            "SELECT (page_count - freelist_count) * page_size "
            "FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        )
        return int(cursor.fetchone()[0])


def _vacuum(*, is_full: bool) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL" if is_full and connection.vendor == "postgresql" else "VACUUM")


def read(text: str) -> Any:
    """Return the object a run printed."""
    return json.loads(text.strip().splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
