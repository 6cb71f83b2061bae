"""What every authoring view shares: only authors enter, what is not theirs is not there, refusals become messages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from edu.core.errors import DomainError, NotAllowed, NotFound
from exams.policies_authoring import remember_memberships, require_author

View = Callable[..., HttpResponse]


def _guarded(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            remember_memberships(request.user)
            require_author(request.user)
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404(error.message) from error
        except NotAllowed as error:
            raise PermissionDenied(error.message) from error

    return login_required(guarded)


def author_page(view: View) -> View:
    """Guard a page: sign-in, 403 for those who do not author, 404 for what is not theirs; GET and POST."""
    return require_http_methods(["GET", "HEAD", "POST"])(_guarded(view))


def author_post(view: View) -> View:
    """Guard an action in the same way; POST only."""
    return require_http_methods(["POST"])(_guarded(view))


def say(request: HttpRequest, error: DomainError) -> None:
    """Tell the author why something was refused, in her language."""
    messages.error(request, _(error.message))
