"""Use cases of exports: questions of a bank as a file of any format that is written, with what it cannot carry."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, BinaryIO

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import override

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from edu.jobs.services import enqueue
from edu.notifications.services import notify
from exams.interchange.attachments import take_out
from exams.interchange.files import keep_file, remove_file
from exams.interchange.formats.base import ExportedRecord, Format, Remark
from exams.interchange.formats.registry import get_format, list_formats
from exams.interchange.remarks import kept
from exams.models import Bank, Question, QuestionExport, Topic
from exams.policies_authoring import list_editable_banks

PART = 200
MAXIMUM_LOSSES = 1_000
KEPT_DAYS = 7
"""How long a written file is kept."""
MAXIMUM_IDS = 5_000
Say = Callable[[int, str], None]


def writable_formats() -> list[Format]:
    """Return the formats that are written, in the order they are offered."""
    return [entry for entry in list_formats().values() if entry.write is not None]


def get_writable(name: str) -> Format:
    """Return a format by its name; InvalidInput when it is only read."""
    found = get_format(name)
    if found.write is None:
        message = _("This format is read and not written. Choose one of: %(names)s.")
        raise InvalidInput(message % {"names": ", ".join(entry.name for entry in writable_formats())}, field="format")
    return found


def list_selected(bank: Bank, selection: Mapping[str, Any]) -> QuerySet[Question]:
    """Return the questions of a selection: `ids` (public ids), or filter values topic, type, difficulty, status, tag,
    q. Retired ones come only when their status is asked for."""
    rows = Question.objects.filter(bank=bank)
    if ids := selection.get("ids"):
        return rows.filter(public_id__in=list(ids)[:MAXIMUM_IDS])
    for name in ("type", "difficulty", "status"):
        if selection.get(name):
            rows = rows.filter(**{name: selection[name]})
    if not selection.get("status"):
        rows = rows.exclude(status=Question.Status.RETIRED)
    if selection.get("topic"):
        topic = Topic.objects.filter(bank=bank, public_id=selection["topic"]).first()
        rows = rows.filter(topic__path__startswith=topic.path) if topic else rows.none()
    if tag := str(selection.get("tag") or "").strip():
        # SQLite keeps JSON lists as escaped text, PostgreSQL plain.
        rows = rows.annotate(tag_text=Cast("tags", TextField())).filter(
            Q(tag_text__contains=json.dumps(tag)) | Q(tag_text__contains=f'"{tag}"')
        )
    for word in str(selection.get("q") or "").split()[:8]:
        rows = rows.filter(Q(search_text__icontains=word) | Q(ref__iexact=word))
    return rows


def request_export(*, bank: Bank, actor: Any, format: str, selection: Mapping[str, Any]) -> QuestionExport:
    """Ask for a file; a job writes it. InvalidInput when the format is not written or nothing is selected."""
    get_writable(format)
    plain = {name: value if name == "ids" else str(value) for name, value in selection.items() if value}
    if not list_selected(bank, plain).exists():
        raise InvalidInput(_("No question fits. Choose others."))
    with transaction.atomic():
        row = QuestionExport.objects.create(bank=bank, owner=actor, format=format, selection=plain)
        row.job = enqueue(
            kind="exams.export", arguments={"export_id": row.pk}, owner_id=actor.pk, title=f"{bank.name} · {format}"
        )
        row.save(update_fields=["job"])
        record(
            actor=actor,
            action="bank.export",
            object_kind="bank",
            object_id=bank.public_id,
            object_label=bank.name,
            changes={"format": format},
            organization_id=bank.organization_id,
        )
    return row


def get_export(user: Any, public_id: object) -> QuestionExport:
    """Return an export that the person asked for, of a bank that she may still write in; NotFound otherwise."""
    row = (
        QuestionExport.objects.filter(public_id=public_id, owner=user, bank__in=list_editable_banks(user).values("pk"))
        .select_related("bank", "job")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such export."))
    return row


def topic_names(bank: Bank) -> dict[int, tuple[str, ...]]:
    """Return the path of names of every topic of a bank; one query."""
    topics = {topic.pk: topic for topic in Topic.objects.filter(bank=bank)}
    return {
        pk: tuple(topics[int(part)].name for part in topic.path.split("/") if part and int(part) in topics)
        for pk, topic in topics.items()
    }


def exported_records(
    bank: Bank, selection: Mapping[str, Any], found: list[Remark], say: Say | None = None
) -> Iterator[ExportedRecord]:
    """Yield the questions of a selection as they travel, in the order they were made; what is missing goes to
    `found`."""
    names = topic_names(bank)
    rows = list_selected(bank, selection).order_by("pk")
    total = rows.count() if say else 0
    last = number = 0
    while part := list(rows.filter(pk__gt=last)[:PART]):
        last = part[-1].pk
        for question in part:
            number += 1
            raw, attachments, problems = take_out(record_of_question(question, names))
            found += [Remark(row=number, field=remark.field, text=remark.text) for remark in problems]
            yield ExportedRecord(record=raw, attachments=attachments)
        if say:
            say(round(95 * number / max(1, total)), f"{number} / {total}")


def record_of_question(question: Question, names: Mapping[int, tuple[str, ...]]) -> dict[str, Any]:
    """Return a question as a record; empty parts are left out."""
    full = {
        "ref": question.ref,
        "type": question.type,
        "topic": list(names.get(question.topic_id or 0, ())),
        "difficulty": question.difficulty,
        "tags": list(question.tags),
        "marks": format(question.marks.normalize(), "f"),
        "language": question.language,
        "content": question.content,
        "key": question.key,
        "explanation": question.explanation,
        "source": question.source,
    }
    return {name: value for name, value in full.items() if value not in ("", [], None)}


def write_records(
    *, bank: Bank, format_: Format, selection: Mapping[str, Any], stream: BinaryIO, say: Say | None = None
) -> tuple[int, list[Remark]]:
    """Write the selected questions; return how many there were and what the format cannot carry."""
    found: list[Remark] = []
    count = 0

    def counted() -> Iterator[ExportedRecord]:
        nonlocal count
        for exported in exported_records(bank, selection, found, say):
            count += 1
            yield exported

    if format_.write is None:
        raise InvalidInput(f"{format_.name} is not written.")
    with override("en"):
        losses = format_.write(counted(), stream)
    return count, [*found, *losses]


def write_export(*, export_id: int, say: Say) -> dict[str, Any]:
    """Write the file of an export and tell who asked for it; harmless when it was written before."""
    row = QuestionExport.objects.select_related("bank", "owner").get(pk=export_id)
    address = f"/teach/exports/{row.public_id}/"
    if row.state == QuestionExport.State.READY:
        return {"url": address}
    format_ = get_writable(row.format)
    with tempfile.NamedTemporaryFile() as target:
        count, losses = write_records(bank=row.bank, format_=format_, selection=row.selection, stream=target, say=say)
        target.flush()
        target.seek(0)
        row.storage_name = keep_file(folder="exports", ending=format_.endings[0], content=File(target))
    with transaction.atomic():
        row.state, row.count, row.finished_at = QuestionExport.State.READY, count, now_utc()
        row.losses = kept(losses[:MAXIMUM_LOSSES], row=0, file="")
        row.loss_count = len(losses)
        row.save()
        if row.owner_id:
            notify(
                user_id=row.owner_id,
                kind="exams.export_finished",
                context={"bank": row.bank.name, "count": count, "losses": len(losses)},
                url=address,
                dedupe_key=f"exams.export:{row.pk}",
            )
    return {"url": address}


def remove_old_files() -> int:
    """Remove the files of exports that are older than KEPT_DAYS; their rows stay. Returns how many."""
    before = now_utc() - timedelta(days=KEPT_DAYS)
    old = list(QuestionExport.objects.filter(finished_at__lt=before).exclude(storage_name="")[:500])
    for row in old:
        remove_file(row.storage_name)
        QuestionExport.objects.filter(pk=row.pk).update(storage_name="")
    return len(old)
