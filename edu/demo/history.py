"""A plausible past: learners who bought, learned, practised, sat exams, and some who gave up.

Orders and attempts go through the use cases with their own moments; lesson progress and practice, of which there is
much, are written in bulk with real marks. The same seed makes the same choices.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from courses.learning.enrol import enrol
from courses.models import Course, Enrolment, Lesson, LessonProgress
from courses.services import recount_learners
from edu.access.models import Grant
from edu.accounts.models import User
from edu.analytics.queries import has_figures
from edu.analytics.services import roll_up_range
from edu.core.errors import DomainError
from edu.demo.answers import essay, right_answer, wrong_answer
from edu.demo.names import learner_names
from edu.demo.people import PASSWORD
from edu.demo.recent import enliven_recent_days
from exams.delivery.release import release_closed_exams
from exams.delivery.start import start_attempt
from exams.delivery.submit import submit_attempt
from exams.domain.grading import load_question
from exams.domain.marks import MarkState
from exams.domain.receipts import canonical_response
from exams.marking.mark import mark_by_hand
from exams.models import Attempt, Exam, ItemResult, PracticeAnswer, PracticeSession, Question, QuestionVersion
from exams.practice.book import Outcome, record_outcomes
from payments import services as payments
from payments.models import Offer

PHONE_BASE = 13_900_000_000
NEWCOMER_EVERY = 5
"""Invented numbers: no operator gives out 1390000xxxx in this form, and nothing is sent to them."""


@dataclass(frozen=True, kw_only=True)
class Learner:
    """A learner of the history: ability is the chance of a right answer to a question of middling difficulty."""

    user: User
    ability: float
    diligence: float
    began_at: datetime


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A course on sale with what belongs to it, read once."""

    course: Course
    offer: Offer
    lessons: tuple[Lesson, ...]
    questions: tuple[Question, ...]
    exams: tuple[Exam, ...]
    lesson_count: int


def has_history() -> bool:
    """Whether a history was generated before: the daily figures are its last step."""
    return has_figures()


def generate_history(*, learners: int, days: int, seed: int, now: datetime, guide: User | None = None) -> int:
    """Add `learners` people with a past of at most `days` days; return how many.

    `guide` is the learner whom visitors play: she gets a course half-way through and an exam behind her.
    """
    chance = random.Random(seed)  # noqa: S311 - plausibility, not secrecy
    shelves = _shelves()
    versions = QuestionVersion.objects.in_bulk(
        [question.current_version_id for shelf in shelves for question in shelf.questions]
    )
    people = _make_people(count=learners, days=days, now=now, chance=chance)
    for person in people:
        for shelf in chance.sample(shelves, k=1 if chance.random() < 0.75 else min(2, len(shelves))):
            _live(person, shelf, versions, now=now, chance=chance)
    if guide is not None and shelves:
        _guide_past(guide, shelves[0], versions, now=now, chance=chance)
    if shelves:

        def practise(user: User, at: datetime) -> None:
            person = next(row for row in people if row.user == user)
            _practise_once(person, chance.choice(shelves), versions, at=at, chance=chance)

        enliven_recent_days(people=[person.user for person in people], practise=practise, now=now, chance=chance)
    recount_learners()
    today = timezone.localdate(now)
    roll_up_range(from_on=today - timedelta(days=days), to_on=today)
    return len(people)


def _shelves() -> list[Shelf]:
    """Return the courses on sale, the oldest first."""
    found = []
    for course in Course.objects.filter(status="published", organization__isnull=True).order_by("id"):
        offer = Offer.objects.filter(product_key=course.product_key, status="on_sale").first()
        if offer is None:
            continue
        keys = set(course.inclusions.values_list("product_key", flat=True))
        banks = [key.split(":", 1)[1] for key in keys if key.startswith("bank:")]
        exams = [key.split(":", 1)[1] for key in keys if key.startswith("exam:")]
        found.append(
            Shelf(
                course=course,
                offer=offer,
                lessons=tuple(
                    Lesson.objects.filter(course=course, removed_at__isnull=True).order_by(
                        "chapter__position", "position"
                    )
                ),
                questions=tuple(
                    Question.objects.filter(bank__public_id__in=banks, status="published")
                    .exclude(type="essay")
                    .select_related("topic")
                ),
                exams=tuple(Exam.objects.filter(public_id__in=exams, opens_at__lt=offer.published_at)),
                lesson_count=course.lesson_count,
            )
        )
    return found


def _make_people(*, count: int, days: int, now: datetime, chance: random.Random) -> list[Learner]:
    """Write accounts with phones, no mail addresses, and one shared password."""
    password = make_password(PASSWORD)
    first = PHONE_BASE + User.objects.filter(phone__startswith=f"+86{PHONE_BASE // 100_000}").count() + 1
    rows, facts = [], []
    for number, name in enumerate(learner_names(count, chance)):
        began_at = now - timedelta(days=days * chance.random() ** 0.8, hours=chance.randrange(14))
        if number % NEWCOMER_EVERY == 0:
            # Some come in the last days, so that yesterday is not an empty day at the operator's desk.
            began_at = now - timedelta(hours=chance.uniform(26, min(24 * days, 96)))
        user = User(
            username=f"demo-{first + number}",
            phone=f"+86{first + number}",
            phone_verified=True,
            display_name=name,
            real_name=name,
            language="zh-hans" if not name.isascii() else "en",
            password=password,
            date_joined=began_at,
        )
        rows.append(user)
        facts.append((min(0.97, max(0.25, chance.gauss(0.68, 0.16))), chance.betavariate(2.2, 1.4), began_at))
    User.objects.bulk_create(rows)
    return [
        Learner(user=user, ability=ability, diligence=diligence, began_at=began_at)
        for user, (ability, diligence, began_at) in zip(rows, facts, strict=True)
    ]


def _live(
    person: Learner, shelf: Shelf, versions: dict[int, QuestionVersion], *, now: datetime, chance: random.Random
) -> None:
    """Let one person meet one course."""
    bought_at = person.began_at + timedelta(hours=chance.random() * 60)
    if bought_at >= now or not _buy(person, shelf, at=bought_at, chance=chance):
        return
    studied_until = _study(person, shelf, since=bought_at, now=now, chance=chance)
    _practise(person, shelf, versions, since=bought_at, until=studied_until, chance=chance)
    if person.diligence > 0.45:
        _sit_exams(person, shelf, since=bought_at, now=now, chance=chance)


def _buy(person: Learner, shelf: Shelf, *, at: datetime, chance: random.Random) -> bool:
    """Place an order and pay it; now and then the payment fails, and rarely the money goes back. True when owned."""
    coupons = ["WELCOME20"] if chance.random() < 0.4 else []
    try:
        placed = payments.place_order(
            user=person.user,
            items=[(shelf.offer.public_id, 1)],
            idempotency_key=f"history-{person.user.pk}-{shelf.course.pk}",
            accept_terms=True,
            coupon_codes=coupons,
            now=at,
        )
    except DomainError:
        return False
    roll = chance.random()
    if roll < 0.08:
        return False
    payments.pay_in_sandbox(
        user=person.user,
        order_public_id=placed.public_id,
        choice="failure" if roll < 0.12 else "success",
        now=at + timedelta(minutes=2),
    )
    if roll < 0.12:
        return False
    Grant.objects.filter(user=person.user, from_at__gt=at).update(from_at=at + timedelta(minutes=2))
    if roll < 0.15:
        payments.refund_order(
            actor=None,
            order_public_id=placed.public_id,
            reason="不符合预期",
            idempotency_key=f"history-refund-{person.user.pk}-{shelf.course.pk}",
            now=at + timedelta(days=2),
        )
        return False
    return True


def _study(person: Learner, shelf: Shelf, *, since: datetime, now: datetime, chance: random.Random) -> datetime:
    """Complete the first part of the lessons, a few an evening; return when the last was worked on."""
    share = min(1.0, person.diligence * chance.uniform(0.6, 1.4))
    moment = since + timedelta(hours=chance.random() * 5)
    rows = []
    for lesson in shelf.lessons[: max(1, round(share * len(shelf.lessons)))]:
        if moment >= now:
            break
        done_at = moment + timedelta(minutes=lesson.minutes * chance.uniform(0.7, 1.8))
        rows.append(
            LessonProgress(
                user=person.user,
                lesson=lesson,
                opened_at=moment,
                reported_at=done_at,
                percent=100,
                watched_seconds=lesson.minutes * 60 * chance.uniform(0.9, 1.3) if lesson.kind == "video" else 0,
                completed_at=done_at,
            )
        )
        moment = done_at + timedelta(hours=chance.choice([0, 0, 1, 20, 26, 48]) * chance.uniform(0.4, 1.3))
    LessonProgress.objects.bulk_create(rows, ignore_conflicts=True)
    enrolment_id = enrol(user_id=person.user.pk, course_id=shelf.course.pk, now=since)
    if rows:
        User.objects.filter(pk=person.user.pk).update(last_login=rows[-1].opened_at)
        Enrolment.objects.filter(pk=enrolment_id).update(
            active_at=rows[-1].completed_at,
            progress_percent=round(100 * len(rows) / shelf.lesson_count),
            last_lesson=rows[-1].lesson,
            completed_at=rows[-1].completed_at if len(rows) == shelf.lesson_count else None,
        )
    return min(moment, now)


def _practise(
    person: Learner,
    shelf: Shelf,
    versions: dict[int, QuestionVersion],
    *,
    since: datetime,
    until: datetime,
    chance: random.Random,
) -> None:
    """Practise chapters between two moments, and fill the wrong-answer book with what went wrong."""
    span = max((until - since).total_seconds(), 3600)
    for _session in range(round(person.diligence * 6)):
        began_at = since + timedelta(seconds=chance.random() * span)
        _practise_once(person, shelf, versions, at=began_at, chance=chance)


def _practise_once(
    person: Learner, shelf: Shelf, versions: dict[int, QuestionVersion], *, at: datetime, chance: random.Random
) -> None:
    """Practise some questions of one chapter."""
    by_topic: dict[Any, list[Question]] = {}
    for question in shelf.questions:
        by_topic.setdefault(question.topic, []).append(question)
    topic = chance.choice(sorted(by_topic, key=lambda row: row.pk if row else 0))
    picked = chance.sample(by_topic[topic], k=min(len(by_topic[topic]), chance.randint(5, 9)))
    _practice_session(person, topic, picked, versions, at=at, chance=chance)


def _answer(person: Learner, version: QuestionVersion, difficulty: int, chance: random.Random) -> Any:
    """Return what the person would answer."""
    if chance.random() < person.ability - (difficulty - 3) * 0.09:
        return right_answer(version.type, version.content, version.key)
    return wrong_answer(version.type, version.content, version.key, chance=chance)


def _practice_session(
    person: Learner,
    topic: Any,
    picked: list[Question],
    versions: dict[int, QuestionVersion],
    *,
    at: datetime,
    chance: random.Random,
) -> None:
    items, answers, outcomes, moment = [], [], [], at
    for index, question in enumerate(picked):
        version = versions[question.current_version_id or 0]
        response = _answer(person, version, question.difficulty, chance)
        mark = load_question(version.type, version.content, version.key).grade(response)
        seconds = chance.randint(12, 110)
        moment += timedelta(seconds=seconds)
        is_blank = mark.state == MarkState.BLANK
        items.append({"version_id": version.pk, "question_id": question.pk, "marks": str(version.marks), "order": {}})
        answers.append(
            PracticeAnswer(
                index=index,
                question_id=question.pk,
                version_id=version.pk,
                response="" if is_blank else canonical_response(response),
                state=mark.state.value,
                fraction=mark.fraction,
                seconds=seconds,
                answered_at=moment,
            )
        )
        outcomes.append(
            Outcome(
                question_id=question.pk,
                version_id=version.pk,
                response="" if is_blank else canonical_response(response),
                fraction=mark.fraction,
                is_blank=is_blank,
            )
        )
    with transaction.atomic():
        session = PracticeSession.objects.create(
            user=person.user,
            mode=PracticeSession.Mode.CHAPTER,
            title=topic.name if topic else "",
            bank=picked[0].bank,
            topic=topic,
            items=items,
            position=len(items) - 1,
            answered_count=len(items),
            right_count=sum(outcome.is_right for outcome in outcomes),
            started_at=at,
            active_at=moment,
            finished_at=moment,
        )
        for answer in answers:
            answer.session = session
        PracticeAnswer.objects.bulk_create(answers)
        record_outcomes(
            user_id=person.user.pk, outcomes=outcomes, source_kind="practice", source_id=session.pk, at=moment
        )


def _sit_exams(person: Learner, shelf: Shelf, *, since: datetime, now: datetime, chance: random.Random) -> None:
    """Sit the exams whose window the person was there for."""
    for exam in shelf.exams:
        begin, end = max(exam.opens_at, since), min(exam.closes_at, now - timedelta(hours=1))
        room = (end - begin).total_seconds() - exam.duration_seconds
        if room <= 0 or chance.random() > 0.8:
            continue
        sit_exam(person, exam, at=begin + timedelta(seconds=chance.random() * room), chance=chance)


def sit_exam(person: Learner, exam: Exam, *, at: datetime, chance: random.Random) -> Attempt | None:
    """Start, answer and hand in one attempt; None where the person may not."""
    try:
        opened = start_attempt(user_id=person.user.pk, exam_id=exam.public_id, now=at)
    except DomainError:
        return None
    attempt = opened.attempt
    slots = [slot for section in attempt.paper["sections"] for slot in section["slots"]]
    versions = QuestionVersion.objects.select_related("question").in_bulk([slot["version_id"] for slot in slots])
    responses = {}
    for slot in slots:
        version = versions[slot["version_id"]]
        if version.type == "essay":
            response: Any = essay(chance, language=exam.language)
        else:
            response = _answer(person, version, version.question.difficulty, chance)
        responses[str(slot["slot"])] = "" if response is None else canonical_response(response)
    ended_at = at + timedelta(seconds=exam.duration_seconds * chance.uniform(0.35, 0.97))
    Attempt.objects.filter(pk=attempt.pk).update(responses=responses, seq=len(slots), saved_at=ended_at)
    return submit_attempt(user_id=person.user.pk, attempt_id=attempt.pk, now=ended_at)


def _guide_past(
    guide: User, shelf: Shelf, versions: dict[int, QuestionVersion], *, now: datetime, chance: random.Random
) -> None:
    """Give the learner whom visitors play a course half-way through, practice, and one exam behind her."""
    began_at = now - timedelta(days=24)
    person = Learner(user=guide, ability=0.66, diligence=0.6, began_at=began_at)
    placed = payments.place_order(
        user=guide,
        items=[(shelf.offer.public_id, 1)],
        idempotency_key="history-guide",
        accept_terms=True,
        now=began_at,
    )
    payments.pay_in_sandbox(user=guide, order_public_id=placed.public_id, now=began_at + timedelta(minutes=1))
    Grant.objects.filter(user=guide).update(from_at=began_at)
    half = Shelf(
        course=shelf.course,
        offer=shelf.offer,
        lessons=shelf.lessons[: len(shelf.lessons) // 3],
        questions=shelf.questions,
        exams=tuple(exam for exam in shelf.exams if exam.closes_at < now),
        lesson_count=shelf.lesson_count,
    )
    thorough = Learner(user=guide, ability=0.66, diligence=1.0, began_at=began_at)
    _study(thorough, half, since=began_at, now=now, chance=chance)
    _practise(person, half, versions, since=began_at, until=now - timedelta(days=1), chance=chance)
    for exam in half.exams:
        attempt = sit_exam(person, exam, at=exam.closes_at - timedelta(days=2), chance=chance)
        if attempt is not None:
            _mark_essays(attempt, exam, now=exam.closes_at + timedelta(days=1))
    release_closed_exams(now=now)


def _mark_essays(attempt: Attempt, exam: Exam, *, now: datetime) -> None:
    """Let the exam's author give most of the points of each answer that waits for a person."""
    pending = ItemResult.objects.filter(attempt_id=attempt.pk, state="pending").order_by("slot")
    for row in pending:
        mark_by_hand(
            user=exam.owner,
            attempt_id=attempt.pk,
            slot=row.slot,
            points=(row.maximum * Decimal("0.8")).quantize(Decimal("0.5")),
            comment="思路清楚，依据写得全；金额的计算过程请再列细一些。",
            now=now,
        )
