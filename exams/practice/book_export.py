"""The wrong-answer book on paper and as a spreadsheet: what a filter shows, at most MOST_EXPORTED entries.

The caller leaves out what an exam hides and what is locked.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.documents.sheets import Block, Run, render_sheet
from edu.documents.xlsx import Sheet, write_workbook
from exams.domain.registry import get_type
from exams.models import QuestionProgress, QuestionVersion
from exams.practice.book_history import Given, list_given
from exams.practice.decided import key_in_practice
from exams.practice.starts import frozen_order
from exams.presentation import ask_view
from exams.printing import INDENT, answer_blocks, blocks_text, line_keeps, question_blocks, rich_blocks, runs_of
from exams.question_parts import plain
from exams.view_models import TYPE_LABELS

MOST_EXPORTED = 500
MOST_GIVEN = 5
"""Given answers of one entry in a spreadsheet, the newest ones."""

PRINTED_ANSWERS = 1_000
"""Characters of a right answer in a cell."""


def _listed(rows: QuerySet[QuestionProgress]) -> list[tuple[QuestionProgress, QuestionVersion]]:
    """Return entries with the version that is asked today, the last one met where none is; without a version they are
    left out. Two statements."""
    entries = list(rows[:MOST_EXPORTED])
    versions = QuestionVersion.objects.in_bulk({row.question.current_version_id or row.version_id for row in entries})
    found = []
    for row in entries:
        version = versions.get(row.question.current_version_id or row.version_id)
        if version is not None:
            version.key = key_in_practice(version, row.question)  # printed, never saved
            found.append((row, version))
    return found


def _count_words(row: QuestionProgress) -> str:
    words = []
    if row.wrong_count:
        n = row.wrong_count
        words.append(ngettext("wrong %(counter)s time", "wrong %(counter)s times", n) % {"counter": n})
    if row.blank_count:
        n = row.blank_count
        words.append(ngettext("left blank %(counter)s time", "left blank %(counter)s times", n) % {"counter": n})
    return ", ".join(words)


def _place(row: QuestionProgress) -> str:
    question = row.question
    return f"{question.bank.name} · {question.topic.name}" if question.topic else question.bank.name


# -- paper ----------------------------------------------------------------------------------------
def book_pdf(*, user: Any, rows: QuerySet[QuestionProgress], words: str, on: date, language: str) -> bytes:
    """Return the entries as an A4 PDF: the questions, then answers and explanations on pages of their own, both
    numbered; whose book, by what filter and of which day stands at the head, book and day at the foot of each page.
    `words` names the filter."""
    title = _("Wrong-answer book")
    listed = _listed(rows)
    day = formats.date_format(on, "DATE_FORMAT")
    count = ngettext("%(n)s question", "%(n)s questions", len(listed)) % {"n": len(listed)}
    head = [str(user), words, day, count]
    blocks = [
        Block(kind="title", runs=[Run(text=title)], space=2),
        Block(runs=[Run(text=" · ".join(part for part in head if part))], space=5),
        *_asked(listed),
        Block(kind="page"),
        Block(kind="title", runs=[Run(text=_("Answers and explanations"))], space=6),
        *_answered(listed),
    ]
    return render_sheet(
        title=title, blocks=blocks, language=language, footer=f"{title} · {user} · {day}", author=str(user)
    )


def _asked(listed: Sequence[tuple[QuestionProgress, QuestionVersion]]) -> Iterator[Block]:
    for number, (row, version) in enumerate(listed, start=1):
        view = ask_view(
            type=version.type,
            content=version.content,
            name=f"q{number}",
            number=str(number),
            marks=version.marks,
            order=frozen_order(version, seed=row.pk, index=number, draws=False),
        )
        meta = " · ".join(part for part in (str(view.type_label), _place(row), _count_words(row)) if part)
        asked = question_blocks(view, label="", shows_marks=False)
        keeps = max(24.0, line_keeps(asked))
        yield Block(runs=[Run(text=f"({meta})")], indent=INDENT, label=f"{number}.", keeps=keeps)
        yield from asked


def _answered(listed: Sequence[tuple[QuestionProgress, QuestionVersion]]) -> Iterator[Block]:
    for number, (row, version) in enumerate(listed, start=1):
        *blocks, last = answer_blocks(version, label=f"{number}.")
        yield from blocks
        if row.note:
            yield Block(runs=[Run(text=f"{_('My note')}: ", bold=True), *runs_of(row.note)], indent=INDENT)
        yield last


# -- spreadsheet ----------------------------------------------------------------------------------
def book_xlsx(*, user: Any, rows: QuerySet[QuestionProgress], words: str, on: date) -> bytes:
    """Return the entries as a spreadsheet, one a row, all text as text."""
    listed = _listed(rows)
    given = list_given(user_id=user.pk, question_ids=[row.question_id for row, _version in listed], limit=MOST_GIVEN)
    sheet = Sheet(
        name=_("Wrong-answer book"),
        headers=[
            _("Question"),
            _("Type"),
            _("Bank"),
            _("Chapter"),
            _("Times wrong"),
            _("Times blank"),
            _("Last wrong"),
            _("My answers"),
            _("Right answer"),
            _("Explanation"),
            _("Kind of mistake"),
            _("My note"),
            _("Due"),
        ],
        widths=[60, 14, 22, 22, 10, 10, 19, 40, 40, 50, 14, 30, 19],
        notes=[" · ".join(part for part in (str(user), words, formats.date_format(on, "DATE_FORMAT")) if part)],
        rows=(_cells(row, version, given.get(row.question_id, ())) for row, version in listed),
    )
    return write_workbook(sheets=[sheet])


def _cells(row: QuestionProgress, version: QuestionVersion, given: Sequence[Given]) -> list[Any]:
    question = row.question
    return [
        _question_text(version),
        str(TYPE_LABELS.get(version.type, version.type)),
        question.bank.name,
        question.topic.name if question.topic else "",
        row.wrong_count,
        row.blank_count,
        row.last_wrong_at,
        "\n".join(_given_words(one) for one in given),
        _right_words(version),
        blocks_text(rich_blocks(version.explanation)) if version.explanation else "",
        str(row.get_mistake_display()) if row.mistake else "",
        row.note,
        row.due_at if row.mastered_at is None else None,
    ]


def _given_words(given: Given) -> str:
    day = formats.date_format(timezone.localtime(given.at), "SHORT_DATE_FORMAT")
    return " ".join(part for part in (day, given.words, f"({given.verdict_label})" if given.verdict else "") if part)


def _question_text(version: QuestionVersion) -> str:
    """Return a question in plain text: what is asked, and below it the options with their letters."""
    view = ask_view(type=version.type, content=version.content, name="q", marks=version.marks)
    stem = "".join(f"{plain(part.html)}{' ____ ' if part.field else ''}" for part in view.segments) or _plain(view.stem)
    options = [f"{option.letter}. {plain(option.html)}".lstrip(". ") for option in view.options]
    parts = [f"{part.number} {_plain(part.stem)}".strip() for part in view.questions]
    return "\n".join([stem, *options, *parts]).strip()


def _plain(html: str) -> str:
    return blocks_text(rich_blocks(html))


def _right_words(version: QuestionVersion) -> str:
    question_type = get_type(version.type)
    content = question_type.bind(question_type.parse_content(version.content))
    words = question_type.summarise_key(content, question_type.parse_key(version.key))
    return words[:PRINTED_ANSWERS]
