"""The payments room's entries in the desks."""

from django.utils.translation import gettext_lazy as _

from edu.core.desks import DeskEntry

ENTRIES = [
    DeskEntry(desk="learner", label=_("Orders"), url_name="payments:orders", icon="receipt", order=60),
    DeskEntry(desk="learner", label=_("Coupons"), url_name="payments:coupons", icon="coupon", order=70),
]
