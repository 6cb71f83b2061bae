"""Kinds of messages that the payments room sends."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

register(
    Kind(
        name="payments.paid",
        label=_("Order paid"),
        category="orders",
        action=_("See the order"),
        essential=True,
        sample={
            "titles": ["Statistics for everyday decisions", "Fire safety"],
            "number": "20261201-0001",
            "total": "CN¥199.00",
        },
    ),
    Kind(
        name="payments.kept",
        label=_("Money came late or twice"),
        category="orders",
        action=_("See the order"),
        essential=True,
        sample={"number": "20261201-0001", "amount": "CN¥199.00", "is_second": False},
    ),
    Kind(
        name="payments.refunded",
        label=_("Order refunded"),
        category="orders",
        action=_("See the order"),
        essential=True,
        sample={
            "number": "20261201-0001",
            "amount": "CN¥199.00",
            "reason": "Bought twice",
            "ended": ["Fire safety"],
        },
    ),
)
