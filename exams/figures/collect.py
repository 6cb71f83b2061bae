"""Reading what statistics are computed from: attempts and results in one pass each, kept as arrays of numbers."""

import json
from array import array
from collections.abc import Collection, MutableSequence, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import FloatField, TextField
from django.db.models.functions import Cast

from exams.domain.stored_parts import named_parts
from exams.domain.times import fair_seconds
from exams.figures.population import counted_attempts
from exams.models import ItemResult

CHUNK = 5_000
MAXIMUM_DIFFERENT = 2_000
"""Different answers of one version that are told apart; what comes later counts as something else."""


@dataclass(slots=True)
class Sitting:
    """The attempts of one exam that count, each at its place in every array."""

    places: dict[int, int] = field(default_factory=dict)
    users: MutableSequence[int] = field(default_factory=lambda: array("q"))
    scores: MutableSequence[float] = field(default_factory=lambda: array("d"))
    maxima: MutableSequence[float] = field(default_factory=lambda: array("d"))
    percents: MutableSequence[float] = field(default_factory=lambda: array("d"))
    seconds: MutableSequence[float] = field(default_factory=lambda: array("d"))
    passed: MutableSequence[int] = field(default_factory=lambda: array("b"))
    views: list[Sequence[int] | None] = field(default_factory=list)
    """Seconds that each question was in view, by slot from 1; None where it was not recorded."""
    newest_at: datetime | None = None

    def __len__(self) -> int:
        return len(self.users)


@dataclass(slots=True)
class Answers:
    """The results of one version: whose (place of the attempt), marks, out of, what was given (place in `different`),
    and how many seconds it was in view (0: never, or not recorded)."""

    question_id: int
    topic_id: int | None
    at: MutableSequence[int] = field(default_factory=lambda: array("l"))
    marks: MutableSequence[float] = field(default_factory=lambda: array("d"))
    maxima: MutableSequence[float] = field(default_factory=lambda: array("d"))
    given: MutableSequence[int] = field(default_factory=lambda: array("l"))
    seconds: MutableSequence[int] = field(default_factory=lambda: array("l"))
    different: list[list[dict[str, Any]]] = field(default_factory=list)
    _codes: dict[str, int] = field(default_factory=dict)

    def code(self, parts: str) -> int:
        """Return the number of a stored answer, the same for the same answer."""
        found = self._codes.get(parts)
        if found is None:
            if len(self.different) >= MAXIMUM_DIFFERENT:
                return 0
            found = self._codes[parts] = len(self.different)
            self.different.append(named_parts(json.loads(parts)) if parts else [])
        return found


def collect_sitting(*, exam_id: int, people: Collection[int] | None, counts_all: bool) -> Sitting:
    """Return the attempts of an exam that count, of some people or of everybody (None). One statement."""
    sitting = Sitting()
    rows = counted_attempts(exam_ids=[exam_id], counts_all=counts_all).order_by("pk")
    for pk, user_id, score, maximum, percent, passed, started_at, submitted_at, graded_at, seconds in rows.values_list(
        "pk",
        "user_id",
        Cast("score", FloatField()),
        Cast("maximum", FloatField()),
        Cast("percent", FloatField()),
        "passed",
        "started_at",
        "submitted_at",
        "graded_at",
        "question_seconds",
    ).iterator(chunk_size=CHUNK):
        if people is not None and user_id not in people:
            continue
        sitting.places[pk] = len(sitting.users)
        sitting.users.append(user_id)
        sitting.scores.append(score)
        sitting.maxima.append(maximum)
        sitting.percents.append(percent)
        sitting.passed.append(bool(passed))
        elapsed = (submitted_at - started_at).total_seconds() if submitted_at else 0.0
        sitting.seconds.append(elapsed)
        views = fair_seconds(seconds, slots=seconds.count(",") + 1, elapsed_seconds=elapsed)
        sitting.views.append(array("l", views) if views else None)
        if graded_at and (sitting.newest_at is None or graded_at > sitting.newest_at):
            sitting.newest_at = graded_at
    return sitting


def collect_answers(*, exam_id: int, sitting: Sitting) -> dict[int, Answers]:
    """Return the results of those attempts by version, dropped questions left out. One statement."""
    rows = ItemResult.objects.filter(exam_id=exam_id, mark__isnull=False, maximum__gt=0)
    found: dict[int, Answers] = {}
    places = sitting.places
    for attempt_id, slot, question_id, version_id, topic_id, mark, maximum, parts in rows.values_list(
        "attempt_id",
        "slot",
        "question_id",
        "version_id",
        "topic_id",
        Cast("mark", FloatField()),
        Cast("maximum", FloatField()),
        Cast("parts", TextField()),
    ).iterator(chunk_size=CHUNK):
        place = places.get(attempt_id)
        if place is None:
            continue
        answers = found.get(version_id)
        if answers is None:
            answers = found[version_id] = Answers(question_id, topic_id)
        answers.at.append(place)
        answers.marks.append(mark)
        answers.maxima.append(maximum)
        answers.given.append(answers.code(parts))
        views = sitting.views[place]
        answers.seconds.append(views[slot - 1] if views and slot <= len(views) else 0)
    return found


def rest_shares(answers: Answers, sitting: Sitting) -> list[float]:
    """Return the share that each attempt earned on all but this question."""
    shares = []
    for at, mark, maximum in zip(answers.at, answers.marks, answers.maxima, strict=True):
        possible = sitting.maxima[at] - maximum
        shares.append((sitting.scores[at] - mark) / possible if possible > 0 else 0.0)
    return shares


def chosen_options(answers: Answers, options: Collection[str]) -> Sequence[frozenset[str]]:
    """Return which of the options each attempt chose."""
    sets = [
        frozenset(str(part["id"]) for part in parts if part.get("given") and str(part.get("id")) in options)
        for parts in answers.different
    ]
    return [sets[code] for code in answers.given]
