"""Practice: answer, get the feedback and the next question, in one request."""

import uuid
from typing import Annotated, Any, NotRequired, TypedDict

from django.http import HttpRequest, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import BeforeValidator, Field

from edu.core.errors import DomainError
from exams.api.auth import PracticeKeyAuth, own_practice_key
from exams.practice.rendered import html_of
from exams.practice.serving import GivenAnswer, Served, TakenAnswer, serve_answers

MAXIMUM_ANSWERS, MAXIMUM_ASKED = 50, 10
router = Router(tags=["practice"], auth=PracticeKeyAuth())
Place = Annotated[int, Field(ge=0, le=9_999)]


def _tolerated(given: Any) -> int:
    """Return seconds as a number, 0 for anything else: what is said of time never costs an answer."""
    return given if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**31 else 0


class AnswerIn(Schema):
    """The answer to the question at a place (from 0). `blank` says that leaving it empty is meant; what cannot be read
    as seconds is passed over."""

    index: Place
    response: Any = None
    seconds: Annotated[int, BeforeValidator(_tolerated)] = 0
    blank: bool = False


class AnswersIn(Schema):
    """Answers in their order (none where only questions are asked for), and places of questions to be sent."""

    answers: list[AnswerIn] = Field(max_length=MAXIMUM_ANSWERS)
    ask: list[Place] = Field(default=[], max_length=MAXIMUM_ASKED)


class ResultOut(Schema):
    """What is stored for a place. `state` is graded, pending (the learner judges it herself) or blank; while feedback
    waits for the end it is answered, `fraction` is null and `feedback` (HTML) is left out. `is_new` is false where
    something was stored before: that counts, and that is shown.
    """

    index: int
    state: str
    fraction: float | None
    is_new: bool
    feedback: str | None = None


class ItemOut(Schema):
    """A question as it may be shown now (HTML): as it is asked, or with feedback where it is answered already."""

    index: int
    is_answered: bool
    html: str


class AnswersOut(Schema):
    """Results in the order of the answers, the questions that were asked for, and how all stand: `states` has one
    letter a question (- open, r right, p partly, w wrong, b blank, ? waits for the learner's judgement; a answered,
    while feedback waits for the end).
    """

    results: list[ResultOut]
    items: list[ItemOut]
    states: str
    answered_count: int
    is_finished: bool


class _Result(TypedDict):
    index: int
    state: str
    fraction: float | None
    is_new: bool
    feedback: NotRequired[str]


@router.post("/sessions/{uuid:session_id}/answers", response=AnswersOut, summary="Answer, and get what comes next")
def answers_view(request: HttpRequest, session_id: uuid.UUID, body: AnswersIn) -> JsonResponse:
    """Store answers and return their feedback, and the questions asked for, in the language of `Accept-Language`. The
    first answer to a question counts; a repeated one is answered with what is stored. An answer that is refused (422,
    or 409 practice_finished) is named by `field` (`answers.3`: the place); those before it in the list are stored.
    """
    key = own_practice_key(request, session_id)
    given = [
        GivenAnswer(index=row.index, response=row.response, seconds=row.seconds, is_blank=row.blank)
        for row in body.answers
    ]
    with translation.override(translation.get_language_from_request(request)):
        try:
            served = serve_answers(key=key, answers=given, ask=body.ask)
        except DomainError as error:
            error.message = _(error.message)
            raise
        return _sent(served)


def _sent(served: Served) -> JsonResponse:
    """Answer with the fields of AnswersOut, made of values that fit it: ninja would check each of them again."""
    items = [
        {"index": page.index, "is_answered": page.answer is not None, "html": html_of(page)} for page in served.asked
    ]
    return JsonResponse({
        "results": [_result(taken) for taken in served.taken],
        "items": items,
        "states": served.letters,
        "answered_count": served.answered_count,
        "is_finished": served.session.finished_at is not None,
    })  # fmt: skip


def _result(taken: TakenAnswer) -> _Result:
    answer = taken.answer
    if taken.page is None:
        return {"index": answer.index, "state": "answered", "fraction": None, "is_new": taken.is_new}
    return {
        "index": answer.index,
        "state": answer.state,
        "fraction": answer.fraction,
        "is_new": taken.is_new,
        "feedback": html_of(taken.page),
    }
