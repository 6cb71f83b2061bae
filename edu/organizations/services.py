"""The public writes of organisations. Each authorises its actor (None is the system) and leaves a trace."""

from edu.organizations.bulk import MemberDraft, add_members, update_member
from edu.organizations.invitations import accept_invitation, create_invitation, find_invitation, revoke_invitation
from edu.organizations.membership import (
    NewMember,
    add_member,
    edit_member,
    end_membership,
    end_memberships,
    join_organization,
    make_trainer,
    move_member,
    move_members,
    restore_memberships,
    set_role,
)
from edu.organizations.resets import reset_member_password
from edu.organizations.structure import add_department, create_organization, edit_department, remove_department

__all__ = [
    "MemberDraft",
    "NewMember",
    "accept_invitation",
    "add_department",
    "add_member",
    "add_members",
    "create_invitation",
    "create_organization",
    "edit_department",
    "edit_member",
    "end_membership",
    "end_memberships",
    "find_invitation",
    "join_organization",
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
