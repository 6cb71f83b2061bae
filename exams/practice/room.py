"""What a practice page shows: the question as it is asked, or with feedback and history; the result with every
question."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from edu.core.clock import now_utc
from exams.domain.certainty import certainty_fraction
from exams.domain.grading import Mark, PartMark
from exams.form_responses import response_from_form
from exams.models import PracticeAnswer, PracticeSession, QuestionProgress, QuestionVersion
from exams.practice.answers import grade_item, judged_mark
from exams.practice.hidden import hidden_questions
from exams.presentation import ask_view, certainty_rows, review_view

HISTORY_SIZE = 5


@dataclass(frozen=True, kw_only=True)
class PaletteEntry:
    """One number of the palette; `state` is empty, answered, right, partial, wrong or pending."""

    number: int
    state: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class OwnHistory:
    """How this learner did with the question, and what part of the marks all learners earn with it on average, per cent
    (None while too few have answered)."""

    tries: int = 0
    right: int = 0
    others_percent: int | None = None


@dataclass(frozen=True, kw_only=True)
class ItemPage:
    """One question of a session with everything around it."""

    session: PracticeSession
    index: int
    version: QuestionVersion
    question: Any
    answer: PracticeAnswer | None
    shows_feedback: bool
    palette: tuple[PaletteEntry, ...]
    history: OwnHistory = field(default_factory=OwnHistory)
    progress: QuestionProgress | None = None
    is_hidden: bool = False

    @property
    def entry(self) -> QuestionProgress | None:
        """Return the entry of the wrong-answer book, None when the question was never wrong."""
        return self.progress if self.progress is not None and self.progress.last_wrong_at is not None else None

    @property
    def number(self) -> int:
        """Return the place in the session, from 1."""
        return self.index + 1

    @property
    def total(self) -> int:
        """Return how many questions the session has."""
        return len(self.session.items)

    @property
    def next_number(self) -> int | None:
        """Return the next number, None on the last question."""
        return self.number + 1 if self.number < self.total else None

    @property
    def previous_number(self) -> int | None:
        """Return the number before, None on the first question."""
        return self.number - 1 if self.index else None

    @property
    def is_pending(self) -> bool:
        """Whether the learner has to judge her own answer."""
        return self.answer is not None and self.answer.state == "pending"

    @property
    def is_all_answered(self) -> bool:
        """Whether nothing is left to answer."""
        return all(entry.state for entry in self.palette)


def parts_of(parts: tuple[PartMark, ...]) -> list[dict[str, Any]]:
    """Return part marks as review views take them."""
    return [
        {
            "id": part.id,
            "fraction": part.fraction,
            "correct": part.is_correct,
            "given": part.given,
            "parts": parts_of(part.parts),
        }
        for part in parts
    ]


def _palette_state(answer: PracticeAnswer | None, session: PracticeSession, *, is_hidden: bool) -> str:
    if answer is None:
        return ""
    if is_hidden or (session.feedback == "at_end" and session.finished_at is None):
        return "answered"
    if answer.state == "pending":
        return "pending"
    fraction = answer.fraction or 0
    return "right" if fraction >= 1 - 1e-6 else "partial" if fraction > 1e-6 else "wrong"


def response_of(answer: PracticeAnswer | None) -> Any:
    """Return the stored response, None for a blank."""
    return json.loads(answer.response) if answer and answer.response else None


def _share(answer: PracticeAnswer, certainty: int | None) -> Decimal | None:
    """Return the fraction of the marks that an answer earns, by the certainty that counted with it."""
    if answer.fraction is None or certainty is None:
        return None if answer.fraction is None else Decimal(str(answer.fraction))
    return Decimal(str(certainty_fraction(answer.fraction, certainty)))


def _reviewed(
    version: QuestionVersion, item: Mapping[str, Any], answer: PracticeAnswer, number: int, *, asks_certainty: bool
) -> Any:
    """Return the question with feedback: right answer, explanation, what each option says."""
    response = response_of(answer)
    mark: Mark = grade_item(version, response, order=item.get("order"), asks_certainty=asks_certainty)
    if answer.state == "graded":
        mark = judged_mark(mark, answer.fraction)
    share = _share(answer, mark.certainty)
    earned = None if share is None else share * Decimal(item["marks"])
    return review_view(
        type=version.type,
        content=version.content,
        key=version.key,
        name=f"q{number}",
        number=str(number),
        marks=item["marks"],
        order=item.get("order") or {},
        response=response,
        state=answer.state,
        fraction=answer.fraction,
        mark=earned,
        parts=parts_of(mark.parts),
        explanation=version.explanation,
        source=version.source,
        slot=number,
        asks_certainty=asks_certainty,
    )


def item_page(*, session: PracticeSession, index: int | None) -> ItemPage:
    """Return one question of the caller's session; without an index the first open one from where she stopped.

    While an exam of hers hides the key of the question it is not shown at all. Three queries while it is asked, four
    with feedback; none grows with the length of the session.
    """
    hidden = hidden_questions(user_id=session.user_id, now=now_utc())
    answers = {row.index: row for row in PracticeAnswer.objects.filter(session=session)}
    if index is None:
        places = [*range(session.position, len(session.items)), *range(session.position)]
        index = next((place for place in places if place not in answers), session.position)
    item = session.items[index]
    version = QuestionVersion.objects.select_related("statistics").get(pk=item["version_id"])
    answer = answers.get(index)
    is_finished = session.finished_at is not None
    is_hidden = version.question_id in hidden
    shows_feedback = answer is not None and (session.feedback == "at_once" or is_finished) and not is_hidden
    if answer is not None and shows_feedback:
        question = _reviewed(version, item, answer, index + 1, asks_certainty=session.asks_certainty)
    else:
        question = ask_view(
            type=version.type,
            content=version.content,
            name=f"q{index + 1}",
            number=str(index + 1),
            marks=item["marks"],
            order=item.get("order") or {},
            response=response_of(answer),
            slot=index + 1,
            asks_certainty=session.asks_certainty,
        )
    palette = tuple(
        PaletteEntry(
            number=place + 1,
            state=_palette_state(answers.get(place), session, is_hidden=shown["question_id"] in hidden),
            is_current=place == index,
        )
        for place, shown in enumerate(session.items)
    )
    progress = _progress(session.user_id, version.question_id) if shows_feedback else None
    return ItemPage(
        session=session,
        index=index,
        version=version,
        question=question,
        answer=answer,
        shows_feedback=shows_feedback,
        palette=palette,
        history=_history(version, progress) if shows_feedback else OwnHistory(),
        progress=progress,
        is_hidden=is_hidden,
    )


def _history(version: QuestionVersion, progress: QuestionProgress | None) -> OwnHistory:
    statistics = getattr(version, "statistics", None)
    shares = [statistics.practice_facility, statistics.facility] if statistics else []
    share = next((share for share in shares if share is not None), None)
    return OwnHistory(
        tries=progress.answered_count if progress else 0,
        right=progress.right_count if progress else 0,
        others_percent=None if share is None else round(100 * share),
    )


def _progress(user_id: int, question_id: int) -> QuestionProgress | None:
    return QuestionProgress.objects.filter(user_id=user_id, question_id=question_id).select_related("question").first()


def read_response(page: ItemPage, form: Any) -> Any:
    """Return the raw response to the page's question from a posted form; None for a blank."""
    return response_from_form(type=page.version.type, content=page.version.content, form=form, name=f"q{page.number}")


def result_page(*, session: PracticeSession) -> dict[str, Any]:
    """Return what the result shows: score, counts, and each question reviewed, without those that an exam of hers
    hides; three queries whatever the length.
    """
    hidden = hidden_questions(user_id=session.user_id, now=now_utc())
    answers = {row.index: row for row in PracticeAnswer.objects.filter(session=session)}
    versions = QuestionVersion.objects.in_bulk({item["version_id"] for item in session.items})
    questions = []
    certain: list[tuple[int | None, float | None]] = []
    score = maximum = Decimal(0)
    counts = {"right": 0, "partial": 0, "wrong": 0, "blank": 0, "pending": 0}
    for place, item in enumerate(session.items):
        if item["question_id"] in hidden:
            continue
        answer = answers.get(place) or PracticeAnswer(
            index=place, response="", state="blank", fraction=0.0, question_id=item["question_id"]
        )
        version = versions[item["version_id"]]
        view = _reviewed(version, item, answer, place + 1, asks_certainty=session.asks_certainty)
        questions.append(view)
        certain.append((view.certainty, answer.fraction))
        maximum += Decimal(item["marks"])
        score += (_share(answer, view.certainty) or 0) * Decimal(item["marks"])
        counts[view.review.verdict] = counts.get(view.review.verdict, 0) + 1
    score = max(score, Decimal(0))
    return {
        "session": session,
        "questions": questions,
        "hidden_count": sum(item["question_id"] in hidden for item in session.items),
        "certainty_rows": certainty_rows(certain),
        "score": score.quantize(Decimal("0.01")).normalize(),
        "maximum": maximum.quantize(Decimal("0.01")).normalize(),
        "percent": round(100 * score / maximum) if maximum else 0,
        "counts": counts,
        "seconds": sum(answer.seconds for answer in answers.values()),
    }
