"""The learner's own tools in the exam room, as she meets them: strike-out, display, notes, symbols, the timer, keys,
the palette, the state of her answers; on a desktop and on a phone, by mouse and by keyboard.
"""

import gzip
import json
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from edu.core.clock import now_utc
from tests.browser.test_accessibility import CSS_BYTES, JS_BYTES
from tests.browser.test_accessible_states import EXPECTED, Inspector
from tests.browser.waiting import until

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
ZOOMED = {"width": 320, "height": 256}
"""A desktop of 1280 x 1024 at 400 %."""
FULL = "void (IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') })"
"""From now on the device keeps nothing."""
LISTEN = """() => {
  window.heard = [];
  for (const live of document.querySelectorAll("[aria-live], [role=status], [role=alert]")) {
    const note = () => window.heard.push(live.textContent.trim());
    new MutationObserver(note).observe(live, { childList: true, characterData: true, subtree: true, attributes: true });
  }
}"""
TYPES = ("single_choice", "multiple_choice", "fill_blank", "numerical", "essay", "matching", "material")


class Room:
    """A learner at a browser in a room of one question of each of some types."""

    def __init__(self, page, attempt) -> None:
        self.page, self.attempt = page, attempt
        self.sent: list[str] = []
        page.on("request", lambda request: self.sent.append(request.post_data or ""))
        self.open()

    def open(self) -> None:
        """Open the room, or reload it; wait until answers and tools are ready."""
        self.page.goto(f"/exams/attempts/{self.attempt.public_id}/")
        self.page.wait_for_selector("[data-exam-room][data-ready]")
        self.page.wait_for_selector(".question-tools", state="attached")

    def question(self, slot: int):
        """Return the question of a slot."""
        return self.page.locator(f"#question-{slot}")

    def tool(self, slot: int, name: str):
        """Return a button below a question."""
        return self.question(slot).locator(f'[data-tool="{name}"]')

    def said(self, text: str) -> None:
        """Expect that this was said to a screen reader."""
        expect(self.page.locator("[data-exam-speaker]")).to_have_text(text)

    def saved(self) -> dict:
        """Wait until everything is with the server; return what it has."""
        expect(self.page.locator("[data-save-state][data-state=saved]")).to_have_text("All answers saved")
        self.attempt.refresh_from_db()
        return {slot: json.loads(text) if text else None for slot, text in self.attempt.responses.items()}

    def sideways(self) -> int:
        """Return by how many pixels the page is too wide."""
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.fixture
def enter(at_browser, user_of):
    """Return a function that seats the demo's learner in a new exam and opens the room."""
    from exams.services import start_attempt
    from tests.factories.exams import make_exam

    def seat(*, types=TYPES, viewport=DESKTOP, language="en", minutes=60.0, **fields):
        user = user_of("learner")
        exam = make_exam(types=types, title="A room to look at", **fields)
        attempt = start_attempt(user_id=user.pk, exam_id=exam.public_id, now=now_utc()).attempt
        attempt.deadline_at = now_utc() + timedelta(minutes=minutes)
        attempt.save(update_fields=["deadline_at"])
        return Room(at_browser(user, language=language, viewport=viewport, reduced_motion="reduce"), attempt)

    return seat


def test_options_are_struck_out_and_come_back_and_no_answer_changes(enter):
    room = enter(types=("single_choice", "multiple_choice", "true_false"))
    page, options = room.page, room.question(1).locator(".option")
    struck = room.question(1).locator(".option[data-struck]")
    room.tool(1, "strike").click()
    room.said("Striking out is on. Choose options to strike out.")
    room.question(1).get_by_role("button", name="Strike out option A").click()
    room.said("Option A is struck out.")
    expect(room.question(1).get_by_role("radio", name=re.compile("struck out"))).to_have_count(1)
    # By keyboard alone: the mode is on everywhere, a number strikes.
    page.keyboard.press("j")
    page.keyboard.press("3")
    room.said("Option C is struck out.")
    page.keyboard.press("Escape")
    room.said("Striking out is off.")
    expect(page.locator(".option-strike:visible")).to_have_count(0)
    room.open()
    expect(struck).to_have_count(1)
    expect(room.question(2).locator(".option[data-struck]")).to_have_count(1)
    # Choosing a struck option brings it back; the chosen one cannot be struck.
    options.first.click()
    expect(struck).to_have_count(0)
    room.tool(1, "strike").click()
    expect(room.question(1).locator(".option-strike:visible")).to_have_count(1)
    room.question(1).focus()
    page.keyboard.press("a")
    room.said("Option A is your answer and is not struck out. Choose another first.")
    page.keyboard.press("b")
    room.tool(1, "restore").click()
    room.said("All options are back.")
    assert room.saved() == {"1": "a"}
    assert not re.search("struck|strike", "".join(room.sent))


def test_display_settings_are_kept_and_break_nothing(enter):
    room = enter()
    page, root = room.page, room.page.locator("html")
    page.get_by_label("Display and tools").click()
    page.locator(".room-choice__steps--sizes label").last.click()
    page.locator(".room-choice--width label", has_text="narrow").click()
    page.get_by_label("High contrast").check()
    page.keyboard.press("Escape")
    stem = "parseFloat(getComputedStyle(document.querySelector('.question__stem')).fontSize)"
    assert page.evaluate(stem) == pytest.approx(1.6 * 17, abs=0.1)
    assert page.evaluate("document.querySelector('.question').offsetWidth") <= 38 * 16 * 1.6
    room.open()
    expect(root).to_have_attribute("data-room-text", "4")
    expect(root).to_have_attribute("data-room-width", "narrow")
    inspector = Inspector(page)
    room.tool(1, "strike").click()
    room.question(1).locator(".option-strike").first.click()
    room.tool(3, "symbols").click()
    room.tool(5, "symbols").click()
    room.question(5).locator("textarea").first.fill(r"So \(\frac{1}{2} < x\).")
    expect(room.question(5).locator(".formula-preview .katex").first).to_be_visible()
    room.tool(2, "note").click()
    inspector.look("largest text, high contrast, all tools open")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for size in (PHONE, ZOOMED):
            page.set_viewport_size(size)
            assert room.sideways() <= 0, (scheme, size)
    page.evaluate("localStorage.clear()")
    room.open()
    inspector.look("as it comes")
    inspector.report()


def test_notes_stay_on_the_device_and_go_with_the_handing_in(enter):
    room = enter(types=("single_choice", "essay"))
    page = room.page
    room.tool(1, "note").click()
    page.get_by_label("My note on question 1").fill("PRIVATE-ONE")
    page.locator(".palette [data-pad-open]").click()
    pad = page.get_by_role("dialog", name="Notes on the exam")
    pad.get_by_role("textbox").fill("PRIVATE-PAD")
    expect(pad).to_contain_text("It is not sent, nobody marks it")
    page.keyboard.press("Escape")
    expect(pad).to_be_hidden()
    room.question(1).locator(".option").first.click()
    assert room.saved() == {"1": "a"}
    room.open()
    expect(page.get_by_label("My note on question 1")).to_have_value("PRIVATE-ONE")
    page.get_by_role("button", name="Hand in…").click()
    page.wait_for_url("**/submit/")
    page.get_by_role("button", name="Hand in now").click()
    page.wait_for_url("**/result/")
    until(page, "!Object.keys(localStorage).some((key) => key.startsWith('room.attempt.'))")
    assert "PRIVATE" not in "".join(room.sent)


def test_symbols_go_into_the_field_and_are_graded(enter):
    room = enter(types=("numerical", "fill_blank", "essay"))
    page = room.page
    number = room.question(1).get_by_label("Your answer, a number")
    number.fill("1.25")
    room.tool(1, "symbols").click()
    bar = room.question(1).get_by_role("toolbar", name="Symbols")
    expect(bar.get_by_role("button", name="fraction")).to_be_hidden()
    bar.get_by_role("button", name="times ten to the power").click()
    expect(number).to_be_focused()
    page.keyboard.type("1")
    expect(number).to_have_value("1.25×10^1")
    # By keyboard: along the bar with arrows, Enter takes the sign, Escape closes.
    blank = room.question(2).locator("input.blank")
    blank.fill("x")
    room.tool(2, "symbols").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(blank).to_have_value("x√()")
    page.keyboard.type("2")
    expect(blank).to_have_value("x√(2)")
    room.tool(3, "symbols").click()
    essay = room.question(3).locator("textarea").first
    room.question(3).get_by_role("button", name="formula within the line").click()
    room.question(3).get_by_role("button", name="square root").click()
    page.keyboard.type("a")
    expect(essay).to_have_value(r"\(\sqrt{a}\)")
    expect(room.question(3).locator(".formula-preview .katex").first).to_be_visible()
    saved = room.saved()
    assert saved == {"1": "1.25×10^1", "2": {"b1": "x√(2)"}, "3": r"\(\sqrt{a}\)"}
    from exams.domain.numbers import parse_quantity

    assert parse_quantity(saved["1"]).value == 12.5


def test_the_timer_hides_and_comes_back_at_five_minutes(enter):
    room = enter(types=("single_choice",), minutes=5 + 5 / 60)
    page, time = room.page, room.page.locator("[data-timer-time]")
    page.get_by_role("button", name="Hide the timer").click()
    expect(time).to_be_hidden()
    expect(time).to_be_visible(timeout=15_000)
    room.said("Five minutes left.")
    expect(page.locator(".timer__alert")).to_be_visible()
    page.get_by_role("button", name="Hide the timer").click()
    expect(time).to_be_hidden()
    page.get_by_role("button", name="Show the timer").click()
    expect(time).to_have_text(re.compile(r"^04:\d\d$"))


@pytest.mark.parametrize("layout", ["one_page", "one_question"])
def test_single_keys_do_everything_and_never_disturb_typing(enter, layout):
    room = enter(types=("single_choice", "multiple_choice", "essay"), layout=layout)
    page = room.page
    page.keyboard.press("2")
    expect(room.question(1).locator(".option input").nth(1)).to_be_checked()
    page.keyboard.press("f")
    room.said("Flagged.")
    page.keyboard.press("j")
    expect(room.question(2)).to_be_focused()
    page.keyboard.press("a")
    page.keyboard.press("3")
    page.keyboard.press("ArrowRight" if layout == "one_page" else "j")
    page.keyboard.press("k")
    page.keyboard.press("?")
    help_dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_dialog).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(help_dialog).to_be_hidden()
    if layout == "one_question":
        page.locator("[data-palette='3']").click()
    essay = room.question(3).locator("[data-response] textarea")
    essay.click()
    page.keyboard.type("jack? 1 fad s k")
    expect(essay).to_have_value("jack? 1 fad s k")
    saved = room.saved()
    assert saved["1"] == "b"
    assert saved["3"] == "jack? 1 fad s k"
    assert set(saved["2"]) == {"a", "c"}
    until(page, "document.querySelector('[data-save-state]').dataset.state === 'saved'")
    # Switched off, single keys do nothing (WCAG 2.1.4).
    page.get_by_label("Display and tools").click()
    page.get_by_label("Single keys are shortcuts").uncheck()
    page.keyboard.press("Escape")
    if layout == "one_question":
        page.locator("[data-palette='1']").click()
    room.question(1).focus()
    page.keyboard.press("1")
    expect(room.question(1).locator(".option input").nth(1)).to_be_checked()


def test_the_palette_is_narrowed_and_handing_in_lists_what_is_left(enter):
    room = enter(types=("single_choice", "true_false", "single_choice"), viewport=PHONE, layout="one_question")
    page = room.page
    room.question(1).locator(".option").first.click()
    room.question(1).locator(".question-flag").click()
    page.locator(".palette-fold summary").click()
    page.locator(".palette-filter label", has_text="Unanswered").click()
    expect(page.locator("[data-palette]:visible")).to_have_count(2)
    page.locator(".palette-filter label", has_text="Flagged").click()
    expect(page.locator("[data-palette]:visible")).to_have_text(re.compile("1"))
    assert room.sideways() <= 0
    page.keyboard.press("Escape")
    room.saved()
    page.get_by_role("button", name="Hand in…").click()
    page.wait_for_url("**/submit/")
    assert room.sideways() <= 0
    expect(page.locator(".submit-flags a")).to_have_count(1)
    page.locator(".alert .question-palette a").last.click()
    page.wait_for_selector("[data-exam-room][data-ready]")
    expect(room.question(3)).to_be_visible()
    expect(room.question(1)).to_be_hidden()


def test_every_state_of_the_answers_is_said_in_plain_words(enter):
    from exams.models import Attempt

    room = enter(types=("single_choice", "single_choice", "true_false"))
    page, state = room.page, room.page.locator("[data-save-state]")
    page.context.set_offline(True)
    room.question(1).locator(".option").first.click()
    expect(state).to_have_text("Offline: 1 answer kept on this device")
    room.said("Offline: 1 answer kept on this device")
    room.question(2).locator(".option").first.click()
    expect(state).to_have_text("Offline: 2 answers kept on this device")
    # A device whose storage is full keeps nothing, and the room does not pretend.
    page.evaluate(FULL)
    room.question(3).locator(".option").first.click()
    expect(state).to_have_text("Not saved yet, and this device keeps no copy. Leave this page open.")
    page.context.set_offline(False)
    expect(state).to_have_text("All answers saved", timeout=40_000)
    room.said("Back online. All answers are saved.")
    Attempt.objects.filter(pk=room.attempt.pk).update(state="paused", paused_at=now_utc())
    room.open()
    room.question(1).locator(".option").last.click()
    expect(state).to_have_text("Paused: your answers are kept on this device")
    Attempt.objects.filter(pk=room.attempt.pk).update(state="open", paused_at=None, epoch=99)
    expect(state).to_have_text("Opened somewhere else. This page does not save any more.", timeout=30_000)
    expect(page.get_by_role("alert").filter(has_text="opened somewhere else")).to_be_visible()


def test_handing_in_goes_on_when_the_last_answer_gets_through_at_the_second_try(enter):
    room = enter(types=("single_choice", "essay"))
    failed = []

    def fail_once(route):
        if failed:
            route.continue_()
        else:
            failed.append(route.abort())

    room.page.route("**/responses", fail_once)
    room.question(1).locator("[data-response] label").first.click()
    room.page.get_by_role("button", name="Hand in…").click()
    expect(room.page).to_have_url(re.compile(r"/submit/"), timeout=20_000)
    assert failed
    room.attempt.refresh_from_db()
    assert room.attempt.responses["1"]


def test_a_screen_reader_meets_names_headings_and_silence(enter):
    room = enter()
    page = room.page
    tree = page.locator("main").aria_snapshot()
    for slot in range(1, len(TYPES) + 1):
        expect(page.get_by_role("article", name=f"Question {slot}")).to_have_count(1)
        expect(page.get_by_role("heading", level=3, name=f"Question {slot}", exact=True)).to_have_count(1)
        expect(page.get_by_role("group", name=f"Tools for question {slot}")).to_have_count(1)
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("heading", level=2).count() == 1
    assert re.search(r'navigation "Questions"', tree)
    nameless = re.findall(r"^\s*- (?:button|link|radio|checkbox|textbox|combobox)(?::|$)", tree, re.M)
    assert not nameless, nameless
    # Everyday work is silent: nothing is announced while answers are given and saved.
    page.evaluate(LISTEN)
    room.question(1).locator(".option").first.click()
    room.question(3).locator("input.blank").fill("Rome")
    room.question(5).locator("textarea").first.type("a b c d e f")
    room.saved()
    assert [text for text in page.evaluate("window.heard") if text] == []


def test_the_room_is_light_and_its_console_clean(enter):
    loaded: list[str] = []
    room = enter(language="zh-hans")
    page = room.page
    heard: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.on("console", lambda entry: heard.append(entry.text) if entry.type == "error" else None)
    room.open()
    page.wait_for_load_state("networkidle")
    for kind, limit in (("css", CSS_BYTES), ("js", JS_BYTES)):
        urls = {url for url in loaded if re.search(rf"\.{kind}(\?|$)", url)}
        total = sum(len(gzip.compress(page.request.get(url).body(), 6)) for url in urls)
        assert total <= limit, (kind, total)
    assert not [line for line in heard if not EXPECTED.search(line)]
    assert not re.findall(r"[A-Za-z]{4,}", page.locator(".room-display__panel").inner_text())
