"""Entries of the courses room in the desks' navigation."""

from django.utils.translation import gettext_lazy as _

from edu.core.desks import DeskEntry

ENTRIES = [
    DeskEntry(desk="learner", label=_("My learning"), url_name="learning:home", icon="home", order=10),
    DeskEntry(desk="learner", label=_("My courses"), url_name="learning:courses", icon="book-open", order=20),
    DeskEntry(desk="learner", label=_("My notes"), url_name="learning:notes", icon="note", order=70),
    DeskEntry(desk="instructor", label=_("Teaching"), url_name="teaching:desk", icon="home", order=10),
    DeskEntry(
        desk="instructor",
        label=_("Courses"),
        url_name="teaching:courses",
        icon="book",
        order=20,
        also=("/teach/lessons/", "/teach/chapters/"),
    ),
]
