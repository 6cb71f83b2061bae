"""`python -m benchmarks.practice`: the next question of a practice, served with few and with many past results.

One request stores an answer, returns its feedback and the next question. It is measured on the site's real web server,
first with a small number of past results of the cohort that practises the same questions, then with a large one. Beside
it stands the page on which an author sees where all of them fail, without the network. Also a part of `make bench`.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from benchmarks import processes, report, servers
from benchmarks.load import Requests, Sample, http_request, measure, median_sample
from benchmarks.practised import CLIENTS, LENGTH
from benchmarks.report import Row

WARM_SECONDS = 2.0
OF_EMPTY_VIEW = 0.2
STATEMENTS = 6
GROWTH = 1.5
"""How much more processor time a request may take with the larger number of past results."""
WEAK_TOPICS_MS = 300
SESSIONS_A_SECOND = 12
"""More sessions than are used up by any of the clients in a second."""


def main(arguments: list[str]) -> int:
    """Measure and print the rows of the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.practice", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--sizes", type=int, nargs=2, default=(10_000, 1_000_000))
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    rows = []
    for database in options.database or servers.find_databases():
        rows += measured(database=database, sizes=options.sizes, seconds=options.seconds, rounds=options.rounds)
    print(report.table(rows))
    return 0


def measured(*, database: str, sizes: Sequence[int], seconds: float, rounds: int) -> list[Row]:
    """Return the table's rows of one database, with each number of past results in turn."""
    wanted = len(sizes) * (rounds + 1) * (CLIENTS + round(SESSIONS_A_SECOND * seconds))
    with servers.running_site(database=database, data=("benchmarks.practised", str(wanted))) as site:
        plan = json.loads(site.plan.read_text(encoding="utf-8"))
        supply = iter(plan["sessions"])
        cpu = partial(processes.cpu_seconds, site.process_ids) if processes.is_supported() else None
        ask = partial(measure, port=site.port, cpu=cpu, clients=CLIENTS)
        found = []
        for size in sizes:
            grown = json.loads(servers.run_module(site, "benchmarks.practised", "grow", str(size)).splitlines()[-1])
            weak = json.loads(servers.run_module(site, "benchmarks.practised", "weak").splitlines()[-1])
            answered, empty = _rounds(ask, plan, supply, seconds=seconds, rounds=rounds)
            found.append((size, grown["statements"], answered, empty, weak))
    return list(itertools.chain.from_iterable(_rows(database, one, found[0]) for one in found))


def _rounds(
    ask: Any, plan: dict[str, Any], supply: Iterator[Any], *, seconds: float, rounds: int
) -> tuple[Sample, Sample]:
    """Measure answers and the empty view in turn, round after round; return the medians."""
    ask(requests=_answers(plan, supply), seconds=min(WARM_SECONDS, seconds), must_hold=b'"feedback"')
    ask(requests=_empty(plan), seconds=min(WARM_SECONDS, seconds))
    answered, empty = [], []
    for _round in range(rounds):
        answered.append(ask(requests=_answers(plan, supply), seconds=seconds, must_hold=b'"feedback"'))
        empty.append(ask(requests=_empty(plan), seconds=seconds))
    return median_sample(answered), median_sample(empty)


def _empty(plan: dict[str, Any]) -> Requests:
    cookies = plan["cookies"]
    return lambda client: itertools.repeat(
        http_request("GET", "/benchmarks/empty/", cookies=cookies[client % len(cookies)])
    )


def _answers(plan: dict[str, Any], supply: Iterator[Any]) -> Requests:
    """Every client practises in sessions of its own, question after question, each answer once."""

    def requests(_client: int) -> Iterator[bytes]:
        for session in supply:
            headers = {"Authorization": f"Practice {session['key']}", "Content-Type": "application/json"}
            path = f"/api/v1/practice/sessions/{session['id']}/answers"
            for place, response in enumerate(plan["answers"]):
                answer = {"index": place, "response": response, "seconds": 12, "blank": False}
                body = {"answers": [answer], "ask": [place + 1] if place + 1 < LENGTH else []}
                yield http_request("POST", path, headers=headers, body=json.dumps(body).encode())

    return requests


Found = tuple[int, int, Sample, Sample, dict[str, float]]
"""Past results, statements, figures of answers, figures of the empty view, milliseconds and statements of the page of
weak topics."""


def _rows(database: str, found: Found, first: Found) -> list[Row]:
    size, statements, answered, empty, weak = found
    name = f"{database}: practice, next question, {size:,} past results"
    rows = [
        Row(
            name=name,
            value=answered.per_second,
            unit="requests/s",
            reference=empty.per_second,
            reach=("ratio", "least", OF_EMPTY_VIEW),
        ),
        Row(name=name, value=answered.p95_ms, unit="ms p95", reference=empty.p95_ms),
        Row(name=name, value=statements, unit="statements", reach=("value", "most", STATEMENTS)),
    ]
    if answered.cpu_ms is not None:
        is_first = found is first
        rows.append(
            Row(
                name=f"{name}, CPU",
                value=answered.cpu_ms,
                unit="ms",
                reference=empty.cpu_ms if is_first else first[2].cpu_ms,
                reach=None if is_first else ("ratio", "most", GROWTH),
            )
        )
    name = f"{database}: weak topics of a bank, {size:,} past results"
    rows.append(Row(name=name, value=weak["ms"], unit="ms", reach=("value", "most", WEAK_TOPICS_MS)))
    rows.append(Row(name=name, value=weak["statements"], unit="statements"))
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
