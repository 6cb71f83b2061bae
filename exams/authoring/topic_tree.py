"""Use cases of the topic tree: place a topic, delete one with where its questions go; merging is beside it."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.errors import Conflict, InvalidInput
from exams.authoring.banks import MAXIMUM_DEPTH
from exams.authoring.topic_pointers import repoint
from exams.models import Bank, BlueprintRule, Topic


def depth_of(topic: Topic) -> int:
    """Return the level of a topic; 1 is the top."""
    return topic.path.count("/") - 1


def list_subtree(topic: Topic) -> list[Topic]:
    """Return the topics of a subtree, the top itself first."""
    return list(Topic.objects.filter(bank_id=topic.bank_id, path__startswith=topic.path).order_by("path"))


def renumber(rows: Sequence[Topic]) -> None:
    """Give siblings the positions of their order here."""
    for position, row in enumerate(rows):
        if row.position != position:
            Topic.objects.filter(pk=row.pk).update(position=position)


def lock_tree(*, bank_id: int) -> None:
    """Let one change of a bank's tree wait for another: paths are computed from what is read."""
    Bank.objects.select_for_update().get(pk=bank_id)


def place_topic(*, topic: Topic, parent: Topic | None, position: int, actor: Any) -> None:
    """Put a topic with all below it under another (None: at the top), at a place among its siblings, from 0.

    InvalidInput under itself, into another bank or below three levels; Conflict when a sibling has the name.
    """
    with transaction.atomic():
        lock_tree(bank_id=topic.bank_id)
        topic.refresh_from_db()
        if parent is not None:
            parent.refresh_from_db()
            if parent.bank_id != topic.bank_id:
                raise InvalidInput(_("This topic belongs to another bank."), field="parent")
            if parent.path.startswith(topic.path):
                raise InvalidInput(_("A topic cannot stand below itself."), field="parent")
        subtree = list_subtree(topic)
        height = max(depth_of(row) for row in subtree) - depth_of(topic) + 1
        if (depth_of(parent) if parent else 0) + height > MAXIMUM_DEPTH:
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
        renumber(siblings)


def remove_topic(*, topic: Topic, target: Topic | None, actor: Any) -> int:
    """Delete a topic with all below it; their questions go to the target, or to no topic. Returns how many moved.

    Conflict when a paper draws from one of them and there is no target; InvalidInput for a target below it.
    """
    with transaction.atomic():
        lock_tree(bank_id=topic.bank_id)
        topic.refresh_from_db()
        subtree = list_subtree(topic)
        if target is not None:
            target.refresh_from_db()
            if target.bank_id != topic.bank_id or target.path.startswith(topic.path):
                raise InvalidInput(_("Choose a topic that is not deleted with it."), field="into")
        elif BlueprintRule.objects.filter(topic__in=subtree).exists():
            raise Conflict(_("A paper draws questions from this topic. Choose where its questions go."))
        moved = sum(repoint(source=row, target=target) for row in subtree)
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
