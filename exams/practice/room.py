"""What a practice page shows: the question as it is asked, or with feedback and history; the result with every
question."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from edu.core.clock import now_utc
from exams.domain.certainty import certainty_fraction
from exams.domain.grading import Mark, PartMark
from exams.form_responses import response_from_form
from exams.models import PracticeAnswer, PracticeSession, QuestionProgress, QuestionVersion
from exams.practice.answers import OPEN_LETTER, grade_item, judged_mark
from exams.practice.decided import key_in_practice, words_in_practice
from exams.practice.hidden import hidden_questions
from exams.practice.versions import PracticeVersion, Version, get_practice_versions
from exams.presentation import ask_view, certainty_rows, review_view

HISTORY_SIZE = 5


UNREAD_OF_QUESTION = tuple(f"question__{name}" for name in ("content", "key", "explanation", "search_text"))
"""Columns of a question that its version has too, or that no page of the room shows."""
STATES = {"-": "", "r": "right", "p": "partial", "w": "wrong", "b": "wrong", "?": "pending", "a": "answered"}
"""What the letters of `shown_letters` mean."""


@dataclass(frozen=True, kw_only=True)
class PaletteEntry:
    """One number of the palette; `state` is empty, answered, right, partial, wrong or pending."""

    number: int
    state: str
    is_current: bool


RESULT_GROUPS = {"wrong": {"wrong", "partial"}, "blank": {"blank"}, "pending": {"pending"}, "right": {"right"}}
"""Verdicts by group, in the order of the result."""


@dataclass(frozen=True, kw_only=True)
class ResultGroup:
    """Questions of a result that went alike; `kind` is a name of RESULT_GROUPS."""

    kind: str
    questions: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class OwnHistory:
    """How this learner did with the question, and what part of the marks all learners earn with it on average, per cent
    (None while too few have answered)."""

    tries: int = 0
    right: int = 0
    others_percent: int | None = None


@dataclass(frozen=True, kw_only=True)
class ItemPage:
    """One question of a session with everything around it; `letters` say how all of them stand, as she may see it."""

    session: PracticeSession
    index: int
    version: Version
    answer: PracticeAnswer | None
    shows_feedback: bool
    mark: Mark | None = None
    palette: tuple[PaletteEntry, ...] = ()
    history: OwnHistory = field(default_factory=OwnHistory)
    progress: QuestionProgress | None = None
    is_hidden: bool = False
    letters: str = ""

    @property
    def item(self) -> Mapping[str, Any]:
        """Return what the session says of the question: marks, and the order of its options where they have one."""
        item: Mapping[str, Any] = self.session.items[self.index]
        return item

    @cached_property
    def question(self) -> Any:
        """Return the question as it may be shown now, made when it is first asked for."""
        return self.question_at(self.number)

    def question_at(self, number: int | str, /) -> Any:
        """Return the question as it may be shown now, under a number or what stands for one."""
        if self.answer is not None and self.shows_feedback:
            return _reviewed(
                self.version,
                self.item,
                self.answer,
                number,
                asks_certainty=self.session.asks_certainty,
                mark=self.mark,
            )
        return ask_view(
            type=self.version.type,
            content=self.version.content,
            name=f"q{number}",
            number=str(number),
            marks=self.item["marks"],
            order=self.item.get("order") or {},
            response=response_of(self.answer),
            asks_certainty=self.session.asks_certainty,
        )

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
        return OPEN_LETTER not in letters_of(self.session)


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


def letters_of(session: PracticeSession, /) -> str:
    """Return how each question of a session stands, one letter a question (PracticeSession.states)."""
    return session.states.ljust(len(session.items), OPEN_LETTER)


def shown_letters(session: PracticeSession, letters: str, /, *, hidden: Collection[int]) -> str:
    """Return the letters as the learner may see them: `a` (answered) hides how, while feedback waits for the end, or an
    exam of hers hides the question (`hidden`: their ids)."""
    if shows_feedback(session) and not hidden:
        return letters
    waits = not shows_feedback(session)
    return "".join(
        "a" if letter != OPEN_LETTER and (waits or item["question_id"] in hidden) else letter
        for letter, item in zip(letters, session.items, strict=False)
    )


def response_of(answer: PracticeAnswer | None) -> Any:
    """Return the stored response, None for a blank."""
    return json.loads(answer.response) if answer and answer.response else None


def _share(answer: PracticeAnswer, certainty: int | None) -> Decimal | None:
    """Return the fraction of the marks that an answer earns, by the certainty that counted with it."""
    if answer.fraction is None or certainty is None:
        return None if answer.fraction is None else Decimal(str(answer.fraction))
    return Decimal(str(certainty_fraction(answer.fraction, certainty)))


def _reviewed(
    version: Version,
    item: Mapping[str, Any],
    answer: PracticeAnswer,
    number: int | str,
    *,
    asks_certainty: bool,
    mark: Mark | None = None,
) -> Any:
    """Return the question with feedback: right answer, explanation, what each option says. `mark` is the answer's own
    where the caller has it."""
    response = response_of(answer)
    if mark is None or asks_certainty:
        mark = grade_item(version, response, order=item.get("order"), asks_certainty=asks_certainty)
    if answer.state == "graded":
        mark = judged_mark(mark, answer.fraction)
    share = _share(answer, mark.certainty)
    earned = None if share is None else share * Decimal(item["marks"])
    return review_view(
        type=version.type,
        content=version.content,
        key=key_in_practice(version),
        decision=words_in_practice(version),
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
        slot=number if isinstance(number, int) else 0,
        asks_certainty=asks_certainty,
    )


def item_page(*, session: PracticeSession, index: int | None) -> ItemPage:
    """Return one question of the caller's session; without an index the first open one from where she stopped.

    While an exam of hers hides the key of the question it is not shown at all. Two queries while it is asked, four with
    feedback; none grows with the length of the session.
    """
    hidden = hidden_questions(user_id=session.user_id, now=now_utc())
    letters = letters_of(session)
    if index is None:
        places = [*range(session.position, len(session.items)), *range(session.position)]
        index = next((place for place in places if letters[place] == OPEN_LETTER), session.position)
    version = get_practice_versions([session.items[index]["version_id"]])[session.items[index]["version_id"]]
    answer = None
    if letters[index] != OPEN_LETTER:
        answer = PracticeAnswer.objects.filter(session=session, index=index).first()
    progress = None
    if answer is not None and shows_feedback(session):
        found = QuestionProgress.objects.filter(user_id=session.user_id, question_id=version.question_id)
        progress = found.select_related("question").first()
    shown = shown_letters(session, letters, hidden=hidden)
    palette = tuple(
        PaletteEntry(number=place + 1, state=STATES[letter], is_current=place == index)
        for place, letter in enumerate(shown)
    )
    return page_of(
        session=session,
        index=index,
        version=version,
        answer=answer,
        progress=progress,
        palette=palette,
        hidden=hidden,
        letters=shown,
    )


def shows_feedback(session: PracticeSession, /) -> bool:
    """Whether what is answered may show what is right: at once, or the practice is finished."""
    return session.feedback == "at_once" or session.finished_at is not None


def page_of(
    *,
    session: PracticeSession,
    index: int,
    version: PracticeVersion,
    answer: PracticeAnswer | None,
    progress: QuestionProgress | None = None,
    mark: Mark | None = None,
    palette: tuple[PaletteEntry, ...] = (),
    hidden: Collection[int],
    letters: str = "",
) -> ItemPage:
    """Return one question of a session as it may be shown now, from rows that are read already; no query.

    `progress` has its question; `mark` is the answer's own where the caller has it; `hidden` are the ids of the
    questions that an exam of hers hides.
    """
    is_hidden = version.question_id in hidden
    reviews = answer is not None and shows_feedback(session) and not is_hidden
    return ItemPage(
        session=session,
        index=index,
        version=version,
        answer=answer,
        shows_feedback=reviews,
        mark=mark if reviews else None,
        palette=palette,
        history=_history(version, progress) if reviews else OwnHistory(),
        progress=progress if reviews else None,
        is_hidden=is_hidden,
        letters=letters,
    )


def _history(version: PracticeVersion, progress: QuestionProgress | None) -> OwnHistory:
    return OwnHistory(
        tries=progress.answered_count if progress else 0,
        right=progress.right_count if progress else 0,
        others_percent=None if version.facility is None else round(100 * version.facility),
    )


def read_response(page: ItemPage, form: Any) -> Any:
    """Return the raw response to the page's question from a posted form; None for a blank."""
    return response_from_form(type=page.version.type, content=page.version.content, form=form, name=f"q{page.number}")


def result_page(*, session: PracticeSession) -> dict[str, Any]:
    """Return what the result shows: score, counts, and each question reviewed, what went wrong first, without
    those that an exam of hers hides; three queries whatever the length."""
    hidden = hidden_questions(user_id=session.user_id, now=now_utc())
    answers = {row.index: row for row in PracticeAnswer.objects.filter(session=session)}
    rows = QuestionVersion.objects.select_related("question").defer(*UNREAD_OF_QUESTION)
    versions = rows.in_bulk({item["version_id"] for item in session.items})
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
        "hidden_count": sum(item["question_id"] in hidden for item in session.items),
        "groups": _grouped(questions),
        "certainty_rows": certainty_rows(certain),
        "score": score.quantize(Decimal("0.01")).normalize(),
        "maximum": maximum.quantize(Decimal("0.01")).normalize(),
        "percent": round(100 * score / maximum) if maximum else 0,
        "counts": counts,
        "seconds": sum(answer.seconds for answer in answers.values()),
    }


def _grouped(questions: Sequence[Any]) -> list[ResultGroup]:
    groups = [
        ResultGroup(
            kind=kind, questions=tuple(question for question in questions if question.review.verdict in verdicts)
        )
        for kind, verdicts in RESULT_GROUPS.items()
    ]
    return [group for group in groups if group.questions]
