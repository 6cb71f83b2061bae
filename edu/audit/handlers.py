"""What the audit log writes when news arrives from below."""

from edu.audit.services import record
from edu.events.types import AccountDeleted


def record_account_deleted(event: AccountDeleted) -> None:
    """Write that a person emptied her account; the entry names her public id and nothing else of her."""
    record(actor=None, action="account.delete", object_kind="user", object_id=event.public_id)
