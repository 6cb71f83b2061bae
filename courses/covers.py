"""The picture of a course: a rendition of its cover; without one templates/courses/cover.html draws it."""

from typing import Any

COVER_SPEC = "fill-960x540|format-webp"


def cover_url(course: Any) -> str:
    """Return the address of the cover in 16:9; empty when there is none (or its file is gone)."""
    if course.cover_id is None:
        return ""
    try:
        return course.cover.get_rendition(COVER_SPEC).url
    except (OSError, ValueError):
        return ""
