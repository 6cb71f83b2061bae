"""Questions that may not stand together: every drawn paper keeps them apart, and what cannot be met is proved."""

from decimal import Decimal as D
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.domain import solver
from exams.domain.assembly import BankItem, Blueprint, FixedQuestion, Infeasible, Pools, Rule, Section, draw
from exams.domain.enemies import LARGEST_SEARCHED, clusters_of, enmity_of, peaceful_sets
from exams.domain.solver import solve_blueprint


def item(version, topic="a", difficulty=2):
    return BankItem(version, tuple(topic.split("/")), "single_choice", difficulty)


def blueprint(*rules, fixed=()):
    return Blueprint((Section("s", tuple(FixedQuestion(v) for v in fixed), rules),))


def test_a_family_of_variants_takes_one_place_and_each_of_it_may_be_drawn():
    family = list(combinations([1, 2, 3], 2))
    solved = solve_blueprint([item(n) for n in range(1, 6)], blueprint(Rule("r", 3)), enemies=family)
    assert isinstance(solved, Pools)
    assert solved.pools[0].version_ids == (1, 2, 3, 4, 5)
    assert solved.pools[0].groups == ((1, 2, 3),)
    papers = [{slot.version_id for slot in draw(solved, seed=seed)} for seed in range(40)]
    assert all(len(paper & {1, 2, 3}) == 1 and {4, 5} <= paper for paper in papers)
    assert {min(paper) for paper in papers} == {1, 2, 3}


def test_enemies_of_fixed_questions_are_not_drawn():
    solved = solve_blueprint([item(n) for n in range(4)], blueprint(Rule("r", 2), fixed=[0]), enemies=[(1, 0)])
    assert isinstance(solved, Pools)
    assert solved.pools[0].version_ids == (2, 3)


def test_fixed_enemies_are_named():
    found = solve_blueprint([], blueprint(fixed=[4, 7]), enemies=[(7, 4)])
    assert found == Infeasible((), ((4, 7),))


def test_the_family_goes_to_the_rule_that_needs_it():
    bank = [item(1, "a"), item(2, "b"), item(3, "a")]
    rules = [Rule("r1", 1, topic=("a",)), Rule("r2", 1, topic=("b",))]
    solved = solve_blueprint(bank, blueprint(*rules), enemies=[(1, 2)])
    assert isinstance(solved, Pools)
    assert [pool.version_ids for pool in solved.pools] == [(3,), (2,)]


def test_shortages_say_how_many_may_stand_together_and_who_competes():
    bank = [item(1), item(2), item(3), item(4, "z")]
    rules = [Rule("r1", 1, topic=("a",)), Rule("r2", 2, topic=("a",)), Rule("r3", 1, topic=("z",))]
    found = solve_blueprint(bank, blueprint(*rules), enemies=[(1, 2)])
    assert isinstance(found, Infeasible)
    (short,) = found.shortages
    assert (short.rule_id, short.fitting, short.at_once, short.lacking) == ("r2", 3, 2, 1)
    assert short.competes_with == ("r1",)
    assert found.is_proven


def test_rules_compete_through_a_chain_of_exchanges():
    bank = [item(1, "a", 1), item(2, "a", 3)]
    rules = [
        Rule("r1", 1, difficulty_to=3, difficulty_from=3),
        Rule("r2", 1, difficulty_to=3),
        Rule("r3", 1, difficulty_to=1),
    ]
    found = solve_blueprint(bank, blueprint(*rules))
    assert isinstance(found, Infeasible)
    assert [(short.rule_id, short.competes_with) for short in found.shortages] == [("r3", ("r1", "r2"))]


def test_a_tangle_is_searched_beyond_the_first_choice():
    # The largest peaceful set {1, 3, 4} leaves the second rule without its only question.
    bank = [item(1), item(2, "b"), item(3), item(4)]
    rules = [Rule("r1", 1, topic=("a",)), Rule("r2", 1, topic=("b",))]
    spare = [*bank, item(5)]
    tangle = [(2, 1), (2, 3), (2, 4)]
    assert isinstance(solve_blueprint(bank, blueprint(*rules), enemies=tangle), Infeasible)
    solved = solve_blueprint(spare, blueprint(*rules), enemies=tangle)
    assert isinstance(solved, Pools)
    assert [pool.version_ids for pool in solved.pools] == [(5,), (2,)]


def test_who_was_left_out_shares_the_place_of_its_only_enemies():
    bank = [item(1), item(2), item(3)]
    solved = solve_blueprint(bank, blueprint(Rule("r", 2)), enemies=[(1, 2), (2, 3)])
    assert isinstance(solved, Pools)
    assert solved.pools[0].version_ids == (1, 3)
    path = solve_blueprint([*bank, item(4)], blueprint(Rule("r", 2)), enemies=[(1, 2), (2, 3), (3, 4)])
    assert isinstance(path, Pools)
    assert len(path.pools[0].version_ids) == 3
    assert len(path.pools[0].groups) == 1


def test_a_large_tangle_is_thinned_out_and_says_that_it_is_no_proof():
    star = [(0, n) for n in range(1, LARGEST_SEARCHED + 5)]
    bank = [item(n) for n in range(LARGEST_SEARCHED + 5)]
    solved = solve_blueprint(bank, blueprint(Rule("r", LARGEST_SEARCHED)), enemies=star)
    assert isinstance(solved, Pools)
    assert 0 not in solved.pools[0].version_ids
    short = solve_blueprint(bank, blueprint(Rule("r", LARGEST_SEARCHED + 5)), enemies=star)
    assert isinstance(short, Infeasible)
    assert not short.is_proven
    sets, is_all = peaceful_sets(list(range(LARGEST_SEARCHED + 5)), enmity_of(star, among=range(99)))
    assert (len(sets), is_all) == (1, False)


def test_many_sets_are_cut_off_and_the_search_is_bounded(monkeypatch):
    pairs = [(n, n + 1) for n in range(0, 24, 2)] + [(n, n + 1) for n in range(1, 23, 2)]
    sets, is_all = peaceful_sets(list(range(24)), enmity_of(pairs, among=range(24)))
    assert not is_all
    assert len(sets) <= 64
    monkeypatch.setattr(solver, "SEARCH_LIMIT", 1)
    found = solve_blueprint([item(n) for n in range(3)], blueprint(Rule("r", 1)), enemies=[(0, 1), (1, 2)])
    assert isinstance(found, Pools)
    short = solve_blueprint([item(n) for n in range(3)], blueprint(Rule("r", 3)), enemies=[(0, 1), (1, 2)])
    assert isinstance(short, Infeasible)


def test_clusters_are_parted():
    enmity = enmity_of([(1, 2), (3, 4), (4, 5), (9, 9), (1, 99)], among={1, 2, 3, 4, 5, 9})
    assert [(one.members, one.is_clique) for one in clusters_of(enmity)] == [((1, 2), True), ((3, 4, 5), False)]


PAIRS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] != pair[1]), max_size=9)
BANKS = st.lists(st.tuples(st.sampled_from(["a", "a/b", "c"]), st.integers(1, 3)), min_size=1, max_size=8)
RULES = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from([(), ("a",), ("a", "b"), ("c",)]), st.integers(1, 2)),
    min_size=1,
    max_size=3,
)


def _has_paper(items, rules, fixed, enemies):
    """Whether some paper meets all rules: by trying them all."""
    wanted = [rule for rule in rules for _ in range(rule.count)]
    free = [one for one in items if one.version_id not in fixed]
    if len(wanted) > len(free):
        return False
    for chosen in combinations(free, len(wanted)):
        present = {one.version_id for one in chosen} | set(fixed)
        if any(a in present and b in present for a, b in enemies):
            continue
        if any(all(r.accepts(c) for r, c in zip(wanted, order, strict=True)) for order in permutations(chosen)):
            return True
    return False


@settings(max_examples=150, deadline=None)
@given(BANKS, RULES, PAIRS, st.integers(-1, 7), st.integers())
def test_every_draw_is_a_good_paper_and_what_is_refused_is_impossible(bank, rules, pairs, fixed_at, seed):
    items = [item(n, topic, difficulty) for n, (topic, difficulty) in enumerate(bank)]
    fixed = [fixed_at] if 0 <= fixed_at < len(items) else []
    rules = [Rule(f"r{n}", count, D(1), topic, difficulty_from=low) for n, (count, topic, low) in enumerate(rules)]
    if sum(rule.count for rule in rules) > 5:
        rules = rules[:1]
    enemies = [pair for pair in pairs if max(pair) < len(items)]
    solved = solve_blueprint(items, blueprint(*rules, fixed=fixed), enemies=enemies)
    assert solve_blueprint(list(reversed(items)), blueprint(*rules, fixed=fixed), enemies=enemies[::-1]) == solved
    if isinstance(solved, Infeasible):
        assert solved.is_proven
        assert not _has_paper(items, rules, fixed, enemies)
        assert solved.shortages
        return
    by_rule = {rule.id: rule for rule in rules}
    for paper_seed in range(seed, seed + 10):
        paper = draw(solved, seed=paper_seed)
        assert paper == draw(solved, seed=paper_seed)
        drawn = [slot.version_id for slot in paper]
        assert len(set(drawn)) == len(drawn)
        assert not any(a in drawn and b in drawn for a, b in enemies)
        for rule in rules:
            own = [slot for slot in paper if slot.rule_id == rule.id]
            assert len(own) == rule.count
            assert all(by_rule[rule.id].accepts(items[slot.version_id]) for slot in own)


@pytest.mark.parametrize("size", [200, 2000])
def test_a_large_blueprint_is_solved_at_once(size):
    import time

    bank = [item(n, f"t{n % 20}", n % 5 + 1) for n in range(size)]
    enemies = [(n, n + 20) for n in range(0, size - 20, 7)]
    rules = [Rule(f"r{n}", size // 40, topic=(f"t{n}",)) for n in range(20)]
    began = time.perf_counter()
    assert isinstance(solve_blueprint(bank, blueprint(*rules), enemies=enemies), Pools)
    assert time.perf_counter() - began < 5
