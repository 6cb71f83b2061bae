"""The practice room at a browser: no page load, no loss, by finger and by keys, in both languages."""

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
WORDS = {
    "en": {
        "check": "Check my answer",
        "next": "Next question",
        "skip": "Skip",
        "finish": "Finish",
        "save": "Save and go on",
        "offline": "No connection: 3 answers are kept on this device; feedback follows.",
        "kept": "Your answer is kept on this device. Its feedback follows.",
        "back": "Back online. All answers are sent.",
        "elsewhere": "Answered on another device or in another window; the first answer counts.",
        "blank": "Yes, leave it blank",
        "retry": "Retry the wrong ones",
    },
    "zh-hans": {
        "check": "检查答案",
        "next": "下一题",
        "skip": "跳过",
        "finish": "结束练习",
        "save": "保存并继续",
        "offline": "网络已断开：3 份作答已保存在本设备，恢复后显示解析。",
        "kept": "您的作答已保存在本设备，稍后显示解析。",
        "back": "网络已恢复，作答已全部提交。",
        "elsewhere": "此题已在其他设备或窗口作答，以第一次作答为准。",
        "blank": "留空",
        "retry": "重做错题",
    },
}


def make_choices(owner, count, **fields):
    """Return a bank of questions whose right answer is b, with the explanation Because N."""
    from tests.factories.exams import make_bank, make_question

    bank = make_bank(owner=owner, visibility="public")
    options = [{"id": name, "text": f"<p>Option {name}</p>"} for name in "abcd"]
    return [
        make_question(
            bank=bank,
            content={"stem": f"<p>Stem {number}</p>", "options": options},
            key={"fractions": {"b": 1}, "feedback": {}},
            explanation=f"<p>Because {number}</p>",
            **fields,
        )
        for number in range(1, count + 1)
    ]


@pytest.fixture
def begin(user_of):
    """Return a function that begins a practice of the learner: of new choices, or of versions."""
    from exams.practice.starts import begin_session

    def make(count=6, *, versions=None, feedback="at_once"):
        versions = versions or make_choices(user_of("instructor"), count)
        picks = [(version.pk, None) for version in versions]
        learner = user_of("learner")
        return begin_session(user_id=learner.pk, mode="random", title="Practice", picks=picks, feedback=feedback)

    return make


def enter(page, session, number=None):
    """Open the room and wait until its script runs."""
    page.goto(f"/practice/sessions/{session.public_id}/" + (f"?n={number}" if number else ""))
    page.wait_for_selector("[data-practice][data-ready]")
    page.evaluate("window.stays = true")


def stays(page):
    """Whether this is still the page that was opened."""
    return page.evaluate("window.stays === true")


def choose(page, name):
    page.locator(f'[data-place] label:has(input[value="{name}"])').click()


def check(page, words, name):
    choose(page, name)
    page.get_by_role("button", name=words["check"]).click()


def stored(session):
    """Return the responses that the server has, by place."""
    from exams.models import PracticeAnswer

    rows = PracticeAnswer.objects.filter(session=session).order_by("index")
    return {row.index: json.loads(row.response) if row.response else None for row in rows}


def mark(page, number):
    return page.locator(f'[data-palette="{number}"]')


LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-hans"])
DEVICES = pytest.mark.parametrize("shape", [PHONE, DESKTOP], ids=["phone", "desktop"])


@LANGUAGES
@DEVICES
def test_answers_feedback_and_next_questions_need_no_page_load(at_browser, user_of, begin, language, shape):
    session, words = begin(4), WORDS[language]
    page = at_browser(user_of("learner"), language=language, **shape)
    enter(page, session)
    loads = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    requests = []
    page.on("request", lambda request: requests.append(request.url) if "/api/v1/practice/" in request.url else None)
    place = page.locator("[data-place]")
    for number, name in ((1, "b"), (2, "a"), (3, "b")):
        expect(place).to_contain_text(f"Stem {number}")
        check(page, words, name)
        expect(place).to_contain_text(f"Because {number}")
        expect(mark(page, number)).to_have_attribute("data-right" if name == "b" else "data-wrong", "")
        page.get_by_role("link", name=words["next"]).click()
        expect(page).to_have_url(re.compile(rf"\?n={number + 1}$"))
    expect(place).to_contain_text("Stem 4")
    assert stays(page)
    # One that looks ahead at the beginning, perhaps one more at rest, then one for each answer.
    assert len(requests) <= 5, requests
    assert stored(session) == {0: "b", 1: "a", 2: "b"}
    page.go_back()
    expect(place).to_contain_text("Because 3")
    page.go_back()
    expect(place).to_contain_text("Because 2")
    assert stays(page)
    page.go_forward()
    page.go_forward()
    expect(place).to_contain_text("Stem 4")
    page.get_by_role("button", name=words["check"]).click()
    page.get_by_role("button", name=words["blank"]).click()
    expect(place).to_contain_text("Because 4")
    assert stays(page)
    page.get_by_role("button", name=words["finish"]).click()
    page.wait_for_url("**/result/")
    expect(page.locator("section.result-group").first).to_contain_text("Stem 2")
    page.get_by_role("button", name=words["retry"]).click()
    page.wait_for_selector("[data-practice][data-ready]")
    expect(page.locator("[data-palette]")).to_have_count(2)


@LANGUAGES
@DEVICES
def test_a_lost_network_loses_nothing(at_browser, user_of, begin, language, shape):
    session, words = begin(6), WORDS[language]
    page = at_browser(user_of("learner"), language=language, **shape)
    enter(page, session)
    place, state = page.locator("[data-place]"), page.locator("[data-practice-state]")
    page.wait_for_function("document.querySelectorAll('[data-palette]').length === 6")
    check(page, words, "b")
    expect(place).to_contain_text("Because 1")
    page.context.set_offline(True)
    for number, name in ((2, "b"), (3, "a"), (4, "b")):
        page.get_by_role("link", name=words["next"]).click()
        expect(place).to_contain_text(f"Stem {number}")
        check(page, words, name)
        expect(page.locator("[data-place-note]")).to_have_text(words["kept"])
        expect(mark(page, number)).to_have_attribute("data-kept", "")
    expect(state).to_contain_text(words["offline"])
    assert stored(session) == {0: "b"}
    page.context.set_offline(False)
    expect(place).to_contain_text("Because 4")
    expect(page.locator("[data-practice-speaker]")).to_have_text(re.compile(re.escape(words["back"]) + "|4"))
    expect(state).to_be_hidden()
    for number, name in ((2, "data-right"), (3, "data-wrong"), (4, "data-right")):
        expect(mark(page, number)).to_have_attribute(name, "")
    mark(page, 3).click()
    expect(place).to_contain_text("Because 3")
    assert stays(page)
    assert stored(session) == {0: "b", 1: "b", 2: "a", 3: "b"}


@DEVICES
def test_a_whole_practice_is_gone_through_without_a_network(at_browser, user_of, begin, shape):
    count = 12
    session, words = begin(count), WORDS["en"]
    page = at_browser(user_of("learner"), **shape)
    asked = set()
    page.on("request", lambda request: asked.update((request.post_data_json or {}).get("ask", [])))
    enter(page, session)
    with page.expect_response(lambda _response: len(asked) == count - 1):
        pass  # the room fetches what comes later while the learner reads
    page.wait_for_timeout(200)
    page.context.set_offline(True)
    place = page.locator("[data-place]")
    for number in range(1, count + 1):
        expect(place).to_contain_text(f"Stem {number}")
        check(page, words, "b" if number % 3 else "a")
        expect(mark(page, number)).to_have_attribute("data-kept", "")
        if number < count:
            page.get_by_role("link", name=words["next"]).click()
    assert stored(session) == {}
    page.context.set_offline(False)
    expect(place).to_contain_text(f"Because {count}")
    for number in range(1, count + 1):
        expect(mark(page, number)).to_have_attribute("data-right" if number % 3 else "data-wrong", "")
    assert stays(page)
    assert stored(session) == {place: "b" if (place + 1) % 3 else "a" for place in range(count)}


def test_answers_of_a_page_that_was_closed_offline_are_sent_by_the_next(at_browser, user_of, begin):
    session, words = begin(4), WORDS["en"]
    page = at_browser(user_of("learner"))
    enter(page, session)
    page.route("**/api/v1/practice/**", lambda route: route.abort())
    check(page, words, "b")
    expect(page.locator("[data-practice-state]")).to_be_visible()
    assert stored(session) == {}
    page.goto("/practice/")
    page.unroute("**/api/v1/practice/**")
    enter(page, session)
    expect(mark(page, 1)).to_have_attribute("data-right", "")
    assert stored(session) == {0: "b"}


def test_what_is_begun_survives_a_reload(at_browser, user_of, begin):
    from tests.factories.exams import make_bank, make_question

    bank = make_bank(owner=user_of("instructor"), visibility="public")
    versions = [make_question(bank=bank, type=name) for name in ("essay", "multiple_choice", "fill_blank")]
    session = begin(versions=versions)
    page = at_browser(user_of("learner"))
    enter(page, session)
    page.locator("[data-place] textarea").fill("Begun, not sent")
    page.get_by_role("link", name="Skip", exact=True).click()
    page.locator("[data-place] .option label, [data-place] label.option").first.click()
    page.get_by_role("link", name="Skip", exact=True).click()
    page.locator("[data-place] [data-response] input").first.fill("half")
    page.reload()
    page.wait_for_selector("[data-practice][data-ready]")
    expect(page.locator("[data-place] [data-response] input").first).to_have_value("half")
    mark(page, 2).click()
    expect(page.locator("[data-place] input:checked")).to_have_count(1)
    mark(page, 1).click()
    expect(page.locator("[data-place] textarea").first).to_have_value("Begun, not sent")
    assert stored(session) == {}


@LANGUAGES
def test_two_windows_and_another_device_agree(at_browser, user_of, begin, language):
    session, words = begin(4), WORDS[language]
    page = at_browser(user_of("learner"), language=language)
    enter(page, session)
    other = at_browser(user_of("learner"), language=language, **PHONE)
    enter(other, session)
    check(page, words, "b")
    expect(page.locator("[data-place]")).to_contain_text("Because 1")
    check(other, words, "a")
    expect(other.locator("[data-place]")).to_contain_text("Because 1")
    expect(other.locator("[data-place-note]")).to_have_text(words["elsewhere"])
    expect(mark(other, 1)).to_have_attribute("data-right", "")
    assert stored(session) == {0: "b"}
    other.get_by_role("link", name=words["next"]).click()
    check(other, words, "a")
    expect(other.locator("[data-place]")).to_contain_text("Because 2")
    page.get_by_role("link", name=words["next"]).click()
    expect(page.locator("[data-place]")).to_contain_text("Stem 2")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-place]")).to_contain_text("Because 2")
    expect(page.locator("[data-place-note]")).to_have_text(words["elsewhere"])
    third = at_browser(user_of("learner"), language=language)
    enter(third, session)
    expect(third.locator("[data-place]")).to_contain_text("Stem 3")


@LANGUAGES
def test_feedback_at_the_end_waits_and_goes_on_at_once(at_browser, user_of, begin, language):
    session, words = begin(3, feedback="at_end"), WORDS[language]
    page = at_browser(user_of("learner"), language=language, **PHONE)
    enter(page, session)
    page.context.set_offline(True)
    for number in (1, 2, 3):
        expect(page.locator("[data-place]")).to_contain_text(f"Stem {number}")
        choose(page, "b" if number > 1 else "a")
        page.get_by_role("button", name=words["save"]).click()
    page.get_by_role("button", name=words["finish"]).click()
    expect(page.locator("[data-practice-state]")).to_be_visible()
    page.context.set_offline(False)
    page.wait_for_url("**/result/")
    expect(page.locator("section.result-group").first).to_contain_text("Because 1")
    assert stored(session) == {0: "a", 1: "b", 2: "b"}


def test_an_essay_is_judged_without_a_page_load(at_browser, user_of, begin):
    from tests.factories.exams import make_question

    session = begin(versions=[make_question(type="essay"), make_question()])
    page = at_browser(user_of("learner"))
    enter(page, session)
    page.locator("[data-place] textarea").fill("Some words of an essay.")
    page.get_by_role("button", name="Check my answer").click()
    page.get_by_role("button", name="I had it").click()
    expect(mark(page, 1)).to_have_attribute("data-right", "")
    expect(page.get_by_role("button", name="I had it")).to_have_count(0)
    assert stays(page)


def test_by_the_keyboard_alone(at_browser, user_of, begin):
    session = begin(4)
    page = at_browser(user_of("learner"))
    enter(page, session)
    place, keys = page.locator("[data-place]"), page.keyboard
    keys.press("b")
    expect(place.locator("input[value=b]")).to_be_checked()
    keys.press("3")
    expect(place.locator("input[value=c]")).to_be_checked()
    keys.press("2")
    keys.press("Enter")
    expect(place).to_contain_text("Because 1")
    keys.press("Enter")
    expect(place).to_contain_text("Stem 2")
    keys.press("ArrowRight")
    expect(place).to_contain_text("Stem 3")
    keys.press("ArrowLeft")
    expect(place).to_contain_text("Stem 2")
    keys.press("?")
    help_box = page.locator("dialog[data-keys-help]")
    expect(help_box).to_be_visible()
    help_box.get_by_label("Single keys are shortcuts").uncheck()
    help_box.get_by_role("button", name="Close").click()
    keys.press("ArrowRight")
    keys.press("a")
    expect(place.locator("input:checked")).to_have_count(0)
    expect(place).to_contain_text("Stem 2")
    assert stored(session) == {0: "b"}


SWIPE = """({ selector, across, along }) => {
  const target = document.querySelector(selector);
  const box = target.getBoundingClientRect();
  const from = { x: box.left + box.width / 2, y: box.top + Math.min(20, box.height / 2) };
  const touch = (x, y) => new Touch({ identifier: 1, target, clientX: x, clientY: y });
  const fire = (name, touches, changedTouches) =>
    target.dispatchEvent(new TouchEvent(name, { bubbles: true, cancelable: true, touches, changedTouches }));
  fire("touchstart", [touch(from.x, from.y)], [touch(from.x, from.y)]);
  fire("touchend", [], [touch(from.x + across, from.y + along)]);
}"""


def swipe(page, selector, across, along=0):
    page.evaluate(SWIPE, {"selector": selector, "across": across, "along": along})


def test_by_the_finger(at_browser, user_of, begin):
    from tests.factories.exams import make_question

    versions = [*make_choices(user_of("instructor"), 2), make_question(type="essay")]
    session = begin(versions=versions)
    page = at_browser(user_of("learner"), **PHONE)
    enter(page, session)
    place = page.locator("[data-place]")
    swipe(page, "[data-place] article", -200)
    expect(place).to_contain_text("Stem 2")
    swipe(page, "[data-place] article", 200)
    expect(place).to_contain_text("Stem 1")
    swipe(page, "[data-place] article", -200, 150)
    swipe(page, "[data-place] article", -20)
    swipe(page, "[data-place] article", 200)
    expect(place).to_contain_text("Stem 1")
    mark(page, 3).click()
    expect(place.locator("textarea")).to_be_visible()
    swipe(page, "[data-place] textarea", 200)
    expect(place.locator("textarea")).to_be_visible()


def test_a_practice_finished_elsewhere_says_so(at_browser, user_of, begin):
    from exams.practice.answers import finish_session

    session, words = begin(3), WORDS["en"]
    page = at_browser(user_of("learner"))
    enter(page, session)
    finish_session(session=session)
    check(page, words, "b")
    state = page.locator("[data-practice-state]")
    expect(state).to_contain_text("This practice was finished elsewhere.")
    state.get_by_role("link", name="Open it again").click()
    page.wait_for_url("**/result/")
    assert stored(session) == {}


def test_without_scripts_the_page_works(at_browser, user_of, begin):
    session, words = begin(2), WORDS["en"]
    page = at_browser(user_of("learner"), java_script_enabled=False)
    page.goto(f"/practice/sessions/{session.public_id}/")
    check(page, words, "b")
    expect(page.locator("[data-place]")).to_contain_text("Because 1")
    page.get_by_role("link", name=words["next"]).click()
    expect(page.locator("[data-place]")).to_contain_text("Stem 2")
    page.get_by_role("button", name=words["check"]).click()
    page.get_by_role("button", name=words["blank"]).click()
    expect(page.locator("[data-place]")).to_contain_text("Because 2")
    page.get_by_role("button", name=words["finish"]).click()
    expect(page.locator(".score-board")).to_be_visible()
    assert stored(session) == {0: "b", 1: None}
