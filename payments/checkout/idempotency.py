"""The same write asked twice is done once: keys, and the answers given under them."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, InvalidInput
from payments.models import IdempotencyKey


class IdempotencyKeyReused(Conflict):
    """The key was used before for something else."""

    code = "idempotency_key_reused"


def run_once(
    *, scope: str, key: str, body: dict[str, Any], now: datetime, action: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Run `action` in a transaction with its key, or return the answer given under the key before.

    `body` is what was asked, plain JSON values. The key is written first, so that of two at once the second waits and
    then reads the first one's answer. InvalidInput without a key; IdempotencyKeyReused with another body. An action
    that raises leaves no key behind.
    """
    if not key or len(key) > 100:
        raise InvalidInput(
            _("The request needs an Idempotency-Key of 1 to 100 characters."), code="idempotency_key_missing"
        )
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = IdempotencyKey.objects.create(scope=scope, key=key, body_hash=digest, created_at=now)
        except IntegrityError:
            known = IdempotencyKey.objects.get(scope=scope, key=key)
            if known.body_hash != digest:
                raise IdempotencyKeyReused(
                    _("This key was used for another request. Reload the page and try again.")
                ) from None
            return dict(known.response)
        row.response = action()
        row.save(update_fields=["response"])
        return row.response
