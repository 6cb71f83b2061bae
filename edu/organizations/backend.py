"""Authentication by organisation code, staff number and password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from edu.accounts.models import User
from edu.organizations.models import Membership


class StaffNumberBackend(ModelBackend):
    """Finds the current member of an active organisation by staff number and checks the password."""

    def authenticate(  # type: ignore[override] # Django hands each backend only the credentials it names
        self,
        request: HttpRequest | None,
        organization_code: str | None = None,
        staff_number: str | None = None,
        password: str | None = None,
        **_others: Any,
    ) -> User | None:
        """Return the person, or None; takes as long for an unknown number as for a wrong password."""
        if organization_code is None or staff_number is None or password is None:
            return None
        membership = (
            Membership.objects.select_related("user")
            .filter(
                organization__code__iexact=organization_code.strip(),
                organization__is_active=True,
                staff_number__iexact=staff_number.strip(),
                left_at__isnull=True,
            )
            .first()
        )
        if membership is None:
            User().set_password(password)
            return None
        user: User = membership.user
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
