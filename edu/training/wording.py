"""Acts of the change log in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, str | Promise] = {
    "organization.create": _("Organisation made"),
    "department.create": _("Department made"),
    "department.edit": _("Department changed"),
    "department.remove": _("Department removed"),
    "membership.join": _("Person added"),
    "membership.join_many": _("People added by import"),
    "membership.update": _("Person changed by import"),
    "membership.edit": _("Person changed"),
    "membership.move": _("Person moved"),
    "membership.end": _("Person removed"),
    "membership.restore": _("Removal undone"),
    "membership.role": _("Role changed"),
    "membership.reset_password": _("Password reset"),
    "invitation.create": _("Invitation made"),
    "invitation.revoke": _("Invitation withdrawn"),
    "seats.add": _("Seats added"),
    "seats.refund": _("Seats refunded"),
    "seats.assign": _("Seats given"),
    "seats.take_back": _("Seats taken back"),
    "staff.import": _("Staff import started"),
    "staff.credentials": _("First passwords downloaded"),
    "assignment.create": _("Training assigned"),
    "assignment.extend": _("Deadline moved"),
    "assignment.close": _("Assignment closed"),
    "assignment.reopen": _("Assignment reopened"),
    "assignment.delete": _("Assignment deleted"),
    "assignment.remind": _("People reminded"),
}


def action_label(action: str) -> str:
    """Return an act in words; its name when it is another room's."""
    return str(ACTIONS.get(action, action))
