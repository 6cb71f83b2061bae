"""Kinds of messages that the payments room sends."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

register(
    Kind(name="payments.paid", label=_("Order paid"), category="orders", essential=True),
    Kind(name="payments.refunded", label=_("Order refunded"), category="orders", essential=True),
)
