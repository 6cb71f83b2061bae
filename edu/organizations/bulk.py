"""Adding and updating members as an import does: few queries for many people. Joins the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, NotFound
from edu.core.ids import new_public_id
from edu.events.publish import publish
from edu.events.types import MemberJoined, MemberMoved
from edu.organizations.models import Membership
from edu.organizations.policies import require_manager
from edu.organizations.resets import may_reset_password


@dataclass(frozen=True, kw_only=True)
class MemberDraft:
    """A person to be added; phone in E.164, mail in lower case, both checked; the password hashed already."""

    real_name: str
    staff_number: str
    department_id: int | None
    phone: str
    email: str
    job_title: str
    password_hash: str


def add_members(*, actor: User | None, organization_id: int, drafts: Sequence[MemberDraft]) -> list[int]:
    """Make accounts and memberships for many people; return user ids in their order.

    Conflict or IntegrityError when a staff number, phone or mail is taken; the caller's transaction ends then.
    """
    if not drafts:
        return []
    require_manager(actor=actor, organization_id=organization_id)
    phones = [draft.phone for draft in drafts if draft.phone]
    emails = [draft.email for draft in drafts if draft.email]
    numbers = [draft.staff_number.lower() for draft in drafts]
    if (
        User.objects.filter(Q(phone__in=phones) | Q(email__in=emails)).exists()
        or EmailAddress.objects.filter(email__in=emails).exists()
    ):
        raise Conflict(_("The phone or mail address was taken in the meantime."))
    current = Membership.objects.filter(organization_id=organization_id, left_at__isnull=True)
    if current.annotate(lower_number=Lower("staff_number")).filter(lower_number__in=numbers).exists():
        raise Conflict(_("The staff number was taken in the meantime."))
    moment = now_utc()
    users = []
    for draft in drafts:
        public_id = new_public_id()
        users.append(
            User(
                public_id=public_id,
                username=f"u-{public_id.hex[:16]}",
                email=draft.email or None,
                phone=draft.phone or None,
                real_name=draft.real_name[:80],
                display_name=draft.real_name[:80],
                password=draft.password_hash,
                must_change_password=True,
            )
        )
    User.objects.bulk_create(users)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, primary=True, verified=False) for user in users if user.email]
    )
    rows = Membership.objects.bulk_create(
        [
            Membership(
                organization_id=organization_id,
                user=user,
                department_id=draft.department_id,
                staff_number=draft.staff_number,
                job_title=draft.job_title,
                is_managed=True,
                joined_at=moment,
            )
            for user, draft in zip(users, drafts, strict=True)
        ]
    )
    for row in rows:
        publish(MemberJoined(organization_id=organization_id, user_id=row.user_id, membership_id=row.pk))
    record(
        actor=actor,
        action="membership.join_many",
        object_kind="organization",
        object_id=organization_id,
        changes={"people": [f"{draft.staff_number} {draft.real_name}" for draft in drafts]},
        organization_id=organization_id,
    )
    return [user.pk for user in users]


def update_member(
    *,
    actor: User | None,
    organization_id: int,
    staff_number: str,
    real_name: str,
    department_id: int | None,
    phone: str,
    email: str,
    job_title: str,
) -> bool:
    """Bring the member of a staff number up to date; empty values and None keep what is there. True when changed.

    Name, phone and mail change only in accounts that the organisation made: other people's are their own.
    """
    require_manager(actor=actor, organization_id=organization_id)
    row = (
        Membership.objects.select_related("user")
        .filter(organization_id=organization_id, staff_number__iexact=staff_number, left_at__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound(_("Nobody has this staff number any more."))
    changes: dict[str, list[str | int | None]] = {}
    if department_id is not None and department_id != row.department_id:
        changes["department_id"] = [row.department_id, department_id]
        row.department_id = department_id
        publish(MemberMoved(organization_id=organization_id, user_id=row.user_id, department_id=department_id))
    if job_title and job_title != row.job_title:
        changes["job_title"] = [row.job_title, job_title]
        row.job_title = job_title
    if changes:
        row.save(update_fields=["department", "job_title"])
    if may_reset_password(row):
        user = row.user
        for field, value in (("real_name", real_name), ("phone", phone), ("email", email)):
            if value and value != getattr(user, field):
                if field != "real_name" and User.objects.filter(**{field: value}).exclude(pk=user.pk).exists():
                    raise Conflict(_("The phone or mail address was taken in the meantime."))
                if field == "email":
                    EmailAddress.objects.filter(user=user).delete()
                    EmailAddress.objects.create(user=user, email=value, primary=True, verified=False)
                changes[field] = [getattr(user, field), value]
                setattr(user, field, value)
        if changes:
            user.save(update_fields=["real_name", "phone", "email"])
    if changes:
        record(
            actor=actor,
            action="membership.update",
            object_kind="membership",
            object_id=row.public_id,
            object_label=row.user.get_full_name(),
            changes=changes,
            organization_id=organization_id,
        )
    return bool(changes)
