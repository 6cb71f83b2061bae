"""Options that several questions of a paper share (共用备选答案), texts that several share (共用题干), and gaps with
options of their own. Pure; for `paper_lines`."""

import re
from dataclasses import replace

from exams.interchange.formats import line_grammar as grammar
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.paper_questions import Questions, marks_along, options_along
from exams.interchange.formats.paper_state import Line

_B_TYPES = re.compile(r"[BＢ]1?型|配伍")
_GUESSED = gettext_noop("No heading says that questions share these options; it was read from where they stand.")


class Sharing(Questions):
    """Reads what questions share."""

    def _shared(self, at: int, line: Line, text: str) -> bool:
        """Take a line that announces options or a text for several questions."""
        following = grammar.option_at(self._next_text(at))
        if found := grammar.shared_options(text):
            first, last, end = found
            rest = grammar.option_at(text[end:])
            if (following is None or following[0] != "A") and (rest is None or rest[0] != "A"):
                return False
        elif (span := grammar.bare_span(text)) and following is not None and following[0] == "A":
            (first, last), end = span, len(text)
        elif stem := grammar.shared_stem(text):
            if self.is_key:
                return False
            self._close()
            self._open(replace(line, rich=line.rich[stem[2] :].strip()), stem[0], stem[1])
            return True
        else:
            return False
        if self.is_key:
            self._end_key()
        self._close()
        self._share(line, first, last)
        if self.passage is not None:
            self.passage.lines.append(line.rich[:end].strip())
            if rest_text := text[end:].strip():
                self.passage.source.append(rest_text)
        rest = grammar.option_at(text[end:])
        if rest is not None and self.passage is not None:
            rich = line.rich[end:]
            self.passage.options += options_along(rich, marks_along(rich.narrow, *rest))
        return True

    def _share(self, line: Line, first: int, last: int) -> None:
        self._open(line, first, last)
        if self.passage is not None:
            self.passage.is_shared = True
            self.passage.lines.pop()

    def _shared_option(self, at: int, line: Line, text: str, found: tuple[str, int]) -> bool:
        """Take an option that several questions share: one under their heading, or where a question of such a group,
        or of a section of them, cannot have options of its own."""
        passage, draft = self.passage, self.current
        if passage is not None and passage.is_shared and draft is None and not passage.drafts:
            passage.options += options_along(line.rich, marks_along(text, *found))
            passage.source.append(text)
            return True
        if found[0] != "A" or text.lstrip()[:1].islower():
            return False
        is_section = bool(self.place.section and _B_TYPES.search(self.place.section.type_name))
        if draft is None:
            is_begun = is_section and (passage is None or passage.is_shared) and self._next_number(at)
        else:
            is_begun = passage is not None and passage.is_shared and not draft.options
        if not is_begun:
            return False
        if draft is not None and not draft.has_answer and self._has_answer_behind(at):
            # These options are followed by their own answer: the question is one by itself.
            self.current = None
            self._close()
            self.current = draft
            return False
        self._close()
        self._share(line, 0, 0)
        if self.passage is not None:
            self.passage.doubts.append(("options", _GUESSED, {}))
            self.passage.options += options_along(line.rich, marks_along(text, *found))
            self.passage.source.append(text)
        return True

    def _behind_options(self, at: int) -> str:
        """Return the first line behind the options that begin at a line."""
        for line in self.lines[at + 1 : at + 30]:
            text = line.rich.narrow
            if text.strip() and grammar.option_at(text) is None:
                return text
        return ""

    def _next_number(self, at: int) -> bool:
        return grammar.numbered(self._behind_options(at)) is not None

    def _has_answer_behind(self, at: int) -> bool:
        label = grammar.label_at(self._behind_options(at))
        return label is not None and label[0] in ("answer", "given")

    def _bullet(self, line: Line, text: str) -> bool:
        """Take a line that begins a question with a bullet, in a paper whose gaps have options of their own."""
        if not self.is_bulleted or text.lstrip()[:1] != "●":
            return False
        self._close()
        self._end_key()
        self._begin(line, None)
        if self.current is not None:
            self.current.doubts = []
            self.current.stem.append(line.rich[text.index("●") + 1 :].strip())
            self.current.source.append(text)
        return True

    def _gap_group(self, at: int, line: Line, text: str) -> bool:
        """Take the options of a numbered gap (`（2）A.… B.…`) with the question in which that gap stands."""
        found = grammar.gap_group(text)
        draft = self.current
        if found is None:
            if draft is None or not draft.groups or self.field != "options":
                return False
            option = grammar.option_at(text)
            last = draft.groups[next(reversed(draft.groups))]
            if option is None or option[0] != chr(ord("A") + len(last)):
                return False
            last += options_along(line.rich, marks_along(text, *option))
            draft.source.append(text)
            return True
        number, start = found
        rich = line.rich[start:]
        option = grammar.option_at(rich.narrow)
        if draft is None or option is None or draft.options or self.field not in ("stem", "options"):
            return False
        stem = " ".join(one.narrow for one in draft.stem)
        if not has_gap(stem, number):
            return False
        marks = marks_along(rich.narrow, *option)
        if len(marks) < 2 and not self._next_is_b(at):
            return False
        draft.groups[number] = options_along(rich, marks)
        draft.gaps = list(draft.groups)
        if draft.number is None and len(draft.groups) == 1:
            draft.number = number
        draft.source.append(text)
        self.field = "options"
        return True


def has_gap(stem: str, number: int) -> bool:
    """Tell whether a numbered gap stands in a text (`（2）`, `__2__`)."""
    return re.search(rf"[（(]\s?{number}\s?[)）]|_{{1,20}}\s?{number}\s?_{{1,20}}", stem) is not None
