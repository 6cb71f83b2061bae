from datetime import timedelta

import pytest

from edu.access.services import give_grant
from edu.core.clock import now_utc
from edu.events.types import ExamScheduled
from edu.notifications.models import Notification
from exams.handlers import tell_candidates
from tests.factories.exams import make_exam, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("closes_in_minutes", "told"), [(60, 1), (-1, 0)])
def test_candidates_are_told_of_an_exam_that_they_can_still_sit(closes_in_minutes, told):
    now = now_utc()
    exam = make_exam(
        audience="granted", opens_at=now - timedelta(days=1), closes_at=now + timedelta(minutes=closes_in_minutes)
    )
    give_grant(user_id=make_user().pk, product_key=exam.product_key, source_kind="order", source_id="1")
    for _delivery in range(2):
        tell_candidates(ExamScheduled(exam_id=exam.pk))
    assert Notification.objects.filter(kind="exams.scheduled").count() == told
