import pytest
from django.utils import translation

from edu.accounts.services import remember_language
from tests.factories.accounts import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_language_left():
    """Leave the language of the last page in this thread to no other test."""
    with translation.override(translation.get_language()):
        yield


@pytest.mark.parametrize("page_language", ["en", "zh-hans"])
def test_who_never_chose_a_language_has_that_of_the_page_from_the_sign_in_on(client, settings, page_language):
    user = make_user(language="")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = page_language
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    user.refresh_from_db()
    assert user.language == page_language


def test_a_chosen_language_is_kept(client, settings):
    user = make_user(language="en")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    user.refresh_from_db()
    assert user.language == "en"


def test_a_failed_sign_in_changes_nothing(client, settings):
    user = make_user(language="")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    client.post("/accounts/login/", {"login": user.email, "password": "wrong-password"})
    user.refresh_from_db()
    assert user.language == ""


def test_a_language_that_the_site_does_not_speak_is_not_kept():
    user = make_user(language="")
    remember_language(user=user, language="tlh")
    user.refresh_from_db()
    assert user.language == ""


def test_switching_the_language_of_the_page_changes_that_of_the_mails_too(client, settings):
    user = make_user(language="en")
    client.force_login(user)
    answer = client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/courses/"})
    user.refresh_from_db()
    assert (answer["Location"], user.language) == ("/courses/", "zh-hans")
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME]["max-age"] >= 30 * 86400
    client.post("/i18n/setlang/", {"language": "tlh", "next": "/courses/"})
    user.refresh_from_db()
    assert user.language == "zh-hans"


def test_a_visitor_switches_the_language_too(client, settings):
    answer = client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"
