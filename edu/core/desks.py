"""An entry of a desk's navigation; each room lists its own in desks.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

DeskName = Literal["learner", "instructor", "trainer", "operator"]


@dataclass(frozen=True, kw_only=True)
class DeskEntry:
    """One link in the navigation of a desk.

    `label` is translatable text, `url_name` a name that reverses without arguments, `icon` a name of static/icons.svg,
    `order` the place from the top (10, 20, ...), `also` beginnings of further paths that belong to the entry (a * in
    them stands for anything), `count` how many things wait there for a person; asked where the entry or its desk's home
    is open.
    """

    desk: DeskName
    label: object
    url_name: str
    icon: str
    order: int
    also: tuple[str, ...] = ()
    count: Callable[[Any], int] | None = None
