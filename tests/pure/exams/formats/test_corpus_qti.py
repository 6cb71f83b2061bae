"""The QTI files of the shared corpus, question by question, and the scores that other engines state."""

from collections import Counter
from decimal import Decimal

import pytest

from exams.domain.grading import check_question
from exams.interchange.formats.base import Source, UnreadableFile
from exams.interchange.formats.qti.nodes import MALFORMED
from exams.interchange.formats.qti.reader import read_qti
from tests.pure.exams.formats.corpus_qti import (
    KINDS,
    ROOT,
    counted,
    files_of,
    replay_scores,
    stated_counts,
    survey,
)

pytestmark = pytest.mark.corpus


@pytest.fixture(autouse=True)
def _corpus():
    if not (ROOT / "qti2").exists():
        pytest.skip(f"CORPUS ABSENT: {ROOT} is not there; set JINBANG_CORPUS to read QTI files of other makers")


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_is_imported_or_declined_with_a_reason(kind):
    seen: Counter[str] = Counter()
    for path in files_of(kind):
        try:
            rows = list(read_qti(Source(name=path.name, path=path)))
        except UnreadableFile as error:
            seen["unreadable"] += bool(error.text)
            seen["silent"] += not error.text
            continue
        assert rows
        assert [row.row for row in rows] == list(range(1, len(rows) + 1))
        for row in rows:
            seen["rows"] += 1
            for remark in (*row.problems, *row.doubts, *row.losses):
                assert remark.text % remark.values if remark.values else remark.text
            assert (row.record is None) == bool(row.problems)
            if row.record is not None:
                problems = check_question(
                    type_name=row.record["type"], content=row.record["content"], key=row.record["key"]
                )
                assert problems == []
                assert Decimal(row.record["marks"]) > 0
                named = str(row.record).count("attachment:")
                assert named >= len(row.attachments) > 0 or not row.attachments
    assert seen["rows"] > 0
    assert seen["silent"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_no_question_of_the_list_of_the_corpus_is_passed_over(kind):
    stated = stated_counts(kind)
    files = files_of(kind)
    assert files
    for path in files:
        count, why = counted(path)
        # What is not well-formed cannot be counted; the file says where it breaks.
        assert count == stated[path] or why == MALFORMED, path


def test_most_items_that_are_questions_come_over():
    rows = {row["kind"]: row for row in survey()}
    assert rows["qti12_canvas"]["imported"] >= 74
    assert rows["qti2"]["imported"] >= 370
    assert rows["qti3"]["imported"] >= 185
    assert rows["qti_other"]["declined" if "declined" in rows["qti_other"] else "wrong"] == 0


def test_every_stated_score_is_earned_or_its_item_is_declined():
    replay = replay_scores()
    assert replay.wrong == []
    assert len(replay.refused) <= 5
    assert sum(replay.refusals.values()) == len(replay.refused)
    assert replay.marked >= 146
    assert replay.total == replay.marked + len(replay.refused) + sum(replay.declined.values())


def test_no_other_file_of_the_package_is_read():
    for path in files_of("qti2"):
        if path.suffix == ".zip":
            try:
                rows = list(read_qti(Source(name=path.name, path=path)))
            except UnreadableFile:
                continue
            assert all(".." not in row.file for row in rows)
