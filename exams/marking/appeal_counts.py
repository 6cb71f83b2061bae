"""How many appeals wait for a person, as the navigation of her desk shows it on every page: counted once a minute at
most, and anew as soon as an appeal is made or answered.
"""

from typing import Any

from django.core.cache import cache
from django.db import transaction

from edu.core.ids import new_public_id
from exams.models import Appeal
from exams.permissions import managed_exams

KEPT_SECONDS = 60
"""How long a count is shown; whoever gains or loses an exam sees it change within that time."""
_CHANGE = "exams.appeals.change"


def count_open_appeals(*, user: Any) -> int:
    """Return how many appeals wait for the person: two statements."""
    return Appeal.objects.filter(exam__in=managed_exams(user).values("pk"), state=Appeal.State.OPEN).count()


def _key(user_id: int) -> str:
    return f"exams.appeals.open:{user_id}"


def shown_open_appeals(*, user: Any) -> int:
    """Return how many appeals wait for the person: one read of the cache, two statements where it does not know."""
    key = _key(user.pk)
    kept = cache.get_many([_CHANGE, key])
    change = kept.get(_CHANGE, "")
    known = kept.get(key)
    if known is not None and known[0] == change:
        return int(known[1])
    number = count_open_appeals(user=user)
    # Under the change that was read before the count: one that comes in between makes this entry worthless at once.
    cache.set(key, (change, number), KEPT_SECONDS)
    return number


def note_appeal_change() -> None:
    """Let everybody's count be made anew, once the transaction is committed."""
    transaction.on_commit(lambda: cache.set(_CHANGE, str(new_public_id()), 2 * KEPT_SECONDS), robust=True)
