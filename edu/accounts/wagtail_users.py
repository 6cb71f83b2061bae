"""Wagtail's page of users, fitted to ours: mail and first and last name may be empty, our own fields are there."""

from typing import Any

from django import forms
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import UserViewSet

from edu.accounts.fields import PhoneField

OWN_FIELDS = {"real_name", "display_name", "phone", "language", "is_instructor", "is_operator"}


class _OwnFields(forms.ModelForm):  # type: ignore[type-arg] # Django's forms take no parameters at run time
    """What both of our forms change in Wagtail's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", "first_name", "last_name"):
            self.fields[name].required = False
        self.fields["phone"] = PhoneField(required=False)

    def clean_email(self) -> str | None:
        """Return the mail address in lower case; nothing at all rather than an empty one, which could not be unique."""
        return (self.cleaned_data["email"] or "").lower() or None

    def clean_phone(self) -> str | None:
        """Return the phone in E.164; nothing at all rather than an empty one."""
        return self.cleaned_data["phone"] or None

    def save(self, commit: bool = True) -> Any:
        """Save the person; a phone that was changed here is not proved."""
        if "phone" in self.changed_data:
            self.instance.phone_verified = False
        return super().save(commit=commit)


class OwnUserEditForm(_OwnFields, UserEditForm):  # type: ignore[misc] # Wagtail is untyped
    """Changing a user."""

    class Meta(UserEditForm.Meta):  # type: ignore[misc] # Wagtail is untyped
        fields = UserEditForm.Meta.fields | OWN_FIELDS


class OwnUserCreationForm(_OwnFields, UserCreationForm):  # type: ignore[misc] # Wagtail is untyped
    """Making a user."""

    class Meta(UserCreationForm.Meta):  # type: ignore[misc] # Wagtail is untyped
        fields = UserCreationForm.Meta.fields | OWN_FIELDS


class OwnUserViewSet(UserViewSet):  # type: ignore[misc] # Wagtail is untyped
    """Wagtail's pages of users with our forms."""

    def get_form_class(self, for_update: bool = False) -> type[_OwnFields]:
        """Return the form of one page."""
        return OwnUserEditForm if for_update else OwnUserCreationForm
