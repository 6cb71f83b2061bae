"""Questions on a picture answered by the keyboard alone, in practice and in the exam room, in both languages."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.banks import make_bank
from tests.browser.test_bank_editors import PICTURE
from tests.browser.waiting import until

REGIONS = [
    {"id": "a", "shape": "rect", "coords": [20, 20, 180, 180], "label": "Liver"},
    {"id": "b", "shape": "circle", "coords": [300, 100, 60], "label": "Heart"},
]
CASES = {
    "one": ({"regions": REGIONS}, {"correct": ["b"]}),
    "many": ({"regions": REGIONS, "maximum_choices": None}, {"correct": ["a", "b"]}),
    "points": (
        {"mode": "points", "maximum_choices": 2},
        {"areas": [{"shape": "rect", "coords": [200, 80, 240, 120], "fraction": 1.0}]},
    ),
    "order": ({"mode": "order", "regions": REGIONS}, {"correct": ["b", "a"]}),
}
WORDS = {
    "en": {
        "points": "Point 1 is set: 51 per cent from the left, 50 per cent from the top",
        "removed": "Point 2 is taken away",
        "picture": "picture to set points on",
        "order": "Place of B, Heart",
        "placed": "Heart is number 1",
    },
    "zh-hans": {
        "points": "标点 1 已标出",
        "removed": "标点 2",
        "picture": "可标点的图片",
        "order": "B（Heart）的序号",
        "placed": "Heart：第 1 位",
    },
}


@pytest.fixture
def bank(user_of):
    """Return a bank with a question on a picture of each kind, published."""
    from exams.authoring.questions import publish_question, save_question
    from media.services import keep_illustration

    owner = user_of("instructor")
    bank = make_bank(owner, name="Pictures", visibility="public")
    picture = keep_illustration(data=PICTURE["buffer"], file_name="map.png", owner_id=owner.pk)
    for name, (content, key) in CASES.items():
        asked = {"stem": f"Where ({name})?", "picture": f"asset:{picture}", "picture_alt": "A body", "width": 400,
                 "height": 200, **content}  # fmt: skip
        question = save_question(bank=bank, actor=owner, type="hotspot", content=asked, key=key)
        publish_question(question=question, actor=owner)
    return bank


def tab_to(page, place) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(80):
        if place.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("The keyboard does not get there.")


def answer_by_keys(page, place, name: str, words: dict[str, str]) -> None:
    """Answer the question at `place` by keys alone, and hear what a screen reader is told."""
    if name == "one":
        place.get_by_role("radio", name="Liver").wait_for(state="attached")
        expect(place.get_by_role("radiogroup")).to_have_accessible_name(re.compile("Where"))
        tab_to(page, place.get_by_role("radio", name="Liver"))
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        expect(place.get_by_role("radio", name="Heart")).to_be_checked()
        expect(place.get_by_role("radio", name="Heart")).to_be_focused()
    elif name == "many":
        for label in ("Liver", "Heart"):
            tab_to(page, place.get_by_role("checkbox", name=label))
            page.keyboard.press("Space")
            expect(place.get_by_role("checkbox", name=label)).to_be_checked()
    elif name == "points":
        canvas = place.get_by_role("application", name="A body")
        assert words["picture"] in canvas.get_attribute("aria-roledescription")
        state = place.locator("[data-hotspot-state]")
        tab_to(page, canvas)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(state).to_contain_text(words["points"])
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Space")
        expect(place.locator(".hotspot__point")).to_have_count(2)
        page.keyboard.press("Backspace")
        expect(state).to_contain_text(words["removed"])
        expect(place.locator(".hotspot__point")).to_have_count(1)
        expect(canvas).to_be_focused()
    else:
        tab_to(page, place.get_by_label(words["order"]))
        page.keyboard.press("1")
        expect(place.locator("[data-hotspot-state]")).to_have_text(words["placed"])
        page.keyboard.press("Tab")
        if place.locator("select").first.evaluate("element => element !== document.activeElement"):
            tab_to(page, place.locator("select").first)
        page.keyboard.press("2")


GIVEN = {"one": ["Heart"], "many": ["Liver", "Heart"], "points": [[204, 100]], "order": ["Heart", "Liver"]}
"""What is kept of the answers; of regions, whose ids say nothing, the labels."""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_in_the_exam_room(at_browser, user_of, bank, settle, language):
    from exams.authoring.paper_rows import add_items, add_section
    from exams.authoring.papers import create_paper
    from exams.authoring.publishing import publish_paper
    from exams.models import Attempt, Question
    from tests.factories.exams import make_exam

    owner = user_of("instructor")
    paper = create_paper(actor=owner, title="Pictures")
    section = add_section(paper=paper, title="One")
    questions = list(Question.objects.filter(bank=bank).order_by("pk"))
    add_items(section=section, questions=questions)
    version = publish_paper(paper=paper, actor=owner)
    exam = make_exam(title="Pictures", owner=owner, paper_version=version, closes_at=timezone.now() + timedelta(days=1))
    page = at_browser(user_of("learner"), language=language)
    page.goto(f"/exams/{exam.public_id}/")
    page.locator("form[action*='start'] button, main form button[type=submit]").first.click()
    page.wait_for_selector("[data-exam-room][data-ready]")
    for slot, name in enumerate(CASES, start=1):
        answer_by_keys(page, page.locator(f"#question-{slot}"), name, WORDS[language])
    until(page, "document.querySelector('[data-save-state]').dataset.state === 'saved'")
    until(page, "document.querySelector('[data-answered-count]').innerText === '4'")
    attempt = Attempt.objects.get(user__email="learner@example.com", exam=exam)
    import json

    kept = [json.loads(attempt.responses[str(slot)]) for slot in range(1, 5)]
    labels = {region["id"]: region["label"] for one in questions for region in one.content.get("regions", ())}
    said = [[labels[part] if isinstance(part, str) else part for part in given] for given in kept]
    assert said == list(GIVEN.values())
    page.reload()
    page.wait_for_selector("[data-exam-room][data-ready]")
    expect(page.locator("#question-1 input:checked")).to_have_count(1)
    expect(page.locator("#question-3 .hotspot__point")).to_have_count(1)
    expect(page.locator("#question-4 select").nth(1)).to_have_value("1")
    page.goto(page.url + "submit/")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/result/")
    settle()
    attempt.refresh_from_db()
    assert attempt.score == attempt.maximum


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_in_practice_with_its_review(at_browser, user_of, bank, language):
    from exams.practice.starts import start_chapter_practice

    session = start_chapter_practice(user=user_of("learner"), bank=bank, order="in_order")
    page = at_browser(user_of("learner"), language=language)
    page.goto(f"/practice/sessions/{session.public_id}/")
    for name in CASES:
        place = page.locator("#practice-item")
        expect(place).to_contain_text(f"Where ({name})?")
        answer_by_keys(page, place, name, WORDS[language])
        tab_to(page, page.locator("button[form=practice-form]").first)
        page.keyboard.press("Enter")
        expect(place.locator(".hotspot__shape--right, .hotspot__point--right").first).to_be_visible()
        expect(place.locator("[data-wrong]")).to_have_count(0)
        if name != "order":
            place.locator("[data-next]").press("Enter")
    expect(place.locator(".hotspot__key")).to_contain_text("1")
    expect(place).to_contain_text("B Heart → A Liver")
