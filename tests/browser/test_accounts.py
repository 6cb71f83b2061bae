"""Everybody's first steps: register, sign in and reset by mail, phone and staff number; join by link; leave.

English is walked at a desk, Chinese on a phone.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import expect

from edu.demo.enterprise import CODE, FIRST_PASSWORD
from tests.browser.mailbox import newest_code, newest_message
from tests.browser.waiting import until

STAFF_NUMBER = "XH0012"
PASSWORD, OTHER_PASSWORD = "a-walk-through-7", "the-way-back-in-8"
PHONE = "13800138000"
HANDSET = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(params=["en", "zh-hans"])
def language(request) -> str:
    """Return the language of the walk."""
    return request.param


@pytest.fixture
def say(language):
    """Return a function that gives a text of the site as the walker's page shows it."""

    def word(text: str, **values) -> str:
        with override(language):
            return gettext(text) % values

    return word


@pytest.fixture
def stranger(at_browser, language):
    """Return a function that opens a browser of somebody without an account: a desk, or in Chinese a phone."""
    return lambda: at_browser(language=language, **(HANDSET if language == "zh-hans" else {}))


def fill(page, **fields) -> None:
    """Fill the fields of the page's form by their names."""
    for name, text in fields.items():
        page.locator(f"main [name={name}]").fill(text)


def send(page, label: str) -> None:
    """Press the button of the form, and wait for the page that answers; it must fit the screen."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=label, exact=True).first.click()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, page.url


def refused(page, text: str) -> None:
    """Expect that the form came back with this sentence."""
    expect(page.locator(".error-summary")).to_contain_text(text)


def prove(page, say) -> None:
    """Type a wrong code, which is explained, and then the right one."""
    code = newest_code(page)
    fill(page, code="000000" if code != "000000" else "111111")
    send(page, say("Confirm"))
    refused(page, say("This code is not right. Check the digits, or ask for a new one."))
    fill(page, code=code)
    send(page, say("Confirm"))


def register_by_mail(page, say, email: str = "walker@example.com") -> None:
    """Register with a mail address, and prove it."""
    page.goto("/accounts/signup/")
    fill(page, email=email, password1=PASSWORD)
    page.get_by_role("checkbox").check()
    send(page, say("Register"))
    prove(page, say)
    page.wait_for_url("**/me/")


def register_by_phone(page, say) -> None:
    """Register with a phone number, and prove it."""
    page.goto("/accounts/signup/")
    page.get_by_role("link", name=say("By phone"), exact=True).click()
    fill(page, phone=PHONE)
    page.get_by_role("checkbox").check()
    send(page, say("Send the code"))
    prove(page, say)
    page.wait_for_url("**/me/")


def sign_out(page, say) -> None:
    """Leave by the page that asks once."""
    page.goto("/accounts/logout/")
    send(page, say("Sign out"))
    page.goto("/accounts/profile/")
    page.wait_for_url("**/accounts/login/?next=**")


def signed_in(page) -> bool:
    """Whether the browser's person may see her profile."""
    return "/login/" not in page.goto("/accounts/profile/").url


def test_an_account_by_mail_from_registration_to_its_end(stranger, say):
    page = stranger()
    page.goto("/accounts/signup/")
    fill(page, email="not an address", password1="12345")
    send(page, say("Register"))
    refused(page, say("Registration needs your agreement."))
    assert page.locator(".error-summary li").count() >= 3
    expect(page.locator("[name=email]")).to_have_value("not an address")

    register_by_mail(page, say)
    sign_out(page, say)
    page.goto("/accounts/login/")
    fill(page, login="walker@example.com", password="wrong-password-1")
    send(page, say("Sign in"))
    refused(page, say("The account or the password is not right. Check both, sign in by code, or set a new password."))
    expect(page.locator("[name=login]")).to_have_value("walker@example.com")
    fill(page, password=PASSWORD)
    send(page, say("Sign in"))

    page.goto("/accounts/profile/")
    fill(page, real_name="步行者")
    send(page, say("Save"))
    expect(page.locator("body")).to_contain_text(say("Your profile is saved."))
    page.goto("/accounts/profile/")
    expect(page.locator("[name=real_name]")).to_have_value("步行者")

    page.goto("/accounts/data/")
    page.get_by_role("link", name=say("Delete my account")).click()
    fill(page, proof="wrong-password-1")
    send(page, say("Delete my account for good"))
    refused(page, say("This is not your password."))
    fill(page, proof=PASSWORD)
    send(page, say("Delete my account for good"))
    expect(page.locator("body")).to_contain_text(say("Your account is deleted. Thank you for the time you spent here."))
    assert not signed_in(page)
    page.goto("/accounts/login/")
    fill(page, login="walker@example.com", password=PASSWORD)
    send(page, say("Sign in"))
    assert not signed_in(page)


def test_a_new_password_by_mail(stranger, say):
    page = stranger()
    register_by_mail(page, say)
    sign_out(page, say)
    page.goto("/accounts/login/")
    page.locator("main a[href*='password/reset']").first.click()
    fill(page, email="walker@example.com")
    send(page, say("Send the code"))
    prove(page, say)
    fill(page, password1=OTHER_PASSWORD, password2=PASSWORD)
    send(page, say("Set the password"))
    expect(page.locator(".error-summary")).to_be_visible()
    fill(page, password1=OTHER_PASSWORD, password2=OTHER_PASSWORD)
    send(page, say("Set the password"))
    expect(page.locator("main")).to_contain_text(say("Your password is changed."))
    page.locator("main").get_by_role("link", name=say("Sign in")).click()
    fill(page, login="walker@example.com", password=OTHER_PASSWORD)
    send(page, say("Sign in"))
    assert signed_in(page)


def test_an_account_by_phone(stranger, say, language):
    from edu.accounts.models import User

    page = stranger()
    register_by_phone(page, say)
    user = User.objects.get(phone=f"+86{PHONE}")
    assert (user.phone_verified, user.email, user.language) == (True, None, language)
    assert bool(CHINESE.search(newest_message(page).splitlines()[-1])) == (language == "zh-hans")
    sign_out(page, say)
    page.goto("/accounts/login/")
    page.get_by_role("link", name=say("Code"), exact=True).click()
    fill(page, login="138 0013 8000")
    send(page, say("Send the code"))
    prove(page, say)
    assert signed_in(page)


def test_a_new_password_by_phone(stranger, say):
    page = stranger()
    register_by_phone(page, say)
    sign_out(page, say)
    page.goto("/accounts/password/reset/")
    page.get_by_role("link", name=say("By phone"), exact=True).click()
    fill(page, phone=PHONE)
    send(page, say("Send the code"))
    code = newest_code(page)
    fill(page, code="000000" if code != "000000" else "111111", password=OTHER_PASSWORD)
    send(page, say("Set the password"))
    refused(page, say("This code is not right. Check the digits, or ask for a new one."))
    fill(page, code=code, password=OTHER_PASSWORD)
    send(page, say("Set the password"))
    expect(page.locator("body")).to_contain_text(say("Your password is changed. Sign in with it."))
    fill(page, login=PHONE, password=OTHER_PASSWORD)
    send(page, say("Sign in"))
    assert signed_in(page)


def sign_in_by_staff_number(page, say, password: str) -> None:
    """Sign in with the organisation's code."""
    page.goto("/accounts/login/")
    page.get_by_role("link", name=say("Staff number"), exact=True).click()
    fill(page, organization_code=CODE, staff_number=STAFF_NUMBER, password=password)
    send(page, say("Sign in"))


def choose_own_password(page, say, first: str, own: str) -> None:
    """Get past the page that asks for a password of one's own; nothing else opens before."""
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Choose your own password"))
    page.goto("/courses/")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Choose your own password"))
    fill(page, oldpassword=first, password1=first, password2=first)
    send(page, say("Change the password"))
    refused(page, say("The new password must differ from the present one."))
    fill(page, oldpassword=first, password1=own, password2=own)
    send(page, say("Change the password"))
    page.wait_for_url("**/me/")


def test_a_staff_number_with_a_first_password(stranger, say):
    page = stranger()
    sign_in_by_staff_number(page, say, "wrong-password-1")
    refused(
        page,
        say(
            "The organisation code, the staff number or the password is not right. "
            "Check them, or ask your trainer for a new first password."
        ),
    )
    sign_in_by_staff_number(page, say, FIRST_PASSWORD)
    choose_own_password(page, say, FIRST_PASSWORD, OTHER_PASSWORD)
    sign_out(page, say)
    sign_in_by_staff_number(page, say, OTHER_PASSWORD)
    assert signed_in(page)


def test_a_new_password_for_a_staff_number_comes_from_the_trainer(stranger, say, at_browser, user_of):
    page = stranger()
    page.goto("/accounts/organization/")
    page.get_by_role("link", name=say("Forgotten your password?")).click()
    expect(page.locator("main")).to_contain_text(
        say(
            "Ask the trainer of your organisation (often the personnel or training department) "
            "for a new first password."
        )
    )

    trainer = at_browser(user_of("trainer"))
    trainer.goto(f"/training/people/?q={STAFF_NUMBER}")
    trainer.locator("main table a[href*='/training/people/']").first.click()
    trainer.get_by_role("button", name="Reset the password").click()
    with trainer.expect_navigation():
        trainer.locator("dialog[open] button[value=confirm]").click()
    expect(trainer.locator("main")).to_contain_text("Shown this once")
    first = trainer.locator("dl.facts code").last.inner_text()

    page.get_by_role("link", name=say("Sign in with the staff number")).click()
    fill(page, organization_code=CODE, staff_number=STAFF_NUMBER, password=FIRST_PASSWORD)
    send(page, say("Sign in"))
    expect(page.locator(".error-summary")).to_be_visible()
    sign_in_by_staff_number(page, say, first)
    choose_own_password(page, say, first, OTHER_PASSWORD)


def test_the_language_that_was_switched_to_stays(at_browser, user_of, site):
    from edu.accounts.models import User

    page = at_browser(user_of("learner"))
    page.goto("/me/")
    page.get_by_role("button", name="中文").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.goto("/courses/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert User.objects.get(email="learner@example.com").language == "zh-hans"
    cookie = next(row for row in page.context.cookies() if row["name"] == "django_language")
    assert cookie["expires"] > timezone.now().timestamp() + 30 * 86400

    elsewhere = at_browser(user_of("learner"), language="en")
    elsewhere.goto("/me/")
    elsewhere.get_by_role("button", name="中文").first.click()
    elsewhere.context.clear_cookies(name="sessionid")
    elsewhere.goto("/")
    expect(elsewhere.locator("html")).to_have_attribute("lang", "zh-Hans")


def make_link(trainer, *, people: str = "") -> str:
    """Make an invitation link at the trainer's desk; return its address."""
    trainer.goto("/training/invitations/")
    trainer.get_by_label("For how many people").fill(people)
    trainer.get_by_role("button", name="Make the link").click()
    picture = trainer.get_by_role("img", name="QR code of the invitation link")
    expect(picture).to_be_visible()
    until(trainer, "document.querySelector('main img[src$=\".svg\"]').naturalWidth > 100")
    return trainer.get_by_label("Link", exact=True).input_value()


def path_of(address: str) -> str:
    """Return the path of an address: the test's server has another port than the site's settings say."""
    return "/" + address.split("/", 3)[3]


def test_a_stranger_joins_by_a_link_that_then_is_used_up(stranger, say, at_browser, user_of):
    from edu.organizations.models import Membership

    trainer = at_browser(user_of("trainer"))
    path = path_of(make_link(trainer, people="1"))
    page = stranger()
    page.goto(path)
    page.get_by_role("link", name=say("Register and join")).click()
    fill(page, phone=PHONE)
    page.get_by_role("checkbox").check()
    send(page, say("Send the code"))
    prove(page, say)
    page.wait_for_url(f"**{path}")
    send(page, say("Join"))
    expect(page.locator("main .error-summary")).to_be_visible()
    fill(page, real_name="新同事")
    send(page, say("Join"))
    expect(page.locator("body")).to_contain_text(Membership.objects.get(user__real_name="新同事").organization.name)
    trainer.reload()
    expect(trainer.locator("main")).to_contain_text("This link no longer works.")

    late = stranger()
    assert late.goto(path).status == 410
    expect(late.locator("main")).to_contain_text(say("As many people as it was meant for have joined by this link."))
    page.goto(path)
    expect(page.locator("main")).to_contain_text(say("You are a member already."))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, "This link was valid until"),
        ({"revoked_at": timezone.now()}, "The trainer has withdrawn this link."),
    ],
)
def test_a_link_that_is_over_explains_itself(at_browser, user_of, change, why):
    from edu.organizations.models import Invitation

    path = path_of(make_link(at_browser(user_of("trainer"))))
    Invitation.objects.filter(token=path.strip("/").rsplit("/", 1)[1]).update(**change)
    page = at_browser()
    assert page.goto(path).status == 410
    expect(page.locator("main")).to_contain_text(why)
    expect(page.locator("main")).to_contain_text("Ask your trainer for a new link.")
