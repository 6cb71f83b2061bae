"""Forms of the certificate room."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from certificates.domain.eligibility import PLACEHOLDERS, clean_name, unknown_placeholders
from certificates.models import CertificateTemplate
from edu.documents.fonts import missing_characters


class NameForm(forms.Form):
    """The real name, as it shall be printed."""

    real_name = forms.CharField(
        label=_("Real name"),
        max_length=80,
        help_text=_("As it shall stand on the certificate."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_real_name(self) -> str:
        """Refuse what is no name, and characters that cannot be printed."""
        return printable_name(self.cleaned_data["real_name"])


def printable_name(text: str) -> str:
    """Return a name fit for print; ValidationError says what is wrong with it."""
    name = clean_name(text)
    if not name:
        raise forms.ValidationError(gettext("Type your name in letters or characters."))
    if unknown := missing_characters(name):
        raise forms.ValidationError(
            gettext(
                "These characters cannot be printed: %(characters)s. Write the name in another form, or contact us."
            )
            % {"characters": unknown}
        )
    return name


class SerialForm(forms.Form):
    """A serial to check."""

    serial = forms.CharField(
        label=_("Serial number"),
        max_length=80,
        help_text=_("It stands beside the QR code, such as JB-2026-7F3K-QMNP-4XYC."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class TemplateForm(forms.ModelForm):
    """Design and texts of a certificate."""

    class Meta:
        model = CertificateTemplate
        fields = ["name", "design", "language", "title", "lead", "body", "issuer", "signatory", "seal"]
        widgets = {"body": forms.Textarea(attrs={"rows": 4}), "design": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["design"].choices = CertificateTemplate.Design.choices
        self.fields["name"].help_text = _("Only you see it.")
        self.fields["body"].help_text = _(
            "You can use {name}, {achievement}, {score}, {issued_on} and {hours}; they are filled in when it is issued."
        )
        self.fields["seal"].help_text = _("One to four characters. Left empty, a golden rosette is drawn.")

    def clean_body(self) -> str:
        """Refuse placeholders that do not exist."""
        return self._without_unknown("body")

    def clean_title(self) -> str:
        """Refuse placeholders that do not exist."""
        return self._without_unknown("title")

    def _without_unknown(self, field: str) -> str:
        text = str(self.cleaned_data[field])
        if unknown := unknown_placeholders(text):
            message = gettext("{%(name)s} is no placeholder. There are %(known)s.")
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise forms.ValidationError(message % {"name": unknown[0], "known": known})
        return text


class RuleForm(forms.Form):
    """For what, and in which look, certificates are issued."""

    achievement_key = forms.ChoiceField(label=_("For"))
    template = forms.ModelChoiceField(label=_("Template"), queryset=CertificateTemplate.objects.none())
    minimum_percent = forms.IntegerField(
        label=_("From a score of (%)"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_(
            "Leave it empty if passing is enough. With several certificates for one exam, each person gets the highest "
            "that the score reaches."
        ),
    )
    valid_months = forms.IntegerField(
        label=_("Valid for (months)"),
        required=False,
        min_value=1,
        max_value=600,
        help_text=_("Leave it empty if the certificate does not expire."),
    )

    def __init__(self, *args: Any, achievements: list[tuple[str, str]], templates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["achievement_key"].choices = achievements
        self.fields["template"].queryset = templates


class RuleChangeForm(forms.Form):
    """Look and validity of certificates to come."""

    template = forms.ModelChoiceField(label=_("Template"), queryset=CertificateTemplate.objects.none())
    valid_months = forms.IntegerField(
        label=_("Valid for (months)"),
        required=False,
        min_value=1,
        max_value=600,
        help_text=_("Leave it empty if the certificate does not expire."),
    )
    is_active = forms.BooleanField(label=_("Issue new certificates"), required=False)

    def __init__(self, *args: Any, templates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = templates


class ReasonForm(forms.Form):
    """Why a certificate is revoked."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("The holder and whoever checks the certificate will read it.")
    )


class ReissueForm(forms.Form):
    """A corrected name."""

    holder_name = forms.CharField(label=_("Corrected name"), max_length=80)
    note = forms.CharField(label=_("Note for the record"), max_length=300, required=False)

    def clean_holder_name(self) -> str:
        """Refuse what is no name, and characters that cannot be printed."""
        return printable_name(self.cleaned_data["holder_name"])
