"""`python -m benchmarks.paper_scale`: checking, publishing and drawing papers, and starting exams, from banks of 10,000
and 1,000,000 questions.

The banks are those of `benchmarks.bank_scale`, in a SQLite file in a temporary folder that goes with it, or in the
empty PostgreSQL database that DATABASE_URL names.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

LIMIT = 2.0
"""How much longer the larger bank may take."""


def main(arguments: list[str]) -> int:
    """Measure and print a table; 1 when something takes more than LIMIT times as long in the larger bank."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paper_scale", description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="jinbang-paper-") as folder:
        os.environ["JINBANG_VAR"] = folder
        (Path(folder) / "static").mkdir()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edu.settings.embedded")
        import django

        django.setup()
        return _measured(options)


def _measured(options: argparse.Namespace) -> int:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.bank_scale import make_bank

    call_command("migrate", verbosity=0)
    author = get_user_model().objects.create_user(
        email="paper-scale@example.com", display_name="Author", is_instructor=True
    )
    banks = {size: make_bank(size=size, author=author) for size in (options.small, options.large)}
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA optimize" if connection.vendor == "sqlite" else "ANALYZE")
    results = {size: dict(jobs(bank=bank, author=author, rounds=options.rounds)) for size, bank in banks.items()}
    small, large = results[options.small], results[options.large]
    print(f"{connection.vendor}: median of {options.rounds}, milliseconds")
    print(f"{'':44}{options.small:>12,}{options.large:>12,}{'ratio':>8}")
    worst = 0.0
    for name, value in small.items():
        ratio = large[name] / value
        worst = max(worst, ratio)
        print(f"{name:44}{value:12.2f}{large[name]:12.2f}{ratio:8.2f}")
    print(f"worst ratio {worst:.2f} (at most {LIMIT:g})")
    return 0 if worst <= LIMIT else 1


def jobs(*, bank: Any, author: Any, rounds: int) -> Iterator[tuple[str, float]]:
    """Yield each job with its median time in milliseconds: one rule, a blueprint of twelve, enemies, the draw."""
    from exams.authoring.blueprints import grid_supply, save_rule
    from exams.authoring.enemies import keep_apart
    from exams.authoring.feasibility import check_feasibility
    from exams.authoring.paper_rows import add_section
    from exams.authoring.papers import create_paper
    from exams.authoring.publishing import publish_paper
    from exams.domain.assembly import draw
    from exams.fetch import pools_of
    from exams.models import Question, Topic

    topics = list(Topic.objects.filter(bank=bank, parent__isnull=False)[:4])
    for start in range(0, 40, 4):
        rows = list(Question.objects.drawable().filter(bank=bank, topic=topics[0])[start : start + 4])
        keep_apart(questions=rows, actor=author)

    def paper(*rules: dict[str, Any]) -> Any:
        made = create_paper(actor=author, title="Paper")
        section = add_section(paper=made, title="One")
        for rule in rules:
            save_rule(section=section, actor=author, bank=bank, marks=Decimal(1), **rule)
        return made

    whole = paper({"count": 50})
    hard = paper({"count": 5, "types": ["essay"], "difficulty_min": 5})
    tagged = paper({"count": 5, "tags": ["t3"]})
    unseen = paper({"count": 5, "maximum_exposure": 3})
    names = ("essay", "true_false", "short_text")
    large = paper(*({"count": 4, "topic": topic, "types": [name]} for topic in topics for name in names))
    structure = publish_paper(paper=large, actor=author).structure
    seeds = iter(range(10**6))
    publish_paper(paper=whole, actor=author)
    starting = starts(paper=whole, author=author, count=rounds * 4)
    for name, ask in (
        ("check: one rule over the whole bank", lambda: check_feasibility(paper=whole)),
        ("check: a type at one difficulty", lambda: check_feasibility(paper=hard)),
        ("check: a tag of one question in forty", lambda: check_feasibility(paper=tagged)),
        ("check: questions not used much", lambda: check_feasibility(paper=unseen)),
        ("check: twelve rules by topic and type", lambda: check_feasibility(paper=large)),
        ("publish: twelve rules by topic and type", lambda: publish_paper(paper=large, actor=author)),
        ("supply of the grid", lambda: grid_supply(bank=bank, axis="type")),
        ("draw of 48 questions from the frozen pools", lambda: draw(pools_of(structure), seed=next(seeds))),
    ):
        yield name, _median(ask, rounds)
    yield "start of 50 drawn from the whole bank, CPU", statistics.median(cpu for cpu, _wall in starting)
    yield "start of 50 drawn from the whole bank, wall", statistics.median(wall for _cpu, wall in starting)


def starts(*, paper: Any, author: Any, count: int) -> list[tuple[float, float]]:
    """Return processor time of this process and wall clock (with the database server), in milliseconds, of `count`
    starts by as many learners of an exam with the paper: each one request through the whole middleware chain, with its
    session."""
    from datetime import timedelta

    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.urls import reverse

    from edu.core.clock import now_utc
    from exams.models import Attempt
    from exams.services import save_exam, schedule_exam

    now = now_utc()
    exam = save_exam(
        actor=author,
        paper=paper,
        title="Drawn at random",
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(days=1),
        duration_seconds=3600,
        audience="everybody",
    )
    exam = schedule_exam(exam=exam, actor=author)
    address, times = reverse("exams:start", args=[exam.public_id]), []
    client = Client(SERVER_NAME="127.0.0.1")  # one for all: each loads the middleware chain anew
    for number in range(count + 5):
        learner = get_user_model().objects.create_user(
            email=f"{exam.public_id}-{number}@example.com", display_name="Learner"
        )
        client.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
        began = time.process_time(), time.perf_counter()
        answer = client.post(address)
        times.append(((time.process_time() - began[0]) * 1000, (time.perf_counter() - began[1]) * 1000))
        assert answer.status_code == 302, answer.content
    assert all(len(row.paper["sections"][0]["slots"]) == 50 for row in Attempt.objects.filter(exam=exam))
    return times[5:]  # the first ones fill what a process keeps


def _median(ask: Callable[[], Any], rounds: int) -> float:
    ask()
    times = []
    for _round in range(rounds):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
