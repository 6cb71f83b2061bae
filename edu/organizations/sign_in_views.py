"""Sign-in by organisation and staff number, and joining by invitation."""

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from edu.accounts.requests import get_person
from edu.accounts.stages import BY_STAFF_NUMBER
from edu.accounts.throttle import check_rate, client_address
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.organizations.forms import JoinForm, StaffSignInForm
from edu.organizations.queries import get_invitation, is_current_member
from edu.organizations.services import join_by_invitation


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest, code: str = "") -> HttpResponse:
    """Sign in by organisation and staff number; `code` in the address fills in the organisation.

    Ten attempts in five minutes for one staff number, six hundred for one address (a whole office). Every failure has
    the same text.
    """
    if request.user.is_authenticated:
        return redirect(get_next_redirect_url(request) or "desk")
    form = StaffSignInForm(request.POST or None, initial={"organization_code": code})
    if request.method == "POST" and form.is_valid():
        credentials: dict[str, Any] = form.cleaned_data
        key = f"{credentials['organization_code']}:{credentials['staff_number']}".lower()
        check_rate(key=f"staff-sign-in:{key}", limit=10, window_seconds=300)
        check_rate(key=f"staff-sign-in-from:{client_address(request)}", limit=600, window_seconds=300)
        user = authenticate(request, **credentials)
        if user is not None:
            record_authentication(request, user, method="password", username=user.get_username())
            state = {BY_STAFF_NUMBER: True}
            response: HttpResponse = perform_login(
                request, Login(user=user, redirect_url=get_next_redirect_url(request), state=state)
            )
            return response
        form.add_error(
            None,
            _(
                "The organisation code, the staff number or the password is not right. "
                "Check them, or ask your trainer for a new first password."
            ),
        )
    return render(request, "organizations/sign_in.html", {"form": form, "code": code})


@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation, and join the organisation by it; 410 says why it is over, 404 that there never was one."""
    check_rate(key=f"invitation-from:{client_address(request)}", limit=60, window_seconds=300)
    try:
        invitation = get_invitation(token=token)
    except NotFound as error:
        raise Http404 from error
    signed_in = request.user.is_authenticated
    context: dict[str, Any] = {
        "invitation": invitation,
        "is_member": signed_in
        and is_current_member(user_id=get_person(request).pk, organization_id=invitation.organization_id),
    }
    if invitation.over and not context["is_member"]:
        return render(request, "organizations/join_over.html", context, status=410)
    form = None
    if signed_in and not context["is_member"]:
        form = JoinForm(request.POST or None, initial={"real_name": get_person(request).real_name})
        if request.method == "POST" and form.is_valid():
            try:
                join_by_invitation(token=token, user=get_person(request), **form.cleaned_data)
            except NotFound:  # somebody took the last place in between
                return redirect("organizations:join", token)
            except (Conflict, InvalidInput) as error:
                form.add_error(error.field, error.message)
            else:
                messages.success(
                    request, _("Welcome. You have joined %(name)s.") % {"name": invitation.organization_name}
                )
                return redirect("desk")
    return render(request, "organizations/join.html", context | {"form": form})
