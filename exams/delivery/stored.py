"""Batches of responses as they are stored: slot -> canonical JSON text. Sizes are checked here, before a row is
touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from edu.core.errors import InvalidInput
from exams.domain.errors import InvalidResponse
from exams.domain.receipts import canonicalise
from exams.domain.responses import split_certainty, with_certainty

MAXIMUM_SLOT_LENGTH = 20_000
"""Characters of one stored response."""
MAXIMUM_BATCH_LENGTH = 1_000_000
"""Characters of all responses of a batch together."""


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """Responses ready for the row, and the slots from which characters were dropped that no database keeps."""

    responses: dict[str, str]
    stripped: tuple[str, ...]


def store_batch(responses: Mapping[Any, Any], /, *, slots: int) -> StoredBatch:
    """Return a batch ready to be stored; InvalidInput for unknown slots and for what is too large, naming the slot."""
    batch: dict[str, str] = {}
    stripped: list[str] = []
    total = 0
    for given, response in responses.items():
        name = str(given)
        if not name.isascii() or not name.isdecimal() or len(name) > 5 or not 1 <= int(name) <= slots:
            raise InvalidInput(_("This attempt has no question %(name)s.") % {"name": name[:20]}, field="responses")
        slot = str(int(name))
        try:
            text, is_stripped = canonicalise(with_certainty(*split_certainty(response)))
        except InvalidResponse as error:
            raise InvalidInput(
                _("Question %(number)s: %(problem)s") % {"number": slot, "problem": _(error.message)},
                field=f"responses.{slot}",
            ) from error
        if len(text) > MAXIMUM_SLOT_LENGTH:
            raise InvalidInput(
                _("The response to question %(number)s is longer than %(limit)s characters. Shorten it.")
                % {"number": slot, "limit": MAXIMUM_SLOT_LENGTH},
                field=f"responses.{slot}",
            )
        total += len(text)
        if total > MAXIMUM_BATCH_LENGTH:
            raise InvalidInput(_("This batch is too large. Send fewer responses at once."), field="responses")
        batch[slot] = text
        if is_stripped:
            stripped.append(slot)
    return StoredBatch(batch, tuple(stripped))
