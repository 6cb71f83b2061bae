"""What becomes of the corpus' GIFT, Aiken, cloze and Moodle XML files: one row a kind, for the table of all kinds."""

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

from exams.domain.grading import check_question
from exams.interchange.formats.base import Source, UnreadableFile
from exams.interchange.formats.gift_syntax import GiftAnswer, GiftQuestion, GiftText, parse_gift
from exams.interchange.formats.registry import find_format

ROOT = Path(os.environ.get("JINBANG_CORPUS") or Path(__file__).resolve().parents[4].parent / "shared" / "corpus")
ENDINGS = {
    "aiken": (".txt", ".xml"),
    "gift": (".gift", ".txt"),
    "moodle_xml": (".xml",),
    "moodle_xml_stack": (".xml",),
    "other_text_formats": (".txt", ".xml", ".dat"),
    "moodle_backup": (".mbz",),
    "shortanswer_match": (".txt", ".csv"),
}
_SPACE = re.compile(r"\s+")


def files_of(kind: str) -> list[Path]:
    """Return the files of a kind in the order of their names."""
    return sorted(p for p in (ROOT / kind).rglob("*") if p.is_file() and p.name.endswith(ENDINGS[kind]))


def survey_kind(kind: str) -> dict[str, Any]:
    """Count what is imported and why the rest is declined; `wrong` are rows that were imported although they do not
    hold."""
    files = files_of(kind)
    reasons: Counter[str] = Counter()
    imported = questions = declined = unread = 0
    wrong: list[str] = []
    for path in files:
        source = Source(name=path.name, path=path)
        try:
            rows = list(find_format(source).read(source))
        except UnreadableFile as reason:
            reasons[f"file: {reason.text}"] += 1
            unread += 1
            continue
        for row in rows:
            questions += 1
            if row.problems:
                declined += 1
                reasons[row.problems[0].text] += 1
                continue
            record = row.record or {}
            faults = check_question(type_name=record["type"], content=record["content"], key=record["key"])
            if faults:
                wrong.append(f"{path.name}:{row.row} {faults[0]}")
            imported += 1
    return {
        "kind": kind,
        "files": len(files),
        "questions": questions,
        "imported": imported,
        "declined": declined,
        "files_declined": unread,
        "reasons": dict(reasons),
        "wrong": wrong,
    }


def survey() -> list[dict[str, Any]]:
    """Return a row for each kind of this area."""
    return [survey_kind(kind) for kind in ENDINGS]


# -- the expected parse of the GIFT files ---------------------------------------------------------------
_TYPES = {
    "description": "Description",
    "essay": "Essay",
    "truefalse": "TF",
    "multichoice": "MC",
    "shortanswer": "Short",
    "numerical": "Numerical",
    "match": "Matching",
    "category": "Category",
}


def _flat(text: str | None) -> str:
    """Spacing is a matter of taste of the two parsers, around the blank as elsewhere."""
    return re.sub(r" ?(_____) ?", r"\1", _SPACE.sub(" ", text or "").strip())


def _text(value: GiftText | None) -> tuple[str, str] | None:
    return (value.format, _flat(value.text)) if value else None


def _expected_text(value: dict[str, Any] | None) -> tuple[str, str] | None:
    return (value["format"], _flat(value["text"])) if value and value["text"].strip() else None


def _weight(answer: GiftAnswer) -> float | None:
    return float(answer.weight) if answer.weight else None


def _numbers(value: Any) -> tuple[float, ...]:
    """The ends of a range as the other parser states it."""
    if value["type"] == "high-low":
        return (value["numberLow"], value["numberHigh"])
    spread = value.get("range", 0) if value["type"] == "range" else 0
    return (value["number"] - spread, value["number"] + spread)


def _our_numbers(text: str) -> tuple[float, ...]:
    if ".." in text:
        low, high = text.split("..")
        return float(low), float(high)
    value, _colon, spread = text.partition(":")
    return float(value) - float(spread or 0), float(value) + float(spread or 0)


def _same_numbers(ours: tuple[float, ...], theirs: tuple[float, ...]) -> bool:
    return all(abs(a - b) < 1e-9 for a, b in zip(ours, theirs, strict=True))


def _choice_differences(ours: GiftAnswer, theirs: dict[str, Any], *, is_number: bool) -> list[str]:
    found = []
    if is_number:
        if not _same_numbers(_our_numbers(ours.text.text), _numbers(theirs["text"])):
            found.append(f"number {ours.text.text} / {theirs['text']}")
    elif _text(ours.text) != (theirs["text"]["format"], _flat(theirs["text"]["text"])):
        found.append(f"text {ours.text} / {theirs['text']}")
    if (ours.sign == "=") != theirs["isCorrect"]:
        found.append(f"sign {ours.sign} / {theirs['isCorrect']}")
    if _weight(ours) != theirs["weight"]:
        found.append(f"weight {ours.weight} / {theirs['weight']}")
    if _text(ours.feedback) != _expected_text(theirs["feedback"]):
        found.append(f"feedback {ours.feedback} / {theirs['feedback']}")
    return found


def _answer_differences(ours: GiftQuestion, theirs: dict[str, Any]) -> list[str]:
    if ours.kind == "truefalse":
        said_to_true, said_to_false = ours.wrong_feedback, ours.right_feedback
        if ours.is_true:
            said_to_true, said_to_false = said_to_false, said_to_true
        same = (
            ours.is_true == theirs["isTrue"]
            and _text(said_to_true) == _expected_text(theirs["trueFeedback"])
            and _text(said_to_false) == _expected_text(theirs["falseFeedback"])
        )
        return [] if same else [f"true/false {ours} / {theirs}"]
    if ours.kind == "match":
        pairs = [(_text(one.text), _flat(one.partner)) for one in ours.answers]
        wanted = [
            ((p["subquestion"]["format"], _flat(p["subquestion"]["text"])), _flat(p["subanswer"]))
            for p in theirs["matchPairs"]
        ]
        return [] if pairs == wanted else [f"pairs {pairs} / {wanted}"]
    choices = theirs.get("choices", [])
    if isinstance(choices, dict):
        same = len(ours.answers) == 1 and _same_numbers(_our_numbers(ours.answers[0].text.text), _numbers(choices))
        return [] if same else [f"number {ours.answers} / {choices}"]
    if ours.wrong_feedback and choices and choices[-1]["text"].get("text") == "*":
        # A number's "~#…" is stated as a last answer that stands for any other.
        *choices, other = choices
        if _text(ours.wrong_feedback) != _expected_text(other["feedback"]):
            return [f"feedback {ours.wrong_feedback} / {other}"]
    if len(choices) != len(ours.answers):
        return [f"{len(ours.answers)} answers / {len(choices)}"]
    is_number = ours.kind == "numerical"
    return [
        difference
        for one, other in zip(ours.answers, choices, strict=True)
        for difference in _choice_differences(one, other, is_number=is_number)
    ]


def differences(ours: GiftQuestion, theirs: dict[str, Any]) -> list[str]:
    """Return in what our parse of a question differs from the stated one."""
    found = []
    if _TYPES.get(ours.kind) != theirs["type"]:
        return [f"type {ours.kind} / {theirs['type']}"]
    if _flat(ours.title) != _flat(theirs.get("title")):
        found.append(f"title {ours.title} / {theirs.get('title')}")
    if ours.kind == "category":
        return found
    if "id" in theirs and (ours.id or None) != theirs["id"]:
        found.append(f"id {ours.id} / {theirs['id']}")
    if "tags" in theirs and list(ours.tags) != (theirs["tags"] or []):
        found.append(f"tags {ours.tags} / {theirs['tags']}")
    if _text(ours.stem) != (theirs["stem"]["format"], _flat(theirs["stem"]["text"])):
        found.append(f"stem {ours.stem} / {theirs['stem']}")
    if "hasEmbeddedAnswers" in theirs and ours.is_missing_word != theirs["hasEmbeddedAnswers"]:
        found.append(f"missing word {ours.is_missing_word} / {theirs['hasEmbeddedAnswers']}")
    if _text(ours.general_feedback) != _expected_text(theirs.get("globalFeedback")):
        found.append(f"general {ours.general_feedback} / {theirs.get('globalFeedback')}")
    return found + _answer_differences(ours, theirs)


def gift_differences() -> tuple[int, list[str]]:
    """Compare every GIFT file that has its parse beside it, question by question; return how many, and what differs."""
    count = 0
    found: list[str] = []
    for path in files_of("gift"):
        stated = path.with_suffix(".json")
        if path.suffix != ".gift" or not stated.exists():
            continue
        theirs = json.loads(stated.read_text(encoding="utf-8"))
        ours = list(parse_gift(path.read_text(encoding="utf-8").split("\n")))
        if len(ours) != len(theirs):
            found.append(f"{path.name}: {len(ours)} questions / {len(theirs)}")
            continue
        for one, other in zip(ours, theirs, strict=True):
            count += 1
            found += [f"{path.name}:{one.line} {difference}" for difference in differences(one, other)]
    return count, found
