"""Pairs: matching two columns, pairing within one list, and putting words into the gaps of a text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations, product
from math import comb, prod
from typing import Any

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.model import Choice, Interaction
from exams.interchange.formats.qti.notes import Notes
from exams.interchange.formats.qti.parts import (
    BLANK_PAYS,
    DIFFERENT,
    NO_OPTIONS,
    Part,
    Score,
    first_fitting,
    fraction_of,
    greatest,
    option_ids,
)
from exams.interchange.formats.qti.rich import CLOSE, OPEN
from exams.interchange.formats.qti.values import Unsupported, Value, container, single

MAXIMUM_ASSIGNMENTS = 4_096
MOST_LEFT, MOST_RIGHT = 30, 40
_TOO_MANY = gettext_noop("There are too many ways to pair these to check how each of them is marked.")
_SEVERAL = gettext_noop("One thing is to be paired with several.")
_TOO_LONG = gettext_noop("There are more things to pair than %(left)s and %(right)s.")
_TWO_SIDES = gettext_noop("The list from which pairs were made is shown as two columns.")
_CHAIN = gettext_noop("The right pairs hang together; they cannot be shown as two columns.")

Pair = tuple[str, str]
Assignment = frozenset[Pair]
"""Who is paired with whom, (left, right) by the identifiers of the file."""
Raw = dict[str, Any]
"""A response of ours: by left one its partner, or the list of its partners."""


@dataclass
class Sides:
    """Who is paired with whom: each on the left gets one on the right, or up to `several` (0: any number) by the left
    one's identifier. `pair` writes a pair as the response has it."""

    left: Sequence[Choice]
    right: Sequence[Choice]
    pair: Callable[[str, str], Pair]
    several: Mapping[str, int] = field(default_factory=dict)

    def limit(self, left: str) -> int:
        """Return how many partners a left one may have."""
        return min(self.several.get(left, 1) or len(self.right), len(self.right))

    def raw(self, pairs: Assignment) -> Raw:
        """Return pairs as a response of ours."""
        lefts, rights = self.left_ids, self.right_ids
        made: Raw = {}
        for a, id_ in lefts.items():
            partners = [rights[b] for b in rights if (a, b) in pairs]
            if partners:
                made[id_] = partners if a in self.several else partners[0]
        return made

    @property
    def extra_content(self) -> dict[str, Any]:
        """Return what the content of a matching says of several partners."""
        limits = {self.left_ids[a]: min(most, MOST_RIGHT) for a, most in self.several.items()}
        return {"partners": limits} if limits else {}

    @property
    def left_ids(self) -> dict[str, str]:
        """Our ids on the left by the file's."""
        return {choice.identifier: f"l{at}" for at, choice in enumerate(self.left, start=1)}

    @property
    def right_ids(self) -> dict[str, str]:
        """Our ids on the right by the file's."""
        return {choice.identifier: f"r{at}" for at, choice in enumerate(self.right, start=1)}


def _value(interaction: Interaction, pairs: Sequence[Pair]) -> Value | None:
    if interaction.cardinality == "single":
        return single(interaction.base, pairs[0]) if pairs else None
    return container(interaction.cardinality, interaction.base, tuple(pairs))


def _native(sides: Sides) -> Callable[[Value | None], Any]:
    names = {sides.pair(a, b): (a, b) for a in sides.left_ids for b in sides.right_ids}

    def native(value: Value | None) -> Any:
        if value is None:
            return None
        found: dict[str, set[str]] = {}
        for item in value.items:
            a, b = names.get(tuple(item), ("", ""))
            if not a or len(found.get(a, ())) >= sides.limit(a) or b in found.get(a, ()):
                raise Unsupported(_SEVERAL)
            found.setdefault(a, set()).add(b)
        return sides.raw(frozenset((a, b) for a, partners in found.items() for b in partners))

    return native


def _assignments(sides: Sides, *, key_pairs: Sequence[Pair], is_known: bool) -> list[Assignment]:
    """Return the assignments at which marks are compared: all of them where they are few."""
    lefts, rights = list(sides.left_ids), list(sides.right_ids)
    ways = prod(sum(comb(len(rights), size) for size in range(sides.limit(a) + 1)) for a in lefts)
    if ways <= MAXIMUM_ASSIGNMENTS:
        offered = [
            [
                frozenset((a, b) for b in partners)
                for size in range(sides.limit(a) + 1)
                for partners in combinations(rights, size)
            ]
            for a in lefts
        ]
        return [frozenset().union(*chosen) for chosen in product(*offered)]
    if not is_known:
        raise Unsupported(_TOO_MANY)
    right: Assignment = frozenset(
        (a, b) for a in lefts for b in [b for b in rights if sides.pair(a, b) in key_pairs][: sides.limit(a)]
    )
    every = [(a, b) for a in lefts for b in rights]
    most = frozenset((a, b) for a in lefts for b in rights[: sides.limit(a)])
    found = [frozenset(), right, most, frozenset((a, rights[0]) for a in lefts)]
    found += [frozenset((a, rights[-1]) for a in lefts), *(frozenset([pair]) for pair in every)]
    for a, b in every:
        others = [pair for pair in right if pair[0] == a and pair != (a, b)]
        dropped = others if a not in sides.several else others[: max(0, len(others) + 1 - sides.limit(a))]
        found.append(right - frozenset(dropped) | {(a, b)})
    found += [right - {pair} for pair in right]
    found += [frozenset(pair for pair in right if pair[0] != a) for a in lefts]
    return list(dict.fromkeys(found))


def _fit(
    interaction: Interaction, sides: Sides, score: Score, worths: Mapping[object, Decimal], *, is_known: bool
) -> tuple[Decimal, list[dict[str, Any]], list[tuple[Any, Decimal]], dict[str, dict[str, Decimal]]]:
    """Return the maximum, candidate keys of a matching, the cases they must meet, and what each pair adds."""
    left, right = sides.left_ids, sides.right_ids
    if not left or len(right) < 2:
        raise Unsupported(NO_OPTIONS)
    if len(left) > MOST_LEFT or len(right) > MOST_RIGHT:
        raise Unsupported(_TOO_LONG, {"left": MOST_LEFT, "right": MOST_RIGHT})
    if score(None) != 0:
        raise Unsupported(BLANK_PAYS)
    correct: list[Pair] = [tuple(item) for item in interaction.correct.items] if interaction.correct else []
    if not correct and not worths and is_known:
        for a in sides.left_ids:
            rated = [(score(_value(interaction, [sides.pair(a, b)])), sides.pair(a, b)) for b in sides.right_ids]
            top = max(rated, key=lambda entry: entry[0])
            correct += [top[1]] if top[0] > 0 else []
    key_pairs = [*correct, *(pair for pair, worth in worths.items() if worth > 0 and isinstance(pair, tuple))]
    table: list[tuple[Assignment, Decimal]] = [
        (assignment, score(_value(interaction, _pairs_in_order(sides, assignment))))
        for assignment in _assignments(sides, key_pairs=key_pairs, is_known=is_known)
        # A response of one pair says nothing of several.
        if interaction.cardinality != "single" or len(assignment) <= 1
    ]
    maximum = greatest(worth for _, worth in table)
    best_ones = [assignment for assignment, worth in table if worth == maximum]
    best = max(best_ones, key=lambda assignment: _is_like(assignment, sides, correct))
    cases = [(sides.raw(assignment), worth) for assignment, worth in table]
    added = _added(sides, table, worths, best)
    pairs = {id_: chosen[0] if len(chosen) == 1 else chosen for id_, chosen in _chosen(sides, best).items()}
    unpaired = [id_ for id_ in left.values() if id_ not in pairs]
    extra = {"unpaired": unpaired} if unpaired else {}
    keys: list[dict[str, Any]] = []
    if not unpaired:
        keys.append({"pairs": pairs, "grading": "per_pair"})
    keys.append({"pairs": pairs, "grading": "all_or_nothing", **extra})
    fractions: dict[str, dict[str, float]] = {}
    for a, worth_of in added.items():
        for b, worth in worth_of.items():
            if worth:
                fractions.setdefault(left[a], {})[right[b]] = fraction_of(max(worth, -maximum), maximum)
    keys.append({"pairs": pairs, "grading": "sum_of_fractions", "fractions": fractions, **extra})
    return maximum, keys, cases, added


def _chosen(sides: Sides, assignment: Assignment) -> dict[str, list[str]]:
    made = sides.raw(assignment)
    return {id_: [partners] if isinstance(partners, str) else partners for id_, partners in made.items()}


def _pairs_in_order(sides: Sides, assignment: Assignment) -> list[Pair]:
    return [sides.pair(a, b) for a in sides.left_ids for b in sides.right_ids if (a, b) in assignment]


def _is_like(assignment: Assignment, sides: Sides, correct: Sequence[Pair]) -> tuple[int, int]:
    made = {sides.pair(a, b) for a, b in assignment}
    return len(made & set(correct)), -len(made)


def _added(
    sides: Sides, table: list[tuple[Assignment, Decimal]], worths: Mapping[object, Decimal], best: Assignment
) -> dict[str, dict[str, Decimal]]:
    """Return what each pair adds: what the map says, or what it is worth alone or beside the best other pairs."""
    scores = dict(table)
    top = scores.get(best, Decimal(0))
    found: dict[str, dict[str, Decimal]] = {}
    for a in sides.left_ids:
        for b in sides.right_ids:
            pair = sides.pair(a, b)
            worth = worths.get(pair, Decimal(0)) if worths else scores.get(frozenset([(a, b)]), Decimal(0))
            if not worth:
                worth = next(
                    (
                        scores[without | {(a, b)}] - scores[without]
                        for without in _others(sides, best, (a, b))
                        if without in scores and without | {(a, b)} in scores
                        if scores[without] < top or scores[without | {(a, b)}] < scores[without]
                    ),
                    worth,
                )
            found.setdefault(a, {})[b] = worth
    return found


def _others(sides: Sides, best: Assignment, pair: Pair) -> list[Assignment]:
    """Return the best other pairs beside which a pair is looked at; where its left one is full, with room for it."""
    a, _ = pair
    if a not in sides.several:
        return [frozenset(one for one in best if one[0] != a)]
    others = best - {pair}
    return [others, *(others - {one} for one in sorted(others) if one[0] == a)]


def _sides_of_match(interaction: Interaction, worths: Mapping[object, Decimal]) -> Sides:
    sources = {choice.identifier for choice in interaction.choices}
    correct = [tuple(item) for item in interaction.correct.items] if interaction.correct else []
    paying = {*correct, *(pair for pair, worth in worths.items() if worth > 0 and isinstance(pair, tuple))}
    firsts, seconds = [pair[0] for pair in paying], [pair[1] for pair in paying]
    forward = Sides(interaction.choices, interaction.targets, lambda a, b: (a, b))
    backward = Sides(interaction.targets, interaction.choices, lambda a, b: (b, a))
    is_forward = len(set(firsts)) == len(firsts) or not paying
    is_backward = len(set(seconds)) == len(seconds)
    one_each = all(choice.most == 1 for choice in interaction.choices)
    if is_forward and (one_each or not is_backward or not all(choice.most == 1 for choice in interaction.targets)):
        return forward
    if is_backward:
        return backward
    if one_each and sources:
        return forward
    if all(choice.most == 1 for choice in interaction.targets):
        return backward
    several = {choice.identifier: choice.most for choice in interaction.choices if choice.most != 1}
    return Sides(interaction.choices, interaction.targets, forward.pair, several)


def _sides_of_associate(interaction: Interaction, worths: Mapping[object, Decimal], notes: Notes) -> Sides:
    correct = [tuple(item) for item in interaction.correct.items] if interaction.correct else []
    paying = {*correct, *(pair for pair, worth in worths.items() if worth > 0 and isinstance(pair, tuple))}
    order = [choice.identifier for choice in interaction.choices]
    partners: dict[str, set[str]] = {}
    for a, b in paying:
        partners.setdefault(a, set()).add(b)
        partners.setdefault(b, set()).add(a)
    left: dict[str, None] = {}
    right: dict[str, None] = {}
    for name in sorted(partners, key=lambda end: order.index(end) if end in order else 0):
        if name in left or name in right:
            continue
        others = partners[name]
        # Of a thing with several partners, each partner is on the left: it has this one only.
        if len(others) > 1 or len(partners[next(iter(others))]) == 1:
            hub, leaves = (name, others) if len(others) > 1 else (next(iter(others)), {name})
            if hub in left or any(len(partners[leaf]) > 1 or leaf in right for leaf in leaves):
                raise Unsupported(_CHAIN)
            left |= dict.fromkeys(sorted(leaves, key=order.index))
            right[hub] = None
    if set(partners) - set(left) - set(right):
        raise Unsupported(_CHAIN)
    right |= dict.fromkeys(identifier for identifier in order if identifier not in left)
    notes.doubt(_TWO_SIDES)
    by_name = {choice.identifier: choice for choice in interaction.choices}

    def pair(a: str, b: str) -> Pair:
        return (a, b) if a <= b else (b, a)

    ordered = [identifier for identifier in order if identifier in right]
    return Sides([by_name[name] for name in left], [by_name[name] for name in ordered], pair)


def match_part(
    interaction: Interaction, score: Score, worths: Mapping[object, Decimal], notes: Notes, *, is_known: bool
) -> Part:
    """Return a match or associate interaction as a matching. `is_known`: the marking is a standard template, so it may
    be compared at some of very many assignments."""
    if interaction.kind in ("associate", "graphicassociate"):
        if any(not {a, b} <= {choice.identifier for choice in interaction.choices} for a, b in _pairs_of(worths)):
            raise Unsupported(DIFFERENT)
        sides = _sides_of_associate(interaction, worths, notes)
    else:
        sides = _sides_of_match(interaction, worths)
    maximum, keys, cases, _ = _fit(interaction, sides, score, worths, is_known=is_known)
    left, right = sides.left_ids, sides.right_ids
    content = {
        "left": [{"id": left[choice.identifier], "text": choice.text} for choice in sides.left],
        "right": [{"id": right[choice.identifier], "text": choice.text} for choice in sides.right],
        **sides.extra_content,
    }
    candidates = [("matching", content | {"stem": "?"}, key) for key in keys]
    _, _, key = first_fitting(candidates, maximum=maximum, cases=cases)
    samples = _samples(interaction, sides, cases)
    return Part("matching", content, key, maximum, _native(sides), samples, stem=interaction.prompt)


def place_part(
    interaction: Interaction, score: Score, worths: Mapping[object, Decimal], notes: Notes, *, is_known: bool
) -> Part:
    """Return things to be put on the places of a picture as a matching: each place gets one thing, or several where
    the right answer puts several there."""
    sides = Sides(interaction.targets, interaction.choices, lambda a, b: (b, a))
    correct = [tuple(item)[1] for item in interaction.correct.items] if interaction.correct else []
    if len(set(correct)) != len(correct):
        sides.several = {choice.identifier: choice.most for choice in interaction.targets if choice.most != 1}
    maximum, keys, cases, _ = _fit(interaction, sides, score, worths, is_known=is_known)
    samples = _samples(interaction, sides, cases)
    part = _as_matching(interaction, sides, keys, cases, maximum, samples, _native(sides))
    part.content["left"] = [
        {**entry, "text": choice.text} for entry, choice in zip(part.content["left"], sides.left, strict=True)
    ]
    return part


def _pairs_of(worths: Mapping[object, Decimal]) -> list[Pair]:
    return [pair for pair in worths if isinstance(pair, tuple)]


def _samples(interaction: Interaction, sides: Sides, cases: list[tuple[Any, Decimal]]) -> list[Value | None]:
    lefts = {id_: name for name, id_ in sides.left_ids.items()}
    rights = {id_: name for name, id_ in sides.right_ids.items()}
    seen: dict[Decimal, int] = {}
    found: list[Value | None] = [None]
    for raw, worth in cases:
        seen[worth] = seen.get(worth, 0) + 1
        if seen[worth] <= 4:
            several = [(a, [b] if isinstance(b, str) else b) for a, b in raw.items()]
            found.append(_value(interaction, [sides.pair(lefts[a], rights[b]) for a, bs in several for b in bs]))
    return found[:40]


def gap_part(interaction: Interaction, score: Score, worths: Mapping[object, Decimal], *, is_known: bool) -> Part:
    """Return a gap match as a cloze whose gaps offer the same words."""
    sides = Sides(interaction.targets, interaction.choices, lambda a, b: (b, a))
    maximum, keys, cases, added = _fit(interaction, sides, score, worths, is_known=is_known)
    ids = dict(zip(sides.right_ids, option_ids(len(sides.right)), strict=True))
    gap_ids = {name: f"g{at}" for at, name in enumerate(sides.left_ids, start=1)}
    options = [{"id": ids[choice.identifier], "text": choice.text} for choice in interaction.choices]
    content = {"gaps": [{"id": id_, "kind": "choice", "options": options} for id_ in gap_ids.values()]}
    names = {id_: gap_ids[name] for name, id_ in sides.left_ids.items()}
    texts = {id_: ids[name] for name, id_ in sides.right_ids.items()}
    gap_cases = [({names[a]: texts[b] for a, b in raw.items()}, worth) for raw, worth in cases]
    stem = interaction.passage
    for at, id_ in enumerate(gap_ids.values()):
        stem = stem.replace(f"{OPEN}{interaction.identifier}:{at}{CLOSE}", f"[[{id_}]]")
    markers = " ".join(f"[[{id_}]]" for id_ in gap_ids.values())
    candidates = [("cloze", content | {"stem": markers}, key) for key in _gap_keys(keys, added, gap_ids, ids, sides)]
    native = _native(sides)
    samples = _samples(interaction, sides, cases)

    def gap_native(value: Value | None) -> Any:
        made = native(value)
        return None if made is None else {names[a]: texts[b] for a, b in made.items()}

    if any("<img" in choice.text for choice in interaction.choices):
        candidates = []
    try:
        _, _, key = first_fitting(candidates, maximum=maximum, cases=gap_cases)
    except Unsupported:
        return _as_matching(interaction, sides, keys, cases, maximum, samples, native)
    gaps = [(gap, key["gaps"][gap["id"]]) for gap in content["gaps"]]
    return Part("cloze", content, key, maximum, gap_native, samples, stem=interaction.prompt, passage=stem, gaps=gaps)


def _as_matching(
    interaction: Interaction,
    sides: Sides,
    keys: list[dict[str, Any]],
    cases: list[tuple[Any, Decimal]],
    maximum: Decimal,
    samples: list[Value | None],
    native: Callable[[Value | None], Any],
) -> Part:
    """Return the gaps as the left column of a matching, numbered in the text."""
    left, right = sides.left_ids, sides.right_ids
    stem = interaction.passage
    for at in range(len(left)):
        stem = stem.replace(f"{OPEN}{interaction.identifier}:{at}{CLOSE}", f"({at + 1}) ____")
    content = {
        "left": [{"id": id_, "text": f"({at})"} for at, id_ in enumerate(left.values(), start=1)],
        "right": [{"id": right[choice.identifier], "text": choice.text} for choice in sides.right],
        **sides.extra_content,
    }
    candidates = [("matching", content | {"stem": "?"}, key) for key in keys]
    _, _, key = first_fitting(candidates, maximum=maximum, cases=cases)
    return Part("matching", content, key, maximum, native, samples, stem=interaction.prompt + stem)


def _gap_keys(
    keys: list[dict[str, Any]],
    added: dict[str, dict[str, Decimal]],
    gap_ids: Mapping[str, str],
    ids: Mapping[str, str],
    sides: Sides,
) -> list[dict[str, Any]]:
    """Return candidate keys of a cloze: gap by gap, as a sum, all or nothing."""
    best: dict[str, str] = next(key["pairs"] for key in keys)
    names = {id_: name for name, id_ in sides.left_ids.items()}
    rights = {id_: name for name, id_ in sides.right_ids.items()}
    single_best = {names[a]: rights[b] for a, b in best.items()}
    found: list[dict[str, Any]] = []
    gaps: dict[str, Any] = {}
    for name, worths in added.items():
        top = max(worths.values(), default=Decimal(0))
        if top <= 0:
            gaps = {}
            break
        fractions = {ids[b]: float(max(Decimal(-1), worth / top)) for b, worth in worths.items() if worth}
        gaps[gap_ids[name]] = {"fractions": fractions, "weight": float(top)}
    if gaps:
        found += [{"gaps": gaps}, {"gaps": gaps, "grading": "sum_of_fractions"}]
    if len(single_best) == len(gap_ids):
        right = {gap_ids[name]: {"fractions": {ids[b]: 1.0}} for name, b in single_best.items()}
        found.append({"gaps": right, "grading": "all_or_nothing"})
    return found
