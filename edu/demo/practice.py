"""Practice of the history: sessions with real marks, and the wrong-answer book that they fill."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from edu.demo.learners import Learner
from edu.demo.shelves import Shelf
from exams.domain.grading import load_question
from exams.domain.marks import MarkState
from exams.domain.receipts import canonical_response
from exams.models import PracticeAnswer, PracticeSession, Question, QuestionVersion
from exams.practice.answers import state_letter
from exams.practice.question_progress import rebuild


def practise(
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
        practise_once(person, shelf, versions, at=began_at, chance=chance)


def practise_once(
    person: Learner, shelf: Shelf, versions: dict[int, QuestionVersion], *, at: datetime, chance: random.Random
) -> None:
    """Practise some questions of one chapter."""
    by_topic: dict[Any, list[Question]] = {}
    for question in shelf.questions:
        by_topic.setdefault(question.topic, []).append(question)
    topic = chance.choice(sorted(by_topic, key=lambda row: row.pk if row else 0))
    picked = chance.sample(by_topic[topic], k=min(len(by_topic[topic]), chance.randint(5, 9)))
    _practice_session(person, topic, picked, versions, at=at, chance=chance)


def _practice_session(
    person: Learner,
    topic: Any,
    picked: list[Question],
    versions: dict[int, QuestionVersion],
    *,
    at: datetime,
    chance: random.Random,
) -> None:
    items, answers, rights, moment = [], [], 0, at
    for index, question in enumerate(picked):
        version = versions[question.current_version_id or 0]
        response = person.answer(version, difficulty=question.difficulty, chance=chance)
        mark = load_question(version.type, version.content, version.key).grade(response)
        seconds = chance.randint(12, 110)
        moment += timedelta(seconds=seconds)
        is_blank = mark.state == MarkState.BLANK
        items.append({"version_id": version.pk, "question_id": question.pk, "marks": str(version.marks), "order": {}})
        answers.append(
            PracticeAnswer(
                user=person.user,
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
        rights += bool(mark.is_correct) and not is_blank
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
            right_count=rights,
            states="".join(state_letter(answer) for answer in answers),
            started_at=at,
            active_at=moment,
            finished_at=moment,
        )
        for answer in answers:
            answer.session = session
        PracticeAnswer.objects.bulk_create(answers)
        rebuild(user_id=person.user.pk, question_ids=[question.pk for question in picked])
