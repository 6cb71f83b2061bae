"""The jobs: what is asked of the site, and what the figures are held against."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks.load import Requests, Sample, http_request
from benchmarks.report import Reach, Row

VISITOR_PAGES = ("home", "catalogue", "course")
LEARNER_PAGES = ("lesson", "exams", "room10", "room50", "review")
CSRF = "benchmarkbenchmarkbenchmarkbench"
LABELS = {
    "empty_visitor": "empty view, visitor",
    "empty_learner": "empty view, signed in",
    "empty_endpoint": "empty endpoint of the hot path",
    "home": "home",
    "catalogue": "catalogue",
    "course": "course",
    "lesson": "lesson room",
    "exams": "exam index",
    "room10": "exam room, 10 questions",
    "room50": "exam room, 50 questions",
    "review": "result review, 50 questions",
    "save1": "save 1 answer",
    "save10": "save 10 answers",
    "start": "start, 50 questions",
    "submit": "submit and grade, 50 questions",
}
MANY = 16
"""The number of clients that the figures of the table are taken at."""
CROWD = 64
GROWING = ("room10", "room50", "review", "save1")
"""The jobs that are measured again with ten times the data."""

# Shares of the empty view's rate. A page reads rows and renders them; for visitors the empty view reads nothing at all.
PAGE_REACHES = {
    "home": 0.02,
    "catalogue": 0.02,
    "course": 0.02,
    "lesson": 0.10,
    "exams": 0.10,
    "room10": 0.08,
    "room50": 0.04,
    "review": 0.04,
}
CPU_REACHES_MS = {
    "save1": 1.5,
    "save10": 2.0,
    "start": 5.0,
    "submit": 5.0,
    "room10": 8.0,
    "room50": 20.0,
    "review": 15.0,
}
STATEMENT_REACHES = {"save1": 1, "save10": 1, "start": 12, "room10": 8}
SAVE_AGAINST_ENDPOINT = 0.45
SAVE_AGAINST_PGBENCH = 0.15
P99_OVER_P50 = 20.0
GRADED_PER_SECOND = 100_000


def timed_jobs(plan: Mapping[str, Any], *, first_seq: Callable[[], int]) -> dict[str, Requests]:
    """Return the jobs that can go on for any time, by name; `first_seq` gives each round of saves higher numbers."""
    readers = plan["readers"]
    visitors = {"empty_visitor": "/benchmarks/empty/", "home": "/", "catalogue": "/courses/"}
    visitors["course"] = f"/courses/{plan['course']}/"
    jobs: dict[str, Requests] = {name: _same(http_request("GET", path)) for name, path in visitors.items()}
    for name in ("empty_learner", *LEARNER_PAGES):
        jobs[name] = _own([
            http_request("GET", reader.get(name, "/benchmarks/empty/"), cookies=reader["cookies"]) for reader in readers
        ])  # fmt: skip
    jobs["empty_endpoint"] = _saves(plan, count=1, first_seq=first_seq, path="/benchmarks/hot/empty")
    jobs["save1"] = _saves(plan, count=1, first_seq=first_seq)
    jobs["save10"] = _saves(plan, count=10, first_seq=first_seq)
    return jobs


def _same(request: bytes) -> Requests:
    return lambda client: itertools.repeat(request)


def _own(requests: list[bytes]) -> Requests:
    """Every client asks as a learner of its own."""
    return lambda client: itertools.repeat(requests[client % len(requests)])


def _saves(plan: Mapping[str, Any], *, count: int, first_seq: Callable[[], int], path: str = "") -> Requests:
    savers = plan["savers"]

    def requests(client: int) -> Iterator[bytes]:
        saver = savers[client % len(savers)]
        headers = {"Authorization": f"Attempt {saver['key']}", "Content-Type": "application/json"}
        answers = list(saver["answers"].items())
        address = path or f"/api/v1/attempts/{saver['attempt']}/responses"
        begin = first_seq()
        for number in itertools.count():
            chosen = dict(answers[(number * count + place) % len(answers)] for place in range(count))
            body = {"epoch": saver["epoch"], "seq": begin + number, "responses": chosen}
            yield http_request("PATCH", address, headers=headers, body=json.dumps(body).encode())

    return requests


def start_requests(plan: Mapping[str, Any], supply: Iterator[Any]) -> Requests:
    """Return the posts of the start button, one a learner of `supply`, whichever client comes next."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"csrfmiddlewaretoken={CSRF}".encode()
    path = f"/exams/{plan['exam']}/start/"
    return lambda client: (
        http_request("POST", path, headers=headers, body=body, cookies=cookies) for cookies in supply
    )


def submit_requests(supply: Iterator[Any]) -> Requests:
    """Return the submissions, one an attempt of `supply`."""
    return lambda client: (
        http_request(
            "POST",
            f"/api/v1/attempts/{attempt['attempt']}/submit",
            headers={"Authorization": f"Attempt {attempt['key']}", "Content-Type": "application/json"},
        )
        for attempt in supply
    )


def site_rows(
    *, database: str, samples: Mapping[tuple[str, int], Sample], statements: Mapping[str, int], pgbench: float | None
) -> list[Row]:
    """Return the table's rows of one database from the samples by (job, clients)."""
    many = {job: sample for (job, clients), sample in samples.items() if clients == MANY}
    rows = []
    for job in (*VISITOR_PAGES, *LEARNER_PAGES):
        empty = many["empty_visitor" if job in VISITOR_PAGES else "empty_learner"]
        rows.append(_rate(database, job, many[job], reference=empty, reach=PAGE_REACHES[job]))
    rows.append(_rate(database, "save1", many["save1"], reference=many["empty_endpoint"], reach=SAVE_AGAINST_ENDPOINT))
    rows.append(_rate(database, "save10", many["save10"], reference=many["empty_endpoint"]))
    if pgbench is not None:
        rows.append(
            Row(
                name=f"{database}: save 1 answer, against pgbench",
                value=many["save1"].per_second,
                unit="requests/s",
                reference=pgbench,
                reach=("ratio", "least", SAVE_AGAINST_PGBENCH),
            )
        )
    rows.append(
        Row(
            name=f"{database}: save 1 answer, p99 over p50",
            value=many["save1"].p99_ms,
            unit="ms",
            reference=many["save1"].p50_ms,
            reach=("ratio", "most", P99_OVER_P50) if database == "postgresql" else None,
        )
    )
    for job, bound in CPU_REACHES_MS.items():
        value, empty = (
            many[job].cpu_ms,
            many["empty_endpoint" if job in {"save1", "save10", "submit"} else "empty_learner"],
        )
        if value is not None:
            name = f"{database}: {LABELS[job]}, CPU"
            rows.append(Row(name=name, value=value, unit="ms", reference=empty.cpu_ms, reach=("value", "most", bound)))
    rows += _statement_rows(database, statements)
    return rows


def _rate(database: str, job: str, sample: Sample, *, reference: Sample, reach: float | None = None) -> Row:
    return Row(
        name=f"{database}: {LABELS[job]}",
        value=sample.per_second,
        unit="requests/s",
        reference=reference.per_second,
        reach=("ratio", "least", reach) if reach is not None else None,
    )


def _statement_rows(database: str, statements: Mapping[str, int]) -> list[Row]:
    rows = []
    for job, label in LABELS.items():
        if job not in statements:
            continue
        bound = STATEMENT_REACHES.get(job)
        reach: Reach | None = ("value", "most", bound) if bound else None
        rows.append(Row(name=f"{database}: {label}", value=statements[job], unit="statements", reach=reach))
    rows.append(
        Row(
            name=f"{database}: submit, 50 questions against 10",
            value=statements["submit50"],
            unit="statements",
            reference=statements["submit10"],
            reach=("ratio", "most", 1.0),
        )
    )
    return rows


def crowd_rows(*, database: str, samples: Mapping[tuple[str, int], Sample]) -> list[Row]:
    """Return the rows of saves by 64 clients at once."""
    save, empty = samples["save1", CROWD], samples["empty_endpoint", CROWD]
    return [
        Row(
            name=f"{database}: save 1 answer, {CROWD} clients",
            value=save.per_second,
            unit="requests/s",
            reference=empty.per_second,
        ),
        Row(
            name=f"{database}: save 1 answer, {CROWD} clients, p99 over p50",
            value=save.p99_ms,
            unit="ms",
            reference=save.p50_ms,
            reach=("ratio", "most", P99_OVER_P50) if database == "postgresql" else None,
        ),
    ]


def grown_rows(*, database: str, before: Mapping[tuple[str, int], Sample], after: Mapping[str, Sample]) -> list[Row]:
    """Return the processor time of jobs with ten times the data, beside what they took before."""
    return [
        Row(
            name=f"{database}: {LABELS[job]}, CPU with 10 x the attempts",
            value=sample.cpu_ms,
            unit="ms",
            reference=before[job, MANY].cpu_ms,
        )
        for job, sample in after.items()
        if sample.cpu_ms is not None
    ]


def storage_rows(*, database: str, found: Mapping[str, float]) -> list[Row]:
    """Return what one attempt of 50 questions takes."""
    rows = [
        Row(name=f"{database}: rows of an attempt of 50", value=found["rows"], unit="rows", reach=("value", "most", 60))
    ]
    labels = {"peak_kib": "at the peak", "vacuumed_kib": "after VACUUM", "packed_kib": "packed"}
    for name, label in labels.items():
        reach: Reach | None = None if name == "peak_kib" else ("value", "most", 20)
        rows.append(
            Row(name=f"{database}: an attempt of 50 on the disk, {label}", value=found[name], unit="KiB", reach=reach)
        )
    return rows


def grading_rows(rates: Mapping[str, float]) -> list[Row]:
    """Return the rows of pure grading."""
    return [
        Row(
            name=f"pure grading, {name}",
            value=rate,
            unit="responses/s",
            reach=("value", "least", GRADED_PER_SECOND),
        )
        for name, rate in rates.items()
    ]
