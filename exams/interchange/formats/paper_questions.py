"""Which line of a question paper begins a question and which belongs to one: options, labelled fields, passages. Pure;
for `paper_lines`."""

import re
from dataclasses import replace

from exams.interchange.formats import line_grammar as grammar
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.line_grammar import Numbered
from exams.interchange.formats.paper_drafts import Draft
from exams.interchange.formats.paper_passages import Passage
from exams.interchange.formats.paper_state import LOOK_AHEAD, Line, State
from exams.interchange.formats.rich_line import Rich

MAXIMUM_QUESTION_SIZE = 400_000
_TOO_LARGE = gettext_noop("This question is larger than %(limit)s characters.")
_NUMBER_INSIDE = gettext_noop("The line that begins with number %(number)s was taken for a part of this question.")


def marks_along(text: str, letter: str, start: int) -> list[tuple[str, int, int]]:
    """Return the marks of the options along a line that begins with one: (letter, where it begins, where its text
    begins)."""
    marks = grammar.option_marks(text, first=letter)
    return marks if marks and marks[0][2] <= start + 2 else [(letter, 0, start)]


def options_along(rich: Rich, marks: list[tuple[str, int, int]]) -> list[tuple[str, list[Rich]]]:
    """Return the options of a line by their marks."""
    ends = [begin for _letter, begin, _text in marks[1:]] + [len(rich.text)]
    return [(mark, [rich[begin:end].strip()]) for (mark, _begin, begin), end in zip(marks, ends, strict=True)]


class Questions(State):
    """Reads the lines of questions and passages."""

    def _is_question(self, at: int, text: str, number: Numbered) -> bool:
        """Tell whether a numbered line begins a question, or belongs to the one before it."""
        draft = self.current
        passage = self.passage
        if passage is not None and not passage.drafts and draft is None and number.style == "paren":
            return not self._is_list_of_passage(at)
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

    def _is_list_of_passage(self, at: int) -> bool:
        """Tell whether numbers in brackets are the facts of a case, and its questions, numbered plainly, follow."""
        for place in range(at + 1, min(at + LOOK_AHEAD, len(self.lines))):
            text = self.lines[place].rich.narrow
            number = grammar.numbered(text)
            if grammar.section_of(text) or grammar.option_at(text) or grammar.label_at(text):
                return False
            if number is not None and number.style == "plain":
                return self._has_body(place)
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
            if not (grammar.label_at(text) and text.lstrip()[:1] in "【[〖［") and (
                draft is None or not draft.is_complete
            ):
                return False
            self._close()
            self.passage = Passage(row=line.row, place=self.place, source=[text])
            self.passage.lines.append(pieces[0][1])
            return True
        is_open = draft is None or (self.field == "stem" and not draft.options)
        if name and grammar.is_bare_label(text) and is_open and (name != "answer" or draft is None):
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
            if not self._option(at, replace(line, rich=first), first.narrow) and draft is not None:
                draft.lines_of(self.field).append(first)
        self._take_pieces(pieces)
        return True

    def _take_pieces(self, pieces: list[tuple[str, Rich]]) -> None:
        draft = self.current
        if draft is None:
            return
        for name, rich in pieces:
            if name:
                self.field = "stem" if name == "material" else name
                if self.field not in ("stem", "options"):
                    draft.fields.setdefault(self.field, [])
            if rich.text.strip():
                draft.lines_of(self.field).append(rich.strip())

    def _option(self, at: int, line: Line, text: str) -> bool:
        draft = self.current
        found = grammar.option_at(text)
        if found is not None and self._shared_option(at, line, text, found):
            return True
        if found is not None and draft is None and found[0] == "A" and self.passage and not self.passage.drafts:
            draft = self.current if self._next_is_b(at) and self._turn_into_gaps() else None
        if draft is None or found is None:
            return False
        letter, start = found
        is_first = letter == "A" and not draft.options
        if self.field not in ("stem", "options") and not (is_first and self.field == "answer" and self._next_is_b(at)):
            return False
        wanted = chr(ord("A") + len(draft.options))
        if text.lstrip()[:1].islower() and letter != wanted:
            return False
        if letter != "A" and not draft.options:
            self._inline_first(draft, letter)
        elif self.split_tail is not None and draft.options and letter == draft.options[-1][0]:
            # What looked like the next option (`Washington, D.C.`) was the end of the one before.
            draft.options.pop()
            draft.options[-1][1][-1] += self.split_tail
        marks = marks_along(text, letter, start)
        draft.options += options_along(line.rich, marks)
        self.split_tail = line.rich[marks[-1][1] :] if len(marks) == 2 and letter != "A" else None
        draft.source.append(text)
        self.field = "options"
        return True

    def _shared_option(self, at: int, line: Line, text: str, found: tuple[str, int]) -> bool:
        """Take an option that several questions share; False where nothing is shared."""
        return False

    def _inline_first(self, draft: Draft, letter: str) -> None:
        """Take the options before a letter out of the last line of the stem, where they follow the question."""
        last = next((at for at in range(len(draft.stem) - 1, -1, -1) if draft.stem[at].text.strip()), None)
        if last is None:
            return
        line = draft.stem[last]
        marks = grammar.option_marks(line.narrow)
        if not marks or ord(marks[-1][0]) + 1 != ord(letter):
            return
        ends = [begin for _letter, begin, _text in marks[1:]] + [len(line.text)]
        for (mark, _begin, begin), end in zip(marks, ends, strict=True):
            draft.options.append((mark, [line[begin:end].strip()]))
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

    def _passage_inside(self, line: Line, text: str) -> bool:
        """Let a numbered question be the passage of those it announces (`1．阅读下面文字，回答2～4题`)."""
        spanned = grammar.passage_range(text)
        draft = self.current
        if spanned is None or draft is None or spanned[0] < 1 or self.is_single:
            return False
        if draft.number is not None and spanned[0] not in (1, draft.number + 1):
            return False
        draft.stem.append(line.rich)
        self._turn_into_passage(draft)
        if self.passage is not None:
            self.passage.first, self.passage.last = spanned
        return True

    def _starts_unnumbered(self, at: int) -> bool:
        draft = self.current
        if draft is None:
            return self._has_body(at)
        is_over = draft.has_answer and self.field not in ("stem", "options")
        return is_over and (self.is_unnumbered or self.is_after_blank) and self.is_after_blank and self._has_body(at)

    def _content(self, at: int, line: Line) -> None:
        """Add a line to what is being read."""
        text = line.rich.narrow
        is_first = self.current is None and self.passage is None
        if (is_first or (self.current is not None and self.is_unnumbered)) and self._starts_unnumbered(at):
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
