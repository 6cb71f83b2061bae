"""The wrong-answer book walked by a learner, on a phone and on a desktop, in both languages: marked in the room's
feedback, found by filter, its entry with history and answer, taken out and brought back, retried, printed, its rule
changed.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import complaints_of, violations

WORDS = {
    "en": {
        "similar": "Similar questions",
        "done": "Done for 1 entry.",
        "saved": "Saved. Your book stands by the new rule.",
    },
    "zh-hans": {"similar": "相似题", "done": "已处理 1 道题。", "saved": "已保存，错题本已按新规则更新。"},
}
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 780}}


@pytest.fixture
def bank(site):
    """Return a public bank with six questions of one topic."""
    from tests.factories.exams import make_bank, make_question

    bank = make_bank(visibility="public", name="Sums")
    for number in range(6):
        kind = "single_choice" if number < 5 else "true_false"
        version = make_question(bank=bank, type=kind)
        version.question.summary = f"Sum number {number}"
        version.question.search_text = f"sum {number}"
        version.question.save(update_fields=["summary", "search_text"])
    return bank


def is_narrow_enough(page) -> bool:
    """Whether nothing on the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def answer_wrongly(page) -> None:
    """Give the wrong answer to the question of the page and wait for the feedback."""
    page.locator("#practice-form input[type=radio][value=a], #practice-form input[type=radio]").first.check()
    page.locator("button[form=practice-form]").click()
    expect(page.locator(".own")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", WORDS)
def test_the_book_from_the_mistake_to_mastery(at_browser, bank, language, size):
    from exams.models import QuestionProgress
    from exams.practice.starts import start_chapter_practice
    from tests.factories.exams import make_user

    user, words = make_user(), WORDS[language]
    session = start_chapter_practice(user=user, bank=bank, types=["single_choice"])
    page = at_browser(user, language=language, viewport=SIZES[size], reduced_motion="reduce")
    heard = complaints_of(page)

    # In the room: marked by one click each, without another page.
    page.goto(f"/practice/sessions/{session.public_id}/")
    answer_wrongly(page)
    star = page.locator("[name=favourite]")
    star.click()
    expect(page.locator("[name=favourite][value='0']")).to_have_attribute("aria-pressed", "true")
    page.locator("[name=mistake][value=careless]").click()
    expect(page.locator(".own-mistake [aria-pressed=true]")).to_have_count(1)
    row = QuestionProgress.objects.get(user=user)
    assert (row.mistake, row.favourited_at is not None) == ("careless", True)
    assert is_narrow_enough(page)
    page.locator("[data-next]").click()
    page.wait_for_selector("#practice-form")
    answer_wrongly(page)

    # The list: filtered, marked together, taken out and brought back.
    page.goto("/practice/wrong/")
    expect(page.locator(".book-row")).to_have_count(2)
    assert is_narrow_enough(page)
    fold = page.locator(".filter-fold__summary")
    if fold.is_visible():
        fold.click()
    page.locator("select[name=mistake]").select_option("careless")
    page.locator(".filter-bar button[type=submit]").click()
    expect(page.locator(".book-row")).to_have_count(1)
    page.goto("/practice/wrong/")
    for box in page.locator("[name=chosen]").all():
        box.check()
    page.locator("#several [value=mistake-unknown]").click()
    expect(page.locator(".book-row .badge--info")).to_have_count(2)
    page.locator(".book-row [name=do][value=master]").first.click()
    expect(page.locator(".book-row")).to_have_count(1)
    expect(page.get_by_text(words["done"])).to_be_visible()
    page.locator("form[action$='/undo/'] button").click()
    expect(page.locator(".book-row")).to_have_count(2)
    assert not violations(page)

    # One entry: history, the answer on request, a note, similar questions.
    page.get_by_role("link", name="Sum number 0").first.click()
    expect(page.locator(".timeline__item")).to_have_count(1)
    expect(page.get_by_text("EXPLANATION-KEY")).to_have_count(0)
    page.locator("a[href='?answer=1']").click()
    expect(page.get_by_text("EXPLANATION-KEY")).to_be_visible()
    expect(page.get_by_role("heading", name=words["similar"])).to_be_visible()
    assert is_narrow_enough(page)
    assert not violations(page)
    page.locator("#entry-note").fill("Carry the one")
    page.locator("form:has(#entry-note) button").click()
    expect(page.locator("#entry-note")).to_have_value("Carry the one")

    # Printed, and as a spreadsheet.
    page.goto("/practice/wrong/")
    for name in ("book.pdf", "book.xlsx"):
        with page.expect_download() as download:
            page.locator(f"a[href*='{name}']").click()
        assert download.value.suggested_filename.endswith(name[-4:].strip("."))

    # Another rule: one right answer masters it.
    page.goto("/practice/settings/")
    assert not violations(page)
    assert is_narrow_enough(page)
    page.locator("#id_rule-mastery_streak").fill("1")
    page.locator("#settings-rule button[type=submit]").click()
    expect(page.get_by_text(words["saved"])).to_be_visible()
    page.goto("/practice/wrong/")
    page.locator("form[action$='/wrong/start/'] button").click()
    for place in range(2):
        page.locator("#practice-form input[type=radio]").nth(1).check()
        page.locator("button[form=practice-form]").click()
        expect(page.locator(".own")).to_be_visible()
        if not place:
            page.locator("[data-next]").click()
            page.wait_for_selector("#practice-form")
    page.goto("/practice/wrong/?state=mastered")
    expect(page.locator(".book-row")).to_have_count(2)

    # Favourites stay whatever becomes of the book.
    page.goto("/practice/favourites/")
    expect(page.locator(".book-row")).to_have_count(1)
    assert is_narrow_enough(page)
    assert not violations(page)
    page.locator("form[action$='/favourites/start/'] button").click()
    expect(page.locator("#practice-form")).to_be_visible()
    assert not heard, heard


def test_the_marks_work_without_scripts(at_browser, bank):
    from exams.models import QuestionProgress
    from exams.practice.starts import start_chapter_practice
    from tests.factories.exams import make_user

    user = make_user()
    session = start_chapter_practice(user=user, bank=bank, types=["single_choice"])
    page = at_browser(user, java_script_enabled=False)
    page.goto(f"/practice/sessions/{session.public_id}/")
    answer_wrongly(page)
    address = page.url
    page.locator("[name=favourite]").click()
    expect(page).to_have_url(address)
    expect(page.locator("[name=favourite]")).to_have_attribute("aria-pressed", "true")
    page.locator("[name=mistake][value=unsure]").click()
    expect(page).to_have_url(address)
    row = QuestionProgress.objects.get(user=user)
    assert (row.mistake, row.favourited_at is not None) == ("unsure", True)
