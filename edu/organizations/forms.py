"""Forms of the sign-in by staff number and of joining by invitation."""

from django import forms
from django.utils.translation import gettext_lazy as _


class StaffSignInForm(forms.Form):
    """Organisation code, staff number and password."""

    organization_code = forms.CharField(
        label=_("Organisation code"),
        max_length=40,
        help_text=_("Your trainer gave it to you together with your staff number."),
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autocapitalize": "none"}),
    )
    staff_number = forms.CharField(
        label=_("Staff number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class JoinForm(forms.Form):
    """What an organisation wants to know of somebody who joins by link."""

    real_name = forms.CharField(
        label=_("Real name"),
        max_length=80,
        help_text=_("Your trainer sees it, and it stands on your certificates."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    staff_number = forms.CharField(
        label=_("Staff number"), max_length=40, required=False, help_text=_("If your organisation gave you one.")
    )
