"""Two versions of a paper beside each other."""

from decimal import Decimal as D

from exams.domain.paper_differences import PaperDifferences, compare_papers


def structure(*sections):
    return {"sections": list(sections)}


def section(id_, title, items=(), pools=(), instructions=""):
    return {
        "id": id_,
        "title": title,
        "instructions": instructions,
        "items": [{"version_id": version, "marks": str(marks)} for version, marks in items],
        "pools": [{"rule_id": r, "count": n, "marks": str(m), "version_ids": ids} for r, n, m, ids in pools],
    }


QUESTIONS = {10: 1, 11: 1, 20: 2, 30: 3, 40: 4}


def test_the_same_paper_in_another_order_differs_in_nothing():
    old = structure(section("s1", "One", [(10, 1), (20, 2)]))
    new = structure(section("s1", "One", [(20, "2.00"), (10, 1)]))
    assert compare_papers(old, new, question_of=QUESTIONS) == PaperDifferences()
    assert compare_papers(old, new, question_of=QUESTIONS).is_empty


def test_questions_that_came_went_and_changed_are_named():
    old = structure(section("s1", "One", [(10, 1), (20, 2)]), section("s2", "Two", [(30, 1)]))
    new = structure(section("s1", "One", [(11, 3), (30, 1), (40, 1)]), section("s3", "Three"))
    found = compare_papers(old, new, question_of=QUESTIONS)
    assert [place.question_id for place in found.added] == [4]
    assert [place.question_id for place in found.removed] == [2]
    first, second = found.changed
    assert (first.has_marks, first.has_version, first.has_moved) == (True, True, False)
    assert (first.old.marks, first.new.marks) == (D(1), D(3))
    assert (second.has_marks, second.has_version, second.has_moved) == (False, False, True)
    assert (found.sections_added, found.sections_removed) == (("Three",), ("Two",))
    assert not found.is_empty


def test_rules_and_texts_are_compared():
    old = structure(section("s1", "One", pools=[("r1", 2, 1, [10, 20]), ("r2", 1, 1, [99])]))
    new = structure(section("s1", "Uno", pools=[("r1", 3, 1, [11, 20, 30, 40]), ("r3", 1, 1, [98])]))
    found = compare_papers(old, new, question_of=QUESTIONS)
    changed, gone, fresh = found.rules
    assert (changed.joined, changed.left) == (2, 0)
    assert (gone.new, gone.joined, gone.left) == (None, 0, 1)
    assert (fresh.old, fresh.joined) == (None, 1)
    assert found.sections_changed == (("One", "Uno"),)


def test_a_section_that_is_only_called_otherwise_moves_no_question():
    old = structure(section("s1", "One", [(10, 1)], pools=[("r1", 1, 1, [20])]))
    new = structure(section("s1", "Uno", [(10, 1)], pools=[("r1", 1, 1, [20])]))
    found = compare_papers(old, new, question_of=QUESTIONS)
    assert (found.changed, found.rules) == ((), ())
    assert found.sections_changed == (("One", "Uno"),)
