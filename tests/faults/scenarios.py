"""The faults of the campaign: what the network does, what is killed, and how a candidate sits through it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.candidate import Device, Record
from tests.faults.data import SHORT_GRACE
from tests.faults.proxy import Weather


@dataclass(kw_only=True)
class Room:
    """One sitting: who sits, over which network, what she may answer (`key`: the right response by slot, `choices`: the
    ids of options of a slot), and what she has `written` on a page."""

    record: Record
    port: int
    weather: Weather
    chance: random.Random
    barrier: asyncio.Barrier
    key: dict[str, Any]
    choices: dict[str, list[str]]
    written: dict[str, Any] = field(default_factory=dict)

    def device(self, *, pending: dict[str, Any] | None = None) -> Device:
        """Return a device of the candidate on which the exam is not open yet."""
        return Device(record=self.record, port=self.port, chance=self.chance, pending=dict(pending or {}))

    def answer(self) -> tuple[str, Any]:
        """Return a question and an answer to it, right in about half of all cases."""
        slot = self.chance.choice(list(self.key))
        right = self.key[slot]
        if self.chance.random() < 0.5:
            return slot, right
        if isinstance(right, bool):
            return slot, self.chance.random() < 0.5
        return slot, self.chance.choice(self.choices[slot]) if slot in self.choices else str(self.chance.randint(1, 99))

    async def write(self, device: Device, *, changes: int) -> None:
        """Answer and save; a device that has been taken over stops there."""
        for _number in range(changes):
            device.change(*self.answer())
            if self.chance.random() < 0.7:
                await device.flush()
            if device.stopped:
                return
            await asyncio.sleep(self.chance.uniform(0, 0.08))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A kind of fault: `network` are chances of a Weather, `havoc` what is killed meanwhile: web, worker, database."""

    sit: Callable[[Room], Awaitable[None]]
    network: dict[str, float]
    exam: str = "long"
    havoc: str = ""
    in_browser: bool = False

    def weather(self, chance: random.Random) -> Weather:
        """Return the weather of one run: the chances vary from run to run."""
        return Weather(
            chance=random.Random(chance.random()),
            **{name: value * chance.uniform(0.4, 1.6) for name, value in self.network.items()},
        )


async def alone(room: Room) -> None:
    """Sit on one device, to the end."""
    device = room.device()
    await device.open()
    await room.write(device, changes=room.chance.randint(10, 22))
    await device.submit()


async def through_havoc(room: Room) -> None:
    """Sit to the end on one device and see most answers saved before the next one: whenever something is killed,
    there are saves under way.
    """
    device = room.device()
    await device.open()
    for _number in range(room.chance.randint(10, 22)):
        await room.write(device, changes=1)
        if room.chance.random() < 0.75:
            await device.flush_all()
    await device.submit()


async def two_tabs(room: Room) -> None:
    """Open a second tab of the same browser: it is offered what the first had not sent, and takes it or not."""
    first = room.device()
    await first.open()
    await room.write(first, changes=room.chance.randint(3, 8))
    second = room.device(pending=first.pending if room.chance.random() < 0.7 else {})
    await second.open()
    await asyncio.gather(room.write(first, changes=4), room.write(second, changes=6))
    if room.chance.random() < 0.5:
        # "Continue here": the first tab takes the attempt back, with what it had not sent.
        await first.open()
        await room.write(first, changes=4)
        await first.submit()
    else:
        await second.submit()


async def two_devices(room: Room) -> None:
    """Go on at another device, whose clock and answers know nothing of the first; then both hand in."""
    first, second = room.device(), room.device()
    await first.open()
    await room.write(first, changes=room.chance.randint(3, 8))
    await asyncio.gather(second.open(), room.write(first, changes=3))
    await asyncio.gather(room.write(first, changes=4), room.write(second, changes=8))
    await second.submit()


async def deadline_in_a_gap(room: Room) -> None:
    """Lose the network before the deadline and come back after it: what was written meanwhile is kept apart."""
    device = room.device()
    await device.open()
    await room.write(device, changes=room.chance.randint(5, 12))
    await _until(device.ends_at - room.chance.uniform(0.5, 2.5))
    room.weather.is_down = True
    await room.write(device, changes=3)
    await _until(device.ends_at + SHORT_GRACE + 1.5)
    room.weather.is_down = False
    await device.flush_all()
    await device.submit()


async def walks_away(room: Room) -> None:
    """Answer and never hand in: the sweep closes and grades, whatever kills it on the way."""
    device = room.device()
    await device.open()
    await room.write(device, changes=room.chance.randint(6, 12))
    await device.flush_all()
    await _until(device.ends_at + SHORT_GRACE + 0.5)


async def _until(moment: float) -> None:
    """Sleep until a moment of the event loop's clock."""
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))


async def storm(room: Room) -> None:
    """Hand in together with everybody else, twice at once."""
    device = room.device()
    await device.open()
    await room.write(device, changes=6)
    await room.barrier.wait()
    await asyncio.gather(device.submit(), device.submit())


def _in_browser(name: str) -> Callable[[Room], Awaitable[None]]:
    async def sit(room: Room) -> None:
        from tests.faults import browser

        await browser.SITTINGS[name](room)

    return sit


MIXED = {"drop": 0.12, "lose_answer": 0.12, "delay": 0.12, "duplicate": 0.15, "reorder": 0.1}
FAULTS: dict[str, Fault] = {
    "requests dropped": Fault(sit=alone, network={"drop": 0.35}),
    "answers lost": Fault(sit=alone, network={"lose_answer": 0.35}),
    "delayed": Fault(sit=alone, network={"delay": 0.4}),
    "duplicated": Fault(sit=alone, network={"duplicate": 0.5}),
    "reordered": Fault(sit=alone, network={"reorder": 0.35}),
    "everything at once": Fault(sit=alone, network=MIXED),
    "web killed": Fault(sit=through_havoc, network={"delay": 0.05}, havoc="web"),
    "worker killed": Fault(sit=walks_away, network={}, exam="short", havoc="worker"),
    "database cut": Fault(sit=through_havoc, network={"delay": 0.05}, havoc="database"),
    "two tabs": Fault(sit=two_tabs, network={"delay": 0.1, "lose_answer": 0.1}),
    "two devices": Fault(sit=two_devices, network={"delay": 0.1, "drop": 0.1}),
    "deadline in a gap": Fault(sit=deadline_in_a_gap, network={}, exam="short"),
    "submit storm": Fault(sit=storm, network={"duplicate": 0.3, "lose_answer": 0.1}),
    "wrong clock": Fault(sit=_in_browser("clock"), network={"drop": 0.1}, in_browser=True),
    "storage full": Fault(sit=_in_browser("storage"), network={"drop": 0.1}, in_browser=True),
    "page reloaded offline": Fault(sit=_in_browser("reload"), network={"drop": 0.1}, in_browser=True),
}
