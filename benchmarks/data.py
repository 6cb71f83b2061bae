"""The data of a benchmark, made by the platform's own use cases: `python -m benchmarks.data PLAN.json STARTS SUBMITS`.

Runs in a process of its own under benchmarks.settings, in an empty database, and writes the addresses, sessions and
keys that the load needs to PLAN.json.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

CLIENTS = 64


def main(arguments: list[str]) -> int:
    """Make the database, fill it, count statements, and write the plan."""
    path, starts, submits = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django

    django.setup()
    make_database()
    plan = make_plan(starts=starts, submits=submits)
    from benchmarks.statements import count_statements

    plan["statements"] = count_statements(plan)
    tidy()
    path.write_text(json.dumps(plan), encoding="utf-8")
    return 0


def make_database() -> None:
    """Migrate an empty PostgreSQL, or copy the migrated SQLite file that the tests keep."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "sqlite":
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        return
    from tests.database_template import SqliteDatabase

    name = settings.VAR_DIR / "jinbang.sqlite3"
    copy = SqliteDatabase(templates=settings.BASE_DIR / "var" / "test", folder=settings.VAR_DIR, anew=False)
    copy.create()
    copy.path.rename(name)
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = str(name)


def tidy() -> None:
    """Give PostgreSQL the statistics that its autovacuum would gather in the first minutes."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    connection.close()


def make_plan(*, starts: int, submits: int) -> dict[str, Any]:
    """Fill the database and return the plan of the load."""
    from benchmarks import content, sittings
    from edu.core.clock import now_utc
    from edu.demo.people import ensure_people
    from edu.demo.site import load_site
    from exams.delivery.save import save_statement

    now = now_utc()
    load_site()
    owner = ensure_people()["instructor"]
    exams = content.make_exams(owner=owner, now=now)
    course = content.make_courses(owner=owner)
    people = iter(sittings.make_learners(3 * CLIENTS + starts + submits + 2))

    def take(count: int) -> list[Any]:
        return [next(people) for _number in range(count)]

    rows = [sittings.start(person, exams["save"], now) for person in take(CLIENTS)]
    return {
        "course": course.slug,
        "exam": str(exams["start"].public_id),
        "readers": [sittings.read_everything(person, course, exams, now) for person in take(CLIENTS)],
        "savers": [sittings.start(person, exams["save"], now) for person in take(CLIENTS)],
        "statement": save_statement(vendor="postgresql"),
        "pgbench": {"attempt_id": rows[0]["id"], "user_id": rows[0]["user_id"]},
        "starters": [sittings.cookies(person) for person in take(starts)],
        "submitters": [sittings.answer(person, exams["submit"], now) for person in take(submits)],
        "counted": [
            {
                "cookies": sittings.cookies(person),
                "save": sittings.start(person, exams["save"], now),
                "submit10": sittings.answer(person, exams["room10"], now),
                "submit50": sittings.answer(person, exams["room50"], now),
            }
            for person in take(2)
        ],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
