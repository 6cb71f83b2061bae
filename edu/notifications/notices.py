"""Kinds of messages of the platform itself."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

register(
    Kind(name="notifications.welcome", label=_("Welcome"), category="account", essential=True),
    Kind(
        name="notifications.job_finished",
        label=_("Work is finished"),
        category="jobs",
        action=_("See the details"),
        sample={"title": "Import of 120 people", "error": ""},
    ),
    Kind(
        name="notifications.job_failed",
        label=_("Work has failed"),
        category="jobs",
        action=_("See the details"),
        sample={"title": "Import of 120 people", "error": "Row 7: the staff number is missing."},
    ),
)
