"""`make test` and `make check`: every check that CI makes, two at a time, with one table at the end.

No step stops the others: a person sees all that is wrong in one run. The last line printed is the plain total
"N passed, N failed, N skipped" over all test runs, with every failed check that is not a test run as one failure.
"""

import contextlib
import os
import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree  # our own report files only

from . import services
from .browser_libraries import ensure_browser_libraries
from .environment import ensure_environment
from .paths import Folders, say

ROOMS = ("edu", "courses", "exams", "certificates", "payments", "media")
STEP_SECONDS = 2400
# Long enough for a slow machine: what takes longer hangs.
# A journey through a real browser that fails for once on a busy machine is gone again, and said aloud.
BROWSER_TRIES = ("--reruns", "1", "-r", "sR")
# Invented values, good enough for `check --deploy` to judge the production settings by.
PRODUCTION_ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "edu.settings.production",
    "JINBANG_SECRET_KEY": "checked-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "JINBANG_ALLOWED_HOSTS": "learn.example.org",
    "JINBANG_BASE_URL": "https://learn.example.org",
    "DATABASE_URL": "postgres://jinbang:jinbang@127.0.0.1:5432/jinbang",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
}


@dataclass(frozen=True)
class Totals:
    """How many tests passed, failed (errors included) and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def plus(self, other: "Totals") -> "Totals":
        """Return the sum of both."""
        return Totals(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass(frozen=True)
class Step:
    """One check: a title, a command, what it adds to the environment, and about how many seconds it takes."""

    title: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    report: Path | None = None
    seconds: int = 0


@dataclass(frozen=True)
class Result:
    """How a step ended, and its totals when it ran tests."""

    step: Step
    code: int
    seconds: float
    totals: Totals | None = None

    @property
    def is_good(self) -> bool:
        """Say whether the step passed; a test run that executed no test did not."""
        ran_none = self.totals is not None and self.totals.passed + self.totals.failed + self.totals.skipped == 0
        return self.code == 0 and not ran_none


def read_report(path: Path) -> Totals:
    """Return the totals of a JUnit XML report; a missing or broken report counts nothing."""
    try:
        root = ElementTree.parse(path).getroot()  # noqa: S314 - our own test runner wrote it
    except (OSError, ElementTree.ParseError):
        return Totals()
    totals = Totals()
    for suite in root.iter("testsuite"):
        number = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
        failed = number["failures"] + number["errors"]
        totals = totals.plus(Totals(max(0, number["tests"] - failed - number["skipped"]), failed, number["skipped"]))
    return totals


def run_checks(*, folders: Folders, quick: bool) -> int:
    """Set up what the checks need, run them, print the table and the totals; return 1 when any failed."""
    began = time.monotonic()
    ensure_environment(folders=folders, locks=["installer", "base", "dev"])
    unmet: list[str] = []
    reports = folders.var / "test" / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        steps = [
            *static_steps(folders, quick=quick),
            pytest_step(folders, "pure tests", ["tests/pure"], reports, pure=True, seconds=70),
        ]
        if not quick:
            ensure_browser_libraries(folders=folders)
            unmet = services.ensure_system_packages(folders=folders)
            steps += integration_steps(folders, reports=reports, stack=stack, unmet=unmet)
        results = run_steps(folders, steps)
    return summarise(results, unmet=unmet, seconds=time.monotonic() - began)


def static_steps(folders: Folders, *, quick: bool) -> list[Step]:
    """Return the checks that run no test: the quick ones of `make check`, and with `quick` false the others too."""
    python = str(folders.python)
    rooms = [room for room in ROOMS if (folders.root / room).is_dir()]
    steps = [
        Step("types (mypy)", [folders.tool("mypy"), *rooms]),
        Step("lint (ruff)", [folders.tool("ruff"), "check", "."]),
        Step("format (ruff)", [folders.tool("ruff"), "format", "--check", "."]),
        Step("import contracts", [folders.tool("lint-imports")]),
    ]
    if quick:
        return steps
    return [
        *steps,
        Step("templates (djlint)", [folders.tool("djlint"), "--lint", "--quiet", "templates"]),
        Step("dependencies (deptry)", [folders.tool("deptry"), "."]),
        Step(
            "migrations are complete",
            [python, "manage.py", "makemigrations", "--check", "--dry-run"],
            {"DJANGO_SETTINGS_MODULE": "edu.settings.test"},
        ),
        Step(
            "deployment check",
            [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
            PRODUCTION_ENVIRONMENT,
        ),
    ]


def integration_steps(folders: Folders, *, reports: Path, stack: contextlib.ExitStack, unmet: list[str]) -> list[Step]:
    """Return the test runs on both databases and in the browser, with their servers started on `stack`.

    What cannot run here is said in `unmet`.
    """
    selection = ["tests", "--ignore=tests/pure", "--ignore=tests/browser"]
    steps = [
        pytest_step(
            folders,
            "tests on SQLite",
            selection,
            reports,
            environment={"JINBANG_TEST_DATABASE": "sqlite"},
            seconds=350,
        )
    ]
    on_postgres = {"JINBANG_TEST_DATABASE": "postgres"}
    given = os.environ.get("JINBANG_TEST_POSTGRES_URL", "")
    if given or services.POSTGRES.find():
        try:
            on_postgres["DATABASE_URL"] = given or stack.enter_context(
                services.throw_away_postgres(log=folders.log / "test-postgres.log")
            )
            on_postgres |= stack.enter_context(services.throw_away_valkey(folders=folders))
        except OSError as error:
            unmet.append(f"not run: tests on PostgreSQL, Valkey and a Celery worker ({error})")
        else:
            # What tests do with the broker is theirs to say: the settings' default stays.
            on_postgres.pop("JINBANG_BROKER", None)
            title = "tests on PostgreSQL, Valkey, worker"
            steps.append(pytest_step(folders, title, selection, reports, environment=on_postgres, seconds=400))
    chromium = services.CHROMIUM.find()
    if chromium and (folders.root / "tests" / "browser").is_dir():
        environment = {
            "JINBANG_TEST_DATABASE": "sqlite",
            "JINBANG_CHROMIUM": chromium,
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        selection = ["tests/browser", *BROWSER_TRIES]
        steps.append(pytest_step(folders, "browser journeys", selection, reports, environment=environment, seconds=900))
    return steps


def pytest_step(
    folders: Folders,
    title: str,
    selection: Sequence[str],
    reports: Path,
    *,
    environment: dict[str, str] | None = None,
    pure: bool = False,
    seconds: int = 0,
) -> Step:
    """Return a test run with a report; `pure` leaves Django out of it."""
    report = reports / f"{title.split(',')[0].replace(' ', '-')}.xml"
    command = [str(folders.python), "-m", "pytest", *selection, "-q", "--no-header", f"--junitxml={report}"]
    if pure:
        command += ["-p", "no:django"]
    return Step(title, command, environment or {}, report, seconds)


def run_steps(folders: Folders, steps: Sequence[Step]) -> list[Result]:
    """Run the steps in as many lanes as there are cores, at most two."""
    lanes = int(os.environ.get("JINBANG_TEST_LANES", "") or min(2, os.cpu_count() or 1))
    # The longest first, so that the lanes end together.
    waiting: queue.SimpleQueue[Step] = queue.SimpleQueue()
    for step in sorted(steps, key=lambda step: -step.seconds):
        waiting.put(step)
    results: list[Result] = []
    talking = threading.Lock()

    def work() -> None:
        while True:
            try:
                step = waiting.get_nowait()
            except queue.Empty:
                return
            result, output = run_step(folders, step)
            with talking:
                results.append(result)
                _show(result, output)

    threads = [threading.Thread(target=work) for _ in range(max(1, lanes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results, key=lambda result: steps.index(result.step))


def run_step(folders: Folders, step: Step) -> tuple[Result, str]:
    """Run one step and return how it ended and what it printed; a step over STEP_SECONDS is ended and has failed."""
    if step.report is not None:
        step.report.unlink(missing_ok=True)
    began = time.monotonic()
    environment = folders.environment(**step.environment)
    # A setting of the person's own shell must not decide what is tested.
    for name in ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "JINBANG_BROKER", "DJANGO_SETTINGS_MODULE"):
        if name not in step.environment:
            environment.pop(name, None)
    try:
        done = subprocess.run(
            step.command, cwd=folders.root, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=STEP_SECONDS,
        )  # fmt: skip
        code, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as error:
        code, output = 124, (error.stdout or b"") + f"\nended after {STEP_SECONDS} s\n".encode()
    except OSError as error:
        code, output = 127, f"{error}\n".encode()
    totals = read_report(step.report) if step.report is not None else None
    return Result(step, code, time.monotonic() - began, totals), output.decode("utf-8", "replace")


def _show(result: Result, output: str) -> None:
    say(f"\n=== {result.step.title}: {'ok' if result.is_good else 'FAILED'} ({result.seconds:.1f} s)")
    if not result.is_good:
        say(f"$ {' '.join(result.step.command)}")
        say(output.rstrip())
    elif result.totals is not None:
        # A test that did not run is not a test that passed, nor is one that passed at the second try: both are said.
        said = [line for line in output.splitlines() if line.startswith(("SKIPPED", "RERUN"))]
        say("\n".join(said) or str(result.totals))


def summarise(results: Sequence[Result], *, unmet: Sequence[str], seconds: float) -> int:
    """Print the closing table, what could not run, and the totals as the last line; return the exit code."""
    width = max((len(result.step.title) for result in results), default=10)
    say("\n" + "=" * 72)
    totals = Totals()
    for result in results:
        counted = f"  {result.totals}" if result.totals is not None else ""
        say(
            f"{'ok    ' if result.is_good else 'FAILED'}  {result.step.title:<{width}}"
            f"  {result.seconds:7.1f} s{counted}"
        )
        totals = totals.plus(result.totals or Totals())
        if not result.is_good and not (result.totals and result.totals.failed):
            totals = totals.plus(Totals(failed=1))
    for sentence in unmet:
        say(sentence)
    say(f"{seconds:.0f} s in all")
    say(str(totals))
    return 0 if all(result.is_good for result in results) else 1
