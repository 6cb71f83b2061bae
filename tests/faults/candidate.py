"""A candidate: the room's side of the no-loss protocol, without a browser.

It does what static/js/exam/sync.js does: every change is kept first, one request is in flight, and each carries every
answer that is not acknowledged. Everything sent and everything acknowledged is written down for the verdict.
"""

import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TIMEOUT, LONGEST_TIMEOUT = 1.2, 15.0
"""Seconds until a request is given up: few at first, so that a lost answer costs little; more after each one that was,
so that a machine with much else to do is waited for. In the browser it is always 15.
"""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
"""Seconds until something that did not go through is tried again, doubled each time; in the browser 1 to 30."""
PATIENCE = 600.0
"""Seconds without a single answer after which a candidate gives up: the run has then failed. Far above what the faults
of this campaign take, since a machine may be busy; what is judged is what was acknowledged, never how soon.
"""


class GaveUp(Exception):
    """Nothing went through for PATIENCE seconds, or the site refused what it has to take."""


class Ended(GaveUp):
    """The attempt cannot be opened again: it was handed in."""


@dataclass(kw_only=True)
class Record:
    """What one candidate's devices sent and were told, over all of them; `shown` are the answers that a page called
    saved when she handed in.
    """

    token: str
    cookie: str
    exam: str
    run: str
    fault: str
    attempt: str = ""
    sent: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    acknowledged: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    quarantined: list[dict[str, Any]] = field(default_factory=list)
    handed_in: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict)
    attempts_seen: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class Device:
    """One open room; `ends_at` is its deadline on the clock of the event loop."""

    record: Record
    port: int
    chance: random.Random
    pending: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    epoch: int = 0
    seq: int = 0
    stopped: str = ""
    is_away: bool = False
    timeout: float = TIMEOUT
    failures: int = 0
    ends_at: float = 0.0

    async def open(self) -> None:
        """Start or resume, again and again until it is answered."""
        body = await self._until_answered("POST", f"/api/v1/exams/{self.record.exam}/attempts", {}, self._token())
        self.record.attempt = body["id"]
        self.record.attempts_seen.add(body["id"])
        self.key, self.epoch, self.seq, self.stopped = body["attempt_key"], body["epoch"], 0, ""
        left = datetime.fromisoformat(body["deadline_at"]) - datetime.fromisoformat(body["server_now"])
        self.ends_at = asyncio.get_running_loop().time() + left.total_seconds()

    def change(self, slot: str, response: Any) -> None:
        """Answer a question; it is kept on the device until it is acknowledged."""
        self.pending[slot] = response

    async def flush(self) -> bool:
        """Send what is not acknowledged once; True when nothing is left."""
        if not self.pending or self.stopped or self.is_away:
            return not self.pending
        batch = dict(self.pending)
        body = self._batch(batch)
        answer = await self._ask("PATCH", f"/api/v1/attempts/{self.record.attempt}/responses", body, self._key())
        self._noted(answer, body, batch)
        return not self.pending

    async def flush_all(self) -> None:
        """Send until everything is acknowledged, or the room is told to stop."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while self.pending and not self.stopped:
            if asyncio.get_running_loop().time() > deadline:
                raise GaveUp("the answers were never acknowledged")
            if not await self.flush():
                await self._rest()

    async def submit(self) -> None:
        """Hand in with what is left, until the site has said what became of it."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            batch = dict(self.pending)
            body = self._batch(batch)
            answer = await self._ask("POST", f"/api/v1/attempts/{self.record.attempt}/submit", body, self._key())
            status, content = answer
            if status == 200:
                self.record.handed_in.append((self.epoch, body["seq"], batch))
                return
            if status == 409 and content.get("code") == "moved":
                self.stopped = "moved"
                try:
                    await self.open()
                except Ended:
                    return  # another request of hers has handed it in meanwhile; the verdict counts how often
            elif status in {401, 403, 404, 422}:
                raise GaveUp(f"submit was answered {status}: {content}")
            await self._rest()
        raise GaveUp("the submission never went through")

    def _batch(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        self.seq += 1
        self.record.sent.append((self.epoch, self.seq, dict(batch)))
        return {"epoch": self.epoch, "seq": self.seq, "responses": dict(batch)}

    def _noted(self, answer: tuple[int, dict[str, Any]], body: Mapping[str, Any], batch: Mapping[str, Any]) -> None:
        status, content = answer
        if status == 200:
            self.seq = max(self.seq, content["seq"])
            if not content["applied"]:
                return
            self.record.acknowledged.append((body["epoch"], body["seq"], dict(batch)))
            for slot, response in batch.items():
                if self.pending.get(slot) == response:
                    del self.pending[slot]
        elif status == 409:
            if content["code"] == "paused":
                return
            self.stopped = content["code"]
            if content["kept"].get("quarantined"):
                self.record.quarantined.append(dict(batch))
        elif status in {401, 403, 404, 422}:
            raise GaveUp(f"a save was answered {status}: {content}")

    async def _until_answered(self, method: str, path: str, body: Any, authorization: str) -> dict[str, Any]:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            status, content = await self._ask(method, path, body, authorization)
            if status in {200, 201}:
                return content
            if status in {401, 403, 404, 409, 422}:
                raise (Ended if status == 409 else GaveUp)(f"{path} was answered {status}: {content}")
            await self._rest()
        raise GaveUp(f"{path} was never answered")

    async def _rest(self) -> None:
        """Wait before the next try, the longer the more have failed: a site that comes up again is not run down."""
        await asyncio.sleep(self.chance.uniform(0.5, 1) * min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.failures, 10)))

    def _token(self) -> str:
        return f"Bearer {self.record.token}"

    def _key(self) -> str:
        return f"Attempt {self.key}"

    async def _ask(self, method: str, path: str, body: Any, authorization: str) -> tuple[int, dict[str, Any]]:
        """Return status and JSON of one request; status 0 for a network that did not answer in time."""
        status, content = await self._ask_once(method, path, body, authorization)
        self.failures = self.failures + 1 if status == 0 or status >= 500 else 0
        return status, content

    async def _ask_once(self, method: str, path: str, body: Any, authorization: str) -> tuple[int, dict[str, Any]]:
        payload = json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Run: {self.record.run}\r\n"
            f"Authorization: {authorization}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(payload)}\r\n\r\n"
        )
        try:
            async with asyncio.timeout(self.timeout):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    writer.write(head.encode() + payload)
                    answer = await reader.read()
                finally:
                    writer.close()
        except TimeoutError:
            self.timeout = min(LONGEST_TIMEOUT, self.timeout * 1.5)
            return 0, {}
        except OSError:
            return 0, {}
        self.timeout = max(TIMEOUT, self.timeout / 1.5)
        top, _gap, text = answer.partition(b"\r\n\r\n")
        if len(top) < 12:
            return 0, {}
        status = int(top[9:12])
        try:
            return status, json.loads(_unchunked(top, text))
        except ValueError:
            return (status, {}) if status >= 500 else (0, {})


def _unchunked(head: bytes, text: bytes) -> bytes:
    if b"transfer-encoding: chunked" not in head.lower():
        return text
    whole = b""
    while text:
        size, _end, text = text.partition(b"\r\n")
        length = int(size or b"0", 16)
        if not length:
            break
        whole, text = whole + text[:length], text[length + 2 :]
    return whole
