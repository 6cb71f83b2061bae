from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse

from certificates import achievements
from certificates.achievements import Earned
from certificates.backlog import (
    NothingOwed,
    RoundUnderWay,
    count_owed,
    issue_to_earlier,
    list_owed,
    run_round,
    undo_round,
)
from certificates.models import Certificate, IssueBatch
from certificates.queries import list_awarded, list_certificates
from certificates.services import create_rule, issue_certificate, reissue_certificate, revoke_certificate, set_awarded
from certificates.setup import RuleExists
from certificates.verify import verify_serial
from courses.achievements import achievement_of, list_completed
from courses.models import Enrolment
from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from edu.jobs.models import Job
from edu.notifications.models import Notification
from exams.models import Attempt
from exams.queries import list_best_passes
from tests.factories.certificates import make_achievement, make_rule, make_template, make_user
from tests.factories.courses_small import make_course
from tests.factories.exams import make_exam

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def passes(monkeypatch):
    """Say who passed an exam before any rule was made: `passes(achievement, {user: percent})`."""

    def give(achievement, percents):
        earned = [
            Earned(
                achievement=achievement,
                user_id=user.pk,
                passed=True,
                released=True,
                earned_at=now_utc() - timedelta(days=30),
                score_text=f"{percent} / 100",
                percent=Decimal(percent),
            )
            for user, percent in percents.items()
        ]
        monkeypatch.setitem(achievements._earners, "exam", lambda _public_id: earned)

    return give


def holders(rule):
    rows = Certificate.objects.filter(rule=rule, superseded_at__isnull=True, revoked_at__isnull=True)
    return set(rows.values_list("user_id", flat=True))


def test_of_several_rules_the_highest_that_is_reached_counts():
    achievement, user = make_achievement(), make_user()
    plain = make_rule(achievement=achievement)
    best = make_rule(achievement=achievement, template=make_template(title="优秀证书"), minimum_percent=90)
    first = issue_certificate(user_id=user.pk, achievement=achievement, percent=Decimal("89.99"))
    assert first.rule == plain
    second = issue_certificate(user_id=user.pk, achievement=achievement, percent=Decimal(90))
    assert (second.rule, second.replaces) == (best, first)
    assert verify_serial(text=first.serial).state == "replaced"
    # A later, lower pass takes nothing away.
    assert issue_certificate(user_id=user.pk, achievement=achievement, percent=Decimal(70)) == second
    assert [one.serial for one in list_certificates(user_id=user.pk)] == [second.serial]


def test_a_pass_below_the_only_rule_earns_nothing():
    achievement = make_achievement()
    make_rule(achievement=achievement, minimum_percent=90)
    assert issue_certificate(user_id=make_user().pk, achievement=achievement, percent=Decimal(80)) is None
    assert issue_certificate(user_id=make_user().pk, achievement=achievement) is None
    assert not Certificate.objects.exists()


def test_a_certificate_that_waits_for_the_name_is_raised_in_its_place():
    achievement, user = make_achievement(), make_user(real_name="")
    make_rule(achievement=achievement)
    best = make_rule(achievement=achievement, minimum_percent=90)
    issue_certificate(user_id=user.pk, achievement=achievement, percent=Decimal(70))
    row = issue_certificate(user_id=user.pk, achievement=achievement, percent=Decimal(95), score_text="95 / 100")
    assert (row.rule, row.serial, row.score_text) == (best, None, "95 / 100")
    assert Certificate.objects.count() == 1


def test_one_rule_a_score_and_none_by_score_for_a_course():
    achievement = make_achievement()
    make_rule(achievement=achievement, minimum_percent=90)
    with pytest.raises(RuleExists):
        make_rule(achievement=achievement, minimum_percent=90)
    with pytest.raises(InvalidInput):
        make_rule(achievement=achievement, minimum_percent=101)
    course = achievement_of(course=make_course())
    with pytest.raises(InvalidInput):
        create_rule(
            achievement_key=course.key,
            achievement_title=course.title,
            template=make_template(),
            minimum_percent=90,
            actor=None,
        )
    assert list_awarded(achievement_keys=[course.key]) == []


def test_a_round_issues_to_earlier_passes_once(passes, run_jobs):
    good, great, nameless = make_user(), make_user(), make_user(real_name="")
    achievement = make_achievement()
    passes(achievement, {good: 70, great: 95, nameless: 60})
    rule = make_rule(achievement=achievement)
    assert count_owed(rule=rule) == 3
    batch = issue_to_earlier(rule=rule, actor=None)
    with pytest.raises(RoundUnderWay):
        issue_to_earlier(rule=rule, actor=None)
    run_jobs()
    batch.refresh_from_db()
    assert batch.job.state == Job.State.DONE
    assert batch.job.result["count"] == 3
    assert holders(rule) == {good.pk, great.pk, nameless.pk}
    assert Certificate.objects.get(user=nameless).issued_at is None
    serials = set(Certificate.objects.values_list("serial", flat=True))
    assert run_round(batch=batch, on_progress=lambda *_numbers: None) == 3
    assert set(Certificate.objects.values_list("serial", flat=True)) == serials
    assert count_owed(rule=rule) == 0
    with pytest.raises(NothingOwed):
        issue_to_earlier(rule=rule, actor=None)
    assert AuditEntry.objects.filter(action="certificate_round.issue").count() == 1


def test_a_crash_in_the_middle_of_a_round_is_made_good_by_the_next_run(passes):
    people = [make_user() for _number in range(12)]
    achievement = make_achievement()
    passes(achievement, dict.fromkeys(people, 70))
    rule = make_rule(achievement=achievement)
    batch = issue_to_earlier(rule=rule, actor=None)

    def crash(_done, _total):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        run_round(batch=batch, on_progress=crash)
    assert len(holders(rule)) == 10
    assert run_round(batch=batch, on_progress=lambda *_numbers: None) == 12
    assert Certificate.objects.count() == 12
    assert Notification.objects.filter(kind="certificates.issued").count() == 12


def test_a_round_of_a_higher_rule_raises_and_its_undoing_puts_back(passes, run_jobs):
    good, great = make_user(), make_user()
    achievement = make_achievement()
    passes(achievement, {good: 70, great: 95})
    plain = make_rule(achievement=achievement)
    issue_to_earlier(rule=plain, actor=None)
    run_jobs()
    best = make_rule(achievement=achievement, minimum_percent=90)
    assert [one.user_id for one in list_owed(rule=best)] == [great.pk]
    assert count_owed(rule=plain) == 0
    batch = issue_to_earlier(rule=best, actor=None)
    run_jobs()
    assert (holders(plain), holders(best)) == ({good.pk}, {great.pk})
    raised = Certificate.objects.get(rule=best)
    corrected = reissue_certificate(serial=raised.serial, holder_name="王大燕", actor=None, reason="")
    undo_round(batch=batch, actor=None, reason="标准有误")
    run_jobs()
    assert (holders(plain), holders(best)) == ({good.pk, great.pk}, set())
    assert verify_serial(text=corrected.serial).state == "revoked"
    assert verify_serial(text=Certificate.objects.get(rule=plain, user=great).serial).state == "valid"
    batch.refresh_from_db()
    assert batch.job.result["restored"] == 1
    # The person is free to be raised again.
    assert count_owed(rule=best) == 1
    issue_to_earlier(rule=best, actor=None)
    run_jobs()
    assert holders(best) == {great.pk}


def test_undoing_a_round_tells_holders_and_spares_the_rest(passes, run_jobs):
    earlier, single, later = make_user(), make_user(), make_user()
    achievement = make_achievement()
    passes(achievement, {earlier: 70, single: 80})
    rule = make_rule(achievement=achievement)
    batch = issue_to_earlier(rule=rule, actor=None)
    run_jobs()
    own = issue_certificate(user_id=later.pk, achievement=achievement, percent=Decimal(66))
    revoke_certificate(certificate=Certificate.objects.get(user=single), actor=None, reason="替考")
    with pytest.raises(InvalidInput):
        undo_round(batch=batch, actor=None, reason=" ")
    for _time in range(2):
        undo_round(batch=batch, actor=None, reason="误发")
        run_jobs()
    assert holders(rule) == {later.pk}
    assert verify_serial(text=own.serial).state == "valid"
    assert Certificate.objects.get(user=single).revoke_reason == "替考"
    assert Notification.objects.filter(user=earlier, kind="certificates.revoked").count() == 1
    # Who was revoked by name is not owed one; whose round was undone is.
    assert [one.user_id for one in list_owed(rule=rule)] == [earlier.pk]


def test_strangers_neither_issue_nor_undo_rounds(client, passes, run_jobs):
    author, stranger, learner = make_user(is_instructor=True), make_user(is_instructor=True), make_user()
    achievement = make_achievement()
    passes(achievement, {learner: 70})
    rule = make_rule(achievement=achievement, actor=author)
    client.force_login(stranger)
    assert client.post(reverse("certificates:round_issue", args=[rule.public_id])).status_code == 404
    with pytest.raises(NotFound):
        issue_to_earlier(rule=rule, actor=stranger)
    assert not IssueBatch.objects.exists()
    batch = issue_to_earlier(rule=rule, actor=author)
    run_jobs()
    assert client.post(reverse("certificates:round_undo", args=[batch.public_id]), {"reason": "x"}).status_code == 404
    with pytest.raises(NotFound):
        undo_round(batch=batch, actor=stranger, reason="x")
    assert holders(rule) == {learner.pk}


def test_the_page_of_a_rule_offers_issues_and_undoes(client, passes, run_jobs):
    author, learner = make_user(is_instructor=True), make_user()
    achievement = make_achievement()
    passes(achievement, {learner: 70})
    rule = make_rule(achievement=achievement, actor=author)
    client.force_login(author)
    page = reverse("certificates:rule", args=[rule.public_id])
    assert "1 person meets this already" in client.get(page).content.decode()
    client.post(reverse("certificates:round_issue", args=[rule.public_id]))
    waiting = client.get(page).content.decode()
    assert "meets this already" not in waiting
    assert "hx-trigger" in waiting
    run_jobs()
    batch = IssueBatch.objects.get()
    undo = reverse("certificates:round_undo", args=[batch.public_id])
    assert undo in client.get(page).content.decode()
    assert client.post(undo, {"reason": ""}).status_code == 422
    assert client.post(undo, {"reason": "误发"}).status_code == 302
    run_jobs()
    assert holders(rule) == set()
    assert client.get(undo).status_code == 404


def test_counting_costs_as_much_for_many_as_for_few(passes, django_assert_num_queries):
    achievement = make_achievement()
    rule = make_rule(achievement=achievement)
    for count in (1, 8):
        people = [make_user() for _number in range(count)]
        passes(achievement, dict.fromkeys(people, 70))
        issue_certificate(user_id=people[0].pk, achievement=achievement)
        with django_assert_num_queries(2):
            assert count_owed(rule=rule) == count - 1


def test_best_passes_are_the_released_ones_of_active_people():
    exam = make_exam()
    learner, gone, unreleased = make_user(), make_user(is_active=False), make_user()
    now = now_utc()
    for user, number, percent, released_at in (
        (learner, 1, 70, now),
        (learner, 2, 91, now),
        (learner, 3, 99, None),
        (gone, 1, 80, now),
        (unreleased, 1, 90, None),
    ):
        Attempt.objects.create(
            exam=exam,
            user=user,
            number=number,
            seed=number,
            paper=[],
            state="graded",
            passed=True,
            percent=percent,
            score=percent,
            maximum=100,
            released_at=released_at,
            started_at=now,
            submitted_at=now,
            graded_at=now,
            deadline_at=now,
        )
    assert [(one.user_id, one.percent) for one in list_best_passes(public_id=str(exam.public_id))] == [
        (learner.pk, Decimal(91))
    ]
    assert achievements.list_earned(achievement_key=exam.product_key)[0].score_text == "91 / 100"


def test_completed_courses_are_owed_their_certificate():
    course, done, begun = make_course(), make_user(), make_user()
    now = now_utc()
    Enrolment.objects.create(course=course, user=done, enrolled_at=now, active_at=now, completed_at=now)
    Enrolment.objects.create(course=course, user=begun, enrolled_at=now, active_at=now)
    assert [one.user_id for one in list_completed(str(course.public_id))] == [done.pk]
    rule = set_awarded(achievement=achievement_of(course=course), is_awarded=True, actor=course.owner)
    assert count_owed(rule=rule) == 1
    set_awarded(achievement=achievement_of(course=course), is_awarded=False, actor=None)
    rule.refresh_from_db()
    assert count_owed(rule=rule) == 0


def test_the_page_of_an_exam_announces_what_the_certificate_page_set_up(client):
    exam, learner = make_exam(), make_user()
    client.force_login(learner)
    page = reverse("exams:detail", args=[exam.public_id])
    assert "With certificate" not in client.get(page).content.decode()
    achievement = SimpleNamespace(key=exam.product_key, title=exam.title)
    make_rule(achievement=achievement)
    assert "With certificate, which anybody can check" in client.get(page).content.decode()
    make_rule(achievement=achievement, template=make_template(title="优秀证书"), minimum_percent=90)
    shown = client.get(page).content.decode()
    assert "结业证书, for passing" in shown
    assert "优秀证书, from 90% on" in shown
