import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from edu.accounts.demo import DemoAccount, write_demo_accounts
from edu.accounts.models import ApiToken, User
from edu.accounts.services import create_token
from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.events.models import OutboxEvent
from edu.notifications.models import Notification
from edu.organizations.models import Membership
from tests.factories.accounts import PASSWORD, make_phone, make_user
from tests.factories.organizations import make_organization, make_trainer_user

pytestmark = pytest.mark.django_db
OWN_PAGES = [
    "accounts:profile",
    "accounts:security",
    "accounts:tokens",
    "accounts:data",
    "accounts:delete",
    "notifications:inbox",
    "notifications:preferences",
    "jobs:index",
    "account_email",
    "account_change_phone",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
]


@pytest.mark.parametrize("name", OWN_PAGES)
def test_own_pages_open_and_strangers_sign_in_first(client, language, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    client.force_login(make_user(language=language))
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_request_login_code",
        "account_reset_password",
        "accounts:phone_reset",
        "accounts:staff_reset",
        "organizations:sign_in",
        "account_inactive",
        "dev:mailbox",
    ],
)
def test_entrance_pages_open(client, language, name):
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert "Content-Security-Policy" in page


def test_profile_is_saved_and_sets_the_language(client, settings):
    user = make_user()
    client.force_login(user)
    data = {"real_name": "王小明", "display_name": "小明", "language": "zh-hans"}
    response = client.post(reverse("accounts:profile"), data)
    user.refresh_from_db()
    assert (user.real_name, user.display_name, user.language) == ("王小明", "小明", "zh-hans")
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"


def test_profile_takes_no_other_field(client):
    user = make_user()
    client.force_login(user)
    client.post(reverse("accounts:profile"), {"real_name": "A", "is_operator": "on", "email": "b@example.com"})
    before = user.email
    user.refresh_from_db()
    assert not user.is_operator
    assert user.email == before


def confirm_password(client):
    return client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_mail_is_changed_only_when_the_new_one_is_proved(client, language, mailed_code):
    user = make_user()
    client.force_login(user)
    response = client.post(reverse("account_email"), {"action_add": "1", "email": "new@example.com"})
    assert response["Location"].startswith(reverse("account_reauthenticate"))
    confirm_password(client)
    client.post(reverse("account_email"), {"action_add": "1", "email": "new@example.com"})
    user.refresh_from_db()
    assert user.email != "new@example.com"
    client.post(reverse("account_email_verification_sent"), {"code": mailed_code()})
    user.refresh_from_db()
    assert user.email == "new@example.com"
    assert list(user.emailaddress_set.values_list("email", "verified")) == [("new@example.com", True)]


def test_phone_is_changed_by_code(client, language, last_code):
    user, phone = make_user(), make_phone()
    client.force_login(user)
    confirm_password(client)
    client.post(reverse("account_change_phone"), {"phone": phone})
    user.refresh_from_db()
    assert user.phone is None
    client.post(reverse("account_verify_phone"), {"code": last_code()})
    user.refresh_from_db()
    assert (user.phone, user.phone_verified) == (phone, True)


def test_signing_out_elsewhere_keeps_this_session(client):
    user = make_user()
    other = Client()
    client.force_login(user)
    other.force_login(user)
    client.post(reverse("accounts:sign_out_others"))
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert other.get(reverse("accounts:profile")).status_code == 302


# -- tokens ---------------------------------------------------------------------------------------
def me(client, secret):
    return client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})


def test_a_token_is_shown_once_and_opens_the_api(client, language):
    user = make_user()
    client.force_login(user)
    response = client.post(reverse("accounts:tokens"), {"name": "script", "days": "30"})
    secret = response.context["new_secret"]
    assert secret in response.content.decode()
    assert secret not in client.get(reverse("accounts:tokens")).content.decode()
    assert not ApiToken.objects.filter(digest=secret).exists()
    answer = me(Client(), secret)
    assert answer.status_code == 200
    assert answer.json()["id"] == str(user.public_id)


def test_wrong_expired_and_revoked_tokens_are_refused_alike(client):
    user = make_user()
    _row, expired = create_token(user=user, name="old", days=1, now=now_utc() - timedelta(days=2))
    row, revoked = create_token(user=user, name="gone")
    client.force_login(user)
    client.post(reverse("accounts:token_revoke", args=[row.public_id]))
    _row, inactive = create_token(user=make_user(), name="x")
    User.objects.filter(jinbang_tokens__name="x").update(is_active=False)
    answers = [me(Client(), secret) for secret in (expired, revoked, inactive, "jb_wrong", "wrong", "")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["detail"] for answer in answers}) == 1


def test_reading_a_token_costs_one_query_and_notes_the_hour(django_assert_num_queries):
    row, secret = create_token(user=make_user(), name="x")
    with django_assert_num_queries(2):
        assert me(Client(), secret).status_code == 200
    with django_assert_num_queries(1):
        me(Client(), secret)
    row.refresh_from_db()
    assert row.last_used_at.minute == 0


@pytest.mark.usefixtures("one_rate_window")
def test_a_token_may_ask_so_often_and_no_more(settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    _row, secret = create_token(user=make_user(), name="x")
    answers = [me(Client(), secret) for _request in range(8)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


def test_anothers_token_cannot_be_revoked(client):
    row, secret = create_token(user=make_user(), name="x")
    client.force_login(make_user())
    assert client.post(reverse("accounts:token_revoke", args=[row.public_id])).status_code == 404
    assert client.post(reverse("accounts:token_revoke", args=[uuid.uuid4()])).status_code == 404
    assert me(Client(), secret).status_code == 200


# -- leaving --------------------------------------------------------------------------------------
def test_the_download_holds_the_persons_data(client):
    user = make_user(real_name="王小明")
    client.force_login(user)
    data = json.loads(client.post(reverse("accounts:data_download")).content)
    assert data["account"]["real_name"] == "王小明"
    assert {"account", "messages", "organizations"} <= set(data)
    assert client.get(reverse("accounts:data_download")).status_code == 405


def test_deleting_the_account_empties_it_and_leaves_a_trace(client, deliver_events, language):
    user = make_user(real_name="王小明", phone=make_phone())
    _row, secret = create_token(user=user, name="x")
    deliver_events()
    email = user.email
    client.force_login(user)
    assert client.post(reverse("accounts:delete"), {"proof": "wrong"}).status_code == 200
    user.refresh_from_db()
    assert user.is_active
    assert client.post(reverse("accounts:delete"), {"proof": PASSWORD}).status_code == 302
    deliver_events()
    user.refresh_from_db()
    assert (user.email, user.phone, user.real_name, user.is_active) == (None, None, "", False)
    assert "王" not in str(user)
    assert me(Client(), secret).status_code == 401
    assert "_auth_user_id" not in client.session
    assert not Notification.objects.filter(user=user).exists()
    entry = AuditEntry.objects.get(action="account.delete")
    assert entry.object_id == str(user.public_id)
    make_user(email=email)  # the address is free again


def test_people_without_password_type_a_word(client):
    user = make_user(password=None)
    client.force_login(user)
    assert client.post(reverse("accounts:delete"), {"proof": "yes"}).status_code == 200
    assert client.post(reverse("accounts:delete"), {"proof": "delete"}).status_code == 302
    user.refresh_from_db()
    assert user.deleted_at


def test_the_only_trainer_cannot_leave(client, language):
    user = make_trainer_user(make_organization())
    events = OutboxEvent.objects.filter(name="AccountDeleted").count()
    client.force_login(user)
    response = client.post(reverse("accounts:delete"), {"proof": PASSWORD})
    assert response.status_code == 200
    assert response.context["form"].non_field_errors()
    user.refresh_from_db()
    assert user.is_active
    assert OutboxEvent.objects.filter(name="AccountDeleted").count() == events
    assert Membership.objects.get(user=user).left_at is None


# -- second factor --------------------------------------------------------------------------------
def test_operators_are_reminded_of_a_second_factor_and_not_forced(client, language):
    client.force_login(make_user(is_operator=True))
    page = client.get(reverse("accounts:security"))
    assert page.status_code == 200
    assert page.context["advise_second_factor"]
    assert not page.context["has_second_factor"]


def test_a_second_factor_is_set_up_and_asked_for(client, language):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    user = make_user()
    client.force_login(user)
    confirm_password(client)
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    response = client.post(reverse("mfa_activate_totp"), {"code": code})
    assert client.get(response["Location"]).status_code == 200
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        assert client.get(reverse(name)).status_code == 200
    fresh = Client()
    response = fresh.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert response["Location"] == reverse("mfa_authenticate")
    assert fresh.get(response["Location"]).status_code == 200
    assert "_auth_user_id" not in fresh.session


# -- the demo -------------------------------------------------------------------------------------
@pytest.fixture
def demo(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    user = make_user()
    account = DemoAccount(
        role="learner", label_en="Learner Li", label_zh="学员小李", username=user.username, password=PASSWORD
    )
    write_demo_accounts(accounts=[account])
    return user


def test_demo_roles_are_buttons_that_sign_in(client, settings, demo, language):
    settings.DEMO_SIGN_IN = True
    page = client.get(reverse("account_login")).content.decode()
    assert ("学员小李" if language == "zh-hans" else "Learner Li") in page
    client.post(reverse("accounts:demo_sign_in"), {"username": demo.username})
    assert client.session["_auth_user_id"] == str(demo.pk)


def test_without_the_setting_there_are_no_demo_roles(client, demo):
    assert "Learner Li" not in client.get(reverse("account_login")).content.decode()
    assert client.post(reverse("accounts:demo_sign_in"), {"username": demo.username}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_the_demo_signs_in_nobody_who_is_not_in_its_list(client, settings, demo):
    settings.DEMO_SIGN_IN = True
    client.post(reverse("accounts:demo_sign_in"), {"username": make_user().username})
    assert "_auth_user_id" not in client.session
