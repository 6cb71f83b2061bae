"""Forms of sign-in, registration and the person's own pages."""

from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    LoginForm,
    ReauthenticateForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.core import context
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edu.accounts.fields import PhoneField
from edu.accounts.models import User
from edu.accounts.phones import find_phone

PHONE, MAIL = "phone", "mail"


def _plain(form: forms.Form) -> None:
    """Take away placeholders that only repeat the label."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


def _label_new_password(form: forms.Form) -> None:
    """Give the two fields of a new password the words that every page has for them."""
    form.fields["password1"].label = _("New password")
    form.fields["password2"].label = _("New password again")
    _plain(form)


class SignInForm(LoginForm):  # type: ignore[misc] # django-allauth is untyped
    """Mail address or phone, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Mail address or phone")
        self.fields["login"].max_length = 254
        self.fields["login"].widget.attrs |= {"autocomplete": "username"}
        self.fields["remember"].label = _("Keep me signed in on this device")
        _plain(self)

    def clean_login(self) -> str:
        """Return the mail address, or the phone in E.164."""
        text: str = super().clean_login()
        return text if "@" in text else find_phone(text=text) or text


def _consent_links() -> str:
    """Return links to what a person agrees to."""
    return format_html(
        '<span><a href="/terms/" target="_blank">{}</a> · <a href="/privacy/" target="_blank">{}</a></span>',
        gettext("Terms of service"),
        gettext("Privacy policy"),
    )


class SignUpForm(SignupForm):  # type: ignore[misc] # django-allauth is untyped
    """Registration: by mail and password, or by phone, which a code then proves."""

    by = forms.CharField(widget=forms.HiddenInput, required=False)
    consent = forms.BooleanField(
        label=_("I have read and agree to the terms of service and the privacy policy"),
        help_text=lazy(_consent_links, str)(),
        error_messages={"required": _("Registration needs your agreement.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.get("by") if self.is_bound else context.request.GET.get("by")
        self.mode = PHONE if chosen == PHONE else MAIL
        self.fields["by"].initial = self.mode
        if self.mode == PHONE:
            del self.fields["email"]
            del self.fields["password1"]
            self.fields["phone"].required = True
        else:
            del self.fields["phone"]
            self.fields["email"].label = _("Mail address")
        self.order_fields(["by", "email", "phone", "password1", "consent"])
        _plain(self)


class RequestCodeForm(RequestLoginCodeForm):  # type: ignore[misc] # django-allauth is untyped
    """One field for mail address or phone, to which a sign-in code is sent."""

    login = forms.CharField(label=_("Mail address or phone"), max_length=254)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["email"]
        del self.fields["phone"]
        self.fields["login"].widget.attrs |= {"autocomplete": "username"}
        self._user: User | None = None

    def clean(self) -> dict[str, Any]:
        """Find the person, if there is one, by mail or phone; the answer is the same either way."""
        cleaned: dict[str, Any] = self.cleaned_data
        text = str(cleaned.get("login", "")).strip()
        if not text:
            return cleaned
        phone = None if "@" in text else find_phone(text=text)
        if phone:
            cleaned["phone"] = phone
            self.clean_phone()
        else:
            try:
                cleaned["email"] = forms.EmailField().clean(text).lower()
            except ValidationError as error:
                raise ValidationError(_("Enter a mail address or a phone number."), code="invalid") from error
            self.clean_email()
        return cleaned


class ResetByMailForm(ResetPasswordForm):  # type: ignore[misc] # django-allauth is untyped
    """The mail address whose account needs a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Mail address")
        _plain(self)


class MailForm(AddEmailForm):  # type: ignore[misc] # django-allauth is untyped
    """A new mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New mail address")
        _plain(self)


class ChangePasswordForm(AllauthChangePasswordForm):  # type: ignore[misc] # django-allauth is untyped
    """The present password and the new one, which must differ from it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Present password")
        _label_new_password(self)

    def clean_password1(self) -> str:
        """Return the new password; refuse the present one."""
        password: str = self.cleaned_data["password1"]
        if self.user is not None and self.user.check_password(password):
            raise ValidationError(_("The new password must differ from the present one."), code="same_password")
        return password


class FirstPasswordForm(SetPasswordForm):  # type: ignore[misc] # django-allauth is untyped
    """A password for somebody who has signed in by code so far."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label_new_password(self)


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc] # django-allauth is untyped
    """The new password after a code by mail was right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label_new_password(self)


class ProveForm(ReauthenticateForm):  # type: ignore[misc] # django-allauth is untyped
    """The password once more, before something that could lock its owner out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)


class RequestPhoneResetForm(forms.Form):
    """The phone whose account needs a new password."""

    phone = PhoneField()


class PhoneResetForm(forms.Form):
    """The code that came by text message, and the new password."""

    code = forms.CharField(
        label=_("Code from the text message"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy(password_validation.password_validators_help_text_html, str)(),
    )

    def clean_password(self) -> str:
        """Return a password that is hard enough to guess."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password)
        return password


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg] # Django's forms take no parameters at run time
    """Names and language."""

    class Meta:
        model = User
        fields = ["real_name", "display_name", "language"]
        help_texts = {
            "real_name": _(
                "Printed on certificates and shown to those who train and examine you; nobody else sees it."
            ),
            "display_name": _("What others see beside your questions and reviews."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["real_name"].widget.attrs["autocomplete"] = "name"
        self.fields["display_name"].widget.attrs["autocomplete"] = "nickname"
        choices = [("", _("As the browser asks")), *settings.LANGUAGES]
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            choices=choices,
            required=False,
            help_text=_("Pages, mails and text messages use it."),
        )


class TokenForm(forms.Form):
    """What a new API token is called, and how long it lives."""

    name = forms.CharField(
        label=_("Token name"), max_length=80, help_text=_("What it is for, so that you know it again.")
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("One year")), (0, _("Until it is revoked"))],
        initial=90,
    )


class DeleteAccountForm(forms.Form):
    """Proof that the person means it: the password, or for those without one a word to type."""

    proof = forms.CharField(label=_("Your password"), strip=False, max_length=128)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if user.has_usable_password():
            self.fields["proof"].widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        else:
            self.fields["proof"].label = _("Type DELETE to confirm")
            self.fields["proof"].widget = forms.TextInput(attrs={"autocomplete": "off"})

    def clean_proof(self) -> str:
        """Return the proof; refuse a wrong one."""
        proof: str = self.cleaned_data["proof"]
        if self.user.has_usable_password():
            if not self.user.check_password(proof):
                raise ValidationError(_("This is not your password."), code="wrong_password")
        elif proof.strip().upper() != "DELETE":
            raise ValidationError(_("Type the word DELETE."), code="wrong_word")
        return proof
