"""Long lists in parts."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def in_parts(items: Iterable[Item], size: int, /) -> Iterator[list[Item]]:
    """Yield the items in lists of at most `size`, taking no more than that at a time."""
    source = iter(items)
    while part := list(islice(source, size)):
        yield part
