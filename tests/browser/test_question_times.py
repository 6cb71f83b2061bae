"""How long questions are in view, as a learner at a browser spends it: counted, kept, sent late, shown."""

import pytest
from playwright.sync_api import expect

from edu.core.clock import now_utc
from exams.models import Attempt
from tests.browser.waiting import until

SAVES = "**/api/v1/attempts/*/responses"


@pytest.fixture
def enter(at_browser, user_of):
    """Return a function that seats the demo's learner in a new exam of two questions; page and attempt."""
    from exams.services import start_attempt
    from tests.factories.exams import make_exam

    def seat(**fields):
        user = user_of("learner")
        exam = make_exam(**{"types": ("single_choice", "true_false"), "layout": "one_question"} | fields)
        attempt = start_attempt(user_id=user.pk, exam_id=exam.public_id, now=now_utc()).attempt
        page = at_browser(user, language="en")
        enter_room(page, attempt)
        return page, attempt

    return seat


def enter_room(page, attempt):
    page.goto(f"/exams/attempts/{attempt.public_id}/")
    page.wait_for_selector("[data-exam-room][data-ready]")


def saved(page):
    expect(page.locator("[data-save-state][data-state=saved]")).to_have_text("All answers saved")


def seconds_of(attempt) -> list[int]:
    """Return what the server has, two numbers at least."""
    stored = Attempt.objects.values_list("question_seconds", flat=True).get(pk=attempt.pk)
    return ([int(part) for part in stored.split(",") if part] + [0, 0])[: max(2, stored.count(",") + 1)]


def kept_seconds(page) -> int:
    """Return the sum of what waits on the device."""
    kept = "Object.keys(localStorage).find((name) => name.startsWith('room.times.'))"
    return page.evaluate(f"(JSON.parse(localStorage.getItem({kept}) ?? '[]')).reduce((a, b) => a + b, 0)")


def test_two_questions_of_different_length_are_told_apart_in_the_review(enter):
    page, attempt = enter()
    page.wait_for_timeout(2500)
    page.locator("#question-1 .option").first.click()
    page.get_by_role("button", name="Next").click()
    page.wait_for_timeout(7000)
    page.locator("#question-2 .option").first.click()
    saved(page)
    # What follows the last answer goes with handing in.
    page.wait_for_timeout(3000)
    page.get_by_role("button", name="Hand in…").click()
    page.wait_for_url("**/submit/")
    first, second = seconds_of(attempt)
    assert 2 <= first <= 6, (first, second)
    assert 9 <= second <= 15, (first, second)
    page.get_by_role("button", name="Hand in").click()
    page.wait_for_url("**/result/")
    until(page, "!Object.keys(localStorage).some((name) => name.startsWith('room.times.'))")
    page.get_by_role("link", name="Review the questions").click()
    expect(page.locator(".question-time").first).to_have_text(f"In view for {first} seconds")
    expect(page.locator(".question-time").nth(1)).to_have_text(f"In view for {second} seconds")
    page.goto(f"/exams/attempts/{attempt.public_id}/timeline/")
    expect(page.locator("main")).to_contain_text("Handed in")


def test_a_lost_network_costs_neither_answers_nor_times(enter):
    page, attempt = enter()
    page.route(SAVES, lambda route: route.abort())
    page.wait_for_timeout(3500)
    page.locator("#question-1 .option").first.click()
    expect(page.locator("[data-save-state][data-state=offline]")).to_be_visible()
    assert seconds_of(attempt) == [0, 0]
    page.unroute(SAVES)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page)
    assert 3 <= seconds_of(attempt)[0] <= 15


def test_a_page_that_is_opened_again_counts_on(enter):
    page, attempt = enter()
    page.route(SAVES, lambda route: route.abort())
    page.wait_for_timeout(4500)
    # Nothing was answered and nothing arrived: what was counted waits on the device.
    enter_room(page, attempt)
    page.unroute(SAVES)
    assert kept_seconds(page) >= 4
    page.locator("#question-1 .option").first.click()
    saved(page)
    assert 4 <= seconds_of(attempt)[0] <= 12


def test_a_paused_exam_and_a_hidden_page_do_not_count(enter):
    page, attempt = enter()
    page.evaluate("document.querySelector('[data-paused-notice]').hidden = false")
    page.wait_for_timeout(3000)
    page.evaluate("document.querySelector('[data-paused-notice]').hidden = true")
    page.evaluate("Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })")
    page.wait_for_timeout(3000)
    page.evaluate("delete document.visibilityState")
    page.locator("#question-1 .option").first.click()
    saved(page)
    assert seconds_of(attempt)[0] <= 4


def test_a_page_of_several_questions_counts_the_one_at_hand(enter):
    page, attempt = enter(layout="one_page")
    page.locator("#question-2 .option").first.click()
    page.wait_for_timeout(3500)
    page.locator("#question-2 .option").nth(1).click()
    saved(page)
    until(page, "document.querySelector('[data-save-state]').dataset.state === 'saved'")
    first, second = seconds_of(attempt)
    assert second >= 3
    assert first <= 3


def test_a_forward_only_exam_sends_them_with_its_form(enter):
    page, attempt = enter(forward_only=True)
    page.locator("#question-1 .option").first.click()
    saved(page)
    page.wait_for_timeout(3000)
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_selector("#question-2")
    assert 3 <= seconds_of(attempt)[0] <= 10
