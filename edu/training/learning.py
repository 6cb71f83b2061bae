"""What the training room asks of courses, exams, certificates and payments: the only module here that knows them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec

from django.urls import reverse

from courses.standings import list_organization_courses
from courses.standings import list_standings as list_course_standings
from edu.access.queries import list_doors, list_opened_keys
from edu.core.errors import NotFound
from edu.training.domain.states import NOT_STARTED, ProductProgress
from edu.training.models import Assignment, AssignmentTarget, SeatPool
from exams.standings import list_organization_banks, list_organization_exams, list_sat_exams
from exams.standings import list_standings as list_exam_standings
from payments.queries import get_order, list_seat_offers
from payments.wording import money_label

BEGUN_EXAM_PERCENT = 50
"""What an exam that was begun but not passed counts for in the progress of an assignment."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """Something that can be assigned: the organisation's own (`pool_id` None), or opened by a seat of that pool."""

    key: str
    title: str
    url: str
    pool_id: int | None


@dataclass(frozen=True, kw_only=True)
class OwnThing:
    """A private course, exam or bank of the organisation."""

    kind: str
    title: str
    status: str
    product_key: str
    public_id: uuid.UUID
    slug: str = ""


@dataclass(frozen=True, kw_only=True)
class OwnThings:
    """Everything an organisation keeps to itself."""

    courses: list[OwnThing] = field(default_factory=list)
    exams: list[OwnThing] = field(default_factory=list)
    banks: list[OwnThing] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class SeatLine:
    """A line of a paid order that buys seats."""

    source_key: str
    organization_id: int
    product_key: str
    title: str
    quantity: int
    access_days: int | None


@dataclass(frozen=True, kw_only=True)
class SeatOffer:
    """Seats that are on sale."""

    title: str
    url: str
    price_label: str
    product_key: str


def list_statistics(*, assignment: Assignment) -> list[tuple[str, str]]:
    """Return title and address of the statistics of each exam of an assignment that one of its people sat: two
    statements, none where no exam is assigned.
    """
    keys = [key for key in assignment.product_keys if key.startswith("exam:")]
    if not keys:
        return []
    people = list(AssignmentTarget.objects.filter(assignment=assignment).values_list("user_id", flat=True))
    rows = list_sat_exams(user_ids=people, product_keys=keys)
    return [(row.title, reverse("figures:exam", args=[row.public_id])) for row in rows]


def list_progress(
    *, user_ids: Sequence[int], product_keys: Sequence[str], now: datetime
) -> dict[tuple[int, str], ProductProgress]:
    """Return how far each person is with each course and exam; who has not begun is left out.

    The number of queries does not grow with people or products.
    """
    found: dict[tuple[int, str], ProductProgress] = {}
    if not user_ids:
        return found
    courses, exams = _ids(product_keys, "course"), _ids(product_keys, "exam")
    if courses:
        for course in list_course_standings(user_ids=user_ids, course_public_ids=courses):
            done = course.finished_at is not None
            found[course.user_id, f"course:{course.course_public_id}"] = ProductProgress(
                state="done" if done else "in_progress" if course.percent else "not_started",
                percent=100 if done else course.percent,
                finished_at=course.finished_at,
            )
    if exams:
        for exam in list_exam_standings(user_ids=user_ids, exam_public_ids=exams, now=now):
            found[exam.user_id, f"exam:{exam.exam_public_id}"] = ProductProgress(
                state=exam.state,
                percent=100 if exam.state == "done" else BEGUN_EXAM_PERCENT,
                score_percent=f"{exam.percent:.2f}" if exam.percent is not None else None,
                finished_at=exam.finished_at,
            )
    return found


def progress_of(found: dict[tuple[int, str], ProductProgress], user_id: int, key: str) -> ProductProgress:
    """Return one person's progress in one product out of `list_progress`; not started when it is not there."""
    return found.get((user_id, key), NOT_STARTED)


def list_certificate_serials(*, user_ids: Sequence[int], product_keys: Sequence[str]) -> dict[tuple[int, str], str]:
    """Return the serials of valid certificates by (person, product); none without the certificate room."""
    if find_spec("certificates.models") is None:
        return {}
    from certificates.standings import list_serials

    return list_serials(user_ids=user_ids, achievement_keys=product_keys)


def list_own_things(*, organization_id: int) -> OwnThings:
    """Return the organisation's private courses, exams and banks. Three queries."""
    return OwnThings(
        courses=[
            OwnThing(
                kind="course",
                title=row.title,
                status=row.status,
                product_key=row.product_key,
                public_id=row.public_id,
                slug=row.slug,
            )
            for row in list_organization_courses(organization_id=organization_id)
        ],
        exams=[
            OwnThing(
                kind="exam",
                title=row.title,
                status=row.status,
                product_key=row.product_key,
                public_id=row.public_id,
            )
            for row in list_organization_exams(organization_id=organization_id)
        ],
        banks=[
            OwnThing(
                kind="bank",
                title=row.title,
                status=row.status,
                product_key=row.product_key,
                public_id=row.public_id,
            )
            for row in list_organization_banks(organization_id=organization_id)
        ],
    )


def list_assignable(*, organization_id: int) -> list[Product]:
    """Return what a trainer may assign: the organisation's own courses and exams, and those it has seats for.

    An exam that belongs to a course or bundle with seats is opened by a seat of that pool.
    """
    own = list_own_things(organization_id=organization_id)
    published = [course for course in own.courses if course.status == "published"] + [
        exam for exam in own.exams if exam.status == "scheduled"
    ]
    pools = list(SeatPool.objects.filter(organization_id=organization_id))
    opened = _opened_by_pools(pools)
    doors = list_doors(product_keys=[thing.product_key for thing in published] + list(opened))
    products = [
        Product(
            key=thing.product_key,
            title=thing.title,
            url=doors[thing.product_key].url if thing.product_key in doors else "",
            pool_id=None,
        )
        for thing in published
    ]
    taken = {product.key for product in products}
    products += [
        Product(
            key=key,
            title=doors[key].title if key in doors else pool.title,
            url=doors[key].url if key in doors else "",
            pool_id=pool.pk,
        )
        for key, pool in opened.items()
        if key not in taken
    ]
    return products


def _opened_by_pools(pools: Sequence[SeatPool]) -> dict[str, SeatPool]:
    """Return the courses and exams that a seat of one of the pools opens, with the pool."""
    result: dict[str, SeatPool] = {}
    by_key = {pool.product_key: pool for pool in pools}
    for key, opened in list_opened_keys(product_keys=list(by_key)).items():
        for one in sorted(opened, key=lambda name: (name != key, name)):
            if one.partition(":")[0] in ("course", "exam"):
                result.setdefault(one, by_key[key])
    return result


def list_seat_lines(*, order_id: int) -> list[SeatLine]:
    """Return the lines of an order that buy seats for an organisation and were not refunded."""
    try:
        order = get_order(order_id=order_id)
    except NotFound:
        return []
    if order.organization_id is None:
        return []
    return [
        SeatLine(
            source_key=f"order-line:{line.line_id}",
            organization_id=order.organization_id,
            product_key=line.product_key,
            title=line.title,
            quantity=line.quantity,
            access_days=line.access_days,
        )
        for line in order.lines
        if line.kind == "seats" and not line.is_ended
    ]


def list_refunded_seat_lines(*, order_id: int) -> list[str]:
    """Return the source keys of seat lines of an order that a refund took back."""
    try:
        order = get_order(order_id=order_id)
    except NotFound:
        return []
    return [f"order-line:{line.line_id}" for line in order.lines if line.kind == "seats" and line.is_ended]


def list_offers_of_seats() -> list[SeatOffer]:
    """Return the seats that are on sale, with their pages in the shop and the price of one seat in words."""
    return [
        SeatOffer(
            title=offer.title,
            url=reverse("payments:offer", args=[offer.public_id]),
            price_label=money_label(offer.price_minor, offer.currency),
            product_key=offer.product_key,
        )
        for offer in list_seat_offers()
    ]


def _ids(product_keys: Sequence[str], kind: str) -> list[uuid.UUID]:
    """Return the public ids of the keys of one kind; what is no UUID is left out."""
    result = []
    for key in product_keys:
        name, _colon, text = key.partition(":")
        if name == kind:
            try:
                result.append(uuid.UUID(text))
            except ValueError:
                continue
    return result
