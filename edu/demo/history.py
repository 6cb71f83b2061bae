"""A plausible past: learners who bought, learned, practised, sat exams, and some who gave up.

Orders and exams go through the use cases with their own moments; lesson progress and practice, of which there is
much, are written in bulk with real marks. The same seed makes the same choices.
"""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from courses.services import recount_learners
from edu.accounts.models import User
from edu.analytics.queries import has_figures
from edu.analytics.services import roll_up_range
from edu.demo.learners import Learner, make_learners
from edu.demo.practice import practise, practise_once
from edu.demo.purchases import buy, buy_course
from edu.demo.quick import quick_commits
from edu.demo.recent import enliven_recent_days
from edu.demo.shelves import Shelf, list_shelves
from edu.demo.sittings import mark_essays, sit_exam, sit_exams
from edu.demo.study import study
from exams.delivery.release import release_closed_exams
from exams.models import QuestionVersion

Versions = dict[int, QuestionVersion]


def has_history() -> bool:
    """Whether a history was generated before: the daily figures are its last step."""
    return has_figures()


def generate_history(*, learners: int, days: int, seed: int, now: datetime, guide: User | None = None) -> int:
    """Add `learners` people with a past of at most `days` days; return how many.

    `guide` is the learner whom visitors play: she gets a course half-way through and an exam behind her. Broken
    off, what was made so far stays and is whole.
    """
    chance = random.Random(seed)  # noqa: S311 - plausibility, not secrecy
    shelves = list_shelves()
    versions = QuestionVersion.objects.in_bulk(
        [question.current_version_id for shelf in shelves for question in shelf.questions]
    )
    with quick_commits():
        people = make_learners(count=learners, days=days, now=now, chance=chance)
        if shelves:
            for person in people:
                courses = chance.sample(shelves, k=1 if chance.random() < 0.75 else min(2, len(shelves)))
                for shelf in courses:
                    _live(person, shelf, versions, now=now, chance=chance)
            if guide is not None:
                _guide_past(guide, shelves[0], versions, now=now, chance=chance)
            _enliven(people, shelves, versions, now=now, chance=chance)
        recount_learners()
        today = timezone.localdate(now)
        roll_up_range(from_on=today - timedelta(days=days), to_on=today)
    return len(people)


def _live(person: Learner, shelf: Shelf, versions: Versions, *, now: datetime, chance: random.Random) -> None:
    """Let one person meet one course."""
    bought_at = person.began_at + timedelta(hours=chance.random() * 60)
    if bought_at >= now or not buy_course(person, shelf, at=bought_at, chance=chance):
        return
    # Money is committed by itself; all that follows is one transaction.
    with transaction.atomic():
        studied_until = study(person, shelf, since=bought_at, now=now, chance=chance)
        practise(person, shelf, versions, since=bought_at, until=studied_until, chance=chance)
        if person.diligence > 0.45:
            sit_exams(person, shelf, since=bought_at, now=now, chance=chance)


def _enliven(
    people: list[Learner], shelves: list[Shelf], versions: Versions, *, now: datetime, chance: random.Random
) -> None:
    """Let the last days show sales and practice, however chance spread the rest."""
    by_user = {person.user.pk: person for person in people}

    def practise_now(user: User, at: datetime) -> None:
        practise_once(by_user[user.pk], chance.choice(shelves), versions, at=at, chance=chance)

    enliven_recent_days(people=[person.user for person in people], practise=practise_now, now=now, chance=chance)


def _guide_past(guide: User, shelf: Shelf, versions: Versions, *, now: datetime, chance: random.Random) -> None:
    """Give the learner whom visitors play a course half-way through, practice, and one exam behind her."""
    began_at = now - timedelta(days=24)
    person = Learner(user=guide, ability=0.66, diligence=0.6, began_at=began_at)
    buy(guide, shelf.offer, at=began_at, key="history-guide")
    part = replace(
        shelf,
        lessons=shelf.lessons[: len(shelf.lessons) // 3],
        exams=tuple(exam for exam in shelf.exams if exam.closes_at < now),
    )
    study(replace(person, diligence=1.0), part, since=began_at, now=now, chance=chance)
    practise(person, part, versions, since=began_at, until=now - timedelta(days=1), chance=chance)
    for exam in part.exams:
        attempt = sit_exam(person, exam, at=exam.closes_at - timedelta(days=2), chance=chance)
        if attempt is not None:
            mark_essays(attempt, exam, now=exam.closes_at + timedelta(days=1))
    release_closed_exams(now=now)
