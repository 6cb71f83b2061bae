"""A question of a paper while its lines come in, and what becomes of it: answers found in brackets, in marking and in
lists are held against each other. Pure; for `paper_lines`."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.line_grammar import (
    BRACKET_ANSWER,
    GAP,
    Section,
    inline_type,
    key_list,
    level_at,
    option_marks,
    take_marks,
    type_behind,
)
from exams.interchange.formats.question_block import Block
from exams.interchange.formats.question_vocabulary import TYPE_HINTS, folded, truth_of
from exams.interchange.formats.rich_line import COLOUR, HIGHLIGHT, STRONG, UNDERLINE, Rich, joined

_DISAGREE = gettext_noop("Two answers are given that disagree: %(first)s and %(second)s.")
_SEVERAL_BRACKETS = gettext_noop("Several brackets in the question hold an answer: %(answers)s.")
_FROM_WORD = gettext_noop("“%(text)s” in brackets was taken for the answer.")
_MARKING_DIFFERS = gettext_noop("Marked options (%(letters)s) are not the stated answer.")
_UNDERLINED = gettext_noop("The underlined words were taken for the answers of blanks.")
_BRACKETS_FILLED = gettext_noop("The words in brackets were taken for the answers of blanks.")
_GIVEN_LOST = gettext_noop("One learner's own answer and marks stand with the question; they were left out.")
_LIST_LACKS = gettext_noop("The list of answers has none for number %(number)s.")
_MARKINGS = (
    (COLOUR, gettext_noop("The answer was read from the colour of the options.")),
    (HIGHLIGHT, gettext_noop("The answer was read from the highlighting of the options.")),
    (STRONG, gettext_noop("The answer was read from the bold type of the options.")),
    (UNDERLINE, gettext_noop("The answer was read from the underlining of the options.")),
)
_LETTERS = re.compile(r"[（(]?[A-Za-z](?![A-Za-z]{8})[A-Za-z]{0,7}(?![A-Za-z\d])")
_AT_END = re.compile(r"[\s。.．？?！!：:；;]{0,8}\Z")
BRACKET_OR_ASK = re.compile(r"(?:[（(]\s*[)）]|[？?：:。])\s{0,8}\Z")
_BRACKET_WORDS = re.compile(r"（[^（）()\n]{1,40}）|\([^（）()\n]{1,40}\)")
_BLANK_SIGN = re.compile(r"_{2,}|＿|[（(]\s*[)）]|\[\[")
_CALLED_RIGHT = re.compile(
    r"\s{0,4}[（(\[【]\s?(?:正确答案|正确选项|正确项|答案|√|✓|✔|correct(?: answer)?)\s?[)）\]】]\s{0,4}\Z",
    re.IGNORECASE,
)
_UNDERLINE_RUN = re.compile(r"[^\s_]")


@dataclass
class Place:
    """Where in the paper a question stands: its section by ordinal, what the heading says, and the topic."""

    ordinal: int = 0
    section: Section | None = None
    topic: tuple[str, ...] = ()


@dataclass
class Draft:
    """The lines of one question, sorted by what they say."""

    row: int
    place: Place
    number: int | None = None
    style: str = ""
    stem: list[Rich] = field(default_factory=list)
    options: list[tuple[str, list[Rich]]] = field(default_factory=list)
    fields: dict[str, list[Rich]] = field(default_factory=dict)
    listed: Rich | None = None
    listed_explanation: list[Rich] = field(default_factory=list)
    type_name: str = ""
    level: str = ""
    marks: str = ""
    source: list[str] = field(default_factory=list)
    doubts: list[tuple[str, str, dict[str, str | int]]] = field(default_factory=list)
    problems: list[tuple[str, str, dict[str, str | int]]] = field(default_factory=list)
    losses: list[tuple[str, str, dict[str, str | int]]] = field(default_factory=list)
    inner: int = 0
    gaps: list[int] = field(default_factory=list)
    gap_answers: dict[int, Rich] = field(default_factory=dict)
    is_listed: bool = False
    size: int = 0
    right: list[str] = field(default_factory=list)
    groups: dict[int, list[tuple[str, list[Rich]]]] = field(default_factory=dict)
    """The options of each numbered gap of the stem (`（2）A.… B.…`), by its number."""

    @property
    def has_answer(self) -> bool:
        """Whether something was said under a label for the answer."""
        return any(line.text.strip() for line in self.fields.get("answer", ()))

    @property
    def is_answered(self) -> bool:
        """Whether an answer stands with it: under a label, in a bracket, or as words or marking of an option."""
        if self.has_answer or self.listed is not None or any(BRACKET_ANSWER.search(one.narrow) for one in self.stem):
            return True
        lines = [line for _letter, lines in self.options for line in lines]
        return any(_CALLED_RIGHT.search(line.text) or any(line.styles) for line in lines)

    @property
    def is_complete(self) -> bool:
        """Whether another question may follow."""
        return bool(self.options) or self.has_answer

    @property
    def is_empty(self) -> bool:
        """Whether nothing but a number has been read."""
        return not any(line.text.strip() for line in self.stem) and not self.options and not self.fields

    def lines_of(self, name: str) -> list[Rich]:
        """Return the lines of a field, to be added to."""
        if name == "stem":
            return self.stem
        if name == "options":
            return self.options[-1][1] if self.options else self.stem
        return self.fields.setdefault(name, [])

    def plain(self, name: str) -> str:
        """Return a field as one line of plain text."""
        return " ".join(line.plain().strip() for line in self.fields.get(name, ())).strip()

    def block(self) -> Block:
        """Return the parts of the question, its answers compared."""
        stem, type_name = self._stem()
        block = Block(row=self.row, type_hint=type_name, topic=self.place.topic, marks=self.marks)
        for place, text, values in self.doubts:
            block.doubt(place, text, values)
        for place, text, values in self.problems:
            block.problem(place, text, values)
        block.losses += [block.remark(place, text, values) for place, text, values in self.losses]
        if self.place.section and self.place.section.marks_each:
            block.marks_each = self.place.section.marks_each
        if "given" in self.fields or "earned" in self.fields:
            block.losses.append(block.remark("", _GIVEN_LOST))
        if len(self.groups) == 1:
            self.options, self.gaps = next(iter(self.groups.values())), []
        options = [self._unmarked(letter, joined(lines).strip()) for letter, lines in self.options]
        if not options and not self.groups and self._may_be_choice(type_name):
            stem, options = _inline_options(stem)
        stem, answer = self._answer(block, stem, options)
        if not options and not answer.text.strip():
            stem, answer = _underlined(block, stem)
        if not options and not answer.text.strip() and not self.gaps:
            stem, answer = _bracketed_words(block, stem)
        if any(option.share_of(STRONG | UNDERLINE) > 0.9 for _letter, option in options):
            options = [
                (letter, text.without(STRONG | UNDERLINE) if text.share_of(STRONG | UNDERLINE) > 0.9 else text)
                for letter, text in options
            ]
        block.stem = stem.render()
        block.options = [(letter, text.render()) for letter, text in options]
        block.answer = answer.render()
        if self.gaps:
            self._fill_gaps(block)
        explanation = self.fields.get("explanation", []) + self.listed_explanation
        block.explanation = joined(explanation).strip().render()
        block.difficulty = self.plain("difficulty") or self.level
        if "topic" in self.fields and self.plain("topic"):
            said = [part.strip() for part in re.split(r"[>/＞]", self.plain("topic")) if part.strip()]
            block.topic = said
        tags = [part.strip() for part in re.split(r"[,，、;；]", self.plain("tags")) if part.strip()]
        block.tags = [tag[:60] for tag in tags]
        block.marks = self.plain("marks").removesuffix("分").strip() or block.marks
        block.source, block.ref = self.plain("source"), self.plain("ref")
        return block

    def _unmarked(self, letter: str, text: Rich) -> tuple[str, Rich]:
        """Return an option without the words that call it right (`北京（正确答案）`); its letter is remembered."""
        if found := _CALLED_RIGHT.search(text.text):
            self.right = [*dict.fromkeys([*self.right, letter])]
            text = text[: found.start()].strip()
        return letter, text

    def _fill_gaps(self, block: Block) -> None:
        """Put the gaps of a passage and their answers where the builders look for them."""
        if self.groups:
            self._fill_groups(block)
            return
        said = [self.gap_answers.get(gap, Rich("")).render().strip() for gap in self.gaps]
        block.answers = tuple(said) if all(said) else ()
        if not block.answers and any(said):
            lacking = next(gap for gap, text in zip(self.gaps, said, strict=True) if not text)
            block.problem("answer", _LIST_LACKS, {"number": lacking})
        if block.options:
            block.stem = GAP.sub(lambda found: f" {found[1]} ", block.stem)
            return
        first = self.gaps[0]
        block.stem = GAP.sub(lambda found: f"[[b{int(found[1]) - first + 1}]]", block.stem)
        block.type_hint = "填空题"

    def _fill_groups(self, block: Block) -> None:
        """Put the gaps that have options of their own where the builders look for them."""
        block.gap_options = [
            (gap, [(letter, joined(lines).strip().render()) for letter, lines in options])
            for gap, options in self.groups.items()
        ]
        text = unicodedata.normalize("NFKC", joined(self.fields.get("answer", [])).plain()).strip()
        listed = dict(key_list(text) or []) or {gap: one.plain().strip() for gap, one in self.gap_answers.items()}
        letters = re.findall(r"[A-Z]", text) if re.fullmatch(r"[A-Z\s,，、;；.。/]{1,200}", text) else []
        if not listed and len(letters) == len(self.groups):
            listed = dict(zip(self.groups, letters, strict=True))
        block.answers = tuple(listed.get(gap, "") for gap in self.groups)
        block.answer = text

    def _may_be_choice(self, type_name: str) -> bool:
        """Tell whether options are to be looked for inside the text: not where the answer is no letters."""
        if TYPE_HINTS.get(folded(type_name), "") in ("essay", "fill_blank", "true_false", "short_text"):
            return False
        said = joined(self.fields.get("answer", [])).strip() or self.listed
        return said is None or not said.text or bool(_LETTERS.match(said.text.strip()))

    def _stem(self) -> tuple[Rich, str]:
        stem = joined(self.stem).strip()
        type_name = self.type_name or self.plain("type")
        for _turn in range(3):
            marks, rest = take_marks(stem)
            if marks:
                self.marks, stem = self.marks or marks, rest.strip()
            if found := inline_type(stem.text):
                type_name, stem = type_name or found[0], stem[found[1] :].strip()
            if found := type_behind(stem.text):
                type_name, stem = type_name or found[0], stem[: found[1]].strip()
            if (type_name or self.type_name) and (found := level_at(stem.text)):
                self.level, stem = self.level or found[0], stem[found[1] :].strip()
        if not type_name and self.place.section:
            type_name = self.place.section.type_name
        if self.place.section and self.place.section.lead:
            stem = joined([Rich(self.place.section.lead), stem])
        return stem, type_name

    def _answer(self, block: Block, stem: Rich, options: Sequence[tuple[str, Rich]]) -> tuple[Rich, Rich]:
        """Return the stem with empty brackets, and the answer on which all places agree."""
        labelled = joined(self.fields.get("answer", [])).strip()
        listed = self.listed.strip() if self.listed is not None else Rich("")
        stem, bracket = _bracketed(block, stem, options, is_last_resort=not labelled and not listed)
        marked, how, is_sure = _marked(options)
        said = Rich("".join(self.right))
        found = [answer for answer in (labelled, bracket, said, listed) if answer.text.strip()]
        if not found:
            if marked:
                block.doubt("answer", how)
                return stem, Rich(marked)
            if self.is_listed and not self.gaps:
                block.doubt("answer", _LIST_LACKS, {"number": self.number or 0})
            return stem, Rich("")
        first = found[0]
        for second in found[1:]:
            if _meaning(first) != _meaning(second):
                values = {"first": first.plain()[:40], "second": second.plain()[:40]}
                block.problem("answer", _DISAGREE, values)
        if marked and is_sure and _meaning(first) != _meaning(Rich(marked)):
            block.doubt("answer", _MARKING_DIFFERS, {"letters": marked})
        return stem, first


def _meaning(answer: Rich) -> object:
    """Return what an answer says, for comparing: right or wrong, a set of letters, or the words."""
    text = unicodedata.normalize("NFKC", answer.plain()).strip()
    if (truth := truth_of(text)) is not None:
        return truth
    flat = re.sub(r"[\s,，、;；.。()]", "", text).upper()
    return frozenset(flat) if flat.isascii() and flat.isalpha() and len(flat) <= 10 else flat


def _bracketed(
    block: Block, stem: Rich, options: Sequence[tuple[str, Rich]], *, is_last_resort: bool
) -> tuple[Rich, Rich]:
    """Return the stem with the bracket emptied in which the answer stands, and that answer."""
    text = unicodedata.normalize("NFKC", stem.text)
    text = text if len(text) == len(stem.text) else stem.text
    letters = {letter for letter, _text in options}
    hint = TYPE_HINTS.get(folded(block.type_hint), "")
    sure: list[tuple[re.Match[str], str]] = []
    weak: list[tuple[re.Match[str], str]] = []
    for found in BRACKET_ANSWER.finditer(text):
        said = re.sub(r"[\s,，、]", "", found[1])
        is_end = bool(_AT_END.match(text, found.end()))
        if options and said.isascii() and said.isupper() and set(said) <= letters:
            is_padded = found[0][1:2].isspace() or found[0][-2:-1].isspace()
            (sure if is_padded or is_end or (len(options) > 1 and len(said) == 1 and hint) else weak).append(
                (found, said)
            )
        elif not options and truth_of(said) is not None and (hint == "true_false" or (is_end and not said.isascii())):
            sure.append((found, said))
    if len(sure) > 1 and len({said for _found, said in sure}) > 1:
        sure = sure[-1:] if not is_last_resort else sure
        if is_last_resort:
            block.problem("answer", _SEVERAL_BRACKETS, {"answers": ", ".join(said for _found, said in sure)[:80]})
            return stem, Rich("")
    if not sure and is_last_resort and len(weak) == 1:
        block.doubt("answer", _FROM_WORD, {"text": weak[0][1]})
        sure = weak
    if not sure:
        return stem, Rich("")
    found, said = sure[-1]
    return stem.replaced(found.start(), found.end(), "（　　）"), Rich(said)


def _marked(options: Sequence[tuple[str, Rich]]) -> tuple[str, str, bool]:
    """Return the letters of the options that are marked while others are not, how, and whether that is a sure sign."""
    for bit, how in _MARKINGS:
        letters = [letter for letter, text in options if text.share_of(bit) > 0.6]
        if letters and len(letters) < len(options):
            return "".join(letters), how, bit in (COLOUR, HIGHLIGHT)
    return "", "", False


def _inline_options(stem: Rich) -> tuple[Rich, list[tuple[str, Rich]]]:
    """Return the stem cut where its options begin, when at least A and B stand in it."""
    marks = option_marks(stem.narrow)
    if len(marks) < 2 or (len(marks) < 3 and not BRACKET_OR_ASK.search(stem.text[: marks[0][1]])):
        return stem, []
    ends = [start for _letter, start, _text in marks[1:]] + [len(stem.text)]
    options = [(letter, stem[text:end].strip()) for (letter, _start, text), end in zip(marks, ends, strict=True)]
    if not all(option.text for _letter, option in options):
        return stem, []
    return stem[: marks[0][1]].strip(), options


def _underlined(block: Block, stem: Rich) -> tuple[Rich, Rich]:
    """Return the stem with blanks where words are underlined, and those words as the answers."""
    hint = TYPE_HINTS.get(folded(block.type_hint), "")
    if hint != "fill_blank" or not stem.styles:
        return stem, Rich("")
    spans: list[tuple[int, int]] = []
    start = None
    for place, style in enumerate([*stem.styles, 0]):
        if style & UNDERLINE and start is None:
            start = place
        elif not style & UNDERLINE and start is not None:
            if _UNDERLINE_RUN.search(stem.text[start:place]):
                spans.append((start, place))
            start = None
    if not spans:
        return stem, Rich("")
    answers = [stem.text[first:last].strip(" _\u3000") for first, last in spans]
    for first, last in reversed(spans):
        stem = stem.replaced(first, last, "____")
    block.doubt("answer", _UNDERLINED)
    return stem, Rich("；".join(answers))


def _bracketed_words(block: Block, stem: Rich) -> tuple[Rich, Rich]:
    """Return the stem of a question to be filled in with blanks for its words in brackets, and those words as the
    answers; only where no blank is marked."""
    hint = TYPE_HINTS.get(folded(block.type_hint), "")
    spans = [found.span() for found in _BRACKET_WORDS.finditer(stem.text)]
    if hint != "fill_blank" or not spans or _BLANK_SIGN.search(stem.text):
        return stem, Rich("")
    answers = [stem.text[first + 1 : last - 1].strip() for first, last in spans]
    if any(re.search(r"[;；]", answer) for answer in answers):
        return stem, Rich("")
    for first, last in reversed(spans):
        stem = stem.replaced(first, last, "____")
    block.doubt("answer", _BRACKETS_FILLED)
    return stem, Rich("；".join(answers))
