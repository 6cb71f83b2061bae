"""What every view of the instructor's desk begins with: the person, and a course or lesson that is hers to edit."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from courses.models import Chapter, Course, Lesson
from courses.permissions import get_taught_chapter, get_taught_course, get_taught_lesson, require_teacher
from edu.core.errors import DomainError, NotAllowed, NotFound

View = Callable[..., HttpResponse]


def teaching(view: View) -> View:
    """Let instructors and trainers in (403 for others), and answer what is not theirs with 404."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            require_teacher(request.user)
            return view(request, *args, **kwargs)
        except NotAllowed as error:
            raise PermissionDenied(_(error.message)) from error
        except NotFound as error:
            raise Http404 from error

    return guarded


def course_of(request: HttpRequest, public_id: uuid.UUID) -> Course:
    """Return the course, if the person may edit it."""
    return get_taught_course(request.user, public_id)


def lesson_of(request: HttpRequest, public_id: uuid.UUID) -> Lesson:
    """Return the lesson, if the person may edit its course."""
    return get_taught_lesson(request.user, public_id)


def chapter_of(request: HttpRequest, public_id: uuid.UUID) -> Chapter:
    """Return the chapter, if the person may edit its course."""
    return get_taught_chapter(request.user, public_id)


def say_error(request: HttpRequest, error: DomainError) -> None:
    """Tell the person what could not be done."""
    messages.error(request, _(error.message))
