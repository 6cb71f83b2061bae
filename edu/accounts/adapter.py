"""How django-allauth meets our user: user names are made, phones are kept on the user, mails wear our frame."""

import re
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from edu.accounts.fields import PhoneField
from edu.accounts.models import User
from edu.accounts.phones import InvalidPhone, normalize_phone
from edu.accounts.services import remember_language
from edu.accounts.stages import OWN_STAGES
from edu.accounts.throttle import client_address
from edu.core.ids import new_public_id
from edu.core.site_identity import get_site_identity
from edu.events.publish import publish
from edu.events.types import UserRegistered

WRONG_CREDENTIALS = gettext_lazy(
    "The account or the password is not right. Check both, sign in by code, or set a new password."
)


def site_name() -> str:
    """Return the site's name in the active language."""
    return get_site_identity(default_name=settings.WAGTAIL_SITE_NAME).name


class _MailSite:
    """Name and domain that django-allauth's mail texts ask for."""

    def __init__(self, request: HttpRequest | None) -> None:
        self.name = site_name()
        self.domain = request.get_host() if request is not None else settings.BASE_URL.partition("://")[2]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # django-allauth is untyped
    """Phone and mail of our user model, for django-allauth."""

    error_messages = DefaultAccountAdapter.error_messages | {
        # One text for all, so that it does not tell which accounts exist.
        "email_password_mismatch": WRONG_CREDENTIALS,
        "phone_password_mismatch": WRONG_CREDENTIALS,
        "username_password_mismatch": WRONG_CREDENTIALS,
        "invalid_login": WRONG_CREDENTIALS,
        "incorrect_code": gettext_lazy("This code is not right. Check the digits, or ask for a new one."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Wait a few minutes and try again."),
        "same_password": gettext_lazy("The new password must differ from the present one."),
    }

    # -- users ----------------------------------------------------------------------------------------
    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Give a new user the user name that nobody has to choose."""
        if not user.username:
            user.public_id = user.public_id or new_public_id()
            user.username = f"u-{user.public_id.hex[:16]}"

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Save a person who registers, with the language of the page, and tell the other rooms."""
        user.language = get_language() or ""
        user.display_name = form.cleaned_data.get("display_name", "")
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            if saved.pk:
                publish(UserRegistered(user_id=saved.pk))
        return saved

    def set_password(self, user: User, password: str) -> None:
        """Set a password that the person chose herself: the first one has then done its service."""
        user.must_change_password = False
        super().set_password(user, password)

    def get_login_stages(self) -> list[str]:
        """Return the steps of a sign-in, with our own for mail and phone."""
        return [OWN_STAGES.get(name, name) for name in super().get_login_stages()]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return where a person goes on after changing the password."""
        return resolve_url(
            settings.LOGIN_REDIRECT_URL if getattr(request, "was_trapped", False) else "accounts:security"
        )

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Return where a person goes on after proving a mail address."""
        if self.request.user.is_authenticated:
            return reverse("accounts:security")
        return str(super().get_email_verification_redirect_url(email_address))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Speak the person's own language from the sign-in on; who never chose one has that of the page."""
        remember_language(user=user, language=get_language() or "")
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.language:
            set_language_cookie(response, user.language)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask those who have a password for it before mail, phone or second factor change."""
        return True

    def get_user_search_fields(self) -> list[str]:
        """Return the fields that an operator's search looks into."""
        return ["username", "email", "phone", "real_name", "display_name"]

    # -- phones ---------------------------------------------------------------------------------------
    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        """Return a field that reads phones as people type them."""
        return PhoneField(**kwargs)

    def clean_phone(self, phone: str) -> str:
        """Return the number in E.164."""
        try:
            return normalize_phone(text=phone)
        except InvalidPhone as error:
            raise ValidationError(error.message, code=error.code) from error

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """Return the phone and whether a code has proved it."""
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        """Keep a phone on the user."""
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Keep a phone that a code has just proved; another's unproved claim to it ends."""
        User.objects.filter(phone=phone, phone_verified=False).exclude(pk=user.pk).update(phone=None)
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        """Return the person of a phone."""
        return User.objects.filter(phone=phone, is_active=True).first()

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        """Send a code in the language of the page."""
        text = _("[%(site)s] Your code is %(code)s, valid for 10 minutes. Do not pass it on to anybody.")
        self._send_sms(phone, text % {"site": site_name(), "code": code})

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Tell the owner of a phone that somebody, perhaps herself, tried to register it again."""
        text = _("[%(site)s] This phone already has an account. Sign in by code, or ignore this message.")
        self._send_sms(phone, text % {"site": site_name()})

    def _send_sms(self, phone: str, text: str) -> None:
        """Hand a text message to the configured gateway."""
        import_string(settings.SMS_BACKEND)().send(phone=phone, text=text)

    # -- mails ----------------------------------------------------------------------------------------
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of django-allauth's mails as text and in our mail frame, in the receiver's language."""
        request = allauth_context.request
        user = context.get("user")
        with override(getattr(user, "language", "") or get_language()):
            values = {"request": request, "email": email, "current_site": _MailSite(request)} | context
            subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", values).split())
            text = render_to_string(f"{template_prefix}_message.txt", values).strip()
            paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
            code = str(context.get("code") or "")
            frame: dict[str, Any] = {"subject": subject, "heading": subject, "code": code, "paragraphs": paragraphs}
            frame["site"] = get_site_identity(default_name=settings.WAGTAIL_SITE_NAME)
            html = render_to_string("account/email/frame.html", values | frame, request)
        message = EmailMultiAlternatives(subject, text, self.get_from_email(), [email])
        message.attach_alternative(html, "text/html")
        message.send()

    # -- limits ---------------------------------------------------------------------------------------
    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that django-allauth's limits count by: the same that ours do."""
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Name the account whose failed attempts are counted; the phone too, which django-allauth leaves out."""
        names = ("email", "phone", "username")
        login = next((str(credentials[name]) for name in names if credentials.get(name)), "")
        return f"{request.get_host()}:{login.lower()}"


def set_language_cookie(response: HttpResponse, language: str) -> None:
    """Make the browser ask for pages in `language` from now on."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, samesite="Lax")
