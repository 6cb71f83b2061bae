"""People and banks for the tests of authoring: an author with a bank, colleagues it is shared with, a stranger."""

from typing import Any

from exams.authoring.banks import create_bank, share_bank
from exams.authoring.questions import publish_question, save_question
from exams.models import Bank, Question
from tests.factories.exams import SAMPLES, make_user


def make_author(**fields: Any) -> Any:
    """Return an instructor."""
    return make_user(is_instructor=True, **fields)


def make_shared_bank(owner: Any, *, editor: Any = None, reviewer: Any = None, **fields: Any) -> Bank:
    """Return a bank of the owner, shared to edit and to review."""
    bank = create_bank(actor=owner, name="Bank", language="en", **fields)
    if editor is not None:
        share_bank(bank=bank, user_id=editor.pk, actor=owner, role="edit")
    if reviewer is not None:
        share_bank(bank=bank, user_id=reviewer.pk, actor=owner, role="review")
    return bank


def write(bank: Bank, author: Any, *, stem: str = "One plus one?", publish: bool = False, **fields: Any) -> Question:
    """Return a question written by the author through the use case."""
    sample = SAMPLES["single_choice"]
    question = save_question(
        bank=bank,
        actor=author,
        type="single_choice",
        content={**sample["content"], "stem": stem},
        key=sample["key"],
        **fields,
    )
    if publish:
        publish_question(question=question, actor=author)
    return question


def rewrite(question: Question, author: Any, *, stem: str) -> Question:
    """Return the question with another text in its draft."""
    question = Question.objects.select_related("bank", "topic", "current_version", "locked_by").get(pk=question.pk)
    return save_question(
        bank=question.bank,
        actor=author,
        question=question,
        type=question.type,
        content={**question.content, "stem": stem},
        key=question.key,
        topic=question.topic,
        difficulty=question.difficulty,
        tags=question.tags,
    )
