"""`python -m tests.faults.campaign` (`make faults`): hundreds of exams over a failing network on a site under attack.

Prints a table by fault and writes var/faults/latest.json: {runs, acknowledged, graded, lost, double_submissions,
wrong_marks, by_fault, ...}. The runs go in parts; what was interrupted goes on where it stopped when the command is
given again, and a command for one fault or one database adds to the same campaign. A whole one that has ended begins
anew.
Ends with 1 when an acknowledged answer was lost, an attempt was handed in twice, a mark is wrong, or a run failed.
"""

import argparse
import asyncio
import contextlib
import itertools
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks.servers import ROOT, find_databases
from tests.faults import scenarios
from tests.faults.candidate import GaveUp, Record
from tests.faults.havoc import havoc_of
from tests.faults.parts import BOUNDS, Part, Parts, commit_of, is_clean, table
from tests.faults.proxy import Proxy
from tests.faults.scenarios import FAULTS, Fault
from tests.faults.site import Site, running_site
from tests.faults.verdict import Outcome, Tally, judge

RUNS, BROWSER_RUNS = 20, 6
"""Runs of each fault on each of two databases; where there is only one, twice as many."""
TOGETHER, BROWSERS_TOGETHER = 10, 3
"""Runs in a part: candidates that sit at the same time, browsers one after the other."""
SETTLE_SECONDS = 300
"""Seconds without one more graded attempt after which those that are left count as not graded."""


def main(arguments: list[str]) -> int:
    """Run what is missing of the campaign."""
    options = _parser().parse_args(arguments)
    parts = Parts(folder=ROOT / "var" / "faults" / "parts", latest=ROOT / "var" / "faults" / "latest.json")
    if options.report:
        print(table(parts.add_up()))
        return 0
    databases, names = options.database or find_databases(), options.fault or list(FAULTS)
    if options.fresh:
        parts.forget_all()
    elif options.again:
        parts.forget(databases=databases, faults=names)
    wanted = _wanted(databases=databases, names=names, runs=options.runs, browser_runs=options.browser_runs)
    left = _left(parts, wanted)
    is_whole = not (options.database or options.fault or options.runs or options.browser_runs)
    if not left and is_whole:
        _say("The campaign has ended: a new one begins.")
        parts.forget_all()
        left = _left(parts, wanted)
    elif parts.all():
        _say(f"Going on: {sum(part.runs for part in parts.all()):,} runs are done (--fresh begins anew).")
    seed = parts.begin(seed=options.seed)
    _say(f"{sum(count for *_one, count in left):,} runs to go, seed {seed}.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, and takes the site along
    try:
        for database in databases:
            groups = [group for group in left if group[0] == database]
            if groups:
                _campaign(parts, database=database, groups=[group[1:] for group in groups], seed=seed)
    except KeyboardInterrupt:
        _say("Stopped. The same command goes on from here.")
        return 130
    found = parts.add_up()
    print(table(found))
    for failure in found["failed_runs"][:20]:
        _say(f"FAILED {failure}")
    print(f"Seed {seed}. Written: {parts.latest.relative_to(ROOT).as_posix()}")
    return 0 if is_clean(found) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--runs", type=int, help=f"runs of each fault on each database ({RUNS})")
    parser.add_argument("--browser-runs", type=int, help=f"runs of each fault of the browser's own ({BROWSER_RUNS})")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed asks for the same faults")
    parser.add_argument("--database", action="append", choices=["sqlite", "postgresql"], help="only this one")
    parser.add_argument("--fault", action="append", choices=sorted(FAULTS), help="only this one")
    parser.add_argument("--fresh", action="store_true", help="forget what was run so far")
    parser.add_argument("--again", action="store_true", help="forget it for the chosen faults and databases")
    parser.add_argument("--report", action="store_true", help="run nothing; add up what was run and print the table")
    return parser


def _wanted(
    *, databases: list[str], names: list[str], runs: int | None, browser_runs: int | None
) -> dict[tuple[str, str], int]:
    """Return how many runs there shall be, by database and fault."""
    share = 2 if find_databases() == databases and len(databases) == 1 else 1
    usual = RUNS * share if runs is None else runs
    in_browser = BROWSER_RUNS * share if browser_runs is None else browser_runs
    return {
        (database, name): in_browser if FAULTS[name].in_browser else usual for database in databases for name in names
    }


def _left(parts: Parts, wanted: dict[tuple[str, str], int]) -> list[tuple[str, str, int, int]]:
    """Return what is left to do as (database, fault, first run, runs), every fault in turn."""
    rounds: list[tuple[int, tuple[str, str, int, int]]] = []
    for (database, name), count in wanted.items():
        size = BROWSERS_TOGETHER if FAULTS[name].in_browser else TOGETHER
        first = parts.next_run(database=database, fault=name)
        for number, start in enumerate(range(first, count, size)):
            rounds.append((number, (database, name, start, min(size, count - start))))
    return [group for _number, group in sorted(rounds, key=lambda entry: entry[0])]


def _campaign(parts: Parts, *, database: str, groups: list[tuple[str, int, int]], seed: int) -> None:
    """Run groups of runs (fault, first, runs) on one database, and keep each as a part."""
    people_needed = sum(count for _name, _first, count in groups)
    _say(f"{database}: making {people_needed} candidates ...")
    commit = commit_of(ROOT)
    with running_site(database=database) as site:
        plan = site.make(candidates=people_needed)
        site.start()
        people = iter(zip(plan["tokens"], plan["cookies"], strict=True))
        for number, (name, first, count) in enumerate(groups, 1):
            began = time.monotonic()
            batch = Batch(site=site, plan=plan, name=name, first=first, count=count, seed=seed)
            asyncio.run(batch.sit(people))
            tally = batch.judged()
            seconds = round(time.monotonic() - began)
            parts.add(
                Part(
                    database=database,
                    fault=name,
                    first=first,
                    runs=count,
                    tally=tally,
                    done=batch.done,
                    failures=batch.failures,
                    at=datetime.now(UTC).isoformat(timespec="seconds"),
                    seconds=seconds,
                    commit=commit,
                )
            )
            bad = "".join(f", {head} {getattr(tally, head)}" for head in BOUNDS if getattr(tally, head))
            _say(
                f"{database} {number}/{len(groups)}: {name} x {count}, {seconds} s: acknowledged {tally.acknowledged}, "
                f"graded {tally.graded}{bad}" + "".join(f"\n  FAILED {text}" for text in batch.failures)
            )


@dataclass(kw_only=True)
class Batch:
    """Candidates who sit at the same time under one fault; `done` is what was done to network and site."""

    site: Site
    plan: dict[str, Any]
    name: str
    first: int
    count: int
    seed: int

    def __post_init__(self) -> None:
        self.records: list[Record] = []
        self.failures: list[str] = []
        self.done: dict[str, int] = {}

    @property
    def fault(self) -> Fault:
        """The fault they sit under."""
        return FAULTS[self.name]

    async def sit(self, people: Iterator[tuple[str, str]]) -> None:
        """Let everybody sit to the end."""
        proxy = Proxy(target=self.site.port)
        port = await proxy.start()
        barrier = asyncio.Barrier(self.count)
        sittings = []
        for number, (token, cookie) in enumerate(itertools.islice(people, self.count), self.first):
            run = f"{self.name}-{number}"
            chance = random.Random(f"{self.seed}/{self.site.database}/{run}")
            exam = self.plan["exams"][self.fault.exam]
            record = Record(token=token, cookie=cookie, exam=exam, run=run, fault=self.name)
            weather = proxy.weathers[run] = self.fault.weather(chance)
            self.records.append(record)
            sittings.append(
                scenarios.Room(
                    record=record,
                    port=port,
                    weather=weather,
                    chance=chance,
                    barrier=barrier,
                    key=self.plan["key"],
                    choices=self.plan["choices"],
                )
            )
        chance = random.Random(f"{self.seed}/{self.site.database}/{self.name}/{self.first}")
        with havoc_of(self.fault.havoc, site=self.site, proxy=proxy, chance=chance) as havoc:
            if self.fault.in_browser:
                for room in sittings:
                    await self._sit(room)
            else:
                await asyncio.gather(*map(self._sit, sittings))
            if self.fault.havoc == "worker":
                await asyncio.to_thread(self.site.wait_until_swept)
        await proxy.stop()
        self.done = proxy.counts | havoc.counts

    async def _sit(self, room: scenarios.Room) -> None:
        try:
            await self.fault.sit(room)
        except Exception as error:  # noqa: BLE001 - one sitting that fails is told and ends no other
            self._fail(room.record, f"{type(error).__name__}: {error}")
            await self._come_back(room)

    async def _come_back(self, room: scenarios.Room) -> None:
        """Hand in what the site holds of a sitting that broke off, so that it can be judged like the others."""
        with contextlib.suppress(GaveUp):
            device = scenarios.Device(record=room.record, port=self.site.port, chance=room.chance)
            await device.open()
            await device.submit()

    def judged(self) -> Tally:
        """Return what became of it all, once every attempt is graded."""
        self.site.wait_until_ready()
        outcomes = self._settled()
        tally = Tally()
        for record in self.records:
            outcome = outcomes.get(record.attempt)
            if outcome is None:
                self._fail(record, "has no attempt")
                continue
            one = judge(record, Outcome(**outcome), key=self.plan["key"])
            if any(getattr(one, head) for head in BOUNDS):
                self._fail(record, f"{asdict(one)} {outcome} {record}")
            tally.add(one)
        return tally

    def _settled(self) -> dict[str, dict[str, Any]]:
        """Return what the site holds once every attempt is graded, or none has been for SETTLE_SECONDS."""
        attempts = {record.attempt for record in self.records}
        least, since = len(attempts) + 1, time.monotonic()
        while True:
            found: dict[str, dict[str, Any]] = self.site.report()
            waiting = sum(found[id_]["state"] != "graded" for id_ in attempts if id_ in found)
            if waiting < least:
                least, since = waiting, time.monotonic()
            if not waiting or time.monotonic() - since > SETTLE_SECONDS:
                return found
            time.sleep(1)

    def _fail(self, record: Record, text: str) -> None:
        self.failures.append(f"{self.site.database}, {record.run}: {text}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
