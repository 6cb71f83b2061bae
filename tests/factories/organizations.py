"""Organisations, departments and members for tests."""

import itertools
from typing import Any

from django.utils import timezone

from edu.accounts.models import User
from edu.organizations.models import Department, Membership, Organization
from edu.organizations.services import add_member
from tests.factories.accounts import make_user

_numbers = itertools.count(1)


def make_organization(**fields: Any) -> Organization:
    number = next(_numbers)
    return Organization.objects.create(**{"name": f"星河物流 {number}", "code": f"xh-{number}", **fields})


def make_department(organization: Organization, name: str = "", **fields: Any) -> Department:
    return Department.objects.create(organization=organization, name=name or f"部门 {next(_numbers)}", **fields)


def make_member(organization: Organization, *, role: str = "member", name: str = "", **fields: Any) -> Membership:
    number = next(_numbers)
    user = fields.pop("user", None) or User.objects.create_user(real_name=name or f"员工{number}", password="pw")
    return Membership.objects.create(
        **{
            "organization": organization,
            "user": user,
            "role": role,
            "staff_number": f"XH{number:05d}",
            "joined_at": timezone.now(),
            "is_managed": True,
            **fields,
        }
    )


def make_trainer(organization: Organization, **fields: Any) -> Membership:
    return make_member(organization, role="trainer", **fields)


def make_trainer_user(organization: Organization) -> User:
    user = make_user()
    add_member(organization_id=organization.pk, user=user, role=Membership.Role.TRAINER)
    return user
