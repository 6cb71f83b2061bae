"""What two versions of a paper differ in: sections, fixed questions, their marks and versions, rules and pools."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Structure = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FixedPlace:
    """A fixed question as it stands in one version of a paper; a section that is called otherwise is the same one."""

    question_id: int
    version_id: int
    section: str = field(compare=False)
    marks: Decimal
    section_id: str = ""


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """A question that stands in both versions, but otherwise: other marks, another version, another section."""

    old: FixedPlace
    new: FixedPlace

    @property
    def has_marks(self) -> bool:
        """Whether the marks differ."""
        return self.old.marks != self.new.marks

    @property
    def has_version(self) -> bool:
        """Whether the version of the question differs."""
        return self.old.version_id != self.new.version_id

    @property
    def has_moved(self) -> bool:
        """Whether it stands in another section."""
        return self.old.section_id != self.new.section_id


@dataclass(frozen=True, slots=True)
class RulePlace:
    """A rule as it was frozen: what it draws, and from which questions."""

    section: str = field(compare=False)
    count: int
    marks: Decimal
    question_ids: frozenset[int]
    section_id: str = ""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule of the older version (None: it is new) and of the newer one (None: it is gone)."""

    old: RulePlace | None
    new: RulePlace | None

    @property
    def joined(self) -> int:
        """How many questions came into the pool."""
        return len(self._ids(self.new) - self._ids(self.old))

    @property
    def left(self) -> int:
        """How many questions left the pool."""
        return len(self._ids(self.old) - self._ids(self.new))

    @staticmethod
    def _ids(place: RulePlace | None) -> frozenset[int]:
        return place.question_ids if place else frozenset()


@dataclass(frozen=True, slots=True)
class PaperDifferences:
    """All that differs between two versions of a paper."""

    added: tuple[FixedPlace, ...] = ()
    removed: tuple[FixedPlace, ...] = ()
    changed: tuple[QuestionChange, ...] = ()
    rules: tuple[RuleChange, ...] = ()
    sections_added: tuple[str, ...] = ()
    sections_removed: tuple[str, ...] = ()
    sections_changed: tuple[tuple[str, str], ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether nothing but the order differs."""
        return self == PaperDifferences()


def _fixed(structure: Structure, question_of: Mapping[int, int]) -> dict[int, FixedPlace]:
    return {
        question_of.get(item["version_id"], -item["version_id"]): FixedPlace(
            question_of.get(item["version_id"], -item["version_id"]),
            item["version_id"],
            section["title"],
            Decimal(str(item["marks"])),
            str(section["id"]),
        )
        for section in structure["sections"]
        for item in section["items"]
    }


def _rules(structure: Structure, question_of: Mapping[int, int]) -> dict[str, RulePlace]:
    return {
        str(pool["rule_id"]): RulePlace(
            section["title"],
            int(pool["count"]),
            Decimal(str(pool["marks"])),
            frozenset(question_of.get(version, -version) for version in pool["version_ids"]),
            str(section["id"]),
        )
        for section in structure["sections"]
        for pool in section["pools"]
    }


def compare_papers(old: Structure, new: Structure, /, *, question_of: Mapping[int, int]) -> PaperDifferences:
    """Return what differs between two frozen papers; `question_of` maps version ids to questions.

    A version that it does not know counts as a question of its own. Order within a section is passed over.
    """
    before, after = _fixed(old, question_of), _fixed(new, question_of)
    rules_before, rules_after = _rules(old, question_of), _rules(new, question_of)
    old_sections = {str(one["id"]): one for one in old["sections"]}
    new_sections = {str(one["id"]): one for one in new["sections"]}
    both = [key for key in before if key in after]
    texts = ("title", "instructions")
    return PaperDifferences(
        added=tuple(place for key, place in after.items() if key not in before),
        removed=tuple(place for key, place in before.items() if key not in after),
        changed=tuple(QuestionChange(before[key], after[key]) for key in both if before[key] != after[key]),
        rules=tuple(
            RuleChange(rules_before.get(key), rules_after.get(key))
            for key in dict.fromkeys((*rules_before, *rules_after))
            if rules_before.get(key) != rules_after.get(key)
        ),
        sections_added=tuple(one["title"] for key, one in new_sections.items() if key not in old_sections),
        sections_removed=tuple(one["title"] for key, one in old_sections.items() if key not in new_sections),
        sections_changed=tuple(
            (old_sections[key]["title"], one["title"])
            for key, one in new_sections.items()
            if key in old_sections and any(old_sections[key].get(name) != one.get(name) for name in texts)
        ),
    )
