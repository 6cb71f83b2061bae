"""Questions that take several rows of a table: a passage, and the questions under it (小题) on the rows that follow.
Pure; the XLSX and delimited formats group their rows here.

A passage stands in a column of its own (材料, 大题题干 beside 小题题干), written once, merged or repeated; or in a row
of its own, whose questions follow and are marked as such: by an empty or covered cell where the passage has its type or
number, by a number under its number, or by their type (小题). Rows that nothing marks are never taken for such.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.question_block import Block, Built, build
from exams.interchange.formats.question_vocabulary import TYPE_HINTS, folded
from exams.interchange.formats.table_rows import block_of_cells

MOST_PARTS = 200
"""Rows that one passage gathers; our own limit of questions under a passage is lower and said by its type."""

_PASSAGE_NAMES = (
    "材料题 材料 组合题 题组 题组题 套题 复合题 大题 父题 母题 主题干 共用题干题 共用题干 公共题干 案例题 材料阅读 "
    "阅读材料 passage material group composite parent testlet readingmaterial readingcomprehension"
)
PASSAGE_TYPES = frozenset(folded(name) for name in _PASSAGE_NAMES.split())
"""Types that say a passage and nothing else."""

_WIDE_NAMES = "阅读理解题 阅读理解 阅读题 案例分析题 案例分析 材料分析题 综合题 分析题 实务题 共用题干单选题 病例分析题"
_WIDE_TYPES = frozenset(folded(name) for name in _WIDE_NAMES.split())
"""Types of passages that are also those of questions to be answered at length."""

_OWN = frozenset(("passage", "sub_stem", "sub_type", "sub_marks", "parent"))
_PART = re.compile(
    r"\s*(?:小题|子题目?|sub-?questions?|材料题?|组合题|题组|案例题|阅读理解题?)\s*(?:[-—–－:：_/|（(]\s*(?P<type>[^)）]+?)[)）]?)?\s*",
    re.IGNORECASE,
)
_PART_ALONE = re.compile(r"\s*(?:小题|子题目?|sub-?questions?)", re.IGNORECASE)
_BRACKETED = re.compile(r"[(（]\s?(\d{1,3})\s?[)）]\s*")
_HEAD_NUMBER = re.compile(r"\D{0,3}(\d{1,5})\D{0,2}")

_LONE = gettext_noop(
    "It is not said which of the rows below are questions of this passage. Leave their type empty, or write “小题” "
    "before it (小题：单选题)."
)
_BELOW_LONE = gettext_noop("The passage in row %(row)s was not read; if this question belongs to it, it is incomplete.")
_EMPTY_PASSAGE = gettext_noop("Rows %(rows)s name no passage; they were taken as questions of the passage above.")
_BY_STEM = gettext_noop("These rows were taken as questions of the passage: %(rows)s.")
_NO_PASSAGE = gettext_noop("There is no passage for this question in this row or above it.")
_NO_PARENT = gettext_noop("The question above it, %(text)s, is not the one in the rows above; it stands alone.")
_TOTAL = gettext_noop("The marks %(marks)s were taken for the whole passage.")
_OTHER_SUM = gettext_noop("The passage is worth %(marks)s, but its questions %(sum)s together; theirs were taken.")
_SAID_ONCE = gettext_noop("What single questions of a passage say here was left out: %(text)s")


@dataclass(slots=True)
class Line:
    """A row of a table: its cells by column, which of them a cell above covers, and what its format keeps of it."""

    number: int
    cells: Mapping[str, str]
    covered: frozenset[str] = frozenset()
    kept: Any = None

    def say(self, key: str) -> str:
        """Return what a cell says; empty for one that is not there or covered."""
        return "" if key in self.covered else self.cells.get(key, "").strip()

    @property
    def has_options(self) -> bool:
        """Whether the row has options."""
        return any(text.strip() for key, text in self.cells.items() if key.startswith(("option", "wrong_")))

    @property
    def is_bare(self) -> bool:
        """Whether the row has neither options nor an answer."""
        return not self.say("answer") and not self.has_options


@dataclass(slots=True)
class Group:
    """Rows of one question: a single row, or a passage with its parts; `head` is a row of the passage alone.

    `is_exact` says that a cell over several rows, or repeated in them, shows which belong to it; `unsure` and `by_stem`
    are rows that were taken for its questions by less. `lone_row` is a passage above that was not read.
    """

    lines: list[Line]
    passage: str | None = None
    head: Line | None = None
    is_exact: bool = False
    unsure: list[int] = field(default_factory=list)
    by_stem: list[int] = field(default_factory=list)
    problem: str = ""
    lone_row: int = 0

    @property
    def parts(self) -> list[Line]:
        """The rows of the questions under the passage."""
        return self.lines[1:] if self.head is not None else self.lines


def grouped(lines: Iterable[Line], keys: Iterable[str], /) -> Iterator[Group]:
    """Yield the questions of a table, row by row in their order; what is kept at a time is one passage."""
    known = set(keys)
    if "sub_stem" in known or "passage" in known:
        return _by_columns(lines, has_parts="sub_stem" in known)
    return _by_rows(lines)


def _by_columns(lines: Iterable[Line], *, has_parts: bool) -> Iterator[Group]:
    """Group the rows of a table that has a column for the passage."""
    source = "stem" if has_parts else "passage"
    open_: Group | None = None
    for line in lines:
        passage = line.say(source) or (line.say("passage") if has_parts else "")
        is_covered = source in line.covered
        stem = line.say("sub_stem") if has_parts else line.say("stem")
        if (
            open_ is not None
            and len(open_.lines) <= MOST_PARTS
            and _goes_on(open_, passage, stem, is_covered=is_covered, has_parts=has_parts)
        ):
            if passage or is_covered:
                open_.is_exact = True
            elif not is_covered and not has_parts:
                open_.unsure.append(line.number)
            open_.lines.append(line)
            continue
        if open_ is not None:
            yield _closed(open_)
            open_ = None
        if passage and stem:
            open_ = Group([line], passage=passage)
        elif passage and line.is_bare:
            open_ = Group([line], passage=passage, head=line)
        elif stem and has_parts:
            yield Group([line], problem=_NO_PASSAGE)
        else:
            yield Group([line])
    if open_ is not None:
        yield _closed(open_)


def _goes_on(open_: Group, passage: str, stem: str, *, is_covered: bool, has_parts: bool) -> bool:
    """Tell whether a row is one more question of the open passage."""
    if not stem:
        return False
    if passage:
        return passage == open_.passage
    return is_covered or has_parts or not open_.is_exact


def _closed(group: Group) -> Group:
    """Return a group that no row follows; a passage without questions is a row like any other."""
    return group if group.parts else Group(group.lines)


def _by_rows(lines: Iterable[Line]) -> Iterator[Group]:
    """Group the rows of a table where a passage has a row of its own."""
    open_: Group | None = None
    lone_row = 0
    for line in lines:
        if open_ is not None:
            if len(open_.lines) <= MOST_PARTS and _is_part(open_, line):
                open_.lines.append(line)
                continue
            lone_row = _is_lone(open_)
            yield _ended(open_, lone_row)
            open_ = None
        if line.say("stem") and line.is_bare:
            open_ = Group([line], passage=line.say("stem"), head=line, lone_row=lone_row)
            continue
        yield Group([line], lone_row=lone_row)
    if open_ is not None:
        yield _ended(open_, _is_lone(open_))


def _is_lone(group: Group) -> int:
    """Return the row of a passage that no question follows for certain; 0 for other rows. Rows below one that is not
    lone are below none."""
    head = group.lines[0]
    if group.parts:
        return 0
    return head.number if folded(head.say("type")) in PASSAGE_TYPES else group.lone_row


def _ended(group: Group, lone_row: int) -> Group:
    if group.parts:
        return group
    head = group.lines[0]
    if lone_row == head.number:
        return Group(group.lines, problem=_LONE)
    return Group(group.lines, lone_row=group.lone_row)


def _is_part(group: Group, line: Line) -> bool:
    """Tell whether a row is marked as a question of the passage above it."""
    head = group.lines[0]
    if not line.say("stem"):
        return False
    type_, above = line.say("type"), head.say("type")
    if type_ and _PART_ALONE.match(type_):
        return True
    said = folded(above)
    is_pure = said in PASSAGE_TYPES
    is_wide = said in _WIDE_TYPES
    if _is_below(head, line):
        return True
    if "number" in line.covered and head.say("number"):
        return True
    if is_pure:
        if not type_ or (folded(type_) == said and not line.is_bare):
            return True
        found = _PART.fullmatch(type_)
        if found is not None and found["type"] and folded(found["type"]) in TYPE_HINTS:
            return True
    if is_wide and line.has_options and (not type_ or folded(type_) == said):
        group.by_stem.append(line.number)
        return True
    number = _BRACKETED.match(line.say("stem"))
    if (is_pure or is_wide or not above) and number and int(number[1]) == len(group.lines):
        group.by_stem.append(line.number)
        return True
    return False


def _is_below(head: Line, line: Line) -> bool:
    """Tell whether a row is numbered under the passage: 3.1, 3-1, 3(1) below 3, or names it as the one above."""
    number = unicodedata.normalize("NFKC", line.say("number"))
    above = unicodedata.normalize("NFKC", head.say("number"))
    named = line.say("parent")
    if named and named in {head.say("number"), head.say("ref")}:
        return True
    found = _HEAD_NUMBER.fullmatch(above)
    return bool(number and found and re.fullmatch(rf"\D{{0,3}}{found[1]}\s?[.\-_(/]\s?\d{{1,3}}\)?", number))


def record_of_group(group: Group, /, *, is_numbered: bool = False) -> tuple[dict[str, Any] | None, Built]:
    """Return the record of a group of rows, and what was built with its problems, doubts and losses. A record that
    comes with problems is a draft; None where the rows say neither a question nor an option or answer."""
    if group.passage is not None:
        built = build(_passage(group, is_numbered=is_numbered))
        return built.record, built
    built = build(_single(group, is_numbered=is_numbered))
    cells = group.lines[0].cells
    says = ("stem", "sub_stem", "passage", "answer")
    is_said = any(text.strip() for key, text in cells.items() if key in says or key.startswith("option"))
    return built.record if is_said else None, built


def _passage(group: Group, *, is_numbered: bool) -> Block:
    first = group.lines[0]
    sayings = ("topic", "topic_2", "difficulty", "tags", "source", "ref")
    cells = {key: _once(group.lines, key) for key in sayings} | {"stem": group.passage}
    block = block_of_cells(cells, row=first.number)
    if group.head is not None:
        block.explanation = group.head.say("explanation")
    block.parts = [_part(line, group, is_numbered=is_numbered) for line in group.parts]
    _take_marks(block, group)
    _note_left_out(block, group, sayings)
    if group.unsure:
        block.doubt("stem", _EMPTY_PASSAGE, {"rows": _listed(group.unsure)})
    if group.by_stem:
        block.doubt("stem", _BY_STEM, {"rows": _listed(group.by_stem)})
    return block


def _single(group: Group, *, is_numbered: bool) -> Block:
    line = group.lines[0]
    if not (group.problem or line.cells.keys() & _OWN):
        block = block_of_cells(line.cells, row=line.number, is_numbered=is_numbered)
        if group.lone_row:
            block.doubt("stem", _BELOW_LONE, {"row": group.lone_row})
        return block
    cells = {key: text for key, text in line.cells.items() if key not in _OWN}
    for own, key in (("sub_type", "type"), ("sub_marks", "marks"), ("sub_stem", "stem")):
        if not cells.get(key, "").strip() and line.say(own):
            cells[key] = line.say(own)
    if group.problem == _LONE:
        cells.pop("type", None)
    block = block_of_cells(cells, row=line.number, is_numbered=is_numbered)
    if group.problem == _LONE:
        block.type_hint = "essay"
    if group.problem:
        block.problem("sub_stem" if group.problem == _NO_PASSAGE else "stem", group.problem)
    if line.say("parent"):
        block.doubt("parent", _NO_PARENT, {"text": line.say("parent")[:40]})
    if group.lone_row:
        block.doubt("stem", _BELOW_LONE, {"row": group.lone_row})
    return block


def _listed(numbers: list[int]) -> str:
    """Return row numbers in words of their own: 3–5, 9."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in spans)


def _once(lines: list[Line], key: str) -> str:
    """Return what the first row that says something says."""
    return next((text for line in lines if (text := line.cells.get(key, "").strip())), "")


def _part(line: Line, group: Group, *, is_numbered: bool) -> Block:
    """Return the block of one question under the passage."""
    cells = {key: text for key, text in line.cells.items() if key not in ("topic", "topic_2", "difficulty", "tags")}
    if cells.get("sub_stem", "").strip():
        cells["stem"] = cells["sub_stem"]
    for key in (
        "passage",
        "sub_stem",
        "type",
        "source",
        "ref",
        *(["explanation"] if "explanation" in line.covered else []),
    ):
        cells.pop(key, None)
    if _is_counted(group) and (found := _BRACKETED.match(cells["stem"])):
        cells["stem"] = cells["stem"][found.end() :]
    block = block_of_cells(cells, row=line.number, is_numbered=is_numbered)
    block.type_hint = _type_of(line, group)
    if folded(block.type_hint) in TYPE_HINTS and TYPE_HINTS[folded(block.type_hint)] == "essay" and block.options:
        block.type_hint = ""
    block.marks = line.say("sub_marks") or line.say("marks")
    return block


def _is_counted(group: Group) -> bool:
    """Tell whether the questions under a passage begin with their numbers, (1), (2)…, which the page counts itself."""
    found = [_BRACKETED.match(line.say("sub_stem") or line.say("stem")) for line in group.parts]
    return all(one is not None and int(one[1]) == place for place, one in enumerate(found, start=1))


def _type_of(line: Line, group: Group) -> str:
    """Return what the file calls the type of a part; empty where it names that of the whole passage only."""
    for said in (line.cells.get("sub_type", ""), line.say("type"), line.cells.get("type", "")):
        said = said.strip()
        if found := _PART.fullmatch(said):
            said = (found["type"] or "").strip()
        if said and folded(said) not in PASSAGE_TYPES:
            is_heads = group.head is not None and said == group.head.say("type") and folded(said) in _WIDE_TYPES
            return "" if is_heads else said
    above = group.lines[0].say("type")
    return above if group.head is not None and TYPE_HINTS.get(folded(above), "essay") != "essay" else ""


def _take_marks(block: Block, group: Group) -> None:
    """Decide whether marks are those of the passage or of its questions."""
    said = [part.marks for part in block.parts]
    whole = group.head.say("marks") if group.head is not None else ""
    is_covered = any("marks" in line.covered for line in group.parts)
    has_own = any(line.say("sub_marks") for line in group.parts)
    if not whole and has_own and group.parts[0].say("marks"):
        whole = group.parts[0].say("marks")
    elif not whole and said[0] and len(said) > 1 and (is_covered or (group.head is None and not any(said[1:]))):
        whole, said = said[0], [""] * len(said)
        for part in block.parts:
            part.marks = ""
        block.doubt("marks", _TOTAL, {"marks": whole[:20]})
    if not whole:
        return
    if not any(said):
        block.marks = whole
        return
    numbers = [_number(text) for text in (*said, whole)]
    if None in numbers or abs(sum(one or 0 for one in numbers[:-1]) - (numbers[-1] or 0)) > 0.001:
        total = sum(one if one is not None else 1 for one in numbers[:-1])
        block.doubt("marks", _OTHER_SUM, {"marks": whole[:20], "sum": f"{total:g}"})


def _number(text: str) -> float | None:
    found = re.fullmatch(r"\s*(\d{1,5}(?:\.\d{1,6})?)\s*分?\s*", text)
    return float(found[1]) if found else None


def _note_left_out(block: Block, group: Group, sayings: tuple[str, ...]) -> None:
    """Note as a loss what a question under a passage says otherwise than the passage."""
    for key in sayings:
        said = _once(group.lines, key)
        others = dict.fromkeys(text for line in group.lines if (text := line.say(key)) and text != said)
        if others:
            block.losses.append(block.remark(key, _SAID_ONCE, {"text": " | ".join(others)[:200]}))
