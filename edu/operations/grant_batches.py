"""Opening a product to everybody in a spreadsheet: read, look, confirm, and get the failed rows back."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.access.queries import list_products
from edu.access.services import give_grant
from edu.accounts.queries import users_by_identifier
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.documents.xlsx import Sheet, cell_text, read_rows, write_workbook
from edu.jobs.run import JobContext
from edu.jobs.services import enqueue
from edu.operations.models import GrantBatch
from edu.operations.people import STAFF_SOURCE
from edu.operations.permissions import require_operator

MAX_ROWS = 5000
JOB_KIND = "operations.grant_batch"


def template_headers() -> list[str]:
    """Return the columns of the spreadsheet, in the current language; only the first one is read."""
    return [_("Phone, e-mail or account name"), _("Name (for you, not read)")]


def write_template() -> bytes:
    """Return an empty spreadsheet to fill in."""
    sheet = Sheet(
        name=_("People"),
        headers=template_headers(),
        rows=[],
        widths=[32, 24],
    )
    return write_workbook(sheets=[sheet])


def stage_batch(
    *, actor: Any, product_key: str, data: bytes, until_at: datetime | None = None, reason: str
) -> GrantBatch:
    """Read a spreadsheet and keep what it would do; nobody gets access yet.

    The first row is the heading. UnreadableSpreadsheet for a file that is none; InvalidInput for an unknown product, no
    reason, no rows, or more than MAX_ROWS; NotAllowed for others than operators.
    """
    require_operator(actor)
    if not reason.strip():
        raise InvalidInput(_("Say why; the reason is kept in the audit log."), field="reason")
    title = dict(list_products()).get(product_key)
    if title is None:
        raise InvalidInput(_("Choose what to open."), field="product_key")
    rows = read_rows(data=data)[1:]
    if len(rows) > MAX_ROWS:
        raise InvalidInput(_("A file may have at most 5,000 rows."), field="file")
    good, bad = _judge([(number, [cell_text(cell) for cell in row]) for number, row in enumerate(rows, start=2)])
    if not good and not bad:
        raise InvalidInput(_("The file has no rows below the heading."), field="file")
    return GrantBatch.objects.create(
        actor=actor,
        product_key=product_key,
        product_title=title,
        until_at=until_at,
        reason=reason.strip()[:200],
        good_rows=good,
        bad_rows=bad,
        created_at=now_utc(),
    )


def _judge(rows: list[tuple[int, list[str]]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows that are understood, and those that are not with the reason."""
    names = {cells[0].lower() for _number, cells in rows if cells and cells[0]}
    people = users_by_identifier(identifiers=names | {phone for name in names if (phone := _phone(name))})
    good: list[dict[str, Any]] = []
    bad: list[dict[str, Any]] = []
    seen: set[int] = set()
    for number, cells in rows:
        name = cells[0].lower() if cells else ""
        user = people.get(name) or people.get(_phone(name))
        if not any(cells):
            continue
        if not name:
            bad.append({"row": number, "cells": cells, "why": _("The first column is empty.")})
        elif user is None:
            bad.append({"row": number, "cells": cells, "why": _("Nobody has this phone, e-mail or account name.")})
        elif user.pk in seen:
            bad.append({"row": number, "cells": cells, "why": _("This person stands in an earlier row.")})
        else:
            seen.add(user.pk)
            good.append({"row": number, "user_id": user.pk, "name": str(user), "given": cells[0]})
    return good, bad


def _phone(text: str) -> str:
    """Return a Chinese mobile number in E.164, any other number as it stands, or an empty text."""
    digits = "".join(character for character in text if character.isdigit())
    if text.startswith("+"):
        return f"+{digits}"
    if len(digits) == 11 and digits.startswith("1"):
        return f"+86{digits}"
    return ""


def to_identifiers(text: str) -> set[str]:
    """Return under what a person may be known who was named by phone, mail or account name."""
    name = text.strip().lower()
    return {name} | ({_phone(name)} - {""})


def get_batch(*, public_id: uuid.UUID) -> GrantBatch:
    """Return a batch; NotFound when there is none."""
    batch = GrantBatch.objects.filter(public_id=public_id).first()
    if batch is None:
        raise NotFound(_("There is no such batch."))
    return batch


def confirm_batch(*, actor: Any, public_id: uuid.UUID) -> GrantBatch:
    """Begin to open the product to every understood row, as a job; Conflict when that was asked before."""
    require_operator(actor)
    with transaction.atomic():
        batch = get_batch(public_id=public_id)
        moved = GrantBatch.objects.filter(pk=batch.pk, state=GrantBatch.State.STAGED).update(
            state=GrantBatch.State.APPLYING
        )
        if not moved:
            raise Conflict(_("This batch was confirmed before."))
        job = enqueue(
            kind=JOB_KIND,
            arguments={"batch_id": batch.pk},
            owner_id=actor.pk,
            title=_("Open %(title)s") % {"title": batch.product_title},
            unique_key=f"grant-batch:{batch.public_id}",
        )
        GrantBatch.objects.filter(pk=batch.pk).update(job_id=job.pk)
        record(
            actor=actor,
            action="grant.batch",
            object_kind="product",
            object_id=batch.product_key,
            object_label=batch.product_title,
            changes={"batch": str(batch.public_id), "people": len(batch.good_rows), "reason": batch.reason},
        )
    batch.refresh_from_db()
    return batch


def apply_batch(context: JobContext, *, batch_id: int) -> dict[str, int]:
    """Open the product to each person of a confirmed batch; a repeated run changes nothing."""
    batch = GrantBatch.objects.get(pk=batch_id)
    opened = 0
    for number, row in enumerate(batch.good_rows, start=1):
        with transaction.atomic():
            opened += give_grant(
                user_id=row["user_id"],
                product_key=batch.product_key,
                source_kind=STAFF_SOURCE,
                source_id=f"{batch.public_id.hex}-{row['user_id']}",
                until_at=batch.until_at,
                reason=batch.reason,
            )
        if number % 50 == 0:
            context.progress(100 * number // len(batch.good_rows))
    GrantBatch.objects.filter(pk=batch.pk, state=GrantBatch.State.APPLYING).update(
        state=GrantBatch.State.APPLIED, applied_at=now_utc()
    )
    return {"opened": opened}


def write_failed_rows(*, batch: GrantBatch) -> bytes:
    """Return the rows that were not understood as a spreadsheet, the reason in the last column."""
    width = max([2, *(len(row["cells"]) for row in batch.bad_rows)])
    headers = [*template_headers(), *[""] * (width - 2), _("What is wrong")]
    rows = [[*row["cells"], *[""] * (width - len(row["cells"])), row["why"]] for row in batch.bad_rows]
    return write_workbook(sheets=[Sheet(name=_("Failed rows"), headers=headers, rows=rows, widths=[32, 24])])
