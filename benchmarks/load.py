"""The load: clients that send prepared requests over kept connections, each the next as soon as it has an answer."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

Requests = Callable[[int], Iterator[bytes]]
"""For the number of a client, its requests in order, ready to be sent; the client ends with them."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One measurement: `cpu_ms` is user + system of all server processes for each request, None where unknown."""

    requests: int
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms: float | None

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return self.requests / self.seconds if self.seconds else 0.0


class UnexpectedAnswer(Exception):
    """An answer that is not the one the job waits for: its figures would mean nothing."""


class _Client(asyncio.Protocol):
    """One kept connection; every answer is read whole before the next request goes out."""

    def __init__(self, run: "_Run", requests: Iterator[bytes]) -> None:
        self.run, self.requests = run, requests
        self.received = bytearray()
        self.expected: int | None = None
        self.sent_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self.expected is None:
            self._read_head()
        whole = self.received.endswith(b"0\r\n\r\n") if self.expected == -1 else len(self.received) == self.expected
        if self.expected is not None and whole:
            self._note_answer()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or UnexpectedAnswer("The server closed the connection."))

    def _read_head(self) -> None:
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.received[:end]).lower()
        self.expected = end + 4
        for line in head.split(b"\r\n")[1:]:
            name, _colon, value = line.partition(b":")
            if name == b"content-length":
                self.expected = end + 4 + int(value)
            elif name == b"transfer-encoding":
                self.expected = -1

    def _note_answer(self) -> None:
        now = time.perf_counter()
        status = int(self.received[9:12])
        if status not in self.run.statuses or self.run.must_hold not in self.received:
            text = bytes(self.received[:600]).decode("utf-8", "replace")
            self.done.set_exception(UnexpectedAnswer(f"status {status}: {text}"))
            self.transport.close()
            return
        self.run.latencies.append(now - self.sent_at)
        self.run.ended_at = now
        self.received.clear()
        self.expected = None
        if now >= self.run.ends_at:
            self._finish()
        else:
            self._send()

    def _send(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self._finish()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)
        self.transport.close()


@dataclass(kw_only=True)
class _Run:
    """What the clients of one measurement share."""

    statuses: frozenset[int]
    ends_at: float
    must_hold: bytes = b""
    ended_at: float = 0.0
    latencies: list[float] = field(default_factory=list)


async def _run(run: _Run, *, port: int, requests: Requests, clients: int) -> None:
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda number=number: _Client(run, requests(number)), "127.0.0.1", port)
        for number in range(clients)
    ]
    await asyncio.gather(*(client.done for _transport, client in made))


def measure(
    *,
    port: int,
    requests: Requests,
    clients: int,
    seconds: float,
    statuses: frozenset[int] = frozenset({200}),
    cpu: Callable[[], float] | None = None,
    must_hold: bytes = b"",
) -> Sample:
    """Send `requests` from `clients` connections for `seconds`, or until they are used up, and return the figures.

    `cpu` returns the processor seconds used so far. Raises UnexpectedAnswer for any status not in `statuses`, and for
    an answer without `must_hold` in it.
    """
    used = cpu() if cpu else 0.0
    began = time.perf_counter()
    run = _Run(statuses=statuses, ends_at=began + seconds, must_hold=must_hold)
    asyncio.run(_run(run, port=port, requests=requests, clients=clients))
    count = len(run.latencies)
    if count == 0:
        raise UnexpectedAnswer("No request was answered.")
    spent = cpu() - used if cpu else None
    ordered = sorted(run.latencies)
    return Sample(
        requests=count,
        seconds=run.ended_at - began,
        p50_ms=quantile(ordered, 0.50) * 1000,
        p95_ms=quantile(ordered, 0.95) * 1000,
        p99_ms=quantile(ordered, 0.99) * 1000,
        cpu_ms=None if spent is None else spent / count * 1000,
    )


WARM_PASSES = 4


def warm_up(ask: Callable[..., Sample], requests: Requests, *, count: int, clients: int) -> None:
    """Send `count` requests or some more that are not measured. They go in passes over connections of their own, each
    client asking for another: a connection stays with one process, and every process should have seen all of them.
    """
    each = -(-count // (clients * WARM_PASSES))
    for place in range(WARM_PASSES):

        def part(client: int, shift: int = place * clients // WARM_PASSES) -> Iterator[bytes]:
            return islice(requests((client + shift) % clients), each)

        ask(requests=part, clients=clients, seconds=600)


def quantile(ordered: list[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the sorted values lie: the nearest rank."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median_sample(samples: list[Sample]) -> Sample:
    """Return the figures of several rounds as one: the median of each."""
    cpu = [sample.cpu_ms for sample in samples if sample.cpu_ms is not None]
    per_second = statistics.median(sample.per_second for sample in samples)
    requests = sum(sample.requests for sample in samples)
    return Sample(
        requests=requests,
        seconds=requests / per_second,
        p50_ms=statistics.median(sample.p50_ms for sample in samples),
        p95_ms=statistics.median(sample.p95_ms for sample in samples),
        p99_ms=statistics.median(sample.p99_ms for sample in samples),
        cpu_ms=statistics.median(cpu) if cpu else None,
    )


def http_request(
    method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes = b"", cookies: str = ""
) -> bytes:
    """Return the bytes of one HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*", "Accept-Language: en"]
    if cookies:
        lines.append(f"Cookie: {cookies}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body or method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
