"""Chance that repeats: numbers from a seed, the same on every machine and every version of Python."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


class SeededStream:
    """An endless stream of numbers drawn from SHA-256 over a seed and a label; different labels are
    independent."""

    def __init__(self, seed: str | int, *label: str | int) -> None:
        # Hashed so far: each number goes on from here.
        self._begun = sha256(sha256("\x1f".join(map(str, (seed, *label))).encode()).digest())
        self._counter = 0

    def below(self, limit: int, /) -> int:
        """Return a number from 0 to limit - 1, each equally likely; limit at most 2**64."""
        span = (1 << 64) - (1 << 64) % limit
        while True:
            going_on = self._begun.copy()
            going_on.update(self._counter.to_bytes(8, "big"))
            self._counter += 1
            number = int.from_bytes(going_on.digest()[:8], "big")
            if number < span:
                return number % limit

    def sample(self, size: int, count: int, /) -> tuple[int, ...]:
        """Return `count` different positions below `size`, in random order; the cost grows with count, not
        with size."""
        if not 0 <= count <= size:
            raise ValueError(f"{count} of {size} cannot be drawn.")
        moved: dict[int, int] = {}
        drawn = []
        for at in range(count):
            swap = at + self.below(size - at)
            drawn.append(moved.get(swap, swap))
            moved[swap] = moved.get(at, at)
        return tuple(drawn)

    def shuffled(self, items: Sequence[T], /) -> tuple[T, ...]:
        """Return the items in random order."""
        return tuple(items[at] for at in self.sample(len(items), len(items)))
