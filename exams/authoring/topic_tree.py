"""Use cases of the topic tree: rename, place and order a topic, delete one with where its questions go; merging and
undoing are beside it. Each returns the change, which `undo_change` takes back."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, InvalidInput
from exams.authoring.banks import MAXIMUM_DEPTH
from exams.authoring.topic_changes import (
    audit_change,
    depth_of,
    hang,
    list_siblings,
    list_subtree,
    lock_tree,
    note_change,
    note_followers,
    place_of,
    renumber,
    repoint_sets,
)
from exams.authoring.topic_pointers import repoint
from exams.models import BlueprintRule, Question, Topic, TopicChange

Kind = TopicChange.Kind


def rename_topic(*, topic: Topic, name: str, actor: Any) -> TopicChange | None:
    """Give a topic another name; None when it has it already. InvalidInput when empty or too long, Conflict when a
    sibling has it."""
    name = name.strip()
    if not name:
        raise InvalidInput(_("Give the topic a name."), field="name")
    if len(name) > 120:
        raise InvalidInput(_("A topic name has at most 120 characters."), field="name")
    with transaction.atomic():
        lock_tree(bank_id=topic.bank_id)
        topic.refresh_from_db()
        if topic.name == name:
            return None
        siblings = Topic.objects.filter(bank_id=topic.bank_id, parent_id=topic.parent_id, name=name)
        if siblings.exclude(pk=topic.pk).exists():
            raise Conflict(_("There is already a topic with this name here."), field="name")
        change = note_change(kind=Kind.RENAME, topic=topic, actor=actor, target_name=name)
        topic.name = name
        topic.save(update_fields=["name"])
        audit_change(change, "topic.rename", actor, name=name)
    return change


def place_topic(*, topic: Topic, parent: Topic | None, position: int, actor: Any) -> TopicChange | None:
    """Put a topic with all below it under another (None: at the top), at a place among its siblings, from 0.

    Returns None when it stands there already. InvalidInput under itself, into another bank or below three levels;
    Conflict when a sibling has the name.
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
        parent_id = parent.pk if parent else None
        before = list_siblings(bank_id=topic.bank_id, parent_id=parent_id)
        siblings = [row for row in before if row.pk != topic.pk]
        siblings.insert(max(0, min(position, len(siblings))), topic)
        is_moved = topic.parent_id != parent_id
        if not is_moved and [row.pk for row in siblings] == [row.pk for row in before]:
            return None
        kind = Kind.MOVE if is_moved else Kind.ORDER
        change = note_change(kind=kind, topic=topic, target=parent, actor=actor)
        if is_moved:
            try:
                with transaction.atomic():
                    hang(topic, subtree, parent=parent, position=0)
            except IntegrityError as error:
                raise Conflict(_("There is already a topic with this name here."), field="name") from error
            audit_change(change, "topic.move", actor, under=change.target_name)
        topic.position = -1
        renumber(siblings)
        topic.refresh_from_db()
    return change


def move_topic(*, topic: Topic, step: int, actor: Any) -> TopicChange | None:
    """Move a topic up (-1) or down (1) among its siblings; at the edge nothing happens and None comes back."""
    rows = list_siblings(bank_id=topic.bank_id, parent_id=topic.parent_id)
    place = next(index for index, row in enumerate(rows) if row.pk == topic.pk) + step
    if not 0 <= place < len(rows):
        return None
    return place_topic(topic=topic, parent=topic.parent, position=place, actor=actor)


def remove_topic(*, topic: Topic, target: Topic | None, actor: Any, only_empty: bool = False) -> TopicChange:
    """Delete a topic with all below it; their questions go to the target, or to no topic. The change returned says by
    `question_count` how many moved.

    Conflict when a paper draws from one of them and there is no target, or, with `only_empty`, while it holds topics
    or questions; InvalidInput for a target below it.
    """
    with transaction.atomic():
        lock_tree(bank_id=topic.bank_id)
        topic.refresh_from_db()
        subtree = list_subtree(topic)
        if only_empty and (len(subtree) > 1 or Question.objects.filter(topic=topic).exists()):
            raise Conflict(_("This topic still holds questions or topics. Move them first."))
        if target is not None:
            target.refresh_from_db()
            if target.bank_id != topic.bank_id or target.path.startswith(topic.path):
                raise InvalidInput(_("Choose a topic that is not deleted with it."), field="into")
        elif BlueprintRule.objects.filter(topic__in=subtree).exists():
            raise Conflict(_("A paper draws questions from this topic. Choose where its questions go."))
        change = note_change(kind=Kind.DELETE, topic=topic, target=target, actor=actor)
        change.topics = [
            place_of(row) for row in sorted(subtree, key=lambda row: (depth_of(row), row.position, row.pk))
        ]
        for row in subtree:
            note_followers(change, row, target)
            if target is not None:
                repoint_sets(change, row, target)
            change.question_count += repoint(source=row, target=target)
        change.save(update_fields=["topics", "question_count"])
        Topic.objects.filter(pk__in=[row.pk for row in subtree]).delete()
        audit_change(change, "topic.delete", actor, questions=change.question_count, into=change.target_name)
    return change
