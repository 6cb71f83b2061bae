"""Finding people, and giving them access by hand, singly or by spreadsheet."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.access.queries import list_products
from edu.access.services import give_grant, revoke_grants
from edu.accounts.models import User
from edu.accounts.queries import find_users, get_user, users_by_identifier
from edu.audit.services import record
from edu.core.errors import InvalidInput, NotFound
from edu.core.ids import new_public_id
from edu.documents.xlsx import cell_text, read_rows
from edu.organizations.queries import list_user_ids_by_staff_number
from payments import queries as payments

MAX_GRANT_ROWS = 5000


def find_people(*, query: str, limit: int = 50) -> list[User]:
    """Return people by phone, mail, name, staff number, public id, or the number of one of their orders."""
    text = query.strip()
    if not text:
        return []
    also = [order.user_id for order in payments.find_orders(query=text, page_size=limit).orders]
    also += list_user_ids_by_staff_number(staff_number=text)
    return find_users(text=text, also_ids=also, limit=limit)


def grant_by_hand(*, actor: Any, user_id: int, product_key: str, until_at: datetime | None = None, reason: str) -> None:
    """Open a product to a person as a gesture of the staff; InvalidInput without a reason or a known product."""
    if not reason.strip():
        raise InvalidInput(_("Say why; the reason is kept in the audit log."), field="reason")
    title = dict(list_products()).get(product_key)
    if title is None:
        raise InvalidInput(_("Choose what to open."), field="product_key")
    user = get_user(user_id=user_id)
    with transaction.atomic():
        give_grant(
            user_id=user.pk,
            product_key=product_key,
            source_kind="staff",
            source_id=new_public_id().hex,
            until_at=until_at,
            reason=reason,
        )
        record(
            actor=actor,
            action="grant.give",
            object_kind="user",
            object_id=user.public_id,
            object_label=str(user),
            changes={"product": product_key, "title": title, "reason": reason, "until": str(until_at or "")},
        )


def end_grant(*, actor: Any, user_id: int, source_id: str, reason: str) -> None:
    """End a grant that was given by hand; bought access ends by a refund only. NotFound for any other."""
    user = get_user(user_id=user_id)
    if not reason.strip():
        raise InvalidInput(_("Say why; the reason is kept in the audit log."), field="reason")
    with transaction.atomic():
        if not revoke_grants(source_kind="staff", source_id=source_id, user_id=user.pk, reason=reason):
            raise NotFound(_("There is no such access, or it has ended."))
        record(
            actor=actor,
            action="grant.end",
            object_kind="user",
            object_id=user.public_id,
            object_label=str(user),
            changes={"source": source_id, "reason": reason},
        )


@dataclass(kw_only=True)
class GrantPlan:
    """What a spreadsheet of grants would do: rows that are understood, and rows that are not, with the reason."""

    product_key: str
    good: list[tuple[int, int, str]] = field(default_factory=list)
    """(row, user id, name)"""
    bad: list[tuple[int, list[str], str]] = field(default_factory=list)
    """(row, cells, why)"""


def plan_grants(*, data: bytes, product_key: str) -> GrantPlan:
    """Read a spreadsheet whose first column is a phone, mail address or account name; nothing is written.

    UnreadableSpreadsheet for a file that is none; InvalidInput when it has more than MAX_GRANT_ROWS rows.
    """
    rows = read_rows(data=data)[1:]
    if len(rows) > MAX_GRANT_ROWS:
        raise InvalidInput(_("A file may have at most 5,000 rows."), field="file")
    plan = GrantPlan(product_key=product_key)
    wanted = [(number, [cell_text(cell) for cell in row]) for number, row in enumerate(rows, start=2)]
    names = {cells[0].lower() for _number, cells in wanted if cells and cells[0]}
    phones = {_phone(name) for name in names if _phone(name)}
    people = users_by_identifier(identifiers=names | phones)
    seen: set[int] = set()
    for number, cells in wanted:
        name = cells[0].lower() if cells else ""
        found = people.get(name) or people.get(_phone(name))
        if not name:
            if any(cells):
                plan.bad.append((number, cells, _("The first column is empty.")))
        elif found is None:
            plan.bad.append((number, cells, _("No account has this phone, mail address or name.")))
        elif found.pk in seen:
            plan.bad.append((number, cells, _("This person stands in the file twice.")))
        else:
            seen.add(found.pk)
            plan.good.append((number, found.pk, str(found)))
    return plan


def _phone(text: str) -> str:
    """Return a Chinese mobile number in E.164, any other number as it stands, or an empty text."""
    digits = "".join(character for character in text if character.isdigit())
    if text.startswith("+"):
        return f"+{digits}"
    if len(digits) == 11 and digits.startswith("1"):
        return f"+86{digits}"
    return ""


def apply_grants(*, actor: Any, plan: GrantPlan, reason: str) -> int:
    """Open the product to every understood row; return how many."""
    batch = new_public_id().hex[:12]
    for _number, user_id, _name in plan.good:
        with transaction.atomic():
            give_grant(
                user_id=user_id,
                product_key=plan.product_key,
                source_kind="staff",
                source_id=f"{batch}-{user_id}",
                reason=reason,
            )
    record(
        actor=actor,
        action="grant.batch",
        object_kind="product",
        object_id=plan.product_key,
        object_label=plan.product_key,
        changes={"batch": batch, "people": len(plan.good), "reason": reason},
    )
    return len(plan.good)
