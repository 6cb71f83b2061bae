import pytest

from courses.domain.completion import (
    LessonMark,
    accepted_seconds,
    add_stretch,
    course_percent,
    covered_percent,
    default_rule,
    is_course_complete,
    is_watched,
)
from courses.domain.prerequisites import blocking_lesson, next_lesson


def marks(*done, required=None):
    required = required or [True] * len(done)
    return [LessonMark(lesson_id=n, required=required[n], done=value) for n, value in enumerate(done)]


@pytest.mark.parametrize(
    ("reported", "elapsed", "accepted"),
    [(10, 10, 10), (20, 10, 20), (30, 10, 22), (500, 0, 2), (-5, 10, 0), (5, -9, 2)],
)
def test_no_more_film_is_believed_than_fits_into_the_clock(reported, elapsed, accepted):
    assert accepted_seconds(reported=reported, elapsed=elapsed) == accepted


def test_stretches_merge_and_stay_within_the_film():
    covered = add_stretch(covered=[(0, 10)], start=10.4, end=20, duration=100)
    assert covered == [(0, 20)]
    assert add_stretch(covered=covered, start=50, end=120, duration=100) == [(0, 20), (50, 100)]
    assert add_stretch(covered=[], start=5, end=5, duration=100) == []
    assert add_stretch(covered=[[30, 40]], start=-3, end=5, duration=100) == [(0, 5), (30, 40)]


def test_seconds_played_twice_count_once():
    covered = []
    for _again in range(5):
        covered = add_stretch(covered=covered, start=0, end=20, duration=100)
    assert covered_percent(covered=covered, duration=100) == 20
    assert covered_percent(covered=[(0, 89.9)], duration=100) == 89
    assert covered_percent(covered=[], duration=0) == 0
    assert not is_watched(percent=89)
    assert is_watched(percent=90)


def test_required_lessons_decide_the_course():
    assert course_percent(marks(True, False, True, required=[True, False, True])) == 100
    assert is_course_complete(marks(True, False, required=[True, False]))
    assert course_percent(marks(True, False, False)) == 33
    assert course_percent([]) == 0
    assert not is_course_complete([])
    assert course_percent(marks(True, False, required=[False, False])) == 50


def test_the_first_undone_required_lesson_blocks_in_order():
    row = marks(True, False, False, False, required=[True, False, True, True])
    assert blocking_lesson(row, lesson_id=3, sequential=True) == 2
    assert blocking_lesson(row, lesson_id=2, sequential=True) is None
    assert blocking_lesson(row, lesson_id=3, sequential=False) is None
    assert blocking_lesson(row, lesson_id=99, sequential=True) == 2
    assert blocking_lesson(marks(True), lesson_id=99, sequential=True) is None


def test_the_next_lesson_is_the_next_undone_one_round_the_outline():
    row = marks(False, True, True, False)
    assert next_lesson(row) == 0
    assert next_lesson(row, after=1) == 3
    assert next_lesson(row, after=3) == 0
    assert next_lesson(marks(True, True)) is None


def test_every_kind_has_its_rule():
    assert default_rule("video") == "watched"
    assert default_rule("quiz") == "passed"
