import pytest

from courses.domain.duration import Duration, split_minutes


@pytest.mark.parametrize(
    ("minutes", "hours", "rest"),
    [(0, 0, 0), (5, 0, 5), (59, 0, 59), (59.6, 1, 0), (60, 1, 0), (61, 1, 1), (261, 4, 21), (1440, 24, 0)],
)
def test_minutes_become_hours_and_minutes(minutes, hours, rest):
    assert split_minutes(minutes) == Duration(hours=hours, minutes=rest)


def test_a_length_is_not_negative():
    with pytest.raises(ValueError, match="negative"):
        split_minutes(-1)
