"""Organisations and their departments: making, naming, moving, removing."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.audit.services import record
from edu.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from edu.organizations.models import Department, Membership, Organization
from edu.organizations.policies import require_manager

MAX_DEPTH = 6
"""How many departments may stand under one another."""


def create_organization(*, name: str, code: str, actor: User | None = None) -> Organization:
    """Make an organisation; `code` is what its staff type when they sign in (lower-case letters, digits, hyphens).

    Only operators and the system (None) may. InvalidInput when one is empty, Conflict when the code is taken.
    """
    if actor is not None and not (actor.is_superuser or actor.is_operator):
        raise NotAllowed(_("Only an operator makes organisations."))
    name, code = name.strip(), code.strip().lower()
    if not name or not code:
        raise InvalidInput(_("An organisation needs a name and a sign-in code."), field="name")
    try:
        with transaction.atomic():
            row = Organization.objects.create(name=name, code=code)
            record(
                actor=actor,
                action="organization.create",
                object_kind="organization",
                object_id=row.public_id,
                object_label=name,
                organization_id=row.pk,
            )
    except IntegrityError as error:
        raise Conflict(_("Another organisation has this sign-in code."), field="code") from error
    return row


def add_department(*, actor: User | None, organization_id: int, name: str, parent_id: int | None = None) -> Department:
    """Make a department, under `parent_id` if given. InvalidInput when the name is empty, taken, or too deep."""
    require_manager(actor=actor, organization_id=organization_id)
    name = _department_name(name)
    _check_place(organization_id=organization_id, parent_id=parent_id, moved=None)
    try:
        with transaction.atomic():
            row = Department.objects.create(organization_id=organization_id, name=name, parent_id=parent_id)
            _record(actor, "department.create", row)
    except IntegrityError as error:
        raise InvalidInput(_("There is a department of this name already."), field="name") from error
    return row


def create_department(
    *, organization_id: int, name: str, parent_id: int | None = None, actor: User | None = None
) -> Department:
    """Return the department of this name, made (under `parent_id`) when there is none: what imports and demos want."""
    require_manager(actor=actor, organization_id=organization_id)
    present = Department.objects.filter(organization_id=organization_id, name=_department_name(name)).first()
    if present is not None:
        return present
    return add_department(actor=actor, organization_id=organization_id, name=name, parent_id=parent_id)


def edit_department(
    *, actor: User | None, organization_id: int, department_id: int, name: str, parent_id: int | None
) -> Department:
    """Rename a department or put it under another one. InvalidInput when it would stand under itself."""
    require_manager(actor=actor, organization_id=organization_id)
    row = _get(organization_id, department_id)
    name = _department_name(name)
    _check_place(organization_id=organization_id, parent_id=parent_id, moved=row)
    changes = {
        field: [before, after]
        for field, before, after in (("name", row.name, name), ("parent_id", row.parent_id, parent_id))
        if before != after
    }
    if not changes:
        return row
    row.name, row.parent_id = name, parent_id
    try:
        with transaction.atomic():
            row.save(update_fields=["name", "parent"])
            _record(actor, "department.edit", row, changes)
    except IntegrityError as error:
        raise InvalidInput(_("There is a department of this name already."), field="name") from error
    return row


def remove_department(*, actor: User | None, organization_id: int, department_id: int) -> None:
    """Delete an empty department; Conflict while people or departments are in it."""
    require_manager(actor=actor, organization_id=organization_id)
    row = _get(organization_id, department_id)
    if Department.objects.filter(parent=row).exists():
        raise Conflict(_("Other departments stand under this one. Move them first."))
    if Membership.objects.filter(department=row, left_at__isnull=True).exists():
        raise Conflict(_("There are people in this department. Move them first."))
    with transaction.atomic():
        _record(actor, "department.remove", row)
        row.delete()


def _get(organization_id: int, department_id: int) -> Department:
    row = Department.objects.filter(organization_id=organization_id, pk=department_id).first()
    if row is None:
        raise NotFound(_("There is no such department."))
    return row


def _department_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InvalidInput(_("Give the department a name."), field="name")
    if len(cleaned) > 120:
        raise InvalidInput(_("The name is longer than 120 characters."), field="name")
    return cleaned


def _check_place(*, organization_id: int, parent_id: int | None, moved: Department | None) -> None:
    """Raise unless a department may stand under `parent_id`: of the same organisation, no circle, not too deep."""
    if parent_id is None:
        return
    parents: dict[int, int | None] = dict(
        Department.objects.filter(organization_id=organization_id).values_list("pk", "parent_id")
    )
    if parent_id not in parents:
        raise NotFound(_("There is no such department."))
    above: int | None = parent_id
    depth = 0
    while above is not None:
        if moved is not None and above == moved.pk:
            raise InvalidInput(_("A department cannot stand under itself."), field="parent")
        depth += 1
        above = parents.get(above)
    if depth + (_height(moved.pk, parents) if moved is not None else 1) > MAX_DEPTH:
        raise InvalidInput(_("Departments may stand at most %(count)d deep.") % {"count": MAX_DEPTH}, field="parent")


def _height(department_id: int, parents: dict[int, int | None]) -> int:
    """Return how many levels the department and those under it take."""
    below = [child for child, parent in parents.items() if parent == department_id]
    return 1 + max((_height(child, parents) for child in below), default=0)


def _record(
    actor: User | None, action: str, row: Department, changes: dict[str, list[str | int | None]] | None = None
) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="department",
        object_id=row.public_id,
        object_label=row.name,
        changes=changes,
        organization_id=row.organization_id,
    )
