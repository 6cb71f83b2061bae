"""Chinese question banks of the corpus: every question accounted for, every stated mark earned."""

import json
import re

import pytest

from tests.pure.exams.formats import corpus_papers as corpus

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        not corpus.BANKS.exists(), reason=f"CORPUS ABSENT: {corpus.BANKS} is not there; set JINBANG_CORPUS"
    ),
]


def test_every_question_of_the_manifest_has_its_row():
    for path, count in corpus.stated().items():
        if path.name in corpus.NO_BANK:
            continue
        rows = corpus.rows_of(path)
        exact = path.suffix in (".csv", ".json")
        assert len(rows) == count if exact else count <= len(rows) <= count + 5, path.name
        assert all(row.problems or row.record for row in rows)
        assert sum(bool(row.problems) for row in rows) <= max(20, count // 50), path.name


def test_no_key_says_other_than_its_file():
    for path in corpus.banks():
        if path.suffix in (".csv", ".json"):
            pairs = zip(corpus.rows_of(path), corpus.stated_answers(path), strict=True)
            assert not [row.row for row, said in pairs if corpus.key_differs(row, said)], path.name


def test_text_and_markdown_hold_the_questions_of_the_json():
    stems = [
        re.sub(r"[\s*]", "", one["content"].split("\n")[0])[:24]
        for one in corpus._objects(json.loads((corpus.QUIZ / "题库.json").read_text("utf-8")))
    ]
    for name in ("题库.txt", "题库.md"):
        said = re.sub(r"[\s*]", "", "\n".join(row.source for row in corpus.rows_of(corpus.QUIZ / name)))
        assert not [stem for stem in stems if stem not in said]


def test_chapters_become_topics():
    for name in ("题库.txt", "题库.md", "题库.csv", "题库.json"):
        rows = corpus.rows_of(corpus.QUIZ / name)
        assert all(row.record["topic"][0].startswith("第") for row in rows if row.record and not row.problems)


def test_pasted_results_earn_the_stated_marks():
    graded, items, wrong = corpus.replay_quiz()
    assert wrong == []
    assert graded >= items - 5


@pytest.mark.parametrize("path", corpus.result_files(), ids=lambda path: path.name)
def test_recorded_answers_earn_the_stated_points(path):
    replayed = corpus.replay_results(path)
    assert replayed["ours"] == replayed["stated"]
    assert replayed["declined"] <= 3
