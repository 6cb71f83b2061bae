"""Who a request comes from, where only signed-in people come."""

from django.http import HttpRequest

from edu.accounts.models import User


def get_person(request: HttpRequest) -> User:
    """Return the signed-in person; only for views behind login_required."""
    user = request.user
    assert isinstance(user, User)
    return user
