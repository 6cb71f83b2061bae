"""What other rooms know about a person: reasons why she cannot leave yet, and her data for download.

Rooms above register functions at start (in their AppConfig.ready), since calls only go down.
"""

from collections.abc import Callable
from typing import Any

Obstacle = Callable[[int], "str | None"]
Section = Callable[[int], Any]

_obstacles: list[Obstacle] = []
_sections: dict[str, Section] = {}


def register_obstacle(obstacle: Obstacle) -> None:
    """Ask `obstacle(user_id)` before an account is emptied: it returns why not (translated), or None."""
    if obstacle not in _obstacles:
        _obstacles.append(obstacle)


def list_obstacles(*, user_id: int) -> list[str]:
    """Return every reason why the account cannot be emptied now."""
    return [reason for obstacle in _obstacles if (reason := obstacle(user_id))]


def register_personal_data(name: str, section: Section) -> None:
    """Put what `section(user_id)` returns (plain JSON values) under `name` into the person's download."""
    _sections[name] = section


def collect_personal_data(*, user_id: int) -> dict[str, Any]:
    """Return what every room keeps about the person, by section."""
    return {name: _sections[name](user_id) for name in sorted(_sections)}
