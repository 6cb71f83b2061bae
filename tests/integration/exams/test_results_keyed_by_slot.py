"""Results that had numbers of their own are known by attempt and slot, and what named them by those follows."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import IntegrityError

from edu.core.clock import now_utc
from tests.factories.exams import make_question

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, AFTER = "0029_released_attempts", "0031_smaller_and_steadier_attempts"


def models_at(name):
    apps = MigrationExecutor(connection).loader.project_state(("exams", name)).apps
    return apps.get_model("exams", "ItemResult"), apps.get_model("exams", "TopicChangePart")


@pytest.fixture
def former():
    """The schema before, and today's again at the end."""
    call_command("migrate", "exams", BEFORE, verbosity=0)
    yield models_at(BEFORE)
    call_command("migrate", "exams", verbosity=0)


def indexes():
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "exams_itemresult")
    return sorted(
        (tuple(one["columns"]), one["unique"], one["primary_key"]) for one in found.values() if one["columns"]
    )


def stored(results):
    names = [field.name for field in results._meta.concrete_fields if field.name not in ("id", "pk")]
    return list(results.objects.order_by("attempt_id", "slot").values(*names))


def test_results_and_what_names_them_go_there_and_back(former):
    results, parts = former
    before = indexes()
    question = make_question(type="true_false")
    places = [(7, 2), (7, 1), (3, 1), (9, 40)]
    shared = {"exam_id": 1, "user_id": 2, "question_id": question.question_id, "version_id": question.pk}
    rows = results.objects.bulk_create(
        results(
            attempt_id=attempt_id, slot=slot, state="graded", fraction=0.5, mark=Decimal("1.25"), maximum=Decimal(2),
            parts=[["a", 1]], comment="好", **shared,
        )
        for attempt_id, slot in places
    )  # fmt: skip
    bank = question.question.bank
    change = parts._meta.get_field("change").related_model.objects.create(
        bank_id=bank.pk, actor_id=bank.owner_id, kind="merge", source_name="Former", created_at=now_utc()
    )
    parts.objects.create(change=change, kind="result", former_id=1, present_id=2, row_ids=[row.pk for row in rows])
    parts.objects.create(change=change, kind="question", former_id=1, present_id=2, row_ids=[question.question_id])
    kept = stored(results)

    call_command("migrate", "exams", AFTER, verbosity=0)
    today, parts = models_at(AFTER)
    assert stored(today) == kept
    assert sorted(parts.objects.get(kind="result").row_ids) == [[3, 1], [7, 1], [7, 2], [9, 40]]
    assert parts.objects.get(kind="question").row_ids == [question.question_id]
    assert ("attempt_id", "slot") in {columns for columns, _is_unique, is_primary in indexes() if is_primary}
    assert "id" not in {field.column for field in today._meta.concrete_fields}
    with pytest.raises(IntegrityError):
        today.objects.create(attempt_id=7, slot=2, state="blank", maximum=1, **shared)

    call_command("migrate", "exams", BEFORE, verbosity=0)
    results, parts = models_at(BEFORE)
    assert stored(results) == kept
    assert indexes() == before
    ids = set(parts.objects.get(kind="result").row_ids)
    assert ids == set(results.objects.values_list("pk", flat=True))
    assert len(ids) == len(places)
