"""Kinds of messages that the community sends."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

register(
    Kind(name="community.asked", label=_("A learner asked"), category="community"),
    Kind(name="community.answered", label=_("Your question was answered"), category="community"),
    Kind(name="community.reported", label=_("Something was reported"), category="community"),
    Kind(name="community.announced", label=_("Announcement of a course"), category="community"),
)
