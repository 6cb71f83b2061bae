"""Receipts of saves: signed with a key derived from the site's secret, so that a learner can prove what was stored."""

from collections.abc import Mapping
from hashlib import sha256

from django.conf import settings

from exams.domain.receipts import is_genuine_receipt, make_receipt, responses_digest


def _secret() -> bytes:
    return sha256(b"exams.receipts\x00" + settings.SECRET_KEY.encode()).digest()


def receipt_for(*, attempt_id: str, epoch: int, seq: int, responses: Mapping[str, str]) -> str:
    """Return the receipt of all responses stored in an attempt (its public id) after batch `seq` of an epoch."""
    return make_receipt(
        secret=_secret(), attempt_id=f"{attempt_id}/{epoch}", seq=seq, digest=responses_digest(responses)
    )


def is_receipt_genuine(*, receipt: str, attempt_id: str, epoch: int, seq: int, responses: Mapping[str, str]) -> bool:
    """Whether the receipt was made by this site for exactly these responses."""
    return is_genuine_receipt(
        receipt=receipt,
        secret=_secret(),
        attempt_id=f"{attempt_id}/{epoch}",
        seq=seq,
        digest=responses_digest(responses),
    )
