"""Choosing the questions of a lesson's quiz from the banks that its author may use; the exams room answers."""

import uuid
from collections.abc import Sequence
from typing import Any


def list_banks(user: Any) -> list[Any]:
    """Return the banks that the person may take questions from: public_id, name, question_count."""
    from exams.queries import list_quiz_banks

    return list(list_quiz_banks(user=user))


def list_questions(user: Any, *, bank_public_id: uuid.UUID, query: str = "", limit: int = 100) -> list[Any]:
    """Return published questions of a bank: id, stem (plain text), type_label, topic. NotFound for others' banks."""
    from exams.queries import list_quiz_questions

    return list(list_quiz_questions(user=user, bank_public_id=bank_public_id, query=query, limit=limit))


def list_chosen(user: Any, *, question_ids: Sequence[int]) -> list[Any]:
    """Return the chosen questions in their order, with the fields of `list_questions`."""
    if not question_ids:
        return []
    from exams.queries import list_quiz_questions

    found = {row.id: row for row in list_quiz_questions(user=user, question_ids=list(question_ids))}
    return [found[pk] for pk in question_ids if pk in found]


def allowed_ids(user: Any, *, question_ids: Sequence[int], already: Sequence[int]) -> list[int]:
    """Return those of `question_ids` that the person may use, or that the quiz holds already, without repeats."""
    new = [pk for pk in dict.fromkeys(question_ids) if pk not in set(already)]
    usable = {row.id for row in list_chosen(user, question_ids=new)} | set(already)
    return [pk for pk in dict.fromkeys(question_ids) if pk in usable]


def list_practice_sets(user: Any) -> list[Any]:
    """Return the practice sets that the person may let a lesson ask: public_id, title, bank_name, question_count."""
    from exams.queries import list_practice_sets as found

    return list(found(user=user))


def find_practice_set(*, practice_set_id: int | None) -> Any | None:
    """Return a practice set with the fields of `list_practice_sets`, None for none."""
    if practice_set_id is None:
        return None
    from exams.queries import find_practice_set as found

    return found(practice_set_id=practice_set_id)


def practice_set_id(user: Any, *, public_id: uuid.UUID) -> int:
    """Return the id of a practice set that the person may use; NotFound for others'."""
    from exams.queries import get_practice_set_id

    return int(get_practice_set_id(user=user, public_id=public_id))
