"""What every page of marking shares: who may enter, and 404 for what is not hers."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from edu.core.errors import NotFound
from exams.models import Exam
from exams.permissions import get_managed_exam

View = Callable[..., HttpResponseBase]


def exam_or_404(request: HttpRequest, public_id: uuid.UUID) -> Exam:
    """Return an exam the person may manage; 404 otherwise."""
    try:
        return get_managed_exam(request.user, public_id)
    except NotFound as error:
        raise Http404(error.message) from error


def exam_page(*methods: str) -> Callable[[View], View]:
    """Guard a view whose address names an exam: sign-in, 404 for what is not hers; the view gets the exam."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, public_id: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            exam = exam_or_404(request, public_id)
            try:
                return view(request, exam, *args, **kwargs)
            except NotFound as error:
                raise Http404(error.message) from error

        return login_required(require_http_methods(list(methods))(guarded))

    return decorate


def attach(response: HttpResponse, *, name: str, ending: str) -> HttpResponse:
    """Return a response as a download named after a title."""
    safe = slugify(name, allow_unicode=True) or "exam"
    header = content_disposition_header(as_attachment=True, filename=f"{safe}{ending}")
    response.headers["Content-Disposition"] = header or "attachment"
    return response
