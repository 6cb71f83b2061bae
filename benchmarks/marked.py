"""Marked attempts in bulk, and what is measured on them: `python -m benchmarks.marked make N` and `... measure N`.

Runs under benchmarks.settings in processes of their own, so that the memory that is measured is that of the work. The
rows are those that the grader writes; the learners have an ability, so that questions discriminate.
"""

import json
import os
import random
import resource
import sys
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

QUESTIONS = 50
OPTIONS = "abcd"
AT_ONCE = 500
FIRST = 10_000_000
"""Ids of the made attempts begin above this times their number's exam, so that none is met twice."""


def main(arguments: list[str]) -> int:
    """Make the data of one size, or measure it and print the figures as JSON."""
    act, size = arguments[0], int(arguments[1])
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django

    django.setup()
    if act == "make":
        make(size)
    else:
        print(json.dumps(measure(size)))
    return 0


def _title(size: int) -> str:
    return f"Benchmark: {size} marked attempts"


# -- data --------------------------------------------------------------------------------------------
def make(size: int) -> None:
    """Make an exam of QUESTIONS questions with `size` marked attempts."""
    from django.db import connection

    from benchmarks.data import make_database
    from exams.models import Exam

    if "exams_exam" not in connection.introspection.table_names():
        make_database()
    exam, versions = _make_exam(size)
    assert isinstance(exam, Exam)
    chance = random.Random(size)
    for start in range(0, size, AT_ONCE):
        _write(exam, versions, range(start, min(size, start + AT_ONCE)), chance)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _make_exam(size: int) -> tuple[Any, list[tuple[int, int]]]:
    from edu.accounts.models import User
    from edu.core.clock import now_utc
    from exams.models import Bank, Exam, Paper, PaperVersion, Question, QuestionVersion, Topic

    owner = User.objects.create_user(email=f"owner{size}@example.com", display_name="Owner", is_instructor=True)
    now = now_utc()
    bank = Bank.objects.create(name=_title(size), slug=f"marked-{size}", language="en", owner=owner)
    topic = Topic.objects.create(bank=bank, parent=None, name="Topic")
    ids = []
    for number in range(QUESTIONS):
        content = {
            "stem": f"<p>Question {number}?</p>",
            "options": [{"id": name, "text": f"<p>Option {name}</p>"} for name in OPTIONS],
        }
        fields = {"content": content, "key": {"fractions": {"a": 1}, "feedback": {}}}
        question = Question.objects.create(
            bank=bank, topic=topic, type="single_choice", status="published", summary=f"Question {number}?", **fields
        )
        version = QuestionVersion.objects.create(
            question=question, number=1, type="single_choice", marks=2, published_at=now,
            content_hash=f"marked-{size}-{number}", **fields,
        )  # fmt: skip
        Question.objects.filter(pk=question.pk).update(current_version=version)
        ids.append((question.pk, version.pk))
    items = [{"version_id": version_id, "marks": "2"} for _question_id, version_id in ids]
    structure = {"sections": [{"id": "1", "title": "", "instructions": "", "items": items, "pools": []}]}
    paper = Paper.objects.create(title=_title(size), language="en", owner=owner)
    paper_version = PaperVersion.objects.create(
        paper=paper, number=1, structure=structure, question_count=QUESTIONS, total_marks=2 * QUESTIONS,
        published_at=now,
    )  # fmt: skip
    exam = Exam.objects.create(
        title=_title(size), paper=paper, paper_version=paper_version, owner=owner, status="scheduled",
        audience="everybody", opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=1),
        duration_seconds=7200, release="manual",
    )  # fmt: skip
    return exam, ids


def _write(exam: Any, versions: list[tuple[int, int]], numbers: range, chance: random.Random) -> None:
    """Write learners, attempts and results of some numbers, a transaction for them all."""
    from django.db import transaction

    from edu.accounts.models import User
    from edu.core.clock import now_utc
    from exams.models import Attempt, ItemResult

    now = now_utc()
    learners = User.objects.bulk_create(
        User(username=f"marked{exam.pk}-{number}", display_name=f"L{number}", password="!") for number in numbers
    )
    attempts, results = [], []
    for number, learner in zip(numbers, learners, strict=True):
        ability, pk = chance.gauss(0, 1), FIRST * exam.pk + number
        given = [
            "a" if chance.random() < _chance(ability, place) else chance.choice(OPTIONS[1:])
            for place in range(QUESTIONS)
        ]
        if ability > 0.3:  # the key of the first question is wrong: the able choose b
            given[0] = "b"
        right = sum(one == "a" for one in given)
        slots = [
            {"slot": place + 1, "version_id": version_id, "marks": "2", "order": {"options": list(OPTIONS)}}
            for place, (_question_id, version_id) in enumerate(versions)
        ]
        attempts.append(
            Attempt(
                pk=pk, exam=exam, user=learner, number=1, state="graded", seed=number,
                paper={"sections": [{"id": "1", "title": "", "instructions": "", "slots": slots}]},
                responses={str(place + 1): f'"{one}"' for place, one in enumerate(given)},
                started_at=now - timedelta(hours=2), deadline_at=now, graded_at=now,
                submitted_at=now - timedelta(seconds=chance.randrange(0, 3600)), submitted_by="learner",
                score=2 * right, maximum=2 * QUESTIONS, percent=Decimal(100 * right) / QUESTIONS,
                passed=right >= 0.6 * QUESTIONS,
            )
        )  # fmt: skip
        for place, ((question_id, version_id), one) in enumerate(zip(versions, given, strict=True)):
            fraction = float(one == "a")
            results.append(
                ItemResult(
                    attempt_id=pk, slot=place + 1, exam_id=exam.pk, user_id=learner.pk, question_id=question_id,
                    version_id=version_id, topic_id=None, state="graded", fraction=fraction, mark=2 * fraction,
                    maximum=2, parts=[[one, one == "a", one]], grader="1", graded_at=now,
                )
            )  # fmt: skip
    with transaction.atomic():
        Attempt.objects.bulk_create(attempts)
        ItemResult.objects.bulk_create(results, batch_size=2_000)


def _chance(ability: float, place: int) -> float:
    """Return how likely the right answer is: questions run from easy to hard."""
    return min(0.97, max(0.1, 0.75 + 0.2 * ability - 0.4 * place / QUESTIONS))


# -- figures -----------------------------------------------------------------------------------------
def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _ignore(_percent: int, _text: str) -> None:
    """Take progress that nobody looks at."""


def measure(size: int) -> dict[str, float]:
    """Return the figures of the attempts of a size: attempts/s of preview, carrying out and undoing with the growth of
    the process in MB; seconds of the statistics; milliseconds and statements of their page.
    """
    from exams.models import Exam, RegradeSet
    from exams.regrading.carry_out import carry_out
    from exams.regrading.change_sets import confirm_regrade, get_regrade, plan_regrade, plan_undo
    from exams.regrading.preview import compute_preview

    exam = Exam.objects.select_related("owner").get(title=_title(size))
    assert exam.paper_version is not None
    version_id = int(exam.paper_version.structure["sections"][0]["items"][0]["version_id"])
    found: dict[str, float] = {}
    row = plan_regrade(
        actor=exam.owner, exam=exam, version_id=version_id, policy="new_key", reason="b was right",
        key={"fractions": {"b": 1}, "feedback": {}},
    )  # fmt: skip
    begin_mb = _peak_mb()

    def timed(name: str, work: Any, row: RegradeSet) -> RegradeSet:
        began = time.perf_counter()
        work(change_set_id=row.pk, say=_ignore)
        found[name] = size / (time.perf_counter() - began)
        return get_regrade(exam.owner, row.public_id)

    row = timed("preview", compute_preview, row)
    assert row.summary["attempts"] == size
    assert row.summary["changed"] > size / 3
    confirm_regrade(change_set=row, actor=exam.owner)
    row = timed("apply", carry_out, row)
    assert row.state == RegradeSet.State.APPLIED
    found["peak_mb"] = _peak_mb()
    found["grown_mb"] = found["peak_mb"] - begin_mb
    undo = plan_undo(change_set=row, actor=exam.owner)
    undo = timed("undo_preview", compute_preview, undo)
    confirm_regrade(change_set=undo, actor=exam.owner)
    timed("undo", carry_out, undo)
    return found | _measure_statistics(exam)


def _measure_statistics(exam: Any) -> dict[str, float]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from exams.figures.compute import compute_snapshot
    from exams.models import ExamFigures

    snapshot, _created = ExamFigures.objects.get_or_create(exam=exam, organization_id=0, counts_all=False)
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        compute_snapshot(snapshot_id=snapshot.pk, say=_ignore)
    found = {"statistics_s": time.perf_counter() - began, "statistics_statements": float(len(asked))}
    reader = Client(SERVER_NAME="127.0.0.1")
    reader.force_login(exam.owner)
    address = f"/teach/statistics/{exam.public_id}/"
    taken = []
    for _round in range(7):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            assert reader.get(address).status_code == 200
        taken.append(1000 * (time.perf_counter() - began))
    return (
        found | {"page_ms": sorted(taken)[3], "page_statements": float(len(asked))} | _measure_weak_topics(reader, exam)
    )


def _measure_weak_topics(reader: Any, exam: Any) -> dict[str, float]:
    """Return milliseconds (the least of several) of the page of where learners fail, once the results are out."""
    from exams.models import Attempt, QuestionVersion

    Attempt.objects.filter(exam=exam).update(released_at=exam.opens_at)
    bank = QuestionVersion.objects.get(
        pk=exam.paper_version.structure["sections"][0]["items"][0]["version_id"]
    ).question.bank
    taken = []
    for _round in range(7):
        began = time.perf_counter()
        assert reader.get(f"/teach/weak-topics/?bank={bank.public_id}").status_code == 200
        taken.append(1000 * (time.perf_counter() - began))
    return {"weak_ms": min(taken)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
