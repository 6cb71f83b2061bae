"""Organisations for tests."""

from itertools import count
from typing import Any

from edu.accounts.models import User
from edu.organizations.models import Membership, Organization
from edu.organizations.services import add_member, create_organization
from tests.factories.accounts import make_user

_numbers = count(1)


def make_organization(**fields: Any) -> Organization:
    """Return an organisation."""
    number = next(_numbers)
    return create_organization(**({"name": f"Organisation {number}", "code": f"org-{number}"} | fields))


def make_trainer(organization: Organization) -> User:
    """Return a person who trains the organisation's people."""
    user = make_user()
    add_member(organization_id=organization.pk, user=user, role=Membership.Role.TRAINER)
    return user
