"""A learner's own notes in a lesson."""

import uuid
from typing import Any

from django.utils.translation import gettext as _

from courses.learning.admission import require_open_lesson
from courses.models import LessonNote
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound

MAX_NOTES = 500
MAX_CHARACTERS = 4000


def _require_text(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput(_("Write something first."), field="text")
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput(_("A note has at most 4,000 characters."), field="text")
    return text


def add_note(*, user: Any, lesson_public_id: uuid.UUID, text: str, position_seconds: int | None = None) -> LessonNote:
    """Add a note, at a second of the film if given.

    NotFound when the lesson is not open to the person; InvalidInput when it is empty, too long or one too many.
    """
    lesson = require_open_lesson(user, public_id=lesson_public_id)
    if LessonNote.objects.filter(user_id=user.pk, lesson=lesson).count() >= MAX_NOTES:
        raise InvalidInput(_("There are 500 notes already. Delete one first."), field="text")
    now = now_utc()
    return LessonNote.objects.create(
        user_id=user.pk,
        lesson=lesson,
        text=_require_text(text),
        position_seconds=None if position_seconds is None else max(0, position_seconds),
        created_at=now,
        changed_at=now,
    )


def get_note(*, user_id: int, public_id: uuid.UUID) -> LessonNote:
    """Return one of the person's own notes; NotFound for everybody else's."""
    note = LessonNote.objects.select_related("lesson__course").filter(user_id=user_id, public_id=public_id).first()
    if note is None:
        raise NotFound(_("There is no such note."))
    return note


def change_note(*, user_id: int, public_id: uuid.UUID, text: str) -> LessonNote:
    """Change the text of one's own note."""
    note = get_note(user_id=user_id, public_id=public_id)
    note.text, note.changed_at = _require_text(text), now_utc()
    note.save(update_fields=["text", "changed_at"])
    return note


def delete_note(*, user_id: int, public_id: uuid.UUID) -> LessonNote:
    """Delete one's own note and return what it was."""
    note = get_note(user_id=user_id, public_id=public_id)
    note.delete()
    return note
