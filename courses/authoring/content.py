"""What a lesson is made of: its film and captions, its file, the questions of its quiz.

Each use case authorises its `actor`: NotAllowed for those who do not teach, NotFound for lessons of courses that are
not hers; None is the system, which has no uploads.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Lesson
from courses.permissions import require_lesson
from courses.question_choice import allowed_ids, find_practice_set, practice_set_id
from edu.core.errors import Conflict, InvalidInput
from media.services import asset_from_upload, set_captions, transcode_again, video_from_upload


def _attach(lesson: Lesson, **fields: Any) -> None:
    """Write what the lesson is made of."""
    for name, value in fields.items():
        setattr(lesson, name, value)
    lesson.save(update_fields=list(fields))


def _require_upload(public_id: uuid.UUID | None) -> uuid.UUID:
    if public_id is None:
        raise InvalidInput(_("Choose a file first. Uploading needs JavaScript."), field="upload")
    return public_id


@transaction.atomic
def set_film(*, actor: Any, lesson_id: int, upload_public_id: uuid.UUID | None) -> None:
    """Make the lesson's film of the actor's finished upload; a job transcodes it.

    InvalidInput without an upload, NotFound when it is not the actor's, Conflict while it is not complete or when it
    was used already.
    """
    lesson = require_lesson(actor, lesson_id=lesson_id)
    video_id = video_from_upload(
        upload_public_id=_require_upload(upload_public_id),
        owner_id=actor.pk,
        title=lesson.title,
        language=lesson.course.language,
    )
    _attach(lesson, video_id=video_id)


@transaction.atomic
def make_film_again(*, actor: Any | None, lesson_id: int) -> None:
    """Transcode a film that failed once more; without a film nothing happens."""
    lesson = require_lesson(actor, lesson_id=lesson_id)
    if lesson.video_id:
        transcode_again(video_id=lesson.video_id)


@transaction.atomic
def set_film_captions(*, actor: Any | None, lesson_id: int, language: str, text: str) -> None:
    """Set the captions of the film in one language from .srt or .vtt text.

    Conflict without a film; InvalidInput names the line that is wrong.
    """
    lesson = require_lesson(actor, lesson_id=lesson_id)
    if not lesson.video_id:
        raise Conflict(_("The lesson has no film yet."))
    set_captions(video_id=lesson.video_id, language=language, text=text)


@transaction.atomic
def set_file(*, actor: Any, lesson_id: int, upload_public_id: uuid.UUID | None, title: str = "") -> None:
    """Make the lesson's document or sound of the actor's finished upload; refusals as in `set_film`."""
    lesson = require_lesson(actor, lesson_id=lesson_id)
    asset_id = asset_from_upload(upload_public_id=_require_upload(upload_public_id), owner_id=actor.pk, title=title)
    _attach(lesson, asset_id=asset_id)


@transaction.atomic
def choose_questions(*, actor: Any, lesson_id: int, question_ids: Sequence[int], add: bool = False) -> None:
    """Make the quiz of these questions in this order, or add them at its end.

    Questions that the actor may not use, and that the quiz does not hold already, are left out.
    """
    lesson = require_lesson(actor, lesson_id=lesson_id)
    wanted = [*lesson.question_ids, *question_ids] if add else list(question_ids)
    _attach(lesson, question_ids=allowed_ids(actor, question_ids=wanted, already=lesson.question_ids))


@transaction.atomic
def choose_practice_set(*, actor: Any, lesson_id: int, set_public_id: uuid.UUID | None) -> None:
    """Let the quiz ask a practice set instead of its questions, or its questions again (None).

    NotFound for a set that the actor may not use, unless the lesson asks it already.
    """
    lesson = require_lesson(actor, lesson_id=lesson_id)
    if set_public_id is None:
        _attach(lesson, practice_set_id=None)
        return
    present = find_practice_set(practice_set_id=lesson.practice_set_id)
    if present is None or present.public_id != set_public_id:
        _attach(lesson, practice_set_id=practice_set_id(actor, public_id=set_public_id))
