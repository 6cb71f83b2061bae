"""The invented learners of the history, their talents, and their accounts."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from edu.accounts.models import User
from edu.demo.answers import right_answer, wrong_answer
from edu.demo.names import learner_names
from edu.demo.people import PASSWORD
from exams.models import QuestionVersion

PHONE_BASE = 13_900_000_000
"""Invented numbers: no operator gives out 1390000xxxx in this form, and nothing is sent to them."""
NEWCOMER_EVERY = 5
"""Of so many learners one came in the last days, so that yesterday is not an empty day at the operator's desk."""


@dataclass(frozen=True, kw_only=True)
class Learner:
    """A learner of the history: ability is the chance of a right answer to a question of middling difficulty."""

    user: User
    ability: float
    diligence: float
    began_at: datetime

    def answer(self, version: QuestionVersion, *, difficulty: int, chance: random.Random) -> Any:
        """Return what the person would answer; each step of `difficulty` from the middle (3) costs nine per cent."""
        if chance.random() < self.ability - (difficulty - 3) * 0.09:
            return right_answer(version.type, version.content, version.key)
        return wrong_answer(version.type, version.content, version.key, chance=chance)


def make_learners(*, count: int, days: int, now: datetime, chance: random.Random) -> list[Learner]:
    """Write accounts with phones, no mail addresses, and one shared password."""
    password = make_password(PASSWORD)
    first = PHONE_BASE + User.objects.filter(phone__startswith=f"+86{PHONE_BASE // 100_000}").count() + 1
    rows, facts = [], []
    for number, name in enumerate(learner_names(count, chance)):
        began_at = now - timedelta(days=days * chance.random() ** 0.8, hours=chance.randrange(14))
        if number % NEWCOMER_EVERY == 0:
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
