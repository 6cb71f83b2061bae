"""The public writes of organisations. Each authorises its actor (None is the system) and leaves a trace."""

from edu.organizations.bulk import MemberDraft, add_members, update_member
from edu.organizations.invitations import create_invitation, join_by_invitation, revoke_invitation
from edu.organizations.membership import (
    add_member,
    create_member,
    edit_member,
    end_membership,
    end_memberships,
    make_trainer,
    move_member,
    move_members,
    restore_memberships,
    set_role,
)
from edu.organizations.resets import reset_member_password
from edu.organizations.structure import (
    add_department,
    create_department,
    create_organization,
    edit_department,
    remove_department,
)

__all__ = [
    "MemberDraft",
    "add_department",
    "add_member",
    "add_members",
    "create_department",
    "create_invitation",
    "create_member",
    "create_organization",
    "edit_department",
    "edit_member",
    "end_membership",
    "end_memberships",
    "join_by_invitation",
    "make_trainer",
    "move_member",
    "move_members",
    "remove_department",
    "reset_member_password",
    "restore_memberships",
    "revoke_invitation",
    "set_role",
    "update_member",
]
