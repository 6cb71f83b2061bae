"""Use cases of the topic tree: place a topic, merge two, delete one with where its questions go.

Whatever points at a topic (questions, blueprint rules, practice, results) follows it.
"""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.errors import Conflict, InvalidInput
from exams.authoring.banks import MAXIMUM_DEPTH
from exams.models import Bank, BlueprintRule, ItemResult, PracticeSession, Question, Topic


def _depth(topic: Topic) -> int:
    return topic.path.count("/") - 1


def _below(topic: Topic) -> list[Topic]:
    """Return the topics of a subtree, the top itself first."""
    return list(Topic.objects.filter(bank_id=topic.bank_id, path__startswith=topic.path).order_by("path"))


def _renumber(rows: Sequence[Topic]) -> None:
    for position, row in enumerate(rows):
        if row.position != position:
            Topic.objects.filter(pk=row.pk).update(position=position)


def _lock(bank_id: int) -> None:
    """Let one change of a bank's tree wait for another: paths are computed from what is read."""
    Bank.objects.select_for_update().get(pk=bank_id)


def place_topic(*, topic: Topic, parent: Topic | None, position: int, actor: Any) -> None:
    """Put a topic with all below it under another (None: at the top), at a place among its siblings, from 0.

    InvalidInput under itself, into another bank or below three levels; Conflict when a sibling has the name.
    """
    with transaction.atomic():
        _lock(topic.bank_id)
        topic.refresh_from_db()
        if parent is not None:
            parent.refresh_from_db()
            if parent.bank_id != topic.bank_id:
                raise InvalidInput(_("This topic belongs to another bank."), field="parent")
            if parent.path.startswith(topic.path):
                raise InvalidInput(_("A topic cannot stand below itself."), field="parent")
        subtree = _below(topic)
        height = max(_depth(row) for row in subtree) - _depth(topic) + 1
        if (_depth(parent) if parent else 0) + height > MAXIMUM_DEPTH:
            raise InvalidInput(_("A topic path has at most three levels."), field="parent")
        former = topic.path
        path = f"{parent.path if parent else '/'}{topic.pk}/"
        if topic.parent_id != (parent.pk if parent else None):
            try:
                with transaction.atomic():
                    Topic.objects.filter(pk=topic.pk).update(parent=parent)
            except IntegrityError as error:
                raise Conflict(_("There is already a topic with this name here."), field="name") from error
            for row in subtree:
                Topic.objects.filter(pk=row.pk).update(path=path + row.path.removeprefix(former))
            record(
                actor=actor,
                action="topic.move",
                object_kind="bank",
                object_id=topic.bank.public_id,
                object_label=topic.bank.name,
                changes={"topic": topic.name, "under": parent.name if parent else ""},
            )
        siblings = list(
            Topic.objects.filter(bank_id=topic.bank_id, parent=parent).exclude(pk=topic.pk).order_by("position", "id")
        )
        siblings.insert(max(0, min(position, len(siblings))), topic)
        topic.position = -1
        _renumber(siblings)


def _repoint(source: Topic, target: Topic | None) -> int:
    """Let everything that points at a topic point at another; returns how many questions moved."""
    moved = Question.objects.filter(topic=source).update(topic=target)
    if target is not None:
        Topic.objects.filter(pk=target.pk).update(question_count=F("question_count") + moved)
        BlueprintRule.objects.filter(topic=source).update(topic=target)
    PracticeSession.objects.filter(topic=source).update(topic=target)
    ItemResult.objects.filter(topic_id=source.pk).update(topic_id=target.pk if target else None)
    return moved


def merge_topics(*, source: Topic, target: Topic, actor: Any) -> int:
    """Pour a topic into another: questions, rules, practice and results follow, topics below stand below the target or
    are merged with the one of the same name there. Returns how many questions moved.

    InvalidInput into itself, below itself or another bank; Conflict when the topics below would stand too deep.
    """
    with transaction.atomic():
        _lock(source.bank_id)
        source.refresh_from_db()
        target.refresh_from_db()
        if source.bank_id != target.bank_id:
            raise InvalidInput(_("This topic belongs to another bank."), field="into")
        if target.path.startswith(source.path):
            raise InvalidInput(_("A topic cannot be merged into itself or into one below it."), field="into")
        moved = _pour(source, target)
        record(
            actor=actor,
            action="topic.merge",
            object_kind="bank",
            object_id=source.bank.public_id,
            object_label=source.bank.name,
            changes={"topic": source.name, "into": target.name, "questions": moved},
        )
    return moved


def _pour(source: Topic, target: Topic) -> int:
    moved = _repoint(source, target)
    there = {row.name: row for row in Topic.objects.filter(parent=target).exclude(pk=source.pk)}
    position = len(there)
    for child in Topic.objects.filter(parent=source).order_by("position", "id"):
        namesake = there.get(child.name)
        if namesake is not None:
            moved += _pour(child, namesake)
            continue
        subtree = _below(child)
        if _depth(target) + max(_depth(row) for row in subtree) - _depth(child) + 1 > MAXIMUM_DEPTH:
            raise Conflict(_("The topics below it would stand deeper than three levels. Move them first."))
        former, path = child.path, f"{target.path}{child.pk}/"
        Topic.objects.filter(pk=child.pk).update(parent=target, position=position)
        for row in subtree:
            Topic.objects.filter(pk=row.pk).update(path=path + row.path.removeprefix(former))
        position += 1
    Topic.objects.filter(pk=source.pk).delete()
    return moved


def remove_topic(*, topic: Topic, target: Topic | None, actor: Any) -> int:
    """Delete a topic with all below it; their questions go to the target, or to no topic. Returns how many moved.

    Conflict when a paper draws from one of them and there is no target; InvalidInput for a target below it.
    """
    with transaction.atomic():
        _lock(topic.bank_id)
        topic.refresh_from_db()
        subtree = _below(topic)
        if target is not None:
            target.refresh_from_db()
            if target.bank_id != topic.bank_id or target.path.startswith(topic.path):
                raise InvalidInput(_("Choose a topic that is not deleted with it."), field="into")
        elif BlueprintRule.objects.filter(topic__in=subtree).exists():
            raise Conflict(_("A paper draws questions from this topic. Choose where its questions go."))
        moved = sum(_repoint(row, target) for row in subtree)
        Topic.objects.filter(pk__in=[row.pk for row in subtree]).delete()
        record(
            actor=actor,
            action="topic.delete",
            object_kind="bank",
            object_id=topic.bank.public_id,
            object_label=topic.bank.name,
            changes={"topic": topic.name, "questions": moved, "into": target.name if target else ""},
        )
    return moved
