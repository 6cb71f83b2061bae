"""Banks of the walks: small ones, made by the use cases, and what a walk does in their pages again and again."""

from typing import Any

from playwright.sync_api import expect

from exams.authoring.banks import create_bank, create_topic, share_bank
from exams.authoring.questions import publish_question, save_question
from exams.models import Bank, Question
from tests.factories.exams import SAMPLES

CHINESE = ("会计的基本职能是什么？", "存货发出如何计价？", "固定资产怎样计提折旧？")
ENGLISH = ("What is an asset?", "Which account is a liability?", "When is revenue recognised?")


def make_bank(owner: Any, *, name: str = "Walked bank", topics: tuple[str, ...] = (), **fields: Any) -> Bank:
    """Return a bank of the owner with topics at the top."""
    bank = create_bank(actor=owner, name=name, language="en", **fields)
    for topic in topics:
        create_topic(bank=bank, path=[topic])
    return bank


def write(
    bank: Bank, *, stem: str, topic: str = "", publish: bool = True, type: str = "single_choice", **fields: Any
) -> Question:
    """Return a question of the bank, published unless told otherwise."""
    sample = SAMPLES[type]
    question = save_question(
        bank=bank,
        actor=bank.owner,
        type=type,
        content={**sample["content"], "stem": stem},
        key=sample["key"],
        topic=create_topic(bank=bank, path=[topic]) if topic else None,
        **fields,
    )
    if publish:
        publish_question(question=question, actor=bank.owner)
    return question


def share(bank: Bank, user: Any, *, role: str = "edit") -> None:
    """Let a colleague into the bank."""
    share_bank(bank=bank, user_id=user.pk, actor=bank.owner, role=role)


def stems(page) -> list[str]:
    """Return the questions that the list of a bank shows, in its order."""
    return [text.strip() for text in page.locator("[data-question-link]").all_inner_texts()]


def press(page, name: str) -> None:
    """Press the button of the page's content that has this name, and wait for the page that follows."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def said(page, text: str) -> None:
    """Wait until the page says so, in its content or in a message."""
    expect(page.locator("body")).to_contain_text(text)
