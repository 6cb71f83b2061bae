"""Who works at the operator's desk: one policy for pages and use cases."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from edu.core.errors import NotAllowed

View = Callable[..., HttpResponse]


def is_operator(user: Any) -> bool:
    """Whether the person may work at the operator's desk."""
    return bool(user.is_authenticated and user.is_active and (user.is_operator or user.is_superuser))


def require_operator(actor: Any | None) -> None:
    """Let operators and the system (None) pass; NotAllowed for everybody else."""
    if actor is not None and not is_operator(actor):
        raise NotAllowed(_("Only an operator may do this."))


def operator_required(view: View) -> View:
    """Let operators in; to everybody else who is signed in the desk does not exist (404)."""

    @never_cache
    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_operator(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return checked
