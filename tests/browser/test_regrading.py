"""A wrong key, found by the statistics: seen, marked anew, told to the learner, and taken back."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.factories.regrading import make_class

ABLE, WEAK = {1: "a", 2: True, 3: "12.5"}, {1: "b"}
"""The sample's key is b, and those who know the rest choose a."""


@pytest.fixture
def miskeyed(site, user_of, settle):
    """Return an exam of the instructor whose first key is wrong, and its attempts."""
    exam, attempts = make_class(
        answers=[ABLE] * 9 + [WEAK] * 9,
        types=("single_choice", "true_false", "numerical"),
        owner=user_of("instructor"),
        title="Miskeyed",
    )
    settle()
    return exam, attempts


def accessible(page):
    """Fail on what axe finds on the page as it is."""
    assert violations(page) == []


def test_from_the_alert_to_the_learner_and_back(miskeyed, at_browser, user_of, settle):
    exam, attempts = miskeyed
    page = at_browser(user_of("instructor"))
    page.goto(f"/teach/gradebook/{exam.public_id}/")
    page.get_by_role("link", name="Statistics", exact=True).click()
    page.get_by_role("button", name="Compute the statistics").click()
    settle()
    page.get_by_role("link", name="Look again").click()
    alerts = page.get_by_role("region", name="What to look at")
    expect(alerts.get_by_text("The key is likely wrong", exact=True)).to_be_visible()
    accessible(page)
    alerts.locator("a.row__title").first.click()
    expect(page.get_by_text("may be right", exact=True)).to_be_visible()
    accessible(page)

    page.get_by_role("link", name="Mark anew").click()
    page.get_by_label("Recount with the corrected key", exact=False).check()
    page.get_by_label("given here, for this regrade alone").check()
    page.get_by_label("B. 2").uncheck()
    page.get_by_label("A. 1").check()
    page.get_by_role("textbox", name="Why").fill("Option A was right.")
    accessible(page)
    page.get_by_role("button", name="See what would happen").click()
    expect(page.get_by_text("is being computed")).to_be_visible()
    settle()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="What would happen")).to_be_visible()
    page.get_by_role("link", name="Gain").click()
    expect(page.get_by_role("table").last.get_by_role("row")).to_have_count(10)
    accessible(page)
    page.get_by_role("button", name="Change the marks so").click()
    settle()
    page.reload()
    expect(page.get_by_role("heading", name="What it changed")).to_be_visible()

    learner = at_browser(attempts[0].user)
    learner.goto("/notifications/")
    expect(learner.get_by_text("Marked anew: Miskeyed").first).to_be_visible()
    learner.goto(f"/exams/attempts/{attempts[0].public_id}/review/")
    expect(learner.get_by_text("This question was marked anew with a corrected key.")).to_be_visible()

    page.get_by_role("button", name="Undo …").click()
    settle()
    page.reload()
    page.get_by_role("button", name="Undo it so").click()
    settle()
    page.goto("/teach/regrades/")
    expect(page.get_by_text("undone", exact=True)).to_be_visible()
    accessible(page)
    learner.reload()
    expect(learner.get_by_text("marked anew with a corrected key")).to_have_count(0)
    attempts[0].refresh_from_db()
    assert attempts[0].score == 4
