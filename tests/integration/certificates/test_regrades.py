"""What becomes of certificates when an exam is marked anew, and when that is taken back."""

import pytest

from certificates.models import Certificate
from edu.audit.models import AuditEntry
from exams.regrading.change_sets import get_regrade, plan_undo
from exams.rewards import list_holders
from tests.factories.certificates import make_achievement, make_rule
from tests.factories.regrading import confirm, make_class, plan, sit_again

pytestmark = pytest.mark.django_db
RIGHT, WRONG = {1: "b", 2: True}, {1: "a", 2: True}


@pytest.fixture
def certified(deliver_events):
    """Return an exam with a certificate rule: who answered by the old key passed and has hers, the other has none."""
    exam, _none = make_class(answers=[])
    make_rule(achievement=make_achievement(key=exam.product_key))
    attempts = [sit_again(exam, answers, real_name=name) for answers, name in ((RIGHT, "李梅"), (WRONG, "王芳"))]
    deliver_events()
    assert list(Certificate.objects.values_list("user_id", flat=True)) == [attempts[0].user_id]
    return exam, attempts


def regrade(exam, run_jobs, deliver_events, **fields):
    row = plan(exam, run_jobs=run_jobs, **fields)
    assert row.summary["certificates"] == 1
    row = confirm(row, run_jobs=run_jobs)
    deliver_events()
    return row


def test_who_passes_now_gets_one_and_who_does_not_keeps_hers_by_default(certified, run_jobs, deliver_events):
    exam, attempts = certified
    regrade(exam, run_jobs, deliver_events)
    kept, issued = Certificate.objects.order_by("pk")
    assert (kept.user_id, kept.revoked_at, issued.user_id) == (attempts[0].user_id, None, attempts[1].user_id)
    assert AuditEntry.objects.filter(action="certificate.keep", object_id=str(kept.public_id)).exists()
    assert list_holders(product_key=exam.product_key, user_ids=[attempts[0].user_id]) == {
        attempts[0].user_id: kept.serial
    }


def test_it_is_revoked_where_so_decided_and_given_back_by_undo(certified, run_jobs, deliver_events):
    exam, attempts = certified
    row = regrade(exam, run_jobs, deliver_events, certificates="revoke")
    lost = Certificate.objects.get(user_id=attempts[0].user_id)
    assert "Option 1 was right." in lost.revoke_reason
    undo = plan_undo(change_set=row, actor=exam.owner)
    run_jobs()
    confirm(get_regrade(exam.owner, undo.public_id), run_jobs=run_jobs)
    deliver_events()
    lost.refresh_from_db()
    assert (lost.revoked_at, lost.revoke_reason) == (None, "")


def test_a_certificate_revoked_for_another_reason_stays_so(certified, run_jobs, deliver_events):
    exam, attempts = certified
    row = regrade(exam, run_jobs, deliver_events, certificates="revoke")
    Certificate.objects.filter(user_id=attempts[0].user_id).update(revoke_reason="cheated")
    undo = plan_undo(change_set=row, actor=exam.owner)
    run_jobs()
    confirm(get_regrade(exam.owner, undo.public_id), run_jobs=run_jobs)
    deliver_events()
    assert Certificate.objects.get(user_id=attempts[0].user_id).revoke_reason == "cheated"


def test_another_attempt_that_passes_now_keeps_the_certificate(run_jobs, deliver_events):
    exam, _none = make_class(answers=[], attempts_allowed=3)
    make_rule(achievement=make_achievement(key=exam.product_key))
    first = sit_again(exam, WRONG, real_name="李梅")
    sit_again(exam, RIGHT, user=first.user)
    deliver_events()
    assert Certificate.objects.count() == 1
    row = confirm(plan(exam, run_jobs=run_jobs, certificates="revoke"), run_jobs=run_jobs)
    deliver_events()
    assert (row.report["up"], row.report["down"]) == (1, 1)
    assert Certificate.objects.get().revoked_at is None
