"""Spreadsheets that the staff import hands out: the template, the failed rows, and once the first passwords."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, NotFound
from edu.documents.xlsx import Sheet, write_workbook
from edu.organizations.queries import sign_in_code
from edu.training.domain.staff_sheet import HEADERS, LIMITS, REQUIRED, FieldName
from edu.training.models import StaffImport, StaffImportRow
from edu.training.policies import require_trainer
from edu.training.staff.sealing import unseal

KEPT_DAYS = 7
"""How long first passwords wait for their download."""
WIDTHS: dict[FieldName, int] = {
    "real_name": 16,
    "staff_number": 14,
    "department": 22,
    "phone": 18,
    "email": 28,
    "job_title": 18,
}
SAMPLES: tuple[tuple[str, ...], ...] = (
    ("王小明", "A0001", "仓储部", "", "", "叉车司机"),
    ("李华", "A0002", "运输部", "", "", "调度员"),
)


def _is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def column_names() -> list[str]:
    """Return the headers of the template in the reader's language; the import reads both languages."""
    return [names[0] if _is_chinese() else names[_english(field)].capitalize() for field, names in HEADERS.items()]


def _english(field: FieldName) -> int:
    return next(index for index, name in enumerate(HEADERS[field]) if name.isascii())


def staff_template() -> bytes:
    """Return an .xlsx with the headers, two example rows on a sheet of their own, and what each column takes."""
    names = column_names()
    notes = [
        [
            name,
            _("yes") if field in REQUIRED else _("no"),
            _("at most %(count)d characters") % {"count": LIMITS[field]},
            _column_note(field),
        ]
        for (field, _names), name in zip(HEADERS.items(), names, strict=True)
    ]
    return write_workbook(
        sheets=[
            Sheet(name=_("Staff"), headers=names, rows=[], widths=list(WIDTHS.values())),
            Sheet(name=_("Example"), headers=names, rows=SAMPLES, widths=list(WIDTHS.values())),
            Sheet(
                name=_("How to fill it in"),
                headers=[_("Column"), _("Required"), _("Length"), _("Note")],
                rows=notes,
                widths=[16, 10, 22, 70],
            ),
        ]
    )


def _column_note(field: FieldName) -> str:
    return {
        "real_name": _("As it shall stand on certificates."),
        "staff_number": _("Unique in the organisation. A known number updates the person instead of adding one."),
        "department": _("A department that does not exist yet is made."),
        "phone": _("With it people can also sign in by a code. Leave it empty where there is none."),
        "email": _("Messages are also sent there. Leave it empty where there is none."),
        "job_title": _("Shown in lists; search finds it."),
    }[field]


def failed_rows_sheet(*, staff_import: StaffImport) -> bytes:
    """Return the wrong rows as an .xlsx that can be corrected and uploaded as it is, the reason in a last column."""
    rows = StaffImportRow.objects.filter(staff_import=staff_import, action=StaffImportRow.Action.ERROR)
    return write_workbook(
        sheets=[
            Sheet(
                name=_("Rows to correct"),
                headers=[*column_names(), _("Row"), _("What is wrong")],
                rows=[
                    [*(row.fields.get(field, "") for field in HEADERS), row.number, row.reason]
                    for row in rows.order_by("number")
                ],
                widths=[*WIDTHS.values(), 8, 60],
            )
        ]
    )


def take_credentials(*, actor: User, organization_id: int, import_id: int, now: datetime | None = None) -> bytes:
    """Return the first passwords of an import as an .xlsx and forget them: a second call raises Conflict."""
    require_trainer(actor=actor, organization_id=organization_id)
    row = StaffImport.objects.filter(
        organization_id=organization_id, pk=import_id, state=StaffImport.State.DONE
    ).first()
    if row is None:
        raise NotFound(_("There is no such import."))
    code = sign_in_code(organization_id=organization_id)
    with transaction.atomic():
        if not StaffImport.objects.filter(pk=row.pk, credentials_downloaded_at__isnull=True).update(
            credentials_downloaded_at=now or now_utc()
        ):
            raise Conflict(_("The first passwords were downloaded already. Reset single passwords instead."))
        sealed = StaffImportRow.objects.filter(staff_import=row).exclude(sealed_password="")
        people = [
            [
                one.fields.get("department", ""),
                one.fields["real_name"],
                code,
                one.fields["staff_number"],
                unseal(one.sealed_password),
            ]
            for one in sealed.order_by("number")
        ]
        if not people:
            raise Conflict(_("The first passwords are not kept any more. Reset single passwords instead."))
        sealed.update(sealed_password="")
        record(
            actor=actor,
            action="staff.credentials",
            object_kind="staff_import",
            object_id=row.public_id,
            object_label=row.file_name,
            changes={"people": len(people)},
            organization_id=organization_id,
        )
    return write_workbook(
        sheets=[
            Sheet(
                name=_("First passwords"),
                headers=[
                    _("Department"),
                    _("Name"),
                    _("Organisation code"),
                    _("Staff number"),
                    _("First password"),
                ],
                rows=people,
                widths=[22, 16, 20, 16, 22],
            )
        ]
    )


def forget_credentials(*, now: datetime | None = None) -> int:
    """Forget first passwords that nobody fetched within KEPT_DAYS; return how many."""
    since = (now or now_utc()) - timedelta(days=KEPT_DAYS)
    return (
        StaffImportRow.objects.filter(staff_import__applied_at__lt=since)
        .exclude(sealed_password="")
        .update(sealed_password="")
    )
