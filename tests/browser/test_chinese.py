"""The site in Chinese: no English words of ours left on pages, in mails, in form errors, in spreadsheets."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.pages import AREAS, exam_titled, offer_of_course
from tests.browser.sheets import download

DEMO = Path(__file__).parents[2] / "edu" / "demo"
TEXTS = """() => {
    const seen = new Set();
    const say = (text) => seen.add(text.replace(/\\s+/g, " ").trim());
    const asides = "script, style, code, pre, time, [lang|=en], .prose, .katex, [hidden], option[value='en']";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (!node.parentElement.closest(asides)) say(node.textContent);
    }
    for (const name of ["aria-label", "placeholder", "title", "alt", "data-label", "data-confirm"]) {
        for (const element of document.querySelectorAll(`[${name}]`)) {
            if (!element.closest(asides)) say(element.getAttribute(name));
        }
    }
    return [...seen];
}"""
"""Every text and label of the page, whether it is shown at the moment or not; code, times and rich text apart."""

WORDS = re.compile(r"[A-Za-z]{3,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ALLOWED = re.compile(
    r"""English | Jinbang | Excel | ((Word|Excel)（.[a-z]+）|GIFT)(\ ·\ English)? | Aiken
    | Moodle\ XML | QTI\ [0-9./\ ]+
    | LocMemCache | sqlite | postgresql | .*@.* | https?://.* | [A-Z0-9_-]+
    | Certificate\ of\ Achievement | .*\.(xlsx|pdf|mp4|csv) | [a-z_]+(\.[a-z_]+)+ | [a-z0-9]*[0-9_-][a-z0-9_-]*""",
    re.VERBOSE,
)
"""Names, formats, addresses, codes and identifiers, which are the same in every language."""


@pytest.fixture
def content(site: str) -> str:
    """Return what people wrote, or was written to them in another language: not the site's words."""
    from edu.accounts.models import User
    from edu.notifications.models import Notification

    texts = [path.read_text(encoding="utf-8") for path in sorted(DEMO.rglob("*")) if path.suffix in (".yaml", ".py")]
    texts += User.objects.values_list("display_name", flat=True)
    for written in Notification.objects.values_list("title", "body"):
        texts += written
    return " ".join(" ".join(texts).split())


def english_of(texts: list[str], content: str) -> list[str]:
    """Return the texts that are English words of the site itself."""
    ours = {text for text in texts if WORDS.search(text) and not CHINESE.search(text) and not ALLOWED.fullmatch(text)}
    return sorted(text for text in ours if text.rstrip(" .…") not in content)


@pytest.mark.parametrize("area", AREAS)
def test_pages_speak_chinese(at_browser, user_of, content, area):
    who = AREAS[area][0].who
    page = at_browser(user_of(who) if who else None, language="zh-hans")
    found = []
    for one in AREAS[area]:
        page.goto(one.address())
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        found += [f"{one}: {text[:120]}" for text in english_of(page.evaluate(TEXTS), content)]
    assert not found, "\n".join(found)


def test_form_errors_and_mails_speak_chinese(at_browser, settle, content):
    from edu.notifications.models import MailboxMessage

    page = at_browser(language="zh-hans")
    page.goto("/accounts/signup/")
    page.locator("main form button[type=submit]").last.click()
    errors = page.locator(".field__errors, .error-summary")
    expect(errors.first).to_be_visible()
    assert not english_of(errors.all_inner_texts(), content)
    page.get_by_label("邮箱").first.fill("zhongwen@example.com")
    page.locator("input[type=password]").first.fill("a-walk-through-7")
    page.get_by_role("checkbox").check()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/confirm-email/**")
    settle()
    mail = MailboxMessage.objects.get(recipient="zhongwen@example.com")
    assert CHINESE.search(mail.subject)
    lines = [line.strip() for line in mail.text.splitlines() if not line.strip().startswith("http")]
    assert not english_of(lines, content)


def test_a_purchase_is_told_in_chinese(site, user_of, settle, content):
    from edu.notifications.models import MailboxMessage
    from payments import services as payments

    user = user_of("newcomer")
    user.language = "zh-hans"
    user.save()
    order = payments.place_order(
        user=user, items=[(offer_of_course().public_id, 1)], idempotency_key="zh", accept_terms=True
    )
    payments.pay_in_sandbox(user=user, order_public_id=order.public_id)
    settle()
    mails = MailboxMessage.objects.filter(recipient=user.email)
    assert mails
    for mail in mails:
        assert CHINESE.search(mail.subject), mail.subject
        lines = [line.strip() for line in mail.text.splitlines() if not line.strip().startswith("http")]
        assert not english_of(lines, content)


def test_the_gradebook_has_chinese_columns(at_browser, user_of):
    page = at_browser(user_of("instructor"), language="zh-hans")
    page.goto(f"/teach/gradebook/{exam_titled('结业考试').public_id}/")
    page.get_by_role("link", name="导出", exact=True).click()
    rows = download(page, page.get_by_role("button", name="导出", exact=True).click)
    columns = [str(cell).partition("（")[0] for cell in rows[0]][:7]
    assert columns == ["姓名", "工号", "部门", "得分", "是否及格", "用时", "交卷时间"]


def test_the_language_is_switched_on_the_page(at_browser):
    page = at_browser()
    page.goto("/courses/")
    page.get_by_role("button", name="中文").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
