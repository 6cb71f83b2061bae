"""What rooms above give to those who pass an exam, told on its page and in the records: certificates.

A room registers `register_rewards(tell)` in its AppConfig.ready(); this room never asks who is behind it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reward:
    """Something earned by passing: its title, and the score in per cent from which it is had (0: passing is enough)."""

    title: str
    minimum_percent: int = 0


Tell = Callable[[str], list[Reward]]
_TELLERS: list[Tell] = []


def register_rewards(tell: Tell) -> None:
    """Let `tell(product key of an exam)` say what passing it earns, lowest score first; twice is harmless."""
    if tell not in _TELLERS:
        _TELLERS.append(tell)


def list_rewards(*, product_key: str) -> list[Reward]:
    """Return what passing the exam earns now, lowest score first; as many statements as rooms that tell."""
    return [reward for tell in _TELLERS for reward in tell(product_key)]


@dataclass(frozen=True, kw_only=True)
class Credential:
    """Something a learner holds for an exam: its title and its page."""

    title: str
    url: str


TellHeld = Callable[[int], dict[str, list[Credential]]]
_HOLDINGS: list[TellHeld] = []


def register_credentials(tell: TellHeld) -> None:
    """Let `tell(user id)` say what the person holds, by the product key of the exam it is for; twice is harmless."""
    if tell not in _HOLDINGS:
        _HOLDINGS.append(tell)


def list_credentials(*, user_id: int) -> dict[str, list[Credential]]:
    """Return what a person holds, by product key of an exam; as many statements as rooms that tell."""
    held: dict[str, list[Credential]] = {}
    for tell in _HOLDINGS:
        for key, credentials in tell(user_id).items():
            held.setdefault(key, []).extend(credentials)
    return held


Hold = Callable[[str, Sequence[int]], dict[int, str]]
_HOLDERS: list[Hold] = []


def register_holders(hold: Hold) -> None:
    """Let `hold(product key of an exam, people)` say which of them hold what passing it earned; twice is harmless."""
    if hold not in _HOLDERS:
        _HOLDERS.append(hold)


def list_holders(*, product_key: str, user_ids: Sequence[int]) -> dict[int, str]:
    """Return what passing the exam gave to these people, by person: the serial of a certificate that is good."""
    found: dict[int, str] = {}
    for hold in _HOLDERS:
        found |= hold(product_key, user_ids)
    return found
