"""Announcements: news of the site to everybody, of a course to its learners."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.community.models import Announcement
from edu.community.policies import may_announce
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotAllowed, NotFound
from edu.jobs.services import enqueue

NOTICE_JOB = "community.tell_learners"


def publish_announcement(
    *,
    author: Any | None,
    title: str,
    body: str,
    course_id: int | None = None,
    language: str = "",
    created_at: datetime | None = None,
    tell: bool = True,
) -> Announcement:
    """Publish news to everybody, or to the learners of a course; `author` None is the system.

    `body` is kept as plain text. `tell` sends the learners of the course a message. NotAllowed for those who neither
    work at the operator's desk nor teach the course.
    """
    if author is not None and not may_announce(author, course_id=course_id):
        raise NotAllowed(_("You cannot announce anything here."))
    heading, text = title.strip(), strip_tags(body).strip()
    if not heading:
        raise InvalidInput(_("Give it a title."), field="title")
    if not text:
        raise InvalidInput(_("Write something first."), field="body")
    with transaction.atomic():
        row = Announcement.objects.create(
            course_id=course_id,
            author=author,
            language=language,
            title=heading[:160],
            body=text[:5000],
            published_at=created_at or now_utc(),
        )
        record(
            actor=author,
            action="announcement.publish",
            object_kind="announcement",
            object_id=row.public_id,
            object_label=row.title,
        )
        if tell and course_id is not None:
            enqueue(kind=NOTICE_JOB, arguments={"announcement_id": row.pk}, unique_key=f"announcement:{row.pk}")
    return row


def withdraw_announcement(*, user: Any, public_id: uuid.UUID) -> Announcement:
    """Take an announcement down; NotFound for those who may not announce there."""
    row = Announcement.objects.filter(public_id=public_id, withdrawn_at__isnull=True).first()
    if row is None or not may_announce(user, course_id=row.course_id):
        raise NotFound
    with transaction.atomic():
        row.withdrawn_at = now_utc()
        row.save(update_fields=["withdrawn_at"])
        record(
            actor=user,
            action="announcement.withdraw",
            object_kind="announcement",
            object_id=row.public_id,
            object_label=row.title,
        )
    return row
