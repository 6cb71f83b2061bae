"""When something is killed: at moments in which it works, counted by what the site has done and never by the clock.

On a busy machine a site needs long to come up again. What waits for so many seconds kills it before it has answered
anybody; what waits for so many answers does not.
"""

import random
import threading
from collections.abc import Callable

from tests.faults.proxy import Proxy
from tests.faults.site import Site

LOOK_SECONDS = 0.002
WORKER_KILLS = 5
"""Kills of the worker in one part of the campaign: afterwards it grades what is left."""
Moment = Callable[[threading.Event], str]


class Havoc:
    """Calls `act` whenever `moment` returns, and counts what was done to what.

    `moment` waits for a moment and says what it hits, "" when it is told to stop or no more is to be done; `act` says
    what it did.
    """

    def __init__(self, act: Callable[[], str], *, moment: Moment) -> None:
        self.counts: dict[str, int] = {}
        self._act, self._moment = act, moment
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)

    def __enter__(self) -> "Havoc":
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _go(self) -> None:
        while hit := self._moment(self._stopping):
            try:
                name = f"{self._act()} in mid-{hit}"
            except Exception as error:  # noqa: BLE001 - the site may be down already; the next moment comes
                name = f"not done ({type(error).__name__})"
            self.counts[name] = self.counts.get(name, 0) + 1


def under_way(site: Site, proxy: Proxy, *, least: int, most: int, chance: random.Random) -> Moment:
    """Return the moment in which requests are at the site, after `least` to `most` further ones were answered; the web
    is kept up meanwhile.
    """
    answered = 0

    def wait(stopping: threading.Event) -> str:
        nonlocal answered
        goal = answered + chance.randint(least, most)
        while not stopping.wait(LOOK_SECONDS):
            site.keep_up()
            kinds = [kind for kind in ("save", "submission", "start") if proxy.under_way[kind]]
            if proxy.answered >= goal and kinds:
                stopping.wait(chance.uniform(0, 0.01))  # somewhere within the few milliseconds that it takes
                answered = proxy.answered
                return kinds[0]
        return ""

    return wait


def in_a_grade(site: Site, *, chance: random.Random) -> Moment:
    """Return the moment in which the worker grades, WORKER_KILLS times."""
    left = WORKER_KILLS

    def wait(stopping: threading.Event) -> str:
        nonlocal left
        while left and not stopping.wait(LOOK_SECONDS):
            if site.is_grading:
                stopping.wait(chance.uniform(0, 0.03))
                left -= 1
                return "grade"
        return ""

    return wait


def havoc_of(kind: str, *, site: Site, proxy: Proxy, chance: random.Random) -> Havoc:
    """Return what is done to the site meanwhile: kind is web, worker, database, or "" for nothing."""
    if kind == "web":
        return Havoc(site.kill_web, moment=under_way(site, proxy, least=4, most=16, chance=chance))
    if kind == "worker":
        return Havoc(site.kill_worker, moment=in_a_grade(site, chance=chance))
    if kind == "database":
        return Havoc(site.cut_database, moment=under_way(site, proxy, least=3, most=20, chance=chance))
    return Havoc(str, moment=lambda _stopping: "")
