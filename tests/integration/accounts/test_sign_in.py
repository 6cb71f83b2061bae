import pytest
from django.urls import reverse

from edu.accounts.models import User
from edu.notifications.models import MailboxMessage
from tests.factories.accounts import PASSWORD, make_phone, make_user

pytestmark = pytest.mark.django_db
URL = "/accounts/login/"


def signed_in(client) -> str | None:
    return client.session.get("_auth_user_id")


def test_mail_and_password_sign_in(client, language):
    user = make_user(email="ann@example.com")
    client.post(URL, {"login": "Ann@example.com", "password": PASSWORD})
    assert signed_in(client) == str(user.pk)


@pytest.mark.parametrize("typed", ["13800138000", "138 0013 8000", "+86 138-0013-8000"])
def test_phone_as_people_type_it_and_password_sign_in(client, typed):
    user = make_user(email=None, phone="+8613800138000")
    client.post(URL, {"login": typed, "password": PASSWORD})
    assert signed_in(client) == str(user.pk)


def test_an_unproved_mail_is_proved_before_the_first_sign_in(client, mailed_code):
    user = make_user(verified=False)
    response = client.post(URL, {"login": user.email, "password": PASSWORD})
    assert response["Location"] == reverse("account_email_verification_sent")
    assert signed_in(client) is None
    client.post(response["Location"], {"code": mailed_code()})
    assert signed_in(client) == str(user.pk)


def test_every_failure_has_the_same_text(client, language):
    user = make_user(phone=make_phone())
    texts = set()
    for login in (user.email, user.phone, "nobody@example.com", "13900000000", "rubbish"):
        response = client.post(URL, {"login": login, "password": "wrong-password"})
        assert response.status_code == 200
        texts.add(str(response.context["form"].non_field_errors()))
    assert len(texts) == 1
    assert signed_in(client) is None


def test_failed_attempts_are_limited_for_each_account(client):
    one, other = (make_user(email=None, phone=make_phone()) for _person in range(2))
    for _attempt in range(6):
        client.post(URL, {"login": one.phone, "password": "wrong-password"})
    client.post(URL, {"login": one.phone, "password": PASSWORD})
    assert signed_in(client) is None
    client.post(URL, {"login": other.phone, "password": PASSWORD})
    assert signed_in(client) == str(other.pk)


def test_a_code_by_mail_signs_in(client, language, mailed_code):
    user = make_user()
    response = client.post(reverse("account_request_login_code"), {"login": user.email})
    assert response["Location"] == reverse("account_confirm_login_code")
    assert client.get(response["Location"]).status_code == 200
    client.post(response["Location"], {"code": mailed_code()})
    assert signed_in(client) == str(user.pk)


def test_a_code_by_phone_signs_in_and_proves_the_phone(client, language, last_code):
    user = make_user(email=None, phone=make_phone(), verified=False)
    response = client.post(reverse("account_request_login_code"), {"login": user.phone})
    client.post(response["Location"], {"code": last_code()})
    assert signed_in(client) == str(user.pk)
    user.refresh_from_db()
    assert user.phone_verified


def test_asking_for_a_code_does_not_tell_who_has_an_account(client):
    make_user(email="known@example.com")
    answers = set()
    for login in ("known@example.com", "unknown@example.com", "13911112222"):
        response = client.post(reverse("account_request_login_code"), {"login": login})
        answers.add((response.status_code, response["Location"]))
        client.cookies.clear()
    assert len(answers) == 1
    assert not MailboxMessage.objects.exists()


def test_neither_mail_nor_phone_is_refused_with_a_word(client, language):
    response = client.post(reverse("account_request_login_code"), {"login": "???"})
    assert response.status_code == 200
    assert response.context["form"].errors


def test_sign_in_sets_the_persons_language(client, settings):
    make_user(email="zh@example.com", language="zh-hans")
    response = client.post(URL, {"login": "zh@example.com", "password": PASSWORD})
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"


def test_next_leads_on_but_never_off_the_site(client):
    user = make_user()
    response = client.post(URL, {"login": user.email, "password": PASSWORD, "next": "https://evil.example/"})
    assert "evil" not in response["Location"]
    client.logout()
    response = client.post(URL, {"login": user.email, "password": PASSWORD, "next": "/accounts/profile/"})
    assert response["Location"] == "/accounts/profile/"


def test_an_inactive_person_is_not_signed_in(client):
    user = make_user()
    User.objects.filter(pk=user.pk).update(is_active=False)
    client.post(URL, {"login": user.email, "password": PASSWORD})
    assert signed_in(client) is None


# -- first passwords ------------------------------------------------------------------------------
def test_a_first_password_traps_until_it_is_changed(client, language):
    user = make_user(must_change_password=True)
    client.force_login(user)
    change = reverse("account_change_password")
    for name in ("accounts:profile", "accounts:tokens", "notifications:inbox", "account_email"):
        response = client.get(reverse(name))
        assert (response.status_code, response["Location"]) == (302, change)
    assert client.get(change).status_code == 200
    same = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post(change, same).status_code == 200
    user.refresh_from_db()
    assert user.must_change_password
    new = "another-lantern-43"
    response = client.post(change, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert response.status_code == 302
    user.refresh_from_db()
    assert not user.must_change_password
    assert client.get(reverse("accounts:profile")).status_code == 200


# -- resets ---------------------------------------------------------------------------------------
def test_reset_by_mail(client, language, mailed_code):
    user = make_user(must_change_password=True)
    response = client.post(reverse("account_reset_password"), {"email": user.email})
    response = client.post(response["Location"], {"code": mailed_code()})
    new = "another-lantern-43"
    response = client.post(response["Location"], {"password1": new, "password2": new})
    assert client.get(response["Location"]).status_code == 200
    user.refresh_from_db()
    assert user.check_password(new)
    assert not user.must_change_password


def test_reset_by_mail_answers_the_same_for_strangers(client, mailoutbox):
    known = make_user().email
    pages = []
    for email in (known, "stranger@example.com"):
        response = client.post(reverse("account_reset_password"), {"email": email})
        pages.append((response.status_code, response["Location"], client.get(response["Location"]).status_code))
        client.cookies.clear()
    assert pages[0] == pages[1]


def test_reset_by_phone(client, language, last_code):
    user = make_user(email=None, phone=make_phone())
    response = client.post(reverse("accounts:phone_reset"), {"phone": user.phone})
    code_page = response["Location"]
    assert client.get(code_page).status_code == 200
    code, new = last_code(), "another-lantern-43"
    wrong = "111111" if code != "111111" else "222222"
    assert client.post(code_page, {"code": wrong, "password": new}).status_code == 200
    assert client.post(code_page, {"code": code, "password": "123"}).status_code == 200
    assert client.post(code_page, {"code": code, "password": new}).status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
    assert client.post(code_page, {"code": code, "password": "third-lantern-44"}).status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)


def test_reset_by_phone_answers_the_same_for_strangers(client):
    known = make_user(email=None, phone=make_phone()).phone
    for phone in (known, make_phone()):
        response = client.post(reverse("accounts:phone_reset"), {"phone": phone})
        assert response["Location"] == reverse("accounts:phone_reset_code")
        for status in (200, 200, 302):
            answer = client.post(response["Location"], {"code": "x", "password": "another-lantern-43"})
            assert answer.status_code == status
    assert User.objects.get(phone=known).check_password(PASSWORD)
    assert MailboxMessage.objects.count() == 1


def test_reset_by_phone_is_limited(client):
    phone = make_phone()
    for status in (302, 302, 302, 429):
        response = client.post(reverse("accounts:phone_reset"), {"phone": phone})
        assert response.status_code == status
    assert int(response["Retry-After"]) > 0


def test_staff_are_sent_to_their_trainer(client, language):
    assert client.get(reverse("accounts:staff_reset")).status_code == 200
