"""A paper practised against the clock, on a phone and a desktop in both languages: it counts, goes on after a reload
and on another device, warns, and hands in by itself what is answered."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.answers import answer

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
PLACES = [
    pytest.param(language, size, id=f"{language}-{name}")
    for language in ("en", "zh-hans")
    for name, size in (("phone", PHONE), ("desktop", DESKTOP))
]
WARNING = {"en": "Five minutes left", "zh-hans": "还剩五分钟"}


def shown_seconds(page):
    """Return the seconds gone by, as the clock shows them."""
    text = page.locator("[data-clock-text]").inner_text()
    minutes, seconds = re.findall(r"\d+", text)[:2]
    return 60 * int(minutes) + int(seconds)


def leave(session, *, seconds):
    """Let the clock of a session have so many seconds left."""
    from edu.core.clock import now_utc
    from exams.models import PracticeSession

    ends_at = now_utc() + timedelta(seconds=seconds)
    PracticeSession.objects.filter(pk=session.pk).update(
        ends_at=ends_at, started_at=ends_at - timedelta(seconds=session.limit_seconds)
    )


@pytest.mark.parametrize(("language", "size"), PLACES)
def test_the_clock_counts_survives_a_reload_and_hands_in(at_browser, user_of, language, size):
    from edu.access.services import give_grant
    from edu.demo.answers import right_answer
    from exams.models import Paper, PracticeSession, QuestionVersion

    user = user_of("learner")
    paper = Paper.objects.filter(is_practice=True, current_version__isnull=False).first()
    give_grant(user_id=user.pk, product_key=paper.product_key, source_kind="order", source_id="clock")
    page = at_browser(user, language=language, viewport=size)
    page.goto(reverse("practice:paper", args=[paper.public_id]))
    page.locator("label:has(input[name=clock][value=timed])").click()
    page.locator("input[name=minutes]").fill("10")
    page.locator("form:has([name=minutes]) button[type=submit]").click()
    page.wait_for_selector("#practice-item [data-response]")
    session = PracticeSession.objects.filter(user=user).latest("pk")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    before = shown_seconds(page)
    page.wait_for_timeout(2100)
    assert shown_seconds(page) > before

    version = QuestionVersion.objects.get(pk=session.items[0]["version_id"])
    answer(page.locator("#practice-item"), right_answer(version.type, version.content, version.key))
    page.locator("button[form=practice-form]").first.click()
    for _wait in range(50):  # feedback waits for the end: what is stored tells that it has arrived
        session.refresh_from_db()
        if session.answered_count:
            break
        page.wait_for_timeout(100)

    leave(session, seconds=200)
    page.reload()
    assert 395 <= shown_seconds(page) <= 415
    expect(page.locator("[data-practice-clock][data-late]")).to_be_visible()
    expect(page.locator("[data-clock-warning]")).to_have_text(WARNING[language])
    other = at_browser(user, language=language, viewport=DESKTOP if size == PHONE else PHONE)
    other.goto(reverse("practice:session", args=[session.public_id]))
    assert abs(shown_seconds(other) - shown_seconds(page)) <= 10

    leave(session, seconds=3)
    page.reload()
    page.wait_for_url(re.compile(reverse("practice:result", args=[session.public_id])), timeout=15_000)
    expect(page.locator(".score-board")).to_be_visible()
    session.refresh_from_db()
    assert (session.finished_at is not None, session.answered_count) == (True, 1)
    other.goto(reverse("practice:session", args=[session.public_id]))
    assert other.url.endswith(reverse("practice:result", args=[session.public_id]))
