"""Money, states and reasons in words, in the reader's language."""

from decimal import Decimal

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from edu.core import money as core_money
from edu.core.money import Money

REASONS = {
    "applied": _("Applied"),
    "inactive": _("This coupon is switched off at the moment."),
    "not_started": _("This coupon cannot be used yet."),
    "ended": _("This coupon has ended."),
    "wrong_currency": _("This coupon is for another currency."),
    "out_of_scope": _("This coupon is for other goods."),
    "used_up": _("All uses of this coupon are taken."),
    "used_by_you": _("You have used this coupon as often as it allows."),
    "not_first_order": _("This coupon is for a first order only."),
    "nothing_to_discount": _("There is nothing left to take off."),
    "other_better": _("It cannot be combined with another coupon that saves you more."),
    "unknown": _("There is no coupon with this code. Check the spelling."),
}
STATE_TONES = {
    "pending": "warning",
    "paid": "success",
    "partially_refunded": "info",
    "refunded": "info",
    "cancelled": "",
    "expired": "",
    "draft": "",
}
STEP_TITLES = {
    ("order", "draft"): _("Order begun"),
    ("order", "pending"): _("Order placed"),
    ("order", "paid"): _("Paid"),
    ("order", "partially_refunded"): _("Partly refunded"),
    ("order", "refunded"): _("Refunded"),
    ("order", "cancelled"): _("Order cancelled"),
    ("order", "expired"): _("Time to pay ran out"),
    ("payment", "created"): _("Payment begun"),
    ("payment", "pending"): _("Waiting for the payment"),
    ("payment", "confirmed"): _("Money received"),
    ("payment", "failed"): _("Payment failed"),
    ("payment", "cancelled"): _("Payment cancelled"),
    ("refund", "created"): _("Refund ordered"),
    ("refund", "pending"): _("Refund on its way"),
    ("refund", "done"): _("Money sent back"),
    ("refund", "failed"): _("Refund refused by the provider"),
    ("refund", "cancelled"): _("Refund given up"),
}
CAUSED_TITLES = {
    ("order", "late_accepted"): _("Late payment accepted, order opened"),
    ("refund", "ordered_again"): _("Refund ordered again"),
}
OBSTACLES = {
    "off_sale": _("The offer is off sale."),
    "terms_changed": _("The price or the time of access has changed."),
    "bought_again": _("The buyer has ordered the same again."),
    "owned": _("The buyer has it already."),
    "no_trainer": _("The buyer is no trainer of the organisation any more."),
    "coupon_gone": _("A coupon of the order can no longer be used."),
}
REFUND_ERRORS = {
    "no_such_charge": _("The provider does not know this payment."),
    "more_than_charged": _("The provider says that this is more than was paid."),
    "refused_by_choice": _("The sandbox refused it, as was chosen at the payment."),
    "refused_later": _("The provider could not send it."),
}


def to_major(minor: int, currency: str) -> Decimal:
    """Return an amount in major units (yuan), with exactly the currency's places."""
    return Money(minor, currency).to_decimal()


def money_label(minor: int, currency: str, language: str | None = None) -> str:
    """Return an amount as a person reads it (edu.core.money says how), in `language` or the current one."""
    return core_money.money_label(minor, currency, language=language or get_language() or "en")


def reason_label(*, reason: str, missing_minor: int = 0, currency: str = "CNY") -> str:
    """Say why a coupon applied or did not."""
    if reason == "below_floor":
        return gettext("Add goods for %(missing)s more to use this coupon.") % {
            "missing": money_label(missing_minor, currency)
        }
    return str(REASONS[reason])


def obstacle_label(code: str) -> str:
    """Say why what was ordered does not stand any more (checkout/late_money.py)."""
    return str(OBSTACLES[code])


def refund_error_label(error: str) -> str:
    """Say why a provider refused a refund; what it said itself where we have no words for it."""
    return str(REFUND_ERRORS.get(error, error))


def step_title(*, subject: str, state: str, cause: str = "") -> str:
    """Name a step of an order's history; some causes have a name of their own."""
    if (subject, cause) in CAUSED_TITLES and state != "cancelled":
        return str(CAUSED_TITLES[subject, cause])
    return str(STEP_TITLES.get((subject, state), state))
