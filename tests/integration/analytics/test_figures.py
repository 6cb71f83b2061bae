import io
import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.models import LessonProgress
from edu.access.services import register_door
from edu.analytics.models import DailyFigure
from edu.analytics.queries import get_figures
from edu.analytics.services import roll_up
from edu.analytics.tasks import roll_up_recent
from edu.core.clock import now_utc
from edu.operations.overview import compare
from payments.services import create_offer, pay_in_sandbox, place_order, publish_offer, refund_order
from tests.factories.courses_small import first_lesson, make_course
from tests.factories.people import make_user

KEY = "exam:7b0f1c52-4a0e-4d7e-9f55-0c5b8f0a1234"


def buy(price_minor):
    register_door(product_key=KEY, title="Exam", url="/")
    offer = create_offer(actor=None, title="Exam", kind="exam", product_key=KEY, price_minor=price_minor)
    publish_offer(actor=None, offer_public_id=offer.public_id)
    people = [make_user(), make_user()]
    for buyer in people:
        placed = place_order(
            user=buyer, items=[(offer.public_id, 1)], idempotency_key=uuid.uuid4().hex, accept_terms=True
        )
        order_id = buyer.orders.get().public_id if placed is None else placed.public_id
        pay_in_sandbox(user=buyer, order_public_id=order_id)
    refund_order(actor=None, order_public_id=order_id, reason="x", idempotency_key="k", amount_minor=1000)


@pytest.mark.django_db(transaction=True)
def test_figures_are_those_of_the_raw_rows_and_repeat_without_harm():
    buy(15000)
    course = make_course()
    now = now_utc()
    LessonProgress.objects.create(
        user=make_user(), lesson=first_lesson(course), opened_at=now, reported_at=now, completed_at=now
    )
    today = timezone.localdate()
    for _time in range(2):
        roll_up(day=today)
    got = dict(DailyFigure.objects.filter(day=today).values_list("metric", "value"))
    assert got == {
        "orders": 2,
        "buyers": 2,
        "income_minor": 30000,
        "refunds_minor": 1000,
        "active_learners": 1,
        "new_accounts": 4,
        "attempts": 0,
        "lessons": 1,
    }
    roll_up(day=today - timedelta(days=1))
    assert set(DailyFigure.objects.filter(day=today - timedelta(days=1)).values_list("value", flat=True)) == {0}


@pytest.mark.django_db
def test_the_task_and_the_command_fill_the_days():
    roll_up_recent()
    assert DailyFigure.objects.values("day").distinct().count() == 2
    call_command("roll_up", "--days", "5", stdout=io.StringIO())
    assert DailyFigure.objects.values("day").distinct().count() == 5


@pytest.mark.django_db
def test_days_without_figures_are_zero():
    today = timezone.localdate()
    DailyFigure.objects.create(day=today, metric="orders", value=7, computed_at=now_utc())
    figures = get_figures(until_on=today, days=3)
    assert figures.of("orders") == (0, 0, 7)
    assert figures.of("lessons") == (0, 0, 0)


def test_yesterday_is_compared_with_the_mean_of_the_week_before():
    assert compare((10, 10, 10, 10, 10, 10, 10, 15)) == 50
    assert compare((0, 0, 0, 0, 0, 0, 0, 15)) is None


@pytest.mark.django_db
def test_the_overview_costs_the_same_whatever_there_is(client):
    client.force_login(make_user(is_operator=True))
    today = timezone.localdate()
    url = reverse("operations:desk")
    client.get(url)
    with CaptureQueriesContext(connection) as small:
        client.get(url)
    for number in range(1, 90):
        for metric in DailyFigure.Metric.values:
            DailyFigure.objects.create(
                day=today - timedelta(days=number), metric=metric, value=number, computed_at=now_utc()
            )
    with CaptureQueriesContext(connection) as large:
        assert client.get(url, {"days": "90"}).status_code == 200
    assert len(large) == len(small)
