"""One paper drawn from a structure for its author: for the preview, for print, with the same draw as an attempt."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from exams.domain.assembly import draw
from exams.fetch import pools_of, section_texts
from exams.models import QuestionVersion

MAXIMUM_QUESTIONS = 500
"""Questions of a drawn paper that are shown or printed."""

SEEDS = 1_000_000
"""Seeds offered to authors, short enough to be read out."""


@dataclass(frozen=True, kw_only=True)
class DrawnQuestion:
    """A question of a drawn paper with its number and marks."""

    number: int
    version: QuestionVersion
    marks: Decimal


@dataclass(frozen=True, kw_only=True)
class DrawnSection:
    """A section of a drawn paper."""

    title: str
    instructions: str
    questions: tuple[DrawnQuestion, ...]

    @property
    def total(self) -> Decimal:
        """The marks of the section."""
        return sum((question.marks for question in self.questions), Decimal(0))


@dataclass(frozen=True, kw_only=True)
class DrawnPaper:
    """A paper as one candidate would get it, and how many questions were left out beyond MAXIMUM_QUESTIONS."""

    seed: int
    sections: tuple[DrawnSection, ...]
    is_random: bool
    left_out: int = 0

    @property
    def count(self) -> int:
        """How many questions it has."""
        return sum(len(section.questions) for section in self.sections)

    @property
    def total(self) -> Decimal:
        """What it is worth."""
        return sum((section.total for section in self.sections), Decimal(0))


def read_seed(text: str) -> int:
    """Return the seed of an address; another at random where there is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else new_seed()


def new_seed() -> int:
    """Return a seed for authors."""
    return secrets.randbelow(SEEDS)


def draw_structure(structure: Mapping[str, Any], *, seed: int) -> DrawnPaper:
    """Return the paper of a seed; two queries. The order of questions is the paper's: an exam may shuffle it."""
    pools = pools_of(structure)
    slots = draw(pools, seed=seed)
    shown = slots[:MAXIMUM_QUESTIONS]
    versions = QuestionVersion.objects.in_bulk({slot.version_id for slot in shown})
    sections = []
    number = 0
    for texts in section_texts(structure):
        questions = []
        for slot in shown:
            if slot.section_id == texts["id"] and slot.version_id in versions:
                number += 1
                questions.append(DrawnQuestion(number=number, version=versions[slot.version_id], marks=slot.marks))
        sections.append(
            DrawnSection(title=texts["title"], instructions=texts["instructions"], questions=tuple(questions))
        )
    return DrawnPaper(
        seed=seed, sections=tuple(sections), is_random=bool(pools.pools), left_out=len(slots) - len(shown)
    )
