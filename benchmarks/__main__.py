"""`python -m benchmarks`: measure, print one table, write var/bench/latest.json and latest.svg."""

import argparse
import datetime
import itertools
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from benchmarks import crowds, grading, growth, jobs, pgbench, practice, processes, regrading, report, servers
from benchmarks.load import WARM_PASSES, Requests, Sample, UnexpectedAnswer, measure, median_sample, warm_up

WARM_REQUESTS = 100
"""Requests of each job that go to each web process before it is measured, where a job can be done over and over."""
WARM_ONCE = 50
"""The same for jobs that can be done once by each learner."""
SEQ_STEP = 1_000_000
STOCK = {"quick": (48, 128), "full": (96, 400)}
"""Starts (and submits) measured with one client and with many, in each mode."""
SITTINGS = {"quick": 10, "full": 200}
"""Attempts whose storage is measured."""
GROWTH = {"quick": 500, "full": 20_000}
"""Graded attempts that are added before some jobs are measured again; about ten times those that were there."""
MARKED = {"quick": (1_000,), "full": (10_000, 100_000)}
"""Marked attempts that are regraded and counted, in each mode."""
PRACTISED = {"quick": (10_000, 50_000), "full": (10_000, 1_000_000)}
"""Past results of a cohort, with which the next question of a practice is served, in each mode."""


def main(arguments: list[str]) -> int:
    """Run the benchmarks and return 0, or 1 when a database could not be measured to the end.

    Unmet reaches are figures, not failures.
    """
    options = _options(arguments)
    if options.bank:
        return _measure_bank(options.database or servers.find_databases())
    mode = "quick" if options.quick else "full"
    seconds = options.seconds or (1.0 if options.quick else 2.0)
    rounds = options.rounds or (1 if options.quick else 3)
    warmed = f"after {WARM_REQUESTS} requests of each job to each process ({WARM_ONCE} starts and submissions)"
    circumstances = _circumstances(f"median of {rounds} x {seconds:g} s ({mode}), {warmed}")
    rows = jobs.grading_rows(grading.responses_per_second(seconds=seconds))
    details: list[dict[str, Any]] = []
    failures: list[str] = []
    for database in options.database or servers.find_databases():
        try:
            rows += _measure_site(database=database, mode=mode, seconds=seconds, rounds=rounds, details=details)
            rows += _measure_marked(database=database, sizes=MARKED[mode], details=details)
            _say(
                f"{database}: practising with {' and '.join(f'{size:,}' for size in PRACTISED[mode])} past results ..."
            )
            rows += practice.measured(database=database, sizes=PRACTISED[mode], seconds=seconds, rounds=rounds)
        except (OSError, subprocess.CalledProcessError, UnexpectedAnswer) as error:
            failures.append(f"not measured: {database} ({error})")
    missing = list(failures)
    if "postgresql" not in servers.find_databases():
        missing.append("not measured: postgresql (it is not installed on this machine)")
    if not processes.is_supported():
        missing.append("not measured: processor time (this system has no /proc)")
    print(report.table(rows))
    print("\n".join(["", f"{circumstances}.", *missing]))
    written = report.write_files(
        rows=rows, details=details, circumstances=circumstances, folder=servers.ROOT / "var" / "bench"
    )
    print(f"Written: {', '.join(path.relative_to(servers.ROOT).as_posix() for path in written)}")
    if options.write_docs:
        path = servers.ROOT / "docs" / "benchmarks.md"
        report.write_docs(rows=rows, circumstances=circumstances, path=path, details=details)
    return 1 if failures else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of one second each, for a first look and CI")
    parser.add_argument("--seconds", type=float, help="seconds of each measurement")
    parser.add_argument("--rounds", type=int, help="rounds, of which medians are taken")
    parser.add_argument("--database", action="append", choices=["sqlite", "postgresql"], help="only this one")
    parser.add_argument(
        "--bank",
        action="store_true",
        help="only the question bank: imports, and lists of a million questions (an hour)",
    )
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args(arguments)


def _measure_bank(databases: Sequence[str]) -> int:
    """Measure imports and large banks, each in processes of their own; 1 when one did not end well."""
    code = 0
    for database in databases:
        for module in ("benchmarks.interchange", "benchmarks.bank_scale"):
            command = [sys.executable, "-m", module, "--database", database]
            code |= subprocess.run(command, cwd=servers.ROOT, check=False).returncode
    return 1 if code else 0


def _circumstances(mode: str) -> report.Circumstances:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} before"
    )
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return report.Circumstances(date=today, machine=machine, mode=mode)


def _measure_site(
    *, database: str, mode: str, seconds: float, rounds: int, details: list[dict[str, Any]]
) -> list[report.Row]:
    """Measure every job on one database."""
    stock = STOCK[mode]
    warming = WARM_ONCE * servers.WORKERS
    handed_in = warming + sum(stock) + 2 * crowds.SIZES[mode][0]
    _say(f"{database}: making data ...")
    began = time.monotonic()
    data = ("benchmarks.data", str(warming + sum(stock)), str(handed_in))
    with servers.running_site(database=database, data=data) as site:
        plan = json.loads(site.plan.read_text(encoding="utf-8"))
        _say(f"{database}: measuring (data made in {time.monotonic() - began:.0f} s) ...")
        cpu = partial(processes.cpu_seconds, site.process_ids) if processes.is_supported() else None
        numbers = itertools.count(1, SEQ_STEP)
        timed = jobs.timed_jobs(plan, first_seq=lambda: next(numbers))
        ask = partial(measure, port=site.port, cpu=cpu)
        samples = _rounds(ask, timed, [1, jobs.MANY, jobs.CROWD], seconds, rounds)
        starters, submitters = iter(plan["starters"]), iter(plan["submitters"])
        _once(ask, samples, "start", partial(jobs.start_requests, plan), starters, stock, frozenset({302}))
        _once(ask, samples, "submit", jobs.submit_requests, submitters, stock, frozenset({200}))
        statement_rate = None
        if database == "postgresql":
            statement_rate = _pgbench_rate(site=site, plan=plan, seconds=seconds, rounds=rounds)
        _say(f"{database}: everybody hands in ...")
        idle = samples["submit", 1]
        more = crowds.crowd_rows(database=database, port=site.port, supply=submitters, mode=mode, idle=idle)
        _say(f"{database}: what an attempt takes, and ten times the data ...")
        storage = growth.read(servers.run_module(site, "benchmarks.growth", "storage", str(SITTINGS[mode])))
        more += jobs.storage_rows(database=database, found=storage)
        servers.run_module(site, "benchmarks.growth", "grow", str(GROWTH[mode]))
        again = {job: timed[job] for job in jobs.GROWING}
        grown = {job: sample for (job, _n), sample in _rounds(ask, again, [jobs.MANY], seconds, rounds).items()}
        more += jobs.grown_rows(database=database, before=samples, after=grown)
    for (job, clients), sample in samples.items():
        details.append({"database": database, "job": jobs.LABELS[job], "clients": clients} | _plain(sample))
    found = jobs.site_rows(database=database, samples=samples, statements=plan["statements"], pgbench=statement_rate)
    return found + jobs.crowd_rows(database=database, samples=samples) + more


def _measure_marked(*, database: str, sizes: tuple[int, ...], details: list[dict[str, Any]]) -> list[report.Row]:
    """Measure regrades and statistics on marked attempts in bulk."""
    _say(f"{database}: regrading and counting {', '.join(f'{size:,}' for size in sizes)} attempts ...")
    figures = regrading.measured(database=database, sizes=sizes)
    details.extend(
        {"database": database, "job": "marked attempts", "attempts": size} | one
        for size, one in zip(sizes, figures, strict=True)
    )
    return regrading.rows(database=database, sizes=sizes, figures=figures)


def _rounds(
    ask: Callable[..., Sample], timed: dict[str, Requests], many: Sequence[int], seconds: float, rounds: int
) -> dict[tuple[str, int], Sample]:
    """Measure the jobs in turn, round after round, so that a slow minute falls on all of them; return the medians."""
    for requests in timed.values():
        warm_up(ask, requests, count=WARM_REQUESTS * servers.WORKERS, clients=jobs.MANY)
    taken: dict[tuple[str, int], list[Sample]] = {}
    for _round in range(rounds):
        for clients in many:
            for job, requests in timed.items():
                sample = ask(requests=requests, clients=clients, seconds=seconds)
                taken.setdefault((job, clients), []).append(sample)
    return {key: median_sample(found) for key, found in taken.items()}


def _once(
    ask: Callable[..., Sample],
    samples: dict[tuple[str, int], Sample],
    job: str,
    make: Callable[[Iterator[Any]], Requests],
    supply: Iterator[Any],
    stock: tuple[int, int],
    statuses: frozenset[int],
) -> None:
    """Measure a job that can be done once by each learner, after a few that warm the processes: some with one client,
    the rest with many.
    """
    for _pass in range(WARM_PASSES):  # over connections of their own: one stays with one process
        warming = itertools.islice(supply, WARM_ONCE * servers.WORKERS // WARM_PASSES)
        ask(requests=make(warming), clients=jobs.MANY, seconds=600, statuses=statuses)
    for clients, count in zip((1, jobs.MANY), stock, strict=True):
        part = itertools.islice(supply, count)
        samples[job, clients] = ask(requests=make(part), clients=clients, seconds=600, statuses=statuses)


def _pgbench_rate(*, site: servers.Site, plan: dict[str, Any], seconds: float, rounds: int) -> float | None:
    rates = [
        pgbench.statements_per_second(
            database_url=site.database_url,
            statement=plan["statement"],
            plan=plan,
            clients=jobs.MANY,
            seconds=seconds,
            first_seq=number * SEQ_STEP * 100,
        )
        for number in range(rounds)
    ]
    known = sorted(rate for rate in rates if rate is not None)
    return known[len(known) // 2] if known else None


def _plain(sample: Sample) -> dict[str, float | None]:
    values = asdict(sample) | {"per_second": sample.per_second}
    return {name: None if value is None else round(value, 3) for name, value in values.items()}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
