"""Kinds of messages that the training room sends."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

register(
    Kind(name="training.assigned", label=_("Training assigned"), category="training", essential=True),
    Kind(name="training.due", label=_("Training is due soon"), category="training"),
    Kind(name="training.late", label=_("Training is late"), category="training"),
    Kind(name="training.import_finished", label=_("Staff import finished"), category="training"),
)
