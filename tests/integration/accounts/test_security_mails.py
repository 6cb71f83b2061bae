import pytest
from django.urls import reverse

from tests.factories.accounts import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def test_a_changed_password_is_told_by_mail_in_our_frame(client, language, mailoutbox):
    client.force_login(make_user(language=language))
    new = "another-lantern-43"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post(reverse("account_change_password"), data)
    message = mailoutbox[0]
    html = message.alternatives[0][0]
    assert ("密码" in message.subject) == (language == "zh-hans")
    assert "mail-card" in html
    assert new not in html + message.body


@pytest.mark.parametrize("known", [True, False])
def test_mails_of_sign_in_carry_text_and_html(client, language, mailoutbox, known):
    email = make_user().email if known else "stranger@example.com"
    client.post(reverse("account_request_login_code"), {"login": email})
    message = mailoutbox[0]
    assert message.to == [email]
    assert message.body
    assert "{{" not in message.body + message.alternatives[0][0]
    if language == "zh-hans":
        assert any("\u4e00" <= character <= "\u9fff" for character in message.subject)


def test_somebody_with_an_account_is_told_so_by_mail_only(client, language, mailoutbox):
    user = make_user()
    data = {"by": "mail", "email": user.email, "password1": PASSWORD, "consent": "on"}
    client.post(reverse("account_signup"), data)
    assert reverse("account_reset_password") in mailoutbox[0].body
    assert mailoutbox[0].to == [user.email]
