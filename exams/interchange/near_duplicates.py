"""Which questions of a bank say nearly the same as rows of an import.

Texts are compared by their sets of three-letter pieces (spaces, punctuation, case and width folded away); those that
share at least SIMILAR of all their pieces are alike. Candidates are found by the four smallest hashes of each set: two
sets that are 80 % alike share one of them almost surely (Broder's bottom-k sketch). The bank is read once, row by row;
the import's hashes lie in one sorted array of 8 bytes each, so 100,000 rows take a few megabytes.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SIMILAR = 0.8
PIECE = 3
SKETCH = 4
LEAST_PIECES = 12
"""Shorter texts are alike by chance."""
MOST_TEXT = 4_000
MOST_CANDIDATES = 20
MOST_NEIGHBOURS = 4
_MASK = (1 << 38) - 1
_POSITION_BITS = 25
_IGNORED = re.compile(r"[\W_]+")


def pieces_of(text: str, /) -> frozenset[int]:
    """Return the hashes of the text's pieces; equal within one process only.

    exams.domain.near_duplicates has hashes that last, for the search index; these need not, and an import reads the
    whole bank by them.
    """
    plain = _IGNORED.sub("", text[:MOST_TEXT])
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain)
    plain = plain.lower()
    return frozenset({hash(plain[at : at + PIECE]) & _MASK for at in range(len(plain) - PIECE + 1)})


@dataclass(frozen=True, slots=True)
class Likeness:
    """A row of an import and a question that may be alike; whoever holds both texts compares them."""

    position: int
    question_id: int


class Sketches:
    """The sketches of an import's rows, by position (below 33 million)."""

    def __init__(self) -> None:
        self._entries = array("Q")
        self._is_sorted = True

    def add(self, position: int, text: str) -> None:
        """Take a row in."""
        pieces = pieces_of(text)
        if len(pieces) >= LEAST_PIECES:
            self._entries.extend((piece << _POSITION_BITS) | position for piece in sorted(pieces)[:SKETCH])
            self._is_sorted = False

    def __len__(self) -> int:
        return len(self._entries)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield pairs of rows (earlier, later) that share a smallest hash, each once; of many rows with the same hash,
        each is paired with the few before it."""
        self._sort()
        entries, low = self._entries, (1 << _POSITION_BITS) - 1
        found, start = array("Q"), 0
        for at in range(1, len(entries) + 1):
            if at < len(entries) and entries[at] >> _POSITION_BITS == entries[start] >> _POSITION_BITS:
                continue
            for later in range(start + 1, at):
                place = (entries[later] & low) << _POSITION_BITS
                for earlier in range(max(start, later - MOST_NEIGHBOURS), later):
                    found.append(place | (entries[earlier] & low))
            start = at
        last = -1
        # In the order of the rows, so that texts that are compared lie near each other.
        for pair in array("Q", sorted(found)):
            if pair != last:
                last = pair
                yield pair & low, pair >> _POSITION_BITS

    def _sort(self) -> None:
        if not self._is_sorted:
            self._entries = array("Q", sorted(self._entries))
            self._is_sorted = True

    def candidates(self, pieces: frozenset[int]) -> Iterator[int]:
        """Yield the positions of rows that share a smallest hash with a text, each once."""
        self._sort()
        entries = self._entries
        found: set[int] = set()
        for piece in sorted(pieces)[:SKETCH]:
            at = bisect_left(entries, piece << _POSITION_BITS)
            while at < len(entries) and entries[at] >> _POSITION_BITS == piece and len(found) < MOST_CANDIDATES:
                found.add(entries[at] & ((1 << _POSITION_BITS) - 1))
                at += 1
        yield from found


def find_candidates(
    sketches: Sketches, questions: Iterable[tuple[int, str]]
) -> Iterator[tuple[Likeness, frozenset[int]]]:
    """Yield rows and questions that may be alike, with the question's pieces."""
    for question_id, text in questions:
        pieces = pieces_of(text)
        if len(pieces) >= LEAST_PIECES:
            for position in sketches.candidates(pieces):
                yield Likeness(position, question_id), pieces
