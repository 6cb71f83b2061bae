"""Questions on paper: a PDF of questions as they are asked, and their answers with explanations behind them.

Drawn from the same view models as the pages, so that a new type is printed unasked: stem, options, fields, targets,
parts, picture. Called by the authoring views.
"""

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.core.errors import NotFound
from edu.documents.sheets import Block, Picture, Run, render_sheet
from exams.domain.registry import get_type
from exams.models import QuestionVersion
from exams.presentation import QuestionView, ask_view, number_text, review_view
from exams.question_parts import plain
from media.queries import read_illustration

_FORMULA = re.compile(r"\\\((.+?)\\\)|\\\[([\s\S]+?)\\\]")
_ILLUSTRATION = re.compile(r"/files/illustrations/([0-9a-f-]{36})/")
_BLOCKS = {"p", "pre", "table", "tr", "ul", "ol", "li", "blockquote", "h3", "h4", "div"}
BLANK = "________"
WORDS_A_LINE, CHARACTERS_A_LINE = 10, 22
"""Of an essay written by hand on a line of the page."""
LINES_A_MARK, FEWEST_LINES, MOST_LINES = 2, 5, 60
INDENT = 8.0
HEADING_KEEPS = 44.0
"""Millimetres that a heading needs below it: its summary, its instructions and the beginning of a question."""


@dataclass
class _Paragraph:
    runs: list[Run] = field(default_factory=list)
    picture: Picture | None = None
    is_code: bool = False
    label: str = ""
    indent: float = 0.0


class _RichText(HTMLParser):
    """Rich text as paragraphs of runs; tables become lines whose cells are parted by bars."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.paragraphs = [_Paragraph()]
        self.open: list[str] = []
        self.counts: list[int] = []
        self.feed(str(text))

    def _next(self, **fields: Any) -> None:
        if self.paragraphs[-1].runs or self.paragraphs[-1].picture or fields:
            self.paragraphs.append(_Paragraph(**fields))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "br":
            self.paragraphs[-1].runs.append(Run(text="\n"))
        elif tag == "img":
            self._image(given.get("src") or "", given.get("alt") or "")
        elif tag == "audio":
            self.paragraphs[-1].runs.append(Run(text=f"[{_('sound')}]"))
        elif tag in {"td", "th"} and self.paragraphs[-1].runs:
            self.paragraphs[-1].runs.append(Run(text="  |  "))
        elif tag in {"ul", "ol"}:
            self.counts.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._next()
            if self.counts and self.counts[-1] >= 0:
                self.counts[-1] += 1
            label = f"{self.counts[-1]}." if self.counts and self.counts[-1] > 0 else "•"
            self.paragraphs[-1].label, self.paragraphs[-1].indent = label, INDENT
        elif tag in _BLOCKS and not (tag == "p" and "li" in self.open):
            self._next()
            self.paragraphs[-1].is_code = tag == "pre"
        if tag not in {"br", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag)]
        if tag in {"ul", "ol"} and self.counts:
            self.counts.pop()
        if tag in _BLOCKS:
            self._next()

    def _image(self, source: str, alt: str) -> None:
        picture = picture_of(source, alt)
        if picture is None:
            self.paragraphs[-1].runs.append(Run(text=f"[{alt or _('picture')}]"))
        else:
            self._next()
            self.paragraphs[-1].picture = picture
            self._next()

    def handle_data(self, data: str) -> None:
        if "pre" in self.open:
            self.paragraphs[-1].runs.append(Run(text=_indented(data)))
            return
        if not data.strip() and not self.paragraphs[-1].runs:
            return
        rise = 1 if "sup" in self.open else -1 if "sub" in self.open else 0
        bold = bool({"strong", "b", "th", "h3", "h4"} & set(self.open))
        self.paragraphs[-1].runs += runs_of(data, bold=bold, rise=rise)


def _indented(code: str) -> str:
    """Return code whose lines keep their indentation: two spaces at the beginning as one ideographic space."""
    lines = (line.replace("\t", "    ") for line in code.split("\n"))
    widths = ((line, (len(line) - len(line.lstrip())) // 2) for line in lines)
    return "\n".join("\u3000" * width + line.lstrip() for line, width in widths)


def runs_of(text: str, *, bold: bool = False, rise: int = 0) -> list[Run]:
    """Return plain text as runs, its formulas apart."""
    runs: list[Run] = []
    at = 0
    for found in _FORMULA.finditer(text):
        if before := text[at : found.start()]:
            runs.append(Run(text=before, bold=bold, rise=rise))
        runs.append(Run(text=(found[1] or found[2]).strip(), is_formula=True))
        at = found.end()
    if rest := text[at:]:
        runs.append(Run(text=rest, bold=bold, rise=rise))
    return runs


def picture_of(address: str, alt: str) -> Picture | None:
    """Return one of our pictures by its address on a page; None for what is not ours or gone."""
    found = _ILLUSTRATION.search(address)
    if found is None:
        return None
    try:
        _name, data = read_illustration(uuid.UUID(found[1]))
    except (NotFound, ValueError):
        return None
    return Picture(data=data, alt=alt)


def rich_blocks(html: str, *, label: str = "", indent: float = 0.0, keeps: float = 0.0) -> list[Block]:
    """Return rich text as blocks; the first carries the label."""
    blocks = []
    for paragraph in _RichText(html).paragraphs:
        if paragraph.picture is not None:
            blocks.append(Block(kind="picture", picture=paragraph.picture, indent=indent))
        elif paragraph.runs:
            blocks.append(
                Block(
                    runs=paragraph.runs,
                    kind="code" if paragraph.is_code else "text",
                    indent=indent + paragraph.indent,
                    label=paragraph.label or ("" if blocks else label),
                    keeps=0.0 if blocks else keeps,
                )
            )
    if label and not any(block.label == label for block in blocks):
        blocks.insert(0, Block(runs=[Run(text=" ")], label=label, indent=indent, keeps=keeps))
    return blocks


def question_blocks(view: QuestionView, *, label: str, indent: float = INDENT, shows_marks: bool = True) -> list[Block]:
    """Return one asked question as blocks."""
    if view.segments:
        blocks = _segment_blocks(view, label=label, indent=indent)
    else:
        blocks = rich_blocks(view.stem, label=label, indent=indent, keeps=16)
    if shows_marks and blocks:
        blocks[0] = Block(
            runs=[Run(text=f"[{view.marks_label}] "), *blocks[0].runs],
            indent=indent,
            label=blocks[0].label,
            keeps=16,
        )
    blocks += _picture_blocks(view, indent)
    for option in (*view.options, *view.targets):
        blocks += rich_blocks(option.html, label=f"{option.letter}." if option.letter else "□", indent=indent + INDENT)
    if not view.segments:
        for one in view.fields:
            blocks += _with_blank(rich_blocks(one.html, label="–", indent=indent + INDENT), one.unit_label)
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


def _with_blank(blocks: list[Block], unit: str) -> list[Block]:
    """Return the blocks of an item with room for the answer behind its last words, and the unit behind that."""
    *before, last = blocks or [Block()]
    return [*before, replace(last, runs=[*last.runs, Run(text=f"  {BLANK} {unit}".rstrip())])]


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


def _picture_blocks(view: QuestionView, indent: float) -> list[Block]:
    """Return the picture that a question is asked on, its regions numbered."""
    address = str(getattr(view.extra, "picture", ""))
    picture = picture_of(address, str(getattr(view.extra, "alt", ""))) if address else None
    if picture is None:
        return []
    marks = tuple(
        (float(region.shape.centre[0]), float(region.shape.centre[1]), region.letter or str(region.number))
        for region in view.extra.regions
    )
    drawn = Picture(data=picture.data, alt=picture.alt, marks=marks, size=(view.extra.width, view.extra.height))
    return [Block(kind="picture", picture=drawn, indent=indent)]


def _with_letters(view: QuestionView, words: str) -> str:
    """Return the words of a key with the letters that stand on the paper, or the judgement in the reader's language."""
    if not view.options or not view.right_text:
        return words
    is_letters = set(view.right_text) <= {option.letter for option in view.options}
    return f"{view.right_text}. {words}" if is_letters else view.right_text


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
    blocks = [Block(runs=runs_of(words or "–"), label=label, indent=INDENT, keeps=10)]
    if version.explanation:
        blocks += rich_blocks(version.explanation, indent=INDENT)
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
            yield from rich_blocks(text)
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
