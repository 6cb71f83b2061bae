import random

import pytest

from edu.demo import content
from edu.demo.answers import right_answer, wrong_answer
from exams.domain.grading import grade

QUESTIONS = [record for subject in ("accounting", "statistics", "safety") for record in content.read_questions(subject)]
MARKED = [record for record in QUESTIONS if record["type"] != "essay"]


@pytest.mark.parametrize("record", MARKED, ids=lambda record: record["ref"])
def test_the_right_answer_of_every_demo_question_earns_full_marks(record):
    if any(part["type"] == "essay" for part in record["content"].get("questions", [])):
        pytest.skip("holds an essay, which a person marks")
    response = right_answer(record["type"], record["content"], record["key"])
    assert grade(record["type"], record["content"], record["key"], response).fraction == pytest.approx(1)


@pytest.mark.parametrize("record", MARKED, ids=lambda record: record["ref"])
def test_a_wrong_answer_of_every_demo_question_earns_less(record):
    if any(part["type"] == "essay" for part in record["content"].get("questions", [])):
        pytest.skip("holds an essay, which a person marks")
    chance = random.Random(record["ref"])
    response = wrong_answer(record["type"], record["content"], record["key"], chance=chance)
    mark = grade(record["type"], record["content"], record["key"], response)
    assert (mark.fraction or 0) < 1
