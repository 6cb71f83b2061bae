"""The form of ordering keeps other orders that earn marks."""

from exams.authoring.editors.ordering import dump, load

CONTENT = {"stem": "?", "items": [{"id": id_, "text": id_.upper()} for id_ in "abc"]}
KEY = {
    "order": ["c", "a", "b"],
    "grading": "all_or_nothing",
    "accepted": [{"order": ["c", "b", "a"], "fraction": 0.5}],
}


def test_other_orders_are_shown_by_their_numbers_and_come_back():
    values = load(CONTENT, KEY)
    assert values["accepted"] == [{"order": "1, 3, 2", "share": "0.5"}]
    assert dump(values)[1] == KEY


def test_without_other_orders_the_key_names_none():
    plain = {"order": ["c", "a", "b"], "grading": "per_pair"}
    assert dump(load(CONTENT, plain))[1] == plain
