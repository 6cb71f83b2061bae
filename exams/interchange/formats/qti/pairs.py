"""Pairs: matching two columns, pairing within one list, and putting words into the gaps of a text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
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
Assignment = Mapping[str, str]


@dataclass
class Sides:
    """Who is paired with whom: each on the left gets one on the right. `pair` writes a pair as the response has it."""

    left: Sequence[Choice]
    right: Sequence[Choice]
    pair: Callable[[str, str], Pair]

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
    left, right = sides.left_ids, sides.right_ids
    names = {sides.pair(a, b): (left[a], right[b]) for a in left for b in right}

    def native(value: Value | None) -> Any:
        if value is None:
            return None
        made: dict[str, str] = {}
        for item in value.items:
            a, b = names.get(tuple(item), ("", ""))
            if a in made or not a:
                raise Unsupported(_SEVERAL)
            made[a] = b
        return made

    return native


def _assignments(sides: Sides, *, key_pairs: Sequence[Pair], is_known: bool) -> list[Assignment]:
    """Return the assignments at which marks are compared: all of them where they are few."""
    lefts = [choice.identifier for choice in sides.left]
    rights = [choice.identifier for choice in sides.right]
    if (len(rights) + 1) ** len(lefts) <= MAXIMUM_ASSIGNMENTS:
        return [
            {a: b for a, b in zip(lefts, chosen, strict=True) if b}
            for chosen in product(["", *rights], repeat=len(lefts))
        ]
    if not is_known:
        raise Unsupported(_TOO_MANY)
    right: dict[str, str] = {}
    for a in lefts:
        for b in rights:
            if sides.pair(a, b) in key_pairs:
                right.setdefault(a, b)
    found: list[Assignment] = [{}, right, dict.fromkeys(lefts, rights[0]), dict.fromkeys(lefts, rights[-1])]
    found += [{a: b} for a in lefts for b in rights]
    found += [{**right, a: b} for a in lefts for b in rights]
    found += [{a: b for a, b in right.items() if a != out} for out in right]
    return found


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
        (assignment, score(_value(interaction, [sides.pair(a, b) for a, b in assignment.items()])))
        for assignment in _assignments(sides, key_pairs=key_pairs, is_known=is_known)
    ]
    maximum = greatest(worth for _, worth in table)
    best_ones = [assignment for assignment, worth in table if worth == maximum]
    best = max(best_ones, key=lambda assignment: _is_like(assignment, sides, correct))
    cases = [({left[a]: right[b] for a, b in assignment.items()}, worth) for assignment, worth in table]
    added = _added(sides, table, worths, best)
    pairs = {left[a]: right[b] for a, b in best.items()}
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


def _is_like(assignment: Assignment, sides: Sides, correct: Sequence[Pair]) -> tuple[int, int]:
    made = {sides.pair(a, b) for a, b in assignment.items()}
    return len(made & set(correct)), -len(made)


def _added(
    sides: Sides, table: list[tuple[Assignment, Decimal]], worths: Mapping[object, Decimal], best: Assignment
) -> dict[str, dict[str, Decimal]]:
    """Return what each pair adds: what the map says, or what it is worth alone or beside the best other pairs."""
    scores = {frozenset(assignment.items()): worth for assignment, worth in table}
    top = scores.get(frozenset(best.items()), Decimal(0))
    found: dict[str, dict[str, Decimal]] = {}
    for a in sides.left_ids:
        for b in sides.right_ids:
            pair = sides.pair(a, b)
            worth = worths.get(pair, Decimal(0)) if worths else scores.get(frozenset([(a, b)]), Decimal(0))
            if not worth:
                without = {key: value for key, value in best.items() if key != a}
                before = scores.get(frozenset(without.items()))
                after = scores.get(frozenset({**without, a: b}.items()))
                if before is not None and after is not None and before < top:
                    worth = after - before
            found.setdefault(a, {})[b] = worth
    return found


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
    raise Unsupported(_SEVERAL)


def _sides_of_associate(interaction: Interaction, worths: Mapping[object, Decimal], notes: Notes) -> Sides:
    correct = [tuple(item) for item in interaction.correct.items] if interaction.correct else []
    paying = {*correct, *(pair for pair, worth in worths.items() if worth > 0 and isinstance(pair, tuple))}
    order = [choice.identifier for choice in interaction.choices]
    left: dict[str, None] = {}
    right: dict[str, None] = {}
    for a, b in sorted(paying, key=lambda pair: min(order.index(end) if end in order else 0 for end in pair)):
        first, second = (a, b) if order.index(a) <= order.index(b) else (b, a)
        if first in right or second in left:
            first, second = second, first
        if first in right or second in left or first in left:
            raise Unsupported(_CHAIN)
        left[first] = None
        right[second] = None
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
    if interaction.kind == "associate":
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
    }
    candidates = [("matching", content | {"stem": "?"}, key) for key in keys]
    _, _, key = first_fitting(candidates, maximum=maximum, cases=cases)
    samples = _samples(interaction, sides, cases)
    return Part("matching", content, key, maximum, _native(sides), samples, stem=interaction.prompt)


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
            found.append(_value(interaction, [sides.pair(lefts[a], rights[b]) for a, b in raw.items()]))
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
