"""Pure grading: questions that are parsed already, one response after another, on one core."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from exams.domain.grading import load_question

OPTIONS = [{"id": name, "text": f"<p>Option {name}</p>"} for name in "abcd"]
SINGLE_CHOICE: tuple[Any, ...] = (
    "single_choice",
    {"stem": "<p>Which one?</p>", "options": OPTIONS},
    {"fractions": {"b": 1}},
    ("a", "b", "c", "d"),
)
MULTIPLE_CHOICE: tuple[Any, ...] = (
    "multiple_choice",
    {"stem": "<p>Which ones?</p>", "options": OPTIONS},
    {"correct": ["a", "c"]},
    (["a", "c"], ["a"], ["a", "b"], ["c", "a"]),
)
FILL_BLANK: tuple[Any, ...] = (
    "fill_blank",
    {"stem": "<p>[[b1]] = [[b2]] + equity</p>", "blanks": [{"id": "b1"}, {"id": "b2"}]},
    {"blanks": {"b1": {"answers": [{"text": "assets"}]}, "b2": {"answers": [{"text": "liabilities"}]}}},
    ({"b1": "assets", "b2": "liabilities"}, {"b1": "Assets ", "b2": "debts"}, {"b1": "", "b2": "liabilities"}),
)
BATCH = 300


def responses_per_second(*, seconds: float) -> dict[str, float]:
    """Return how many responses are graded in a second of one core: choices and blanks."""
    choice = [_grader(*SINGLE_CHOICE), _grader(*MULTIPLE_CHOICE)]
    blanks = [_grader(*FILL_BLANK)]
    return {"choice": _rate(choice, seconds=seconds), "blanks": _rate(blanks, seconds=seconds)}


def _grader(type_name: str, content: dict[str, Any], key: dict[str, Any], responses: tuple[Any, ...]) -> Any:
    question = load_question(type_name, content, key)

    def grade_batch() -> int:
        for _number in range(BATCH // len(responses)):
            for response in responses:
                question.grade(response)
        return BATCH // len(responses) * len(responses)

    return grade_batch


def _rate(graders: list[Callable[[], int]], *, seconds: float) -> float:
    """Return the median rate of batches, by processor time, so that other work on the machine does not count."""
    rates: list[float] = []
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline or not rates:
        began = time.process_time()
        count = sum(grader() for grader in graders)
        rates.append(count / max(time.process_time() - began, 1e-9))
    return statistics.median(rates)
