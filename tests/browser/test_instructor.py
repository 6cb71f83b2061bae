"""The instructor's walk: a question, an import, a paper, an exam, an essay marked, a gradebook."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.answers import answer, question, right_answers_of
from tests.browser.pages import exam_titled
from tests.browser.sheets import download, upload

BANK = "初级会计实务入门"


@pytest.fixture
def page(at_browser, user_of):
    """Return a browser at which the instructor sits."""
    return at_browser(user_of("instructor"))


def open_bank(page) -> None:
    """Go to the bank from the desk."""
    page.goto("/teach/")
    page.get_by_role("navigation", name=re.compile("Desk|Teaching")).get_by_role("link", name="Question banks").click()
    page.locator("main").get_by_role("link", name=BANK).first.click()


def test_a_question_is_written_with_a_live_preview_and_published(page):
    open_bank(page)
    page.get_by_role("link", name=re.compile("New question|Write a question")).first.click()
    page.locator("main").get_by_role("link", name=re.compile("Single choice")).click()
    page.locator("#id_stem_rich").fill("Which account grows on the debit side?")
    page.locator("#id_options-0-text_rich").fill("Bank deposits")
    page.locator("#id_options-1-text_rich").fill("Share capital")
    page.locator("#id_options-1-feedback_rich").fill("Capital is equity and grows on the credit side.")
    expect(page.locator("#preview")).to_contain_text("Which account grows on the debit side?")
    expect(page.locator("#preview")).to_contain_text("Share capital")

    # Nothing is marked as right yet: the page says so and keeps what was written.
    page.get_by_role("button", name="Save and publish").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("#id_options-0-text_rich")).to_have_text("Bank deposits")

    page.locator("#id_options-0-worth").select_option("1")
    page.get_by_role("button", name="Save and publish").click()
    expect(page.locator("main")).to_contain_text("Version 1")


def test_questions_are_imported_and_wrong_rows_are_named(page, settle):
    open_bank(page)
    page.get_by_role("link", name=re.compile("Import")).first.click()
    template = download(page, page.get_by_role("link", name="Excel table (.xlsx) · English").click)
    headers, first = template[0], template[1]
    bad = [f"{value} again" if place == headers.index("Type") else value for place, value in enumerate(first)]
    upload(page, headers=headers, rows=[first, bad], name="questions.xlsx")
    with page.expect_navigation():
        page.get_by_role("button", name="Upload and check").click()
    settle()
    page.reload()
    expect(page.locator("main")).to_contain_text("This type is not known")
    with page.expect_navigation():
        page.get_by_role("button", name="Import 1 question").click()
    settle()
    page.reload()
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
    failed = download(page, page.get_by_role("link", name=re.compile("row", re.I)).first.click)
    assert len(failed) >= 2


def test_a_blueprint_paper_becomes_a_scheduled_exam(page):
    page.goto("/teach/papers/new/")
    page.get_by_label("Title").fill("Autumn paper")
    page.get_by_role("button", name="Save").click()
    if not page.get_by_role("link", name=re.compile("rule", re.I)).count():
        page.get_by_label("New section").fill("Part one")
        page.get_by_role("button", name="Add the section").click()
    page.get_by_role("link", name=re.compile("rule", re.I)).first.click()
    page.get_by_label("Bank").select_option(label=BANK)
    page.get_by_label("Number of questions").fill("4")
    page.get_by_label(re.compile("^Marks")).fill("2.5")
    page.get_by_role("button", name="Save the rule").click()
    expect(page.locator("main")).to_contain_text("10 marks in all")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("link", name="Make an exam").click()
    page.get_by_label("Title").fill("Autumn exam")
    opens = timezone.localtime() + timedelta(days=2)
    page.get_by_label("Opens").fill(opens.strftime("%Y-%m-%dT09:00"))
    page.get_by_label("Closes").fill((opens + timedelta(days=1)).strftime("%Y-%m-%dT18:00"))
    page.get_by_role("button", name="Save and schedule").click()
    page.goto("/teach/exams/")
    row = page.locator("tr", has_text="Autumn exam")
    expect(row).to_contain_text("coming")


def test_an_essay_is_marked_and_the_gradebook_exported(page, at_browser, user_of, settle):
    from exams.models import Attempt

    exam = exam_titled("综合能力测评")
    learner = at_browser(user_of("learner"))
    learner.goto(f"/exams/{exam.public_id}/")
    learner.get_by_role("button", name="Start the exam").click()
    learner.wait_for_selector("[data-exam-room]")
    attempt = Attempt.objects.get(user__email="learner@example.com", exam=exam)
    for slot, response in right_answers_of(attempt).items():
        answer(question(learner, slot), response)
    expect(learner.locator("[data-save-state][data-state=saved]")).to_have_text("All answers saved", timeout=20_000)
    learner.get_by_role("button", name="Hand in…").click()
    learner.get_by_role("button", name="Hand in now").click()
    learner.wait_for_url("**/result/")
    settle()

    page.goto("/teach/marking/")
    page.locator("li", has_text=exam.title).get_by_role("link", name=re.compile("^Mark")).first.click()
    while page.locator(".marking__panel").count():
        for field in page.locator(".rubric-line input").all():
            field.fill(field.get_attribute("max"))
        page.get_by_label("Comment to the learner").fill("Clear and complete.")
        page.get_by_role("button", name="Save and next").click()
        page.wait_for_load_state()
    settle()
    learner.reload()
    expect(learner.locator(".result-verdict--passed")).to_be_visible()

    page.goto(f"/teach/gradebook/{exam.public_id}/")
    expect(page.locator("main")).to_contain_text("林晓")
    rows = download(page, page.get_by_role("link", name="Export as XLSX").click)
    assert any("林晓" in map(str, row) for row in rows)
