"""Questions come in from a file and go out as one: looked at, mended in place, applied, undone, downloaded."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.banks import make_bank, press, said, write

TEXT = """1. 会计的基本职能是（ ）。
A. 核算和监督
B. 预测和决策
答案：A

2. 会计的基本职能是（ ）。
A. 核算和监督
B. 预测和决策
答案：A

3. 下列属于流动资产的是（ ）。
A. 现金
B. 厂房

4. 资产等于负债加所有者权益。（ √ ）
"""


@pytest.fixture
def bank(user_of):
    """Return a bank with one question, which the file repeats in other words."""
    return make_bank(user_of("instructor"), name="Exchange")


@pytest.fixture
def page(at_browser, user_of, bank):
    """Return a browser at which the instructor sits."""
    return at_browser(user_of("instructor"))


def count(bank, **fields) -> int:
    """Return how many questions the bank shows."""
    from exams.models import Question

    return Question.objects.filter(bank=bank, **fields).count()


def test_a_file_is_looked_at_mended_in_place_imported_and_undone(page, bank, settle):
    page.goto(f"/teach/banks/{bank.public_id}/import/")
    file = {"name": "paper.txt", "mimeType": "text/plain", "buffer": TEXT.encode("gb18030")}
    page.locator("input[type=file]").set_input_files(file)
    press(page, "Upload and check")
    # The progress looks after itself: the preview comes when the worker is through.
    expect(page.locator("#import-progress")).to_be_visible()
    settle()
    page.wait_for_selector(".import-row")
    page.goto(page.url.split("?")[0] + "?tab=all")
    broken = page.locator(".import-row", has_text="下列属于流动资产的是")
    expect(broken).to_contain_text("The answer is missing")
    repeated = page.locator(".import-row", has_text="there already")
    expect(repeated).to_contain_text(re.compile("repeats row \\d+"))
    assert count(bank) == 0

    # In place: the card becomes an editor and the card again, the page stays.
    broken.get_by_role("link", name=re.compile("Mend")).click()
    editor = page.locator(".import-row form.editor__form")
    editor.locator("[name=options-0-worth]").select_option("1")
    editor.get_by_role("button", name="Save into the import").last.click()
    expect(editor).to_have_count(0)
    expect(broken).not_to_contain_text("The answer is missing")
    expect(broken).to_contain_text("new")

    left_out = page.locator(".import-row", has_text="资产等于负债加所有者权益")
    left_out.get_by_role("button", name="Leave out").click()
    expect(left_out).to_contain_text("left out")

    page.reload()
    press(page, "Import 2 questions")
    settle()
    said(page, "2 questions came with this import.")
    assert count(bank) == 2

    page.get_by_role("button", name="Undo this import").click()
    confirm = page.locator("dialog[open]")
    if confirm.count():
        confirm.get_by_role("button").last.click()
    expect(page.get_by_role("button", name="Undo this import")).to_have_count(0)
    settle()
    # The page looks after itself here too.
    expect(page.locator(".desk__head")).to_contain_text("undone")
    assert count(bank) == 0


def test_a_file_that_cannot_be_read_says_so(page, bank, settle):
    page.goto(f"/teach/banks/{bank.public_id}/import/")
    file = {"name": "paper.xlsx", "mimeType": "application/zip", "buffer": b"PK\x03\x04 no such thing"}
    page.locator("input[type=file]").set_input_files(file)
    press(page, "Upload and check")
    settle()
    page.goto(f"/teach/banks/{bank.public_id}/imports/")
    page.locator("main").get_by_role("link", name="paper.xlsx").click()
    said(page, "The file could not be read")
    assert count(bank) == 0


def test_questions_are_exported_and_downloaded(page, bank, settle):
    write(bank, stem="What is an asset?", topic="One")
    write(bank, stem="What is a debt?", topic="Two")
    page.goto(f"/teach/banks/{bank.public_id}/export/")
    page.get_by_label("Format").select_option("gift")
    page.get_by_label("Topic").select_option(label="One")
    press(page, "Export")
    settle()
    said(page, "1 question was handed to the format.")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    text = Path(waiting.value.path()).read_text("utf-8")
    assert "What is an asset?" in text
    assert "debt" not in text
    page.goto(f"/teach/banks/{bank.public_id}/export/")
    expect(page.locator("main .row-list")).to_contain_text("GIFT")


def test_nearly_the_same_is_told_while_one_writes(page, bank):
    write(bank, stem="Which of these is a current asset of a company at the end of the year?")
    page.goto(f"/teach/banks/{bank.public_id}/questions/new/single_choice/")
    page.locator("#id_stem_rich").fill("Which of these is a current asset of a company at the end of a year?")
    page.locator("#id_options-0-text_rich").fill("1")
    page.locator("#id_options-1-text_rich").fill("2")
    warning = page.locator("#near-duplicates")
    expect(warning).to_contain_text("Nearly the same is in this bank")
    expect(warning).to_contain_text("% alike")
    page.locator("#id_stem_rich").fill("In which year did double entry come to Venice?")
    expect(warning).to_be_empty()
