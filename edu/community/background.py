"""Telling the learners of a course of an announcement."""

from typing import Any

from django.urls import reverse

from courses import queries as courses
from edu.community.announcements import NOTICE_JOB
from edu.community.models import Announcement
from edu.jobs.registry import job
from edu.jobs.run import JobContext
from edu.notifications.services import notify


@job(NOTICE_JOB)
def tell_learners(context: JobContext, *, announcement_id: int) -> dict[str, Any]:
    """Write to every learner of the course once; nobody when the announcement was withdrawn."""
    row = Announcement.objects.filter(pk=announcement_id, withdrawn_at__isnull=True).first()
    if row is None or row.course_id is None:
        return {"told": 0}
    learners = courses.list_learner_ids(course_id=row.course_id)
    title = courses.get_course_title(course_id=row.course_id)
    told = 0
    for number, user_id in enumerate(learners, start=1):
        if user_id != row.author_id:
            told += (
                notify(
                    user_id=user_id,
                    kind="community.announced",
                    context={"title": row.title, "body": row.body, "course": title},
                    url=reverse("community:announcements"),
                    dedupe_key=f"announced:{row.pk}:{user_id}",
                )
                is not None
            )
        if number % 100 == 0:
            context.progress(100 * number // len(learners))
    return {"told": told}
