"""What only shows while somebody is at it: the exam room, practice, the checkout and sign-in, looked at by axe.

Each state is looked at on a light desktop and on a dark phone, without leaving it.
"""

import re

import pytest
from playwright.sync_api import expect

from edu.demo.enterprise import CODE
from edu.demo.people import PASSWORD
from tests.browser.answers import answer, question, right_answers_of
from tests.browser.mailbox import newest_code
from tests.browser.pages import exam_titled, offer_of_course
from tests.browser.test_accessibility import complaints_of, violations
from tests.browser.waiting import until

COURSE = "初级会计实务入门"
LIGHT_DESKTOP = ("light", {"width": 1440, "height": 900})
DARK_PHONE = ("dark", {"width": 360, "height": 740})
STILL = "document.getAnimations().every((one) => !(one instanceof CSSTransition))"
"""No colour is on its way from one theme to the other."""


EXPECTED = re.compile(r"ERR_INTERNET_DISCONNECTED|status of (410|422)")
"""What a browser notes by itself: the network away, a link that is over, a form that came back with errors."""


class Inspector:
    """Looks at a page as it is now, in both themes and widths, and keeps what it finds."""

    def __init__(self, page) -> None:
        self.page = page
        self.found: list[str] = []
        self.heard = complaints_of(page)

    def look(self, state: str) -> None:
        """Look for violations, sideways scrolling and complaints of the browser; leave the page as it was."""
        for scheme, size in (DARK_PHONE, LIGHT_DESKTOP):
            self.page.set_viewport_size(size)
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            until(self.page, STILL)
            label = f"{state}, {scheme}"
            wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wide > 0:
                self.found.append(f"{label}: {wide} px too wide at {size['width']} px")
            # At full height nothing lies under the bars that stay in place while a person scrolls.
            whole = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({"width": size["width"], "height": max(whole, size["height"])})
            until(self.page, STILL)
            self.found += [f"{label}: {line}" for line in violations(self.page)]
            self.page.set_viewport_size(size)
            self.found += [f"{label} console: {line}" for line in self.heard if not EXPECTED.search(line)]
            self.heard.clear()

    def report(self) -> None:
        """Fail with everything that was found."""
        assert not self.found, "\n".join(self.found)


@pytest.fixture
def sits(at_browser, user_of):
    """Return a function that opens a browser for a demo person, with somebody who inspects its page."""

    def open_page(who: str = ""):
        page = at_browser(user_of(who) if who else None, reduced_motion="reduce")
        return page, Inspector(page)

    return open_page


@pytest.mark.parametrize("title", ["综合能力测评", "结业考试"])
def test_the_exam_room(sits, title):
    from exams.models import Attempt

    page, inspector = sits("learner")
    exam = exam_titled(title)
    page.goto(f"/exams/{exam.public_id}/")
    page.get_by_role("button", name="Start the exam").click()
    page.wait_for_selector("[data-exam-room]")
    inspector.look("room, nothing answered")

    right = right_answers_of(Attempt.objects.get(exam=exam, user__email="learner@example.com", state="open"))
    for slot in sorted(right)[:-1]:
        answer(question(page, slot), right[slot])
    page.locator("[data-flag]").first.click()
    expect(page.locator("[data-save-state][data-state=saved]")).to_have_text("All answers saved", timeout=20_000)
    inspector.look("room, answered and flagged")

    page.context.set_offline(True)
    page.locator("[data-response=single] label:not(:has(input:checked))").last.click()
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "offline", timeout=20_000)
    inspector.look("room, offline")
    page.context.set_offline(False)
    expect(page.locator("[data-save-state][data-state=saved]")).to_have_text("All answers saved", timeout=20_000)

    page.get_by_role("button", name="Hand in…").click()
    page.wait_for_url("**/submit/")
    inspector.look("before handing in")
    page.get_by_role("button", name="Hand in now").click()
    page.wait_for_url("**/result/")
    inspector.look("result")
    inspector.report()


def test_a_practice_session(sits):
    page, inspector = sits("learner")
    page.goto("/practice/")
    page.get_by_role("link", name=re.compile(COURSE)).first.click()
    page.get_by_role("button", name=re.compile("^Practise .*第一章")).first.click()
    item = page.locator("#practice-item")
    looked = set()
    for _ in range(8):
        kind = item.locator("[data-response]").first.get_attribute("data-response")
        inspector.look(f"practice, {kind} asked")
        options = item.locator(", ".join(f"[data-response={name}] label" for name in ("single", "boolean", "many")))
        if options.count():
            options.last.click()
            page.get_by_role("button", name="Check my answer").click()
            expect(item.locator("[data-next]")).to_be_visible()
            verdict = "wrong" if item.locator("[data-wrong]").count() else "right"
            looked.add(verdict)
            inspector.look(f"practice, {kind} {verdict}")
            item.locator("[data-next]").click()
            page.wait_for_selector("#practice-form")
        else:
            number = item.locator("[aria-current=page]").inner_text()
            item.get_by_role("link", name="Skip").click()
            expect(item.locator("[aria-current=page]")).not_to_have_text(number)
        if "wrong" in looked and len(looked) > 1:
            break
    assert looked
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.locator("dialog[open]")).to_be_visible()
    inspector.look("practice, keys")
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    expect(page.locator("[data-practice-state]")).to_be_visible()
    inspector.look("practice, offline")
    page.context.set_offline(False)
    expect(page.locator("[data-practice-state]")).to_be_hidden()
    page.get_by_role("button", name="Finish").click()
    expect(page.locator("dialog[open]")).to_be_visible()
    inspector.look("practice, finish?")
    page.locator("dialog[open] button[value=confirm]").first.click()
    expect(page.locator(".score-board")).to_be_visible()
    inspector.look("practice, finished")
    inspector.report()


def test_the_checkout(sits):
    page, inspector = sits("newcomer")
    page.goto(f"/shop/offers/{offer_of_course().public_id}/")
    inspector.look("offer")
    page.get_by_role("button", name="Place the order").click()
    expect(page.locator(".error-summary, .field__errors").first).to_be_visible()
    inspector.look("offer, terms not agreed to")
    page.get_by_label("Coupon code").fill("NO-SUCH-CODE")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("main")).to_contain_text("NO-SUCH-CODE")
    inspector.look("offer, wrong coupon")
    page.get_by_label("Coupon code").fill("WELCOME20")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".order-line--total")).to_contain_text("159.20")
    inspector.look("offer, coupon applied")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url("**/pay/")
    inspector.look("choose how to pay")
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.locator("dialog[open]")).to_be_visible()
    inspector.look("cancel the order?")
    page.keyboard.press("Escape")
    page.get_by_label(re.compile("sandbox", re.I)).check()
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url("**/sandbox/**")
    inspector.look("sandbox")
    inspector.report()


@pytest.mark.parametrize(
    ("outcome", "heading"),
    [
        ("The payment succeeds", "Paid. It is yours."),
        ("The payment fails", "The payment failed"),
        ("The payment succeeds after a while", ""),
    ],
)
def test_what_became_of_a_payment(sits, settle, outcome, heading):
    page, inspector = sits("newcomer")
    page.goto(f"/shop/offers/{offer_of_course().public_id}/")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Place the order").click()
    page.get_by_label(re.compile("sandbox", re.I)).check()
    page.get_by_role("button", name="Continue to payment").click()
    page.get_by_label(outcome, exact=True).check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/result/**")
    inspector.look("at once")
    settle()
    page.reload()
    expect(page.locator("main")).to_contain_text(heading)
    inspector.look("later")
    page.goto("/shop/orders/")
    page.locator("main a[href*='/shop/orders/']").first.click()
    inspector.look("the order")
    inspector.report()


def test_the_ways_in_and_back_in(sits):
    page, inspector = sits()
    for path in (
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/organization/",
        "/accounts/signup/?by=mail",
        "/accounts/signup/?by=phone",
        "/accounts/password/reset/",
        "/accounts/reset/phone/",
        "/accounts/reset/staff/",
        "/dev/mailbox/",
    ):
        assert page.goto(path).status == 200
        inspector.look(path)
        forms = page.locator("main form[method=post]:not([action*=demo]) button[type=submit]")
        if path != "/dev/mailbox/" and forms.count():
            forms.first.click()
            expect(page.locator(".error-summary")).to_be_visible()
            inspector.look(f"{path} with errors")
    inspector.report()


def test_codes_and_new_passwords(sits):
    page, inspector = sits()
    page.goto("/accounts/signup/?by=phone")
    page.locator("[name=phone]").fill("13800138000")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send the code").click()
    page.wait_for_selector("[name=code]")
    inspector.look("code of a registration")
    page.locator("[name=code]").first.fill("1")
    page.get_by_role("button", name="Confirm").click()
    inspector.look("wrong code")
    page.locator("[name=code]").first.fill(newest_code(page))
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/me/")
    inspector.look("an empty desk")
    page.goto("/accounts/password/set/")
    inspector.look("first password of one's own")
    page.goto("/accounts/delete/")
    inspector.look("delete my account")
    page.goto("/accounts/logout/")
    inspector.look("sign out")
    page.locator("main").get_by_role("button", name="Sign out").click()

    page.goto("/accounts/reset/phone/")
    page.locator("[name=phone]").fill("13800138000")
    page.get_by_role("button", name="Send the code").click()
    page.wait_for_url("**/code/")
    inspector.look("reset by phone, code")

    page.goto("/accounts/password/reset/")
    page.locator("[name=email]").fill("learner@example.com")
    page.get_by_role("button", name="Send the code").click()
    page.wait_for_selector("[name=code]")
    inspector.look("reset by mail, code")
    page.locator("[name=code]").first.fill(newest_code(page))
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_selector("[name=password1]")
    inspector.look("reset by mail, new password")
    inspector.report()


def test_a_second_factor(sits):
    page, inspector = sits("learner")
    page.goto("/accounts/2fa/totp/activate/")
    inspector.look("the password once more")
    page.locator("main [name=password]").fill("wrong")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".error-summary")).to_be_visible()
    inspector.look("a wrong password")
    page.locator("main [name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/totp/activate/")
    inspector.look("set up an authenticator app")
    inspector.report()


def test_an_invitation(sits, at_browser, user_of):
    from edu.organizations.models import Invitation, Organization
    from edu.organizations.services import create_invitation

    organization = Organization.objects.get(code=CODE)
    link = create_invitation(actor=user_of("trainer"), organization_id=organization.pk)
    page, inspector = sits()
    page.goto(f"/accounts/join/{link.token}/")
    inspector.look("invitation of a stranger")
    joiner, other = sits("newcomer")
    joiner.goto(f"/accounts/join/{link.token}/")
    other.look("invitation of somebody with an account")
    Invitation.objects.filter(pk=link.pk).update(max_uses=1, used_count=1)
    page.goto(f"/accounts/join/{link.token}/")
    inspector.look("invitation that is over")
    inspector.report()
    other.report()
