from datetime import timedelta

import pytest
from django.utils import timezone

from edu.accounts.models import User
from edu.audit.models import AuditEntry
from edu.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from edu.events.models import OutboxEvent
from edu.organizations import services
from edu.organizations.models import Department, Invitation, Membership
from tests.factories.organizations import make_department, make_member, make_organization, make_trainer

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization():
    return make_organization()


@pytest.fixture
def trainer(organization):
    return make_trainer(organization).user


@pytest.fixture
def stranger():
    return make_trainer(make_organization()).user


def test_a_new_member_gets_a_first_password_to_change(organization, trainer):
    row, password = services.create_member(
        actor=trainer, organization_id=organization.pk, real_name=" 王 小明 ", staff_number="A1", phone="13800138000"
    )
    user = row.user
    assert (user.real_name, user.must_change_password, user.phone) == ("王 小明", True, "+8613800138000")
    assert user.check_password(password)
    assert row.is_managed
    assert OutboxEvent.objects.filter(name="MemberJoined").count() == 1
    entry = AuditEntry.objects.get(action="membership.join")
    assert entry.organization_id == organization.pk
    assert password not in str(entry.changes)


def test_nobody_is_taken_into_an_organisation_by_her_phone(organization, trainer):
    owner = User.objects.create_user(phone="+8613800138000", password="own")
    with pytest.raises(Conflict):
        services.create_member(
            actor=trainer, organization_id=organization.pk, real_name="甲", staff_number="A1", phone="13800138000"
        )
    owner.refresh_from_db()
    assert owner.check_password("own")
    assert not Membership.objects.filter(user=owner).exists()


def test_staff_numbers_are_unique_whatever_their_case(organization, trainer):
    services.create_member(actor=trainer, organization_id=organization.pk, real_name="甲", staff_number="ab1")
    with pytest.raises(Conflict):
        services.create_member(actor=trainer, organization_id=organization.pk, real_name="乙", staff_number="AB1")
    assert Membership.objects.filter(organization=organization, role="member").count() == 1


def test_a_removal_keeps_the_record_and_can_be_undone(organization, trainer):
    row = make_member(organization)
    services.end_membership(actor=trainer, organization_id=organization.pk, membership_id=row.pk)
    row.refresh_from_db()
    assert row.left_at is not None
    services.restore_memberships(actor=trainer, organization_id=organization.pk, membership_ids=[row.pk])
    row.refresh_from_db()
    assert row.left_at is None


def test_a_removal_of_long_ago_stays(organization, trainer):
    row = make_member(organization, left_at=timezone.now() - timedelta(days=2))
    with pytest.raises(NotFound):
        services.restore_memberships(actor=trainer, organization_id=organization.pk, membership_ids=[row.pk])


def test_the_last_trainer_stays_and_nobody_removes_herself(organization, trainer):
    own = Membership.objects.get(user=trainer)
    with pytest.raises(Conflict):
        services.end_membership(actor=trainer, organization_id=organization.pk, membership_id=own.pk)
    with pytest.raises(Conflict):
        services.set_role(actor=trainer, organization_id=organization.pk, membership_id=own.pk, role="member")
    own.refresh_from_db()
    assert (own.left_at, own.role) == (None, "trainer")


def test_passwords_of_people_with_accounts_of_their_own_are_not_reset(organization, trainer):
    own = make_member(organization, is_managed=False)
    instructor = make_member(organization, user=User.objects.create_user(is_instructor=True, password="pw"))
    elsewhere = make_member(organization)
    make_member(make_organization(), user=elsewhere.user)
    for row in (own, instructor, elsewhere):
        with pytest.raises(NotAllowed):
            services.reset_member_password(actor=trainer, organization_id=organization.pk, membership_id=row.pk)
        row.user.refresh_from_db()
        assert row.user.check_password("pw")


def test_a_reset_password_works_once_it_is_set(organization, trainer):
    row = make_member(organization)
    password = services.reset_member_password(actor=trainer, organization_id=organization.pk, membership_id=row.pk)
    row.user.refresh_from_db()
    assert row.user.check_password(password)
    assert row.user.must_change_password


def test_departments_stand_in_a_tree_without_circles(organization, trainer):
    top = services.add_department(actor=trainer, organization_id=organization.pk, name="运营")
    below = services.add_department(actor=trainer, organization_id=organization.pk, name="仓储", parent_id=top.pk)
    with pytest.raises(InvalidInput):
        services.edit_department(
            actor=trainer, organization_id=organization.pk, department_id=top.pk, name="运营", parent_id=below.pk
        )
    with pytest.raises(Conflict):
        services.remove_department(actor=trainer, organization_id=organization.pk, department_id=top.pk)
    with pytest.raises(InvalidInput):
        services.add_department(actor=trainer, organization_id=organization.pk, name="仓储")
    top.refresh_from_db()
    assert top.parent_id is None


def test_an_invitation_is_used_no_more_often_than_it_says(organization, trainer):
    link = services.create_invitation(actor=trainer, organization_id=organization.pk, max_uses=1)
    first, second = (User.objects.create_user() for _ in range(2))
    row = services.join_by_invitation(token=link.token, user=first, real_name="甲")
    assert (row.organization_id, row.is_managed) == (organization.pk, False)
    with pytest.raises(NotFound):
        services.join_by_invitation(token=link.token, user=second, real_name="乙")
    assert Invitation.objects.get().used_count == 1
    assert not Membership.objects.filter(user=second).exists()


def test_a_failed_join_does_not_use_the_link(organization, trainer):
    link = services.create_invitation(actor=trainer, organization_id=organization.pk, max_uses=5)
    with pytest.raises(Conflict):
        services.join_by_invitation(token=link.token, user=trainer, real_name="甲")
    assert Invitation.objects.get().used_count == 0


def test_a_trainer_of_elsewhere_changes_nothing(organization, stranger):
    row = make_member(organization)
    department = make_department(organization)
    common = {"actor": stranger, "organization_id": organization.pk}
    for act, values in [
        (services.create_member, {"real_name": "甲", "staff_number": "Z1"}),
        (services.add_member, {"user": stranger}),
        (services.move_member, {"membership_id": row.pk, "department_id": department.pk}),
        (services.end_membership, {"membership_id": row.pk}),
        (services.make_trainer, {"membership_id": row.pk}),
        (services.reset_member_password, {"membership_id": row.pk}),
        (services.add_department, {"name": "新"}),
        (services.edit_department, {"department_id": department.pk, "name": "新", "parent_id": None}),
        (services.remove_department, {"department_id": department.pk}),
        (services.create_invitation, {}),
    ]:
        with pytest.raises(NotFound):
            act(**common, **values)
    assert Membership.objects.filter(organization=organization).count() == 1
    row.refresh_from_db()
    assert (row.department_id, row.left_at, row.role) == (None, None, "member")
    assert row.user.check_password("pw")
    assert list(Department.objects.values_list("name", flat=True)) == [department.name]
    assert not Invitation.objects.exists()


def test_a_department_of_elsewhere_is_not_taken(organization, trainer):
    row = make_member(organization)
    other = make_department(make_organization())
    with pytest.raises(NotFound):
        services.move_member(
            actor=trainer, organization_id=organization.pk, membership_id=row.pk, department_id=other.pk
        )
    row.refresh_from_db()
    assert row.department_id is None
