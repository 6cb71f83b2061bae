"""What a learner answered to questions, when and where, in words: of practice whose feedback is out, and of exams that
are released and keep no keys to themselves.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from exams.delivery.reviewing import learner_policies
from exams.domain.errors import InvalidResponse
from exams.domain.receipts import response_value
from exams.domain.registry import get_type
from exams.domain.responses import split_certainty
from exams.fetch import frozen_slots, seconds_of
from exams.models import Attempt, ItemResult, PracticeAnswer, PracticeChange, QuestionVersion
from exams.practice.question_progress import counting_attempts
from exams.presentation import ask_view, is_answered, verdict_label
from exams.question_parts import plain
from exams.view_models import ReviewPolicy

MOST_SHOWN = 50
LONGEST_WORDS = 400


@dataclass(frozen=True, kw_only=True)
class Given:
    """One answer: when, where (title and address), what was given in words, how it was marked, in how many seconds
    (None: not measured). What the policy of an exam withholds is empty."""

    at: datetime
    is_exam: bool
    title: str
    url: str
    words: str
    verdict: str
    seconds: int | None
    corrected: str = ""
    """Why it is judged otherwise than at first, by a corrected key; empty where it is not."""
    corrected_at: datetime | None = None
    has_new_key: bool = False
    """Whether the key itself was corrected then."""

    @property
    def verdict_label(self) -> str:
        """Return the verdict in the reader's language."""
        return verdict_label(self.verdict)


def list_given(*, user_id: int, question_ids: Collection[int], limit: int = MOST_SHOWN) -> dict[int, tuple[Given, ...]]:
    """Return by question the learner's answers, newest first, at most `limit` each. At most eleven statements, whatever
    the number of questions.

    Practice that gives its feedback at the end tells nothing before it is finished.
    """
    answers = _practised(user_id, question_ids)
    results, attempts = _sat(user_id, question_ids)
    wanted = {row.version_id for row in answers} | {row.version_id for row in results}
    versions = QuestionVersion.objects.in_bulk(wanted)
    found: dict[int, list[Given]] = {}
    corrected = _corrections(user_id, question_ids) if answers else {}
    for row in answers:
        version = versions.get(row.version_id)
        if version is not None:
            found.setdefault(row.question_id, []).append(_of_practice(row, version, corrected.get(row.pk)))
    policies = learner_policies((attempt.exam for attempt in attempts.values()), now=now_utc())
    opened = {pk: _Sat(attempt) for pk, attempt in attempts.items()}
    for result in results:
        version = versions.get(result.version_id)
        if version is not None and result.attempt_id in opened:
            sat = opened[result.attempt_id]
            given = sat.given(result, version, policies[sat.attempt.exam_id])
            found.setdefault(result.question_id, []).append(given)
    return {pk: tuple(sorted(rows, key=lambda given: given.at, reverse=True)[:limit]) for pk, rows in found.items()}


def _corrections(user_id: int, question_ids: Collection[int]) -> dict[int, PracticeChange]:
    """Return by answer the regrade that judges it now, without those that were taken back: one statement."""
    rows = PracticeChange.objects.filter(user_id=user_id, question_id__in=question_ids).select_related("change_set")
    last = {row.answer_id: row for row in rows.order_by("pk")}
    return {pk: row for pk, row in last.items() if row.change_set.undoes_id is None}


def _practised(user_id: int, question_ids: Collection[int]) -> list[PracticeAnswer]:
    return list(
        PracticeAnswer.objects.filter(user_id=user_id, question_id__in=question_ids)
        .filter(Q(session__feedback="at_once") | Q(session__finished_at__isnull=False))
        .select_related("session")
        .defer("session__states")
        .order_by("-answered_at", "-id")
    )


def _sat(user_id: int, question_ids: Collection[int]) -> tuple[list[ItemResult], dict[int, Attempt]]:
    counting = [attempt.pk for attempt in counting_attempts(user_id)]
    if not counting:
        return [], {}
    results = list(ItemResult.objects.filter(attempt_id__in=counting, question_id__in=question_ids))
    wanted = {row.attempt_id for row in results}
    return results, {row.pk: row for row in Attempt.objects.filter(pk__in=wanted).select_related("exam")}


def _of_practice(answer: PracticeAnswer, version: QuestionVersion, change: PracticeChange | None) -> Given:
    session = answer.session
    item = session.items[answer.index] if answer.index < len(session.items) else {}
    return Given(
        at=answer.answered_at,
        is_exam=False,
        title=session.title,
        url=f"{reverse('practice:session', args=[session.public_id])}?n={answer.index + 1}",
        words=answer_words(version, response_value(answer.response), order=item.get("order") or {}),
        verdict=_verdict(answer.state, answer.fraction),
        seconds=answer.seconds or None,
        corrected=change.change_set.reason if change else "",
        corrected_at=change.changed_at if change else None,
        has_new_key=change is not None and change.change_set.key is not None,
    )


class _Sat:
    """An attempt opened once for all its questions."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.orders = {slot.slot: slot.order for slot in frozen_slots(attempt.paper)} if attempt.paper else {}
        self.seconds = seconds_of(attempt, now=now_utc())

    def given(self, result: ItemResult, version: QuestionVersion, policy: ReviewPolicy) -> Given:
        attempt = self.attempt
        stored = str(attempt.responses.get(str(result.slot), ""))
        place = result.slot - 1
        return Given(
            at=attempt.submitted_at or attempt.released_at or attempt.started_at,
            is_exam=True,
            title=attempt.exam.title,
            url=f"{reverse('exams:review', args=[attempt.public_id])}#question-{result.slot}",
            words=answer_words(version, response_value(stored), order=self.orders.get(result.slot, {}))
            if policy.answers
            else "",
            verdict=_verdict(result.state, result.fraction) if policy.marks else "",
            seconds=self.seconds[place] if self.seconds is not None and place < len(self.seconds) else None,
        )


def _verdict(state: str, fraction: float | None) -> str:
    if state == "blank":
        return "blank"
    if state == "pending" or fraction is None:
        return "pending"
    if fraction >= 1 - 1e-6:
        return "right"
    return "partial" if fraction > 1e-6 else "wrong"


def answer_words(version: QuestionVersion, response: Any, *, order: Mapping[str, Any]) -> str:
    """Return a response in words, at most LONGEST_WORDS characters, options with the letters that the learner saw; "not
    answered" for a blank."""
    try:
        raw, _certainty = split_certainty(response)
    except InvalidResponse:
        raw = response
    if not is_answered(raw):
        return _("not answered")
    question_type = get_type(version.type)
    try:
        content = question_type.bind(question_type.parse_content(version.content), order)
        words = question_type.summarise_response(content, question_type.parse_response(content, raw))
        view = ask_view(type=version.type, content=version.content, name="q", order=order, response=raw)
        has_letters = bool(question_type.option_order(content))  # right and wrong stand there without letters
        chosen = [
            f"{option.letter}. {plain(option.html)}" if has_letters else plain(option.html)
            for option in view.options
            if option.is_chosen
        ]
    except (ValueError, InvalidResponse):
        words, chosen = str(raw), []
    text = "; ".join(chosen) or words or _("not answered")
    return text if len(text) <= LONGEST_WORDS else f"{text[:LONGEST_WORDS]}…"
