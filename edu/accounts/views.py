"""The person's own pages: profile, security, tokens, data, leaving; the demo's sign-in and the phone reset."""

import uuid
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from edu.accounts.adapter import set_language_cookie
from edu.accounts.demo import list_demo_accounts
from edu.accounts.forms import DeleteAccountForm, PhoneResetForm, ProfileForm, RequestPhoneResetForm, TokenForm
from edu.accounts.phone_reset import find_phone_reset, finish_phone_reset, start_phone_reset
from edu.accounts.phones import format_phone
from edu.accounts.queries import list_tokens
from edu.accounts.requests import get_person
from edu.accounts.services import (
    choose_language,
    create_token,
    delete_account,
    export_personal_data,
    remember_language,
    revoke_token,
    sign_out_everywhere,
)
from edu.accounts.throttle import check_rate
from edu.core.errors import Conflict, InvalidInput, NotFound


def account_nav(current: str) -> list[dict[str, Any]]:
    """Return the navigation of the person's own pages; `current` is a URL name."""
    entries = [
        ("accounts:profile", _("Profile"), "user"),
        ("accounts:security", _("Sign-in and security"), "shield"),
        ("notifications:inbox", _("Messages"), "bell"),
        ("notifications:preferences", _("Mails"), "mail"),
        ("jobs:index", _("My imports and exports"), "layers"),
        ("accounts:tokens", _("API tokens"), "key"),
        ("accounts:data", _("My data"), "download"),
    ]
    return [
        {"label": label, "url": reverse(name), "icon": icon, "current": name == current}
        for name, label, icon in entries
    ]


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change names and language."""
    form = ProfileForm(request.POST or None, instance=get_person(request))
    if request.method == "POST" and form.is_valid():
        user = form.save()
        messages.success(request, _("Your profile is saved."))
        response = redirect("accounts:profile")
        if user.language:
            set_language_cookie(response, user.language)
        return response
    return render(request, "accounts/profile.html", {"form": form, "desk_nav_items": account_nav("accounts:profile")})


@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Show pages in another language from now on; who is signed in has chosen it for mails and other devices too."""
    if request.user.is_authenticated:
        choose_language(user=get_person(request), language=request.POST.get("language", ""))
    response: HttpResponse = set_language(request)
    return response


@login_required
def security(request: HttpRequest) -> HttpResponse:
    """Show the ways to sign in, the second factor and the sessions."""
    user = get_person(request)
    mails = EmailAddress.objects.filter(user=user)
    context = {
        "mail_verified": any(row.verified and row.email == user.email for row in mails),
        "phone": format_phone(phone=user.phone) if user.phone else "",
        "has_password": user.has_usable_password(),
        "has_second_factor": is_mfa_enabled(user),
        "advise_second_factor": user.is_operator or user.is_staff or user.is_superuser,
        "desk_nav_items": account_nav("accounts:security"),
    }
    return render(request, "accounts/security.html", context)


@login_required
@require_POST
def sign_out_others(request: HttpRequest) -> HttpResponse:
    """End every other session of the person."""
    user = get_person(request)
    sign_out_everywhere(user=user)
    update_session_auth_hash(request, user)
    messages.success(request, _("You are signed out on every other device."))
    return redirect("accounts:security")


@login_required
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """List the person's API tokens and make a new one, which is shown on this answer only."""
    form = TokenForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "desk_nav_items": account_nav("accounts:tokens")}
    if request.method == "POST" and form.is_valid():
        check_rate(key=f"tokens:{request.user.pk}", limit=20, window_seconds=3600)
        try:
            row, secret = create_token(user=get_person(request), **form.cleaned_data)
        except InvalidInput as error:
            form.add_error(error.field, error.message)
        else:
            context |= {"form": TokenForm(), "new_secret": secret, "new_token": row}
    context["tokens"] = list_tokens(user=get_person(request))
    return render(request, "accounts/tokens.html", context)


@login_required
@require_POST
def token_revoke(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Revoke one of the person's tokens; another's answers 404."""
    try:
        revoke_token(user=get_person(request), public_id=public_id)
    except NotFound as error:
        raise Http404 from error
    messages.success(request, _("The token is revoked."))
    return redirect("accounts:tokens")


@login_required
def data(request: HttpRequest) -> HttpResponse:
    """Explain what is kept, offer it for download, and the way out."""
    return render(request, "accounts/data.html", {"desk_nav_items": account_nav("accounts:data")})


@login_required
@require_POST
def data_download(request: HttpRequest) -> HttpResponse:
    """Send everything that is kept about the person as JSON."""
    response = JsonResponse(
        export_personal_data(user=get_person(request)), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@sensitive_post_parameters("proof")
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    """Ask for proof, explain what goes and what stays, and empty the account."""
    form = DeleteAccountForm(request.POST or None, user=get_person(request))
    if request.method == "POST":
        check_rate(key=f"delete-account:{request.user.pk}", limit=5, window_seconds=600)
        if form.is_valid():
            try:
                delete_account(user=get_person(request))
            except Conflict as error:
                form.add_error(None, error.message)
            else:
                logout(request)
                messages.success(request, _("Your account is deleted. Thank you for the time you spent here."))
                return redirect("home")
    return render(request, "accounts/delete.html", {"form": form, "desk_nav_items": account_nav("accounts:data")})


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's people; 404 wherever the demo sign-in is off."""
    if not settings.DEMO_SIGN_IN:
        raise Http404
    chosen = next((row for row in list_demo_accounts() if row.username == request.POST.get("username")), None)
    user = None
    if chosen is not None:
        backend = "django.contrib.auth.backends.ModelBackend"
        user = authenticate(request, username=chosen.username, password=chosen.password)
    if user is None:
        messages.error(request, _("This account of the demo is not there any more. Load the demo again."))
        return redirect("account_login")
    login(request, user, backend=backend)
    remember_language(user=user, language=get_language() or "")
    following = request.POST.get("next", "")
    return redirect(following if following and get_adapter(request).is_safe_url(following) else "desk")


def phone_reset(request: HttpRequest) -> HttpResponse:
    """Ask for the phone whose account needs a new password, and send a code."""
    form = RequestPhoneResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        start_phone_reset(request=request, phone=form.cleaned_data["phone"])
        return redirect("accounts:phone_reset_code")
    return render(request, "accounts/phone_reset.html", {"form": form})


@sensitive_post_parameters("code", "password")
@never_cache
def phone_reset_code(request: HttpRequest) -> HttpResponse:
    """Take the code and the new password."""
    state = find_phone_reset(session=request.session)
    if state is None:
        return redirect("accounts:phone_reset")
    form = PhoneResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if finish_phone_reset(request=request, **form.cleaned_data):
            messages.success(request, _("Your password is changed. Sign in with it."))
            return redirect("account_login")
        if find_phone_reset(session=request.session) is None:
            messages.error(request, _("That was the wrong code too often. Ask for a new one."))
            return redirect("accounts:phone_reset")
        form.add_error("code", _("This code is not right. Check the digits, or ask for a new one."))
    return render(
        request, "accounts/phone_reset_code.html", {"form": form, "phone": format_phone(phone=state["phone"])}
    )


def staff_reset(request: HttpRequest) -> HttpResponse:
    """Say how people with a staff number get a new password: their trainer gives it."""
    return render(request, "accounts/staff_reset.html")
