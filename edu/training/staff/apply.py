"""Applying a previewed import: a job that works in small transactions and can be started again at any point."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.accounts.passwords import make_first_password
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, DomainError, NotFound
from edu.jobs.queries import find_job
from edu.jobs.services import enqueue
from edu.notifications.services import notify
from edu.organizations.queries import list_departments
from edu.organizations.services import MemberDraft, add_department, add_members, update_member
from edu.training.models import StaffImport, StaffImportRow
from edu.training.policies import require_trainer
from edu.training.staff.sealing import seal

BATCH = 40
"""People a transaction. Each first password takes tens of milliseconds to hash, outside of it."""


def start_import(*, actor: User, organization_id: int, import_id: int) -> int:
    """Queue the job that applies a previewed import, or again one that broke off; return the job's id.

    Conflict when it runs, is finished or was replaced.
    """
    require_trainer(actor=actor, organization_id=organization_id)
    with transaction.atomic():
        row = StaffImport.objects.filter(organization_id=organization_id, pk=import_id).first()
        if row is None:
            raise NotFound(_("There is no such import."))
        startable = StaffImport.objects.filter(pk=row.pk, state=StaffImport.State.PREVIEW)
        if has_broken_off(row):
            startable = StaffImport.objects.filter(pk=row.pk, state=StaffImport.State.RUNNING, job_id=row.job_id)
        # The job has no owner: the page of the import shows its progress to every trainer, and the notice has counts.
        job = enqueue(
            kind="training.import_staff",
            arguments={"import_id": row.pk, "actor_id": actor.pk},
            title=_("Import staff: %(name)s") % {"name": row.file_name},
        )
        if not startable.update(state=StaffImport.State.RUNNING, job_id=job.pk):
            raise Conflict(_("This import was started or replaced already."))
        record(
            actor=actor,
            action="staff.import",
            object_kind="staff_import",
            object_id=row.public_id,
            object_label=row.file_name,
            organization_id=organization_id,
        )
    return job.pk


def has_broken_off(row: StaffImport) -> bool:
    """Whether the import's job failed or was cancelled before the end."""
    if row.state != StaffImport.State.RUNNING or row.job_id is None:
        return False
    job = find_job(job_id=row.job_id)
    return job is None or job.state in ("failed", "cancelled")


def apply_import(
    *,
    import_id: int,
    actor_id: int | None,
    now: datetime | None = None,
    report: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Apply the rows that are not applied yet; return counts by action. `report(done, total)` after each batch."""
    row = StaffImport.objects.get(pk=import_id)
    actor = User.objects.filter(pk=actor_id).first() if actor_id is not None else None
    wanted = StaffImportRow.objects.filter(staff_import=row, applied_at__isnull=True).exclude(
        action=StaffImportRow.Action.ERROR
    )
    ids = list(wanted.order_by("number").values_list("pk", flat=True))
    departments = _make_departments(actor, row.organization_id, ids)
    for start in range(0, len(ids), BATCH):
        batch = list(StaffImportRow.objects.filter(pk__in=ids[start : start + BATCH]).order_by("number"))
        _apply_batch(actor, row.organization_id, batch, departments)
        if report is not None:
            report(min(start + BATCH, len(ids)), len(ids))
    with transaction.atomic():
        StaffImport.objects.filter(pk=row.pk).update(state=StaffImport.State.DONE, applied_at=now or now_utc())
        counts = count_rows(import_id=row.pk)
        if row.created_by_id is not None:
            notify(
                user_id=row.created_by_id,
                kind="training.import_finished",
                context={"file_name": row.file_name, **counts},
                url=reverse("training:import", args=[row.public_id]),
                dedupe_key=f"training.import_finished:{row.pk}",
            )
    return counts


def count_rows(*, import_id: int) -> dict[str, int]:
    """Return how many rows do what: new, update, move, unchanged, error."""
    found = dict(
        StaffImportRow.objects.filter(staff_import_id=import_id).order_by().values_list("action").annotate(Count("pk"))
    )
    return {action: found.get(action, 0) for action in StaffImportRow.Action.values}


def _make_departments(actor: User | None, organization_id: int, row_ids: Sequence[int]) -> dict[str, int]:
    """Make the departments that the rows name and that do not exist yet; return all by name."""
    known = {row.name: row.id for row in list_departments(organization_id=organization_id)}
    names: dict[str, None] = {}
    for start in range(0, len(row_ids), 500):
        part = StaffImportRow.objects.filter(pk__in=row_ids[start : start + 500]).order_by("number")
        names |= {fields.get("department", ""): None for fields in part.values_list("fields", flat=True)}
    for name in names:
        if name and name not in known:
            known[name] = add_department(actor=actor, organization_id=organization_id, name=name).pk
    return known


def _apply_batch(
    actor: User | None, organization_id: int, rows: Sequence[StaffImportRow], departments: dict[str, int]
) -> None:
    """Apply some rows in one transaction, or, when one of them no longer fits, each in its own."""
    passwords = {row.pk: make_first_password() for row in rows if row.action == StaffImportRow.Action.NEW}
    hashes = {pk: make_password(text) for pk, text in passwords.items()}
    try:
        with transaction.atomic():
            _apply(actor, organization_id, rows, departments, passwords, hashes)
    except (DomainError, IntegrityError):
        for row in rows:
            try:
                with transaction.atomic():
                    _apply(actor, organization_id, [row], departments, passwords, hashes)
            except DomainError as error:
                _fail(row, error.message)
            except IntegrityError:
                _fail(row, _("The staff number, phone or mail address was taken in the meantime."))


def _fail(row: StaffImportRow, reason: str) -> None:
    StaffImportRow.objects.filter(pk=row.pk).update(action=StaffImportRow.Action.ERROR, reason=reason[:300])


def _apply(
    actor: User | None,
    organization_id: int,
    rows: Sequence[StaffImportRow],
    departments: dict[str, int],
    passwords: dict[int, str],
    hashes: dict[int, str],
) -> None:
    moment = now_utc()
    new = [row for row in rows if row.action == StaffImportRow.Action.NEW]
    add_members(
        actor=actor,
        organization_id=organization_id,
        drafts=[
            MemberDraft(
                real_name=row.fields["real_name"],
                staff_number=row.fields["staff_number"],
                department_id=departments.get(row.fields.get("department", "")),
                phone=row.fields.get("phone", ""),
                email=row.fields.get("email", ""),
                job_title=row.fields.get("job_title", ""),
                password_hash=hashes[row.pk],
            )
            for row in new
        ],
    )
    for row in rows:
        if row.action in (StaffImportRow.Action.UPDATE, StaffImportRow.Action.MOVE):
            update_member(
                actor=actor,
                organization_id=organization_id,
                staff_number=row.fields["staff_number"],
                real_name=row.fields["real_name"],
                department_id=departments.get(row.fields.get("department", "")),
                phone=row.fields.get("phone", ""),
                email=row.fields.get("email", ""),
                job_title=row.fields.get("job_title", ""),
            )
        row.applied_at = moment
        row.sealed_password = seal(passwords[row.pk]) if row.pk in passwords else ""
    StaffImportRow.objects.bulk_update(rows, ["applied_at", "sealed_password"])
