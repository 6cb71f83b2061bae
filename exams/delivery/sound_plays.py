"""Counting how often a sound is played in an attempt: the server counts, a repeated request counts once.

What is counted is the button of the page. Whoever reads the page's source finds the address of the sound, as with
everything that a browser plays; docs/instructor.md says so.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, NotFound
from exams.delivery.room import open_slots
from exams.models import Attempt, QuestionVersion, SoundPlay

_AUDIO = re.compile(r"<audio\b[^<>]*>", re.IGNORECASE)
_LIMIT = re.compile(r'\bdata-plays="([1-9][0-9]?)"')


@dataclass(frozen=True, kw_only=True)
class PlaysLeft:
    """Whether the sound may be played now, and how often after that."""

    is_allowed: bool
    left: int


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def play_limits(content: Any, /) -> dict[str, int]:
    """Return how often each sound of a content may be played, by its public id; sounds without a limit are left out."""
    limits: dict[str, int] = {}
    for text in _texts(content):
        for tag in _AUDIO.findall(text):
            named, limit = re.search(r"asset:([0-9a-f-]{36})", tag), _LIMIT.search(tag)
            if named and limit:
                limits[named[1]] = int(limit[1])
    return limits


def _limit_of(attempt: Attempt, asset_id: uuid.UUID) -> int:
    """Return the limit of a sound in the questions that are open now; NotFound when none has it."""
    versions = QuestionVersion.objects.filter(pk__in={slot.version_id for slot in open_slots(attempt)})
    found = [
        limit
        for content in versions.values_list("content", flat=True)
        for id_, limit in play_limits(content).items()
        if id_ == str(asset_id)
    ]
    if not found:
        raise NotFound(_("There is no such sound here."))
    return max(found)


def count_play(*, attempt: Attempt, asset_id: uuid.UUID, play_id: uuid.UUID, now: datetime) -> PlaysLeft:
    """Count one play of a sound in a running attempt; a `play_id` that was counted before is answered as it was.

    NotFound for a sound without a limit or of another question, Conflict when the attempt has ended. Three statements.
    """
    if attempt.state != Attempt.State.OPEN:
        raise Conflict(_("This attempt was handed in already."), code="submitted")
    limit = _limit_of(attempt, asset_id)
    while True:
        plays = dict(SoundPlay.objects.filter(attempt=attempt, asset_id=asset_id).values_list("play_id", "number"))
        if play_id in plays:
            return PlaysLeft(is_allowed=True, left=max(0, limit - len(plays)))
        if len(plays) >= limit:
            return PlaysLeft(is_allowed=False, left=0)
        try:
            with transaction.atomic():
                SoundPlay.objects.create(
                    attempt=attempt, asset_id=asset_id, play_id=play_id, number=len(plays) + 1, played_at=now
                )
        except IntegrityError:
            continue  # another tab was quicker: its play has the number now
        return PlaysLeft(is_allowed=True, left=limit - len(plays) - 1)


def counted_plays(attempt: Attempt, /) -> dict[str, int]:
    """Return how often each sound was played in an attempt, by its public id: one statement."""
    counts: dict[str, int] = {}
    for asset_id in SoundPlay.objects.filter(attempt=attempt).values_list("asset_id", flat=True):
        counts[str(asset_id)] = counts.get(str(asset_id), 0) + 1
    return counts
