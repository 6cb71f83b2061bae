"""The certificate of an attempt that is opened again: revoked with a reason, given back when it passes again."""

import pytest

from certificates.models import Certificate
from edu.core.clock import now_utc
from exams.delivery.reopen import reopen_attempt
from exams.models import Attempt
from exams.services import Batch, open_room, read_attempt_key, save_responses, sit_exam, submit_attempt
from tests.factories.certificates import make_achievement, make_rule
from tests.factories.exams import make_exam, make_user

pytestmark = pytest.mark.django_db
RIGHT = {1: "b", 2: True}


@pytest.fixture
def sat(deliver_events):
    """Return a passed attempt whose learner holds a certificate for it."""
    exam = make_exam()
    make_rule(achievement=make_achievement(key=exam.product_key))
    now, user = now_utc(), make_user(real_name="王小燕")
    sit_exam(user_id=user.pk, exam_id=exam.public_id, answers=RIGHT, started_at=now, submitted_at=now)
    deliver_events()
    attempt = Attempt.objects.select_related("exam", "user").get(user=user)
    reopen_attempt(attempt=attempt, minutes=5, reason="power", actor=make_user(is_operator=True), now=now_utc())
    deliver_events()
    return attempt


def hand_in(attempt, answers):
    opened = open_room(user_id=attempt.user_id, attempt_id=attempt.pk, now=now_utc())
    key = read_attempt_key(opened.attempt_key, now=now_utc())
    save_responses(key=key, batch=Batch(epoch=key.epoch, seq=1, responses=answers), now=now_utc())
    submit_attempt(user_id=attempt.user_id, attempt_id=attempt.pk, now=now_utc(), key=key)


def test_it_is_revoked_and_given_back_when_the_attempt_passes_again(sat, deliver_events):
    revoked = Certificate.objects.get(user=sat.user)
    assert revoked.revoked_at is not None
    assert str(sat.public_id)[-8:] in revoked.revoke_reason
    hand_in(sat, RIGHT)
    deliver_events()
    again = Certificate.objects.get(user=sat.user)
    assert (again.pk, again.revoked_at, again.revoke_reason) == (revoked.pk, None, "")


def test_it_stays_revoked_when_the_attempt_fails(sat, deliver_events):
    hand_in(sat, {1: "a", 2: False})
    deliver_events()
    assert Certificate.objects.get(user=sat.user).revoked_at is not None
