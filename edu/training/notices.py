"""Kinds of messages that the training room sends."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

register(
    Kind(
        name="training.assigned",
        label=_("Training assigned"),
        category="training",
        action=_("Go to the training"),
        essential=True,
        sample={
            "title": "Fire safety",
            "products": ["Fire safety", "Fork-lift driving"],
            "due_on": "2026-12-01",
            "due_time": "18:00",
            "message": "Please begin soon.",
        },
    ),
    Kind(
        name="training.due",
        label=_("Training is due soon"),
        category="training",
        action=_("Go to the training"),
        sample={
            "title": "Fire safety",
            "products": ["Fire safety", "Fork-lift driving"],
            "due_on": "2026-12-01",
            "due_time": "18:00",
            "percent": 40,
        },
    ),
    Kind(
        name="training.late",
        label=_("Training is late"),
        category="training",
        action=_("Go to the training"),
        sample={
            "title": "Fire safety",
            "products": ["Fire safety", "Fork-lift driving"],
            "due_on": "2026-12-01",
            "due_time": "18:00",
            "percent": 40,
        },
    ),
    Kind(
        name="training.import_finished",
        label=_("Staff import finished"),
        category="training",
        action=_("See the import"),
        sample={"file_name": "staff.xlsx", "new": 12, "update": 3, "move": 1, "unchanged": 7, "error": 2},
    ),
)
