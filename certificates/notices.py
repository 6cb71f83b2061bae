"""Kinds of messages that the certificate room sends."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

register(
    Kind(name="certificates.issued", label=_("A certificate was issued"), category="learning"),
    Kind(name="certificates.name_needed", label=_("A certificate waits for your real name"), category="learning"),
    Kind(name="certificates.revoked", label=_("A certificate was revoked"), category="learning", essential=True),
)
