"""Reviews of courses: stars and a text, one a person."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from edu.community.models import Review
from edu.community.policies import is_moderator, may_review
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotAllowed, NotFound


def write_review(
    *, author: Any, course_id: int, stars: int, text: str = "", created_at: datetime | None = None
) -> Review:
    """Write or change the person's review of a course; NotAllowed for those who have not learned it."""
    if not may_review(author, course_id=course_id):
        raise NotAllowed(_("Only learners of a course can review it."))
    if stars not in range(1, 6):
        raise InvalidInput(_("Give one to five stars."), field="stars")
    cleaned = text.replace("\x00", "").strip()
    if len(cleaned) > 3000:
        raise InvalidInput(_("This is too long: at most %(count)d characters.") % {"count": 3000}, field="text")
    row, is_new = Review.objects.get_or_create(
        course_id=course_id,
        author=author,
        defaults={"stars": stars, "text": cleaned, "created_at": created_at or now_utc()},
    )
    if not is_new and (row.stars, row.text) != (stars, cleaned):
        row.stars, row.text, row.edited_at = stars, cleaned, now_utc()
        row.save(update_fields=["stars", "text", "edited_at"])
    return row


def delete_review(*, user: Any, course_id: int, author_id: int) -> None:
    """Delete one's own review, or as a moderator another's; NotFound otherwise."""
    if user.pk != author_id and not is_moderator(user, course_id=course_id):
        raise NotFound
    if not Review.objects.filter(course_id=course_id, author_id=author_id).delete()[0]:
        raise NotFound
