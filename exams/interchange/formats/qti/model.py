"""A question as the readers of all QTI versions hand it to the converters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from exams.interchange.formats.qti.expressions import Witness
from exams.interchange.formats.qti.notes import Assets, Notes
from exams.interchange.formats.qti.structure import Group
from exams.interchange.formats.qti.values import Value

Responses = Mapping[str, Value | None]


@dataclass
class Choice:
    """Something to choose, to order or to pair: its identifier and rich text. `most` is how many pairs it may be in (0:
    any number); `feedback` are texts in it that an outcome shows."""

    identifier: str
    text: str
    most: int = 1
    feedback: list["Feedback"] = field(default_factory=list)


@dataclass
class Feedback:
    """A text shown when an outcome holds an identifier (or hidden then)."""

    outcome: str
    identifier: str
    is_hidden: bool
    text: str


@dataclass
class Spot:
    """An area of a picture."""

    identifier: str
    shape: str
    coords: tuple[float, ...]
    label: str = ""


@dataclass
class Picture:
    """A picture: its address in rich text, what it shows, and its size in pixels (0: not said)."""

    address: str
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass
class Interaction:
    """One thing to do in a question.

    `kind`: choice, inline, text, extended, order, match, associate, gapmatch, hottext, hotspot, points, slider, upload.
    `responses` are the identifiers of the responses it fills, mostly one. `base` and `cardinality` say of what kind
    its values are. `passage` holds the text of a gap match or hot text, with tokens for its gaps.
    """

    kind: str
    identifier: str
    base: str = "identifier"
    cardinality: str = "single"
    prompt: str = ""
    choices: list[Choice] = field(default_factory=list)
    targets: list[Choice] = field(default_factory=list)
    maximum: int = 1
    passage: str = ""
    picture: Picture | None = None
    spots: list[Spot] = field(default_factory=list)
    lower: Decimal | None = None
    upper: Decimal | None = None
    step: Decimal | None = None
    size: int = 8
    kinds: tuple[str, ...] = ()
    correct: Value | None = None
    is_folded: bool = False
    tag: str = ""


class Marking(Protocol):
    """How a question is marked, whatever the version."""

    @property
    def scale(self) -> Decimal | None:
        """The score that earns `marks`, where the file says it apart from them."""

    @property
    def is_given(self) -> bool:
        """Whether the file says how to mark at all."""

    def score(self, responses: Responses, witness: Witness | None = None) -> Decimal:
        """Return the score of a response; Unsupported when it cannot be told."""

    def shown(self, responses: Responses) -> list[str]:
        """Return the feedback texts that a response calls for."""

    def groups(self) -> list[Group]:
        """Return disjoint groups of responses such that the score is a sum of functions of one group each."""

    def values(self, identifier: str) -> Mapping[object, Decimal]:
        """Return what a map says that single values of a response are worth."""

    def texts(self, identifier: str) -> list[str]:
        """Return texts that a response may be compared with, the likeliest first."""


@dataclass
class Item:
    """A question: its text with tokens, what is to be done, how it is marked, and what is said about it.

    `marks` is what the file says the question is worth, None where it says nothing. `human` is the greatest score that
    a person gives, where a person marks; `is_external` says that the score comes from a person or another program.
    """

    identifier: str
    title: str
    stem: str
    interactions: list[Interaction]
    marking: Marking
    notes: Notes
    assets: Assets
    language: str = ""
    marks: Decimal | None = None
    human: Decimal | None = None
    is_external: bool = False
    explanation: str = ""
    model_answer: str = ""
    has_feedback: bool = False
    inline_feedback: list[Feedback] = field(default_factory=list)
    kind: str = ""


def name_the_empty(item: Item, text: str) -> None:
    """Give choices without any text a dash, and say so."""
    for interaction in item.interactions:
        for choice in [*interaction.choices, *interaction.targets]:
            if not choice.text.strip() and interaction.kind != "gapmatch":
                choice.text = "—"
                item.notes.doubt(text)
