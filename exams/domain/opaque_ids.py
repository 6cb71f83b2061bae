"""Ids of parts that say nothing of the key.

Authors and files name parts as they come: the items of an order i1, i2, i3 in the right order, partners l1 and r1, the
options of a choice a, b, c with the right one first. What a room sends shows these names, however it shuffles what is
seen. Such parts are therefore renamed where questions are made: the new name depends on nothing but the text that the
learner reads anyway. A name that tells nothing stays, and so does every option of a frozen version, so that answers,
statistics and files keep what they know.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from exams.domain.text import one_line

_OPAQUE = re.compile(r"x[2-7][a-z2-7]{6}")
_POSITIONAL = re.compile(r"[A-Za-z]{0,24}[-_]?\d{1,3}|[A-Za-z]")
_PLACE = re.compile(r"\d{1,3}|[A-Za-z]")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PAIRS = [one + other for one in f"{_LETTERS}234567" for other in f"{_LETTERS}234567"]
"""Ten bits as two signs of the alphabet of base 32 (RFC 4648)."""
_VERDICT = re.compile(r"(in)?correct|right|wrong|true|false|key|answer|distract[oe]r|solution", re.IGNORECASE)

Parts = Sequence[tuple[str, str]]
"""The parts of a group in their order: id, and what a learner sees of it."""
NameChoices = Callable[[str, Parts], Mapping[str, str]]
"""Returns the new names of the options of a group (`options`, a gap, `q1/options`) by id; those it leaves out stay."""


def is_opaque(id_: str, /) -> bool:
    """Tell whether an id is one that `opaque_names` gives."""
    return _OPAQUE.fullmatch(id_) is not None


def telling_ids(ids: Iterable[str], /, *, beside: Collection[str] = ()) -> frozenset[str]:
    """Return the ids of a group that may tell a place or a partner.

    These are a word with a small number or a letter alone (i1, right_2, c), those that differ only in such an end
    (draggera, draggerb), those that judge (correct, wrong-b), and those that also stand in the group `beside`, among
    which partners are looked for.
    """
    named = [id_ for id_ in ids if not is_opaque(id_)]
    start = _common_start(named) if len(named) > 1 else 0
    is_counted = start > 0 and all(_PLACE.fullmatch(id_[start:]) for id_ in named)
    return frozenset(
        id_ for id_ in named if is_counted or _POSITIONAL.fullmatch(id_) or _VERDICT.match(id_) or id_ in beside
    )


def _common_start(ids: Collection[str]) -> int:
    """Return with how many characters all ids begin alike."""
    first, last = min(ids), max(ids)
    return next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))


def opaque_names(
    parts: Iterable[tuple[str, str]], /, *, beside: Collection[str] = (), kept: Collection[str] = ()
) -> dict[str, str]:
    """Return the new name of each part, given as id and text, that needs one; unique in the group, the same for the
    same texts in whatever order. The ids are unique; those in `kept` stay, and nothing else is called so."""
    pairs = list(parts)
    telling = telling_ids([id_ for id_, _text in pairs], beside=beside) - set(kept)
    taken = {id_ for id_, _text in pairs if id_ not in telling} | set(beside) | set(kept)
    names: dict[str, str] = {}
    for id_, text in pairs:
        if id_ in telling:
            names[id_] = _name_of(text, taken)
            taken.add(names[id_])
    return names


def _name_of(text: str, taken: Collection[str]) -> str:
    """Return the first name of a text that is free."""
    attempt = 0
    while True:
        digest = sha256(f"{attempt}\n{text}".encode()).digest()
        bits = int.from_bytes(digest[1:5], "big") >> 2
        name = f"x{2 + digest[0] % 6}{_PAIRS[bits >> 20]}{_PAIRS[bits >> 10 & 1023]}{_PAIRS[bits & 1023]}"
        if name not in taken:
            return name
        attempt += 1


def renamed_parts(parts: Iterable[Mapping[str, Any]], names: Mapping[str, str], /) -> list[dict[str, Any]]:
    """Return parts with an `id` under their new names, in their order."""
    return [{**part, "id": names.get(part["id"], part["id"])} for part in parts]


def renamed_ids(ids: Any, names: Mapping[str, str], /) -> Any:
    """Return an id, or a list of them, under the new names."""
    return names.get(ids, ids) if isinstance(ids, str) else [names.get(id_, id_) for id_ in ids]


def renamed_keys(values: Mapping[str, Any], names: Mapping[str, str], /) -> dict[str, Any]:
    """Return a mapping by id under the new names."""
    return {names.get(id_, id_): value for id_, value in values.items()}


def renamed_worths(key: Mapping[str, Any], names: Mapping[str, str], /) -> dict[str, Any]:
    """Return the key of a choice under the new names: what options are worth and say, and which are right."""
    renamed = dict(key)
    for by_option in ("fractions", "feedback"):
        if by_option in key:
            renamed[by_option] = renamed_keys(key[by_option], names)
    if "correct" in key:
        renamed["correct"] = renamed_ids(key["correct"], names)
    if "accepted" in key:
        renamed["accepted"] = [renamed_ids(ids, names) for ids in key["accepted"]]
    return renamed


def place_names(parts: Parts, /) -> dict[str, str]:
    """Return what parts with opaque ids were called by their places: a, b, c … and o27 behind z. Under these names a
    choice is the same by whatever ids it is kept."""
    taken = {id_ for id_, _text in parts if not is_opaque(id_)}
    if not taken and len(parts) <= len(_LETTERS):
        return dict(zip([id_ for id_, _text in parts], _LETTERS, strict=False))
    names: dict[str, str] = {}
    for place, (id_, _text) in enumerate(parts):
        if is_opaque(id_):
            names[id_] = next(name for at in range(place, place + 2 * len(parts) + 1) if (name := _at(at)) not in taken)
            taken.add(names[id_])
    return names


def _at(place: int) -> str:
    return _LETTERS[place] if place < len(_LETTERS) else f"o{place + 1}"


def former_names(parts: Parts, former: Parts, /) -> dict[str, str]:
    """Return the names that parts had in a former state of the group, and free ones where theirs are taken by others.

    A part is known by its text, and otherwise, where as many parts stand there, by its place.
    """
    waiting = dict(former)
    by_text: dict[str, list[str]] = {}
    for id_, text in former:
        by_text.setdefault(text, []).append(id_)
    found: dict[str, str] = {}
    for id_, text in parts:
        if by_text.get(text):
            found[id_] = by_text[text].pop(0)
            del waiting[found[id_]]
    if len(parts) == len(former):
        for (id_, _text), (was, _was_text) in zip(parts, former, strict=True):
            if id_ not in found and was in waiting:
                found[id_] = was
    taken = set(found.values())
    for id_, text in parts:
        if id_ not in found:
            found[id_] = id_ if id_ not in taken else _name_of(text, taken)
            taken.add(found[id_])
    return {id_: name for id_, name in found.items() if name != id_}


def in_words(given: str, content: Any, /) -> str:
    """Return what a part of a mark says was given, with the texts of a stored content in place of its opaque ids, which
    nobody can read. What a learner typed stays."""
    if not _OPAQUE.search(given):
        return given
    texts, ids = _texts_of(content), given.split(",")
    return ", ".join(texts.get(id_, id_) for id_ in ids) if any(id_ in texts for id_ in ids) else given


def _texts_of(value: Any) -> dict[str, str]:
    """Return the texts of the parts of a content by their opaque ids."""
    if isinstance(value, list | tuple):
        return {id_: text for one in value for id_, text in _texts_of(one).items()}
    if not isinstance(value, dict):
        return {}
    texts = {id_: text for inner in value.values() for id_, text in _texts_of(inner).items()}
    id_, said = value.get("id"), value.get("text") or value.get("label")
    return {id_: one_line(str(said)), **texts} if isinstance(id_, str) and is_opaque(id_) and said else texts
