"""Choosing what to practise, on a phone and a desktop in both languages: random, daily, a set in a lesson."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.answers import answer
from tests.browser.pages import accounting_bank, lesson_of_kind

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
PLACES = [
    pytest.param(language, size, id=f"{language}-{name}")
    for language in ("en", "zh-hans")
    for name, size in (("phone", PHONE), ("desktop", DESKTOP))
]
WORDS = {
    "en": {
        "show": "Show chapters and count",
        "fit": re.compile(r"questions? fit|More than"),
        "begin": "Begin the practice",
        "day": re.compile("questions for today"),
        "day_begin": "Begin today's practice",
        "continue": "Continue",
        "done": "Done for today",
        "tomorrow": "The next one comes tomorrow",
        "set": "Make a practice set of these",
        "make": "Make the practice set",
        "made": "The practice set is made.",
        "asks": "The quiz asks the practice set.",
    },
    "zh-hans": {
        "show": "查看章节和题数",
        "fit": re.compile("道题符合条件|符合条件的题超过"),
        "begin": "开始练习",
        "day": re.compile("今天 .* 道题"),
        "day_begin": "开始今天的练习",
        "continue": "继续",
        "done": "今天已完成",
        "tomorrow": "下一次在明天",
        "set": "用这些题做练习集",
        "make": "建立练习集",
        "made": "练习集已建好。",
        "asks": "测验改用这个练习集。",
    },
}


def fits(page):
    """No page is wider than its window."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def answer_all(page, user):
    """Answer every question of the person's newest practice rightly, and finish it."""
    from edu.demo.answers import right_answer
    from exams.models import PracticeSession, QuestionVersion

    session = PracticeSession.objects.filter(user=user).latest("pk")
    versions = QuestionVersion.objects.in_bulk([item["version_id"] for item in session.items])
    for place, item in enumerate(session.items, start=1):
        version = versions[item["version_id"]]
        page.goto(f"{reverse('practice:session', args=[session.public_id])}?n={place}")
        answer(page.locator("#practice-item"), right_answer(version.type, version.content, version.key))
        page.locator("button[form=practice-form]").first.click()
        expect(page.locator("#practice-form")).to_have_count(0)
    page.reload()
    page.locator(f"form[action='{reverse('practice:finish', args=[session.public_id])}'] button").first.click()
    expect(page.locator(".score-board")).to_be_visible()
    return session


@pytest.mark.parametrize(("language", "size"), PLACES)
def test_random_practice_and_the_practice_of_the_day(at_browser, user_of, language, size):
    words, user = WORDS[language], user_of("learner")
    page = at_browser(user, language=language, viewport=size)
    page.goto("/practice/")
    fits(page)
    page.locator("a[href='/practice/random/']").first.click()
    page.locator(f"label:has(input[value='{accounting_bank().public_id}'])").click()
    page.get_by_role("button", name=words["show"]).click()
    expect(page.get_by_role("status").filter(has_text=words["fit"])).to_be_visible()
    page.locator("[name=topics]").first.check()
    page.locator("select[name=count]").select_option("5")
    fits(page)
    page.get_by_role("button", name=words["begin"]).click()
    page.wait_for_selector("#practice-item [data-response]")

    page.goto("/practice/daily/")
    expect(page.locator("main")).to_contain_text(words["day"])
    expect(page.locator("[data-why] span").first).to_be_visible()
    fits(page)
    page.get_by_role("button", name=words["day_begin"]).click()
    page.wait_for_selector("#practice-item [data-response]")
    other = at_browser(user, language=language, viewport=DESKTOP if size == PHONE else PHONE)
    other.goto("/practice/daily/")
    other.get_by_role("button", name=words["continue"]).click()
    other.wait_for_selector("#practice-item [data-response]")
    assert other.url.split("?")[0] == page.url.split("?")[0]

    from exams.models import PracticeSession
    from exams.practice.answers import finish_session

    finish_session(session=PracticeSession.objects.get(user=user, mode="daily"))
    page.goto("/practice/daily/")
    expect(page.locator("main")).to_contain_text(words["done"])
    expect(page.locator("main")).to_contain_text(words["tomorrow"])
    page.goto("/practice/records/")
    expect(page.locator("tbody tr").first).to_be_visible()
    fits(page)


@pytest.mark.parametrize(("language", "size"), PLACES)
def test_an_instructor_makes_a_set_and_a_lesson_asks_it(at_browser, user_of, settle, language, size):
    from courses.models import LessonProgress

    words, learner = WORDS[language], user_of("learner")
    lesson = lesson_of_kind("quiz")
    LessonProgress.objects.filter(user=learner, lesson=lesson).delete()
    page = at_browser(user_of("instructor"), language=language, viewport=size)
    page.goto(f"{reverse('authoring:bank', args=[accounting_bank().public_id])}?type=true_false")
    page.get_by_role("link", name=words["set"]).click()
    page.locator("input[name=title]").fill("热身 Warm up")
    page.locator("input[name=count]").fill("2")
    fits(page)
    page.get_by_role("button", name=words["make"]).click()
    expect(page.locator("body")).to_contain_text(words["made"])
    fits(page)
    page.goto(reverse("teaching:questions", args=[lesson.public_id]))
    page.locator("select[name=practice_set]").select_option(index=1)
    page.locator("form:has(select[name=practice_set]) button").click()
    expect(page.locator("body")).to_contain_text(words["asks"])

    page = at_browser(learner, language=language, viewport=size)
    page.goto(lesson.get_absolute_url())
    fits(page)
    page.locator(".quiz-card button").click()
    page.wait_for_selector("#practice-item [data-response]")
    session = answer_all(page, learner)
    assert (session.practice_set.title, len(session.items)) == ("热身 Warm up", 2)
    settle()
    page.goto(lesson.get_absolute_url())
    expect(page.locator("[data-done-badge]")).to_be_visible()
