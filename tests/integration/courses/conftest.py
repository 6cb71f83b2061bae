import uuid
from types import SimpleNamespace

import pytest


@pytest.fixture
def quiz_room(monkeypatch):
    """A quiz room that answers as the exams room's contract says; `results` maps (user, lesson key) to a result."""
    room = SimpleNamespace(started=[], results={}, questions=[])

    def start_lesson_quiz(*, user_id, lesson_key, question_ids, title):
        room.started.append((user_id, lesson_key, question_ids, title))
        return SimpleNamespace(public_id=uuid.uuid4())

    def list_quiz_questions(*, user, bank_public_id=None, query="", question_ids=None, limit=100):
        return [row for row in room.questions if question_ids is None or row.id in question_ids]

    def lesson_quiz_result(*, user_id, lesson_key):
        return room.results.get((user_id, lesson_key))

    monkeypatch.setattr("exams.services.start_lesson_quiz", start_lesson_quiz)
    monkeypatch.setattr("exams.queries.lesson_quiz_result", lesson_quiz_result)
    monkeypatch.setattr("exams.queries.list_quiz_questions", list_quiz_questions)
    monkeypatch.setattr("exams.queries.list_quiz_banks", lambda *, user: [])
    return room
