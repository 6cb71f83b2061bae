"""Kinds of messages that the certificate room sends."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

register(
    Kind(
        name="certificates.issued",
        label=_("A certificate was issued"),
        category="learning",
        action=_("See my certificates"),
        sample={"title": "Statistics for everyday decisions", "serial": "JB-2026-0001"},
    ),
    Kind(
        name="certificates.name_needed",
        label=_("A certificate waits for your real name"),
        category="learning",
        action=_("Tell my name"),
        sample={"title": "Statistics for everyday decisions"},
    ),
    Kind(
        name="certificates.revoked",
        label=_("A certificate was revoked"),
        category="learning",
        essential=True,
        sample={"title": "Statistics for everyday decisions", "serial": "JB-2026-0001", "reason": "Issued twice"},
    ),
)
