"""Use cases of imports: plan an uploaded file, apply the plan as a whole, undo it as a whole. Callers: views, the
job."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, NotFound
from edu.jobs.services import enqueue
from edu.notifications.services import notify
from exams.authoring.records import BATCH_SIZE, QuestionRecord, import_records, restore_replaced
from exams.interchange.file_formats import find_format
from exams.interchange.plan import UnreadableFile, plan_rows
from exams.models import Bank, BlueprintRule, ImportBatch, PaperItem, PracticeAnswer, Question
from exams.policies_authoring import list_editable_banks

MAXIMUM_FILE = 10 * 1024 * 1024


def plan_import(*, bank: Bank, actor: Any, file_name: str, data: bytes) -> ImportBatch:
    """Read the whole file and keep the plan with every problem; nothing of it is visible yet.

    UnreadableFile when the file is too large (10 MB), of an unknown kind, hostile, or damaged.
    """
    if len(data) > MAXIMUM_FILE:
        raise UnreadableFile(_("The file is larger than 10 MB. Split it."))
    if not data:
        raise UnreadableFile(_("The file is empty."))
    found = find_format(file_name=file_name, data=data)
    header, parsed = found.parse(data)
    plan = plan_rows(bank=bank, header=header, parsed=parsed)
    if not plan.rows and not plan.problems:
        raise UnreadableFile(_("The file holds no questions."))
    return ImportBatch.objects.create(
        bank=bank,
        owner=actor,
        file_name=file_name[-255:],
        format=found.name,
        plan=plan.as_json(),
        report={
            "questions": len(plan.new_rows),
            "duplicates": len(plan.rows) - len(plan.new_rows),
            "failed": len(plan.failed),
        },
    )


def get_batch(user: Any, public_id: object) -> ImportBatch:
    """Return an import into a bank that the person may write in; NotFound otherwise."""
    batch = (
        ImportBatch.objects.filter(public_id=public_id, bank__in=list_editable_banks(user).values("pk"))
        .select_related("bank")
        .first()
    )
    if batch is None:
        raise NotFound(_("There is no such import."))
    return batch


def request_apply(*, batch: ImportBatch, actor: Any) -> Any:
    """Ask for the plan to be applied as a job and return the job; Conflict when it was applied or undone before."""
    if batch.state != ImportBatch.State.PLANNED:
        raise Conflict(_("This import was applied before."))
    with transaction.atomic():
        return enqueue(
            kind="exams.import",
            arguments={"batch_id": batch.pk},
            owner_id=actor.pk,
            title=batch.file_name,
            unique_key=f"exams.import:{batch.pk}",
        )


def apply_import(*, batch_id: int, say: Callable[[int, str], None]) -> dict[str, int]:
    """Write the planned questions in batches; started again after a crash it goes on where it stopped.

    Rows whose content the bank has by now are passed over. They are drawn only when the last one is in: until then
    they are
    drafts without a version in nobody's way; one UPDATE at the end makes the batch visible.
    """
    batch = ImportBatch.objects.select_related("bank", "owner").get(pk=batch_id)
    if batch.state != ImportBatch.State.PLANNED:
        return dict(batch.report)
    records = [
        QuestionRecord(
            **{
                **row["record"],
                "topic": tuple(row["record"]["topic"]),
                "tags": tuple(row["record"]["tags"]),
                "marks": Decimal(row["record"]["marks"]),
            }
        )
        for row in batch.plan["rows"]
        if not row["duplicate_of"]
    ]
    for start in range(0, len(records), BATCH_SIZE):
        part = records[start : start + BATCH_SIZE]
        import_records(bank=batch.bank, records=part, author=batch.owner, batch=batch, status=Question.Status.DRAFT)
        say(round(95 * (start + len(part)) / len(records)), f"{start + len(part)} / {len(records)}")
    with transaction.atomic():
        shown = Question.objects.filter(batch=batch, status=Question.Status.DRAFT).update(
            status=Question.Status.PUBLISHED, live=True
        )
        batch.state = ImportBatch.State.APPLIED
        batch.applied_at = now_utc()
        batch.report = {**batch.report, "created": shown, "updated": len(batch.replaced)}
        batch.save(update_fields=["state", "applied_at", "report"])
        record(
            actor=batch.owner,
            action="import.apply",
            object_kind="bank",
            object_id=batch.bank.public_id,
            object_label=batch.bank.name,
            changes={"file": batch.file_name, "created": shown, "updated": len(batch.replaced)},
            organization_id=batch.bank.organization_id,
        )
        if batch.owner_id:
            notify(
                user_id=batch.owner_id,
                kind="exams.import_finished",
                context={
                    "file_name": batch.file_name,
                    "bank": batch.bank.name,
                    "created": shown,
                    "updated": len(batch.replaced),
                    "failed": batch.report.get("failed", 0),
                },
                url=f"/teach/imports/{batch.public_id}/",
                dedupe_key=f"exams.import:{batch.pk}",
            )
    return dict(batch.report)


def undo_import(*, batch: ImportBatch, actor: Any) -> int:
    """Take back a whole import: new questions that nobody used yet are deleted, those that papers or learners met are
    retired, and questions that it updated get their former published version back; returns how many were taken back.

    A question that somebody changed after the import is left as it is; the report counts it. Conflict when it was not
    applied.
    """
    if batch.state != ImportBatch.State.APPLIED:
        raise Conflict(_("Only an import that was applied can be undone."))
    with transaction.atomic():
        mine = Question.objects.filter(batch=batch)
        ids = set(mine.values_list("pk", flat=True))
        used = set(PaperItem.objects.filter(question_id__in=ids).values_list("question_id", flat=True))
        used |= set(PracticeAnswer.objects.filter(question_id__in=ids).values_list("question_id", flat=True))
        if BlueprintRule.objects.filter(bank_id=batch.bank_id).exists():
            # Published papers may hold these versions in their pools, so none of them may vanish.
            used = ids
        mine.filter(pk__in=used).update(status=Question.Status.RETIRED, live=False)
        free = mine.exclude(pk__in=used)
        free.update(current_version=None)
        free.delete()
        restored, left = restore_replaced(batch=batch)
        batch.state = ImportBatch.State.UNDONE
        batch.undone_at = now_utc()
        batch.report = {
            **batch.report,
            "retired": len(used),
            "deleted": len(ids - used),
            "restored": restored,
            "left": left,
        }
        batch.save(update_fields=["state", "undone_at", "report"])
        record(
            actor=actor,
            action="import.undo",
            object_kind="bank",
            object_id=batch.bank.public_id,
            object_label=batch.bank.name,
            changes={"file": batch.file_name, "deleted": len(ids - used), "retired": len(used), "restored": restored},
            organization_id=batch.bank.organization_id,
        )
    return len(ids) + restored
