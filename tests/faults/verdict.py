"""What a run came to: was every acknowledged answer graded, once, with the right mark?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.faults.candidate import Record

MARKS = 2.0


@dataclass(kw_only=True)
class Tally:
    """Counts over runs; `lost`, `double_submissions` and `wrong_marks` must be 0."""

    runs: int = 0
    acknowledged: int = 0
    graded: int = 0
    lost: int = 0
    double_submissions: int = 0
    wrong_marks: int = 0
    kept_late: int = 0

    def add(self, other: "Tally") -> None:
        """Add another tally to this one."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the site holds of an attempt after everything: the answers, the marks by slot, how often it was handed in,
    how many attempts and result rows there are, and what is kept in quarantine.
    """

    state: str
    responses: Mapping[str, Any]
    marks: Mapping[str, float]
    score: float | None
    submissions: int
    attempts: int
    result_rows: int
    late: Sequence[Mapping[str, Any]] = field(default_factory=list)


def judge(record: Record, outcome: Outcome, *, key: Mapping[str, Any]) -> Tally:
    """Return the tally of one run. `key` holds the right response by slot; each question is worth MARKS.

    An acknowledged answer counts as graded where the graded one is it, or one that the candidate sent after it (whose
    acknowledgement may have been lost on the way). What was handed in with the submission counts like it, and may be
    kept in quarantine where time was up. What a page called saved at the end has to be graded just so. Marks are
    computed here anew from the graded answers.
    """
    tally = Tally(runs=1)
    for slot, (place, response) in _last_acknowledged(record).items():
        tally.acknowledged += 1
        later = [sent[slot] for epoch, seq, sent in record.sent if (epoch, seq) > place and slot in sent]
        if outcome.state == "graded" and outcome.responses.get(slot) in [response, *later]:
            tally.graded += 1
        else:
            tally.lost += 1
    for batch in record.quarantined:
        for slot, response in batch.items():
            held = any(late.get(slot) == response for late in outcome.late)
            tally.kept_late += held
            tally.lost += not held
            tally.acknowledged += 1
            tally.graded += held
    for epoch, seq, batch in record.handed_in:
        for slot, response in batch.items():
            later = [sent[slot] for at, number, sent in record.sent if (at, number) > (epoch, seq) and slot in sent]
            held = any(late.get(slot) == response for late in outcome.late)
            is_graded = outcome.responses.get(slot) in [response, *later]
            tally.acknowledged += 1
            tally.graded += is_graded or held
            tally.kept_late += held and not is_graded
            tally.lost += not (is_graded or held)
    tally.lost += sum(outcome.responses.get(slot) != response for slot, response in record.shown.items())
    tally.double_submissions = (
        (outcome.submissions != 1) + (outcome.attempts != 1) + (outcome.result_rows != len(outcome.marks))
    )
    for slot, right in key.items():
        expected = MARKS if outcome.responses.get(slot) == right else 0.0
        tally.wrong_marks += outcome.marks.get(slot) != expected
    tally.wrong_marks += outcome.score != sum(outcome.marks.values())
    return tally


def _last_acknowledged(record: Record) -> dict[str, tuple[tuple[int, int], Any]]:
    """Return by slot the acknowledged response of the highest epoch and seq, and its place."""
    found: dict[str, tuple[tuple[int, int], Any]] = {}
    for epoch, seq, batch in sorted(record.acknowledged, key=lambda entry: entry[:2]):
        for slot, response in batch.items():
            found[slot] = ((epoch, seq), response)
    return found
