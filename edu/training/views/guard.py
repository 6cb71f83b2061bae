"""The door of every page of the trainer's desk: who does not train for an organisation finds nothing here."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from edu.accounts.models import User
from edu.core.errors import DomainError, NotFound
from edu.documents.xlsx import CONTENT_TYPE
from edu.organizations.queries import MembershipView, list_memberships

SESSION_KEY = "training_organization"
P = ParamSpec("P")


def list_trained(user_id: int) -> list[MembershipView]:
    """Return the organisations that the person trains for."""
    return [row for row in list_memberships(user_id=user_id) if row.role == "trainer"]


def trainer_page(
    view: Callable[Concatenate[HttpRequest, MembershipView, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Call the view with the organisation that the person trains for (the chosen one, of several); 404 for others.

    A NotFound of a use case answers 404 as well, so that things of another organisation look like nothing.
    """

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        trained = list_trained(actor_of(request).pk)
        if not trained:
            raise Http404
        chosen = request.session.get(SESSION_KEY)
        organization = next((row for row in trained if row.organization_id == chosen), trained[0])
        request.trained = trained  # type: ignore[attr-defined] # read by `show`
        try:
            return view(request, organization, *args, **kwargs)
        except NotFound as error:
            raise Http404 from error

    return guarded


def actor_of(request: HttpRequest) -> User:
    """Return the signed-in person."""
    user = request.user
    assert isinstance(user, User)
    return user


def show(
    request: HttpRequest,
    organization: MembershipView,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a page of the desk with the organisation and, of several, the switch between them."""
    trained = getattr(request, "trained", [])
    return render(
        request,
        f"training/{template}.html",
        {"organization": organization, "trained": trained, "desk": "trainer", **context},
        status=status,
    )


def spreadsheet(data: bytes, name: str) -> HttpResponse:
    """Return an .xlsx as a download that nothing keeps in a cache."""
    from django.utils.http import content_disposition_header

    response = HttpResponse(data, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response


def tell_error(request: HttpRequest, error: DomainError) -> None:
    """Show a refusal as a message; NotFound is passed on, since it answers 404."""
    if isinstance(error, NotFound):
        raise error
    messages.error(request, error.message)
