"""Finding people, and giving or ending access by hand."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.access.queries import list_products
from edu.access.services import give_grant, revoke_grants
from edu.accounts.models import User
from edu.accounts.queries import find_users, get_user
from edu.audit.services import record
from edu.core.errors import InvalidInput, NotFound
from edu.core.ids import new_public_id
from edu.operations.permissions import require_operator
from edu.organizations.queries import list_user_ids_by_staff_number
from payments import queries as payments

STAFF_SOURCE = "staff"
"""Source kind of grants that an operator gave."""


def find_people(*, query: str, limit: int = 50) -> list[User]:
    """Return people by phone, mail, name, staff number, account name, or the number of one of their orders."""
    text = query.strip()
    if not text:
        return []
    also = [order.user_id for order in payments.find_orders(query=text, page_size=limit).orders]
    also += list_user_ids_by_staff_number(staff_number=text)
    return find_users(text=text, also_ids=also, limit=limit)


def grant_by_hand(
    *, actor: Any, user_id: int, product_key: str, until_at: datetime | None = None, reason: str, request_key: str = ""
) -> bool:
    """Open a product to a person as a gesture of the staff; True when it is new.

    `request_key` names the form that was sent, so that sending it twice gives one grant. InvalidInput without a
    reason or a known product, NotAllowed for others than operators.
    """
    require_operator(actor)
    if not reason.strip():
        raise InvalidInput(_("Say why; the reason is kept in the audit log."), field="reason")
    title = dict(list_products()).get(product_key)
    if title is None:
        raise InvalidInput(_("Choose what to open."), field="product_key")
    user = get_user(user_id=user_id)
    with transaction.atomic():
        is_new = give_grant(
            user_id=user.pk,
            product_key=product_key,
            source_kind=STAFF_SOURCE,
            source_id=(request_key or new_public_id().hex)[:80],
            until_at=until_at,
            reason=reason,
        )
        if is_new:
            record(
                actor=actor,
                action="grant.give",
                object_kind="user",
                object_id=user.public_id,
                object_label=str(user),
                changes={"product": product_key, "title": title, "reason": reason, "until": str(until_at or "")},
            )
    return is_new


def end_grant(*, actor: Any, user_id: int, source_id: str, reason: str) -> None:
    """End a grant that was given by hand; bought access ends by a refund only. NotFound for any other."""
    require_operator(actor)
    user = get_user(user_id=user_id)
    if not reason.strip():
        raise InvalidInput(_("Say why; the reason is kept in the audit log."), field="reason")
    with transaction.atomic():
        if not revoke_grants(source_kind=STAFF_SOURCE, source_id=source_id, user_id=user.pk, reason=reason):
            raise NotFound(_("There is no such access, or it has ended."))
        record(
            actor=actor,
            action="grant.end",
            object_kind="user",
            object_id=user.public_id,
            object_label=str(user),
            changes={"source": source_id, "reason": reason},
        )
