"""What a change of a topic tree is remembered by, so that it can be taken back: where the topics stood, and what
pointed at them. Callers: the use cases of the tree, of merging and of undoing."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.authoring.topic_pointers import POINTERS
from exams.models import Bank, PracticeSet, Topic, TopicChange, TopicChangePart

AT_ONCE = 1_000
LISTED = 10


def depth_of(topic: Topic) -> int:
    """Return the level of a topic; 1 is the top."""
    return topic.path.count("/") - 1


def list_subtree(topic: Topic) -> list[Topic]:
    """Return the topics of a subtree, the top itself first."""
    return list(Topic.objects.filter(bank_id=topic.bank_id, path__startswith=topic.path).order_by("path"))


def list_siblings(*, bank_id: int, parent_id: int | None) -> list[Topic]:
    """Return the topics directly under another (None: at the top) in their order."""
    return list(Topic.objects.filter(bank_id=bank_id, parent_id=parent_id).order_by("position", "id"))


def renumber(rows: Sequence[Topic]) -> None:
    """Give siblings the positions of their order here."""
    for position, row in enumerate(rows):
        if row.position != position:
            Topic.objects.filter(pk=row.pk).update(position=position)


def lock_tree(*, bank_id: int) -> None:
    """Let one change of a bank's tree wait for another: paths are computed from what is read."""
    Bank.objects.select_for_update().get(pk=bank_id)


def place_of(topic: Topic) -> dict[str, Any]:
    """Return how a topic stands: its name, its parent and its siblings before it, so that it finds its place again."""
    rows = list_siblings(bank_id=topic.bank_id, parent_id=topic.parent_id)
    ids = [row.pk for row in rows]
    return {
        "id": topic.pk,
        "public_id": str(topic.public_id),
        "name": topic.name,
        "parent": topic.parent_id,
        "position": topic.position,
        "before": ids[: ids.index(topic.pk)],
    }


def take_place(topic: Topic, known: dict[str, Any]) -> None:
    """Put a topic behind the nearest of the siblings that stood before it; the first of all where none is left."""
    rows = [row for row in list_siblings(bank_id=topic.bank_id, parent_id=topic.parent_id) if row.pk != topic.pk]
    ids = [row.pk for row in rows]
    if "before" in known:
        at = next((ids.index(pk) + 1 for pk in reversed(known["before"]) if pk in ids), 0)
    else:
        at = min(int(known["position"]), len(rows))
    rows.insert(at, topic)
    topic.position = -1
    renumber(rows)


def hang(topic: Topic, subtree: Sequence[Topic], *, parent: Topic | None, position: int) -> None:
    """Let a topic stand below another (None: at the top), with all below it."""
    former, path = topic.path, f"{parent.path if parent else '/'}{topic.pk}/"
    Topic.objects.filter(pk=topic.pk).update(parent=parent, position=position)
    for row in subtree:
        Topic.objects.filter(pk=row.pk).update(path=path + row.path.removeprefix(former))


def note_change(
    *, kind: str, topic: Topic, actor: Any, target: Topic | None = None, target_name: str = ""
) -> TopicChange:
    """Remember a change before it is done; `target` is the topic that takes it in or stands above it afterwards."""
    return TopicChange.objects.create(
        kind=kind,
        bank_id=topic.bank_id,
        actor=actor,
        source_name=topic.name,
        target_name=target.name if target else target_name,
        target_id=target.pk if target else None,
        topics=[] if kind == TopicChange.Kind.MERGE else [place_of(topic)],
        created_at=now_utc(),
    )


def audit_change(change: TopicChange, action: str, actor: Any, **changes: Any) -> None:
    """Write a change, or its undoing, into the audit log of its bank."""
    record(
        actor=actor,
        action=action,
        object_kind="bank",
        object_id=change.bank.public_id,
        object_label=change.bank.name,
        changes={"topic": change.source_name, **changes},
    )


def _in_parts(ids: Iterable[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    for pk in ids:
        part.append(pk)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def note_followers(change: TopicChange, source: Topic, target: Topic | None) -> None:
    """Write down, a thousand rows at a time, what points at a topic and is going to point at another, or at none."""
    for pointer in POINTERS:
        rows = pointer.rows.filter(topic_id=source.pk)
        ids = rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=AT_ONCE)
        TopicChangePart.objects.bulk_create(
            (
                TopicChangePart(
                    change=change,
                    kind=pointer.kind,
                    former_id=source.pk,
                    present_id=target.pk if target else None,
                    row_ids=part,
                )
                for part in _in_parts(ids)
            ),
            batch_size=50,
        )


SET_KIND = "set"
"""What a part of a change calls living practice sets: they name a topic in their filter and by no column."""


def repoint_sets(change: TopicChange, source: Topic, target: Topic) -> None:
    """Let living practice sets of a topic follow it into another, and write them down."""
    ids = _rename_in_sets(source.bank_id, str(source.public_id), str(target.public_id))
    if ids:
        TopicChangePart.objects.create(
            change=change, kind=SET_KIND, former_id=source.pk, present_id=target.pk, row_ids=ids
        )


def send_sets_home(part: TopicChangePart, /) -> None:
    """Let living practice sets that followed name their former topic again, where nobody chose another since."""
    topics = Topic.objects.only("id", "public_id", "bank_id").in_bulk([part.former_id, part.present_id])
    former, present = topics.get(part.former_id), topics.get(part.present_id)
    if former is not None and present is not None:
        _rename_in_sets(former.bank_id, str(present.public_id), str(former.public_id), among=part.row_ids)


def _rename_in_sets(bank_id: int, old: str, new: str, *, among: Sequence[int] | None = None) -> list[int]:
    rows = PracticeSet.objects.filter(bank_id=bank_id, kind=PracticeSet.Kind.LIVING, filters__topic=old)
    if among is not None:
        rows = rows.filter(pk__in=among)
    found = list(rows.only("id", "filters"))
    for row in found:
        row.filters = {**row.filters, "topic": new}
    PracticeSet.objects.bulk_update(found, ["filters"])
    return [row.pk for row in found]


def list_changes(*, bank: Bank, limit: int = LISTED) -> list[TopicChange]:
    """Return the newest changes of a bank's tree with who did them, without those of the mere order; `undone_at` says
    which cannot be taken back any more."""
    rows = TopicChange.objects.filter(bank=bank).exclude(kind=TopicChange.Kind.ORDER)
    return list(rows.select_related("actor")[:limit])


def get_change(*, bank: Bank, public_id: Any) -> TopicChange:
    """Return a change of the bank's tree; NotFound otherwise."""
    change = TopicChange.objects.filter(bank=bank, public_id=public_id).select_related("bank").first()
    if change is None:
        raise NotFound(_("There is no such change."))
    return change
