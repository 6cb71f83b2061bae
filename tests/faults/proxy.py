"""A network between candidates and site: it drops, delays, duplicates and reorders what passes."""

import asyncio
import contextlib
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

RUN_HEADER = b"x-run:"
LONGEST_DELAY = 2.5
ANSWER_SECONDS = 120
"""Seconds for which the site may take to answer: it is restarted meanwhile, on a machine that may be busy."""
_KINDS = ((b"PATCH ", b"/responses", "save"), (b"POST ", b"/submit", "submission"), (b"POST ", b"/attempts", "start"))
_KEPT = re.compile(rb"\r\nconnection: keep-alive\r\n", re.IGNORECASE)


@dataclass(kw_only=True)
class Weather:
    """What happens to the requests of one run: chances from 0 to 1, drawn for each request from `chance`. Addresses
    that do not begin with `only` pass unharmed."""

    chance: random.Random
    drop: float = 0.0
    lose_answer: float = 0.0
    delay: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    is_down: bool = False
    only: bytes = b"/api/"
    passed: asyncio.Event = field(default_factory=asyncio.Event)


class Proxy:
    """Passes HTTP/1.1 requests, one a connection, to the site at `target`; the run is named in a header.

    `under_way` are the requests that the site has at this moment, by kind (save, submission, start, other); `answered`
    counts those it has done what they asked for. Both may be read from any thread.
    """

    def __init__(self, *, target: int) -> None:
        self.target = target
        self.weathers: dict[str, Weather] = {}
        self.counts: dict[str, int] = {}
        self.under_way: Counter[str] = Counter()
        self.answered = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> int:
        """Listen, and return the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stop listening, and let what is under way arrive, whether or not anybody still waits for the answer."""
        self._server.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=ANSWER_SECONDS)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._follow(asyncio.current_task())
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            request, run = await _read_request(reader)
            weather = self.weathers.get(run) or Weather(chance=random.Random(0))
            await self._pass(request, weather, writer)
        writer.close()

    async def _pass(self, request: bytes, weather: Weather, writer: asyncio.StreamWriter) -> None:
        chance = weather.chance
        if not request.split(b" ", 2)[1].startswith(weather.only):
            writer.write(await self._ask(request))
            await writer.drain()
            return
        if weather.is_down or chance.random() < weather.drop:
            self._count("dropped")
            return
        waits = chance.random()
        if waits < weather.reorder:
            # Held until a later request of the same run has gone through, whether or not its sender still waits.
            self._count("reordered")
            weather.passed.clear()
            self._later(request, weather)
            return
        if waits < weather.reorder + weather.delay:
            self._count("delayed")
            await asyncio.sleep(chance.uniform(0.05, LONGEST_DELAY))
        if chance.random() < weather.duplicate:
            self._count("duplicated")
            self._later(request, weather)
        answer = await self._ask(request)
        weather.passed.set()
        if chance.random() < weather.lose_answer:
            self._count("answers lost")
            return
        writer.write(answer)
        await writer.drain()

    def _later(self, request: bytes, weather: Weather) -> None:
        async def send() -> None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(weather.passed.wait(), LONGEST_DELAY)
            await asyncio.sleep(weather.chance.uniform(0, 0.3))
            with contextlib.suppress(OSError):
                await self._ask(request)

        self._follow(asyncio.create_task(send()))

    def _follow(self, task: "asyncio.Task[Any] | None") -> None:
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, request: bytes) -> bytes:
        """Send a request to the site and return its whole answer, empty where it broke off."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            return b""
        kind = _kind_of(request)
        self.under_way[kind] += 1
        try:
            writer.write(request)
            answer = await asyncio.wait_for(reader.read(), ANSWER_SECONDS)
        except (OSError, TimeoutError):
            return b""
        finally:
            self.under_way[kind] -= 1
            writer.close()
        self.answered += answer[9:10] == b"2"
        return answer

    def _count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1


def _kind_of(request: bytes) -> str:
    address = request.split(b" ", 2)[1]
    return next((kind for method, end, kind in _KINDS if request.startswith(method) and address.endswith(end)), "other")


async def _read_request(reader: asyncio.StreamReader) -> tuple[bytes, str]:
    head = await reader.readuntil(b"\r\n\r\n")
    length, run = 0, ""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
        elif line.startswith(RUN_HEADER):
            run = line.partition(b":")[2].strip().decode()
    head = _KEPT.sub(b"\r\nConnection: close\r\n", head)  # one request a connection
    return head + (await reader.readexactly(length) if length else b""), run
