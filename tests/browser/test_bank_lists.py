"""The list of a bank: filters and search in two languages, many questions at once, quick entry."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.banks import CHINESE, ENGLISH, make_bank, press, said, stems, write


@pytest.fixture
def bank(user_of):
    """Return a bank with three Chinese and three English questions."""
    bank = make_bank(user_of("instructor"), topics=("Start", "End"))
    for place, stem in enumerate((*CHINESE, *ENGLISH)):
        write(
            bank, stem=stem, topic="Start", publish=place % 2 == 0, difficulty=1 + place % 5, tags=["odd"][: place % 2]
        )
    return bank


@pytest.fixture
def page(at_browser, user_of, bank):
    """Return a browser that shows the list."""
    page = at_browser(user_of("instructor"))
    page.goto(f"/teach/banks/{bank.public_id}/")
    return page


def choose(page, *wanted: str) -> None:
    """Choose these questions in the list and open what may be done with many."""
    for stem in wanted:
        page.locator("[data-question-row]", has_text=stem).locator("input[type=checkbox]").check()
    page.locator("summary", has_text="Do with many questions").click()


def test_questions_are_found_by_words_in_two_languages_and_by_filters(page):
    assert len(stems(page)) == 6
    for words, expected in (("折旧", CHINESE[2]), ("存货 计价", CHINESE[1]), ("revenue", ENGLISH[2])):
        page.get_by_label("Search", exact=True).last.fill(words)
        press(page, "Filter")
        assert stems(page) == [expected]
        page.get_by_role("link", name="Clear").click()
        expect(page.locator("[data-question-row]")).to_have_count(6)
    page.get_by_label("Status").select_option("draft")
    page.get_by_label("Tag").first.fill("odd")
    press(page, "Filter")
    assert len(stems(page)) == 3
    page.get_by_label("Difficulty").first.select_option("2")
    press(page, "Filter")
    assert stems(page) == [CHINESE[1]]
    # The filter stands in the address.
    page.reload()
    assert stems(page) == [CHINESE[1]]
    page.get_by_label("Search", exact=True).last.fill("nothing like it")
    press(page, "Filter")
    said(page, "No question fits")


def test_the_list_is_walked_by_keys(page, bank):
    for index in range(30):
        write(bank, stem=f"Numbered {index:02}?", publish=False)
    page.reload()
    first = stems(page)[0]
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=first)).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-chosen]")).to_have_text("2 chosen")
    with page.expect_navigation():
        page.keyboard.press("n")
    assert first not in stems(page)
    with page.expect_navigation():
        page.keyboard.press("p")
    assert stems(page)[0] == first
    page.keyboard.press("/")
    expect(page.locator("#id_q")).to_be_focused()


def test_many_questions_are_changed_seen_before_and_undone(page, bank):
    from exams.models import Question

    def those() -> dict[str, Question]:
        return {row.summary: row for row in Question.objects.filter(bank=bank).select_related("topic")}

    choose(page, CHINESE[0], CHINESE[1])
    page.locator("#bulk-topic").select_option(label="End")
    press(page, "Move to this topic")
    said(page, "What would happen")
    assert those()[CHINESE[0]].topic.name == "Start"
    press(page, "Do it")
    assert those()[CHINESE[0]].topic.name == those()[CHINESE[1]].topic.name == "End"
    press(page, "Undo")
    assert those()[CHINESE[0]].topic.name == "Start"
    page.get_by_role("link", name="Back to the bank").click()

    choose(page)
    page.locator("#bulk-all").check()
    page.locator("#bulk-tag").fill("2026")
    press(page, "Add tag")
    press(page, "Do it")
    page.get_by_role("link", name="Back to the bank").click()
    assert all("2026" in row.tags for row in those().values())

    choose(page, ENGLISH[0])
    page.locator("#bulk-difficulty").select_option("5")
    press(page, "Set difficulty")
    press(page, "Do it")
    page.get_by_role("link", name="Back to the bank").click()
    assert those()[ENGLISH[0]].difficulty == 5

    choose(page, ENGLISH[1])
    press(page, "Retire")
    press(page, "Do it")
    page.get_by_role("link", name="Back to the bank").click()
    assert those()[ENGLISH[1]].status == "retired"


def test_a_used_question_is_not_deleted_and_a_deleted_one_comes_back(page, bank):
    from exams.authoring.paper_rows import add_items, add_section
    from exams.authoring.papers import create_paper
    from exams.models import Question

    used = Question.objects.get(bank=bank, summary=CHINESE[0])
    paper = create_paper(actor=bank.owner, title="Holds it")
    add_items(section=add_section(paper=paper, title="One"), questions=[used])
    choose(page, CHINESE[0], CHINESE[1])
    press(page, "Delete")
    said(page, "retired instead of deleted")
    press(page, "Do it")
    rows = Question.objects.filter(bank=bank)
    assert rows.get(pk=used.pk).status == "retired"
    assert not rows.filter(summary=CHINESE[1]).exists()
    press(page, "Undo")
    assert rows.get(pk=used.pk).status == "published"
    assert rows.filter(summary=CHINESE[1]).exists()


def sheet_of(count: int) -> str:
    """Return so many questions as a teacher writes them, one after the other."""
    return "\n\n".join(
        f"{n}. 第{n}题的正确选项是（ ）。\nA. 第一\nB. 第二\n答案：{'AB'[n % 2]}" for n in range(1, count + 1)
    )


def test_ten_questions_are_typed_from_the_keyboard_in_a_row(at_browser, user_of, bank):
    from exams.models import Question

    page = at_browser(user_of("instructor"))
    page.goto(f"/teach/banks/{bank.public_id}/quick/")
    preview = page.locator("#quick-preview")
    expect(preview).to_contain_text("What you type appears here")
    expect(preview.locator(".alert--danger")).to_have_count(0)
    expect(page.locator("#id_text")).to_be_focused()
    page.keyboard.insert_text(sheet_of(9))
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("10. Profit is an asset.")
    page.keyboard.press("Enter")
    page.keyboard.type("Answer: False")
    expect(preview.locator(".question").last).to_contain_text("True or false")
    expect(preview.locator(".question")).to_have_count(10)
    expect(preview.locator(".alert--danger")).to_have_count(0)
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    said(page, "10 questions saved.")
    expect(page.locator("#id_text")).to_have_value("")
    assert Question.objects.filter(bank=bank).count() == 16
    assert Question.objects.get(bank=bank, type="true_false").summary == "Profit is an asset."


def test_pasted_questions_are_saved_and_the_unreadable_one_stays(at_browser, user_of, bank):
    from exams.models import Question

    page = at_browser(user_of("instructor"))
    page.goto(f"/teach/banks/{bank.public_id}/quick/")
    bad = "11. 这道题没有答案\nA. 甲\nB. 乙"
    page.locator("#id_text").fill(f"{sheet_of(10)}\n\n{bad}")
    page.get_by_label("Topic").select_option(label="End")
    page.get_by_label("Publish at once").check()
    press(page, "Save all")
    said(page, "10 questions saved.")
    expect(page.locator("#id_text")).to_have_value(re.compile("这道题没有答案"))
    expect(page.locator("#quick-preview .alert--danger")).to_have_count(1)
    assert Question.objects.filter(bank=bank, topic__name="End", status="published").count() == 10
    page.locator("#id_text").fill(f"{bad}\n答案：B")
    press(page, "Save all")
    said(page, "1 question saved.")
    assert Question.objects.filter(bank=bank, topic__name="End").count() == 11
