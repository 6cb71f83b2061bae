"""Who may see, learn and edit which course. Every page, use case and endpoint of the room asks here."""

import uuid
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from courses.models import Chapter, Course, Lesson
from edu.core.errors import NotAllowed, NotFound
from edu.organizations.queries import list_memberships


def _organization_ids(user: Any, *, role: str | None = None) -> list[int]:
    """Return the organisations of the person; the answer is kept on the user object for the request."""
    rows = getattr(user, "_course_memberships", None)
    if rows is None:
        rows = list_memberships(user_id=user.pk)
        user._course_memberships = rows
    return [row.organization_id for row in rows if role in (None, row.role)]


def _taught_by(user: Any) -> Q:
    """Courses of the person, those she teaches, and those of organisations that she trains for."""
    if user.is_superuser:
        return Q()
    return (
        Q(owner_id=user.pk)
        | Q(pk__in=Course.instructors.through.objects.filter(instructor__user_id=user.pk).values("course_id"))
        | Q(organization_id__in=_organization_ids(user, role="trainer"))
    )


def listed_courses(user: Any | None) -> QuerySet[Course]:
    """Return the published courses that the person may find: public ones, and those of her organisations."""
    published = Course.objects.filter(status=Course.Status.PUBLISHED)
    if user is None or not user.is_authenticated:
        return published.filter(organization__isnull=True)
    return published.filter(Q(organization__isnull=True) | Q(organization_id__in=_organization_ids(user)))


def visible_courses(user: Any | None) -> QuerySet[Course]:
    """Return the courses whose page the person may open: listed ones, her own drafts, those she is enrolled in."""
    if user is None or not user.is_authenticated:
        return listed_courses(None)
    listed = Q(status=Course.Status.PUBLISHED) & (
        Q(organization__isnull=True) | Q(organization_id__in=_organization_ids(user))
    )
    enrolled = Q(enrolments__user_id=user.pk) & ~Q(status=Course.Status.DRAFT)
    return Course.objects.filter(Q(pk__in=Course.objects.filter(listed | enrolled | _taught_by(user)).values("pk")))


def taught_courses(user: Any) -> QuerySet[Course]:
    """Return the courses that the person may edit."""
    return Course.objects.filter(_taught_by(user)).distinct()


def can_make_courses(user: Any) -> bool:
    """Whether the person may make courses at all: instructors, trainers, superusers."""
    if not user.is_authenticated:
        return False
    return bool(user.is_superuser or user.is_instructor or _organization_ids(user, role="trainer"))


def can_teach(user: Any) -> bool:
    """Whether the person has a desk to teach at: who may make courses, and who was added to one."""
    return can_make_courses(user) or (user.is_authenticated and taught_courses(user).exists())


def can_edit(user: Any, course: Course) -> bool:
    """Whether the person may edit the course."""
    return bool(user.is_authenticated and taught_courses(user).filter(pk=course.pk).exists())


def require_teacher(user: Any) -> None:
    """Raise NotAllowed unless the person teaches."""
    if not can_teach(user):
        raise NotAllowed(_("Only instructors and trainers can open this page."))


def require_author(actor: Any | None, *, organization_id: int | None) -> None:
    """Raise NotAllowed unless the actor may make courses, NotFound unless she may for the organisation (None: public).

    An actor None is the system, which may everything.
    """
    if actor is None:
        return
    if not can_make_courses(actor):
        raise NotAllowed(_("Only instructors and trainers can make courses."))
    if organization_id is None or actor.is_superuser:
        return
    if organization_id not in _organization_ids(actor, role="trainer"):
        raise NotFound(_("There is no such organisation."))


def require_course(actor: Any | None, *, course_id: int) -> Course:
    """Return the course that the actor (None: the system) changes.

    NotAllowed for people who do not teach at all, NotFound for courses that are not hers.
    """
    courses = Course.objects.all()
    if actor is not None:
        require_teacher(actor)
        courses = taught_courses(actor)
    course = courses.filter(pk=course_id).first()
    if course is None:
        raise NotFound(_("There is no such course."))
    return course


def require_chapter(actor: Any | None, *, chapter_id: int) -> Chapter:
    """Return the chapter that the actor changes, its course loaded; refusals as in `require_course`."""
    chapters = Chapter.objects.select_related("course").filter(pk=chapter_id)
    if actor is not None:
        require_teacher(actor)
        chapters = chapters.filter(course__in=taught_courses(actor))
    chapter = chapters.first()
    if chapter is None:
        raise NotFound(_("There is no such chapter."))
    return chapter


def require_lesson(actor: Any | None, *, lesson_id: int) -> Lesson:
    """Return the lesson that the actor changes, course and chapter loaded; refusals as in `require_course`."""
    lessons = Lesson.objects.select_related("course", "chapter").filter(pk=lesson_id)
    if actor is not None:
        require_teacher(actor)
        lessons = lessons.filter(course__in=taught_courses(actor))
    lesson = lessons.first()
    if lesson is None:
        raise NotFound(_("There is no such lesson."))
    return lesson


def get_taught_course(user: Any, public_id: uuid.UUID) -> Course:
    """Return a course that the person may edit; NotAllowed for those who do not teach, NotFound otherwise."""
    require_teacher(user)
    course = taught_courses(user).select_related("category").filter(public_id=public_id).first()
    if course is None:
        raise NotFound(_("There is no such course."))
    return course


def get_taught_lesson(user: Any, public_id: uuid.UUID) -> Lesson:
    """Return a lesson of a course that the person may edit, removed ones included; refusals as for its course."""
    require_teacher(user)
    lesson = (
        Lesson.objects.select_related("course", "chapter")
        .filter(public_id=public_id, course__in=taught_courses(user))
        .first()
    )
    if lesson is None:
        raise NotFound(_("There is no such lesson."))
    return lesson


def get_taught_chapter(user: Any, public_id: uuid.UUID) -> Chapter:
    """Return a chapter of a course that the person may edit; refusals as for its course."""
    require_teacher(user)
    chapter = (
        Chapter.objects.select_related("course").filter(public_id=public_id, course__in=taught_courses(user)).first()
    )
    if chapter is None:
        raise NotFound(_("There is no such chapter."))
    return chapter
