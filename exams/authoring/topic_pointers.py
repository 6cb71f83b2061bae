"""What keeps a topic's id, and follows when the topic goes away."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F

from exams.models import BlueprintRule, ItemResult, PracticeSession, Question, QuestionChange, Topic


@dataclass(frozen=True)
class Pointer:
    """A kind of row that keeps the id of a topic in `topic_id`; `rows` finds all of them, those not yet shown too."""

    kind: str
    rows: models.Manager[Any]


POINTERS = (
    Pointer("question", Question.everything),
    Pointer("rule", BlueprintRule.objects),
    Pointer("session", PracticeSession.objects),
    Pointer("result", ItemResult.objects),
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
