"""Forms of the operator's desk."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edu.audit.wording import action_label
from edu.core.clock import start_of_day

Products = Sequence[tuple[str, str]]

PRODUCT_KINDS = {
    "course": _("Courses"),
    "bundle": _("Bundles"),
    "exam": _("Exams"),
    "paper": _("Papers"),
    "bank": _("Question banks"),
    "lesson": _("Lessons"),
}


def new_key() -> str:
    """Return a fresh key for a form that must act only once."""
    return uuid.uuid4().hex


def end_of(day: date | None) -> datetime | None:
    """Return the first moment after a day in the site's time zone; None for None."""
    if day is None:
        return None
    return start_of_day(on=day + timedelta(days=1), zone=timezone.get_default_timezone())


def grouped(products: Products, *, empty: bool = True) -> list[Any]:
    """Return choices of products under the names of their kinds."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, title in products:
        groups.setdefault(key.split(":", 1)[0], []).append((key, title))
    choices: list[Any] = [("", _("Choose …"))] if empty else []
    return choices + [(PRODUCT_KINDS.get(kind, kind), rows) for kind, rows in groups.items()]


def _day_field(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class ProductForm(forms.Form):
    """A form that asks for a product; `products` are (key, title)."""

    product_key = forms.ChoiceField(label=_("What to open"))

    def __init__(self, *args: Any, products: Products, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product_key"].choices = grouped(products)  # type: ignore[attr-defined] # a ChoiceField

    def clean_until_on(self) -> date | None:
        """Refuse an end that is past."""
        day = self.cleaned_data.get("until_on")
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(_("This day is past."))
        return day


class GrantForm(ProductForm):
    """Open a product to one person."""

    until_on = _day_field(_("Until"), _("The last day of access. Leave empty for no end."))
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Kept in the audit log."))
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class SingleGrantForm(GrantForm):
    """Open a product to one person who is named in the form."""

    person = forms.CharField(label=_("Phone, e-mail or account name"), max_length=200)
    field_order = ["person", "product_key", "until_on", "reason"]


class GrantFileForm(ProductForm):
    """Open a product to everybody in a spreadsheet."""

    file = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_("An .xlsx file with one person a row, at most 5,000. Only the first column is read."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
    until_on = _day_field(_("Until"), _("The last day of access. Leave empty for no end."))
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Kept in the audit log."))
    field_order = ["file", "product_key", "until_on", "reason"]


class EndGrantForm(forms.Form):
    """End access that was given by hand."""

    source_id = forms.CharField(widget=forms.HiddenInput, max_length=80)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class RefundForm(forms.Form):
    """Refund an order, in whole or by an amount."""

    amount = forms.DecimalField(
        label=_("Amount"),
        required=False,
        min_value=0,
        decimal_places=2,
        max_digits=12,
        help_text=_("Leave empty to refund all that is left."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The buyer reads it."))
    key = forms.CharField(widget=forms.HiddenInput, max_length=100)

    def clean_amount(self) -> Any:
        """Refuse an amount of nothing."""
        amount = self.cleaned_data["amount"]
        if amount is not None and amount <= 0:
            raise forms.ValidationError(_("Give an amount above zero, or leave it empty."))
        return amount


class TransferForm(forms.Form):
    """Confirm that a bank transfer arrived."""

    amount = forms.DecimalField(label=_("Amount that arrived"), min_value=0, decimal_places=2, max_digits=12)
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=80)


class OrderFilterForm(forms.Form):
    """Filter orders."""

    STATES = [
        ("", _("all")),
        ("pending", _("pending")),
        ("paid", _("paid")),
        ("partially_refunded", _("partially refunded")),
        ("refunded", _("refunded")),
        ("cancelled", _("cancelled")),
        ("expired", _("expired")),
    ]

    q = forms.CharField(label=_("Number, phone, mail or name"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    from_on = _day_field(_("From"))
    to_on = _day_field(_("To"))
    flagged = forms.BooleanField(label=_("Needs attention"), required=False)


class OfferFilterForm(forms.Form):
    """Filter offers."""

    STATUSES = [("", _("all")), ("on_sale", _("on sale")), ("draft", _("draft")), ("off_sale", _("off sale"))]

    q = forms.CharField(label=_("Title"), required=False, max_length=100)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=STATUSES)


@dataclass(frozen=True, kw_only=True)
class ItemOption:
    """A product that may stand in a bundle, and whether it is chosen."""

    html_id: str
    key: str
    title: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class ItemGroup:
    """The products of one kind; `chosen_count` of them are chosen."""

    label: str
    options: tuple[ItemOption, ...]

    @property
    def chosen_count(self) -> int:
        """Return how many of the group are chosen."""
        return sum(option.is_chosen for option in self.options)


class OfferForm(forms.Form):
    """Make an offer: one product, seats of it for organisations, or a bundle of several."""

    KINDS = [("single", _("One product")), ("bundle", _("A bundle")), ("seats", _("Seats for organisations"))]

    kind = forms.ChoiceField(label=_("What is sold"), choices=KINDS, widget=forms.RadioSelect, initial="single")
    product_key = forms.ChoiceField(
        label=_("Product"), required=False, help_text=_("For one product, or for what each seat opens.")
    )
    item_keys = forms.MultipleChoiceField(
        label=_("In the bundle"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least two, for a bundle only."),
    )
    title = forms.CharField(
        label=_("Title"), max_length=300, required=False, help_text=_("Empty: the name of the product.")
    )
    price = forms.DecimalField(label=_("Price"), min_value=0, decimal_places=2, max_digits=10)
    list_price = forms.DecimalField(
        label=_("List price"),
        required=False,
        min_value=0,
        decimal_places=2,
        max_digits=10,
        help_text=_("Struck through beside the price."),
    )
    access_days = forms.IntegerField(
        label=_("Days of access"), required=False, min_value=1, help_text=_("Empty means for ever.")
    )
    publish = forms.BooleanField(label=_("Put on sale at once"), required=False)

    def __init__(self, *args: Any, products: Products, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        single = [row for row in products if not row[0].startswith("bundle:")]
        self.titles = dict(single)
        self.fields["product_key"].choices = grouped(single)  # type: ignore[attr-defined] # a ChoiceField
        self.fields["item_keys"].choices = grouped(  # type: ignore[attr-defined] # a ChoiceField
            [row for row in single if not row[0].startswith("lesson:")], empty=False
        )

    def list_item_groups(self) -> list[ItemGroup]:
        """Return what may stand in a bundle, kind by kind, with what is chosen now, for the chooser on the page."""
        field = self["item_keys"]
        chosen = set(field.value() or [])
        rows = self.fields["item_keys"].choices  # type: ignore[attr-defined] # a ChoiceField
        return [
            ItemGroup(
                label=str(label),
                options=tuple(
                    ItemOption(html_id=f"{field.id_for_label}_{key}", key=key, title=title, is_chosen=key in chosen)
                    for key, title in options
                ),
            )
            for label, options in rows
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind needs."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == "bundle":
            if len(cleaned.get("item_keys") or []) < 2:
                self.add_error("item_keys", _("Choose at least two products for a bundle."))
            if not cleaned.get("title"):
                self.add_error("title", _("Give the bundle a title."))
        elif cleaned.get("kind") and not cleaned.get("product_key") and "product_key" not in self.errors:
            self.add_error("product_key", _("Choose a product."))
        price, listed = cleaned.get("price"), cleaned.get("list_price")
        if price is not None and listed is not None and listed <= price:
            self.add_error("list_price", _("The list price is above the price, or left empty."))
        return cleaned


class CouponForm(forms.Form):
    """Make a coupon."""

    code = forms.RegexField(
        r"^\s*[A-Za-z0-9-]+\s*$",
        label=pgettext_lazy("coupon", "Code"),
        max_length=32,
        help_text=_("Letters and digits, as buyers type it."),
        error_messages={"invalid": _("Use letters, digits and hyphens only.")},
    )
    title = forms.CharField(label=_("Title"), max_length=120)
    percent = forms.IntegerField(label=_("Per cent off"), required=False, min_value=1, max_value=100)
    amount = forms.DecimalField(label=_("Amount off"), required=False, min_value=0, decimal_places=2, max_digits=10)
    floor = forms.DecimalField(
        label=_("From an order of"), required=False, min_value=0, decimal_places=2, max_digits=10
    )
    per_learner_limit = forms.IntegerField(label=_("Uses a learner"), initial=1, min_value=1)
    total_limit = forms.IntegerField(label=_("Uses in all"), required=False, min_value=1)
    first_order_only = forms.BooleanField(label=_("For a first order only"), required=False)
    until_on = _day_field(_("Last day"))

    def clean(self) -> dict[str, Any]:
        """Ask for exactly one of per cent and amount."""
        cleaned = super().clean() or {}
        if not {"percent", "amount"} & set(self.errors) and bool(cleaned.get("percent")) == bool(cleaned.get("amount")):
            self.add_error("percent", _("Give either a percentage or an amount."))
        return cleaned


class EnquiryFilterForm(forms.Form):
    """Filter enquiries."""

    STATES = [
        ("", _("all")),
        ("new", _("new")),
        ("contacted", _("contacted")),
        ("won", _("won")),
        ("closed", _("closed")),
    ]

    q = forms.CharField(label=_("Organisation, name, phone or mail"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)


class EnquiryFollowUpForm(forms.Form):
    """State and note of an enquiry."""

    state = forms.ChoiceField(label=_("State"), choices=EnquiryFilterForm.STATES[1:])
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class AuditFilterForm(forms.Form):
    """Filter the audit log."""

    q = forms.CharField(label=_("Who or what"), required=False, max_length=100)
    action = forms.ChoiceField(label=_("Action"), required=False)
    from_on = _day_field(_("From"))
    to_on = _day_field(_("To"))

    def __init__(self, *args: Any, actions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((name, action_label(name)) for name in actions), key=lambda choice: choice[1])
        self.fields["action"].choices = [("", _("all")), *named]  # type: ignore[attr-defined] # a ChoiceField
