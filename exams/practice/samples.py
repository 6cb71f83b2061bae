"""After a free sample: what more there is, why it is locked, and what opens it."""

from dataclasses import dataclass
from typing import Any

from exams.models import Bank, PracticeSession, Question
from exams.practice.access import PracticeDoor, bank_door, open_bank_ids


@dataclass(frozen=True, kw_only=True)
class SampleOffer:
    """A bank of which a session asked a sample: how many questions it has in all, and the door with its offers."""

    bank: Bank
    total: int
    door: PracticeDoor


def find_sample_offer(user: Any, session: PracticeSession) -> SampleOffer | None:
    """Return what opens the first bank of the session that the learner may only try, None when all are open to her.

    A lesson's quiz offers nothing: the lesson is hers. Two statements where no bank is for sale.
    """
    if session.mode == PracticeSession.Mode.LESSON or session.paper_id is not None:
        return None
    asked = Question.objects.filter(pk__in=[item["question_id"] for item in session.items]).values("bank_id")
    for_sale = list(Bank.objects.filter(requires_grant=True, pk__in=asked).order_by("name"))
    if not for_sale:
        return None
    is_open = open_bank_ids(user, for_sale)
    bank = next((bank for bank in for_sale if bank.pk not in is_open), None)
    if bank is None:
        return None
    total = Question.objects.drawable().filter(bank=bank).count()
    return SampleOffer(bank=bank, total=total, door=bank_door(user, bank))
