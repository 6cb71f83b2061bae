"""What keeps a topic's id, and follows when the topic goes away."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet

from exams.models import BlueprintRule, ItemResult, PracticeSession, Question, QuestionChange, Topic


def _by_id(keys: Iterable[Any], /) -> Q:
    return Q(pk__in=list(keys))


def _by_slot(keys: Iterable[tuple[int, int]], /) -> Q:
    """Return which results have these keys, attempt and slot: papers have few slots, and so has the condition."""
    attempts = defaultdict(list)
    for attempt_id, slot in keys:
        attempts[slot].append(attempt_id)
    return Q(*(Q(slot=slot, attempt_id__in=ids) for slot, ids in attempts.items()), _connector=Q.OR)


@dataclass(frozen=True)
class Pointer:
    """A kind of row that keeps the id of a topic in `topic_id`; `rows` finds all of them, those not yet shown too."""

    kind: str
    rows: models.Manager[Any]
    condition: Callable[[Iterable[Any]], Q] = _by_id

    def among(self, keys: Collection[Any]) -> QuerySet[Any]:
        """Return the rows with these keys."""
        return self.rows.filter(self.condition(keys)) if keys else self.rows.none()


POINTERS = (
    Pointer("question", Question.everything),
    Pointer("rule", BlueprintRule.objects),
    Pointer("session", PracticeSession.objects),
    Pointer("result", ItemResult.objects, _by_slot),
    Pointer("change", QuestionChange.objects),
)
"""All that keeps the id of a topic; a test holds it against the models."""


def repoint(*, source: Topic, target: Topic | None) -> int:
    """Let everything that points at a topic point at another, or at none; returns how many shown questions moved."""
    shown = Question.objects.filter(topic=source).count()
    for pointer in POINTERS:
        pointer.rows.filter(topic_id=source.pk).update(topic_id=target.pk if target else None)
    if target is not None:
        Topic.objects.filter(pk=target.pk).update(question_count=F("question_count") + shown)
    return shown
