"""The API's own person: who a token acts for."""

import uuid

from django.http import HttpRequest
from ninja import Router, Schema

from edu.accounts.models import User
from edu.accounts.tokens import TokenAuth

router = Router(tags=["account"], auth=TokenAuth())


class Me(Schema):
    """The person whose token was sent."""

    id: uuid.UUID
    display_name: str
    real_name: str
    email: str | None
    phone: str | None
    language: str
    is_instructor: bool
    is_operator: bool


@router.get("", response=Me, summary="Who am I")
def me(request: HttpRequest) -> Me:
    """Return the person whose token was sent."""
    user: User = request.auth  # type: ignore[attr-defined] # set by TokenAuth
    return Me(
        id=user.public_id,
        display_name=str(user),
        real_name=user.real_name,
        email=user.email,
        phone=user.phone,
        language=user.language,
        is_instructor=user.is_instructor,
        is_operator=user.is_operator,
    )
