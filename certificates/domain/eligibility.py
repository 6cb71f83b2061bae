"""Who gets a certificate, when, and what state it is in: pure decisions over plain values."""

import calendar
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

MAX_NAME_LENGTH = 80
PLACEHOLDERS = ("name", "achievement", "score", "issued_on", "hours")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Decision(StrEnum):
    """What to do about an achievement."""

    REFUSE = "refuse"
    KEEP = "keep"
    WAIT_FOR_NAME = "wait_for_name"
    ISSUE = "issue"
    RENEW = "renew"
    RAISE = "raise"


class State(StrEnum):
    """What a certificate is at a moment."""

    WAITING = "waiting"
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"


@dataclass(frozen=True, kw_only=True)
class Existing:
    """The certificate that the person holds for the achievement already."""

    issued_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    minimum_percent: int = 0


def reached_minimum(*, percent: Decimal | None, minimums: Iterable[int]) -> int | None:
    """Return the highest of the rules' minimums (per cent) that a pass reaches, None when it reaches none.

    0 is reached by every pass; a pass without a score (`percent` None: a completed course) reaches nothing else.
    """
    return max((least for least in minimums if least == 0 or (percent is not None and percent >= least)), default=None)


def decide(
    *,
    passed: bool,
    released: bool,
    earned_at: datetime,
    has_name: bool,
    existing: Existing | None,
    minimum_percent: int = 0,
) -> Decision:
    """Return what follows from an achievement that reached a rule from `minimum_percent` on.

    Nothing without a pass that the learner may know of. A certificate is issued once, whatever is replayed; one of a
    lower rule is raised to the higher, never the other way; one that had run out when the achievement was earned anew
    is renewed; a revoked one is never issued again by itself.
    """
    if not passed or not released:
        return Decision.REFUSE
    if existing is None:
        return Decision.ISSUE if has_name else Decision.WAIT_FOR_NAME
    if existing.revoked_at is not None:
        return Decision.KEEP
    if existing.issued_at is None:
        return Decision.ISSUE if has_name else Decision.KEEP
    if minimum_percent > existing.minimum_percent:
        return Decision.RAISE if has_name else Decision.KEEP
    if existing.expires_at is not None and existing.expires_at <= earned_at:
        return Decision.RENEW if has_name else Decision.KEEP
    return Decision.KEEP


def state_at(
    *,
    now: datetime,
    issued_at: datetime | None,
    expires_at: datetime | None,
    revoked_at: datetime | None,
    superseded_at: datetime | None,
) -> State:
    """Return the state of a certificate at `now`; a revocation outweighs a replacement, and that an expiry."""
    if revoked_at is not None:
        return State.REVOKED
    if superseded_at is not None:
        return State.REPLACED
    if issued_at is None:
        return State.WAITING
    if expires_at is not None and expires_at <= now:
        return State.EXPIRED
    return State.VALID


def add_months(moment: datetime, months: int) -> datetime:
    """Return the same time of day `months` later, on the last day of the month where that day does not exist."""
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def clean_name(text: str) -> str:
    """Return a name as it may stand on a certificate, or "" when it has no letter.

    Composed, without control and direction characters, with single spaces, at most MAX_NAME_LENGTH characters.
    """
    kept = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", text)
        if character.isspace() or not unicodedata.category(character).startswith("C")
    )
    name = " ".join(kept.split())[:MAX_NAME_LENGTH].strip()
    return name if any(character.isalpha() for character in name) else ""


def unknown_placeholders(text: str) -> list[str]:
    """Return what stands in braces in `text` and is none of PLACEHOLDERS, in order."""
    return [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def fill_placeholders(text: str, values: dict[str, str]) -> str:
    """Return `text` with {placeholders} replaced; values are never looked into, empty ones become a dash."""
    return _PLACEHOLDER.sub(lambda match: (values.get(match[1]) or "–") if match[1] in PLACEHOLDERS else match[0], text)
