"""Use cases of merging topics, and of taking a merge back.

Whatever points at a topic (POINTERS) follows it, and is written down a thousand rows at a time, so that it finds its
way home.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from exams.authoring.banks import MAXIMUM_DEPTH
from exams.authoring.topic_counts import shift_counts
from exams.authoring.topic_pointers import POINTERS, repoint
from exams.authoring.topic_tree import depth_of, list_subtree, lock_tree, renumber
from exams.models import Bank, Question, Topic, TopicMerge, TopicMergePart

AT_ONCE = 1_000


def _in_parts(ids: Iterable[int]) -> Iterator[list[int]]:
    part: list[int] = []
    for pk in ids:
        part.append(pk)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def merge_topics(*, source: Topic, target: Topic, actor: Any) -> TopicMerge:
    """Pour a topic into another: questions, rules, practice and results follow, topics below stand below the target or
    are merged with the one of the same name there. Returns the merge, which `undo_merge` takes back.

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
        merge = TopicMerge.objects.create(
            bank_id=source.bank_id,
            actor=actor,
            source_name=source.name,
            target_name=target.name,
            target_id=target.pk,
            created_at=now_utc(),
        )
        _pour(merge, source, target)
        merge.save(update_fields=["topics", "moved", "question_count"])
        _record(merge, "topic.merge", actor, questions=merge.question_count)
    return merge


def _record(merge: TopicMerge, action: str, actor: Any, **changes: Any) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="bank",
        object_id=merge.bank.public_id,
        object_label=merge.bank.name,
        changes={"topic": merge.source_name, "into": merge.target_name, **changes},
    )


def _pour(merge: TopicMerge, source: Topic, target: Topic) -> None:
    merge.topics.append(
        {
            "id": source.pk,
            "public_id": str(source.public_id),
            "name": source.name,
            "parent": source.parent_id,
            "position": source.position,
        }
    )
    merge.question_count += _follow(merge, source, target)
    there = {row.name: row for row in Topic.objects.filter(parent=target).exclude(pk=source.pk)}
    position = len(there)
    for child in Topic.objects.filter(parent=source).order_by("position", "id"):
        namesake = there.get(child.name)
        if namesake is not None:
            _pour(merge, child, namesake)
            continue
        subtree = list_subtree(child)
        if depth_of(target) + max(depth_of(row) for row in subtree) - depth_of(child) + 1 > MAXIMUM_DEPTH:
            raise Conflict(_("The topics below it would stand deeper than three levels. Move them first."))
        merge.moved.append({"id": child.pk, "parent": source.pk, "position": child.position, "now": target.pk})
        _hang(child, subtree, parent=target, position=position)
        position += 1
    Topic.objects.filter(pk=source.pk).delete()


def _hang(topic: Topic, subtree: list[Topic], *, parent: Topic, position: int) -> None:
    """Let a topic stand below another, with all below it."""
    former, path = topic.path, f"{parent.path}{topic.pk}/"
    Topic.objects.filter(pk=topic.pk).update(parent=parent, position=position)
    for row in subtree:
        Topic.objects.filter(pk=row.pk).update(path=path + row.path.removeprefix(former))


def _follow(merge: TopicMerge, source: Topic, target: Topic) -> int:
    """Let all that points at a topic point at another, and write down what did; returns how many questions moved."""
    for pointer in POINTERS:
        rows = pointer.rows.filter(topic_id=source.pk)
        ids = rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=AT_ONCE)
        TopicMergePart.objects.bulk_create(
            (
                TopicMergePart(merge=merge, kind=pointer.kind, former_id=source.pk, present_id=target.pk, row_ids=part)
                for part in _in_parts(ids)
            ),
            batch_size=50,
        )
    return repoint(source=source, target=target)


def list_merges(*, bank: Bank, limit: int = 10) -> list[TopicMerge]:
    """Return the newest merges of a bank with who did them; those that can be taken back say so by `undone_at`."""
    return list(TopicMerge.objects.filter(bank=bank).select_related("actor")[:limit])


def get_merge(*, bank: Bank, public_id: Any) -> TopicMerge:
    """Return a merge of the bank; NotFound otherwise."""
    merge = TopicMerge.objects.filter(bank=bank, public_id=public_id).select_related("bank").first()
    if merge is None:
        raise NotFound(_("There is no such merge."))
    return merge


def undo_merge(*, merge: TopicMerge, actor: Any) -> tuple[int, int]:
    """Take a merge back: the topics come again with their addresses, and what followed goes home to them.

    What somebody moved on meanwhile stays where it is. Returns how many questions went home, and how many stayed.
    Conflict when it was undone before, when the topic that took it in is gone, when the name was given away, or when
    the topics would stand too deep.
    """
    with transaction.atomic():
        lock_tree(bank_id=merge.bank_id)
        if not TopicMerge.objects.filter(pk=merge.pk, undone_at=None).update(undone_at=now_utc()):
            raise Conflict(_("This merge was undone already."))
        if not Topic.objects.filter(pk=merge.target_id, bank_id=merge.bank_id).exists():
            later = TopicMerge.objects.filter(bank_id=merge.bank_id, pk__gt=merge.pk, undone_at=None).first()
            if later is not None and any(row["id"] == merge.target_id for row in later.topics):
                text = _("Undo the later merge of “%(topic)s” into “%(into)s” first.")
                raise Conflict(text % {"topic": later.source_name, "into": later.target_name})
            raise Conflict(_("The topic that took it in is gone, so it cannot be undone."))
        _stand_again(merge)
        restored = _send_home(merge)
        merge.refresh_from_db()
        stayed = merge.question_count - restored
        _record(merge, "topic.merge_undo", actor, questions=restored, stayed=stayed)
    return restored, max(0, stayed)


def _stand_again(merge: TopicMerge) -> None:
    """Write the topics again where they stood, and hang those below them back."""
    for known in merge.topics:
        parent = Topic.objects.filter(pk=known["parent"], bank_id=merge.bank_id).first() if known["parent"] else None
        topic = Topic(
            pk=known["id"],
            public_id=known["public_id"],
            bank_id=merge.bank_id,
            parent=parent,
            name=known["name"],
            position=known["position"],
            path=f"{parent.path if parent else '/'}{known['id']}/",
        )
        try:
            with transaction.atomic():
                topic.save(force_insert=True)
        except IntegrityError as error:
            text = _("There is a topic named “%(topic)s” here again. Rename it first.")
            raise Conflict(text % {"topic": known["name"]}) from error
        siblings = Topic.objects.filter(bank_id=merge.bank_id, parent=parent).exclude(pk=topic.pk)
        ordered = list(siblings.order_by("position", "id"))
        ordered.insert(min(known["position"], len(ordered)), topic)
        renumber(ordered)
    for known in merge.moved:
        child = Topic.objects.filter(pk=known["id"], parent_id=known["now"]).first()
        if child is not None:
            home = Topic.objects.get(pk=known["parent"])
            _hang(child, list_subtree(child), parent=home, position=known["position"])
    top = Topic.objects.get(pk=merge.topics[0]["id"])
    if max(depth_of(row) for row in list_subtree(top)) > MAXIMUM_DEPTH:
        raise Conflict(_("The topics below it would stand deeper than three levels. Move them first."))


def _send_home(merge: TopicMerge) -> int:
    """Let what followed point at its former topic again where it still is; returns how many shown questions did."""
    by_kind = {pointer.kind: pointer for pointer in POINTERS}
    restored = 0
    for part in merge.parts.order_by("pk").iterator(chunk_size=20):
        pointer = by_kind[part.kind]
        rows = pointer.rows.filter(pk__in=part.row_ids, topic_id=part.present_id)
        if part.kind == "question":
            shown = Question.objects.filter(pk__in=part.row_ids, topic_id=part.present_id).count()
            shift_counts(taken=[part.present_id] * shown, given=[part.former_id] * shown)
            restored += shown
        rows.update(topic_id=part.former_id)
    merge.parts.all().delete()
    return restored
