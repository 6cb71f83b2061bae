"""Rows of an import that say nearly the same: near each other, far apart, and in a crowd."""

import random

from exams.interchange import near_duplicates
from exams.interchange.near_duplicates import Sketches, find_candidates, pieces_of


def sentence(seed: int) -> str:
    """Return eighteen made-up words and a number."""
    chance = random.Random(seed)
    return (
        " ".join("".join(chance.choices("etaoinshrdlucm", k=chance.randint(3, 8))) for _word in range(18)) + f" {seed}"
    )


def test_a_row_resembles_the_row_near_by_that_is_most_like_it():
    sketches = Sketches()
    assert sketches.add(1, sentence(1)) is None
    assert sketches.add(2, sentence(2)) is None
    found = sketches.add(5, sentence(1) + " again")
    assert found.position == 1
    assert 80 <= found.percent < 100
    assert sketches.add(6, sentence(1)).position == 1
    assert sketches.add(7, sentence(1)).percent == 100
    assert list(sketches.distant_pairs()) == []


def test_short_rows_resemble_nothing():
    sketches = Sketches()
    assert [sketches.add(at, "Yes or no?") for at in (1, 2, 3)] == [None] * 3


def test_rows_further_apart_than_the_window_are_told_afterwards(monkeypatch):
    monkeypatch.setattr(near_duplicates, "WINDOW_ROWS", 20)
    sketches = Sketches()
    found = [sketches.add(at, sentence(at)) for at in range(1, 101)]
    found += [sketches.add(at, sentence(at - 100) + " again") for at in range(101, 201)]
    assert not any(found)
    pairs = list(sketches.distant_pairs())
    assert len(pairs) == len(set(pairs))
    told = {later for earlier, later in pairs if later - earlier == 100}
    assert len(told) >= 90


def test_the_window_is_bounded_by_the_length_of_texts(monkeypatch):
    monkeypatch.setattr(near_duplicates, "WINDOW_PIECES", 300)
    sketches = Sketches()
    for at in range(1, 50):
        sketches.add(at, sentence(at))
    assert len(sketches._window._pieces) <= 4
    assert len(sketches._window._latest) <= 4 * near_duplicates.KEYS
    # What left it is found by the hashes of all rows.
    assert sketches.add(50, sentence(1)) is None
    assert (1, 50) in list(sketches.distant_pairs())


def test_a_crowd_of_similar_rows_makes_a_bounded_number_of_pairs_the_likeliest_first(monkeypatch):
    monkeypatch.setattr(near_duplicates, "WINDOW_ROWS", 20)
    sketches = Sketches()
    for at in range(1, 1001):
        sketches.add(at, f"Question {at}: the company earned {at * 31} in the year {at * 7919}. Which is right?")
    for at in range(1001, 1041):
        sketches.add(at, sentence(at))
    sketches.add(1041, sentence(1001) + " x")
    everything = list(sketches.distant_pairs())
    assert (1001, 1041) in everything
    monkeypatch.setattr(near_duplicates, "MOST_DISTANT", len(everything) // 2)
    some = list(sketches.distant_pairs())
    assert some == everything[: len(everything) // 2]


def test_questions_of_the_bank_are_held_against_the_rows_they_may_resemble():
    sketches = Sketches()
    for at in range(1, 200):
        sketches.add(at, sentence(at))
    found = list(find_candidates(sketches, [(70, sentence(7) + " again"), (71, sentence(1000)), (72, "x")]))
    assert (7, 70) in {(pair.position, pair.question_id) for pair, _pieces in found}
    assert all(pieces == pieces_of(sentence(7) + " again") for pair, pieces in found if pair.question_id == 70)
    assert 72 not in {pair.question_id for pair, _pieces in found}


def test_case_width_spaces_and_punctuation_do_not_count():
    wide, plain = "ＡＢＣ，产权比率说明了什么问题以及怎样计算它", "abc 产权比率说明了什么问题，以及怎样计算它？"
    assert pieces_of(wide) == pieces_of(plain)
