"""From the lines of a question paper to its questions, in the ways Chinese teachers write them. Pure; plain text, Markdown
and Word are read through here."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from exams.interchange.formats import line_grammar as grammar
from exams.interchange.formats.base import ParsedRow, Remark, UnreadableFile, gettext_noop
from exams.interchange.formats.line_grammar import Numbered
from exams.interchange.formats.paper_drafts import Draft, Passage, Place, row_of
from exams.interchange.formats.paper_keys import KeyEntry, assign
from exams.interchange.formats.rich_line import Rich

MAXIMUM_QUESTIONS = 50_000
MAXIMUM_QUESTION_SIZE = 400_000
LOOK_AHEAD = 60

_TOO_MANY = gettext_noop("The file has more than %(limit)s questions. Split it.")
_TOO_LARGE = gettext_noop("This question is larger than %(limit)s characters.")
_OUTSIDE = gettext_noop("Text outside the questions was left out: %(text)s")
_JUMP = gettext_noop("The numbering jumps from %(before)s to %(after)s.")
_NUMBER_INSIDE = gettext_noop("The line that begins with number %(number)s was taken for a part of this question.")
_PASSAGE_END = gettext_noop("How far the passage reaches was guessed: questions %(first)s to %(last)s.")
_PASSAGE_CUT = gettext_noop("Where the passage begins was guessed: behind the options of the question before it.")
_UNNUMBERED = gettext_noop("The question has no number; where it begins was guessed.")
_NO_QUESTIONS = gettext_noop("No questions were found in this text.")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a paper: its number in the file, its text, and the level of the heading it is (0 for none)."""

    row: int
    rich: Rich
    level: int = 0


class Paper:
    """Reads the lines of one paper into questions and passages."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = [line for line in lines]
        self.items: list[Draft | Passage] = []
        self.rows: list[ParsedRow] = []
        self.current: Draft | None = None
        self.passage: Passage | None = None
        self.field = "stem"
        self.place = Place()
        self.headings: list[tuple[int, str]] = []
        self.sections = 0
        self.scope: list[Draft] = []
        self.entries: list[KeyEntry] = []
        self.is_key = False
        self.key_heading = 0
        self.key_type = ""
        self.loose: list[Line] = []
        self.is_after_blank = True
        self.is_unnumbered = self._count_unnumbered()

    def _count_unnumbered(self) -> bool:
        """Tell whether the questions of the paper carry no numbers."""
        numbers = labels = 0
        for line in self.lines:
            text = line.rich.text
            numbers += grammar.numbered(text) is not None and grammar.key_list(text[:200]) is None
            label = grammar.label_at(text)
            labels += label is not None and label[0] == "answer"
        return labels > 0 and numbers * 3 < labels

    def read(self) -> Iterator[Draft | Passage | ParsedRow]:
        """Yield the questions in the order of the paper, then a row for each answer that belongs to none."""
        for at, line in enumerate(self.lines):
            text = line.rich.text
            if not text.strip():
                self._blank()
                continue
            self._line(at, line, text)
            self.is_after_blank = False
        self._close()
        self._end_key()
        yield from self.items
        yield from self.rows

    # -- one line

    def _blank(self) -> None:
        self.is_after_blank = True
        if self.current is not None and not self.is_key:
            lines = self.current.lines_of(self.field)
            if lines and lines[-1].text:
                lines.append(Rich(""))
        elif self.passage is not None and self.passage.lines:
            self.passage.lines.append(Rich(""))

    def _line(self, at: int, line: Line, text: str) -> None:
        if grammar.is_rule(text):
            self.is_after_blank = True
            return
        if self.current is not None and grammar.earned_marks(text) and self.field in ("answer", "given", "earned"):
            self.current.fields.setdefault("earned", [])
            return
        if self._heading(line, text) or (self.is_key and self._key_line(at, line, text)):
            return
        if self._section(line, text) or self._key_heading(at, line, text) or self._loose_key_list(line, text):
            return
        if self._labelled(at, line, text) or self._passage(line, text):
            return
        number = grammar.numbered(text)
        if number is not None and self._is_question(at, text, number):
            self._begin(line, number)
            self._rest(at, replace(line, rich=line.rich[number.end :]))
            return
        if self._option(at, line, text) or self._chinese(at, line, text):
            return
        self._content(at, line)

    def _rest(self, at: int, line: Line) -> None:
        """Read what follows a number on its line."""
        text = line.rich.text
        draft = self.current
        if draft is None or not text.strip():
            return
        draft.source.append(text)
        if found := grammar.option_at(text):
            if found[0] == "A" and self._option(at, line, text):
                return
        pieces = grammar.split_labels(line.rich)
        if len(pieces) > 1 or pieces[0][0]:
            self._take_pieces(pieces)
        else:
            self._passage_inside(line, text) or draft.stem.append(line.rich)

    # -- headings, sections, lists of answers

    def _heading(self, line: Line, text: str) -> bool:
        found = (line.level, text.strip()) if line.level else grammar.heading_of(text)
        if found is None or grammar.section_of(found[1]) or grammar.is_key_heading(text):
            return False
        level, name = found
        is_bracket = level == 5 and not line.level and not text.lstrip().startswith("#")
        if is_bracket and self.current is not None and not (self.is_after_blank and self.current.is_complete):
            return False
        if is_bracket and self.current is not None and self.current.is_empty:
            return False
        if grammar.label_at(text) or (line.level and grammar.numbered(text) and self._has_body(self.lines.index(line))):
            return False
        self._close()
        self._end_key()
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        self.headings.append((level, name[:100]))
        self.sections += 1
        self.place = Place(ordinal=self.sections, topic=tuple(name for _level, name in self.headings))
        return True

    def _section(self, line: Line, text: str) -> bool:
        heading = grammar.section_of(text.strip().strip("#").strip())
        if heading is None:
            return False
        if self.current is not None and self.current.is_empty:
            self.current.type_name = heading.type_name
            return True
        if self.is_key:
            self.key_heading += 1
            self.key_type = heading.type_name
            return True
        self._close()
        self.sections += 1
        topic = tuple(name for _level, name in self.headings)
        self.place = Place(ordinal=self.sections, section=heading, topic=topic)
        return True

    def _key_heading(self, at: int, line: Line, text: str) -> bool:
        if not grammar.is_key_heading(text) or self.is_key:
            return False
        following = next((later.rich.text for later in self.lines[at + 1 : at + LOOK_AHEAD] if later.rich.text.strip()), "")
        number = grammar.numbered(following)
        is_list = grammar.key_list(following) is not None or grammar.section_of(following) is not None
        lacking = [draft for draft in self.scope if not draft.has_answer]
        is_many = len(self.scope) > 1 and len(lacking) * 2 >= len(self.scope)
        if not is_list and not (number and number.number == 1 and (is_many or line.level or text.lstrip().startswith("#"))):
            return False
        if not self.scope:
            return False
        self._close()
        self._start_key()
        return True

    def _start_key(self) -> None:
        self.is_key = True
        self.key_heading = 0
        self.key_type = ""
        self.entries = []

    def _loose_key_list(self, line: Line, text: str) -> bool:
        """Take a list of answers that no heading announces."""
        if not self.scope or not any(sign.isdigit() for sign in text[:12]):
            return False
        listed = grammar.key_list(text)
        if listed is None or len(listed) < 2:
            return False
        if self.current is not None and self.current.is_empty:
            return False
        self._close()
        self._start_key()
        self._take_list(line, listed)
        return True

    def _take_list(self, line: Line, listed: list[tuple[int, str]]) -> None:
        for number, answer in listed:
            answers = [Rich(answer)] if answer else []
            self.entries.append(KeyEntry(line.row, number, answers, [], self.key_heading, self.key_type))

    def _key_line(self, at: int, line: Line, text: str) -> bool:
        """Take a line inside a list of answers; False once the list is over."""
        heading = grammar.section_of(text.strip().strip("#").strip())
        if heading is not None:
            following = self._next_text(at)
            if self.entries and grammar.numbered(following) and self._has_options(at + 1):
                self._end_key()
                return False
            self.key_heading += 1
            self.key_type = heading.type_name
            if rest := re.search(r"[:：]\s*(\d.*)", text):
                self._take_list(line, grammar.key_list(rest[1]) or [])
            return True
        if grammar.is_key_heading(text):
            return True
        if (listed := grammar.key_list(text)) is not None:
            self._take_list(line, listed)
            return True
        number = grammar.numbered(text)
        expected = self.entries[-1].number + 1 if self.entries else 1
        is_next = number is not None and (number.style == "plain" or not self.entries or number.style == self.key_style)
        if number is not None and is_next and (number.number == expected or number.number == 1 or not self.entries):
            if self._has_options(at) and number.number == 1 and self.entries:
                self._end_key()
                return False
            self.key_style = number.style
            self.entries.append(KeyEntry(line.row, number.number, [], [], self.key_heading, self.key_type))
            self.field = "answer"
            self._key_pieces(grammar.split_labels(line.rich[number.end :]), text[number.end :])
            return True
        if not self.entries:
            self.loose.append(line)
            return True
        self._key_pieces(grammar.split_labels(line.rich), text)
        return True

    key_style = "plain"

    def _key_pieces(self, pieces: list[tuple[str, Rich]], text: str) -> None:
        entry = self.entries[-1]
        for name, rich in pieces:
            if name:
                self.field = name
            target = entry.answer if self.field in ("answer", "stem", "options") else entry.explanation
            if rich.text.strip():
                target.append(rich)

    def _end_key(self) -> None:
        if not self.is_key:
            return
        self.is_key = False
        self.rows += assign(self.entries, self.scope)
        self.scope = []
        self.entries = []
        self.field = "stem"

    def _next_text(self, at: int) -> str:
        return next((one.rich.text for one in self.lines[at + 1 : at + 5] if one.rich.text.strip()), "")

    def _has_options(self, at: int) -> bool:
        """Tell whether options follow before the next number but one."""
        seen = 0
        for line in self.lines[at : at + 12]:
            text = line.rich.text
            seen += grammar.numbered(text) is not None
            if seen > 1:
                return False
            found = grammar.option_at(text)
            if found and found[0] in "AB" and len(text.strip()) > 2:
                return True
        return False

    # -- questions

    def _begin(self, line: Line, number: Numbered | None) -> None:
        previous = self.current
        self._finish()
        if len(self.scope) >= MAXIMUM_QUESTIONS:
            raise UnreadableFile(_TOO_MANY, {"limit": MAXIMUM_QUESTIONS})
        if self.passage is not None and not self._stays_in_passage(number):
            self._close()
        place = self.place
        draft = Draft(row=line.row, place=place, number=number.number if number else None)
        draft.style = number.style if number else ""
        if number is None:
            if not self.is_unnumbered:
                draft.doubts.append(("stem", _UNNUMBERED, {}))
        elif previous is not None and previous.number is not None and previous.place is place:
            is_sub = self.passage is not None and not self.passage.drafts
            if number.number != previous.number + 1 and not is_sub:
                values: dict[str, str | int] = {"before": previous.number, "after": number.number}
                draft.doubts.append(("number", _JUMP, values))
        if self.loose:
            said = " ".join(loose.rich.plain().strip() for loose in self.loose)[:300]
            draft.losses.append(("", _OUTSIDE, {"text": said}))
            self.loose = []
        self.current = draft
        self.field = "stem"
        self.scope.append(draft)

    def _stays_in_passage(self, number: Numbered | None) -> bool:
        passage = self.passage
        if passage is None:
            return False
        if passage.last:
            return number is None or passage.first <= number.number <= passage.last
        if not passage.drafts or number is None:
            return True
        if passage.number is not None and number.style == passage.style and passage.drafts[0].style != passage.style:
            return False
        return number.style == passage.drafts[0].style and number.number == (passage.drafts[-1].number or 0) + 1

    def _finish(self) -> None:
        """Put the question that was being read where it belongs."""
        draft, self.current = self.current, None
        if draft is None:
            return
        if self.passage is not None:
            self.passage.drafts.append(draft)
        else:
            self.items.append(draft)

    def _close(self) -> None:
        """End the question and the passage that were being read."""
        self._finish()
        passage, self.passage = self.passage, None
        if passage is not None:
            if not passage.last and passage.drafts:
                first, last = passage.drafts[0].number or 1, passage.drafts[-1].number or len(passage.drafts)
                passage.doubts.append(("questions", _PASSAGE_END, {"first": first, "last": last}))
            self.items.append(passage)
        if self.loose and self.items:
            said = " ".join(loose.rich.plain().strip() for loose in self.loose)[:300]
            self.items[-1].losses.append(("", _OUTSIDE, {"text": said}))
            self.loose = []

    def _is_question(self, at: int, text: str, number: Numbered) -> bool:
        """Tell whether a numbered line begins a question, or belongs to the one before it."""
        draft = self.current
        passage = self.passage
        if draft is None:
            return not number.is_tight or self._has_body(at)
        if passage is not None and passage.last and passage.first <= number.number <= passage.last:
            return number.number == (draft.number or 0) + 1 or not passage.drafts
        if number.style != draft.style:
            return self._is_other_style(at, number, draft)
        expected = (draft.number or 0) + 1
        if number.number == expected:
            if draft.inner and draft.inner == number.number - 1:
                return self._has_body(at)
            return not number.is_tight or self._has_body(at) or bool(re.match(r"\d{4}\s?年", text[number.end :]))
        is_real = self._has_body(at)
        if is_real and (draft.is_complete or number.number > expected):
            return True
        if self.field == "options" and number.number != expected and not number.is_tight:
            return True
        if self.field == "stem" and number.number > 1 and not (draft.inner and draft.inner == number.number - 1):
            draft.doubts.append(("stem", _NUMBER_INSIDE, {"number": number.number}))
        draft.inner = number.number
        return False

    def _is_other_style(self, at: int, number: Numbered, draft: Draft) -> bool:
        passage = self.passage
        if passage is not None and passage.number is not None and number.style == passage.style:
            return number.number == passage.number + 1 or self._has_body(at)
        if passage is None and number.number == 1 and self.field == "stem" and not draft.options:
            if self._has_options(at) and draft.style == "plain" and not draft.is_empty:
                self._turn_into_passage(draft)
                return True
            return False
        if draft.style in ("", "chinese", "chinese_paren") or (draft.style == "paren" and number.style == "plain"):
            return self._has_body(at) or not draft.style
        return number.style == "plain" and self._has_body(at)

    def _turn_into_passage(self, draft: Draft) -> None:
        """Let a question that turns out to have questions of its own be their passage."""
        self.scope.remove(draft)
        self.current = None
        self.passage = Passage(
            row=draft.row,
            place=draft.place,
            lines=draft.stem,
            number=draft.number,
            style=draft.style,
            source=draft.source,
            losses=draft.losses,
        )

    def _has_body(self, at: int) -> bool:
        """Tell whether options or an answer follow a numbered line before the next."""
        text = self.lines[at].rich.text
        if grammar.BRACKET_ANSWER.search(text) or len(grammar.option_marks(text)) > 2:
            return True
        if any(name == "answer" for name, _rich in grammar.split_labels(self.lines[at].rich)):
            return True
        for line in self.lines[at + 1 : at + LOOK_AHEAD]:
            text = line.rich.text
            if not text.strip():
                continue
            label = grammar.label_at(text)
            if label is not None and label[0] in ("answer", "given"):
                return True
            found = grammar.option_at(text)
            if found and found[0] == "A":
                return True
            if grammar.numbered(text) or grammar.heading_of(text) or grammar.section_of(text):
                return False
        return False

    # -- what belongs to a question

    def _labelled(self, at: int, line: Line, text: str) -> bool:
        label = grammar.label_at(text)
        pieces = grammar.split_labels(line.rich)
        if label is None:
            if len(pieces) == 1 or self.current is None:
                return False
            if grammar.numbered(text) and self._is_question(at, text, grammar.numbered(text) or Numbered(0, "", 0)):
                return False
        name = pieces[0][0]
        draft = self.current
        if name == "material":
            if not (grammar.label_at(text) and text.lstrip()[:1] in "【[〖［") and (draft is None or not draft.is_complete):
                return False
            self._close()
            self.passage = Passage(row=line.row, place=self.place, source=[text])
            self.passage.lines.append(pieces[0][1])
            return True
        if name and grammar.is_bare_label(text) and (draft is None or (self.field == "stem" and not draft.options)):
            if name != "answer" or draft is None:
                return False
        if name in ("stem", "type", "ref") and (draft is None or draft.is_complete or name in draft.fields):
            self._begin(line, None)
            draft = self.current
        if draft is None:
            return False
        if not name and self._starts_unnumbered(at):
            self._begin(line, None)
            draft = self.current
        if draft is not None:
            draft.source.append(text)
        if not name and pieces[0][1].text.strip():
            first = pieces.pop(0)[1]
            if not self._option(at, replace(line, rich=first), first.text) and draft is not None:
                draft.lines_of(self.field).append(first)
        self._take_pieces(pieces)
        return True

    def _take_pieces(self, pieces: list[tuple[str, Rich]]) -> None:
        draft = self.current
        if draft is None:
            return
        for name, rich in pieces:
            if name:
                self.field = name
                if name not in ("stem", "options"):
                    draft.fields.setdefault(name, [])
            if rich.text.strip():
                draft.lines_of(self.field).append(rich.strip())

    def _option(self, at: int, line: Line, text: str) -> bool:
        draft = self.current
        found = grammar.option_at(text)
        if draft is None or found is None:
            return False
        letter, start = found
        is_first = letter == "A" and not draft.options
        if self.field not in ("stem", "options") and not (is_first and self.field == "answer" and self._next_is_b(at)):
            return False
        wanted = chr(ord("A") + len(draft.options))
        if text.lstrip()[:1].islower() and letter != wanted:
            return False
        if letter == "B" and not draft.options:
            self._inline_first(draft)
        marks = grammar.option_marks(text, first=letter)
        if not marks or marks[0][2] > start + 2:
            marks = [(letter, 0, start)]
        ends = [begin for _letter, begin, _text in marks[1:]] + [len(text)]
        for (mark, _begin, begin), end in zip(marks, ends, strict=True):
            draft.options.append((mark, [line.rich[begin:end].strip()]))
        draft.source.append(text)
        self.field = "options"
        return True

    def _next_is_b(self, at: int) -> bool:
        found = grammar.option_at(self._next_text(at))
        return bool(found and found[0] == "B")

    def _inline_first(self, draft: Draft) -> None:
        """Take the first option out of the last line of the stem, where it follows the question on its line."""
        if not draft.stem:
            return
        last = next((place for place in range(len(draft.stem) - 1, -1, -1) if draft.stem[place].text.strip()), 0)
        marks = grammar.option_marks(draft.stem[last].text)
        if marks and marks[0][0] == "A" and len(marks) == 1:
            line = draft.stem[last]
            draft.options.append(("A", [line[marks[0][2] :].strip(), *draft.stem[last + 1 :]]))
            draft.stem = [*draft.stem[:last], line[: marks[0][1]]]

    def _passage(self, line: Line, text: str) -> bool:
        """Take a line that announces a passage for several questions."""
        spanned = grammar.passage_range(text)
        number = grammar.numbered(text)
        if spanned is None:
            if self.current is None and self.passage is None and number is None and grammar.opens_passage(text):
                self._open(line, 0, 0)
                return True
            is_ended = self.current is not None and self.current.is_complete and self.is_after_blank
            if is_ended and number is None and grammar.opens_passage(text) and self.field != "explanation":
                self._close()
                self._open(line, 0, 0)
                return True
            return False
        if number is not None and (self.current is None or number.number == (self.current.number or 0) + 1):
            return False
        moved = self._tail() if self.current is not None else []
        self._close()
        self._open(line, *spanned, before=moved)
        return True

    def _open(self, line: Line, first: int, last: int, *, before: list[Rich] | None = None) -> None:
        loose, self.loose = self.loose, []
        self.passage = Passage(
            row=loose[0].row if loose else line.row,
            place=self.place,
            lines=[one.rich for one in loose] + (before or []) + [line.rich],
            first=first,
            last=last,
            source=[line.rich.text],
        )
        if before:
            self.passage.doubts.append(("stem", _PASSAGE_CUT, {}))

    def _tail(self) -> list[Rich]:
        """Take away what was added to the last question behind an empty line, or behind its last option."""
        draft = self.current
        if draft is None:
            return []
        lines = draft.lines_of(self.field)
        cut = 1 if self.field in ("options", "answer") else len(lines)
        for place in range(len(lines) - 1, 0, -1):
            if not lines[place].text.strip() and place < len(lines) - 1:
                cut = place
                break
        moved = [one for one in lines[cut:] if one.text.strip()]
        del lines[cut:]
        return moved

    def _passage_inside(self, line: Line, text: str) -> bool:
        """Let a numbered question be the passage of those it announces (`1．阅读下面文字，回答2～4题`)."""
        spanned = grammar.passage_range(text)
        draft = self.current
        if spanned is None or draft is None or spanned[0] < 1:
            return False
        if draft.number is not None and spanned[0] not in (1, draft.number + 1):
            return False
        draft.stem.append(line.rich)
        self._turn_into_passage(draft)
        if self.passage is not None:
            self.passage.first, self.passage.last = spanned
        return True

    def _chinese(self, at: int, line: Line, text: str) -> bool:
        """Take a line with a Chinese number: the heading of a part, or a question so numbered."""
        number = grammar.chinese_numbered(text)
        if number is None or number.style == "chinese_paren":
            return False
        following = self._next_text(at)
        is_short = len(text.strip()) <= 40 and not re.search(r"[。？?！_]|（\s*）|\(\s*\)", text)
        if is_short and (grammar.numbered(following) or grammar.opens_passage(following)):
            if self.current is None or self.is_after_blank or self.current.is_complete:
                return self._heading(replace(line, level=6), text)
        if self.current is None or (self.current.style == "chinese" and number.number == (self.current.number or 0) + 1):
            if self.passage is None:
                self._begin(line, number)
                self._rest(at, replace(line, rich=line.rich[number.end :]))
                return True
        return False

    def _starts_unnumbered(self, at: int) -> bool:
        draft = self.current
        if draft is None:
            return self._has_body(at)
        is_over = draft.has_answer and self.field not in ("stem", "options")
        return is_over and (self.is_unnumbered or self.is_after_blank) and self.is_after_blank and self._has_body(at)

    def _content(self, at: int, line: Line) -> None:
        """Add a line to what is being read."""
        text = line.rich.text
        if self._starts_unnumbered(at) and (self.is_unnumbered or not grammar.numbered(text)):
            if self.passage is None or self.current is not None:
                if self.is_unnumbered or self.current is None:
                    if not (self.passage is not None and self.current is None):
                        self._begin(line, None)
        draft = self.current
        if draft is not None:
            draft.size += len(text)
            draft.source.append(text)
            if draft.size <= MAXIMUM_QUESTION_SIZE:
                found = grammar.inline_type(text) if draft.is_empty else None
                if found:
                    draft.type_name = found[0]
                draft.lines_of(self.field).append(line.rich[found[1] :] if found else line.rich)
            elif not draft.problems:
                draft.problems.append(("stem", _TOO_LARGE, {"limit": MAXIMUM_QUESTION_SIZE}))
        elif self.passage is not None:
            self.passage.lines.append(line.rich)
            self.passage.source.append(text)
        else:
            self.loose.append(line)


def read_paper(lines: Iterable[Line], /) -> Iterator[ParsedRow]:
    """Yield the questions of a paper as rows; UnreadableFile where there is none."""
    paper = Paper(lines)
    is_empty = True
    for item in paper.read():
        is_empty = False
        yield item if isinstance(item, ParsedRow) else row_of(item)
    if paper.loose and not is_empty:
        said = " ".join(line.rich.plain().strip() for line in paper.loose)[:300]
        problem = Remark(row=paper.loose[0].row, field="", text=_OUTSIDE, values={"text": said})
        yield ParsedRow(row=paper.loose[0].row, record=None, problems=(problem,), source=said)
    if is_empty:
        raise UnreadableFile(_NO_QUESTIONS)
