import pytest
from django.urls import reverse

from edu.accounts.models import User
from edu.notifications.models import MailboxMessage, Notification
from tests.factories.accounts import PASSWORD, make_phone, make_user

pytestmark = pytest.mark.django_db
URL = "/accounts/signup/"


def by_mail(client, email):
    return client.post(URL, {"by": "mail", "email": email, "password1": PASSWORD, "consent": "on"})


def by_phone(client, phone):
    return client.post(URL, {"by": "phone", "phone": phone, "consent": "on"})


def test_mail_and_password_register_after_the_code(client, language, mailed_code):
    response = by_mail(client, "New@Example.com")
    assert response["Location"] == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session
    assert client.get(response["Location"]).status_code == 200
    client.post(response["Location"], {"code": mailed_code()})
    user = User.objects.get(email="new@example.com")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.language == language
    assert user.emailaddress_set.get().verified


def test_the_mail_is_html_in_the_language_of_the_page(client, language, mailoutbox):
    by_mail(client, "new@example.com")
    html = mailoutbox[0].alternatives[0][0]
    assert 'lang="zh-Hans"' in html if language == "zh-hans" else 'lang="en"' in html
    assert ("验证码" in mailoutbox[0].subject) == (language == "zh-hans")


def test_phone_and_code_register_without_mail_or_password(client, language, last_code):
    response = by_phone(client, "138 1234 5678")
    assert response["Location"] == reverse("account_verify_phone")
    assert ("验证码" in MailboxMessage.objects.get().text) == (language == "zh-hans")
    client.post(response["Location"], {"code": last_code()})
    user = User.objects.get(phone="+8613812345678")
    assert user.phone_verified
    assert user.email is None
    assert not user.has_usable_password()
    assert client.session["_auth_user_id"] == str(user.pk)


def test_registering_writes_a_welcome(client, last_code, deliver_events):
    client.post(by_phone(client, make_phone())["Location"], {"code": last_code()})
    deliver_events()
    assert Notification.objects.get().kind == "notifications.welcome"


@pytest.mark.parametrize("known", [False, True])
def test_known_and_unknown_addresses_get_the_same_answer(client, known):
    email, phone = "somebody@example.com", make_phone()
    if known:
        make_user(email=email, phone=phone)
    people = User.objects.count()
    first = by_mail(client, email)
    assert (first.status_code, first["Location"]) == (302, reverse("account_email_verification_sent"))
    page = client.get(first["Location"])
    assert email in page.content.decode()
    client.cookies.clear()
    second = by_phone(client, phone)
    assert (second.status_code, second["Location"]) == (302, reverse("account_verify_phone"))
    assert client.get(second["Location"]).status_code == 200
    assert User.objects.count() == people + (0 if known else 2)
    assert "_auth_user_id" not in client.session


def test_a_wrong_code_three_times_ends_the_attempt(client):
    url = by_phone(client, make_phone())["Location"]
    for _attempt in range(2):
        assert client.post(url, {"code": "000000x"}).status_code == 200
    assert client.post(url, {"code": "000000x"}).status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"by": "phone", "phone": "12", "consent": "on"}, "phone"),
        ({"by": "phone", "phone": "", "consent": "on"}, "phone"),
        ({"by": "phone", "phone": "13812345678"}, "consent"),
        ({"by": "mail", "email": "x", "password1": PASSWORD, "consent": "on"}, "email"),
        ({"by": "mail", "email": "a@example.com", "password1": "12345", "consent": "on"}, "password1"),
        ({"by": "mail", "email": "", "password1": "", "consent": "on"}, "email"),
    ],
)
def test_bad_input_says_what_to_do_and_makes_nobody(client, language, data, field):
    response = client.post(URL, data)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not User.objects.exists()
