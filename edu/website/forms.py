"""The enquiry form of enterprises."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edu.website.models.enquiry import Enquiry


class EnquiryForm(forms.ModelForm[Enquiry]):
    """Who asks, and how to reach her: a phone or a mail address is needed."""

    website = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    class Meta:
        model = Enquiry
        fields = ["company", "name", "phone", "email", "staff_count", "message"]
        widgets = {"message": forms.Textarea(attrs={"rows": 4})}

    def is_caught(self) -> bool:
        """Whether the field that only machines see was filled in."""
        return bool(self.data.get("website"))

    def clean(self) -> dict[str, Any]:
        """Ask for a phone or a mail address."""
        cleaned = super().clean() or {}
        if not cleaned.get("phone") and not cleaned.get("email"):
            self.add_error("phone", _("Give a phone or an e-mail address, so that we can answer."))
        return cleaned
