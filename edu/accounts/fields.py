"""Form fields of accounts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from edu.accounts.phones import InvalidPhone, normalize_phone


class PhoneField(forms.CharField):
    """A phone number as people type it; its clean value is E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Phone"))
        kwargs.setdefault("max_length", 30)
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})
        kwargs.setdefault("widget", widget)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return the number in E.164, or an empty text when the field may be empty."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return normalize_phone(text=text)
        except InvalidPhone as error:
            raise ValidationError(error.message, code=error.code) from error
