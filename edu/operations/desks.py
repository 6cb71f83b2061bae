"""The operator's navigation."""

from django.utils.translation import gettext_lazy as _

from edu.core.desks import DeskEntry

ENTRIES = [
    DeskEntry(desk="operator", label=_("Overview"), url_name="operations:desk", icon="chart", order=10),
    DeskEntry(desk="operator", label=_("People"), url_name="operations:people", icon="users", order=20),
    DeskEntry(desk="operator", label=_("Open by hand"), url_name="operations:grants", icon="unlock", order=30),
    DeskEntry(desk="operator", label=_("Orders"), url_name="operations:orders", icon="receipt", order=40),
    DeskEntry(desk="operator", label=_("Offers"), url_name="operations:offers", icon="cart", order=50),
    DeskEntry(desk="operator", label=_("Coupons"), url_name="operations:coupons", icon="tag", order=60),
    DeskEntry(desk="operator", label=_("Enquiries"), url_name="operations:enquiries", icon="mail", order=70),
    DeskEntry(desk="operator", label=_("Site content"), url_name="operations:site", icon="globe", order=80),
    DeskEntry(desk="operator", label=_("Audit log"), url_name="operations:audit", icon="list", order=90),
    DeskEntry(desk="operator", label=_("System"), url_name="operations:system", icon="settings", order=100),
]
