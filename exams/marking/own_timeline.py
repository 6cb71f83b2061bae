"""What happened in an attempt, as its candidate is shown it: her own data, and nothing that is anybody else's."""

from collections.abc import Iterator
from dataclasses import replace

from exams.marking.timeline import TimelineLine, appeal_lines, late_lines, provided_lines, room_lines
from exams.models import Attempt

_OUTCOME = {"graded", "release"}
_REASONED = {"room_act"}
"""Acts whose words are notes of staff; a message is meant for her, and so is the reply to an appeal."""


def own_timeline(*, attempt: Attempt) -> list[TimelineLine]:
    """Return the lines of an attempt (with its exam) for its candidate, the earliest first: at most five statements.

    Names of staff, their reasons, the history of marks and the audit log are left out; what came of it is shown once
    it is released.
    """
    return sorted(_own_lines(attempt), key=lambda line: line.at)


def _own_lines(attempt: Attempt) -> Iterator[TimelineLine]:
    lines = [*room_lines(attempt), *late_lines(attempt), *appeal_lines(attempt), *provided_lines(attempt)]
    for line in lines:
        if line.kind in _OUTCOME and attempt.released_at is None:
            continue
        yield replace(line, who="", text="" if line.kind in _REASONED else line.text)
