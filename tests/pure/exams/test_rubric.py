"""Rubrics: what is wrong with one, and which level so many points reach."""

import pytest
from pydantic import ValidationError

from exams.domain.rubric import Criterion, RubricLevel, level_reached, rubric_problems

WORDS = ({"points": 0, "text": "none"}, {"points": 1.5, "text": "some"}, {"points": 3, "text": "all"})


def rubric(levels=WORDS, **more):
    return (Criterion(**{"id": "a", "criterion": "Reasons", "points": 3, "levels": levels} | more),)


def test_a_sound_rubric_has_no_problems():
    assert list(rubric_problems(rubric())) == []
    assert list(rubric_problems(rubric(()))) == []


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (rubric() + rubric(), "The id 'a' occurs twice."),
        (rubric(criterion=" "), "This criterion has no text."),
        (rubric(({"points": 1, "text": " "},)), "A level of this criterion has no words."),
        (rubric(({"points": 4, "text": "more"},)), "A level is worth more than its criterion."),
        (rubric((*WORDS, {"points": 3, "text": "all"})), "Two levels of this criterion are worth the same."),
    ],
)
def test_what_is_wrong_is_told(given, text):
    assert text in [problem.message for problem in rubric_problems(given)]


@pytest.mark.parametrize(
    "levels", [({"points": -1, "text": "x"},), ({"points": float("inf"), "text": "x"},), [WORDS[0]] * 21]
)
def test_what_cannot_be_a_level_is_refused(levels):
    with pytest.raises(ValidationError):
        rubric(levels)


@pytest.mark.parametrize(
    ("points", "text"), [(0, "none"), (1.49, "none"), (1.5, "some"), (3 * (0.1 + 0.4), "some"), (3, "all")]
)
def test_the_highest_level_that_the_points_reach(points, text):
    assert level_reached(reversed([RubricLevel(**one) for one in WORDS]), points).text == text


def test_below_the_lowest_level_none_is_reached():
    assert level_reached([RubricLevel(points=1, text="x")], 0.5) is None
    assert level_reached([], 3) is None
