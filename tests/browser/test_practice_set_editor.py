"""The list of a practice set is put in order by the keyboard and by dragging, and the last change is undone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.pages import accounting_bank

PLACES = [
    pytest.param("en", {"width": 390, "height": 844}, id="en-phone"),
    pytest.param("zh-hans", {"width": 1280, "height": 900}, id="zh-hans-desktop"),
]
SAVED = {"en": "The order is saved.", "zh-hans": "排序已保存。"}


@pytest.mark.parametrize(("language", "size"), PLACES)
def test_a_set_is_put_in_order_by_keys_and_by_dragging(at_browser, user_of, language, size):
    from exams.models import Question
    from exams.practice.sets import SetSettings, create_set

    author, bank = user_of("instructor"), accounting_bank()
    keys = [str(row.public_id) for row in Question.objects.drawable().filter(bank=bank)[:4]]
    row = create_set(actor=author, bank=bank, settings=SetSettings(title="Warm up"), public_ids=keys)
    page = at_browser(author, language=language, viewport=size)
    page.goto(reverse("authoring:practice_set", args=[row.public_id]))
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    handles = page.locator("[data-drag-handle]")
    first, second, third, fourth = row.question_ids

    def stored():
        row.refresh_from_db()
        return row.question_ids

    handles.nth(2).focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-outline-status]")).to_contain_text(SAVED[language])
    assert stored() == [first, third, second, fourth]

    with page.expect_response(lambda answer: "/order/" in answer.url):
        handles.nth(3).scroll_into_view_if_needed()
        taken, place = handles.nth(3).bounding_box(), handles.nth(2).bounding_box()
        page.mouse.move(taken["x"] + 9, taken["y"] + 9)
        page.mouse.down()
        page.mouse.move(place["x"] + 9, place["y"] - 30, steps=6)
        page.mouse.up()
    assert stored() == [first, third, fourth, second]
    page.reload()
    page.locator("button[form=set-list-form][value=undo]").click()
    expect(page.locator("[data-lesson-row]")).to_have_count(4)
    assert stored() == [first, third, second, fourth]
