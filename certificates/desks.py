"""What the certificate room adds to the desks."""

from django.utils.translation import gettext_lazy as _

from edu.core.desks import DeskEntry

ENTRIES = [
    DeskEntry(desk="learner", label=_("Certificates"), url_name="certificates:mine", icon="certificate", order=50),
    DeskEntry(desk="instructor", label=_("Certificates"), url_name="certificates:teach", icon="certificate", order=70),
]
