"""A drawn paper as PDF, with lines for the candidate and boxes for the marks; and its answer sheet."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from edu.documents.pdf import PdfFile
from edu.documents.sheets import Block, Run
from exams.authoring.drawn import DrawnPaper
from exams.domain.registry import get_type
from exams.models import Paper
from exams.presentation import QuestionView, ask_view, number_text
from exams.printing import print_questions, rich_blocks, section_words
from exams.richtext import safe_html

INK, INK_2 = "#1c1b18", "#5a5449"
LEFT, TOP, BOTTOM, WIDTH = 18.0, 16.0, 18.0, 174.0
COLUMNS = 3
ROW, LINE, BUBBLE = 7.0, 9.0, 4.6
"""Millimetres: a row of bubbles, a line to write on, a bubble across."""

ESSAY_LINES = 12
LOOSE_LINES = 2
MOST_BUBBLES = 8
"""Options up to which a choice is marked in bubbles in one of COLUMNS; more are written as letters."""


def _reference(paper: Paper, drawn: DrawnPaper) -> str:
    """Return which paper this is, so that paper, key and answer sheets are not mixed up."""
    words = [paper.title]
    if paper.current_version is not None:
        words.append(_("version %(n)s") % {"n": paper.current_version.number})
    if drawn.is_random:
        words.append(_("draw %(seed)s") % {"seed": drawn.seed})
    return " · ".join(words)


def _lead(paper: Paper, drawn: DrawnPaper) -> Iterator[Block]:
    """Return what stands below the title: lines for the candidate, totals, boxes for marks, instructions."""
    line = "_" * 16
    names = (_("Name"), _("Candidate number"), _("Department"))
    yield Block(runs=[Run(text="     ".join(f"{name} {line}" for name in names))], space=3)
    yield Block(
        runs=[Run(text=section_words([q.marks for section in drawn.sections for q in section.questions]))], space=2
    )
    numbers = [str(place) for place in range(1, len(drawn.sections) + 1)]
    if len(drawn.sections) <= 10:
        yield Block(
            kind="boxes",
            rows=[
                [pgettext("of a paper", "Section"), *numbers, pgettext("of marks", "Total")],
                [
                    pgettext("of a paper", "Marks"),
                    *(number_text(section.total) for section in drawn.sections),
                    number_text(drawn.total),
                ],
                [_("Earned"), *("" for _section in drawn.sections), ""],
            ],
            space=4,
        )
    if paper.instructions:
        yield from rich_blocks(safe_html(paper.instructions))
        yield Block(kind="space", space=3)


def print_paper(*, paper: Paper, drawn: DrawnPaper, language: str, with_key: bool) -> bytes:
    """Return the drawn paper as PDF, with the key on pages of its own where it is asked for."""
    return print_questions(
        title=paper.title,
        sections=[
            (section.title, section.instructions, [(one.version, one.marks) for one in section.questions])
            for section in drawn.sections
        ],
        language=language,
        with_key=with_key,
        lead=list(_lead(paper, drawn)),
        footer=_reference(paper, drawn),
    )


# -- the answer sheet -----------------------------------------------------------------------------
class _Sheet:
    """The pages of an answer sheet: `y` is where the next thing goes, in mm from the top."""

    def __init__(self, *, title: str, reference: str, language: str) -> None:
        self.file = PdfFile(title=title, subject=reference, language=language)
        self.reference = reference
        self.y = TOP
        self._furnish()

    def _furnish(self) -> None:
        base = self.file.height_mm - 9
        self.file.draw_line(self.reference[:80], x=LEFT, baseline=base, size=8, colour=INK_2)
        self.file.mark_page(x=LEFT + WIDTH, baseline=base, colour=INK_2)
        # Marks in the corners, by which a scan is put straight.
        for x in (8.0, self.file.width_mm - 12.0):
            for y in (8.0, self.file.height_mm - 12.0):
                self.file.rect(x=x, y=y, width=4, height=4, fill=INK)

    def room(self, height: float) -> None:
        """Begin a new page where `height` mm are not left."""
        if self.y + height > self.file.height_mm - BOTTOM:
            self.file.next_page()
            self.y = TOP
            self._furnish()

    def head(self, title: str) -> None:
        """Draw the title and the boxes for name and number."""
        self.y += self.file.draw_text(title, x=LEFT, y=self.y, width=WIDTH, size=16, max_lines=2, bold=True) + 2
        names = (_("Name"), _("Candidate number"), _("Department"))
        width = WIDTH / len(names)
        for place, name in enumerate(names):
            self.file.rect(x=LEFT + place * width, y=self.y, width=width, height=11, stroke=INK)
            self.file.draw_line(name, x=LEFT + place * width + 2, baseline=self.y + 4.5, size=8, colour=INK_2)
        self.y += 14
        words = _("Fill the circles with a dark pencil. Write only on the lines.")
        self.y += self.file.draw_text(words, x=LEFT, y=self.y, width=WIDTH, size=9, max_lines=2, colour=INK_2) + 3

    def heading(self, title: str, words: str) -> None:
        """Draw the heading of a section."""
        self.room(26)
        self.y += self.file.draw_text(title, x=LEFT, y=self.y, width=WIDTH, size=12, max_lines=2, bold=True)
        self.y += self.file.draw_text(words, x=LEFT, y=self.y, width=WIDTH, size=9, max_lines=2, colour=INK_2) + 2

    def bubbles(self, rows: list[tuple[str, list[str]]]) -> None:
        """Draw numbered rows of circles in columns, read downwards."""
        while rows:
            fitting = int((self.file.height_mm - BOTTOM - self.y) / ROW)
            if fitting < 1:
                self.room(ROW * 2)
                continue
            depth = min(fitting, -(-len(rows) // COLUMNS))
            now, rows = rows[: depth * COLUMNS], rows[depth * COLUMNS :]
            for place, (number, letters) in enumerate(now):
                x = LEFT + place // depth * (WIDTH / COLUMNS)
                middle = self.y + (place % depth) * ROW + ROW / 2
                self.file.draw_line(number, x=x + 9, baseline=middle + 1.2, size=10, bold=True, align="right")
                for at, letter in enumerate(letters):
                    centre = x + 14 + at * (BUBBLE + 1)
                    self.file.circle(x=centre, y=middle, radius=BUBBLE / 2, stroke=INK_2)
                    self.file.draw_line(letter, x=centre, baseline=middle + 1.0, size=7.5, align="center", colour=INK_2)
            self.y += depth * ROW + 2

    def lines(self, number: str, count: int) -> None:
        """Draw a number and lines to write on."""
        fitting = int((self.file.height_mm - BOTTOM - self.y) / LINE)
        if 0 < fitting < count <= fitting + LOOSE_LINES and fitting > LOOSE_LINES:
            count = fitting  # a page of its own for a line or two is paper wasted, and easily lost
        self.room(LINE)
        self.file.draw_line(number, x=LEFT + 9, baseline=self.y + LINE - 2, size=10, bold=True, align="right")
        for _place in range(count):
            self.room(LINE)
            self.file.path(
                points=[(LEFT + 12, self.y + LINE - 1), (LEFT + WIDTH, self.y + LINE - 1)], stroke=INK_2, line=0.2
            )
            self.y += LINE
        self.y += 1.5


def _fields(view: QuestionView, number: str) -> Iterator[tuple[str, list[str], int]]:
    """Return what a question needs on the sheet: its number, letters for circles, or how many lines."""
    if view.questions:
        for part in view.questions:
            yield from _fields(part, f"{number}({part.number.strip('()（）')})")
    elif view.options and not view.segments and not view.fields and len(view.options) <= MOST_BUBBLES:
        yield number, [option.letter or "?" for option in view.options], 0
    elif not get_type(view.type).info.is_auto_graded:
        yield number, [], ESSAY_LINES
    else:
        yield number, [], max(1, len(view.fields))


def print_answer_sheet(*, paper: Paper, drawn: DrawnPaper, language: str) -> bytes:
    """Return the answer sheet of a drawn paper: circles for choices, lines for everything that is written."""
    sheet = _Sheet(title=paper.title, reference=_reference(paper, drawn), language=language)
    sheet.head(f"{paper.title} · {_('answer sheet')}")
    for section in drawn.sections:
        sheet.heading(section.title, section_words([one.marks for one in section.questions]))
        waiting: list[tuple[str, list[str]]] = []
        for one in section.questions:
            view = ask_view(
                type=one.version.type,
                content=one.version.content,
                name=f"q{one.number}",
                number=str(one.number),
                marks=one.marks,
            )
            for number, letters, lines in _fields(view, f"{one.number}"):
                if letters:
                    waiting.append((number, letters))
                    continue
                sheet.bubbles(waiting)
                waiting = []
                sheet.lines(number, lines)
        sheet.bubbles(waiting)
        sheet.y += 2
    return sheet.file.finish()
