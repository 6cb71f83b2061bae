"""Identifiers that leave the house: unguessable, and safe to print."""

import uuid


def new_public_id() -> uuid.UUID:
    """Return a random identifier for addresses and the API; it says nothing about order or number."""
    return uuid.uuid4()
