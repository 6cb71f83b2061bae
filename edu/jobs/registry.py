"""Which function does a kind of job. Rooms register theirs in background.py, which is imported at start."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edu.jobs.run import JobContext

JobFunction = Callable[..., dict[str, Any] | None]
MAIN, FILMS = "main", "films"
LANES = (MAIN, FILMS)
"""Lanes of work: what takes whole cores for minutes goes its own way, so that a grade or a mail never waits for it."""
_functions: dict[str, JobFunction] = {}
_lanes: dict[str, str] = {}


class UnknownJobKind(Exception):
    """No function is registered under this kind."""


def job(kind: str, *, lane: str = MAIN) -> Callable[[JobFunction], JobFunction]:
    """Register the decorated `function(context: JobContext, **arguments) -> result` under `kind`, in one of LANES.

    The function must be idempotent: after a crash it is started again from the beginning.
    """

    def register(function: JobFunction) -> JobFunction:
        if kind in _functions:
            message = f"two functions want the job kind {kind}"
            raise ValueError(message)
        _functions[kind] = function
        _lanes[kind] = lane
        return function

    return register


def lane_of(kind: str) -> str:
    """Return the lane of a kind of work; MAIN for what is not registered (any more)."""
    return _lanes.get(kind, MAIN)


def list_kinds(*, lane: str) -> list[str]:
    """Return the kinds of work that are registered in a lane."""
    return sorted(kind for kind, its_lane in _lanes.items() if its_lane == lane)


def find_function(kind: str) -> "Callable[[JobContext], Any]":
    """Return the function of `kind`; UnknownJobKind when there is none."""
    try:
        return _functions[kind]
    except KeyError as error:
        raise UnknownJobKind(kind) from error
