"""The topic tree of a bank: by drag, by keys and by form; a merge is taken back."""

import pytest
from playwright.sync_api import expect

from tests.browser.banks import make_bank, press, said, write


@pytest.fixture
def bank(user_of):
    """Return a bank with three topics and a question in each."""
    bank = make_bank(user_of("instructor"))
    for name in ("Assets", "Debts", "Equity"):
        write(bank, stem=f"What are {name}?", topic=name)
    return bank


@pytest.fixture
def page(at_browser, user_of, bank):
    """Return a browser that shows the tree."""
    page = at_browser(user_of("instructor"))
    page.goto(f"/teach/banks/{bank.public_id}/topics/")
    return page


def tree(page) -> list[tuple[str, str]]:
    """Return name and depth of the rows as they stand on the page."""
    return [
        (row.locator(".topic-row__name").inner_text(), row.get_attribute("data-depth"))
        for row in page.locator("[data-topic]").all()
    ]


def handle(page, name: str):
    """Return the handle of a topic."""
    return page.get_by_role("button", name=f"Move {name} by the arrow keys")


def saved(page) -> None:
    """Wait until the page says that the change is kept, and load it again."""
    expect(page.locator("[data-status]")).to_have_text("Saved.")
    page.reload()


def test_topics_are_dragged_and_a_drag_is_given_up(page):
    handle(page, "Equity").hover()
    page.mouse.down()
    box = page.locator("[data-topic]").first.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 3, steps=6)
    page.mouse.up()
    saved(page)
    assert tree(page) == [("Equity", "0"), ("Assets", "0"), ("Debts", "0")]

    # To the right a topic goes below the one before it.
    handle(page, "Assets").hover()
    page.mouse.down()
    start = handle(page, "Assets").bounding_box()
    page.mouse.move(start["x"] + 50, start["y"] + 10, steps=6)
    page.mouse.up()
    saved(page)
    assert tree(page) == [("Equity", "0"), ("Assets", "1"), ("Debts", "0")]

    handle(page, "Debts").hover()
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 3, steps=6)
    assert tree(page)[0][0] == "Debts"
    page.keyboard.press("Escape")
    page.mouse.up()
    assert tree(page) == [("Equity", "0"), ("Assets", "1"), ("Debts", "0")]
    page.reload()
    assert tree(page) == [("Equity", "0"), ("Assets", "1"), ("Debts", "0")]


def test_topics_are_moved_by_keys_and_a_refused_move_goes_back(page, bank):
    from exams.authoring.banks import create_topic
    from exams.models import Topic

    handle(page, "Debts").focus()
    page.keyboard.press("ArrowUp")
    saved(page)
    assert [name for name, _depth in tree(page)] == ["Debts", "Assets", "Equity"]
    handle(page, "Assets").focus()
    page.keyboard.press("ArrowRight")
    saved(page)
    assert tree(page) == [("Debts", "0"), ("Assets", "1"), ("Equity", "0")]

    # Another of the same name came below meanwhile: the words of the refusal, and the row where it was.
    create_topic(bank=bank, path=["Debts", "Equity"])
    handle(page, "Equity").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-status]")).to_contain_text("already a topic with this name")
    assert tree(page)[-1] == ("Equity", "0")
    expect(handle(page, "Equity")).to_be_focused()
    assert Topic.objects.get(bank=bank, name="Equity", parent=None).question_count == 1


def test_a_topic_is_renamed_merged_and_the_merge_undone(page):
    page.get_by_role("link", name="Debts").first.click()
    page.get_by_label("Name", exact=True).fill("Liabilities")
    press(page, "Rename")
    assert ("Liabilities", "0") in tree(page)

    page.get_by_label("Where its questions go").select_option(label="Assets")
    press(page, "Merge into it")
    said(page, "“Liabilities” is now part of “Assets”; 1 question went along.")
    assert [name for name, _depth in tree(page)] == ["Assets", "Equity"]
    expect(page.locator("[data-topic]").first.locator(".tabs__count")).to_have_text("2")

    press(page, "Undo")
    said(page, "1 question went back.")
    assert sorted(name for name, _depth in tree(page)) == ["Assets", "Equity", "Liabilities"]
    expect(page.locator(".topic-changes")).to_contain_text("undone")

    # The list of merges offers the undo later too.
    page.get_by_role("link", name="Liabilities").first.click()
    page.get_by_label("Where its questions go").select_option(label="Equity")
    press(page, "Merge into it")
    page.goto(page.url.split("?")[0])
    with page.expect_navigation():
        page.locator(".topic-changes li").filter(has_text="now part of “Equity”").get_by_role("button").click()
    assert sorted(name for name, _depth in tree(page)) == ["Assets", "Equity", "Liabilities"]


def test_a_move_a_new_name_and_a_deletion_are_undone(page):
    handle(page, "Debts").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-status]")).to_have_text("Saved.")
    with page.expect_navigation():
        page.locator("[data-undo]").get_by_role("button", name="Undo").click()
    said(page, "“Debts” stands again where it stood.")
    assert tree(page) == [("Assets", "0"), ("Debts", "0"), ("Equity", "0")]

    page.get_by_role("link", name="Debts").first.click()
    page.get_by_label("Name", exact=True).fill("Liabilities")
    press(page, "Rename")
    expect(page.get_by_text("“Debts” is called “Liabilities” now.").first).to_be_visible()
    press(page, "Undo")
    said(page, "The topic is called “Debts” again.")

    page.get_by_role("link", name="Debts").first.click()
    press(page, "Delete")
    expect(page.get_by_text("“Debts” is deleted; 1 question has no topic now.").first).to_be_visible()
    press(page, "Undo")
    said(page, "1 question went back.")
    assert tree(page) == [("Assets", "0"), ("Debts", "0"), ("Equity", "0")]
    expect(page.locator("[data-topic]").nth(1).locator(".tabs__count")).to_have_text("1")
