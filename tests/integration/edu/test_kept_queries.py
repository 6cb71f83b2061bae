"""Kept queries find what the queries find that they were made from, for each value anew."""

import uuid
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, CharField, UUIDField

from edu.accounts.models import User
from edu.organizations.models import Department, Membership
from edu.organizations.queries import list_memberships
from edu.schema.kept_queries import Given, GivenAmong, KeptQuery, insert_row, update_row
from tests.factories.accounts import make_user
from tests.factories.organizations import make_member, make_organization

pytestmark = pytest.mark.django_db

BY_NAME = KeptQuery(
    lambda: User.objects.filter(display_name=Given("name", CharField())).order_by("pk").values_list("pk", "is_active")
)
BY_PUBLIC_ID = KeptQuery(lambda: User.objects.filter(public_id=Given("public_id", UUIDField()))[:1])
AMONG = KeptQuery(lambda: User.objects.filter(GivenAmong("pk", "ids")).order_by("pk").values_list("pk"))
WITH_ORGANIZATION = KeptQuery(
    lambda: Membership.objects.filter(user_id=Given("user_id", BigIntegerField())).select_related("organization")
)


def test_each_asking_finds_its_own_rows_in_one_statement(django_assert_num_queries):
    ann, other, bo = (make_user(display_name=name) for name in ("Ann", "Ann", "Bo"))
    with django_assert_num_queries(3):
        assert BY_NAME.rows(name="Ann") == [(ann.pk, True), (other.pk, True)]
        assert BY_NAME.rows(name="Bo") == [(bo.pk, True)]
        assert BY_NAME.rows(name="Ann' OR 1=1 --") == []


def test_models_come_whole_and_values_are_written_as_their_fields_write_them():
    ann, bo = make_user(), make_user()
    for user in (ann, bo, ann):
        found = BY_PUBLIC_ID.first(public_id=str(user.public_id))
        assert found == user
        assert {field.attname: getattr(found, field.attname) for field in User._meta.concrete_fields} == {
            field.attname: getattr(User.objects.filter(pk=user.pk).get(), field.attname)
            for field in User._meta.concrete_fields
        }
    assert BY_PUBLIC_ID.first(public_id=uuid.uuid4()) is None
    with pytest.raises(ValidationError):
        BY_PUBLIC_ID.first(public_id="nonsense")


def test_what_is_joined_comes_with_its_row(django_assert_num_queries):
    user, organization = make_user(), make_organization(name="Own")
    make_member(organization=organization, user=user)
    make_member(organization=make_organization(name="Other"), user=make_user())
    with django_assert_num_queries(1):
        assert [row.organization.name for row in WITH_ORGANIZATION.rows(user_id=user.pk)] == ["Own"]
    assert [row.organization_name for row in list_memberships(user_id=user.pk)] == ["Own"]


def test_a_user_found_by_the_key_is_the_one_that_is_meant():
    ann, bo = make_user(), make_user()
    assert [User.objects.get(pk=user.pk) for user in (ann, bo)] == [ann, bo]
    with pytest.raises(User.DoesNotExist):
        User.objects.get(pk=bo.pk + 1000)
    group = bo.groups.create(name="Few")
    with pytest.raises(User.DoesNotExist):
        group.user_set.get(pk=ann.pk)
    assert group.user_set.get(pk=bo.pk) == bo


def test_whole_numbers_are_given_as_a_list_of_any_length(django_assert_num_queries):
    users = [make_user() for _number in range(4)]
    ids = [user.pk for user in users]
    with django_assert_num_queries(4):
        assert AMONG.rows(ids=ids[:2]) == [(pk,) for pk in ids[:2]]
        assert AMONG.rows(ids=ids) == [(pk,) for pk in ids]
        assert AMONG.rows(ids={ids[3], ids[3] + 1000}) == [(ids[3],)]
        assert AMONG.rows(ids=[]) == []


def test_a_row_is_inserted_whole_unless_something_stands_against_it(django_assert_num_queries):
    organization = make_organization()
    row = Department(organization=organization, name="Sales")
    with django_assert_num_queries(2):
        assert insert_row(row)
        assert not insert_row(Department(organization=organization, name="Sales"))
    kept = Department.objects.get()
    assert (kept, kept.name, kept.public_id, kept.organization) == (row, "Sales", row.public_id, organization)


def test_a_row_is_updated_only_while_it_says_what_it_said(django_assert_num_queries):
    user, other = make_user(display_name="Ann"), make_user(display_name="Ann")
    former = {"display_name": user.display_name, "last_login": user.last_login}
    user.display_name, user.last_login = "Bo", datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    with django_assert_num_queries(2):
        assert update_row(user, former=former)
        assert not update_row(user, former=former)
    kept = User.objects.get(pk=user.pk)
    assert (kept.display_name, kept.last_login) == ("Bo", user.last_login)
    former = {"display_name": "Bo", "last_login": user.last_login}
    user.last_login = None
    assert update_row(user, former=former)
    other.refresh_from_db()
    assert (User.objects.get(pk=user.pk).last_login, other.display_name) == (None, "Ann")
