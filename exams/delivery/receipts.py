"""Receipts of saves: signed with a key derived from the site's secret, so that a learner can prove what was stored."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from django.conf import settings

from exams.domain.receipts import Receipt, read_receipt, responses_digest, sign_receipt
from exams.models import Attempt


@lru_cache(maxsize=2)
def _derived(secret: str) -> bytes:
    return sha256(b"exams.receipts\x00" + secret.encode()).digest()


def _secret() -> bytes:
    return _derived(settings.SECRET_KEY)


def receipt_for(
    *, attempt_id: str, epoch: int, seq: int, saved_at: datetime | None, responses: Mapping[str, str]
) -> str:
    """Return the receipt of all responses stored in an attempt (its public id) after batch `seq` of an epoch."""
    receipt = Receipt(
        attempt_id=attempt_id, epoch=epoch, seq=seq, saved_at=saved_at, digest=responses_digest(responses)
    )
    return sign_receipt(receipt, secret=_secret())


def receipt_of(attempt: Attempt, /) -> str:
    """Return the receipt of everything that is stored in an attempt now."""
    return receipt_for(
        attempt_id=str(attempt.public_id),
        epoch=attempt.epoch,
        seq=attempt.seq,
        saved_at=attempt.saved_at,
        responses=attempt.responses,
    )


def genuine_receipt(text: str, /) -> Receipt | None:
    """Return what a receipt of this site says; None for anything else."""
    return read_receipt(text, secret=_secret())
