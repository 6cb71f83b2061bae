"""The desk entries of exams and marking."""

from django.utils.translation import gettext_lazy as _

from edu.core.desks import DeskEntry

ENTRIES = [
    DeskEntry(desk="learner", label=_("Exams"), url_name="exams:index", icon="calendar", order=30),
    DeskEntry(desk="learner", label=_("Exam records"), url_name="exams:records", icon="chart", order=40),
    DeskEntry(desk="instructor", label=_("Marking"), url_name="marking:queue", icon="edit", order=60),
    DeskEntry(desk="trainer", label=_("Marking"), url_name="marking:queue", icon="edit", order=60),
]
