"""What a day's practice is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.daily import TopicRecord, daily_length, plan_day, weakest_topics

IDS = st.lists(st.integers(1, 20), max_size=10, unique=True)


@pytest.mark.parametrize(("goal", "length"), [(0, 5), (4, 5), (20, 20), (50, 50), (500, 50)])
def test_the_length_is_the_goal_within_bounds(goal, length):
    assert daily_length(goal) == length


def test_due_comes_first_then_weak_and_new_share_the_room():
    plan = plan_day(length=10, due=[1, 2], weak=[2, 3, 4, 5, 6, 7], unseen=[11, 12, 13, 14, 15, 16])
    assert plan.question_ids == (1, 2, 3, 4, 5, 6, 11, 12, 13, 14)
    assert plan.counts == {"due": 2, "weak": 4, "unseen": 4, "other": 0}


def test_what_is_due_may_take_the_whole_day():
    assert plan_day(length=3, due=[1, 2, 3, 4], weak=[5], unseen=[6]).question_ids == (1, 2, 3)


def test_one_kind_takes_what_the_other_leaves_and_the_rest_is_what_was_met_long_ago():
    plan = plan_day(length=6, due=[], weak=[1], unseen=[2, 3], other=[1, 9, 8, 7, 6])
    assert plan.question_ids == (1, 2, 3, 9, 8, 7)
    assert plan.counts == {"due": 0, "weak": 1, "unseen": 2, "other": 3}
    assert plan_day(length=4, due=[], weak=[1, 2, 3, 4], unseen=[]).counts["weak"] == 4


def test_weak_topics_are_those_with_enough_answers_and_too_few_right():
    rows = [
        TopicRecord(topic_id=1, answered=2, right=0),
        TopicRecord(topic_id=2, answered=10, right=9),
        TopicRecord(topic_id=3, answered=10, right=5),
        TopicRecord(topic_id=4, answered=4, right=1),
        TopicRecord(topic_id=5, answered=8, right=2),
        TopicRecord(topic_id=6, answered=5, right=3),
    ]
    assert weakest_topics(rows) == (5, 4, 3)


@given(length=st.integers(1, 30), due=IDS, weak=IDS, unseen=IDS, other=IDS)
def test_a_day_asks_no_question_twice_and_is_full_where_it_can_be(length, due, weak, unseen, other):
    plan = plan_day(length=length, due=due, weak=weak, unseen=unseen, other=other)
    every = {*due, *weak, *unseen, *other}
    assert len(set(plan.question_ids)) == len(plan.question_ids) == min(length, len(every))
    assert sum(plan.counts.values()) == len(plan.question_ids)
    assert list(plan.question_ids[: plan.counts["due"]]) == due[:length]
