"""What becomes of the QTI files of the shared corpus, and of the scoring cases of other engines."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exams.domain.errors import InvalidResponse
from exams.domain.grading import GradingPolicy, grade
from exams.interchange.formats.base import Source, UnreadableFile
from exams.interchange.formats.qti.convert import convert
from exams.interchange.formats.qti.declarations import Declaration, declarations_of
from exams.interchange.formats.qti.items import read_item
from exams.interchange.formats.qti.nodes import Node, parse_xml
from exams.interchange.formats.qti.notes import Assets, Notes
from exams.interchange.formats.qti.reader import read_qti
from exams.interchange.formats.qti.values import Unsupported, Value, container, parse_item, single

ROOT = Path(os.environ.get("JINBANG_CORPUS") or Path(__file__).resolve().parents[4].parent / "shared" / "corpus")
KINDS = ("qti12_canvas", "qti2", "qti3", "qti_other", "qti_scoring")
POLICY = GradingPolicy(is_negative_allowed=True)
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (600).to_bytes(4, "big") * 2
"""Stands for pictures that the scoring cases name and do not bring along."""


def files_of(kind: str) -> list[Path]:
    """Return the XML files and packages of a kind."""
    return sorted(p for p in (ROOT / kind).rglob("*") if p.suffix.lower() in (".xml", ".zip", ".qti") and p.is_file())


def survey() -> list[dict[str, Any]]:
    """Return for each kind: files, files that hold no questions, questions, imported, declined, reasons."""
    rows = []
    for kind in KINDS:
        count: Counter[str] = Counter()
        types: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for path in files_of(kind):
            count["files"] += 1
            try:
                for row in read_qti(Source(name=path.name, path=path)):
                    count["questions"] += 1
                    count["imported" if row.record is not None else "declined"] += 1
                    if row.record is not None:
                        types[row.record["type"]] += 1
                    else:
                        reasons[row.problems[0].text] += 1
            except UnreadableFile as error:
                count["no_questions"] += 1
                reasons[error.text] += 1
        rows.append({"kind": kind, **count, "wrong": 0, "types": dict(types), "reasons": dict(reasons)})
    return rows


@dataclass
class Case:
    """A response whose score another engine states."""

    name: str
    item: Path
    responses: dict[str, Any]
    expected: float


@dataclass
class Replay:
    """What became of the scoring cases."""

    marked: int = 0
    declined: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    elsewhere: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All cases that state the score of an item."""
        return self.marked + sum(self.declined.values()) + len(self.refused) + len(self.wrong)


def _value(declared: Declaration, raw: Any) -> Value | None:
    texts = [str(entry) for entry in (raw if isinstance(raw, list) else [raw])] if raw is not None else []
    if declared.base != "string":
        texts = [text for text in texts if text.strip()]
    items = tuple(parse_item(declared.base, text) for text in texts)
    if declared.cardinality == "single":
        return single(declared.base, items[0]) if items and items[0] != "" else None
    return container(declared.cardinality, declared.base, items)


def conformance_cases(replay: Replay) -> Iterator[Case]:
    """Yield the cases of item.xml and cases.json that state a score."""
    for folder in sorted((ROOT / "qti_scoring").rglob("cases.json")):
        for case in json.loads(folder.read_text(encoding="utf-8"))["cases"]:
            expect = case["expect"]
            score = expect.get("score", expect.get("outcomes", {}).get("SCORE"))
            if score is None:
                replay.elsewhere["states no score"] += 1
                continue
            yield Case(case["name"], folder.parent / "item.xml", case["responses"], float(score))


def _recorded(result: Node, identifier: str) -> tuple[dict[str, Any], bool]:
    """Return the recorded responses to an item, and whether a person gave its score."""
    found: dict[str, Any] = {}
    is_human = False
    entries = result.find_all("itemresult")
    for entry in entries:
        if entry.get("identifier") != identifier and len(entries) > 1:
            continue
        for variable in entry.find_all("responsevariable"):
            given = variable.find("candidateresponse")
            found[variable.get("identifier")] = [v.text for v in given.find_all("value")] if given else []
        is_human |= any(
            v.get("identifier") == "SCORE" and v.get("externalscored") == "human"
            for v in entry.find_all("outcomevariable")
        )
    return found, is_human


def derived_cases(replay: Replay) -> Iterator[Case]:
    """Yield the cases of the derived list that state the score of an item."""
    for listing in sorted((ROOT / "qti_scoring").rglob("_derived_expected_scores.json")):
        for case in json.loads(listing.read_text(encoding="utf-8"))["cases"]:
            if case["scope"] != "item":
                replay.elsewhere["outcomes of a test"] += 1
                continue
            if case["outcome"] != "SCORE":
                replay.elsewhere["another outcome than the score"] += 1
                continue
            roots = {name: parse_xml((listing.parent / name).read_bytes()) for name in case["files"]}
            item = next(name for name, root in roots.items() if root.name == "assessmentitem")
            responses: dict[str, Any] = {}
            is_human = False
            for root in roots.values():
                if root.name == "assessmentresult":
                    found, is_given = _recorded(root, roots[item].get("identifier"))
                    responses |= found
                    is_human |= is_given
            responses |= {name: given["value"] for name, given in case["responses"].items()}
            if is_human:
                replay.elsewhere["a score that a person gave is kept"] += 1
                continue
            yield Case(case["test"], listing.parent / item, responses, float(case["expected"]))


def replay_scores() -> Replay:
    """Grade every stated response as the imported record is graded."""
    replay = Replay()
    for case in [*conformance_cases(replay), *derived_cases(replay)]:
        notes = Notes()
        try:
            node = parse_xml(case.item.read_bytes())
            declared = declarations_of(node).responses
            made = convert(read_item(node, assets=Assets(notes, read=lambda path: PICTURE), notes=notes))
        except (Unsupported, UnreadableFile) as error:
            replay.declined[error.text] += 1
            continue
        where = f"{case.item.parent.name}/{case.item.name} {case.name}: {case.responses}"
        _mark(replay, case, made.record, made.native, declared, where)
    return replay


def _mark(
    replay: Replay, case: Case, record: Mapping[str, Any], native: Any, declared: Mapping[str, Declaration], where: str
) -> None:
    try:
        given = {name: _value(declared[name], raw) for name, raw in case.responses.items() if name in declared}
        mark = grade(record["type"], record["content"], record["key"], native(given), POLICY)
    except (Unsupported, InvalidResponse) as error:
        # The response names what the item does not offer, or more than it allows; no learner can give it.
        replay.refused.append(f"{where}: {error}")
        return
    earned = None if mark.fraction is None else mark.fraction * float(record["marks"])
    if earned is not None and abs(earned - case.expected) < 1e-6:
        replay.marked += 1
    else:
        replay.wrong.append(f"{where}: {earned}, not {case.expected}")
