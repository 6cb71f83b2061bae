"""Quick entry: many questions typed or pasted as a teacher writes them, read as she types, saved together.

What cannot be read stays in the text, in its place, with what is wrong about it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.core.errors import DomainError, InvalidInput
from exams.authoring.checks import plain_text_of
from exams.authoring.problems import describe_problem
from exams.authoring.questions import publish_question, save_question
from exams.authoring.record_problems import say_remark
from exams.authoring.records import QuestionRecord, record_from_mapping
from exams.authoring.term_index import find_near_duplicates
from exams.domain.errors import InvalidQuestion
from exams.interchange.formats.base import ParsedRow, Remark, UnreadableFile
from exams.interchange.formats.chinese_text import lines_of
from exams.interchange.formats.paper_lines import read_paper
from exams.models import Bank, Question, Topic
from exams.presentation import KEYS_ONLY, review_view
from exams.view_models import TYPE_LABELS

MAXIMUM_TEXT = 60_000
MAXIMUM_QUESTIONS = 60
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|[一二三四五六七八九十]{1,3}\s*[、.．])")


@dataclass(frozen=True, kw_only=True)
class QuickRow:
    """A question of the text: the lines it takes (from 0, end excluded), its record, what is wrong or doubtful."""

    first: int
    end: int
    number: int
    record: QuestionRecord | None
    problems: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def type_label(self) -> str:
        """Return the type in the reader's language."""
        return str(TYPE_LABELS.get(self.record.type, self.record.type)) if self.record else ""


def read_text(text: str, /) -> Iterator[ParsedRow]:
    """Return the questions of a text one by one; `row` is the line (from 1) at which each begins."""
    return read_paper(lines_of(text.splitlines(), is_markdown=False))


def _words(remark: Remark) -> str:
    return say_remark(remark.text, remark.values)


def read_rows(text: str) -> list[QuickRow]:
    """Return the questions of a text with what is wrong about each; InvalidInput for a text that is too long."""
    if len(text) > MAXIMUM_TEXT:
        raise InvalidInput(
            _("The text is too long. Enter at most 60 questions at once, or import a file."), field="text"
        )
    try:
        parsed = list(read_text(text))
    except UnreadableFile as error:
        raise InvalidInput(_(error.text) % error.values if error.values else _(error.text), field="text") from error
    if len(parsed) > MAXIMUM_QUESTIONS:
        raise InvalidInput(
            _("The text is too long. Enter at most 60 questions at once, or import a file."), field="text"
        )
    starts = [max(0, row.row - 1) for row in parsed]
    ends = [*starts[1:], len(text.splitlines())]
    return [
        _row(row, number, first, max(first + 1, end))
        for number, (row, first, end) in enumerate(zip(parsed, starts, ends, strict=True), start=1)
    ]


def _row(row: ParsedRow, number: int, first: int, end: int) -> QuickRow:
    problems = [_words(one) for one in row.problems]
    record = None
    if row.record is not None and not problems:
        try:
            record = record_from_mapping(row.record)
        except InvalidQuestion as error:
            problems += [describe_problem(problem) for problem in error.problems] or [_(error.message)]
        except DomainError as error:
            problems.append(_(error.message))
    elif not problems:
        problems.append(_("This could not be read as a question."))
    return QuickRow(
        first=first,
        end=end,
        number=number,
        record=record,
        problems=tuple(dict.fromkeys(problems)),
        doubts=tuple(_words(one) for one in (*row.doubts, *row.losses)),
    )


def preview_rows(*, bank: Bank, rows: Sequence[QuickRow]) -> list[dict[str, Any]]:
    """Return the rows as the page shows them: each as a learner reviews it, with questions of the bank that are nearly
    the same."""
    shown = []
    for row in rows:
        view, alike = None, []
        if row.record is not None:
            record = row.record
            view = review_view(
                type=record.type,
                content=record.content,
                key=record.key,
                name=f"quick{row.number}",
                number=str(row.number),
                marks=record.marks,
                policy=KEYS_ONLY,
                explanation=record.explanation,
                source=record.source,
                slot=row.number,
            )
            text = plain_text_of(type=record.type, content=record.content)
            alike = find_near_duplicates(bank_id=bank.pk, text=text, limit=2)
        shown.append({"row": row, "view": view, "alike": [(one, round(100 * share)) for one, share in alike]})
    return shown


@dataclass(frozen=True, kw_only=True)
class QuickResult:
    """What was saved, and the text that is left: the questions with problems, in their order."""

    saved: tuple[Question, ...]
    rest: str
    has_waiting: bool


def save_rows(*, bank: Bank, actor: Any, text: str, topic: Topic | None, tags: list[str], publish: bool) -> QuickResult:
    """Save every question of the text that can be read, and leave the others in it. InvalidInput for a text too long.

    With `publish` they are published as well, where the bank does not ask for a second person (`has_waiting` then).
    """
    rows = read_rows(text)
    lines = text.splitlines()
    saved: list[Question] = []
    kept = set(range(len(lines)))
    has_waiting = False
    for row in rows:
        if row.record is None:
            continue
        record = row.record
        with transaction.atomic():
            question = save_question(
                bank=bank,
                actor=actor,
                type=record.type,
                content=record.content,
                key=record.key,
                topic=topic,
                difficulty=record.difficulty,
                tags=list(dict.fromkeys([*record.tags, *tags])),
                marks=record.marks,
                language=record.language or bank.language,
                explanation=record.explanation,
                source=record.source,
            )
            if publish and bank.requires_review:
                has_waiting = True
            elif publish:
                publish_question(question=question, actor=actor)
        saved.append(question)
        # A heading between two questions says of which type the next one is: it stays.
        kept -= {place for place in range(row.first, row.end) if not _HEADING.match(lines[place])}
    rest = "\n".join(lines[place] for place in sorted(kept)).strip("\n")
    if all(row.record is not None for row in rows):
        rest = ""
    return QuickResult(saved=tuple(saved), rest=rest, has_waiting=has_waiting)
