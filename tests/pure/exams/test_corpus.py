"""Marks and statistics stated by other engines, replayed through ours."""

import csv
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from exams.domain.grading import GradingPolicy, grade
from exams.domain.statistics import item_statistics

ROOT = Path(os.environ.get("JINBANG_CORPUS") or Path(__file__).resolve().parents[3].parent / "shared" / "corpus")
CHAOXING = ROOT / "zh_question_banks/adoreMai__quiz/_derived_chaoxing_marks.json"
MOODLE = ROOT / "moodle_walkthrough/paulkennethsq1__hrsq1/mod/quiz/report/statistics/tests/fixtures"

pytestmark = pytest.mark.corpus


def _need(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"CORPUS ABSENT: {path} is not there; set JINBANG_CORPUS to replay stated results")
    return path


def _choice(letters: str):
    return {"stem": "?", "options": [{"id": letter, "text": letter} for letter in letters]}


def _fraction(item) -> float:
    policy = GradingPolicy(multiple_choice="partial_if_no_wrong")
    if item["type"] == "truefalse":
        given = None if not item["given"] else item["given"] == "对"
        return grade("true_false", {"stem": "?"}, {"correct": item["key"] == "对"}, given, policy).fraction
    given, key = list(item["given"].lower()), list(item["key"].lower())
    if item["type"] == "single":
        answer = given[0] if given else None
        return grade("single_choice", _choice("abcdefgh"), {"fractions": {key[0]: 1}}, answer, policy).fraction
    return grade("multiple_choice", _choice("abcdefgh"), {"correct": key}, given, policy).fraction


def test_chaoxing_items_earn_all_a_part_or_nothing_as_stated():
    items = json.loads(_need(CHAOXING).read_text())["items"]
    sections, full, previous = [], {}, None
    for item in items:
        if previous is None or item["section"] != previous["section"] or item["no"] < previous["no"]:
            sections.append([])
        sections[-1].append(item)
        previous = item
    wrong = []
    for number, section in enumerate(sections):
        full[number] = max(item["earned"] for item in section)
        for item in section:
            fraction = _fraction(item)
            earned = item["earned"]
            stated = "none" if earned == 0 else "part" if earned < full[number] - 0.11 else "all"
            ours = "none" if fraction == 0 else "all" if fraction == 1 else "part"
            if stated != ours:
                wrong.append((number, item, ours, full[number]))
    assert not wrong, f"{len(wrong)} of {len(items)}: {wrong[:5]}"


def _rows(name: str):
    with _need(MOODLE / name).open(newline="") as handle:
        return list(csv.DictReader(handle))


def test_moodle_item_statistics_are_ours():
    results = _rows("results00.csv")
    stated = {row["slot"]: row for row in _rows("qstats00.csv") if not row["subqname"] and not row["variant"]}
    checked = 0
    for slot, row in stated.items():
        column = f"slots.{slot}.mark"
        if column not in results[0]:
            continue
        marks = [float(result[column]) for result in results]
        totals = [float(sum(Decimal(v) for k, v in result.items() if k.startswith("slots."))) for result in results]
        found = item_statistics(marks=marks, totals=totals, maximum=float(row["maxmark"]))
        assert found.n == int(row["s"])
        assert found.facility == pytest.approx(float(row["facility"]), abs=1e-6)
        assert found.sd == pytest.approx(float(row["sd"]), abs=1e-6)
        assert found.discrimination_index == pytest.approx(float(row["discriminationindex"]), abs=1e-4)
        assert found.discriminative_efficiency == pytest.approx(float(row["discriminativeefficiency"]), abs=1e-4)
        checked += 1
    assert checked == len(stated)
