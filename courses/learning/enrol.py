"""Beginning a course: by a grant, or by oneself where it is free."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from courses.domain.completion import course_percent
from courses.fetch import fetch_marks
from courses.models import Course, Enrolment
from courses.permissions import visible_courses
from edu.access.services import give_grant
from edu.core.clock import now_utc
from edu.core.errors import NotAllowed, NotFound


@transaction.atomic
def enrol(*, user_id: int, course_id: int, now: datetime | None = None) -> int:
    """Put a learner into a course; return the enrolment's id. Repeating it changes nothing.

    The system's own step: for handlers of grants, and for use cases that have asked whether the course is hers.
    """
    moment = now or now_utc()
    row, created = Enrolment.objects.get_or_create(
        user_id=user_id, course_id=course_id, defaults={"enrolled_at": moment, "active_at": moment}
    )
    if created:
        course = Course.objects.get(pk=course_id)
        Course.objects.filter(pk=course_id).update(learner_count=F("learner_count") + 1)
        # Free previews that were done before enrolling count.
        row.progress_percent = course_percent(fetch_marks(course=course, user_id=user_id))
        row.save(update_fields=["progress_percent"])
    return row.pk


def recount_learners() -> None:
    """Write every course's count of learners anew, for enrolments that were loaded in bulk; one statement."""
    mine = Enrolment.objects.filter(course=OuterRef("pk")).order_by().values("course")
    counted = mine.annotate(total=Count("pk")).values("total")
    Course.objects.update(learner_count=Coalesce(Subquery(counted), 0))


@transaction.atomic
def enrol_free(*, user: Any, slug: str) -> None:
    """Let a learner begin a free course; NotFound when she may not see it, NotAllowed when it is not free."""
    course = visible_courses(user).filter(slug=slug).first()
    if course is None:
        raise NotFound(_("There is no such course."))
    if not course.is_free or not course.is_published:
        raise NotAllowed(_("This course is not free. Buy it, or ask your organisation for a seat."))
    give_grant(user_id=user.pk, product_key=course.product_key, source_kind="free", source_id=str(course.public_id))
    enrol(user_id=user.pk, course_id=course.pk)
