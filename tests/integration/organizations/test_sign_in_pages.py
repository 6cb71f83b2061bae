from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from edu.organizations.models import Invitation, Membership, Organization
from edu.organizations.services import create_invitation, create_member, end_membership
from tests.factories.accounts import make_phone, make_user
from tests.factories.organizations import make_organization, make_trainer_user

pytestmark = pytest.mark.django_db
URL = "/accounts/organization/"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture(params=["en", "zh-hans"])
def language(request, client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = request.param
    return request.param


@pytest.fixture
def staff():
    organization = make_organization(code="hengxin")
    trainer = make_trainer_user(organization)
    member, password = create_member(
        organization_id=organization.pk,
        real_name="王小明",
        staff_number="A001",
        email="wang@example.com",
        phone=make_phone(),
        actor=trainer,
    )
    return member, password


def sign_in(client, code="hengxin", number="A001", password="x"):
    return client.post(URL, {"organization_code": code, "staff_number": number, "password": password})


def test_staff_number_and_first_password_lead_to_the_password_page(client, staff, language):
    member, password = staff
    response = sign_in(client, code="HengXin", number="a001", password=password)
    assert client.session["_auth_user_id"] == str(member.user_id)
    response = client.get(response["Location"])
    assert response["Location"] == reverse("account_change_password")
    new = "another-lantern-43"
    data = {"oldpassword": password, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), data)["Location"] == reverse("desk")
    client.logout()
    sign_in(client, password=new)
    assert client.session["_auth_user_id"] == str(member.user_id)


def test_every_failure_has_the_same_text_and_signs_nobody_in(client, staff, language):
    member, password = staff
    texts = set()
    for answer in (
        sign_in(client),
        sign_in(client, code="other", password=password),
        sign_in(client, number="A002", password=password),
    ):
        assert answer.status_code == 200
        texts.add(str(answer.context["form"].non_field_errors()))
    end_membership(organization_id=member.organization_id, membership_id=member.pk, actor=None)
    texts.add(str(sign_in(client, password=password).context["form"].non_field_errors()))
    assert len(texts) == 1
    assert "_auth_user_id" not in client.session


def test_people_of_a_closed_organisation_do_not_sign_in_by_it(client, staff):
    Organization.objects.update(is_active=False)
    sign_in(client, password=staff[1])
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("one_rate_window")
def test_attempts_on_one_staff_number_are_limited(client, staff):
    for _attempt in range(10):
        assert sign_in(client).status_code == 200
    answer = sign_in(client, password=staff[1])
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "_auth_user_id" not in client.session


def test_an_address_may_name_the_organisation(client, language):
    assert b'value="hengxin"' in client.get("/accounts/organization/hengxin/").content


def test_people_join_by_a_link(client, language):
    organization = make_organization(name="恒信")
    invitation = create_invitation(organization_id=organization.pk, actor=make_trainer_user(organization))
    url = reverse("organizations:join", args=[invitation.token])
    page = client.get(url)
    assert "恒信" in page.content.decode()
    assert url.encode() in page.content
    user = make_user()
    client.force_login(user)
    assert client.post(url, {"real_name": ""}).status_code == 200
    assert client.post(url, {"real_name": "王小明", "staff_number": ""}).status_code == 302
    assert Membership.objects.get(user=user).organization_id == organization.pk
    again = client.post(url, {"real_name": "王小明"})
    assert again.context["is_member"]
    assert again.context["form"] is None
    assert Membership.objects.filter(user=user).count() == 1


def test_a_wrong_link_is_404(client):
    assert client.get(reverse("organizations:join", args=["nothing"])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, "expired"),
        ({"revoked_at": timezone.now()}, "withdrawn"),
        ({"max_uses": 1, "used_count": 1}, "used_up"),
    ],
)
def test_a_link_that_is_over_says_why_and_lets_nobody_in(client, language, changes, reason):
    organization = make_organization(name="恒信")
    invitation = create_invitation(organization_id=organization.pk, actor=make_trainer_user(organization))
    Invitation.objects.filter(pk=invitation.pk).update(**changes)
    url = reverse("organizations:join", args=[invitation.token])
    client.force_login(make_user())
    for answer in (client.get(url), client.post(url, {"real_name": "王小明"})):
        assert answer.status_code == 410
        assert answer.context["invitation"].over == reason
        assert "恒信" in answer.content.decode()
    assert Membership.objects.count() == 1


def test_the_link_of_a_closed_organisation_lets_nobody_in(client):
    organization = make_organization()
    invitation = create_invitation(organization_id=organization.pk, actor=make_trainer_user(organization))
    Organization.objects.update(is_active=False)
    answer = client.get(reverse("organizations:join", args=[invitation.token]))
    assert (answer.status_code, answer.context["invitation"].over) == (410, "closed")


def test_strangers_who_post_to_a_link_join_nothing(client):
    organization = make_organization()
    invitation = create_invitation(organization_id=organization.pk, actor=make_trainer_user(organization))
    client.post(reverse("organizations:join", args=[invitation.token]), {"real_name": "X"})
    assert Membership.objects.count() == 1
