"""Near duplicates and differences of texts."""

import pytest

from exams.domain.differences import MAXIMUM_TOKENS, differences
from exams.domain.near_duplicates import SKETCH, likeness, rank_alike, shingles, sketch


def test_the_same_text_in_other_width_case_and_spacing_is_alike():
    assert likeness(shingles("Ａ公司 2026 年，利润 100！"), shingles("a公司2026年利润100")) == 1


def test_nothing_is_alike_to_an_empty_text():
    assert likeness(shingles("?!"), shingles("?!")) == 0
    assert sketch("") == ()


def test_short_texts_are_compared_as_a_whole():
    assert likeness(shingles("税"), shingles("税")) == 1
    assert likeness(shingles("税"), shingles("法")) == 0


def test_a_sketch_is_small_stable_and_shared_by_near_duplicates():
    first = "下列各项中，属于会计基本职能的是核算和监督"
    second = "下列各项中，属于会计基本职能的是核算与监督"
    assert len(sketch(first)) == SKETCH
    assert sketch(first) == tuple(sorted(sketch(first)))
    assert set(sketch(first)) & set(sketch(second))


def test_candidates_are_ranked_and_those_below_the_threshold_left_out():
    found = rank_alike("abcdefghij", [(1, "zzz"), (2, "abcdefghij"), (3, "abcdefghiX")])
    assert [one.key for one in found] == [2, 3]


@pytest.mark.parametrize(
    ("old", "new"), [("", "x"), ("会计基础", "会计原理"), ("one two", "one  three\nfour"), ("a" * 9, "a" * 9)]
)
def test_pieces_joined_are_the_text_again(old, new):
    left, right = differences(old, new)
    assert "".join(piece.text for piece in left) == old
    assert "".join(piece.text for piece in right) == new


def test_what_changed_is_marked_by_word_and_by_character():
    left, right = differences("One plus one", "One minus one")
    assert [piece.text for piece in left if piece.is_changed] == ["plus"]
    assert [piece.text for piece in right if piece.is_changed] == ["minus"]


def test_very_long_texts_differ_as_a_whole():
    left, _right = differences("a " * MAXIMUM_TOKENS, "b")
    assert len(left) == 1
