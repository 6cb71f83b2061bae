"""Today, goal, progress and the class's weak topics, as a learner and an author at a phone and a desktop see them."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from edu.core.clock import now_utc
from exams.models import PracticeAnswer, PracticePreference, PracticeSession, QuestionProgress
from tests.browser.banks import make_bank, write

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
SCREENS = pytest.mark.parametrize(
    ("language", "screen"), [("en", PHONE), ("en", DESKTOP), ("zh-hans", PHONE), ("zh-hans", DESKTOP)]
)
WORDS = {
    "en": {
        "daily": "Begin today's practice",
        "reached": "Goal reached: 4 questions today.",
        "rest": "That is all for today",
        "progress": "My progress",
        "weakest": "Weakest first",
        "practise": "Practise this",
        "save": "Save the goal",
        "saved": "Saved.",
        "fails": "Where the class fails",
        "wrong": "% wrong",
        "few": "not enough answers yet",
    },
    "zh-hans": {
        "daily": "开始今天的练习",
        "reached": "目标达成：今日 4 题。",
        "rest": "今天到此为止",
        "progress": "我的进步",
        "weakest": "最薄弱在前",
        "practise": "练习本章",
        "save": "保存目标",
        "saved": "已保存。",
        "fails": "班级薄弱点",
        "wrong": "错误率",
        "few": "作答不足",
    },
}


def stays_within(page):
    """The page is not wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, page.url


@pytest.fixture
def walked(user_of, site):
    """Return (author, learner, bank): a bank of two chapters, of which the learner knows one and not the other."""
    author, learner = user_of("instructor"), user_of("learner")
    QuestionProgress.objects.filter(user=learner).delete()
    PracticeSession.objects.filter(user=learner).delete()
    bank = make_bank(author, name="Goals of a day", topics=("Known", "Unknown", "Hardly met"), visibility="public")
    rows = [
        write(bank, stem=f"{topic} {number}?", topic=topic)
        for topic, count in (("Known", 8), ("Unknown", 6), ("Hardly met", 3))
        for number in range(count)
    ]
    for row in rows[:15]:
        answer(learner, row, right=row.topic.name == "Known", days_ago=row.pk % 3 + 1)
    return author, learner, bank


def answer(user, question, *, right, days_ago=0):
    """Let the learner have answered a question, some days ago."""
    at = now_utc() - timedelta(days=days_ago)
    session = PracticeSession.objects.create(
        user=user, mode="chapter", title="Chapter", items=[], started_at=at, active_at=at, finished_at=at
    )
    PracticeAnswer.objects.create(
        session=session,
        user=user,
        index=0,
        question_id=question.pk,
        version_id=question.current_version_id,
        state="graded",
        fraction=float(right),
        seconds=25,
        answered_at=at,
    )
    QuestionProgress.objects.update_or_create(
        user=user,
        question=question,
        defaults={
            "version_id": question.current_version_id,
            "answered_count": 1,
            "last_fraction": float(right),
            "last_answered_at": at,
            "stability": 20.0,
            "difficulty": 5.0,
            "due_at": at + timedelta(days=20),
        },
    )


@SCREENS
def test_a_day_of_practice_from_the_button_to_rest(at_browser, walked, language, screen):
    _author, learner, bank = walked
    words = WORDS[language]
    PracticePreference.objects.update_or_create(user=learner, defaults={"daily_goal": 4})
    page = at_browser(learner, language=language, **screen)
    page.goto("/practice/")
    card = page.locator("[data-today]")
    expect(card).to_have_attribute("data-today", "daily")
    expect(card.get_by_role("button", name=words["daily"])).to_be_visible()
    stays_within(page)
    for question in bank.questions.order_by("pk")[:4]:
        answer(learner, question, right=True)
    page.reload()
    expect(card.get_by_role("status")).to_have_text(words["reached"])
    page.reload()
    expect(card.get_by_role("heading")).to_have_text(words["rest"])
    expect(card.get_by_role("status")).to_have_count(0)


@SCREENS
def test_progress_leads_to_the_weakest_chapter(at_browser, walked, language, screen):
    _author, learner, bank = walked
    words = WORDS[language]
    page = at_browser(learner, language=language, **screen)
    page.goto("/practice/")
    page.locator("main").get_by_role("link", name=words["progress"]).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["progress"])
    expect(page.locator("main")).to_contain_text(words["few"])
    stays_within(page)
    page.get_by_role("link", name=words["weakest"]).click()
    page.wait_for_url("**/progress/?sort=weakest*")
    rows = page.locator("tbody tr", has=page.locator("button"))
    expect(rows.first).to_contain_text("Unknown")
    stays_within(page)
    rows.first.get_by_role("button", name=words["practise"]).click()
    page.wait_for_url("**/practice/sessions/**")
    session = PracticeSession.objects.get(user=learner, finished_at__isnull=True)
    assert session.topic.name == "Unknown"
    assert session.bank == bank


@SCREENS
def test_goal_and_reminder_are_set(at_browser, walked, language, screen):
    _author, learner, _bank = walked
    words = WORDS[language]
    page = at_browser(learner, language=language, **screen)
    page.goto("/practice/goals/")
    page.locator("#id_daily_goal").fill("12")
    page.locator("#id_reminds").check()
    page.locator("#id_reminder_hour").select_option("7")
    page.get_by_role("button", name=words["save"]).click()
    expect(page.locator("body")).to_contain_text(words["saved"])
    row = PracticePreference.objects.get(user=learner)
    assert (row.daily_goal, row.reminds, row.reminder_hour) == (12, True, 7)
    stays_within(page)


@pytest.mark.parametrize(("language", "screen"), [("en", DESKTOP), ("zh-hans", PHONE)])
def test_an_author_sees_where_the_class_fails(at_browser, walked, language, screen):
    from tests.factories.exams import make_user

    author, _learner, bank = walked
    words = WORDS[language]
    questions = {row.topic.name: row for row in bank.questions.select_related("topic")}
    for _index in range(5):
        learner = make_user()
        answer(learner, questions["Known"], right=True)
        answer(learner, questions["Unknown"], right=False)
    page = at_browser(author, language=language, **screen)
    page.goto(f"/teach/weak-topics/?bank={bank.public_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(words["fails"])
    first = page.locator(".weak-topics > li").first
    expect(first).to_contain_text("Unknown")
    expect(first).to_contain_text(words["wrong"])
    stays_within(page)
    first.locator("details a").first.click()
    page.wait_for_url("**/figures/**")
