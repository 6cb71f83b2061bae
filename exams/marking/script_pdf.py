"""The script of an attempt on paper: answers, marks, the marker's words, explanations; as much as a policy allows."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from edu.documents.sheets import Block, Run, render_sheet
from exams.delivery.room import reviewed_slot
from exams.domain.errors import InvalidResponse
from exams.domain.receipts import response_value
from exams.domain.registry import get_type
from exams.fetch import FrozenSlot, frozen_slots, get_versions
from exams.models import Attempt, ItemResult, QuestionVersion
from exams.presentation import QuestionView, ReviewPolicy, is_answered, number_text
from exams.printing import INDENT, question_blocks, rich_blocks, runs_of
from exams.question_parts import plain

STAFF = ReviewPolicy()


def script_pdf(*, attempt: Attempt, policy: ReviewPolicy, language: str, name: str) -> bytes:
    """Return an attempt (with exam) as an A4 PDF in a language; `name` stands at its head, empty for none.

    The same view models as the review page: what the policy withholds is not in the file. Three statements, and one
    for each picture.
    """
    with override(language):
        blocks = [*_head(attempt, policy, name), *_questions(attempt, policy)]
        return render_sheet(title=attempt.exam.title, blocks=blocks, language=language, footer=_footer(attempt, name))


def _footer(attempt: Attempt, name: str) -> str:
    return " · ".join(part for part in (attempt.exam.title, name) if part)


def _moment(moment: datetime | None) -> str:
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else "–"


def _head(attempt: Attempt, policy: ReviewPolicy, name: str) -> Iterator[Block]:
    yield Block(kind="title", runs=[Run(text=attempt.exam.title)], space=3)
    lines = [(_("Candidate"), name)] if name else []
    lines += [
        (_("Attempt"), str(attempt.number)),
        (_("Started"), _moment(attempt.started_at)),
        (_("Handed in"), _moment(attempt.submitted_at)),
    ]
    if attempt.score is not None:
        lines.append((_("Score"), f"{number_text(attempt.score)} / {number_text(attempt.maximum)}"))
        lines.append((_("Result"), _("Passed") if attempt.passed else _("Not passed")))
    for label, value in lines:
        yield Block(runs=[Run(text=f"{label}  ", bold=True), Run(text=value)])
    yield Block(kind="space", space=5)


def _questions(attempt: Attempt, policy: ReviewPolicy) -> Iterator[Block]:
    slots = frozen_slots(attempt.paper)
    versions = get_versions(slot.version_id for slot in slots)
    results = {row.slot: row for row in ItemResult.objects.filter(attempt_id=attempt.pk)}
    for place, section in enumerate(attempt.paper["sections"]):
        if section.get("title"):
            yield Block(kind="heading", runs=[Run(text=section["title"])], space=2)
        for slot in slots:
            if slot.section != place:
                continue
            version = versions[slot.version_id]
            view = reviewed_slot(
                attempt=attempt, slot=slot, version=version, result=results.get(slot.slot), policy=policy
            )
            words = answer_text(view, version, slot, attempt.responses.get(str(slot.slot), ""))
            yield from _question(view, words, policy)


def _question(view: QuestionView, words: str, policy: ReviewPolicy) -> Iterator[Block]:
    asked = question_blocks(view, label=f"{view.number}.", shows_marks=True)
    if not (view.options or view.fields or view.segments or view.questions or view.extra):
        asked = asked[:-2]  # the empty line to write on
    yield from asked
    review = view.review
    if review is None:
        return
    if policy.answers:
        yield from _labelled(_("Answer"), words)
    yield from _marks(view)
    if policy.keys and view.right_text:
        yield from _labelled(_("Right answer"), view.right_text)
    if policy.keys and view.model_answer:
        yield from _rich(_("Model answer"), str(view.model_answer))
    if review.explanation:
        yield from _rich(_("Explanation"), str(review.explanation))
    for part in view.questions:
        if part.review and part.review.explanation:
            yield from _rich(f"{part.number} {_('Explanation')}", str(part.review.explanation))
    if review.comment:
        yield from _labelled(_("The marker's comment"), review.comment)
    yield Block(kind="space", space=5)


def _marks(view: QuestionView) -> Iterator[Block]:
    review = view.review
    if review is None or not (review.verdict_label or review.mark):
        return
    words = review.verdict_label
    if review.mark:
        words = f"{review.mark} / {review.maximum}" + (f"  ({words})" if words else "")
    yield from _labelled(_("Mark given"), words)
    for line in view.rubric:
        if line.earned:
            said = "".join(f" – {level.text}" for level in line.levels if level.is_reached)
            words = f"{plain(str(line.html))}: {line.earned} / {line.points}{said}"
            yield Block(runs=runs_of(words), indent=2 * INDENT, label="•")


def answer_text(view: QuestionView, version: QuestionVersion, slot: FrozenSlot, stored: str) -> str:
    """Return a stored answer in words, the letters of its options before them as the learner saw them."""
    raw = response_value(stored)
    if not is_answered(raw):
        return _("not answered")
    question_type = get_type(version.type)
    try:
        content = question_type.bind(question_type.parse_content(version.content), slot.order)
        words = question_type.summarise_response(content, question_type.parse_response(content, raw))
    except (ValueError, InvalidResponse):
        words = str(raw)
    chosen = [f"{option.letter}. {plain(option.html)}" for option in view.options if option.is_chosen]
    return "; ".join(chosen) or words or _("not answered")


def _labelled(label: str, text: str) -> list[Block]:
    lines = text.split("\n") if text else ["–"]
    first = Block(runs=[Run(text=f"{label}:  ", bold=True), *runs_of(lines[0])], indent=INDENT, keeps=8)
    return [first, *(Block(runs=runs_of(line or " "), indent=INDENT) for line in lines[1:])]


def _rich(label: str, html: str) -> list[Block]:
    head = Block(runs=[Run(text=f"{label}:", bold=True)], indent=INDENT, keeps=12)
    return [head, *rich_blocks(html, indent=INDENT)]
