"""Chinese question banks of the corpus against our reading: every question accounted for, every stated mark earned.

`python -m tests.pure.exams.formats.corpus_papers` prints the table by file kind.
"""

import csv
import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from exams.domain.grading import GradingPolicy, grade
from exams.interchange.formats import chinese_text, delimited, foreign_json
from exams.interchange.formats.base import Format, ParsedRow, Source, UnreadableFile
from tests.pure.exams.formats.docx_variants import answer_of

ROOT = Path(os.environ.get("JINBANG_CORPUS") or Path(__file__).resolve().parents[4].parent / "shared" / "corpus")
BANKS = ROOT / "zh_question_banks"
QUIZ = BANKS / "adoreMai__quiz"
RESULTS = BANKS / "OpenLMLab__GAOKAO-Bench/Results/gpt_4_0314_obj"
POLICY = GradingPolicy(multiple_choice="partial_if_no_wrong")
NO_BANK = {"_derived_chaoxing_marks.json", "subjects.json", "correction_score.json"}


def format_of(path: Path) -> Format:
    """Return the format by the ending."""
    return {".csv": delimited, ".json": foreign_json}.get(path.suffix, chinese_text).FORMAT


@cache
def rows_of(path: Path) -> tuple[ParsedRow, ...]:
    """Return the rows of a file of the corpus; read once."""
    return tuple(format_of(path).read(Source(name=path.name, path=path)))


@cache
def stated() -> dict[Path, int]:
    """Return how many questions the manifest states for each file."""
    with (ROOT / "MANIFEST.tsv").open(newline="") as handle:
        rows = csv.DictReader(handle, delimiter="\t")
        return {ROOT / row["path"]: int(row["questions"]) for row in rows if row["kind"] == "zh_question_banks"}


def banks() -> list[Path]:
    """Return the files that hold questions."""
    return [path for path in stated() if path.name not in NO_BANK]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("content", value.get("question")), str):
            yield value
        else:
            for child in value.values():
                yield from _objects(child)
    elif isinstance(value, list):
        for child in value:
            yield from _objects(child)


def stated_answers(path: Path) -> list[object]:
    """Return the answers as the file states them, in order, for the kinds that state them plainly."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8-sig") as handle:
            return [row.get("Answer") or row.get("答案") for row in csv.DictReader(handle)]
    return [one.get("answer", one.get("standard_answer")) for one in _objects(json.loads(path.read_text("utf-8")))]


def key_differs(row: ParsedRow, answer: object) -> bool:
    """Tell whether the key of an imported choice says other letters than the file."""
    if row.record is None or row.problems:
        return False
    ours = answer_of(dict(row.record))
    if row.record["type"] == "cloze":
        gaps = row.record["key"]["gaps"].values()
        ours = [next(id_ for id_, share in gap["fractions"].items() if share == 1) for gap in gaps]
    letters = answer if isinstance(answer, list) else [answer]
    if row.record["type"] in ("material", "cloze"):
        return [str(one).lower() for one in letters] != ours
    if row.record["type"] in ("single_choice", "multiple_choice"):
        first = re.match(r"[A-Z]+", str(letters[0]).strip())
        return first is None or first[0].lower() != ours
    if row.record["type"] == "true_false":
        return ours is not str(answer).startswith(("对", "正确", "√"))
    return False


def replay_quiz() -> tuple[int, int, list[Any]]:
    """Return how many of the pasted items were graded through imported records, how many are there, and the wrong."""
    items = json.loads((QUIZ / "_derived_chaoxing_marks.json").read_text())["items"]
    kinds = {"single": "single_choice", "multiple": "multiple_choice", "truefalse": "true_false"}
    rows = [
        row for row in rows_of(QUIZ / "共同体概论题库汇总.txt") if row.record and row.record["type"] in kinds.values()
    ]
    full: list[float] = []
    previous = None
    sections: list[int] = []
    for item in items:
        if previous is None or item["section"] != previous["section"] or item["no"] < previous["no"]:
            full.append(0.0)
        full[-1] = max(full[-1], item["earned"])
        sections.append(len(full) - 1)
        previous = item
    graded, wrong, at = 0, [], 0
    for item, section in zip(items, sections, strict=True):
        for place in range(at, min(at + 8, len(rows))):
            if _is_item(rows[place], item, kinds[item["type"]]):
                at = place + 1
                row = rows[place]
                break
        else:
            continue
        if row.problems or row.record is None:
            continue
        fraction = grade(row.record["type"], row.record["content"], row.record["key"], _response(item), POLICY).fraction
        says = "none" if item["earned"] == 0 else "part" if item["earned"] < full[section] - 0.11 else "all"
        ours = "none" if fraction == 0 else "all" if fraction == 1 else "part"
        graded += 1
        if says != ours:
            wrong.append((item, ours))
    return graded, len(items), wrong


def _is_item(row: ParsedRow, item: dict[str, Any], kind: str) -> bool:
    if row.record is None or row.record["type"] != kind:
        return False
    found = re.search(r"我的答案[:：]\s*([A-Z]+|对|错)?", row.source)
    key = re.search(r"正确答案[:：]\s*([A-Z]+|对|错)", row.source)
    return bool(key) and key[1] == item["key"] and (found[1] or "" if found else "") == (item["given"] or "")


def _response(item: dict[str, Any]) -> Any:
    if not item["given"]:
        return None
    if item["type"] == "truefalse":
        return item["given"] == "对"
    letters = list(item["given"].lower())
    return letters if item["type"] == "multiple" else letters[0]


def replay_results(path: Path) -> dict[str, Any]:
    """Return the points of a file of answers through our records, beside the stated ones."""
    data = json.loads(path.read_text("utf-8"))
    total = 0.0
    graded = declined = 0
    for row, entry in zip(rows_of(path), data["example"], strict=True):
        if row.problems or row.record is None:
            # What was declined cannot be graded; its points are counted by the letters alone, to compare the totals.
            declined += 1
            pairs = zip(entry["model_answer"], entry["standard_answer"], strict=False)
            total += sum(entry["score"] for given, right in pairs if given == right)
            continue
        graded += 1
        mark = grade(row.record["type"], row.record["content"], row.record["key"], _answers(row.record, entry), POLICY)
        total += (mark.fraction or 0) * entry["score"] * len(entry["standard_answer"])
    summary = json.loads((RESULTS / "result/correction_score.json").read_text())
    kinds = {name: said for subject in summary["subject"].values() for name, said in subject["type"].items()}
    return {
        "file": path.name,
        "graded": graded,
        "declined": declined,
        "ours": round(total, 2),
        "stated": kinds[data["keyword"]]["correct_score"],
    }


def _answers(record: Any, entry: dict[str, Any]) -> Any:
    given = entry["model_answer"]
    known = {option["id"] for option in record["content"].get("options", ())}
    if record["type"] == "material":
        ids = [one["id"] for one in record["content"]["questions"]]
        return {id_: one.lower()[:1] for id_, one in zip(ids, given, strict=False) if one in tuple("ABCD")}
    letters = [letter for letter in "".join(given).lower() if letter in known]
    if record["type"] == "multiple_choice":
        return list(dict.fromkeys(letters))
    # Several letters for a question with one right option earn nothing.
    return letters[0] if len(letters) == 1 else None


def result_files() -> list[Path]:
    """Return the files of recorded answers."""
    return sorted(RESULTS.glob("*.json"))


def survey() -> list[dict[str, Any]]:
    """Return a row a kind of file: files, questions stated, imported, declined, wrong."""
    table: dict[str, dict[str, Any]] = {}
    for path, count in stated().items():
        kind = f"zh_question_banks {path.suffix}"
        entry = table.setdefault(
            kind, {"kind": kind, "files": 0, "questions": 0, "imported": 0, "declined": 0, "wrong": 0, "unreadable": 0}
        )
        entry["files"] += 1
        entry["questions"] += count if path.name not in NO_BANK else 0
        try:
            rows = rows_of(path)
        except UnreadableFile:
            entry["unreadable"] += 1
            continue
        entry["imported"] += sum(not row.problems for row in rows)
        entry["declined"] += sum(bool(row.problems) for row in rows)
        if path.suffix in (".csv", ".json"):
            entry["wrong"] += sum(key_differs(row, said) for row, said in zip(rows, stated_answers(path), strict=True))
    return list(table.values())


if __name__ == "__main__":
    for line in survey():
        print(line)  # noqa: T201 - a table for the person who asks for it
    done, items, errors = replay_quiz()
    print(f"pasted result pages: {done} of {items} graded, {len(errors)} wrong {errors[:2]}")  # noqa: T201 - as above
    for file in result_files():
        print(replay_results(file))  # noqa: T201 - as above
