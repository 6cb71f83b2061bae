"""Use case of merging topics.

Whatever points at a topic (POINTERS) follows it, and is written down, so that it finds its way home (`topic_undo`).
"""

from typing import Any

from django.db import transaction
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
    repoint_sets,
)
from exams.authoring.topic_pointers import repoint
from exams.models import Topic, TopicChange


def merge_topics(*, source: Topic, target: Topic, actor: Any) -> TopicChange:
    """Pour a topic into another: questions, rules, practice and results follow, topics below stand below the target or
    are merged with the one of the same name there. Returns the merge, which `undo_change` takes back.

    InvalidInput into itself, below itself or another bank; Conflict when the topics below would stand too deep.
    """
    with transaction.atomic():
        lock_tree(bank_id=source.bank_id)
        source.refresh_from_db()
        target.refresh_from_db()
        if source.bank_id != target.bank_id:
            raise InvalidInput(_("This topic belongs to another bank."), field="into")
        if target.path.startswith(source.path):
            raise InvalidInput(_("A topic cannot be merged into itself or into one below it."), field="into")
        merge = note_change(kind=TopicChange.Kind.MERGE, topic=source, target=target, actor=actor)
        _pour(merge, source, target, place_of(source))
        merge.save(update_fields=["topics", "moved", "question_count"])
        audit_change(merge, "topic.merge", actor, into=merge.target_name, questions=merge.question_count)
    return merge


def _pour(merge: TopicChange, source: Topic, target: Topic, place: dict[str, Any]) -> None:
    """Let all of a topic, which stood at a place, follow into another, and delete it."""
    merge.topics.append(place)
    note_followers(merge, source, target)
    repoint_sets(merge, source, target)
    merge.question_count += repoint(source=source, target=target)
    there = {row.name: row for row in Topic.objects.filter(parent=target).exclude(pk=source.pk)}
    position = len(there)
    children = list_siblings(bank_id=source.bank_id, parent_id=source.pk)
    for child, known in zip(children, [place_of(child) for child in children], strict=True):
        namesake = there.get(child.name)
        if namesake is not None:
            _pour(merge, child, namesake, known)
            continue
        subtree = list_subtree(child)
        if depth_of(target) + max(depth_of(row) for row in subtree) - depth_of(child) + 1 > MAXIMUM_DEPTH:
            raise Conflict(_("The topics below it would stand deeper than three levels. Move them first."))
        merge.moved.append(known | {"now": target.pk})
        hang(child, subtree, parent=target, position=position)
        position += 1
    Topic.objects.filter(pk=source.pk).delete()
