"""What a learner last chose where practice begins, offered to her again."""

from typing import Any

from django.http import QueryDict

from edu.core.clock import now_utc
from exams.models import Bank, PracticeChoice

RANDOM = "random"
LONGEST = 4000
"""Characters of a choice that are kept; a longer one is not remembered."""


def place_of(bank: Bank, /) -> str:
    """Return the place of a bank's page."""
    return f"bank:{bank.public_id}"


def last_choice(*, user_id: int, place: str) -> dict[str, list[str]]:
    """Return the fields as they were last sent at a place; empty where nothing was."""
    row = PracticeChoice.objects.filter(user_id=user_id, place=place).values_list("values", flat=True).first()
    return dict(row or {})


def remember_choice(*, user_id: int, place: str, sent: QueryDict, fields: Any) -> None:
    """Keep those fields of a form that were sent; the next visit begins with them."""
    values = {name: sent.getlist(name) for name in fields if name in sent}
    if sum(len(value) for each in values.values() for value in each) > LONGEST:
        return
    PracticeChoice.objects.update_or_create(
        user_id=user_id, place=place, defaults={"values": values, "chosen_at": now_utc()}
    )
