"""However chance falls, the operator's figures of the last days are alive, and what the demo promises is there."""

import random
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from edu.core.clock import now_utc
from edu.demo import content
from edu.demo.enquiries import load_enquiries
from edu.demo.recent import DAYS, ORDERS_A_DAY, enliven_recent_days
from edu.website.models import Enquiry
from payments.models import Order
from tests.factories.payments import make_offer
from tests.factories.people import make_user


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [0, 1])
def test_each_of_the_last_days_has_orders_and_practice(run_jobs, seed):
    now = now_utc()
    people = [make_user(date_joined=now - timedelta(days=30)) for _number in range(10)]
    for _number in range(2):
        make_offer(kind="lesson")
    practised = []
    made = enliven_recent_days(
        people=people,
        practise=lambda user, at: practised.append((user, timezone.localdate(at))),
        now=now,
        chance=random.Random(seed),
    )
    run_jobs()
    assert Order.objects.filter(paid_at__isnull=False).count() == made
    for back in range(1, DAYS + 1):
        day = timezone.localdate(now) - timedelta(days=back)
        start = timezone.make_aware(datetime.combine(day, time.min))
        orders = Order.objects.filter(paid_at__gte=start, paid_at__lt=start + timedelta(days=1))
        assert ORDERS_A_DAY[0] <= orders.count() <= ORDERS_A_DAY[1]
        assert any(moment == day for _user, moment in practised)


@pytest.mark.django_db
def test_two_enterprises_asked_once():
    operator = make_user(is_operator=True)
    for _time in range(2):
        load_enquiries(operator=operator)
    assert sorted(Enquiry.objects.values_list("state", flat=True)) == ["contacted", "new"]


@pytest.mark.parametrize("folder", ["accounting", "statistics", "safety"])
def test_no_exam_promises_an_appeal(folder):
    for plan in content.read(folder, "exams"):
        assert "复核申请" not in plan.get("rules", "")
        assert "appeal" not in plan.get("rules", "").lower()
