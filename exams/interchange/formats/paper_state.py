"""How far the reading of a question paper has come: the question, passage, section and list of answers that are
open. Pure; for `paper_lines`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from exams.interchange.formats import line_grammar as grammar
from exams.interchange.formats.base import ParsedRow, UnreadableFile, gettext_noop
from exams.interchange.formats.line_grammar import Numbered
from exams.interchange.formats.paper_drafts import Draft, Place
from exams.interchange.formats.paper_keys import KeyEntry, assign
from exams.interchange.formats.paper_passages import Passage
from exams.interchange.formats.rich_line import Rich

MAXIMUM_QUESTIONS = 50_000
LOOK_AHEAD = 60
_TOO_MANY = gettext_noop("The file has more than %(limit)s questions. Split it.")
_OUTSIDE = gettext_noop("Text outside the questions was left out: %(text)s")
_JUMP = gettext_noop("The numbering jumps from %(before)s to %(after)s.")
_PASSAGE_END = gettext_noop("How far the passage reaches was guessed: questions %(first)s to %(last)s.")
_PASSAGE_CUT = gettext_noop("Where the passage begins was guessed: behind the options of the question before it.")
_SHARED_OUT = gettext_noop("One answer per question was read from the letters behind the last one: %(letters)s.")
_UNNUMBERED = gettext_noop("The question has no number; where it begins was guessed.")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a paper: its number in the file, its text, the level of the heading it is (0 for none), and what was
    doubtful about it or lost already; the type and the marks of the question that it begins, where they stood apart."""

    row: int
    rich: Rich
    level: int = 0
    doubts: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    type_name: str = ""
    marks: str = ""


class State:
    """The lines of a paper and what has been made of them so far."""

    def __init__(self, lines: Iterable[Line], *, is_single: bool = False) -> None:
        self.lines = list(lines)
        self.is_single = is_single
        """The lines are of one question, whatever numbers and headings stand in them."""
        self.split_tail: Rich | None = None
        self.noted: list[Line] = []
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
        self.key_style = "plain"
        self.loose: list[Line] = []
        self.is_after_blank = True
        self.is_unnumbered = self._count_unnumbered()
        self.is_bulleted = any(one.rich.text.lstrip()[:1] == "●" for one in self.lines) and any(
            grammar.gap_group(one.rich.narrow) for one in self.lines
        )

    def _count_unnumbered(self) -> bool:
        """Tell whether the questions of the paper carry no numbers."""
        numbers = labels = 0
        for line in self.lines:
            text = line.rich.narrow
            numbers += grammar.numbered(text) is not None and grammar.key_list(text[:200]) is None
            label = grammar.label_at(text)
            labels += label is not None and label[0] == "answer"
        return labels > 0 and numbers * 3 < labels

    def _note(self, line: Line) -> None:
        """Keep what was doubtful about a line with the question it belongs to."""
        target = self.current or self.passage
        if target is None:
            self.noted.append(line)
            return
        for noted in (*self.noted, line):
            target.doubts += [("", text, {}) for text in noted.doubts]
            target.losses += [("", text, {}) for text in noted.losses]
        self.noted = []

    def _blank(self) -> None:
        self.is_after_blank = True
        if self.current is not None and not self.is_key:
            lines = self.current.lines_of(self.field)
            if lines and lines[-1].text:
                lines.append(Rich(""))
        elif self.passage is not None and self.passage.lines:
            self.passage.lines.append(Rich(""))

    def _next_text(self, at: int) -> str:
        return next((one.rich.narrow for one in self.lines[at + 1 : at + 5] if one.rich.narrow.strip()), "")

    def _has_options(self, at: int) -> bool:
        """Tell whether options follow before the next number but one."""
        seen = 0
        for line in self.lines[at : at + 12]:
            text = line.rich.narrow
            seen += grammar.numbered(text) is not None
            if seen > 1:
                return False
            found = grammar.option_at(text)
            if found and found[0] in "AB" and len(text.strip()) > 2:
                return True
        return False

    def _has_body(self, at: int) -> bool:
        """Tell whether options or an answer follow a numbered line before the next."""
        text = self.lines[at].rich.narrow
        if grammar.BRACKET_ANSWER.search(text) or len(grammar.option_marks(text)) > 2:
            return True
        if any(name == "answer" for name, _rich in grammar.split_labels(self.lines[at].rich)):
            return True
        for line in self.lines[at + 1 : at + LOOK_AHEAD]:
            text = line.rich.narrow
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

    def _next_is_b(self, at: int) -> bool:
        found = grammar.option_at(self._next_text(at))
        return bool(found and found[0] == "B")

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
        draft.type_name, draft.marks = line.type_name, line.marks
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
        is_text = self.passage is not None and not self.passage.is_shared
        if is_text and self.passage is not None and not self.passage.drafts and self._turn_into_gaps():
            self._finish()
        passage, self.passage = self.passage, None
        if passage is not None:
            if not passage.last and passage.drafts and not passage.is_shared:
                first, last = passage.drafts[0].number or 1, passage.drafts[-1].number or len(passage.drafts)
                passage.doubts.append(("questions", _PASSAGE_END, {"first": first, "last": last}))
            self.items.append(passage)

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

    def _turn_into_gaps(self) -> bool:
        """Let a passage without questions of its own, but with numbered gaps, be one question; tell whether it was."""
        passage = self.passage
        gaps = grammar.gap_numbers("\n".join(line.narrow for line in passage.lines)) if passage is not None else []
        if passage is None or len(gaps) < 2:
            return False
        self.passage = None
        draft = Draft(row=passage.row, place=passage.place, number=gaps[0], style="plain", gaps=gaps)
        draft.stem, draft.source, draft.losses = passage.lines, passage.source, passage.losses
        draft.doubts = passage.doubts
        self.current = draft
        self.scope.append(draft)
        self.field = "stem"
        return True

    def _open(self, line: Line, first: int, last: int, *, before: list[Rich] | None = None) -> None:
        loose, self.loose = self.loose, []
        self.passage = Passage(
            row=loose[0].row if loose else line.row,
            place=self.place,
            lines=[one.rich for one in loose] + (before or []) + [line.rich],
            first=first,
            last=last,
            source=[line.rich.narrow],
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

    def _share_out(self) -> None:
        """Give the letters behind the last question to the questions before it, where those have no answers and the
        letters are as many as the questions (`答案：ABA`)."""
        drafts = self.scope
        last = drafts[-1] if len(drafts) > 1 else None
        if last is None or any(draft.is_answered for draft in drafts[:-1]) or not all(one.options for one in drafts):
            return
        said = "".join(line.plain() for line in last.fields.get("answer", ()))
        letters = re.sub(r"[\s,，、;；.。]", "", said)
        if not re.fullmatch(r"[A-H]{2,500}", letters) or len(letters) != len(drafts):
            return
        for draft, letter in zip(drafts, letters, strict=True):
            draft.fields["answer"] = [Rich(letter)]
            draft.doubts.append(("answer", _SHARED_OUT, {"letters": letters[:80]}))

    def _start_key(self) -> None:
        self.is_key = True
        self.key_heading = 0
        self.key_type = ""
        self.entries = []

    def _take_list(self, line: Line, listed: list[tuple[int, str]]) -> None:
        style = grammar.numbered(line.rich.narrow)
        self.key_style = style.style if style else self.key_style
        for number, answer in listed:
            answers = [Rich(answer)] if answer else []
            self.entries.append(KeyEntry(line.row, number, answers, [], self.key_heading, self.key_type))

    def _end_key(self) -> None:
        if not self.is_key:
            return
        self.is_key = False
        self.rows += assign(self.entries, self.scope)
        self.scope = []
        self.entries = []
        self.field = "stem"
