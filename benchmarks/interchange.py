"""`python -m benchmarks.interchange`: imports of 10,000 and 100,000 questions, in questions a second and peak memory,
beside reading the file alone; and the longest wait of a learner's save meanwhile, on SQLite and on PostgreSQL.

Each measurement runs in a process of its own over a database of its own; PostgreSQL is a cluster made for it. Processor
time is that of the importing process (the server of PostgreSQL not counted), peak memory is what that process needs
above one that has loaded the site and does nothing.
"""

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.servers import find_databases

ROOT = Path(__file__).resolve().parent.parent
SIZES = (10_000, 100_000)
SAVE_SECONDS = 0.05
"""From one save to the next."""
QUIET_SECONDS = 5
FORMATS = ("xlsx", "moodle_xml", "json_lines", "gift")


OPTIONS = (("a", "income", 1), ("b", "a debt", 3), ("c", "a cost", 5), ("d", "nothing", 7))


def records(count: int) -> Iterator[Any]:
    """Yield single choice questions of usual length, each other than the rest."""
    from exams.interchange.formats.base import ExportedRecord

    for number in range(count):
        stem = (
            f"Question {number}: the company earned {number * 31} in the year {number * 7919 % 10007}. Which is right?"
        )
        yield ExportedRecord(
            record={
                "type": "single_choice",
                "content": {
                    "stem": stem,
                    "options": [
                        {"id": id_, "text": f"It is {text} {number * step}."}
                        for id_, text, step in (
                            ("a", "income", 1),
                            ("b", "a debt", 3),
                            ("c", "a cost", 5),
                            ("d", "nothing", 7),
                        )
                    ],
                },
                "key": {"fractions": {"abcd"[number % 4]: 1}},
                "topic": [f"Chapter {number % 20}", f"Section {number % 7}"],
                "difficulty": number % 5 + 1,
                "explanation": f"By rule {number % 97}.",
                "marks": "2",
            }
        )


def _peak_mib() -> float:
    """Return the most memory that this process had, MiB; what its parent had before does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make_file(name: str, count: int, folder: Path) -> Path:
    """Write the file that is imported with the format's own writer."""
    from exams.interchange.formats.registry import get_format

    format_ = get_format(name)
    path = folder / f"{count}{format_.endings[0]}"
    if format_.write is None:
        raise ValueError(f"{name} is not written.")
    with path.open("wb") as stream:
        format_.write(records(count), stream)
    return path


def read_alone(name: str, path: Path) -> None:
    """Read a file with the plain library for its kind: calamine, ElementTree, json."""
    if name == "xlsx":
        from python_calamine import CalamineWorkbook

        for _row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows():
            pass
    elif name == "moodle_xml":
        from defusedxml.ElementTree import iterparse

        for _event, element in iterparse(path):
            if element.tag == "question":
                element.clear()
    elif name == "json_lines":
        with path.open() as stream:
            for line in stream:
                json.loads(line)
    else:
        path.read_text(encoding="utf-8").split("\n\n")


def _site() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edu.settings.embedded")
    import django

    django.setup()
    import edu.urls  # noqa: F401 - a process of the site has its pages loaded


def _measured(what: str, name: str, path: Path) -> dict[str, float]:
    """Do one thing in this process; return seconds and memory above the idle site."""
    if what == "alone":
        idle, began, worked = _peak_mib(), time.perf_counter(), time.process_time()
        read_alone(name, path)
        return {
            "seconds": time.perf_counter() - began,
            "processor": time.process_time() - worked,
            "mib": _peak_mib() - idle,
        }
    _site()
    from django.core.files.base import File

    from exams.interchange.applying import apply_import
    from exams.interchange.formats.registry import list_formats
    from exams.interchange.imports import begin_apply, create_import
    from exams.interchange.planning import plan_import
    from exams.models import Bank, Question

    list_formats()
    idle, began, worked = _peak_mib(), time.perf_counter(), time.process_time()
    bank = Bank.objects.create(name="Benchmark", slug="benchmark")
    with path.open("rb") as stream:
        batch = create_import(bank=bank, actor=None, file_name=path.name, content=File(stream), format=name)

    def say(_percent: int, _text: str) -> None:
        """Tell nobody."""

    longest = _watch_transactions()
    plan_import(batch_id=batch.pk, say=say)
    planned = time.perf_counter()
    begin_apply(batch=batch)
    apply_import(batch_id=batch.pk, say=say)
    ended = time.perf_counter()
    return {
        "seconds": ended - began,
        "processor": time.process_time() - worked,
        "plan": planned - began,
        "apply": ended - planned,
        "mib": _peak_mib() - idle,
        "questions": Question.objects.count(),
        "longest": 1000 * max(longest),
    }


def _watch_transactions() -> list[float]:
    """Return a list that receives the processor seconds of each transaction of an import from now on: what a save
    would wait for on a machine that does nothing else."""
    from exams.interchange.pacing import Pace

    found: list[float] = []
    original = Pace.transaction

    @contextlib.contextmanager
    def watched(pace: Any) -> Iterator[None]:
        worked = time.process_time()
        with original(pace):
            yield
        found.append(time.process_time() - worked)

    Pace.transaction = watched  # type: ignore[method-assign, assignment] # for this process only
    return found


def _save_until_told(stop: Path) -> dict[str, float]:
    """Save a row every SAVE_SECONDS, as learners do, until a file appears; return the waits in milliseconds. What is
    waited before another file, `.begun`, appears is waited on a quiet site."""
    _site()
    from exams.models import Bank

    row = Bank.objects.create(name="Saved", slug="saved")
    begun = stop.with_suffix(".begun")
    quiet: list[float] = []
    waits: list[float] = []
    stop.with_suffix(".ready").touch()
    while not stop.exists():
        kept = waits if begun.exists() else quiet
        began = time.perf_counter()
        Bank.objects.filter(pk=row.pk).update(description=str(began))
        kept.append(1000 * (time.perf_counter() - began))
        time.sleep(SAVE_SECONDS)
    waits.sort()
    return {
        "saves": len(waits),
        "quiet": max(quiet),
        "median": waits[len(waits) // 2],
        "p99": waits[len(waits) * 99 // 100],
        "max": waits[-1],
    }


def _child(arguments: list[str], variables: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.interchange", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, stdout=subprocess.PIPE, text=True)


def _answer(process: subprocess.Popen[str]) -> dict[str, float]:
    out, _err = process.communicate()
    if process.returncode:
        raise RuntimeError("a measurement failed")
    return dict(json.loads(out.strip().splitlines()[-1]))


def measure(name: str, count: int, folder: Path, database_url: str = "") -> str:
    """Import a file into an empty database, a learner saving beside it; return the row of the table."""
    path = make_file(name, count, folder)
    variables = {"JINBANG_VAR": str(folder / f"var-{name}-{count}"), "JINBANG_DEMO": "0"}
    if database_url:
        variables["DATABASE_URL"] = database_url
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=os.environ | variables, check=True)
    alone = _answer(_child(["--one", "alone", name, str(path)], variables))
    stop = folder / f"{name}-{count}.stop"
    saver = _child(["--save-until", str(stop)], variables)
    try:
        while not stop.with_suffix(".ready").exists() and saver.poll() is None:
            time.sleep(0.1)
        time.sleep(QUIET_SECONDS)
        stop.with_suffix(".begun").touch()
        found = _answer(_child(["--one", "import", name, str(path)], variables))
    finally:
        stop.touch()
    waits = _answer(saver)
    if found["questions"] != count:
        raise RuntimeError(f"{found['questions']} of {count} questions were imported")
    cells = (
        "PostgreSQL" if database_url else "SQLite",
        name,
        f"{count:,}",
        f"{count / found['seconds']:,.0f}",
        f"{1000 * found['processor'] / count:.2f} ms",
        f"{found['plan']:.1f} + {found['apply']:.1f} s",
        f"{found['mib']:.0f} MiB",
        f"{count / alone['seconds']:,.0f}",
        f"{1000 * alone['processor'] / count:.3f} ms",
        f"{waits['median']:.0f} / {waits['p99']:.0f} / {waits['max']:.0f} ms",
        f"{waits['quiet']:.0f} ms",
        f"{found['longest']:.0f} ms",
        f"{os.getloadavg()[0]:.1f}",
    )
    return f"| {' | '.join(cells)} |"


HEAD = (
    "| database | format | questions | imported/s | processor, each | read + written | above idle | alone/s "
    "| processor, each | a save waits: median/p99/longest | longest without import | longest transaction, processor "
    "| load |"
)


@contextlib.contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of an empty database; nothing for SQLite."""
    if kind == "sqlite":
        yield ""
        return
    from edu.launcher.services import throw_away_postgres

    with throw_away_postgres(log=folder / "postgres.log", durable=True) as url:
        yield url


def main(arguments: list[str]) -> int:
    """Measure every format and size that is asked for and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.interchange", description=__doc__)
    parser.add_argument("--formats", nargs="+", default=list(FORMATS[:2]), choices=FORMATS)
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one; without it both")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--save-until", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(_measured(options.one[0], options.one[1], Path(options.one[2]))))
        return 0
    if options.save_until:
        print(json.dumps(_save_until_told(Path(options.save_until))))
        return 0
    print_table(
        databases=[options.database] if options.database else find_databases(),
        formats=options.formats,
        sizes=options.sizes,
    )
    return 0


def print_table(*, databases: Sequence[str], formats: Sequence[str], sizes: Sequence[int]) -> None:
    """Measure and print row by row; each in an empty database."""
    print(HEAD)
    print("|---|---|" + "---:|" * 11)
    for database in databases:
        for name in formats:
            for count in sizes:
                with (
                    tempfile.TemporaryDirectory(prefix="jinbang-import-") as folder,
                    _database(database, Path(folder)) as url,
                ):
                    print(measure(name, count, Path(folder), url), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
