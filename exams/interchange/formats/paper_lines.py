"""From the lines of a question paper to its questions, in the ways Chinese teachers write them. Pure; plain text,
Markdown and Word are read through here."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from exams.interchange.formats import line_grammar as grammar
from exams.interchange.formats.base import ParsedRow, Remark, UnreadableFile, gettext_noop
from exams.interchange.formats.paper_drafts import Draft, Place
from exams.interchange.formats.paper_keys import KeyEntry
from exams.interchange.formats.paper_layout import in_order
from exams.interchange.formats.paper_passages import Passage, row_of
from exams.interchange.formats.paper_sharing import Sharing
from exams.interchange.formats.paper_state import Line
from exams.interchange.formats.rich_line import Rich

LOOK_AHEAD = 60
_OUTSIDE = gettext_noop("Text outside the questions was left out: %(text)s")
_NO_QUESTIONS = gettext_noop("No questions were found in this text.")


class Paper(Sharing):
    """Reads the lines of one paper into questions and passages."""

    def read(self) -> Iterator[Draft | Passage | ParsedRow]:
        """Yield the questions in the order of the paper, then a row for each answer that belongs to none."""
        for at, line in enumerate(self.lines):
            text = line.rich.narrow
            if not text.strip():
                self._blank()
                continue
            self._line(at, line, text)
            self._note(line)
            self.is_after_blank = False
        self._close()
        self._end_key()
        self._share_out()
        yield from self.items
        yield from self.rows

    def _line(self, at: int, line: Line, text: str) -> None:
        if grammar.is_rule(text):
            self.is_after_blank = True
            return
        if self.current is not None and grammar.earned_marks(text) and self.field in ("answer", "given", "earned"):
            self.current.fields.setdefault("earned", [])
            return
        is_over = not (self.is_single and self.current is not None)
        if is_over and not self.is_single and (self._shared(at, line, text) or self._bullet(line, text)):
            return
        if is_over and (self._heading(at, line, text) or (self.is_key and self._key_line(at, line, text))):
            return
        if is_over and (self._section(line, text) or self._key_heading(at, line, text) or self._key_list(line, text)):
            return
        if self._labelled(at, line, text) or (not self.is_single and self._passage(line, text)):
            return
        if is_over and self._begins_text(at, line, text):
            return
        if is_over and grammar.is_roman_part(text) and self._chinese(at, line, text):
            return
        if not self.is_key and self._gap_group(at, line, text):
            return
        number = grammar.numbered(text) if is_over else None
        if number is not None and self._is_question(at, text, number):
            self._begin(line, number)
            self._rest(at, replace(line, rich=line.rich[number.end :]))
            return
        if self._option(at, line, text) or (is_over and self._chinese(at, line, text)):
            return
        self._content(at, line)

    def _rest(self, at: int, line: Line) -> None:
        """Read what follows a number on its line."""
        text = line.rich.narrow
        draft = self.current
        if draft is None or not text.strip():
            return
        draft.source.append(text)
        found = grammar.option_at(text)
        if found and found[0] == "A" and self._option(at, line, text):
            return
        pieces = grammar.split_labels(line.rich)
        if len(pieces) > 1 or pieces[0][0]:
            self._take_pieces(pieces)
        elif not self._passage_inside(line, text):
            draft.stem.append(line.rich)

    def _heading(self, at: int, line: Line, text: str) -> bool:
        found = (line.level, text.strip()) if line.level else grammar.heading_of(text)
        if found is None or grammar.section_of(found[1]) or grammar.is_key_heading(text):
            return False
        level, name = found
        is_bracket = level == 5 and not line.level and not text.lstrip().startswith("#")
        if is_bracket and self.current is not None and not (self.is_after_blank and self.current.is_complete):
            return False
        if is_bracket and self.current is not None and self.current.is_empty:
            return False
        if grammar.label_at(text) or (
            (line.level or text.lstrip().startswith("#")) and grammar.numbered(text) and self._has_body(at)
        ):
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
        if not grammar.is_key_heading(text) or self.is_key or not self.scope:
            return False
        ahead = [later.rich.narrow for later in self.lines[at + 1 : at + LOOK_AHEAD] if later.rich.narrow.strip()]
        following = ahead[0] if ahead else ""
        if len(ahead) > 1 and grammar.is_bare_part(following):
            following = ahead[1]
        number = grammar.numbered(following)
        part = grammar.chinese_numbered(following)
        listed = grammar.key_list(following[part.end :] if part is not None else following)
        is_list = listed is not None or grammar.section_of(following) is not None
        lacking = [draft for draft in self.scope if not draft.has_answer]
        is_many = len(self.scope) > 1 and len(lacking) * 2 >= len(self.scope)
        if not is_list and not (
            number
            and number.number == 1
            and number.style == self.scope[0].style
            and (is_many or line.level or text.lstrip().startswith("#"))
        ):
            return False
        if not self.scope:
            return False
        self._close()
        self._start_key()
        return True

    def _key_list(self, line: Line, text: str) -> bool:
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
        part = grammar.chinese_numbered(text)
        if part is not None and (listed := grammar.key_list(text[part.end :])) is not None:
            self._take_list(line, listed)
            return True
        number = grammar.numbered(text)
        if number is None and self._is_part(at, text):
            self.key_heading += 1
            self.key_type = grammar.type_in(text)
            return True
        if number is not None and self.entries and self.entries[-1].heading != self.key_heading:
            self.key_style = number.style
        if number is not None and not grammar.begins_with_answer(text[number.end :]) and self._has_options(at):
            # Options follow: this is a question again, not an answer.
            self._end_key()
            return False
        expected = self.entries[-1].number + 1 if self.entries else 1
        is_next = number is not None and (number.style == "plain" or not self.entries or number.style == self.key_style)
        if number is not None and is_next and (number.number == expected or number.number == 1 or not self.entries):
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

    def _begins_text(self, at: int, line: Line, text: str) -> bool:
        """Take a line that begins a section or a text of an English paper: `第一节（共5小题…）`, an instruction, or the
        letter of a text, where questions with options or numbered gaps follow."""
        if grammar.is_subsection(text):
            self._begin_part(text)
            return True
        is_letter = grammar.is_text_letter(text)
        if not is_letter and not grammar.opens_text(text):
            return False
        following = self._next_text(at)
        if is_letter and (len(following) < 40 or grammar.option_at(following) or grammar.numbered(following)):
            return False
        ahead = [one.rich.narrow for one in self.lines[at + 1 : at + LOOK_AHEAD]]
        if not any(grammar.option_at(one) or len(grammar.gap_numbers(one)) > 1 for one in ahead):
            return False
        if is_letter and self.passage is not None and not self.passage.drafts and self.current is None:
            self.passage.lines.append(line.rich)
            return True
        self._close()
        self._open(line, 0, 0)
        return True

    def _begin_part(self, text: str) -> None:
        self._close()
        self.sections += 1
        topic = tuple(name for _level, name in self.headings)
        self.place = Place(ordinal=self.sections, section=grammar.part_of(text), topic=topic)

    def _is_part(self, at: int, text: str) -> bool:
        """Tell whether a line is the heading of a part: numbered in Chinese or Roman, before a question numbered 1 or
        one that goes on counting."""
        part = grammar.chinese_numbered(text)
        if (part is None or part.style != "chinese") and not grammar.is_roman_part(text):
            return False
        following = grammar.numbered(self._next_text(at))
        last = self.scope[-1].number if self.scope else None
        if self.is_key:
            last = self.entries[-1].number if self.entries else None
        return following is not None and following.number in (1, (last or 0) + 1) and not grammar.option_marks(text)

    def _key_pieces(self, pieces: list[tuple[str, Rich]], text: str) -> None:
        entry = self.entries[-1]
        for name, rich in pieces:
            if name:
                self.field = name
            target = entry.answer if self.field in ("answer", "stem", "options") else entry.explanation
            if rich.text.strip():
                target.append(rich)

    def _chinese(self, at: int, line: Line, text: str) -> bool:
        """Take a line with a Chinese number: the heading of a part, or a question so numbered."""
        number = grammar.chinese_numbered(text)
        if number is None and self._is_part(at, text):
            self._begin_part(text)
            return True
        if number is None or number.style == "chinese_paren":
            return False
        following = self._next_text(at)
        is_short = len(text.strip()) <= 40 and not re.search(r"[。？?！_]|（\s*）|\(\s*\)", text)
        is_free = self.current is None or self.is_after_blank or self.current.is_complete
        if is_short and is_free and (grammar.numbered(following) or grammar.opens_passage(following)):
            return self._heading(at, replace(line, level=6), text)
        if self._is_part(at, text) and (self.current is None or self.current.style != "chinese"):
            self._begin_part(text)
            return True
        last = self.current
        is_next = last is None or (last.style == "chinese" and number.number == (last.number or 0) + 1)
        if not is_next or self.passage is not None:
            return False
        self._begin(line, number)
        self._rest(at, replace(line, rich=line.rich[number.end :]))
        return True


def read_paper(lines: Iterable[Line], /) -> Iterator[ParsedRow]:
    """Yield the questions of a paper as rows; UnreadableFile where there is none."""
    paper = Paper(in_order(lines))
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
