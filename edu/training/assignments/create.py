"""Making assignments, and finding whom one is for."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from edu.jobs.services import enqueue
from edu.organizations.queries import MemberView, list_current_members, list_departments, with_descendants
from edu.training.learning import Product, list_assignable
from edu.training.models import Assignment, AssignmentTarget, Seat, SeatPool
from edu.training.policies import require_trainer
from edu.training.seats.pools import SeatsMissing

MAX_PRODUCTS = 20


def create_assignment(
    *,
    actor: User | None,
    organization_id: int,
    title: str,
    product_keys: Sequence[str],
    due_at: datetime,
    starts_on: date | None = None,
    everybody: bool = False,
    department_ids: Sequence[int] = (),
    user_ids: Sequence[int] = (),
    includes_newcomers: bool = True,
    message: str = "",
    now: datetime | None = None,
) -> Assignment:
    """Ask people of the organisation to finish courses and exams by `due_at`.

    For everybody, for departments (with those under them) and for single people; `starts_on` None is today. The
    rows are written at once; access and messages follow by a job, on the first day. InvalidInput names the field;
    NotFound for products, departments or people that are not the organisation's; SeatsMissing when more people need a
    seat than are free: nothing is written then.
    """
    require_trainer(actor=actor, organization_id=organization_id)
    moment = now or now_utc()
    today = timezone.localdate(moment)
    starts_on = starts_on or today
    _check(title=title, due_at=due_at, starts_on=starts_on, now=moment)
    products = _find_products(organization_id, product_keys)
    people = find_people(
        organization_id=organization_id, everybody=everybody, department_ids=department_ids, user_ids=user_ids
    )
    if not people:
        raise InvalidInput(_("Nobody is chosen. Choose departments or people."), field="departments")
    _check_seats(products=products, user_ids=[person.user_id for person in people])
    with transaction.atomic():
        row = Assignment.objects.create(
            organization_id=organization_id,
            title=" ".join(title.split())[:200],
            message=message.strip(),
            products=[{"key": product.key, "title": product.title} for product in products],
            everybody=everybody,
            includes_newcomers=includes_newcomers,
            starts_on=starts_on,
            due_at=due_at,
            created_by=actor,
        )
        row.departments.set(department_ids)
        AssignmentTarget.objects.bulk_create(
            [
                AssignmentTarget(assignment=row, user_id=person.user_id, membership_id=person.membership_id)
                for person in people
            ],
            batch_size=500,
        )
        record(
            actor=actor,
            action="assignment.create",
            object_kind="assignment",
            object_id=row.public_id,
            object_label=row.title,
            changes={
                "people": len(people),
                "products": [product.title for product in products],
                "due_at": due_at.isoformat(),
            },
            organization_id=organization_id,
        )
        if starts_on <= today:
            ask_to_open(assignment=row)
    return row


def ask_to_open(*, assignment: Assignment) -> None:
    """Queue the job that gives access and tells the people of an assignment."""
    enqueue(
        kind="training.open_assignment",
        arguments={"assignment_id": assignment.pk},
        title=_("Assign “%(title)s”") % {"title": assignment.title},
    )


def find_people(
    *, organization_id: int, everybody: bool, department_ids: Sequence[int], user_ids: Sequence[int]
) -> list[MemberView]:
    """Return the members whom an audience names now, each once. NotFound for departments or people of elsewhere."""
    people: dict[int, MemberView] = {}
    if everybody:
        people |= {row.user_id: row for row in list_current_members(organization_id=organization_id)}
    if department_ids:
        departments = list_departments(organization_id=organization_id)
        if not set(department_ids) <= {row.id for row in departments}:
            raise NotFound(_("There is no such department."))
        wanted = with_descendants(departments=departments, department_ids=set(department_ids))
        people |= {
            row.user_id: row for row in list_current_members(organization_id=organization_id, department_ids=wanted)
        }
    if user_ids:
        named = list_current_members(organization_id=organization_id, user_ids=list(set(user_ids)))
        if len(named) != len(set(user_ids)):
            raise NotFound(_("There is no such member."))
        people |= {row.user_id: row for row in named}
    return sorted(people.values(), key=lambda row: row.membership_id)


def _check(*, title: str, due_at: datetime, starts_on: date, now: datetime) -> None:
    if not title.strip():
        raise InvalidInput(_("Give the assignment a title."), field="title")
    if due_at <= now:
        raise InvalidInput(_("The deadline has passed already."), field="due_on")
    if timezone.localdate(due_at) < starts_on:
        raise InvalidInput(_("The deadline is before the first day."), field="due_on")


def _find_products(organization_id: int, product_keys: Sequence[str]) -> list[Product]:
    wanted = list(dict.fromkeys(product_keys))
    if not wanted:
        raise InvalidInput(_("Choose at least one course or exam."), field="products")
    if len(wanted) > MAX_PRODUCTS:
        raise InvalidInput(_("Choose at most %(count)d courses and exams.") % {"count": MAX_PRODUCTS}, field="products")
    assignable = {product.key: product for product in list_assignable(organization_id=organization_id)}
    if not set(wanted) <= set(assignable):
        raise NotFound(_("There is no such course or exam."))
    return [assignable[key] for key in wanted]


def _check_seats(*, products: Sequence[Product], user_ids: Sequence[int]) -> None:
    """Raise SeatsMissing when the free seats of a pool are fewer than those who have none."""
    pool_ids = {product.pool_id for product in products if product.pool_id is not None}
    for pool in SeatPool.objects.filter(pk__in=pool_ids):
        seated = Seat.objects.filter(pool=pool, released_at__isnull=True, user_id__in=user_ids).count()
        missing = len(user_ids) - seated - pool.free_count
        if missing > 0:
            raise SeatsMissing(title=pool.title, missing=missing)
