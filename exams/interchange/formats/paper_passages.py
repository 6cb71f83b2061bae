"""A passage or options shared by several questions of a paper, and the rows that questions and passages become. Pure;
for `paper_lines`."""

from dataclasses import dataclass, field, replace

from exams.interchange.formats.base import ParsedRow, gettext_noop
from exams.interchange.formats.line_grammar import take_marks
from exams.interchange.formats.paper_drafts import Draft, Place
from exams.interchange.formats.question_block import MAXIMUM_SOURCE, Block, build
from exams.interchange.formats.rich_line import Rich, joined

_ALONE = gettext_noop("This passage is followed by no question of its own.")
_SHARED = "共用备选答案"


@dataclass
class Passage:
    """A text shared by several questions: its lines, which numbers it is for, and the questions read so far."""

    row: int
    place: Place
    lines: list[Rich] = field(default_factory=list)
    first: int = 0
    last: int = 0
    number: int | None = None
    style: str = ""
    drafts: list[Draft] = field(default_factory=list)
    marks: str = ""
    source: list[str] = field(default_factory=list)
    doubts: list[tuple[str, str, dict[str, str | int]]] = field(default_factory=list)
    losses: list[tuple[str, str, dict[str, str | int]]] = field(default_factory=list)
    is_shared: bool = False
    """What is shared are options (共用备选答案), not a text."""
    options: list[tuple[str, list[Rich]]] = field(default_factory=list)

    def only(self) -> Draft | None:
        """Return the one question that has the options for itself, with them; None where several share them."""
        if not self.is_shared or len(self.drafts) != 1:
            return None
        return replace(self.drafts[0], options=[(letter, list(lines)) for letter, lines in self.options])

    def block(self) -> Block:
        """Return the passage with its questions as parts."""
        marks, stem = take_marks(joined(self.lines).strip())
        block = Block(row=self.row, stem=stem.strip().render(), topic=self.place.topic, marks="")
        for place, text, values in self.doubts:
            block.doubt(place, text, values)
        block.losses += [block.remark(place, text, values) for place, text, values in self.losses]
        if self.is_shared:
            block.is_shared = True
            block.stem = block.stem or _SHARED
            block.options = [(letter, joined(lines).strip().render()) for letter, lines in self.options]
        for draft in self.drafts:
            if self.is_shared:
                draft = replace(draft, options=[(letter, list(lines)) for letter, lines in self.options])
            part = draft.block()
            part.marks = part.marks or part.marks_each
            if not part.stem.strip() and part.options:
                part.stem = f"{draft.number}."
            block.parts.append(part)
        stated = [part.marks for part in block.parts if part.marks]
        if (self.marks or marks) and not stated:
            block.marks = self.marks or marks
        tags = dict.fromkeys(tag for part in block.parts for tag in part.tags)
        levels = [part.difficulty for part in block.parts if part.difficulty]
        block.tags, block.difficulty = list(tags), levels[0] if len(set(levels)) == 1 else ""
        return block


def row_of(item: Draft | Passage, /) -> ParsedRow:
    """Return the row of a question or of a passage with its questions."""
    if isinstance(item, Passage) and not item.drafts:
        block = Block(row=item.row, stem=joined(item.lines).strip().render(), topic=item.place.topic)
        block.problem("questions", _ALONE)
        lost = build(block)
        return ParsedRow(
            row=item.row, record=None, problems=lost.problems[:1], source="\n".join(item.source)[:MAXIMUM_SOURCE]
        )
    if isinstance(item, Passage) and (only := item.only()) is not None:
        item = only
    built = build(item.block())
    source = item.source if isinstance(item, Draft) else [*item.source, *(s for d in item.drafts for s in d.source)]
    return ParsedRow(
        row=item.row,
        record=built.record,
        problems=built.problems,
        doubts=built.doubts,
        losses=built.losses,
        source="\n".join(source)[:MAXIMUM_SOURCE],
    )
