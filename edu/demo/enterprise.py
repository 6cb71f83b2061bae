"""The enterprise of the demo: an organisation with departments, staff, seats, a private course, and assignments."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from courses.learning.enrol import enrol
from courses.models import Course, Enrolment, Lesson, LessonProgress
from edu.access.models import Grant
from edu.accounts.models import User
from edu.demo import content
from edu.demo.history import Learner, sit_exam
from edu.demo.subjects import Subject, load_subject, sell
from edu.organizations import services as organizations
from edu.organizations.models import Membership, Organization
from edu.training import services as training
from exams.models import Exam
from payments.models import Offer

CODE = "xinghe"
FIRST_PASSWORD = "warehouse-2026"  # noqa: S105 - the demo's password is printed on the console
SEATS = 20
SEATS_GIVEN = ((20, slice(0, 7)), (6, slice(7, 10)))
"""How many days ago seats were given, and to which of the staff: the trainer began with some and added others."""


def load_enterprise(*, people: dict[str, User], now: datetime) -> list[dict[str, Any]]:
    """Load the organisation once; return how one of its staff signs in."""
    described = content.read("safety", "organisation")
    organization = Organization.objects.filter(code=CODE).first()
    if organization is None:
        organization = organizations.create_organization(name=described["name"], code=CODE)
        trainer = people["trainer"]
        organizations.add_member(
            organization_id=organization.pk, user=trainer, staff_number="XH1000", role=Membership.Role.TRAINER
        )
        departments = {
            name: organizations.create_department(organization_id=organization.pk, name=name).pk
            for name in described["departments"]
        }
        staff = _load_staff(described["staff"], organization=organization, departments=departments)
        subject = load_subject(
            folder="safety", owner=trainer, operator=people["operator"], now=now, organization_id=organization.pk
        )
        _load_seats(organization=organization, operator=people["operator"], trainer=trainer, staff=staff, now=now)
        _load_assignments(
            organization=organization, trainer=trainer, departments=departments, subject=subject, staff=staff, now=now
        )
    return [{"organization": CODE, "staff_number": "XH0012", "password": FIRST_PASSWORD}]


def _load_staff(rows: list[dict[str, Any]], *, organization: Organization, departments: dict[str, int]) -> list[User]:
    """Add the staff with one first password, which each has to change at the first sign-in."""
    password = make_password(FIRST_PASSWORD)
    drafts = [
        organizations.MemberDraft(
            real_name=row["name"],
            staff_number=row["staff_number"],
            department_id=departments[row["department"]],
            phone=f"+86{row['phone']}",
            email="",
            job_title=row.get("job_title", ""),
            password_hash=password,
        )
        for row in rows
    ]
    ids = organizations.add_members(actor=None, organization_id=organization.pk, drafts=drafts)
    found = User.objects.in_bulk(ids)
    return [found[user_id] for user_id in ids]


def _load_seats(*, organization: Organization, operator: User, trainer: User, staff: list[User], now: datetime) -> None:
    """Offer seats of the first public course; the organisation has bought some and given most of them out."""
    course = Course.objects.filter(organization__isnull=True, status="published").order_by("id").first()
    if course is None:
        return
    if not Offer.objects.filter(kind="seats", product_key=course.product_key).exists():
        sell(
            operator=operator,
            title=f"{course.title}（企业席位）",
            kind="seats",
            product_key=course.product_key,
            price_minor=12900,
            access_days=365,
            organization_only=True,
        )
    pool = training.add_seats(
        actor=None,
        organization_id=organization.pk,
        product_key=course.product_key,
        title=course.title,
        quantity=SEATS,
        source_key="demo",
        access_days=365,
        now=now - timedelta(days=21),
    )
    for days, given in SEATS_GIVEN:
        training.assign_seats(
            actor=trainer,
            organization_id=organization.pk,
            pool_id=pool.pk,
            user_ids=[user.pk for user in staff[given]],
            now=now - timedelta(days=days),
        )


def _load_assignments(
    *,
    organization: Organization,
    trainer: User,
    departments: dict[str, int],
    subject: Subject,
    staff: list[User],
    now: datetime,
) -> None:
    """Assign the safety course and its exam to both departments; some are done, one failed, some have not begun."""
    exam = next(iter(subject.exams.values()))
    assignment = training.create_assignment(
        actor=trainer,
        organization_id=organization.pk,
        title="2026 年度安全培训",
        product_keys=[subject.course.product_key, exam.product_key],
        due_at=now + timedelta(days=6),
        department_ids=list(departments.values()),
        message="请在截止日前学完四节课并通过考试。",
    )
    late = training.create_assignment(
        actor=trainer,
        organization_id=organization.pk,
        title="叉车与堆码专项复训",
        product_keys=[subject.course.product_key],
        due_at=now + timedelta(days=1),
        department_ids=[departments["仓储部"]],
        message="仓储部全员参加。",
    )
    Grant.objects.filter(user__in=staff).update(from_at=now - timedelta(days=5))
    _let_staff_learn(staff=staff, course=subject.course, exam=exam, now=now)
    # The deadline of the retraining is over, so that the page of those who are late has something to show.
    type(late).objects.filter(pk=late.pk).update(due_at=now - timedelta(days=2))
    for row in (assignment, type(late).objects.get(pk=late.pk)):
        training.refresh_assignment(assignment=row)


def _let_staff_learn(*, staff: list[User], course: Course, exam: Exam, now: datetime) -> None:
    """Let most of the staff do a part of it."""
    chance = random.Random(7)  # noqa: S311 - plausibility, not secrecy
    lessons = list(Lesson.objects.filter(course=course).order_by("chapter__position", "position"))
    for number, user in enumerate(staff[:9]):
        done = len(lessons) if number < 6 else number - 5
        began_at = now - timedelta(days=4, hours=number)
        rows = [
            LessonProgress(
                user=user,
                lesson=lesson,
                opened_at=began_at + timedelta(hours=place),
                reported_at=began_at + timedelta(hours=place, minutes=12),
                percent=100,
                completed_at=began_at + timedelta(hours=place, minutes=12),
            )
            for place, lesson in enumerate(lessons[:done])
        ]
        LessonProgress.objects.bulk_create(rows, ignore_conflicts=True)
        User.objects.filter(pk=user.pk).update(last_login=rows[-1].opened_at)
        enrolment_id = enrol(user_id=user.pk, course_id=course.pk, now=began_at)
        Enrolment.objects.filter(pk=enrolment_id).update(
            enrolled_at=began_at,
            active_at=rows[-1].completed_at,
            last_lesson=rows[-1].lesson,
            progress_percent=round(100 * done / len(lessons)),
            completed_at=rows[-1].completed_at if done == len(lessons) else None,
        )
        if number < 5:
            ability = 0.35 if number == 4 else 0.98
            learner = Learner(user=user, ability=ability, diligence=1.0, began_at=began_at)
            sit_exam(learner, exam, at=now - timedelta(days=2, hours=number), chance=chance)
