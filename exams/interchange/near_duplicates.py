"""Which questions of a bank, and which earlier rows of the file, say nearly the same as rows of an import.

Texts are compared by their sets of three-letter pieces (spaces, punctuation, case and width folded away); those that
share at least SIMILAR of all their pieces are alike. Candidates are found by the four smallest hashes of each set: two
sets that are 80 % alike share two of them in 97 of 100 cases (Broder's bottom-k sketch), and then one of the six keys
that are made of two hashes. Copies mostly stand near each other, so the pieces of the last rows are kept and compared
while the file is read; what is further apart is found in sorted arrays of 48 bytes a row. The bank is read once.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations, groupby

from exams.domain.near_duplicates import likeness

SIMILAR = 0.8
PIECE = 3
SKETCH = 4
KEYS = 6
"""Pairs of the smallest hashes."""
LEAST_PIECES = 12
"""Shorter texts are alike by chance."""
MOST_TEXT = 4_000
MOST_CANDIDATES = 20
MOST_COMPARED = 4
"""Rows near by that one row is held against, those with the most keys in common."""
LATEST = 3
"""Rows near by that are remembered for one key."""
MOST_DISTANT = 20_000
"""Pairs of rows far apart that are compared in one import, those with more keys in common before others."""
FEW_KEYS = 3
"""Keys that two texts have in common which share three of their smallest hashes."""
WINDOW_ROWS, WINDOW_PIECES = 1_000, 200_000
"""Rows near by and their pieces altogether, some 70 bytes each."""
_BUCKETS = 16
"""Arrays that the keys are divided among, by their lowest bits: each is sorted by itself, which needs five times its
memory for a moment."""
_MASK = (1 << 38) - 1
_POSITION_BITS = 25
_LOW = (1 << _POSITION_BITS) - 1
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
    return frozenset(map(hash, zip(plain, plain[1:], plain[2:], strict=False)))


def keys_of(pieces: frozenset[int], /) -> list[int]:
    """Return the sketch of a text: KEYS numbers of 38 bits, one for each two of its SKETCH smallest hashes."""
    return [hash(two) & _MASK for two in combinations(sorted(pieces)[:SKETCH], 2)]


@dataclass(frozen=True, slots=True)
class Likeness:
    """A row of an import and a question that may be alike; whoever holds both texts compares them."""

    position: int
    question_id: int


@dataclass(frozen=True, slots=True)
class LikeRow:
    """The earlier row that is most like one, and how much, per cent."""

    position: int
    percent: int


class _Window:
    """The last rows with their pieces, and which of them have a key."""

    def __init__(self) -> None:
        self._rows: deque[tuple[int, list[int]]] = deque()
        self._pieces: dict[int, frozenset[int]] = {}
        self._latest: dict[int, tuple[int, ...]] = {}
        self._total = 0

    @property
    def since(self) -> int:
        """Return the earliest row that is still kept, 0 for none."""
        return self._rows[0][0] if self._rows else 0

    def most_like(self, pieces: frozenset[int], keys: Iterable[int]) -> LikeRow | None:
        """Return the kept row that is most like a text, from SIMILAR on."""
        shared: dict[int, int] = {}
        for key in keys:
            for place in self._latest.get(key, ()):
                shared[place] = shared.get(place, 0) + 1
        best = None
        for _count, place in sorted(((count, place) for place, count in shared.items()), reverse=True)[:MOST_COMPARED]:
            # A row that left the window may still be named beside a later one of the same key.
            percent = round(100 * likeness(self._pieces.get(place, frozenset()), pieces))
            if percent >= 100 * SIMILAR and (best is None or percent > best.percent):
                best = LikeRow(place, percent)
        return best

    def add(self, position: int, pieces: frozenset[int], keys: list[int]) -> None:
        """Take a row in and let go of those for which there is no room."""
        self._rows.append((position, keys))
        self._pieces[position] = pieces
        self._total += len(pieces)
        for key in keys:
            self._latest[key] = (*self._latest.get(key, ())[1 - LATEST :], position)
        while len(self._rows) > WINDOW_ROWS or self._total > WINDOW_PIECES:
            gone, its_keys = self._rows.popleft()
            self._total -= len(self._pieces.pop(gone))
            for key in its_keys:
                if self._latest.get(key, (0,))[-1] == gone:
                    del self._latest[key]


def _counted(ordered: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield each number of an ordered row once, with how often it stands there."""
    for number, same in groupby(ordered):
        yield number, sum(1 for _one in same)


class Sketches:
    """The sketches of an import's rows, by position (below 33 million), which are added in their order."""

    def __init__(self) -> None:
        self._buckets = [array("Q") for _bucket in range(_BUCKETS)]
        self._is_sorted = True
        self._window = _Window()
        self._compared_since = array("I")

    def add(self, position: int, text: str) -> LikeRow | None:
        """Take a row in; return the row among the last ones that is most like it, if one is."""
        pieces = pieces_of(text)
        if len(pieces) < LEAST_PIECES:
            return None
        keys = keys_of(pieces)
        for key in keys:
            self._buckets[key % _BUCKETS].append((key << _POSITION_BITS) | position)
        self._is_sorted = False
        self._compared_since.extend([0] * (position + 1 - len(self._compared_since)))
        self._compared_since[position] = self._window.since or position
        found = self._window.most_like(pieces, keys)
        self._window.add(position, pieces, keys)
        return found

    def __bool__(self) -> bool:
        return any(self._buckets)

    def distant_pairs(self) -> Iterator[tuple[int, int]]:
        """Yield pairs of rows (earlier, later) of one key that were too far apart to be compared when the later one was
        added, each once. Of many rows with the same key, each is paired with the LATEST before it; of a file whose
        rows are all alike, MOST_DISTANT pairs are enough."""
        self._sort()
        found = array("Q")
        for bucket in self._buckets:
            before: deque[int] = deque(maxlen=LATEST)
            key = -1
            for entry in bucket:
                if entry >> _POSITION_BITS != key:
                    key = entry >> _POSITION_BITS
                    before.clear()
                later = entry & _LOW
                since = self._compared_since[later]
                found.extend([(later << _POSITION_BITS) | earlier for earlier in before if earlier < since])
                before.append(later)
        many, few = array("Q"), array("Q")
        for pair, times in _counted(sorted(found)):
            (many if times >= FEW_KEYS else few).append(pair)
        for pair in chain(many[:MOST_DISTANT], few[: max(0, MOST_DISTANT - len(many))]):
            yield pair & _LOW, pair >> _POSITION_BITS

    def _sort(self) -> None:
        if not self._is_sorted:
            self._buckets = [array("Q", sorted(bucket)) for bucket in self._buckets]
            self._is_sorted = True

    def candidates(self, pieces: frozenset[int]) -> Iterator[int]:
        """Yield the positions of rows that share a key with a text, each once; of many, the first MOST_CANDIDATES."""
        self._sort()
        found: set[int] = set()
        for key in keys_of(pieces):
            bucket = self._buckets[key % _BUCKETS]
            at = bisect_left(bucket, key << _POSITION_BITS)
            while at < len(bucket) and bucket[at] >> _POSITION_BITS == key and len(found) < MOST_CANDIDATES:
                found.add(bucket[at] & _LOW)
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
