"""Checking receipts: whether this site gave one, for which attempt, and whether the answers are still the same."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exams.delivery.receipts import genuine_receipt
from exams.domain.receipts import Receipt, responses_digest
from exams.models import Attempt
from exams.permissions import managed_exams

MAXIMUM_RECEIPTS = 20
"""Receipts that are looked at in one check: the last ones of a downloaded file say all."""
_WORD = re.compile(r"JB1\.[0-9a-f.]{100,220}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class ReceiptCheck:
    """What a receipt turned out to be. Unless it `is_genuine` and its attempt may be seen, nothing else is told.

    `is_current`: the answers on record are exactly those it was given for; otherwise later saves changed them.
    """

    text: str
    is_genuine: bool
    attempt_id: str = ""
    exam_title: str = ""
    learner: str = ""
    saved_at: datetime | None = None
    seq: int = 0
    is_current: bool = False


def receipts_in(text: str, /) -> list[str]:
    """Return the receipts in a pasted text or downloaded file, newest last, at most MAXIMUM_RECEIPTS."""
    return list(dict.fromkeys(_WORD.findall(text)))[-MAXIMUM_RECEIPTS:]


def check_receipts(*, user: Any, text: str) -> list[ReceiptCheck]:
    """Check every receipt in a text for the learner of its attempt or those who manage its exam: two statements at
    most. What belongs to others is answered like what was never given.
    """
    found = [(word, genuine_receipt(word)) for word in receipts_in(text)]
    wanted = [receipt.attempt_id for _word, receipt in found if receipt is not None]
    rows = Attempt.objects.filter(public_id__in=wanted).select_related("exam", "user")
    visible = rows.filter(user=user) | rows.filter(exam__in=managed_exams(user).values("pk"))
    attempts = {str(row.public_id): row for row in visible} if wanted else {}
    return [
        ReceiptCheck(text=word, is_genuine=False)
        if receipt is None or receipt.attempt_id not in attempts
        else _told(word, receipt, attempts[receipt.attempt_id])
        for word, receipt in found
    ]


def _told(word: str, receipt: Receipt, attempt: Attempt) -> ReceiptCheck:
    return ReceiptCheck(
        text=word,
        is_genuine=True,
        attempt_id=str(attempt.public_id),
        exam_title=attempt.exam.title,
        learner=str(attempt.user),
        saved_at=receipt.saved_at,
        seq=receipt.seq,
        is_current=receipt.digest == responses_digest(attempt.responses),
    )
