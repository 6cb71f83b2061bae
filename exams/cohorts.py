"""Groups of learners that rooms above know of: the courses that somebody teaches. This room never asks who they are.

A room calls `register_cohorts` in its AppConfig.ready().
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """A group of learners: `key` names it in addresses (room:public id), `title` is what its teacher calls it."""

    key: str
    title: str


class ListCohorts(Protocol):
    """How a room says which groups a person teaches."""

    def __call__(self, *, user: Any) -> list[Cohort]:
        """Return the groups whose learners' figures the person may see."""


class PeopleOf(Protocol):
    """How a room says who belongs to a group."""

    def __call__(self, *, user: Any, key: str) -> set[int] | None:
        """Return the ids of its learners; None where the person may not see it or it does not exist."""


_FINDERS: dict[str, tuple[ListCohorts, PeopleOf]] = {}


def register_cohorts(*, room: str, list_cohorts: ListCohorts, people_of: PeopleOf) -> None:
    """Let a room answer for its groups, whose keys begin with the room's name and a colon; registered again it replaces
    its answer."""
    _FINDERS[room] = (list_cohorts, people_of)


def list_cohorts(*, user: Any) -> list[Cohort]:
    """Return the groups of all rooms that the person teaches; as many statements as the rooms take."""
    found: Iterable[Cohort] = (one for finder, _people in _FINDERS.values() for one in finder(user=user))
    return list(found)


def people_of_cohort(*, user: Any, key: str) -> set[int] | None:
    """Return the learners of a group of a room; None where there is none for this person."""
    room = key.partition(":")[0]
    return _FINDERS[room][1](user=user, key=key) if room in _FINDERS else None
