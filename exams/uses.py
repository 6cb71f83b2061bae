"""What rooms above do with questions of a bank: quizzes of lessons. This room never asks who is behind it.

A room calls `register_question_uses` in its AppConfig.ready(). A use keeps a question from being deleted,
and stands on its page among the papers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class QuestionUse:
    """A thing of another room that asks a question: its title, where its author changes it, and what it is."""

    title: str
    url: str
    kind: str


class UsedIds(Protocol):
    """How a room says which questions it asks."""

    def __call__(self, *, question_ids: Sequence[int]) -> set[int]:
        """Return those of the ids that something of the room asks, whoever's it is."""


class ListUses(Protocol):
    """How a room says what asks a question."""

    def __call__(self, *, question_id: int, user: Any) -> tuple[list[QuestionUse], int]:
        """Return what asks the question among what the person may change, and how many things of others do."""


_FINDERS: dict[str, tuple[UsedIds, ListUses]] = {}


def register_question_uses(*, room: str, used_ids: UsedIds, list_uses: ListUses) -> None:
    """Let a room answer for its uses of questions; registered again it replaces its answer."""
    _FINDERS[room] = (used_ids, list_uses)


def ids_used_elsewhere(*, question_ids: Iterable[int]) -> set[int]:
    """Return those of the ids that other rooms use; as many statements as the rooms take."""
    ids = list(question_ids)
    return {pk for used_ids, _list_uses in _FINDERS.values() for pk in used_ids(question_ids=ids)} if ids else set()


def list_uses_elsewhere(*, question_id: int, user: Any) -> tuple[list[QuestionUse], int]:
    """Return the uses in other rooms that the person may open, and how many more there are."""
    found: list[QuestionUse] = []
    others = 0
    for _used_ids, list_uses in _FINDERS.values():
        mine, more = list_uses(question_id=question_id, user=user)
        found, others = found + mine, others + more
    return found, others
