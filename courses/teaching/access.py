"""What the views of the instructor's desk share: reading what is hers, naming rows, and telling what went wrong."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from courses.models import Chapter, Course, Lesson
from courses.permissions import get_taught_chapter, get_taught_course, get_taught_lesson
from edu.core.errors import DomainError, NotAllowed, NotFound

View = Callable[..., HttpResponse]


def teaching(view: View) -> View:
    """Answer what the use cases refuse: 403 to people who do not teach, 404 for what is not hers."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
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


def id_of(model: type[Course] | type[Chapter] | type[Lesson], public_id: uuid.UUID) -> int:
    """Return the id of the row that an address names, for a use case, which asks whose it is; NotFound without one."""
    pk: int | None = model.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound(_("There is no such page."))
    return pk


def course_address(*, chapter_or_lesson: type[Chapter] | type[Lesson], pk: int) -> uuid.UUID:
    """Return the public id of the course that a chapter or lesson belongs to, to go back to after changing it."""
    public_id: uuid.UUID = chapter_or_lesson.objects.values_list("course__public_id", flat=True).get(pk=pk)
    return public_id


@contextmanager
def telling(request: HttpRequest, done: str = "") -> Iterator[None]:
    """Run a use case: say `done`, or why it could not be done. Refusals go on to `teaching`."""
    try:
        yield
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        messages.error(request, _(error.message))
    else:
        if done:
            messages.success(request, done)
