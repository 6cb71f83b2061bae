"""Moodle's walk-through sets with deferred feedback, replayed: steps in, marks out, beside the stated marks."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exams.domain.grading import DEFAULT_POLICY, load_question
from exams.domain.types import calculated
from exams.interchange.formats.markup import TextReader
from exams.interchange.formats.moodle_questions import (
    Choice,
    Number,
    Parts,
    choice_question,
    cloze_question,
    matching_question,
    numerical_question,
    short_text_question,
    true_false_question,
)
from tests.pure.exams.formats.corpus_text import ROOT

FOLDER = ROOT / "moodle_walkthrough"
FIXTURES = FOLDER / "paulkennethsq1__hrsq1" / "mod" / "quiz"
SETS = (FIXTURES / "tests" / "fixtures", FIXTURES / "report" / "statistics" / "tests" / "fixtures")


@dataclass(frozen=True)
class Replayed:
    """One slot of one attempt: the stated mark and ours."""

    where: str
    stated: float
    ours: float


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _find(definitions: dict[str, Any], kind: str, which: str) -> Any:
    names = [name for name in definitions if name.split("|")[0] == kind]
    exact = [name for name in names if which and name.split("|")[1].startswith(which)]
    usual = [name for name in names if "default" in name]
    return definitions[(exact or usual or names)[0]]


def _calculated(definition: dict[str, Any]) -> Parts:
    sets = {name: values for name, values in definition["datasets"].items() if isinstance(values, list)}
    count = min(len(values) for values in sets.values())
    variants = [
        {"id": f"v{at + 1}", "values": {name: str(values[at]) for name, values in sets.items()}} for at in range(count)
    ]
    formula = definition["answer"].replace("{", "").replace("}", "")
    kind = "relative" if definition["tolerancetype"].startswith("1") else "absolute"
    key = {"formula": formula, "tolerance": str(definition["tolerance"]), "tolerance_kind": kind}
    return Parts("calculated", {"stem": "{a} + {b}", "variants": variants}, key)


def _parts(kind: str, definition: Any) -> Parts:
    reader = TextReader(row=1)
    if kind == "shortanswer":
        answers = [Choice(text, fraction) for text, fraction in definition["answers"]]
        return short_text_question("?", answers, is_case_sensitive=definition["usecase"])
    if kind == "numerical":
        return numerical_question("?", [Number(v, str(tol), fraction) for v, fraction, tol in definition["answers"]])
    if kind == "calculatedsimple":
        return _calculated(definition)
    if kind == "match":
        return matching_question("?", [*definition["pairs"].items(), ("", definition["extra_choice"])])
    if kind == "truefalse":
        return true_false_question("?", is_true=definition["right"])
    if kind == "multichoice":
        options = [Choice(text, fraction) for text, fraction in definition["answers"].items()]
        return choice_question(reader, "?", options, is_single=definition["single"])
    return cloze_question(reader, definition["text"], lambda stem: stem)[0]


def _id_of(options: list[dict[str, str]], text: str) -> str | None:
    return next((option["id"] for option in options if option["text"] == text), None)


def _response(parts: Parts, given: dict[str, str]) -> Any:
    """Turn the fields of a step into a response to our question."""
    content = parts.content
    if parts.type in {"short_text", "numerical", "calculated"}:
        return given.get("answer") or None
    if parts.type == "true_false":
        return given["answer"] == "1" if given.get("answer") else None
    if parts.type == "single_choice":
        return _id_of(content["options"], given.get("answer", ""))
    if parts.type == "multiple_choice":
        return [o["id"] for o in content["options"] if given.get(o["text"]) == "1"] or None
    if parts.type == "matching":
        pairs = {o["id"]: _id_of(content["right"], given.get(o["text"], "")) for o in content["left"]}
        return {left: right for left, right in pairs.items() if right} or None
    filled: dict[str, str] = {}
    for at, gap in enumerate(content["gaps"], start=1):
        text = given.get(f"{at}.answer", "")
        value = _id_of(gap["options"], text) if gap["kind"] == "choice" else text
        if value:
            filled[gap["id"]] = value
    return filled or None


def replay(folder: Path) -> Iterator[Replayed]:
    """Yield every slot of every attempt of the deferred-feedback set of a folder."""
    definitions = json.loads((FOLDER / "_derived_question_definitions.json").read_text(encoding="utf-8"))["questions"]
    slots: dict[str, tuple[str, str, float]] = {}
    for row in _rows(folder / "questions00.csv"):
        if row["slot"]:
            slots[row["slot"]] = (row["type"], row["which"] or "", float(row["mark"]))
    results = {row["quizattempt"]: row for row in _rows(folder / "results00.csv")}
    for step in _rows(folder / "steps00.csv"):
        for slot, (kind, which, maximum) in slots.items():
            actual = step[f"randqs.{slot}"] if kind == "random" else kind
            parts = _parts(actual, _find(definitions, actual, which))
            prefix = f"responses.{slot}."
            given = {name.removeprefix(prefix): value for name, value in step.items() if name.startswith(prefix)}
            question = load_question(parts.type, parts.content, parts.key)
            content = question.content
            if parts.type == "calculated":
                assert isinstance(content, calculated.Content)
                content = calculated.bind(content, {"variant": (f"v{step[f'variants.{slot}']}",)})
            response = question.type.parse_response(content, _response(parts, given))
            mark = question.type.grade(content, question.key, response, DEFAULT_POLICY)
            stated = float(results[step["quizattempt"]][f"slots.{slot}.mark"])
            where = f"{folder.parents[1].name} attempt {step['quizattempt']} slot {slot} {actual}"
            yield Replayed(where, stated, (mark.fraction or 0.0) * maximum)


def survey() -> list[dict[str, Any]]:
    """Return the row of the table of kinds; its questions are slots of attempts."""
    replayed = [one for folder in SETS for one in replay(folder)]
    wrong = [f"{one.where}: {one.ours} / {one.stated}" for one in replayed if abs(one.ours - one.stated) > 1e-5]
    return [
        {
            "kind": "moodle_walkthrough",
            "files": len(SETS) * 3,
            "questions": len(replayed),
            "imported": len(replayed),
            "declined": 0,
            "reasons": {},
            "wrong": wrong,
        }
    ]
