"""The training room's entries in the trainer's desk."""

from django.utils.translation import gettext_lazy as _

from edu.core.desks import DeskEntry

ENTRIES = [
    DeskEntry(desk="trainer", label=_("Overview"), url_name="training:desk", icon="chart", order=10),
    DeskEntry(desk="trainer", label=_("Assignments"), url_name="training:assignments", icon="target", order=20),
    DeskEntry(desk="trainer", label=_("People"), url_name="training:people", icon="users", order=30),
    DeskEntry(desk="trainer", label=_("Departments"), url_name="training:departments", icon="layers", order=40),
    DeskEntry(desk="trainer", label=_("Import staff"), url_name="training:imports", icon="file-sheet", order=50),
    DeskEntry(desk="trainer", label=_("Invitations"), url_name="training:invitations", icon="qr", order=60),
    DeskEntry(desk="trainer", label=_("Seats"), url_name="training:seats", icon="key", order=70),
    DeskEntry(desk="trainer", label=_("Own courses and banks"), url_name="training:library", icon="lock", order=80),
    DeskEntry(desk="trainer", label=_("Change log"), url_name="training:audit", icon="list", order=90),
]
