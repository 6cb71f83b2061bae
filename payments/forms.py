"""Forms of the shop: what a browser sends, checked before a use case is called."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.checkout.preview_price import MAX_SEATS
from payments.models import Offer
from payments.policies import list_buying_organizations


class BuyForm(forms.Form):
    """The order as its buyer agrees to it. `coupon` may stand several times and is read by the view."""

    quantity = forms.IntegerField(label=_("Number of seats"), min_value=1, max_value=MAX_SEATS, initial=1)
    organization = forms.ChoiceField(label=_("For the organisation"))
    accept_terms = forms.BooleanField(
        label=_("I agree to the terms of service and the refund rules"),
        error_messages={"required": _("Agree to the terms of service to place the order.")},
    )
    expected_total_minor = forms.IntegerField(widget=forms.HiddenInput)
    idempotency_key = forms.CharField(widget=forms.HiddenInput, max_length=100)

    def __init__(self, *args: Any, offer: Offer, user: Any, **kwargs: Any) -> None:
        """Ask for the organisation and the number only where seats are sold."""
        super().__init__(*args, **kwargs)
        if offer.kind != Offer.Kind.SEATS:
            # The quantity of a seats offer is chosen in the form above, whose price is what is agreed to.
            del self.fields["quantity"]
        else:
            self.fields["quantity"].widget = forms.HiddenInput()
        if offer.organization_only:
            rows = list_buying_organizations(user_id=user.pk)
            choices = [(row.organization_id, row.organization_name) for row in rows]
            self.fields["organization"] = forms.ChoiceField(label=_("For the organisation"), choices=choices)
        else:
            del self.fields["organization"]


class ClaimForm(forms.Form):
    """A coupon code to put into the purse."""

    code = forms.CharField(label=_("Coupon code"), max_length=40)
    idempotency_key = forms.CharField(widget=forms.HiddenInput, max_length=100)


class SandboxForm(forms.Form):
    """What shall happen to a sandbox payment."""

    choice = forms.ChoiceField(
        label=_("What shall happen?"),
        choices=[
            ("success", _("The payment succeeds")),
            ("delayed", _("The payment succeeds after a while")),
            ("failure", _("The payment fails")),
            ("cancel", _("I change my mind and cancel")),
        ],
        widget=forms.RadioSelect,
        initial="success",
    )
    delay_seconds = forms.IntegerField(
        label=_("Seconds to wait"), min_value=1, max_value=3600, initial=20, required=False
    )
    refund_answer = forms.ChoiceField(
        label=_("If it is refunded later"),
        choices=[
            ("done", _("The money goes back at once")),
            ("delayed", _("It goes back after a while")),
            ("failed_once", _("The first refund is refused")),
        ],
        initial="done",
        required=False,
    )


def new_key() -> str:
    """Return a fresh idempotency key for a form."""
    return str(uuid.uuid4())
