"""Use case of taking back a change of a topic tree: a merge, a deletion, a move, another order, another name."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import Conflict
from exams.authoring.banks import MAXIMUM_DEPTH
from exams.authoring.topic_changes import (
    SET_KIND,
    audit_change,
    depth_of,
    hang,
    list_subtree,
    lock_tree,
    send_sets_home,
    take_place,
)
from exams.authoring.topic_counts import shift_counts
from exams.authoring.topic_pointers import POINTERS
from exams.models import Question, Topic, TopicChange

Kind = TopicChange.Kind


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What came of taking a change back: the topic that stands as before, the questions that went home with it, and
    those that somebody moved on or deleted meanwhile and that stay."""

    topic: Topic
    restored: int = 0
    stayed: int = 0


def undo_change(*, change: TopicChange, actor: Any) -> Undone:
    """Take a change of a bank's tree back: topics stand again where they stood, with their addresses, and what pointed
    at them points at them again.

    What somebody moved on meanwhile stays where it is. Conflict, with nothing changed, when it was undone before, when
    the topic it hung on is gone, when the topic was moved or renamed again, when its name was given away, or when the
    topics would stand too deep.
    """
    with transaction.atomic():
        lock_tree(bank_id=change.bank_id)
        if not TopicChange.objects.filter(pk=change.pk, undone_at=None).update(undone_at=now_utc()):
            raise Conflict(_("This was undone already."))
        change.refresh_from_db()
        if change.kind in {Kind.MERGE, Kind.DELETE}:
            undone = _undo_removal(change)
        else:
            undone = _undo_rename(change) if change.kind == Kind.RENAME else _undo_move(change)
        counts = {"questions": undone.restored, "stayed": undone.stayed}
        if change.kind == Kind.MERGE:
            audit_change(change, "topic.merge_undo", actor, into=change.target_name, **counts)
        elif change.kind == Kind.DELETE:
            audit_change(change, "topic.delete_undo", actor, **counts)
        elif change.kind == Kind.RENAME:
            audit_change(change, "topic.rename_undo", actor, name=change.target_name)
        elif change.kind == Kind.MOVE:
            audit_change(change, "topic.move_undo", actor, under=change.target_name)
    return undone


def _name_of(change: TopicChange) -> str:
    """Return a later change as it is called in an error."""
    words = {
        Kind.MERGE: _("the merge of “%(topic)s” into “%(into)s”"),
        Kind.DELETE: _("the deletion of “%(topic)s”"),
        Kind.MOVE: _("the move of “%(topic)s”"),
        Kind.ORDER: _("the move of “%(topic)s”"),
        Kind.RENAME: _("the renaming of “%(topic)s” to “%(into)s”"),
    }
    return words[Kind(change.kind)] % {"topic": change.source_name, "into": change.target_name}


def _later(change: TopicChange, topic_id: int, kinds: set[Kind]) -> TopicChange | None:
    """Return the newest standing change since that is about a topic."""
    rows = TopicChange.objects.filter(bank_id=change.bank_id, pk__gt=change.pk, undone_at=None, kind__in=kinds)
    return next((row for row in rows if any(known["id"] == topic_id for known in row.topics)), None)


def _refuse(change: TopicChange, topic_id: int, kinds: set[Kind], otherwise: str) -> Conflict:
    """Return the error for a change that others came after: which of them to take back first, where that is known."""
    later = _later(change, topic_id, kinds)
    return Conflict(_("First undo %(change)s.") % {"change": _name_of(later)} if later else otherwise)


def _find(change: TopicChange, topic_id: int, otherwise: str) -> Topic:
    """Return a topic that has to be there; Conflict when it was merged or deleted since."""
    topic = Topic.objects.filter(pk=topic_id, bank_id=change.bank_id).first()
    if topic is None:
        raise _refuse(change, topic_id, {Kind.MERGE, Kind.DELETE}, otherwise)
    return topic


def _parent_of(change: TopicChange, known: dict[str, Any]) -> Topic | None:
    gone = _("The topic it stood under is gone, so it cannot be undone.")
    return _find(change, known["parent"], gone) if known["parent"] else None


def _taken(name: str) -> Conflict:
    return Conflict(_("There is a topic named “%(topic)s” here again. Rename it first.") % {"topic": name})


def _check_depth(topic: Topic) -> None:
    if max(depth_of(row) for row in list_subtree(topic)) > MAXIMUM_DEPTH:
        raise Conflict(_("The topics below it would stand deeper than three levels. Move them first."))


def _undo_removal(change: TopicChange) -> Undone:
    """Let topics that were merged or deleted stand again, and send home what followed."""
    if change.target_id is not None:
        _find(change, change.target_id, _("The topic that took it in is gone, so it cannot be undone."))
    for known in change.topics:
        _stand_again(change, known)
    for known in change.moved:
        child = Topic.objects.filter(pk=known["id"], parent_id=known["now"]).first()
        if child is not None:
            home = Topic.objects.get(pk=known["parent"])
            hang(child, list_subtree(child), parent=home, position=known["position"])
            child.refresh_from_db()
            take_place(child, known)
    top = Topic.objects.get(pk=change.topics[0]["id"])
    _check_depth(top)
    restored = _send_home(change)
    return Undone(topic=top, restored=restored, stayed=max(0, change.question_count - restored))


def _stand_again(change: TopicChange, known: dict[str, Any]) -> None:
    """Write a topic again where it stood."""
    parent = _parent_of(change, known)
    topic = Topic(
        pk=known["id"],
        public_id=known["public_id"],
        bank_id=change.bank_id,
        parent=parent,
        name=known["name"],
        position=known["position"],
        path=f"{parent.path if parent else '/'}{known['id']}/",
    )
    try:
        with transaction.atomic():
            topic.save(force_insert=True)
    except IntegrityError as error:
        raise _taken(known["name"]) from error
    take_place(topic, known)


def _send_home(change: TopicChange) -> int:
    """Let what followed point at its former topic again where it still is; returns how many shown questions did."""
    by_kind = {pointer.kind: pointer for pointer in POINTERS}
    restored = 0
    for part in change.parts.order_by("pk").iterator(chunk_size=20):
        if part.kind == SET_KIND:
            send_sets_home(part)
            continue
        rows = by_kind[part.kind].among(part.row_ids).filter(topic_id=part.present_id)
        if part.kind == "question":
            shown = Question.objects.filter(pk__in=part.row_ids, topic_id=part.present_id).count()
            shift_counts(taken=[part.present_id] * shown, given=[part.former_id] * shown)
            restored += shown
        rows.update(topic_id=part.former_id)
    change.parts.all().delete()
    return restored


def _undo_move(change: TopicChange) -> Undone:
    """Put a topic back under its former parent, at its former place."""
    known = change.topics[0]
    topic = _find(change, known["id"], _("The topic is gone, so it cannot be undone."))
    if topic.parent_id != change.target_id:
        raise _refuse(change, topic.pk, {Kind.MOVE}, _("The topic was moved again since."))
    parent = _parent_of(change, known)
    if topic.parent_id != known["parent"]:
        if parent is not None and parent.path.startswith(topic.path):
            raise _refuse(
                change, parent.pk, {Kind.MOVE}, _("The topic it stood under stands below it now. Move that first.")
            )
        try:
            with transaction.atomic():
                hang(topic, list_subtree(topic), parent=parent, position=known["position"])
        except IntegrityError as error:
            raise _taken(topic.name) from error
        topic.refresh_from_db()
        _check_depth(topic)
    take_place(topic, known)
    return Undone(topic=topic)


def _undo_rename(change: TopicChange) -> Undone:
    """Give a topic its former name."""
    known = change.topics[0]
    topic = _find(change, known["id"], _("The topic is gone, so it cannot be undone."))
    if topic.name != change.target_name:
        raise _refuse(change, topic.pk, {Kind.RENAME}, _("The topic was renamed again since."))
    topic.name = known["name"]
    try:
        with transaction.atomic():
            topic.save(update_fields=["name"])
    except IntegrityError as error:
        raise _taken(known["name"]) from error
    return Undone(topic=topic)
