"""Small courses, lessons and people for tests."""

from itertools import count

from courses.models import Course, Instructor, Lesson
from courses.services import (
    add_chapter,
    add_lesson,
    create_course,
    enrol,
    ensure_category,
    ensure_instructor,
    publish_course,
)
from edu.access.services import give_grant, register_door
from edu.accounts.models import User
from edu.core.clock import now_utc
from edu.organizations.models import Membership, Organization
from media.models import Asset, Video

_numbers = count(1)


def make_user(name="", **fields):
    number = next(_numbers)
    return User.objects.create_user(
        email=f"person{number}@example.com", display_name=name or f"Person {number}", **fields
    )


def make_instructor(**fields):
    return make_user(is_instructor=True, **fields)


def make_teacher(user):
    """Make the public page of an instructor with this account."""
    number = next(_numbers)
    return Instructor.objects.create(slug=f"teacher-{number}", name=f"Teacher {number}", user=user)


def make_organization(*, trainer=None, member=None):
    number = next(_numbers)
    organization = Organization.objects.create(name=f"Firm {number}", code=f"firm-{number}")
    for user, role in ((trainer, "trainer"), (member, "member")):
        if user is not None:
            Membership.objects.create(organization=organization, user=user, role=role, joined_at=now_utc())
    return organization


def make_video(*, seconds=100.0, owner=None):
    return Video.objects.create(
        title="Film", owner=owner, state="ready", duration_seconds=seconds, created_at=now_utc(), stream_key=b"0" * 16
    )


def make_asset(*, owner=None):
    return Asset.objects.create(
        kind="document",
        title="Sheet",
        file_name="sheet.pdf",
        storage_name="assets/none.pdf",
        content_type="application/pdf",
        size_bytes=10,
        owner=owner,
        created_at=now_utc(),
    )


def make_course(
    *,
    title="Bookkeeping",
    owner=None,
    lessons=2,
    chapters=1,
    publish=True,
    price=None,
    language="en",
    kinds=(),
    **fields,
):
    """Make a course of text lessons; the first one is a free preview."""
    owner = owner or make_instructor()
    course_id = create_course(actor=None, title=title, language=language, owner_id=owner.pk, **fields)
    for number in range(chapters):
        chapter_id = add_chapter(actor=None, course_id=course_id, title=f"Chapter {number + 1}")
        for place in range(lessons):
            kind = kinds[place] if place < len(kinds) else "text"
            add_lesson(
                actor=None,
                chapter_id=chapter_id,
                title=f"Lesson {number + 1}.{place + 1}",
                kind=kind,
                free_preview=number == 0 and place == 0,
                body_html="<p>Text of the lesson</p>",
                video_id=make_video(owner=owner).pk if kind == "video" else None,
                asset_id=make_asset(owner=owner).pk if kind == "document" else None,
                question_ids=[1, 2] if kind == "quiz" else [],
            )
    if publish:
        publish_course(actor=None, course_id=course_id)
    course = Course.objects.get(pk=course_id)
    if price is not None:
        register_door(product_key=course.product_key, offer_url="/shop/offers/1/", price_minor=price, currency="CNY")
    return course


def make_learner(course, **fields):
    """Make a learner who owns the course."""
    user = make_user(**fields)
    give_grant(user_id=user.pk, product_key=course.product_key, source_kind="order", source_id=str(user.pk))
    enrol(user_id=user.pk, course_id=course.pk)
    return user


def lessons_of(course):
    return list(Lesson.objects.filter(course=course, removed_at__isnull=True).order_by("chapter__position", "position"))


__all__ = [
    "ensure_category",
    "ensure_instructor",
    "lessons_of",
    "make_course",
    "make_instructor",
    "make_learner",
    "make_organization",
    "make_teacher",
    "make_user",
]
