"""How alike two questions are: shingles of characters, a small sketch to find candidates by, and the exact likeness.

Pure. The sketch is a bottom-k MinHash (Broder 1997): the smallest hashes of a text's shingles. Two texts that share
most of their shingles share at least one of the smallest hashes almost surely; which candidates really are alike,
`likeness` says.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

SHINGLE = 3
"""Characters a shingle; letters, digits and Chinese characters only."""

SKETCH = 6
"""Hashes a sketch. Texts with a likeness of 0.6 share none of them in fewer than 1 of 100 cases."""

THRESHOLD = 0.6
"""From this likeness on (0 to 1) two questions are shown as near duplicates."""

_ODD = 2654435761
_NO_LETTERS = re.compile(r"[\W_]+")
_MAXIMUM_CHARACTERS = 4000
_MAXIMUM_HASHES = 20_000
"""Hashes that are kept: some 4 MiB."""
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Alike(Generic[Key]):
    """A candidate that is alike: its key and the likeness, 0 to 1."""

    key: Key
    likeness: float


def normalised(text: str, /) -> str:
    """Return the letters and digits of a text, folded by case and width, without spaces and punctuation."""
    text = text[:_MAXIMUM_CHARACTERS]
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    # `\w` is what is alphanumeric, and the underscore.
    return _NO_LETTERS.sub("", folded)


def shingles(text: str, /) -> frozenset[int]:
    """Return the hashes (32 bit) of all runs of SHINGLE characters; of a shorter text, of the whole of it."""
    plain = normalised(text)
    if not plain:
        return frozenset()
    places = range(max(1, len(plain) - SHINGLE + 1))
    if len(_hashes) > _MAXIMUM_HASHES:
        _hashes.clear()
    return frozenset([_hashes[run] for run in {plain[at : at + SHINGLE] for at in places}])


class _Hashes(dict[str, int]):
    """The hashes of runs of characters that were asked for lately: the texts of a bank repeat each other's."""

    def __missing__(self, run: str) -> int:
        """Compute the hash of a run and keep it."""
        value = self[run] = (zlib.crc32(run.encode("utf-8", "surrogatepass")) * _ODD) & 0xFFFFFFFF
        return value


_hashes = _Hashes()


def sketch(text: str, /) -> tuple[int, ...]:
    """Return the SKETCH smallest hashes of a text's shingles, ascending; fewer for a short text."""
    return tuple(sorted(shingles(text))[:SKETCH])


def likeness(first: frozenset[int], second: frozenset[int], /) -> float:
    """Return the Jaccard index of two sets of shingles, 0 to 1; 0 when one is empty."""
    if not first or not second:
        return 0.0
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)


def rank_alike(
    text: str, candidates: Iterable[tuple[Key, str]], /, *, threshold: float = THRESHOLD
) -> tuple[Alike[Key], ...]:
    """Return the candidates (key, text) that are at least `threshold` alike, the most alike first."""
    wanted = shingles(text)
    found = [Alike(key, likeness(wanted, shingles(other))) for key, other in candidates]
    return tuple(sorted((one for one in found if one.likeness >= threshold), key=lambda one: -one.likeness))
