"""Forms of the operator's desk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from edu.website.models import Enquiry


class GrantForm(forms.Form):
    """Open a product to one person."""

    product_key = forms.ChoiceField(label=_("What to open"))
    until_on = forms.DateField(
        label=_("Until"),
        required=False,
        help_text=_("Leave empty for no end."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Kept in the audit log."))

    def __init__(self, *args: object, products: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # passed through
        self.fields["product_key"].choices = products  # type: ignore[attr-defined] # a ChoiceField


class GrantFileForm(forms.Form):
    """Open a product to everybody in a spreadsheet."""

    product_key = forms.ChoiceField(label=_("What to open"))
    file = forms.FileField(label=_("Spreadsheet"), help_text=_("One person a row; first column: phone or e-mail."))
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Kept in the audit log."))

    def __init__(self, *args: object, products: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # passed through
        self.fields["product_key"].choices = products  # type: ignore[attr-defined] # a ChoiceField


class RefundForm(forms.Form):
    """Refund an order, in whole or by an amount."""

    amount = forms.DecimalField(
        label=_("Amount"),
        required=False,
        min_value=0,
        decimal_places=2,
        help_text=_("Leave empty to refund all that is left."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The buyer reads it."))
    key = forms.CharField(widget=forms.HiddenInput)


class TransferForm(forms.Form):
    """Confirm that a bank transfer arrived."""

    bank_reference = forms.CharField(label=_("Bank reference"), max_length=80)


class OrderFilterForm(forms.Form):
    """Filter orders."""

    q = forms.CharField(label=_("Number, phone, mail or name"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False)
    flagged = forms.BooleanField(label=_("Needs attention"), required=False)
    from_on = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    to_on = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    STATES = [
        ("", _("all")),
        ("pending", _("pending")),
        ("paid", _("paid")),
        ("partially_refunded", _("partially refunded")),
        ("refunded", _("refunded")),
        ("cancelled", _("cancelled")),
        ("expired", _("expired")),
    ]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # passed through
        self.fields["state"].choices = self.STATES  # type: ignore[attr-defined] # a ChoiceField


class CouponForm(forms.Form):
    """Make a coupon."""

    code = forms.CharField(label=_("Code"), max_length=32, help_text=_("Letters and digits, as buyers type it."))
    title = forms.CharField(label=_("Title"), max_length=120)
    percent = forms.IntegerField(label=_("Per cent off"), required=False, min_value=1, max_value=100)
    amount = forms.DecimalField(label=_("Amount off"), required=False, min_value=0, decimal_places=2)
    floor = forms.DecimalField(label=_("From an order of"), required=False, min_value=0, decimal_places=2)
    per_learner_limit = forms.IntegerField(label=_("Uses a learner"), initial=1, min_value=1)
    total_limit = forms.IntegerField(label=_("Uses in all"), required=False, min_value=1)
    until_on = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, object]:
        """Ask for exactly one of per cent and amount."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("percent")) == bool(cleaned.get("amount")):
            self.add_error("percent", _("Give either a percentage or an amount."))
        return cleaned


class EnquiryFollowUpForm(forms.ModelForm[Enquiry]):
    """State and note of an enquiry."""

    class Meta:
        model = Enquiry
        fields = ["state", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


class AuditFilterForm(forms.Form):
    """Filter the audit log."""

    q = forms.CharField(label=_("Who or what"), required=False, max_length=100)
    action = forms.ChoiceField(label=_("Action"), required=False)
    from_on = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    to_on = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: object, actions: list[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # passed through
        self.fields["action"].choices = [("", _("all")), *[(name, name) for name in actions]]  # type: ignore[attr-defined] # a ChoiceField
