"""Forms of the site editor for offers and coupons: amounts are typed in major units (yuan) and kept in minor ones."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from edu.core.money import minor_digits
from payments.checkout.coupons import clean_code
from payments.wording import to_major

MONEY_LABELS = {
    "price_minor": _("Price"),
    "list_price_minor": _("List price"),
    "amount_minor": _("Amount off"),
    "floor_minor": _("From a price of"),
    "ceiling_minor": _("At most"),
}


class ShopForm(WagtailAdminModelForm):
    """An offer or a coupon with its amounts in major units of its currency."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.money_names = [name for name in MONEY_LABELS if name in self.fields]
        for name in self.money_names:
            kept = getattr(self.instance, name)
            self.fields[name] = forms.DecimalField(
                label=MONEY_LABELS[name], min_value=0, max_digits=12, required=self.fields[name].required
            )
            if kept is not None:
                self.initial[name] = to_major(kept, self.instance.currency)

    def clean_code(self) -> str:
        """Return the code as buyers' input is compared with it."""
        return clean_code(self.cleaned_data["code"])

    def clean(self) -> dict[str, Any]:
        """Turn amounts into minor units; an error for more decimal places than the currency has."""
        data: dict[str, Any] = super().clean()
        currency = str(data.get("currency") or "").upper()
        try:
            digits = minor_digits(currency)
        except ValueError:
            self.add_error("currency", _("Give a currency code of three letters, such as CNY."))
            return data
        data["currency"] = currency
        for name in self.money_names:
            amount = data.get(name)
            if amount is None:
                continue
            minor = amount.scaleb(digits)
            if minor != minor.to_integral_value():
                self.add_error(name, _("Too many decimal places for this currency."))
            else:
                data[name] = int(minor)
        return data
