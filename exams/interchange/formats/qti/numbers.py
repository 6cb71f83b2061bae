"""Typed numbers: the intervals in which the marking gives the same, found by asking it, and the same as answers.

Between two numbers that the marking compares with, it cannot tell one number from another; so a score at each such
number and one between each two say everything.
"""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import groupby, pairwise
from typing import Any

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.model import Interaction
from exams.interchange.formats.qti.parts import BLANK_PAYS, DIFFERENT, Part, fraction_of, greatest
from exams.interchange.formats.qti.texts import WitnessedScore
from exams.interchange.formats.qti.values import Unsupported, Value, single
from exams.interchange.formats.qti.witness import MarkedDecimal, MarkedInteger, Witness

MAXIMUM_NUMBERS = 200
MAXIMUM_WHOLE = 60
MAXIMUM_PLACES = 1_000
_CALCULATED = gettext_noop("The marking calculates with the answer in a way that cannot be expressed.")
_TOO_MANY = gettext_noop("The marking knows too many answers.")
_ENDLESS = gettext_noop("Numbers beyond any limit earn marks.")
_WHOLE = gettext_noop("Too many whole numbers earn marks.")
FAR = Decimal(10) ** 9


@dataclass(frozen=True)
class Step:
    """A stretch of numbers with one score: a single number, or all between two (ends not counted)."""

    low: Decimal
    high: Decimal
    score: Decimal

    @property
    def is_point(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high


class NumberProbe:
    """Asks a marking about numbers until nothing new turns up that it compares them with."""

    def __init__(self, score: WitnessedScore, base: str, known: list[Decimal]) -> None:
        self.score = score
        self.base = base
        self.witness = Witness()
        self.table: dict[Decimal, Decimal] = {}
        self.edges: set[Decimal] = set()
        for found in (Decimal(0), -FAR, FAR, *known):
            self.ask(found)
        self.edges |= set(known)
        while True:
            new = {edge for edge in self.witness.numbers if abs(edge) < FAR} - self.edges
            self.edges |= new
            before = len(self.table)
            for place in self._places():
                self.ask(place)
            if not new and len(self.table) == before:
                break

    def ask(self, place: Decimal) -> Decimal | None:
        """Return the score of a number, None where a whole one is wanted; Unsupported when it is calculated with."""
        if self.base == "integer" and place != place.to_integral_value():
            return None
        if place not in self.table:
            if len(self.table) > MAXIMUM_NUMBERS:
                raise Unsupported(_TOO_MANY)
            item: Any = MarkedInteger(int(place)) if self.base == "integer" else MarkedDecimal(place)
            self.table[place] = self.score(single(self.base, item), self.witness)
            if self.witness.is_opaque:
                raise Unsupported(_CALCULATED)
        return self.table[place]

    def _places(self) -> list[Decimal]:
        edges = sorted(self.edges)
        between = [(low + high) / 2 for low, high in pairwise(edges)]
        if self.base == "integer":
            floors = [edge.to_integral_value(ROUND_FLOOR) for edge in edges]
            between = [floor + shift for floor in floors for shift in (-1, 0, 1, 2)]
        outside = [edges[0] - 1, edges[-1] + 1] if edges else []
        return [*edges, *between, *outside]

    def steps(self) -> list[Step]:
        """Return the stretches between the far ends, in order."""
        edges = sorted(self.edges)
        if not edges:
            return []
        found = []
        for at, edge in enumerate(edges):
            found.append(Step(edge, edge, self.ask(edge) or Decimal(0)))
            if at + 1 < len(edges):
                middle = (edge + edges[at + 1]) / 2
                found.append(Step(edge, edges[at + 1], self.ask(middle) or Decimal(0)))
        return found


def _plain(found: Decimal) -> str:
    text = format(found.normalize(), "f")
    if len(text) > 60:
        raise Unsupported(DIFFERENT)
    return text


def _answers(steps: list[Step], maximum: Decimal, other: Decimal) -> list[dict[str, Any]]:
    """Return answers, first fitting first: single numbers that differ from what surrounds them, then stretches; what
    earns `other` like all numbers beyond is left out."""
    points: list[dict[str, Any]] = []
    stretches: list[dict[str, Any]] = []
    at = 0
    while at < len(steps):
        step = steps[at]
        if step.is_point:
            inside = [near.score for near in steps[max(0, at - 1) : at + 2] if not near.is_point]
            # A stretch reaches over both its ends, so an end that earns otherwise is named before it.
            is_overreached = any(step.score != score for score in inside if score != other)
            if is_overreached or (step.score != other and step.score not in inside):
                points.append(_answer(step.low, step.high, step.score, maximum))
            at += 1
            continue
        end = at
        while end + 2 < len(steps) and steps[end + 1].score == step.score == steps[end + 2].score:
            end += 2
        if step.score != other:
            stretches.append(_answer(step.low, steps[end].high, step.score, maximum))
        at = end + 1
    return points + stretches


def _answer(low: Decimal, high: Decimal, score: Decimal, maximum: Decimal) -> dict[str, Any]:
    return {
        "value": _plain((low + high) / 2),
        "tolerance": _plain((high - low) / 2),
        "tolerance_kind": "absolute",
        "fraction": fraction_of(score, maximum),
    }


def _whole_answers(probe: NumberProbe, maximum: Decimal, other: Decimal) -> list[dict[str, Any]]:
    """Return each whole number that earns something else than `other`, which all the others earn."""
    edges = sorted(probe.edges)
    low, high = int(edges[0].to_integral_value()) - 1, int(edges[-1].to_integral_value()) + 1
    if high - low > 4 * MAXIMUM_WHOLE:
        wholes = sorted(int(place) for place, score in probe.table.items() if score != other and abs(place) < FAR)
        between = [probe.ask(Decimal((a + b) // 2)) for a, b in pairwise(wholes) if b - a > 1]
        if any(score != other for score in between):
            raise Unsupported(_WHOLE)
    else:
        wholes = [whole for whole in range(low, high + 1) if probe.ask(Decimal(whole)) != other]
    if len(wholes) > MAXIMUM_WHOLE:
        raise Unsupported(_WHOLE)
    return [_answer(Decimal(n), Decimal(n), probe.ask(Decimal(n)) or Decimal(0), maximum) for n in wholes]


def number_part(score: WitnessedScore, *, base: str, known: list[Decimal], size: int, stem: str = "") -> Part:
    """Return a typed number as a numerical question, and as a blank where one stretch earns everything."""
    if score(None, Witness()) != 0:
        raise Unsupported(BLANK_PAYS)
    probe = NumberProbe(score, base, known)
    other = probe.ask(FAR) or Decimal(0)
    if other != probe.ask(-FAR):
        raise Unsupported(_ENDLESS)
    maximum = greatest(probe.table.values())
    is_whole = base == "integer"
    answers = _whole_answers(probe, maximum, other) if is_whole else _answers(probe.steps(), maximum, other)
    if other:
        # Any number beyond what the marking compares with earns the same, whichever way.
        answers.append({"value": "*", "tolerance": "0", "fraction": fraction_of(other, maximum)})
    samples: list[Value | None] = [None]
    samples += [single(base, int(place) if is_whole else place) for place in sorted(probe.table)]
    part = Part(
        "numerical",
        {},
        {"answers": answers},
        maximum,
        native_number,
        samples[:60],
        stem=stem,
        gap_native=native_number,
        is_negative=min(probe.table.values()) < 0,
    )
    if len(answers) == 1 and answers[0]["fraction"] == 1 and not other:
        numeric = {key: answers[0][key] for key in ("value", "tolerance", "tolerance_kind")}
        key = {"match": "numeric", "numeric": numeric}
        content = {"size": min(max(size, 2), 200)}
        part.blank = (content, key)
        part.gap = ({"kind": "numeric", **content}, key)
    return part


def native_number(value: Value | None) -> str | None:
    """Return a number as a learner types it."""
    return None if value is None else format(Decimal(value.items[0]), "f")


def slider_part(score: WitnessedScore, interaction: Interaction) -> Part:
    """Return a slider as a typed number: runs of neighbouring places that earn the same."""
    low, high, step = interaction.lower, interaction.upper, interaction.step
    if low is None or high is None or step is None or step <= 0 or (high - low) / step > MAXIMUM_PLACES:
        raise Unsupported(_TOO_MANY)
    if score(None, Witness()) != 0:
        raise Unsupported(BLANK_PAYS)
    places = [low + step * at for at in range(int((high - low) / step) + 1)]
    is_whole = interaction.base == "integer"
    if is_whole and any(place != place.to_integral_value() for place in places):
        raise Unsupported(DIFFERENT)
    values = [single(interaction.base, int(place) if is_whole else place) for place in places]
    scores = [score(value, Witness()) for value in values]
    maximum = greatest(scores)
    answers = []
    for worth, run in groupby(zip(scores, places, strict=True), key=lambda pair: pair[0]):
        inside = [place for _, place in run]
        if worth:
            answers.append(_answer(inside[0], inside[-1], worth, maximum))
    return Part(
        "numerical",
        {},
        {"answers": answers},
        maximum,
        native_number,
        [None, *values],
        stem=interaction.prompt,
        is_negative=min(scores) < 0,
    )
