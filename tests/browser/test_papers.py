"""The author's walk through a paper: pick, order by keys and by hand, marks, blueprint, publish, preview."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations

BANK = "初级会计实务入门"


@pytest.fixture
def page(at_browser, user_of):
    """Return a browser at which the instructor sits."""
    return at_browser(user_of("instructor"))


@pytest.fixture
def editor(page):
    """Return the editor of a new paper."""
    page.goto("/teach/papers/new/")
    page.get_by_label("Title").fill("Winter paper")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Part one")).to_be_visible()
    return page


def pick(page, count: int) -> None:
    """Pick the first questions of the bank into the first section."""
    page.get_by_role("link", name="Pick questions").first.click()
    page.get_by_label("Bank", exact=True).select_option(label=BANK)
    page.get_by_label("Type").select_option(label="Single choice")
    page.get_by_role("button", name="Filter").click()
    for box in page.locator("input[name=question]").all()[:count]:
        box.check()
    page.get_by_role("button", name="Add the chosen questions").click()
    expect(page.locator("[data-lesson-row]")).to_have_count(count)


def titles(page) -> list[str]:
    """Return the questions of the paper in order."""
    return page.locator(".paper-item .outline-editor__title").all_text_contents()


def test_questions_are_ordered_by_keys_and_by_hand_and_come_back(editor):
    page = editor
    pick(page, 3)
    first, second, third = titles(page)
    saved = page.locator("[data-outline-status]")

    page.locator("[data-lesson-row] [data-drag-handle]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(saved).to_contain_text("The order is saved.")
    assert titles(page) == [second, first, third]

    handle = page.locator("[data-lesson-row]").last.locator("[data-drag-handle]")
    handle.hover()
    page.mouse.down()
    box = page.locator("[data-lesson-row]").first.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 5, steps=6)
    page.mouse.up()
    expect(saved).to_contain_text("place 1 of 3")
    page.reload()
    assert titles(page) == [third, second, first]

    marks = page.locator(".input--marks").first
    marks.fill("2.5")
    marks.blur()
    total = page.locator("#paper-totals strong")
    expect(total).to_contain_text(".5 marks in all")
    before = total.text_content()
    page.get_by_role("button", name=re.compile("^Take .* out")).first.click()
    expect(page.locator("[data-lesson-row]")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-lesson-row]")).to_have_count(3)
    assert titles(page) == [third, second, first]
    expect(total).to_have_text(before)
    assert violations(page) == []


def test_a_blueprint_says_what_lacks_and_is_mended_published_and_previewed(editor):
    page = editor
    page.get_by_role("link", name="Blueprint").click()
    page.wait_for_url("**/blueprint/")
    page.wait_for_load_state("load")
    row = page.locator(".blueprint-row").first
    state = page.locator("#blueprint-state")
    row.get_by_label("Number of questions").fill("400")
    expect(state).to_contain_text("These rules cannot be met together")
    expect(state).to_contain_text(re.compile(r"Rule 1 lacks \d+ questions"))
    assert violations(page) == []
    page.get_by_role("button", name="Save the blueprint").click()
    page.get_by_role("link", name="Sections and questions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#paper-problems")).to_contain_text("This paper cannot be published yet")
    expect(page.locator("#paper-totals")).to_contain_text("not published yet")

    page.get_by_role("link", name="Blueprint").click()
    row.get_by_label("Number of questions").fill("3")
    expect(state).to_contain_text("All rules can be met together.")
    page.get_by_role("button", name="Save the blueprint").click()
    page.get_by_role("link", name="Sections and questions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#paper-totals")).to_contain_text("published as version 1")

    page.get_by_role("link", name="Preview and print").click()
    expect(page.locator(".question")).to_have_count(3)
    page.get_by_role("link", name="Draw another").click()
    expect(page).to_have_url(re.compile("seed="))
    expect(page.locator(".question")).to_have_count(3)
