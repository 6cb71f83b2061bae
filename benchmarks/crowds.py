"""A whole company hands in: spread over a minute, and all at once."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks import jobs
from benchmarks.load import Sample, UnexpectedAnswer, measure, quantile
from benchmarks.report import Row

CONNECTIONS = 64
SIZES = {"quick": (100, 6.0), "full": (1000, 60.0)}
"""Candidates of each crowd, and the seconds over which those of the first hand in."""
SPREAD_AGAINST_IDLE = 10.0
ALL_GRADED_SECONDS = 10.0
GRADED = b'"graded"'


def crowd_rows(*, database: str, port: int, supply: Iterator[Any], mode: str, idle: Sample) -> list[Row]:
    """Measure both crowds and return their rows; `idle` is a submission with nobody else there.

    Raises UnexpectedAnswer when one submission fails or comes back ungraded.
    """
    count, seconds = SIZES[mode]
    spread = submit_spread(port=port, requests=_requests(supply, count), seconds=seconds)
    waiting = iter(_requests(supply, count))
    at_once = measure(port=port, requests=lambda _client: waiting, clients=CONNECTIONS, seconds=600, must_hold=GRADED)
    return [
        Row(
            name=f"{database}: {count:,} hand in over {seconds:g} s, p95",
            value=quantile(spread, 0.95) * 1000,
            unit="ms",
            reference=idle.p50_ms,
            reach=("ratio", "most", SPREAD_AGAINST_IDLE),
        ),
        Row(
            name=f"{database}: {at_once.requests:,} hand in at once, all graded after",
            value=at_once.seconds,
            unit="s",
            reach=("value", "most", ALL_GRADED_SECONDS),
        ),
    ]


def _requests(supply: Iterator[Any], count: int) -> list[bytes]:
    send = jobs.submit_requests(supply)(0)
    found = [request for _number, request in zip(range(count), send, strict=False)]
    if len(found) < count:
        raise UnexpectedAnswer(f"{count} attempts were to be handed in, and there are {len(found)}.")
    return found


def submit_spread(*, port: int, requests: Sequence[bytes], seconds: float) -> list[float]:
    """Send each request at its own moment of `seconds`, whether or not others are answered; return the sorted seconds
    from that moment to the answer. Each goes over a connection of its own, as browsers of different people do.
    """

    async def one(place: int, began: float) -> float:
        due = began + seconds * place / len(requests)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(requests[place].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        answer = await reader.read()
        writer.close()
        if answer[9:12] != b"200" or GRADED not in answer:
            raise UnexpectedAnswer(answer[:600].decode("utf-8", "replace"))
        return time.perf_counter() - due

    async def everybody() -> list[float]:
        began = time.perf_counter()
        return await asyncio.gather(*(one(place, began) for place in range(len(requests))))

    return sorted(asyncio.run(everybody()))
