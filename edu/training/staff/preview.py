"""Reading an uploaded sheet of staff and saying, row by row, what it would do. Nothing is changed yet."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.core.errors import InvalidInput
from edu.documents.xlsx import cell_text, read_rows
from edu.organizations.contacts import normal_email, normal_phone
from edu.organizations.queries import MemberView, list_current_members, list_departments
from edu.training.domain.staff_sheet import FieldName, HeaderMissing, SheetRow, TooManyRows, read_sheet
from edu.training.models import StaffImport, StaffImportRow
from edu.training.policies import require_trainer

MAX_ROWS = 5000
CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the rows are compared with, read once for all of them."""

    by_number: dict[str, MemberView]
    departments: dict[str, int]
    taken_phones: dict[str, int]
    taken_emails: dict[str, int]


def preview_import(*, actor: User, organization_id: int, file_name: str, data: bytes) -> StaffImport:
    """Read an .xlsx and store what each row would do; queries do not grow with the rows, save one a CHUNK.

    InvalidInput, with words for a person, when the file is no spreadsheet, has no header we know, no rows, or more
    than MAX_ROWS. Rows that are wrong are kept with their reason and are given back as a spreadsheet later.
    """
    require_trainer(actor=actor, organization_id=organization_id)
    texts = [[_text(cell) for cell in row] for row in read_rows(data=data)]
    try:
        sheet = read_sheet(texts, most=MAX_ROWS)
    except HeaderMissing as error:
        names = "、".join(field_label(field) for field in error.missing)
        raise InvalidInput(
            _("No column is called %(names)s. Use the headers of the template.") % {"names": names}, field="file"
        ) from error
    except TooManyRows as error:
        raise InvalidInput(
            _("The sheet has more than %(count)d people. Split it into several files.") % {"count": MAX_ROWS},
            field="file",
        ) from error
    if not sheet.rows:
        raise InvalidInput(_("There is nobody below the headers."), field="file")
    known = _read_known(organization_id, sheet.rows)
    with transaction.atomic():
        StaffImport.objects.filter(
            organization_id=organization_id, created_by=actor, state=StaffImport.State.PREVIEW
        ).update(state=StaffImport.State.DISCARDED)
        row = StaffImport.objects.create(
            organization_id=organization_id,
            created_by=actor,
            file_name=file_name[:200],
            headers=list(sheet.headers)[:30],
        )
        StaffImportRow.objects.bulk_create([_judge(row, person, known) for person in sheet.rows], batch_size=CHUNK)
    return row


def field_label(field: str) -> str:
    """Return the name of a column in the reader's language."""
    return {
        "real_name": _("Name"),
        "staff_number": _("Staff number"),
        "department": _("Department"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "job_title": _("Job title"),
    }[field]


def _text(cell: object) -> str:
    return cell_text(cell)[:1000]


def _read_known(organization_id: int, rows: tuple[SheetRow, ...]) -> _Known:
    phones: set[str] = set()
    emails: set[str] = set()
    for row in rows:
        for field, read, found in (("phone", normal_phone, phones), ("email", normal_email, emails)):
            try:
                found.add(read(row.fields.get(field, "")))  # type: ignore[call-overload] # both are field names
            except InvalidInput:
                continue
    return _Known(
        by_number={
            member.staff_number.lower(): member
            for member in list_current_members(organization_id=organization_id)
            if member.staff_number
        },
        departments={row.name: row.id for row in list_departments(organization_id=organization_id)},
        taken_phones=_owners("phone", phones),
        taken_emails=_owners("email", emails),
    )


def _owners(field: str, values: set[str]) -> dict[str, int]:
    """Return value -> user id of the accounts that have one of the phones or mail addresses."""
    wanted = sorted(values - {""})
    found: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        found |= dict(User.objects.filter(**{f"{field}__in": part}).values_list(field, "pk"))
    return found


def _judge(staff_import: StaffImport, row: SheetRow, known: _Known) -> StaffImportRow:
    """Return the stored row with what it would do."""
    fields = dict(row.fields)
    reasons = [problem_text(code) for code in row.problems]
    for field, read in (("phone", normal_phone), ("email", normal_email)):
        try:
            fields[field] = read(fields.get(field, ""))  # type: ignore[index,call-overload] # both are field names
        except InvalidInput as error:
            reasons.append(f"{field_label(field)}: {error.message}")
    member = known.by_number.get(fields.get("staff_number", "").lower())
    for name, owners in (("phone", known.taken_phones), ("email", known.taken_emails)):
        owner = owners.get(fields.get(name, ""))  # type: ignore[call-overload] # both are field names
        if owner is not None and (member is None or member.user_id != owner):
            reasons.append(
                _("%(field)s: already in use. Leave it empty, or invite the person by link.")
                % {"field": field_label(name)}
            )
    result = StaffImportRow(staff_import=staff_import, number=row.number, fields=fields)
    if reasons:
        result.action, result.reason = StaffImportRow.Action.ERROR, " ".join(reasons)[:300]
        return result
    result.action, result.details = _effect(fields, member, known)
    return result


def _effect(fields: dict[FieldName, str], member: MemberView | None, known: _Known) -> tuple[str, str]:
    """Return what a sound row does and, for a person, what changes."""
    department = fields.get("department", "")
    makes = _("new department “%(name)s”") % {"name": department}
    if member is None:
        return StaffImportRow.Action.NEW, makes if department and department not in known.departments else ""
    changes = []
    if fields["real_name"] != member.real_name:
        changes.append(f"{field_label('real_name')}: {member.real_name} → {fields['real_name']}")
    for name, before in (("phone", member.phone), ("email", member.email), ("job_title", member.job_title)):
        after = fields.get(name, "")  # type: ignore[call-overload] # these are field names
        if after and after != before:  # an empty cell keeps what is there
            changes.append(f"{field_label(name)}: {before or '–'} → {after}")
    if changes and not member.password_resettable:
        changes = [text for text in changes if text.startswith(field_label("job_title"))]
    moved = bool(department) and department != member.department_name
    if moved:
        text = f"{member.department_name or '–'} → {department}"
        return StaffImportRow.Action.MOVE, "; ".join([text, *changes])[:300]
    if changes:
        return StaffImportRow.Action.UPDATE, "; ".join(changes)[:300]
    return StaffImportRow.Action.UNCHANGED, ""


def problem_text(code: str) -> str:
    """Return a problem of domain/staff_sheet.py in words."""
    name, _colon, value = code.partition(":")
    if name == "missing":
        return _("%(field)s is missing.") % {"field": field_label(value)}
    if name == "long":
        return _("%(field)s is too long.") % {"field": field_label(value)}
    if name == "control":
        return _("%(field)s contains characters that cannot be typed.") % {"field": field_label(value)}
    field = {"twice": "staff_number", "twice_phone": "phone", "twice_email": "email"}[name]
    return _("%(field)s stands in row %(row)s already.") % {"field": field_label(field), "row": value}
