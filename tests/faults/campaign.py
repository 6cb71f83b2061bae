"""`python -m tests.faults.campaign` (`make faults`): hundreds of exams over a failing network on a site under attack.

Prints a table by fault and writes var/faults/latest.json: {runs, acknowledged, graded, lost, double_submissions,
wrong_marks, by_fault}. Ends with 1 when an acknowledged answer was lost, an attempt was handed in twice, or a mark is
wrong.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from benchmarks.servers import ROOT, find_databases
from tests.faults import scenarios
from tests.faults.candidate import Record
from tests.faults.proxy import Proxy
from tests.faults.scenarios import FAULTS, Fault
from tests.faults.site import Havoc, Site, running_site
from tests.faults.verdict import Outcome, Tally, judge

RUNS = 40
"""Runs of each fault on each database."""
SETTLE_SECONDS = 90


def main(arguments: list[str]) -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each fault on each database")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed asks for the same faults")
    parser.add_argument("--database", action="append", choices=["sqlite", "postgresql"], help="only this one")
    parser.add_argument("--fault", action="append", choices=sorted(FAULTS), help="only this one")
    parser.add_argument("--browser-runs", type=int, default=6, help="runs of each fault of the browser's own")
    options = parser.parse_args(arguments)
    names = options.fault or list(FAULTS)
    tallies: dict[str, Tally] = {name: Tally() for name in names}
    failures: list[str] = []
    notes: dict[str, dict[str, int]] = {}
    for database in options.database or find_databases():
        counts = {name: options.browser_runs if FAULTS[name].in_browser else options.runs for name in names}
        found, failed, seen = _campaign(database=database, counts=counts, seed=options.seed)
        for name, tally in found.items():
            tallies[name].add(tally)
        failures += failed
        notes[database] = seen
    _report(tallies, failures, notes, seed=options.seed)
    total = _total(tallies)
    return 1 if failures or total.lost or total.double_submissions or total.wrong_marks else 0


def _campaign(
    *, database: str, counts: dict[str, int], seed: int
) -> tuple[dict[str, Tally], list[str], dict[str, int]]:
    """Run every fault on one database; return the tallies, what failed, and what was done to network and site."""
    _say(f"{database}: making {sum(counts.values())} candidates ...")
    with running_site(database=database) as site:
        plan = site.read("make", str(sum(counts.values())))
        site.start()
        people = iter(zip(plan["tokens"], plan["cookies"], strict=True))
        records: list[tuple[Record, str]] = []
        failures: list[str] = []
        seen: dict[str, int] = {}
        for name, count in counts.items():
            _say(f"{database}: {name} x {count} ...")
            done, passed = asyncio.run(_batch(site, plan, name, people, count, seed, failures))
            records += done
            for kind, number in passed.items():
                seen[kind] = seen.get(kind, 0) + number
        outcomes = _settled(site, [record.attempt for record, _name in records])
        seen |= {f"killed: {name}": count for name, count in site.kills.items()}
    tallies = {name: Tally() for name in counts}
    for record, name in records:
        if record.attempt not in outcomes:
            failures.append(f"{database}, {name}: run {record.run} has no attempt")
            continue
        tally = judge(record, Outcome(**outcomes[record.attempt]), key=plan["key"])
        if tally.lost or tally.double_submissions or tally.wrong_marks:
            failures.append(f"{database}, {name}, run {record.run}: {asdict(tally)} {outcomes[record.attempt]}")
        tallies[name].add(tally)
    return tallies, failures, seen


async def _batch(
    site: Site,
    plan: dict[str, Any],
    name: str,
    people: Iterator[tuple[str, str]],
    count: int,
    seed: int,
    failures: list[str],
) -> tuple[list[tuple[Record, str]], dict[str, int]]:
    """Let `count` candidates sit at the same time under one fault."""
    fault = FAULTS[name]
    proxy = Proxy(target=site.port)
    port = await proxy.start()
    records = []
    sittings = []
    barrier = asyncio.Barrier(count)
    for number, (token, cookie) in enumerate(itertools.islice(people, count)):
        run = f"{name}-{number}"
        chance = random.Random(f"{seed}/{site.database}/{run}")
        record = Record(token=token, cookie=cookie, exam=plan["exams"][fault.exam], run=run, fault=name)
        proxy.weathers[run] = fault.weather(chance)
        records.append((record, name))
        sittings.append(_sit(fault, record, port, proxy, chance, barrier, failures, plan["key"]))
    with _havoc(site, fault):
        if fault.in_browser:
            for sitting in sittings:
                await sitting
        else:
            await asyncio.gather(*sittings)
    await proxy.stop()
    site.wait_until_ready()
    return records, proxy.counts


async def _sit(
    fault: Fault,
    record: Record,
    port: int,
    proxy: Proxy,
    chance: random.Random,
    barrier: asyncio.Barrier,
    failures: list[str],
    key: dict[str, Any],
) -> None:
    room = scenarios.Room(
        record=record, port=port, weather=proxy.weathers[record.run], chance=chance, barrier=barrier, key=key
    )
    try:
        await fault.sit(room)
    except Exception as error:  # noqa: BLE001 - one sitting that fails is told and ends no other
        failures.append(f"{record.run}: {type(error).__name__}: {error}")


def _havoc(site: Site, fault: Fault) -> contextlib.AbstractContextManager[object]:
    acts = {
        "web": (site.kill_web, 2.0, 5.0),
        "worker": (site.kill_worker, 0.5, 4.0),
        "database": (site.cut_database, 0.4, 2.5),
    }
    if not fault.havoc:
        return contextlib.nullcontext()
    act, least, most = acts[fault.havoc]
    return Havoc(act, least=least, most=most)


def _settled(site: Site, attempts: list[str]) -> dict[str, dict[str, Any]]:
    """Return what the site holds once every attempt is graded, or after SETTLE_SECONDS."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        found: dict[str, dict[str, Any]] = site.read("report")
        waiting = [id_ for id_ in attempts if id_ in found and found[id_]["state"] != "graded"]
        if not waiting or time.monotonic() > deadline:
            return found
        time.sleep(1)


def _total(tallies: dict[str, Tally]) -> Tally:
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    return total


def _report(tallies: dict[str, Tally], failures: list[str], notes: dict[str, dict[str, int]], *, seed: int) -> None:
    heads = ("runs", "acknowledged", "graded", "lost", "double_submissions", "wrong_marks", "kept_late")
    width = max(map(len, [*tallies, "all"]))
    print("  ".join([f"{'fault':<{width}}", *heads]))
    for name, tally in [*tallies.items(), ("all", _total(tallies))]:
        values = asdict(tally)
        print("  ".join([f"{name:<{width}}", *(f"{values[head]:>{len(head)},}" for head in heads)]))
    for database, seen in notes.items():
        print(f"{database}: " + ", ".join(f"{name} {count:,}" for name, count in sorted(seen.items())))
    for failure in failures[:20]:
        print(f"FAILED {failure}", file=sys.stderr)
    total = asdict(_total(tallies))
    by_fault = {name: asdict(tally) for name, tally in tallies.items()}
    path = ROOT / "var" / "faults" / "latest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    written = total | {"by_fault": by_fault, "done": notes, "failures": len(failures), "seed": seed}
    path.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(f"Seed {seed}. Written: {path.relative_to(ROOT).as_posix()}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
