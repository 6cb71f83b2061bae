"""The exams and candidates of the campaign, and what became of them: `python -m tests.faults.data make|report FILE`.

Runs in a process of its own on the campaign's database.
"""

import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

OPTIONS = ("one", "two", "three", "four")
"""The texts of the options of each choice; their ids are the site's to give."""
SHORT_SECONDS, SHORT_GRACE = 12, 2
STARTING, GRADING, BETWEEN, IDLE = b"s", b"g", b"b", b"i"
"""What the worker says of itself in a file of one byte; `IDLE`: a whole sweep has found nothing to do."""


def main(arguments: list[str]) -> int:
    """Make the data, report on the attempts once or whenever a file is named, or grade what is due until killed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edu.settings.embedded")
    import django

    django.setup()
    action, path = arguments[0], Path(arguments[1])
    if action == "work":
        work(path)
    if action == "reports":
        return reports()
    found = make(candidates=int(arguments[2])) if action == "make" else report()
    path.write_text(json.dumps(found), encoding="utf-8")
    return 0


def make(*, candidates: int) -> dict[str, Any]:
    """Return the exams (one long, one short), the right responses by slot, the ids of options of those slots that have
    any, and a token for each candidate."""
    from benchmarks.data import make_database
    from benchmarks.sittings import cookies
    from edu.accounts.models import User
    from edu.accounts.services import create_token
    from edu.core.clock import now_utc
    from exams.models import Exam
    from tests.factories.exams import make_user

    make_database()
    now = now_utc()
    author = make_user(is_instructor=True)
    exams, key, choices = _make_exams(author, now)
    Exam.objects.filter(public_id=exams["short"]).update(duration_seconds=SHORT_SECONDS, grace_seconds=SHORT_GRACE)
    people = [
        User(
            username=f"candidate-{number}",
            email=f"candidate-{number}@example.com",
            display_name=f"Candidate {number}",
            password=f"!{secrets.token_hex(8)}",
        )
        for number in range(candidates)
    ]
    people = User.objects.bulk_create(people)
    tokens = [create_token(user=person, name="campaign")[1] for person in people]
    return {
        "exams": exams,
        "key": key,
        "choices": choices,
        "tokens": tokens,
        "cookies": [cookies(person) for person in people],
    }


def _make_exams(author: Any, now: Any) -> tuple[dict[str, str], dict[str, Any], dict[str, list[str]]]:
    from decimal import Decimal

    from exams.services import (
        add_items,
        add_section,
        create_bank,
        create_paper,
        publish_paper,
        publish_question,
        save_exam,
        save_question,
        schedule_exam,
    )

    bank = create_bank(actor=author, name="Campaign", slug="campaign")
    questions: list[Any] = []
    key: dict[str, Any] = {}
    choices: dict[str, list[str]] = {}
    for number in range(1, 9):
        right: Any
        content: dict[str, Any]
        answer: dict[str, Any]
        if number % 3 == 0:
            type_, right = "numerical", str(number * 7)
            content, answer = {"stem": f"Seven times {number}?"}, {"answers": [{"value": right, "tolerance": "0"}]}
        elif number % 3 == 1:
            type_, right = "single_choice", OPTIONS[number % 4]
            content = {"stem": f"Choice {number}", "options": [{"id": id_, "text": id_} for id_ in OPTIONS]}
            answer = {"fractions": {right: 1}}
        else:
            type_, right = "true_false", number % 2 == 0
            content, answer = {"stem": f"{number} is even."}, {"correct": right}
        question = save_question(bank=bank, actor=author, type=type_, content=content, key=answer)
        publish_question(question=question, actor=author)
        questions.append(question)
        if type_ == "single_choice":
            choices[str(number)] = [option["id"] for option in question.content["options"]]
            right = choices[str(number)][OPTIONS.index(right)]
        key[str(number)] = right
    paper = create_paper(actor=author, title="Campaign", language="en")
    paper.sections.all().delete()
    add_items(section=add_section(paper=paper, title="Questions"), questions=questions, marks=Decimal(2))
    publish_paper(paper=paper, actor=author)
    paper.refresh_from_db()
    exams = {}
    for name in ("long", "short"):
        exam = save_exam(
            actor=author,
            paper=paper,
            title=f"Campaign, {name}",
            opens_at=now - timedelta(hours=1),
            closes_at=now + timedelta(days=1),
            duration_seconds=3600,
            pass_percent=Decimal(60),
            attempts_allowed=1,
            audience="everybody",
            release="at_once",
            shuffle_options=False,
        )
        exams[name] = str(schedule_exam(exam=exam, actor=author).public_id)
    return exams, key, choices


def work(said: Path) -> None:
    """Do what the worker's sweep does, without its pauses, and write into `said` what it is at."""
    from django.db import DatabaseError, connection

    from edu.core.clock import now_utc
    from exams.delivery import finish_overdue, submit

    file = os.open(said, os.O_WRONLY)

    def tell(word: bytes) -> None:
        os.pwrite(file, word, 0)

    def told(act: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            tell(GRADING)
            try:
                return act(*given, **named)
            finally:
                tell(BETWEEN)

        return run

    for module, name in ((submit, "close_attempt"), (submit, "finish_grading"), (finish_overdue, "grade_attempt")):
        setattr(module, name, told(getattr(module, name)))
    while True:
        try:
            done = finish_overdue.finish_overdue(now=now_utc())
        except DatabaseError:
            connection.close()
            time.sleep(0.2)
            continue
        tell(BETWEEN if done else IDLE)
        time.sleep(0 if done else 0.2)


def reports() -> int:
    """Write a report into each file that a line of the standard input names, and answer with a line: to start a
    process for each would cost more than the exams do.
    """
    from django.db import connection

    for line in sys.stdin:
        connection.close()  # it may have been cut meanwhile
        Path(line.strip()).write_text(json.dumps(report()), encoding="utf-8")
        print("written", flush=True)
    return 0


def report() -> dict[str, Any]:
    """Return what the site holds of every attempt, by its public id."""
    from collections import Counter

    from edu.events.models import OutboxEvent
    from exams.models import Attempt, ItemResult, LateBatch

    submissions = Counter(
        event.payload["attempt_id"] for event in OutboxEvent.objects.filter(name="AttemptSubmitted").iterator()
    )
    attempts = Counter(Attempt.objects.values_list("exam_id", "user_id"))
    results: dict[int, list[tuple[int, float]]] = {}
    for attempt_id, slot, mark in ItemResult.objects.values_list("attempt_id", "slot", "mark"):
        results.setdefault(attempt_id, []).append((slot, float(mark)))
    late: dict[int, list[dict[str, Any]]] = {}
    for attempt_id, responses in LateBatch.objects.values_list("attempt_id", "responses"):
        late.setdefault(attempt_id, []).append(_values(responses))
    return {
        str(attempt.public_id): {
            "state": attempt.state,
            "responses": _values(attempt.responses),
            "marks": {str(slot): mark for slot, mark in results.get(attempt.pk, [])},
            "score": None if attempt.score is None else float(attempt.score),
            "submissions": submissions[attempt.pk],
            "attempts": attempts[attempt.exam_id, attempt.user_id],
            "result_rows": len(results.get(attempt.pk, [])),
            "late": late.get(attempt.pk, []),
        }
        for attempt in Attempt.objects.iterator()
    }


def _values(responses: dict[str, str]) -> dict[str, Any]:
    return {slot: json.loads(text) for slot, text in responses.items() if text}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
