"""Calculated questions as Canvas adds them to QTI 1.2: a formula, sets of values drawn beforehand, each set's answer.

The answers that the file states decide: the formula is taken over where it gives each of them exactly, else the answers
themselves are.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from exams.domain.formulas import InvalidFormula
from exams.domain.grading import check_question
from exams.domain.types.calculated import MAXIMUM_VARIANTS, Rule, Variant
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.items12 import material_part, metadata_of
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.notes import Assets, Notes
from exams.interchange.formats.qti.pieces import FEEDBACK
from exams.interchange.formats.qti.rich import Writer, tidy
from exams.interchange.formats.qti.values import Unsupported, parse_number

_INCOMPLETE = gettext_noop("The formula, the values or the answers of this calculated question are missing.")
_NAME = gettext_noop("The value %(name)s has a name that cannot be used in a formula.")
_FORMULA_LOST = gettext_noop("The formula is lost; the answers for the values that were drawn are kept.")
_SETS_LOST = gettext_noop("Of %(count)s sets of values the first %(kept)s are kept.")
_VARIABLE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,15}")
_ANSWER = "answer_of_file"


def is_calculated(item: Node) -> bool:
    """Tell whether an item draws its numbers from a formula."""
    return any(node.name == "calculated" for node in item.walk())


def read_calculated(item: Node, *, assets: Assets, notes: Notes) -> dict[str, Any]:
    """Return the record of a calculated question; Unsupported says why there is none."""
    node = next(node for node in item.walk() if node.name == "calculated")
    writer = Writer(notes, assets)
    scales = {entry.get("name").strip(): parse_number(entry.get("scale")) for entry in _below(node, "vars", "var")}
    sets = [entry for entry in _below(node, "varsets", "varset") if entry.find("answer") is not None]
    if len(sets) > MAXIMUM_VARIANTS:
        notes.lose(_SETS_LOST, count=len(sets), kept=MAXIMUM_VARIANTS)
    variants: list[dict[str, Any]] = []
    answers: list[Decimal] = []
    for at, entry in enumerate(sets[:MAXIMUM_VARIANTS], start=1):
        values: dict[str, str] = {var.get("name").strip(): _written(var, scales) for var in entry.find_all("var")}
        for name in values:
            if not _VARIABLE.fullmatch(name) or name == _ANSWER:
                raise Unsupported(_NAME, {"name": name[:40]})
        variants.append({"id": f"v{at}", "values": values})
        answers.append(_number(entry.find("answer")))
    if not variants:
        raise Unsupported(_INCOMPLETE)
    key: dict[str, Any] = {**_tolerance(node), **_variables(node)}
    formula = _formula(node, variants, answers)
    if formula is None:
        notes.lose(_FORMULA_LOST)
        formula = f"{{{_ANSWER}}}"
        for variant, answer in zip(variants, answers, strict=True):
            variant["values"] |= {_ANSWER: _plain(answer)}
    key["formula"] = formula
    metadata = metadata_of(item)
    record: dict[str, Any] = {
        "type": "calculated",
        "marks": _plain(parse_number(metadata.get("points_possible", "1")) or Decimal(1)),
        "content": {"stem": _stem(item, writer, set(scales)), "variants": variants},
        "key": key,
    }
    explanation = _explanation(item, writer)
    if check_question(type_name="calculated", content=record["content"], key=key):
        raise Unsupported(_INCOMPLETE)
    return record | ({"explanation": explanation} if explanation else {})


def _below(node: Node, holder: str, name: str) -> list[Node]:
    return [entry for part in node.find_all(holder) for entry in part.find_all(name)]


def _number(node: Node | None) -> Decimal:
    found = parse_number(node.text) if node is not None else None
    if found is None:
        raise Unsupported(_INCOMPLETE)
    return found


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _written(var: Node, scales: Mapping[str, Decimal | None]) -> str:
    """Return a value with as many decimals as its variable has, as a learner reads it there."""
    value, scale = _number(var), scales.get(var.get("name").strip())
    if scale is None or not 0 <= scale <= 9:
        return _plain(value)
    scaled = value.quantize(Decimal(1).scaleb(-int(scale)))
    return format(scaled if scaled == value else value, "f")


def _tolerance(node: Node) -> dict[str, str]:
    """Return how near a response must come: a number, or per cent of the answer."""
    found = node.find("answertolerance")
    text = found.text.strip() if found is not None else ""
    amount = parse_number(text.removesuffix("%") or "0")
    if amount is None or amount < 0:
        raise Unsupported(_INCOMPLETE)
    if text.endswith("%"):
        return {"tolerance": _plain(amount / 100), "tolerance_kind": "relative"}
    return {"tolerance": _plain(amount), "tolerance_kind": "absolute"}


def _variables(node: Node) -> dict[str, Any]:
    """Return the ranges that values were drawn from, as far as they are usable."""
    found = []
    for entry in _below(node, "vars", "var"):
        ends = [parse_number(end.text) for name in ("min", "max") if (end := entry.find(name)) is not None]
        scale = parse_number(entry.get("scale")) or Decimal(0)
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None and 0 <= scale <= 9:
            low, high = sorted((ends[0], ends[1]))
            name = entry.get("name").strip()
            found.append({"name": name, "minimum": _plain(low), "maximum": _plain(high), "decimals": int(scale)})
    return {"variables": found[:20]} if found else {}


def _formula(node: Node, variants: list[dict[str, Any]], answers: list[Decimal]) -> str | None:
    """Return a formula of ours that gives each answer of the file exactly, None where there is none."""
    formulas = _below(node, "formulas", "formula")
    if len(formulas) != 1:
        return None
    text = formulas[0].text.strip()
    group = node.find("formulas")
    places = parse_number(group.get("decimalplaces")) if group is not None else None
    candidates = [text]
    if places is not None and 0 <= places <= 15:
        candidates.append(f"round({text}, {int(places)})")
    for candidate in candidates:
        try:
            rule = Rule(formula=candidate)
            found = [rule.expected(Variant.model_validate(variant)) for variant in variants]
        except (InvalidFormula, ValueError):
            continue
        if found == answers:
            return candidate
    return None


def _stem(item: Node, writer: Writer, names: set[str]) -> str:
    body = item.find("presentation")
    materials = [child for child in body.nodes if child.name == "material"] if body is not None else []
    text = tidy("".join(material_part(part, writer) for material in materials for part in material.nodes))
    return re.sub(r"\[([^\[\]]+)\]", lambda found: f"{{{found[1]}}}" if found[1] in names else found[0], text)


def _explanation(item: Node, writer: Writer) -> str:
    """Return what is said to everybody afterwards; what only some are told is lost."""
    said = ""
    for node in item.find_all("itemfeedback"):
        text = tidy(
            "".join(
                material_part(part, writer) for inner in node.walk() if inner.name == "material" for part in inner.nodes
            )
        )
        if node.get("ident") == "general_fb":
            said += text
        elif text:
            writer.notes.lose(FEEDBACK)
    return said
