"""Which function does a kind of job. Rooms register theirs in background.py, which is imported at start."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edu.jobs.run import JobContext

JobFunction = Callable[..., dict[str, Any] | None]
_functions: dict[str, JobFunction] = {}


class UnknownJobKind(Exception):
    """No function is registered under this kind."""


def job(kind: str) -> Callable[[JobFunction], JobFunction]:
    """Register the decorated `function(context: JobContext, **arguments) -> result` under `kind`.

    The function must be idempotent: after a crash it is started again from the beginning.
    """

    def register(function: JobFunction) -> JobFunction:
        if kind in _functions:
            message = f"two functions want the job kind {kind}"
            raise ValueError(message)
        _functions[kind] = function
        return function

    return register


def find_function(kind: str) -> "Callable[[JobContext], Any]":
    """Return the function of `kind`; UnknownJobKind when there is none."""
    try:
        return _functions[kind]
    except KeyError as error:
        raise UnknownJobKind(kind) from error
