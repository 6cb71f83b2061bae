import pytest
from django.urls import reverse

from edu.accounts.models import User
from tests.factories.accounts import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client):
    user = make_user(is_operator=True, is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def test_operators_open_the_list_of_users(client, operator):
    assert client.get(reverse("wagtailusers_users:index")).status_code == 200


def test_operators_change_a_user(client, operator):
    user = make_user(email=None)
    url = reverse("wagtailusers_users:edit", args=[user.pk])
    assert client.get(url).status_code == 200
    data = {
        "username": user.username,
        "first_name": "A",
        "last_name": "B",
        "email": "ab@example.com",
        "is_active": "on",
    }
    response = client.post(url, data | {"real_name": "王小明", "is_instructor": "on"})
    assert response.status_code == 302, response.context["form"].errors
    user.refresh_from_db()
    assert (user.email, user.real_name, user.is_instructor) == ("ab@example.com", "王小明", True)


def test_operators_make_a_user(client, operator):
    url = reverse("wagtailusers_users:add")
    assert client.get(url).status_code == 200
    data = {"username": "new", "first_name": "N", "last_name": "N", "email": "new@example.com"}
    response = client.post(url, data | {"password1": PASSWORD, "password2": PASSWORD, "is_active": "on"})
    assert response.status_code == 302, response.context["form"].errors
    assert User.objects.get(username="new").check_password(PASSWORD)


def test_two_users_without_mail_are_no_conflict(client, operator):
    one, other = make_user(email=None), make_user(email=None)
    for user in (one, other):
        data = {"username": user.username, "first_name": "A", "last_name": "B", "email": "", "is_active": "on"}
        response = client.post(reverse("wagtailusers_users:edit", args=[user.pk]), data)
        assert response.status_code == 302, response.context["form"].errors
    assert User.objects.filter(email__isnull=True).count() == 2
