from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from edu.access.queries import has_access
from edu.core.errors import InvalidInput, NotFound
from edu.notifications.models import Notification
from edu.organizations.services import end_membership, restore_memberships
from edu.training import learning
from edu.training.assignments.progress import refresh_assignment
from edu.training.assignments.reminders import notify_deadlines
from edu.training.domain.states import ProductProgress
from edu.training.models import Assignment, AssignmentTarget, Seat, SeatPool
from edu.training.queries import find_assignment_row, list_open_assignments
from edu.training.services import (
    SeatsMissing,
    add_seats,
    assign_seats,
    close_assignment,
    create_assignment,
    delete_assignment,
    extend_assignment,
    remind,
    take_back_seats,
)
from tests.factories.organizations import make_department, make_member, make_organization, make_trainer
from tests.factories.training import make_assignment, make_pool, pass_deadline, set_outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization():
    return make_organization()


@pytest.fixture
def trainer(organization):
    return make_trainer(organization).user


def standing(organization, assignment):
    return find_assignment_row(organization_id=organization.pk, public_id=assignment.public_id)


def test_the_same_purchase_adds_seats_once(organization):
    pool = make_pool(organization, seats=2)
    for _ in range(2):
        add_seats(
            actor=None,
            organization_id=organization.pk,
            product_key=pool.product_key,
            title="安全生产",
            quantity=5,
            source_key="order-line:7",
        )
    pool.refresh_from_db()
    assert (pool.bought_count, pool.used_count) == (7, 0)


def test_a_seat_opens_the_product_and_a_second_one_is_not_taken(organization, trainer):
    pool, member = make_pool(organization), make_member(organization)
    for given in (1, 0):
        common = {"actor": trainer, "organization_id": organization.pk, "pool_id": pool.pk}
        assert assign_seats(**common, user_ids=[member.user_id, member.user_id]) == given
    pool.refresh_from_db()
    assert pool.used_count == 1 == Seat.objects.count()
    assert has_access(user_id=member.user_id, product_key=pool.product_key)


def test_too_few_seats_give_none(organization, trainer):
    pool = make_pool(organization, seats=1)
    people = [make_member(organization).user_id for _ in range(3)]
    with pytest.raises(SeatsMissing) as error:
        assign_seats(actor=trainer, organization_id=organization.pk, pool_id=pool.pk, user_ids=people)
    assert error.value.missing == 2
    pool.refresh_from_db()
    assert pool.used_count == 0 == Seat.objects.count()


def test_people_and_pools_of_elsewhere_get_no_seat(organization, trainer):
    pool, outsider = make_pool(organization), make_member(make_organization())
    with pytest.raises(NotFound):
        assign_seats(actor=trainer, organization_id=organization.pk, pool_id=pool.pk, user_ids=[outsider.user_id])
    foreign = make_pool(make_organization())
    with pytest.raises(NotFound):
        assign_seats(actor=trainer, organization_id=organization.pk, pool_id=foreign.pk, user_ids=[trainer.pk])
    assert not Seat.objects.exists()


def test_a_seat_taken_back_ends_the_access(organization, trainer):
    pool, member = make_pool(organization), make_member(organization)
    common = {"actor": trainer, "organization_id": organization.pk, "pool_id": pool.pk}
    assign_seats(**common, user_ids=[member.user_id])
    take_back_seats(**common, seat_ids=[Seat.objects.get().pk])
    pool.refresh_from_db()
    assert pool.free_count == 3
    assert not has_access(user_id=member.user_id, product_key=pool.product_key)
    assert Seat.objects.get().release_reason == "taken_back"


def test_the_seat_returns_when_the_person_leaves_and_comes_back_with_an_undo(
    organization, trainer, deliver_events, run_jobs
):
    pool, member = make_pool(organization), make_member(organization)
    assignment = make_assignment(organization, pool, everybody=False, user_ids=[member.user_id])
    run_jobs()
    assert has_access(user_id=member.user_id, product_key=pool.product_key)
    end_membership(actor=trainer, organization_id=organization.pk, membership_id=member.pk)
    deliver_events()
    pool.refresh_from_db()
    assert pool.used_count == 0
    assert not has_access(user_id=member.user_id, product_key=pool.product_key)
    assert AssignmentTarget.objects.get(assignment=assignment).ended_at is not None
    restore_memberships(actor=trainer, organization_id=organization.pk, membership_ids=[member.pk])
    deliver_events()
    run_jobs()
    pool.refresh_from_db()
    assert pool.used_count == 1
    assert has_access(user_id=member.user_id, product_key=pool.product_key)
    assert AssignmentTarget.objects.get(assignment=assignment).ended_at is None


def test_an_assignment_reaches_the_departments_below_and_tells_everybody_once(
    organization, trainer, run_jobs, deliver_events
):
    top = make_department(organization)
    below = make_department(organization, parent=top)
    inside = [make_member(organization, department=top), make_member(organization, department=below)]
    outside = make_member(organization)
    pool = make_pool(organization)
    assignment = make_assignment(organization, pool, everybody=False, department_ids=[top.pk])
    run_jobs()
    deliver_events()
    run_jobs()
    told = Notification.objects.filter(kind="training.assigned")
    assert {row.user_id for row in told} == {row.user_id for row in inside}
    assert not has_access(user_id=outside.user_id, product_key=pool.product_key)
    assert [row.title for row in list_open_assignments(user_id=inside[0].user_id)] == [assignment.title]
    assert list_open_assignments(user_id=outside.user_id) == []


def test_an_assignment_that_needs_more_seats_than_are_free_is_not_made(organization, trainer):
    pool = make_pool(organization, seats=1)
    make_member(organization)
    with pytest.raises(SeatsMissing):
        make_assignment(organization, pool)
    assert not Assignment.objects.exists()


def test_newcomers_get_what_runs_and_wait_for_seats(organization, trainer, deliver_events, run_jobs):
    pool = make_pool(organization, seats=1)
    assignment = make_assignment(organization, pool)
    run_jobs()
    from edu.organizations.services import create_member

    row, _password = create_member(actor=trainer, organization_id=organization.pk, real_name="新人", staff_number="N1")
    deliver_events()
    run_jobs()
    target = AssignmentTarget.objects.get(assignment=assignment, user=row.user)
    assert target.waits_for_seat
    assert not has_access(user_id=row.user_id, product_key=pool.product_key)
    add_seats(
        actor=None,
        organization_id=organization.pk,
        product_key=pool.product_key,
        title=pool.title,
        quantity=1,
        source_key="more",
    )
    run_jobs()
    target.refresh_from_db()
    assert not target.waits_for_seat
    assert has_access(user_id=row.user_id, product_key=pool.product_key)


def test_states_follow_what_the_learning_rooms_say(organization, trainer, run_jobs, monkeypatch):
    people = [trainer.pk, *(make_member(organization).user_id for _ in range(3))]
    pool = make_pool(organization, seats=4)
    assignment = make_assignment(organization, pool)
    run_jobs()
    answers = dict(zip(people, ["done", "failed", "in_progress", "not_started"], strict=True))
    monkeypatch.setattr(
        "edu.training.assignments.progress.list_progress",
        lambda *, user_ids, product_keys, now: {
            (user, pool.product_key): ProductProgress(
                state=answers[user],
                percent=0 if answers[user] == "not_started" else 40,
                finished_at=now if answers[user] == "done" else None,
            )
            for user in user_ids
        },
    )
    refresh_assignment(assignment=assignment)
    row = standing(organization, assignment)
    assert (row.done, row.failed, row.in_progress, row.not_started, row.late) == (1, 1, 1, 1, 0)
    pass_deadline(assignment)
    row = standing(organization, assignment)
    assert (row.done, row.failed, row.in_progress, row.not_started, row.late) == (1, 1, 0, 0, 2)
    assert row.done_percent == 25


def test_people_are_reminded_once_a_day(organization, trainer, run_jobs):
    late, done = make_member(organization), make_member(organization)
    assignment = make_assignment(
        organization, make_pool(organization), everybody=False, user_ids=[late.user_id, done.user_id]
    )
    run_jobs()
    set_outcome(assignment, done.user_id, "done")
    pass_deadline(assignment)
    common = {"actor": trainer, "organization_id": organization.pk, "assignment_id": assignment.pk}
    today = timezone.localtime().replace(hour=10, minute=0) + timedelta(days=1)
    with time_machine.travel(today, tick=False):
        first, second = remind(**common), remind(**common)
        run_jobs()
    assert (first.reminded, second.reminded, second.already) == (1, 0, 1)
    assert [row.user_id for row in Notification.objects.filter(kind="training.late")] == [late.user_id]
    with time_machine.travel(today + timedelta(days=1), tick=False):
        assert remind(**common).reminded == 1


def test_nobody_is_late_before_the_deadline_and_a_closed_assignment_reminds_nobody(organization, trainer, run_jobs):
    assignment = make_assignment(organization, make_pool(organization))
    run_jobs()
    common = {"actor": trainer, "organization_id": organization.pk, "assignment_id": assignment.pk}
    assert remind(**common).reminded == 0
    close_assignment(**common)
    from edu.core.errors import Conflict

    with pytest.raises(Conflict):
        remind(**common)


def test_deadline_notices_come_at_three_days_one_day_and_after_it(organization, run_jobs):
    member = make_member(organization)
    assignment = make_assignment(organization, make_pool(organization), everybody=False, user_ids=[member.user_id])
    run_jobs()
    due = assignment.due_at
    counts = []
    for days in (4, 3, 2, 1, 0.5, -0.1, -1):
        moment = due - timedelta(days=days)
        counts.append([notify_deadlines(now=moment), notify_deadlines(now=moment)])
    assert counts == [[0, 0], [1, 0], [0, 0], [1, 0], [0, 0], [1, 0], [0, 0]]
    kinds = Notification.objects.filter(kind__in=["training.due", "training.late"]).order_by("id")
    assert [row.kind for row in kinds] == ["training.due", "training.due", "training.late"]


def test_a_deleted_assignment_takes_its_access_along_and_leaves_other_seats(organization, trainer, run_jobs):
    pool = make_pool(organization)
    member, seated = make_member(organization), make_member(organization)
    assign_seats(actor=trainer, organization_id=organization.pk, pool_id=pool.pk, user_ids=[seated.user_id])
    assignment = make_assignment(organization, pool, everybody=False, user_ids=[member.user_id, seated.user_id])
    run_jobs()
    delete_assignment(actor=trainer, organization_id=organization.pk, assignment_id=assignment.pk)
    assert not has_access(user_id=member.user_id, product_key=pool.product_key)
    assert has_access(user_id=seated.user_id, product_key=pool.product_key)
    assert SeatPool.objects.get(pk=pool.pk).used_count == 1
    assert list_open_assignments(user_id=member.user_id) == []


def test_an_extended_deadline_is_told_anew(organization, trainer, run_jobs):
    assignment = make_assignment(organization, make_pool(organization))
    run_jobs()
    pass_deadline(assignment)
    assert notify_deadlines() == 1
    extend_assignment(
        actor=trainer,
        organization_id=organization.pk,
        assignment_id=assignment.pk,
        due_at=timezone.now() + timedelta(hours=20),
    )
    assert notify_deadlines() == 1
    with pytest.raises(InvalidInput):
        extend_assignment(
            actor=trainer,
            organization_id=organization.pk,
            assignment_id=assignment.pk,
            due_at=timezone.now() - timedelta(hours=1),
        )


def test_products_that_the_organisation_neither_owns_nor_has_seats_for_cannot_be_assigned(organization, trainer):
    foreign = make_pool(make_organization())
    with pytest.raises(NotFound):
        create_assignment(
            actor=trainer,
            organization_id=organization.pk,
            title="x",
            product_keys=[foreign.product_key],
            due_at=timezone.now() + timedelta(days=1),
            everybody=True,
        )
    assert not Assignment.objects.exists()


def test_an_own_exam_is_opened_without_a_seat(organization, trainer, run_jobs, monkeypatch):
    import uuid

    from exams.standings import OwnedThing

    one = uuid.uuid4()
    thing = OwnedThing(public_id=one, product_key=f"exam:{one}", title="内部考试", status="scheduled")
    monkeypatch.setattr(learning, "list_organization_exams", lambda *, organization_id: [thing])
    create_assignment(
        actor=trainer,
        organization_id=organization.pk,
        title="内部考试",
        product_keys=[thing.product_key],
        due_at=timezone.now() + timedelta(days=1),
        everybody=True,
    )
    run_jobs()
    assert has_access(user_id=trainer.pk, product_key=thing.product_key)


def test_progress_is_read_with_queries_that_do_not_grow_with_people(
    organization, run_jobs, django_assert_max_num_queries
):
    pool = make_pool(organization, seats=100)
    for _ in range(60):
        make_member(organization)
    assignment = make_assignment(organization, pool)
    with django_assert_max_num_queries(8):
        refresh_assignment(assignment=assignment)


def test_the_learners_home_shows_what_is_assigned_to_her_alone(organization, trainer, run_jobs, client):
    member, colleague = make_member(organization), make_member(organization)
    assignment = make_assignment(organization, make_pool(organization), everybody=False, user_ids=[member.user_id])
    run_jobs()
    client.force_login(member.user)
    page = client.get("/me/").content.decode()
    assert assignment.title in page
    assert list_open_assignments(user_id=member.user_id)[0].url in page
    client.force_login(colleague.user)
    assert assignment.title not in client.get("/me/").content.decode()
