"""How far a person is with an assignment, from what the learning rooms say of each product. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ProductState = Literal["not_started", "in_progress", "done", "failed"]
ShownState = Literal["not_started", "in_progress", "done", "late", "failed"]


@dataclass(frozen=True, kw_only=True)
class ProductProgress:
    """One product of one person. `percent` is 0 to 100; `score_percent` is an exam's best mark, None without one."""

    state: ProductState
    percent: int = 0
    score_percent: str | None = None
    finished_at: datetime | None = None
    certificate_serial: str = ""


NOT_STARTED = ProductProgress(state="not_started")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All products of one person together."""

    outcome: ProductState
    percent: int
    finished_at: datetime | None


def combine(progress: Sequence[ProductProgress]) -> Standing:
    """Return the standing over all products: failed if one is failed, done if all are, else begun or not.

    The percentage is the mean, rounded down, so that 100 means done. It is finished when the last product was.
    """
    if not progress:
        return Standing(outcome="not_started", percent=0, finished_at=None)
    percent = sum(100 if one.state == "done" else min(99, one.percent) for one in progress) // len(progress)
    states = {one.state for one in progress}
    if "failed" in states:
        return Standing(outcome="failed", percent=percent, finished_at=None)
    if states == {"done"}:
        moments = [one.finished_at for one in progress if one.finished_at is not None]
        return Standing(outcome="done", percent=100, finished_at=max(moments, default=None))
    outcome: ProductState = "not_started" if states == {"not_started"} and percent == 0 else "in_progress"
    return Standing(outcome=outcome, percent=percent, finished_at=None)


def shown_state(*, outcome: ProductState, due_at: datetime, now: datetime) -> ShownState:
    """Return what a trainer reads: who is neither done nor failed after the deadline is late."""
    if outcome in ("done", "failed") or now <= due_at:
        return outcome
    return "late"


def reminder_days(*, due_at: datetime, now: datetime) -> int | None:
    """Return 1 or 3 when a reminder of that many days before the deadline is due, else None."""
    seconds = (due_at - now).total_seconds()
    if seconds <= 0:
        return None
    if seconds <= 24 * 3600:
        return 1
    return 3 if seconds <= 3 * 24 * 3600 else None
