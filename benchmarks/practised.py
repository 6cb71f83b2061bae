"""Practice and a cohort's past results in bulk: `python -m benchmarks.practised PLAN.json SESSIONS`, `... grow N` and
`... weak`.

Runs under benchmarks.settings in processes of its own. One learner answers a whole practice by the platform's own use
case; what she left is copied for as many others as the wanted number of results takes.
"""

import itertools
import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

CLIENTS = 16
LENGTH = 150
"""Questions of each session."""
COPIED_AT_ONCE = 250
SPREAD_DAYS = 30
"""Over how many days the cohort's past results are spread."""
PAGES = 7
"""How often the page of weak topics is asked for."""
TEMPLATE, COHORT = "Benchmark: template", "Benchmark: cohort"


def main(arguments: list[str]) -> int:
    """Make the database with sessions to practise in, let the cohort's past results grow to a number, or ask for the
    page of where a class fails."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django

    django.setup()
    from benchmarks.data import make_database, tidy

    if arguments[0] == "grow":
        print(json.dumps({"statements": grow(int(arguments[1]))}))
    elif arguments[0] == "weak":
        print(json.dumps(weak_topics_page()))
        return 0
    else:
        make_database()
        Path(arguments[0]).write_text(json.dumps(make_plan(sessions=int(arguments[1]))), encoding="utf-8")
    tidy()
    return 0


def make_plan(*, sessions: int) -> dict[str, Any]:
    """Return sessions of learners of their own, each with its key and the answers to its questions, and cookies of
    learners who ask for the empty view."""
    from benchmarks import content, sittings
    from edu.core.clock import now_utc
    from edu.demo.people import ensure_people
    from edu.demo.site import load_site
    from exams.practice.keys import sign_practice_key

    load_site()
    owner = ensure_people()["instructor"]
    picks = _picks(content.make_questions(owner=owner))
    people = sittings.make_learners(sessions + CLIENTS + 2)
    template = _begin(people[-1].pk, TEMPLATE, picks)
    answers = _answers(template)
    _practise(template, answers)
    made = [_begin_like(template, person) for person in people[:sessions]]
    now = now_utc()
    return {
        "answers": answers,
        "cookies": [sittings.cookies(person) for person in people[sessions : sessions + CLIENTS]],
        "sessions": [{"id": str(row.public_id), "key": sign_practice_key(row, now=now)} for row in made],
    }


def _picks(questions: list[Any]) -> list[tuple[int, None]]:
    """Return the versions of a session; what waits for a person or takes files has been left out."""
    versions = [question.current_version_id for question in questions]
    return [(versions[place % len(versions)], None) for place in range(LENGTH)]


def _begin(user_id: int, title: str, picks: list[tuple[int, None]]) -> Any:
    from exams.practice.starts import begin_session

    return begin_session(user_id=user_id, mode="random", title=title, picks=picks, feedback="at_once")


def _begin_like(template: Any, person: Any, *, title: str = "Benchmark") -> Any:
    """Begin a session with the questions of another."""
    from exams.models import PracticeSession

    return PracticeSession.objects.create(
        user_id=person.pk, mode=template.mode, title=title, items=template.items, states="-" * LENGTH,
        started_at=template.started_at, active_at=template.active_at,
    )  # fmt: skip


def _answers(session: Any) -> list[Any]:
    """Return a right response to each question of a session."""
    from edu.demo.answers import right_answer
    from exams.models import QuestionVersion

    versions = QuestionVersion.objects.in_bulk({item["version_id"] for item in session.items})
    found = [versions[item["version_id"]] for item in session.items]
    return [right_answer(version.type, version.content, version.key) for version in found]


def _practise(session: Any, answers: list[Any]) -> None:
    """Answer a whole session, every third question left blank, and give the versions their figures."""
    from edu.core.clock import now_utc
    from exams.models import QuestionStatistics, QuestionVersion
    from exams.practice.answers import answer_question

    versions = QuestionVersion.objects.in_bulk({item["version_id"] for item in session.items})
    for place, response in enumerate(answers):
        version = versions[session.items[place]["version_id"]]
        answer_question(session=session, index=place, version=version, response=response if place % 3 else None)
    for version in versions.values():
        QuestionStatistics.objects.get_or_create(
            version=version,
            defaults={"question_id": version.question_id, "practice_facility": 0.6, "computed_at": now_utc()},
        )


# -- growth ------------------------------------------------------------------------------------------
def grow(total: int) -> int:
    """Let the cohort have `total` past results, and return the statements that an answer with its feedback and the
    next question takes then."""
    from exams.models import PracticeAnswer, PracticeSession

    template = PracticeSession.objects.get(title=TEMPLATE)
    missing = total - PracticeAnswer.objects.count()
    ago = itertools.cycle(range(SPREAD_DAYS))
    while missing > 0:
        count = min(COPIED_AT_ONCE, -(-missing // LENGTH))
        missing -= _copy(template, count, days_ago=next(ago))
    return _statements(template)


def _copy(template: Any, count: int, *, days_ago: int) -> int:
    """Give `count` new learners what the template's learner did, so many days ago; return the number of results."""
    from django.db import connection, transaction
    from django.db.models import Max

    from benchmarks import sittings
    from edu.core.clock import now_utc
    from edu.core.ids import new_public_id
    from exams.models import PracticeAnswer, PracticeSession, QuestionProgress

    with transaction.atomic():
        last = PracticeSession.objects.aggregate(last=Max("pk"))["last"]
        people = sittings.make_learners(count, prefix=f"cohort{last}")
        PracticeSession.objects.bulk_create(
            PracticeSession(
                public_id=new_public_id(), user_id=person.pk, mode=template.mode, title=COHORT, items=template.items,
                states=template.states, answered_count=LENGTH, started_at=template.started_at,
                active_at=template.active_at, finished_at=template.active_at,
            )
            for person in people
        )  # fmt: skip
        owner = {"user_id": "s.user_id"}
        at = connection.ops.adapt_datetimefield_value(now_utc() - timedelta(days=days_ago, minutes=5))
        changed = owner | {"session_id": "s.id", "answered_at": f"'{at}'"}
        added = _insert_copies(PracticeAnswer, changed, f"t.session_id = {template.pk}", last)
        _insert_copies(QuestionProgress, owner, f"t.user_id = {template.user_id}", last)
    return added


def _insert_copies(model: Any, changed: dict[str, str], where: str, last: int) -> int:
    """Copy the template's rows of a model for every session after `last`, some columns changed; return how many."""
    from django.db import connection

    from exams.models import PracticeSession

    quote = connection.ops.quote_name
    names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    chosen = ", ".join(changed.get(name, f"t.{quote(name)}") for name in names)
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, names))}) SELECT {chosen} "
        f"FROM {quote(PracticeSession._meta.db_table)} s CROSS JOIN {quote(model._meta.db_table)} t "
        f"WHERE {where} AND s.id > {last}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)


def _statements(template: Any) -> int:
    """Return the statements of one whole request of a new learner."""
    from django.conf import settings
    from django.test import Client, override_settings

    from benchmarks import sittings
    from benchmarks.statements import count_request
    from edu.core.clock import now_utc
    from exams.models import PracticeSession
    from exams.practice.keys import sign_practice_key

    [person] = sittings.make_learners(1, prefix=f"counted{PracticeSession.objects.count()}")
    session = _begin_like(template, person)
    headers = {"Authorization": f"Practice {sign_practice_key(session, now=now_utc())}"}
    answers = _answers(session)
    found = 0
    with override_settings(MIDDLEWARE=settings.HOT_PATH_MIDDLEWARE):
        for place in range(2):
            body = {"answers": [{"index": place, "response": answers[place]}], "ask": [place + 1]}
            found = count_request(
                Client(SERVER_NAME="127.0.0.1"), "post", f"/api/v1/practice/sessions/{session.public_id}/answers",
                data=json.dumps(body), content_type="application/json", headers=headers,
            )  # fmt: skip
    return found


def weak_topics_page() -> dict[str, float]:
    """Return milliseconds (the least of several) and statements of the page of where everybody fails in a bank that
    the cohort has practised, through the whole middleware chain."""
    from django.test import Client

    from benchmarks.statements import count_request
    from exams.models import PracticeSession, Question

    template = PracticeSession.objects.get(title=TEMPLATE)
    bank = Question.objects.get(pk=template.items[0]["question_id"]).bank
    reader = Client(SERVER_NAME="127.0.0.1")
    reader.force_login(bank.owner)
    taken, statements = [], 0
    for _round in range(PAGES):
        began = time.perf_counter()
        statements = count_request(reader, "get", f"/teach/weak-topics/?bank={bank.public_id}")
        taken.append(1000 * (time.perf_counter() - began))
    return {"ms": min(taken), "statements": statements}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
