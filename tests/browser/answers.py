"""Answering questions on a page as a person would, in the exam room and in practice."""

from typing import Any

from edu.demo.answers import right_answer


def right_answers_of(attempt) -> dict[int, Any]:
    """Return the response that earns full marks for every slot of an attempt; essays get a paragraph."""
    from exams.models import QuestionVersion

    slots = [slot for section in attempt.paper["sections"] for slot in section["slots"]]
    versions = QuestionVersion.objects.in_bulk([slot["version_id"] for slot in slots])
    found = {}
    for slot in slots:
        version = versions[slot["version_id"]]
        answer = right_answer(version.type, version.content, version.key)
        found[slot["slot"]] = "先判断业务的性质，再写出分录。" * 12 if version.type == "essay" else answer
    return found


def question(page, slot: int):
    """Return the question of a slot on the page."""
    return page.locator(f"#question-{slot}")


def answer(place, response: Any) -> None:
    """Give a response to the question (or the part of one) at `place`; the order of items is left as it is."""
    root = place.locator("[data-response]").first
    kind = root.get_attribute("data-response")
    if kind == "parts":
        for name, own in response.items():
            answer(root.locator(f'[data-part="{name}"]'), own)
    elif kind in ("single", "boolean", "many"):
        values = response if kind == "many" else [str(response).lower() if kind == "boolean" else response]
        for value in values:
            root.locator(f'label:has(input[value="{value}"])').click()
    elif kind == "map":
        for key, value in response.items():
            _fill_field(root, key, value)
    elif kind == "text":
        root.locator("input, textarea").fill(str(response))


def _fill_field(root, key: str, value: str) -> None:
    field = root.locator(f'[data-key="{key}"]')
    if field.first.get_attribute("type") == "radio":
        root.locator(f'label:has([data-key="{key}"][value="{value}"])').click()
    elif field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(str(value))
