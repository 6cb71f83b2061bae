"""The open questions of an attempt as the API gives them."""

from decimal import Decimal
from typing import Any

from ninja import Schema

from exams.delivery.room import open_slots
from exams.domain.grading import takes_certainty
from exams.domain.receipts import response_value
from exams.domain.registry import get_type
from exams.fetch import get_versions, policy_of
from exams.models import Attempt


class SlotOut(Schema):
    """One question of an attempt as it is asked; `response` is what is saved. With `asks_certainty` a response may be
    wrapped: {"$certainty": 1 | 2 | 3, "$response": …}; without a wrapper it counts as of low certainty."""

    slot: int
    section: int
    type: str
    marks: Decimal
    content: dict[str, Any]
    response: Any = None
    asks_certainty: bool = False


def slots_out(attempt: Attempt) -> list[SlotOut]:
    """Return the questions that are open now, as they are asked, with what is saved: one statement, no keys."""
    slots = open_slots(attempt)
    versions = get_versions(slot.version_id for slot in slots)
    asks_certainty = policy_of(attempt.exam.grading_policy).asks_certainty
    result = []
    for slot in slots:
        version = versions[slot.version_id]
        question_type = get_type(version.type)
        result.append(
            SlotOut(
                slot=slot.slot,
                section=slot.section + 1,
                type=version.type,
                marks=slot.marks,
                content=question_type.public_content(question_type.parse_content(version.content), slot.order),
                response=response_value(attempt.responses.get(str(slot.slot), "")),
                asks_certainty=asks_certainty and takes_certainty(version.type, version.content),
            )
        )
    return result
