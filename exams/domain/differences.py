"""Differences between two texts by words, a Chinese character counting as a word. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_TOKENS = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff]+|\s+|.", re.UNICODE | re.DOTALL)
MAXIMUM_TOKENS = 4000
"""Words of a text that are compared one by one; longer texts differ as a whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is the same in both, or only in one of them."""

    text: str
    is_changed: bool


def tokens_of(text: str, /) -> list[str]:
    """Return the words, Chinese characters, runs of space and signs of a text; joined they are the text again."""
    return _TOKENS.findall(text)


def _merged(pieces: list[Piece]) -> tuple[Piece, ...]:
    merged: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if merged and merged[-1].is_changed == piece.is_changed:
            merged[-1] = Piece(merged[-1].text + piece.text, piece.is_changed)
        else:
            merged.append(piece)
    return tuple(merged)


def differences(old: str, new: str, /) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts cut into what they share and what only one of them has; joined, each is its text again."""
    if old == new:
        same = _merged([Piece(old, False)])
        return same, same
    left, right = tokens_of(old), tokens_of(new)
    if max(len(left), len(right)) > MAXIMUM_TOKENS:
        return _merged([Piece(old, True)]), _merged([Piece(new, True)])
    old_pieces: list[Piece] = []
    new_pieces: list[Piece] = []
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        changed = kind != "equal"
        old_pieces.append(Piece("".join(left[from_old:to_old]), changed))
        new_pieces.append(Piece("".join(right[from_new:to_new]), changed))
    return _merged(old_pieces), _merged(new_pieces)
