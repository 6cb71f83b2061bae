"""Use cases of imports: take a file, plan it anew, choose what holds for all rows, apply, undo. Callers: views, the
command, jobs."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.jobs.services import enqueue
from exams.authoring.banks import MAXIMUM_DEPTH, clean_path
from exams.authoring.questions import clean_tags
from exams.interchange.files import keep_file, remove_file
from exams.interchange.formats.base import UnreadableFile
from exams.interchange.formats.registry import get_format
from exams.interchange.pacing import Pace
from exams.interchange.undo import undo_now
from exams.interchange.unused_pictures import named_by, request_removal
from exams.interchange.updates import find_rare, take_back_updates
from exams.models import Bank, ImportBatch, ImportRow, Question
from exams.policies_authoring import list_editable_banks
from media.services import store_upload

UPDATES = ("update", "skip", "new")
"""What becomes of rows whose reference the bank has: the question is updated, stays, or is imported as a new one."""
SMALL = 500
"""Questions up to which an import is undone at once, without a job."""
JOB_KINDS = {
    ImportBatch.State.READING: "exams.plan_import",
    ImportBatch.State.APPLYING: "exams.import",
    ImportBatch.State.UNDOING: "exams.undo_import",
}


def default_options() -> dict[str, Any]:
    """Return what holds for all rows unless somebody chooses otherwise."""
    return {"updates": "update", "doubtful": "import", "topic": [], "tags": [], "difficulty": None}


def create_import(
    *, bank: Bank, actor: Any, file_name: str, content: File, format: str = "", encoding: str = ""
) -> ImportBatch:
    """Store a file and make its batch, not yet read. UnreadableFile when it is empty or larger than is taken.

    `format` and `encoding` are detected when empty.
    """
    if not content.size:
        raise UnreadableFile(_("The file is empty."))
    _check_choice(format, encoding)
    ending = f".{file_name.rsplit('.', 1)[-1].lower()[:10]}" if "." in file_name else ""
    name = keep_file(folder="imports", ending=ending if ending[1:].isalnum() else "", content=content)
    return _create(bank=bank, actor=actor, file_name=file_name, storage_name=name, format=format, encoding=encoding)


def import_upload(
    *, bank: Bank, actor: Any, upload_public_id: uuid.UUID, format: str = "", encoding: str = ""
) -> ImportBatch:
    """Make the batch of a finished resumable upload of the actor; NotFound when it is not hers."""
    _check_choice(format, encoding)
    name, file_name = store_upload(
        upload_public_id=upload_public_id, owner_id=actor.pk, purpose="questions", folder="imports"
    )
    return _create(bank=bank, actor=actor, file_name=file_name, storage_name=name, format=format, encoding=encoding)


def _check_choice(format_: str, encoding: str) -> None:
    if format_:
        get_format(format_)
    if len(encoding) > 20:
        raise InvalidInput(_("This encoding is not known."), field="encoding")


def _create(*, bank: Bank, actor: Any, file_name: str, storage_name: str, format: str, encoding: str) -> ImportBatch:
    return ImportBatch.objects.create(
        bank=bank,
        owner=actor,
        file_name=file_name.replace("\x00", "")[-255:] or "-",
        storage_name=storage_name,
        format=format,
        is_format_chosen=bool(format),
        encoding=encoding,
        options=default_options(),
    )


def request_work(*, batch: ImportBatch, actor: Any) -> Any:
    """Ask for the work that the batch's state calls for (reading, applying, undoing) as a job; return the job."""
    with transaction.atomic():
        job = enqueue(
            kind=JOB_KINDS[ImportBatch.State(batch.state)],
            arguments={"batch_id": batch.pk},
            owner_id=actor.pk,
            title=batch.file_name,
        )
        ImportBatch.objects.filter(pk=batch.pk).update(job=job)
    batch.job = job
    return job


def get_batch(user: Any, public_id: object) -> ImportBatch:
    """Return an import into a bank that the person may write in, with its bank and job; NotFound otherwise."""
    batch = (
        ImportBatch.objects.filter(public_id=public_id, bank__in=list_editable_banks(user).values("pk"))
        .select_related("bank", "job", "owner")
        .first()
    )
    if batch is None:
        raise NotFound(_("There is no such import."))
    return batch


def _move(batch: ImportBatch, *, before: tuple[str, ...], after: str, message: str, **fields: Any) -> None:
    """Change the state if it is still one of `before`; Conflict otherwise."""
    if not ImportBatch.objects.filter(pk=batch.pk, state__in=before).update(state=after, **fields):
        raise Conflict(message)
    batch.state = after
    for name, value in fields.items():
        setattr(batch, name, value)


def request_plan(*, batch: ImportBatch, actor: Any, format: str = "", encoding: str = "") -> Any:
    """Read the file anew, as another format or encoding; what was mended is lost. Conflict once it is imported."""
    _check_choice(format, encoding)
    if not batch.storage_name:
        raise Conflict(_("The file is not kept any more. Upload it again."))
    with transaction.atomic():
        _move(
            batch,
            before=(ImportBatch.State.PLANNED, ImportBatch.State.FAILED),
            after=ImportBatch.State.READING,
            message=_("This import was applied before."),
            is_format_chosen=bool(format),
            format=format,
            encoding=encoding,
            report={},
            error={},
        )
        return request_work(batch=batch, actor=actor)


def choose_options(*, batch: ImportBatch, options: Mapping[str, Any]) -> None:
    """Choose what holds for all rows: updates, doubtful (import or leave), topic (names), tags, difficulty (1 to 5 or
    None). InvalidInput for what is none of these; Conflict once the import was applied."""
    chosen = default_options() | {name: options[name] for name in default_options() if name in options}
    if chosen["updates"] not in UPDATES or chosen["doubtful"] not in {"import", "leave"}:
        raise InvalidInput(_("Choose one of the given options."), field="updates")
    if chosen["difficulty"] is not None and chosen["difficulty"] not in range(1, 6):
        raise InvalidInput(_("The difficulty lies between 1 and 5."), field="difficulty")
    chosen["topic"] = list(clean_path(list(chosen["topic"]))[:MAXIMUM_DEPTH])
    chosen["tags"] = clean_tags(list(chosen["tags"]))
    changed = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.PLANNED).update(options=chosen)
    if not changed:
        raise Conflict(_("This import was applied before."))
    batch.options = chosen


def begin_apply(*, batch: ImportBatch) -> None:
    """Let an import be applied, once; Conflict when it was before."""
    _move(
        batch,
        before=(ImportBatch.State.PLANNED,),
        after=ImportBatch.State.APPLYING,
        message=_("This import was applied before."),
        applied_position=0,
    )


def request_apply(*, batch: ImportBatch, actor: Any) -> Any:
    """Ask for the rows to be imported as a job and return the job; Conflict when that was done before."""
    with transaction.atomic():
        begin_apply(batch=batch)
        return request_work(batch=batch, actor=actor)


def request_again(*, batch: ImportBatch, actor: Any) -> Any:
    """Go on with work that broke off; Conflict while it is under way or when nothing is left to do."""
    if batch.state not in JOB_KINDS or (batch.job is not None and not batch.job.is_finished):
        raise Conflict(_("There is nothing to go on with."))
    return request_work(batch=batch, actor=actor)


def request_undo(*, batch: ImportBatch, actor: Any) -> int | None:
    """Take back a whole import. Its questions vanish and those it updated are as before, all at once.

    Returns how many were taken back, None where a job does the rest. Conflict when it was not applied.
    """
    rare = find_rare(batch)
    with Pace().transaction():
        _move(
            batch,
            before=(ImportBatch.State.APPLIED,),
            after=ImportBatch.State.UNDOING,
            message=_("Only an import that was applied can be undone."),
        )
        restored, left = take_back_updates(batch, rare=rare)
        batch.report = {**batch.report, "restored": restored, "left": left}
        ImportBatch.objects.filter(pk=batch.pk).update(report=batch.report)
        size = (
            Question.everything.filter(batch=batch)[: SMALL + 1].count()
            + ImportRow.objects.filter(batch=batch, former__isnull=False)[: SMALL + 1].count()
            + restored
        )
        if size > SMALL:
            request_work(batch=batch, actor=actor)
            return None
    return undo_now(batch=batch, actor=actor)


def discard(*, batch: ImportBatch) -> None:
    """Delete an import that was never applied, with its file."""
    name, owner_id = batch.storage_name, batch.owner_id
    with transaction.atomic():
        pictures = named_by(batch)
        done, _kinds = ImportBatch.objects.filter(
            pk=batch.pk, state__in=[ImportBatch.State.PLANNED, ImportBatch.State.FAILED]
        ).delete()
        if not done:
            raise Conflict(_("This import was applied before."))
        request_removal(public_ids=pictures, owner_id=owner_id)
    remove_file(name)
