"""Kinds of messages to operators."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

register(
    Kind(
        name="operations.enquiry",
        label=_("Enquiry of an enterprise"),
        category="operations",
        action=_("See the enquiry"),
        sample={"company": "Hengxin", "name": "Zhao Min", "staff_count": 120},
    )
)
