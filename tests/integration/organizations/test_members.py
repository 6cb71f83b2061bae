from datetime import timedelta

import pytest

from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from edu.events.models import OutboxEvent
from edu.organizations.models import Membership
from edu.organizations.services import (
    add_member,
    create_department,
    create_invitation,
    create_member,
    end_membership,
    join_by_invitation,
    move_member,
    reset_member_password,
    revoke_invitation,
    set_role,
)
from tests.factories.accounts import make_phone, make_user
from tests.factories.organizations import make_organization, make_trainer_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization():
    return make_organization()


@pytest.fixture
def trainer(organization):
    return make_trainer_user(organization)


def new_member(organization, trainer, **fields):
    values = {"real_name": "王小明", "staff_number": "A001"} | fields
    return create_member(organization_id=organization.pk, actor=trainer, **values)


def test_a_new_member_of_staff_gets_a_first_password(organization, trainer):
    member, password = new_member(organization, trainer)
    assert member.user.check_password(password)
    assert member.user.must_change_password
    assert OutboxEvent.objects.filter(name="MemberJoined", payload__membership_id=member.pk).exists()
    assert AuditEntry.objects.filter(action="membership.join", organization_id=organization.pk).count() == 2


def test_staff_numbers_are_unique_in_an_organisation_and_free_again_afterwards(organization, trainer):
    member, _password = new_member(organization, trainer)
    with pytest.raises(Conflict):
        new_member(organization, trainer, staff_number="a001")
    end_membership(organization_id=organization.pk, membership_id=member.pk, actor=trainer)
    new_member(organization, trainer)
    assert Membership.objects.filter(staff_number="A001").count() == 2


def test_nobodys_own_account_is_put_into_an_organisation(organization, trainer):
    stranger = make_user(phone=make_phone())
    before = Membership.objects.count()
    for fields in ({"email": stranger.email}, {"phone": stranger.phone}):
        with pytest.raises(Conflict) as caught:
            new_member(organization, trainer, **fields)
        assert caught.value.field in fields
    assert Membership.objects.count() == before


def test_only_trainers_of_the_organisation_change_its_members(organization, trainer):
    member, password = new_member(organization, trainer)
    ids = {"organization_id": organization.pk, "membership_id": member.pk}
    for stranger in (make_user(), make_trainer_user(make_organization()), member.user):
        for act in (
            lambda actor: reset_member_password(**ids, actor=actor),
            lambda actor: end_membership(**ids, actor=actor),
            lambda actor: move_member(**ids, department_id=None, actor=actor),
            lambda actor: set_role(**ids, role="trainer", actor=actor),
            lambda actor: create_invitation(organization_id=organization.pk, actor=actor),
            lambda actor: add_member(organization_id=organization.pk, user=make_user(), actor=actor),
            lambda actor: create_department(organization_id=organization.pk, name="X", actor=actor),
        ):
            with pytest.raises(NotFound):
                act(stranger)
    member.refresh_from_db()
    member.user.refresh_from_db()
    assert (member.left_at, member.role) == (None, "member")
    assert member.user.check_password(password)
    assert not organization.invitations.exists()


def test_a_trainer_resets_the_password_of_her_staff(organization, trainer):
    member, old = new_member(organization, trainer)
    new = reset_member_password(organization_id=organization.pk, membership_id=member.pk, actor=trainer)
    member.user.refresh_from_db()
    assert member.user.check_password(new)
    assert not member.user.check_password(old)
    assert member.user.must_change_password
    assert new not in str(AuditEntry.objects.get(action="membership.reset_password").changes)


@pytest.mark.parametrize("kind", ["proved mail", "proved phone", "another organisation", "operator", "no staff number"])
def test_a_trainer_does_not_get_into_accounts_that_people_keep_themselves(organization, trainer, kind):
    fields = {
        "proved mail": {},
        "proved phone": {"email": None, "phone": make_phone()},
        "operator": {"email": None, "is_operator": True},
    }.get(kind, {"email": None})
    user = make_user(**fields)
    number = None if kind == "no staff number" else "B1"
    member = add_member(organization_id=organization.pk, user=user, staff_number=number, actor=trainer)
    if kind == "another organisation":
        add_member(organization_id=make_organization().pk, user=user)
    before = user.password
    with pytest.raises(NotAllowed):
        reset_member_password(organization_id=organization.pk, membership_id=member.pk, actor=trainer)
    user.refresh_from_db()
    assert user.password == before


def test_moving_stays_within_the_organisation(organization, trainer):
    member, _password = new_member(organization, trainer)
    department = create_department(organization_id=organization.pk, name="Sales", actor=trainer)
    foreign = create_department(organization_id=make_organization().pk, name="Sales")
    ids = {"organization_id": organization.pk, "membership_id": member.pk}
    move_member(**ids, department_id=department.pk, actor=trainer)
    with pytest.raises((InvalidInput, NotFound)):
        move_member(**ids, department_id=foreign.pk, actor=trainer)
    member.refresh_from_db()
    assert member.department_id == department.pk


def test_an_organisation_keeps_a_trainer(organization, trainer):
    member = Membership.objects.get(user=trainer)
    ids = {"organization_id": organization.pk, "membership_id": member.pk}
    with pytest.raises(Conflict):
        end_membership(**ids, actor=trainer)
    with pytest.raises(Conflict):
        set_role(**ids, role="member", actor=trainer)
    other = make_trainer_user(organization)
    end_membership(**ids, actor=other)
    member.refresh_from_db()
    assert member.left_at


def test_an_invitation_lets_in_as_many_as_it_says(organization, trainer):
    invitation = create_invitation(organization_id=organization.pk, actor=trainer, max_uses=1)
    user = make_user()
    row = join_by_invitation(token=invitation.token, user=user, real_name="王小明", staff_number="C1")
    assert (row.organization_id, row.staff_number, user.real_name) == (organization.pk, "C1", "王小明")
    with pytest.raises(NotFound):
        join_by_invitation(token=invitation.token, user=make_user(), real_name="X")
    invitation.refresh_from_db()
    assert invitation.used_count == 1


def test_a_refused_join_uses_no_place(organization, trainer):
    invitation = create_invitation(organization_id=organization.pk, actor=trainer, max_uses=2)
    with pytest.raises(Conflict):
        join_by_invitation(token=invitation.token, user=trainer, real_name="T")
    invitation.refresh_from_db()
    assert invitation.used_count == 0


def test_withdrawn_and_old_invitations_are_none(organization, trainer):
    gone = create_invitation(organization_id=organization.pk, actor=trainer)
    revoke_invitation(organization_id=organization.pk, invitation_id=gone.pk, actor=trainer)
    old = create_invitation(organization_id=organization.pk, actor=trainer, now=now_utc() - timedelta(days=30))
    for row in (gone, old):
        with pytest.raises(NotFound):
            join_by_invitation(token=row.token, user=make_user(), real_name="X")
    with pytest.raises(InvalidInput):
        create_invitation(organization_id=organization.pk, actor=trainer, days=1000)
