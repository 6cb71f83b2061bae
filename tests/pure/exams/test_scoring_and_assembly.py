import random
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.assembly import (
    BankItem,
    Blueprint,
    FixedQuestion,
    Infeasible,
    Pools,
    Rule,
    Section,
    draw,
    shuffle_options,
    shuffle_questions,
)
from exams.domain.matching import best_assignment, largest_flow
from exams.domain.scoring import ItemResult, PassMark, item_mark, score_paper
from exams.domain.seeds import SeededStream
from exams.domain.solver import solve_blueprint


@pytest.mark.parametrize(
    ("fraction", "marks", "expected"),
    [
        (1 / 3, "1", "0.33"),
        (1 / 3, "3", "1.00"),
        (0.3333333, "1.5", "0.50"),
        (0.145, "1", "0.15"),
        (0.125, "1", "0.13"),
        (-0.125, "1", "-0.13"),
        (0.1 + 0.2, "5", "1.50"),
        (0.0, "5", "0.00"),
        (None, "5", None),
    ],
)
def test_items_round_half_up(fraction, marks, expected):
    found = item_mark(fraction=fraction, marks=D(marks))
    assert found == (None if expected is None else D(expected))


def result(slot, fraction, marks="2", section="s1", topic=""):
    return ItemResult(str(slot), section, D(marks), fraction, topic)


def test_a_paper_adds_up_rounded_items_by_section_and_topic():
    score = score_paper(
        items=[result(1, 1 / 3, "1", topic="t"), result(2, 1 / 3, "1"), result(3, 1.0, "2", "s2", "t")],
        pass_mark=PassMark("percent", D(60)),
    )
    assert (score.total, score.maximum, score.percent, score.passed) == (D("2.66"), D(4), D("66.50"), True)
    assert score.by_section["s1"].total == D("0.66")
    assert score.by_topic["t"].total == D("2.33")
    assert set(score.by_topic) == {"t"}
    assert score.item_marks["1"] == D("0.33")
    assert not score.is_pending


def test_floors_of_sections_and_paper():
    items = [result(1, -1.0), result(2, -1.0, section="s2"), result(3, 0.5, section="s2")]
    assert score_paper(items=items).total == D("-3.00")
    assert score_paper(items=items, section_floors={"s1": D(0)}).total == D("-1.00")
    assert score_paper(items=items, section_floors={"s1": D(0)}, paper_floor=D(0)).total == 0


def test_pending_marks_leave_the_verdict_open():
    score = score_paper(items=[result(1, None), result(2, 1.0)], pass_mark=PassMark("marks", D(1)))
    assert (score.passed, score.pending_slots, score.is_pending) == (None, ("1",), True)
    assert score.by_section["s1"].pending == 1


@pytest.mark.parametrize(
    ("kind", "value", "passed"),
    [
        ("marks", "1.20", True),
        ("marks", "1.21", False),
        ("percent", "60", True),
        ("percent", "60.001", False),
    ],
)
def test_reaching_the_pass_mark_exactly_passes(kind, value, passed):
    assert score_paper(items=[result(1, 0.6)], pass_mark=PassMark(kind, D(value))).passed is passed


def test_an_empty_paper_and_a_repeated_slot():
    empty = score_paper(items=[], pass_mark=PassMark("percent", D(0)))
    assert (empty.percent, empty.passed) == (0, False)
    assert score_paper(items=[result(1, 1.0)]).passed is None
    with pytest.raises(ValueError, match="once"):
        score_paper(items=[result(1, 1.0), result(1, 1.0)])


def item(version, topic="a", type_="single_choice", difficulty=2, tags=(), exposure=0):
    return BankItem(version, tuple(topic.split("/")), type_, difficulty, frozenset(tags), exposure)


def blueprint(*rules, fixed=()):
    return Blueprint((Section("s", tuple(FixedQuestion(v) for v in fixed), rules),))


def test_rules_select_by_every_condition():
    rule = Rule(
        "r", 1, topic=("a", "b"), types=frozenset({"essay"}), difficulty_from=2, difficulty_to=3,
        tags=frozenset({"x"}), maximum_exposure=1,
    )  # fmt: skip
    assert rule.accepts(item(1, "a/b/c", "essay", 3, ["x", "y"], 1))
    for other in (
        item(1, "a/c", "essay", 3, ["x"]),
        item(1, "a/b", "cloze", 3, ["x"]),
        item(1, "a/b", "essay", 4, ["x"]),
        item(1, "a/b", "essay", 1, ["x"]),
        item(1, "a/b", "essay", 3),
        item(1, "a/b", "essay", 3, ["x"], 2),
    ):
        assert not rule.accepts(other)


def test_a_greedy_choice_would_fail_where_the_flow_succeeds():
    bank = [item(1), item(2, difficulty=5)]
    wide, narrow = Rule("wide", 1), Rule("narrow", 1, difficulty_to=2)
    solved = solve_blueprint(bank, blueprint(wide, narrow))
    assert isinstance(solved, Pools)
    assert [pool.version_ids for pool in solved.pools] == [(2,), (1,)]


def test_a_chain_of_exchanges_is_found():
    bank = [item(1, "a"), item(2, "a/b"), item(3, "a/b/c")]
    rules = [Rule("r1", 1), Rule("r2", 1, topic=("a", "b")), Rule("r3", 1, topic=("a", "b", "c"))]
    solved = solve_blueprint(bank, blueprint(*rules))
    assert isinstance(solved, Pools)
    assert [pool.version_ids for pool in solved.pools] == [(1,), (2,), (3,)]


def test_infeasible_says_which_rule_lacks_how_many():
    bank = [item(n) for n in range(5)]
    found = solve_blueprint(bank, blueprint(Rule("r1", 3), Rule("r2", 4), Rule("r3", 2, topic=("z",))))
    assert isinstance(found, Infeasible)
    first, second = found.shortages
    assert (first.rule_id, first.needed, first.fitting, first.lacking) == ("r2", 4, 5, 2)
    assert first.competes_with == ("r1",)
    assert (second.rule_id, second.fitting, second.lacking, second.competes_with) == ("r3", 0, 2, ())


def test_fixed_questions_come_first_and_are_never_drawn():
    solved = solve_blueprint([item(n) for n in range(4)], blueprint(Rule("r", 2, D(5)), fixed=[0, 3]))
    assert isinstance(solved, Pools)
    paper = draw(solved, seed=7)
    assert [slot.version_id for slot in paper[:2]] == [0, 3]
    assert {slot.version_id for slot in paper[2:]} == {1, 2}
    assert [slot.marks for slot in paper] == [1, 1, 5, 5]


BANKS = st.lists(
    st.builds(lambda topic, difficulty: (topic, difficulty), st.sampled_from(["a", "a/b", "c"]), st.integers(1, 5)),
    max_size=25,
)
RULES = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from([(), ("a",), ("a", "b"), ("c",)]), st.integers(1, 3)),
    min_size=1,
    max_size=4,
)


@given(BANKS, RULES, st.randoms(use_true_random=False), st.integers())
def test_solved_papers_hold_no_question_twice_and_shortages_are_true(bank, rules, chance, seed):
    items = [item(n, topic, difficulty=difficulty) for n, (topic, difficulty) in enumerate(bank)]
    plan = blueprint(
        *[Rule(f"r{n}", count, topic=topic, difficulty_from=low) for n, (count, topic, low) in enumerate(rules)]
    )
    solved = solve_blueprint(items, plan)
    shuffled = list(items)
    chance.shuffle(shuffled)
    assert solve_blueprint(shuffled, plan) == solved
    wanted = [rule for rule in plan.sections[0].rules for _ in range(rule.count)]
    matched = _simple_matching(wanted, items)
    if isinstance(solved, Infeasible):
        assert sum(shortage.lacking for shortage in solved.shortages) == len(wanted) - matched
        return
    assert matched == len(wanted)
    paper = draw(solved, seed=seed)
    assert paper == draw(solved, seed=seed)
    drawn = [slot.version_id for slot in paper]
    assert len(set(drawn)) == len(drawn) == len(wanted)
    by_rule = {rule.id: rule for rule in plan.sections[0].rules}
    assert all(by_rule[slot.rule_id].accepts(items[slot.version_id]) for slot in paper)
    pooled = [v for pool in solved.pools for v in pool.version_ids]
    assert sorted(pooled) == [i.version_id for i in items if any(rule.accepts(i) for rule in wanted)]


def _simple_matching(wanted, items):
    taken = {}

    def place(seat, seen):
        for n, candidate in enumerate(items):
            if wanted[seat].accepts(candidate) and n not in seen:
                seen.add(n)
                if n not in taken or place(taken[n], seen):
                    taken[n] = seat
                    return True
        return False

    return sum(place(seat, set()) for seat in range(len(wanted)))


@pytest.mark.parametrize("make", [lambda: Rule("r", 0), lambda: Rule("r", 1, difficulty_from=4, difficulty_to=2)])
def test_rules_that_mean_nothing_are_refused(make):
    with pytest.raises(ValueError, match=r"\w"):
        make()


def test_repeated_ids_are_refused():
    with pytest.raises(ValueError, match="twice"):
        blueprint(Rule("r", 1), Rule("r", 1))
    with pytest.raises(ValueError, match="twice"):
        solve_blueprint([item(1), item(1)], blueprint(Rule("r", 1)))


def test_drawing_does_not_depend_on_the_size_of_the_bank_in_cost():
    stream = SeededStream("seed")
    assert len(set(stream.sample(10**12, 50))) == 50
    with pytest.raises(ValueError, match="drawn"):
        stream.sample(1, 2)


def test_the_stream_never_changes_between_versions():
    # Frozen papers rest on these figures.
    assert SeededStream("paper", "rule", "r1").sample(10, 10) == (7, 9, 8, 4, 6, 2, 0, 3, 5, 1)
    assert SeededStream(1).below(100) == SeededStream("1").below(100) == 12
    assert SeededStream(1, "a").sample(1000, 5) != SeededStream(1, "b").sample(1000, 5)


def test_numbers_are_even():
    stream = SeededStream("even")
    counts = [0] * 5
    for _ in range(5000):
        counts[stream.below(5)] += 1
    assert all(850 < count < 1150 for count in counts)


def test_limits_near_the_width_of_a_block_stay_even():
    stream = SeededStream("wide")
    assert all(stream.below(2**63 + 1) <= 2**63 for _ in range(20))


def test_shuffles_repeat_and_ignore_the_order_they_got():
    ids = ["a", "b", "c", "d", "e"]
    first = shuffle_options(seed=1, slot=3, ids=ids)
    assert first == shuffle_options(seed=1, slot=3, ids=list(reversed(ids)))
    assert sorted(first) == ids
    assert len({shuffle_options(seed=1, slot=n, ids=ids) for n in range(20)}) > 5
    solved = solve_blueprint([item(n) for n in range(9)], blueprint(Rule("r", 9)))
    paper = draw(solved, seed=1)
    assert sorted(shuffle_questions(seed=2, section_id="s", slots=paper), key=repr) == sorted(paper, key=repr)


@given(st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_assignment_is_the_best_of_all(n, chance: random.Random):
    from itertools import permutations

    table = [[chance.choice([0, 0.5, 1, 2, -1]) for _ in range(n)] for _ in range(n)]
    columns = best_assignment(table)
    best = max(sum(table[row][col] for row, col in enumerate(order)) for order in permutations(range(n)))
    assert sum(table[row][col] for row, col in enumerate(columns)) == pytest.approx(best)


def test_a_flow_takes_back_what_another_supply_can_give():
    # Supply 0 first serves demand 0, though it alone can serve demand 1: the others have to step in.
    given = largest_flow(supplies=[1, 1, 1], demands=[1, 1, 1], edges=[[0, 1], [0, 2], [2, 0]])
    assert [{target for target, amount in row.items() if amount} for row in given] == [{1}, {0}, {2}]
    chain = largest_flow(supplies=[2, 2, 2], demands=[2, 2, 2], edges=[[0, 1], [0, 2], [2]])
    assert [{t: n for t, n in row.items() if n} for row in chain] == [{1: 2}, {0: 2}, {2: 2}]
    longest = largest_flow(supplies=[1, 1, 1], demands=[1, 1, 1], edges=[[0, 2], [0, 1], [1]])
    assert [{t: n for t, n in row.items() if n} for row in longest] == [{2: 1}, {0: 1}, {1: 1}]


FLOWS = st.lists(st.tuples(st.integers(1, 3), st.sets(st.integers(0, 3))), max_size=6)


@given(FLOWS, st.lists(st.integers(1, 4), min_size=4, max_size=4))
def test_no_flow_is_larger(supplies, demands):
    edges = [sorted(targets) for _, targets in supplies]
    given = largest_flow(supplies=[amount for amount, _ in supplies], demands=demands, edges=edges)
    for row, (amount, targets) in zip(given, supplies, strict=True):
        assert sum(row.values()) <= amount
        assert all(n >= 0 and (not n or target in targets) for target, n in row.items())
    met = sum(sum(row.values()) for row in given)
    assert all(sum(row.get(at, 0) for row in given) <= demand for at, demand in enumerate(demands))
    # Least cut (Ford and Fulkerson): over all sets of demands, what lies outside plus what can reach inside.
    cuts = []
    for mask in range(16):
        inside = {at for at in range(4) if mask >> at & 1}
        outside = sum(demand for at, demand in enumerate(demands) if at not in inside)
        cuts.append(outside + sum(amount for amount, targets in supplies if targets & inside))
    assert met == min(cuts)


def test_two_sections_keep_their_own_rules():
    plan = Blueprint((Section("s1", (), (Rule("r1", 1),)), Section("s2", (), (Rule("r2", 1),))))
    solved = solve_blueprint([item(1), item(2)], plan)
    assert isinstance(solved, Pools)
    assert [slot.section_id for slot in draw(solved, seed=1)] == ["s1", "s2"]
