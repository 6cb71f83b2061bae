"""Questions on paper: a PDF of questions as they are asked, and their answers with explanations behind them.

Drawn from the same view models as the pages, so that a new type is printed unasked: stem, options, fields, targets,
parts, picture. Called by the authoring views.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.documents.sheets import Block, Run, render_sheet
from exams.domain.registry import get_type
from exams.models import QuestionVersion
from exams.presentation import QuestionView, ask_view, number_text, review_view
from exams.printed_pictures import ASKED_KEEPS, key_blocks, key_words, picture_blocks
from exams.printed_text import INDENT, beginning_with, blocks_text, ending_with, line_keeps, rich_blocks, runs_of
from exams.question_parts import plain
from exams.richtext import safe_html

__all__ = [
    "INDENT",
    "answer_blocks",
    "blocks_text",
    "line_keeps",
    "print_questions",
    "question_blocks",
    "rich_blocks",
    "runs_of",
    "section_words",
    "writing_lines",
]

BLANK = "________"
WORDS_A_LINE, CHARACTERS_A_LINE = 10, 22
"""Of an essay written by hand on a line of the page."""
LINES_A_MARK, FEWEST_LINES, MOST_LINES = 2, 5, 60
HEADING_KEEPS = 44.0
"""Millimetres that a heading needs below it: its summary, its instructions and the beginning of a question."""


def question_blocks(view: QuestionView, *, label: str, indent: float = INDENT, shows_marks: bool = True) -> list[Block]:
    """Return one asked question as blocks."""
    pictured = picture_blocks(view, indent=indent)
    keeps = ASKED_KEEPS if pictured else 16.0
    if view.segments:
        blocks = _segment_blocks(view, label=label, indent=indent)
    else:
        blocks = rich_blocks(view.stem, label=label, indent=indent, keeps=keeps)
    if shows_marks and blocks:
        blocks = beginning_with(blocks, [Run(text=f"[{view.marks_label}] ")], indent=indent, keeps=keeps)
    blocks += pictured
    for option in (*view.options, *view.targets):
        blocks += rich_blocks(option.html, label=f"{option.letter}." if option.letter else "□", indent=indent + INDENT)
    if not view.segments:
        for one in view.fields:
            room = Run(text=f"  {BLANK} {one.unit_label}".rstrip())
            blocks += ending_with(rich_blocks(one.html, label="–", indent=indent + INDENT), [room])
    for part in view.questions:
        blocks.append(Block(kind="space", space=2))
        blocks += question_blocks(part, label=part.number, indent=indent + INDENT)
    if view.is_written_at_length:
        blocks.append(Block(kind="lines", indent=indent, count=writing_lines(view)))
    elif not (view.options or view.fields or view.segments or view.questions or view.extra):
        blocks.append(Block(runs=[Run(text=f"{BLANK * 3} {view.unit_label}")], indent=indent))
    return [*blocks, Block(kind="space", space=4)]


def writing_lines(view: QuestionView) -> int:
    """Return how many lines an essay is given on paper: by the length that is asked for, else by its marks."""
    length = view.max_words or view.min_words
    if length:
        is_chinese = any("\u4e00" <= letter <= "\u9fff" for letter in plain(view.stem))
        lines = -(-length // (CHARACTERS_A_LINE if is_chinese else WORDS_A_LINE))
    else:
        lines = LINES_A_MARK * int(Decimal(view.marks or "0"))
    return max(FEWEST_LINES, min(MOST_LINES, lines))


def _segment_blocks(view: QuestionView, *, label: str, indent: float) -> list[Block]:
    """Return a text with numbered blanks in it, and below it the options of those that are chosen."""
    text = ""
    chosen: list[Block] = []
    for segment in view.segments:
        text += str(segment.html)
        if segment.field:
            number = list(view.fields).index(segment.field) + 1
            text += f" ({number}){BLANK} "
            if segment.field.options:
                words = "   ".join(f"{option.letter}. {plain(option.html)}" for option in segment.field.options)
                chosen += rich_blocks(words, label=f"({number})", indent=indent + INDENT)
    return rich_blocks(text, label=label, indent=indent, keeps=16) + chosen


def _with_letters(view: QuestionView, words: str) -> str:
    """Return the words of a key with the letters that stand on the paper, or the judgement in the reader's language."""
    if pictured := key_words(view):
        return pictured
    if not view.options or not view.right_text:
        return words
    is_letters = set(view.right_text) <= {option.letter for option in view.options}
    # A table has no words that could stand in a line.
    has_table = any(option.letter in view.right_text and "<table" in option.html for option in view.options)
    return f"{view.right_text}. {words}" if is_letters and not has_table else view.right_text


def answer_blocks(version: QuestionVersion, *, label: str) -> list[Block]:
    """Return the right answer of a question and its explanation as blocks."""
    question_type = get_type(version.type)
    content = question_type.bind(question_type.parse_content(version.content))
    words = question_type.summarise_key(content, question_type.parse_key(version.key))
    view = review_view(type=version.type, content=version.content, key=version.key, name="key")
    lines = words.split("\n")
    if view.questions and len(lines) == len(view.questions):
        numbered = zip(view.questions, (line.partition(" ")[2] for line in lines), strict=True)
        words = "\n".join(f"{part.number} {_with_letters(part, text)}" for part, text in numbered)
    else:
        words = _with_letters(view, words)
    pictured = key_blocks(view, indent=INDENT)
    keeps = ASKED_KEEPS if pictured else 10.0
    blocks = [Block(runs=runs_of(words or "–"), label=label, indent=INDENT, keeps=keeps), *pictured]
    if version.explanation:
        blocks += rich_blocks(safe_html(version.explanation), indent=INDENT)
    for part in view.questions:
        if part.review is not None and part.review.explanation:
            blocks += rich_blocks(part.review.explanation, label=part.number, indent=2 * INDENT)
    return [*blocks, Block(kind="space", space=2)]


def print_questions(
    *,
    title: str,
    sections: Iterable[tuple[str, str, Sequence[tuple[QuestionVersion, Any]]]],
    language: str,
    with_key: bool,
    lead: Sequence[Block] = (),
    footer: str = "",
) -> bytes:
    """Return a PDF of sections (title, instructions, questions with their marks), and the key on pages of its own.

    `lead` stands between the title and the first section.
    """
    listed = [(name, text, list(questions)) for name, text, questions in sections]
    blocks = [Block(kind="title", runs=[Run(text=title)], space=6), *lead, *_asked(listed)]
    if with_key:
        blocks += [
            Block(kind="page"),
            Block(kind="title", runs=[Run(text=_("Answers and explanations"))], space=6),
            *_answered(listed),
        ]
    return render_sheet(title=title, blocks=blocks, language=language, footer=footer or title)


Listed = Sequence[tuple[str, str, Sequence[tuple[QuestionVersion, Any]]]]


def _asked(listed: Listed) -> Iterator[Block]:
    number = 0
    for name, text, questions in listed:
        if name:
            yield Block(kind="heading", runs=[Run(text=name)], space=1, keeps=HEADING_KEEPS)
            yield Block(runs=[Run(text=section_words([marks for _version, marks in questions]))], space=2, keeps=24)
        if text:
            yield from rich_blocks(safe_html(text))
            yield Block(kind="space", space=3)
        for version, marks in questions:
            number += 1
            view = ask_view(
                type=version.type, content=version.content, name=f"q{number}", number=str(number), marks=marks
            )
            yield from question_blocks(view, label=f"{number}.")


def section_words(marks: Sequence[Any]) -> str:
    """Return how many questions a section has and what they are worth, each where all are worth the same."""
    values = [Decimal(str(one)) for one in marks]
    count = ngettext("%(n)s question", "%(n)s questions", len(values)) % {"n": len(values)}
    each, total = number_text(values[0] if values else 0), number_text(sum(values, Decimal(0)))
    if len(values) > 1 and len(set(values)) == 1:
        return _("%(count)s, %(each)s marks each, %(total)s marks in all") % {
            "count": count,
            "each": each,
            "total": total,
        }
    return _("%(count)s, %(total)s marks in all") % {"count": count, "total": total}


def _answered(listed: Listed) -> Iterator[Block]:
    number = 0
    for name, _text, questions in listed:
        if name:
            yield Block(kind="heading", runs=[Run(text=name)], space=2, keeps=HEADING_KEEPS)
        for version, _marks in questions:
            number += 1
            yield from answer_blocks(version, label=f"{number}.")
