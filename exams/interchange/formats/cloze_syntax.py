"""The gaps of Moodle's cloze texts, `{weight:KIND:=right#feedback~%50%half~wrong}`: read in one pass, and written.

The scanner keeps to the rules of Moodle's own expressions: an answer ends at the first `~`, `#` or `}` without a
backslash (or, for `#`, an entity) before it, a feedback at the first `~` or `}`.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from exams.domain.numbers import parse_decimal
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.fractions import exact_fraction, option_ids, percent_of

GapKind = Literal["choice", "choices", "text", "numeric"]


@dataclass(frozen=True, slots=True)
class KindOfGap:
    """What a keyword of the syntax stands for."""

    kind: GapKind
    is_case_sensitive: bool = False
    is_shuffled: bool = False


_NAMES: dict[str, KindOfGap] = {
    "NUMERICAL NM": KindOfGap("numeric"),
    "SHORTANSWER SA MW": KindOfGap("text"),
    "SHORTANSWER_C SAC MWC": KindOfGap("text", is_case_sensitive=True),
    "MULTICHOICE MC MULTICHOICE_V MCV MULTICHOICE_H MCH": KindOfGap("choice"),
    "MULTICHOICE_S MCS MULTICHOICE_VS MCVS MULTICHOICE_HS MCHS": KindOfGap("choice", is_shuffled=True),
    "MULTIRESPONSE MR MULTIRESPONSE_H MRH": KindOfGap("choices"),
    "MULTIRESPONSE_S MRS MULTIRESPONSE_HS MRHS": KindOfGap("choices", is_shuffled=True),
}
KINDS: dict[str, KindOfGap] = {name: kind for names, kind in _NAMES.items() for name in names.split()}

_START = re.compile(r"\{([0-9]{0,9}):([A-Z_]{2,20}):")
_ATTEMPT = re.compile(r"\{[0-9]{0,9}:\s*[A-Za-z_]{2,20}\s*(?::|\})")
_FRACTION = re.compile(r"=|%(-?[0-9]+(?:[.,][0-9]*)?)%")
_NUMBER = r"-?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?"
_NUMERIC = re.compile(rf"({_NUMBER})(?::({_NUMBER}))?")
_ANSWER_END = re.compile(r"[~#}]")
_FEEDBACK_END = re.compile(r"[~}]")
_MARKER = re.compile(r"\[\[(g[0-9]{1,3})\]\]")

MALFORMED = gettext_noop("The gap %(gap)s is not complete; it reads {1:KIND:=right~wrong}.")
UNKNOWN_KIND = gettext_noop("There is no kind of gap called %(name)s.")
NOT_A_NUMBER = gettext_noop("%(text)s in the gap %(gap)s is not a number.")
NO_RIGHT_ANSWER = gettext_noop("No answer of the gap %(gap)s earns full marks.")
TOO_FEW_CHOICES = gettext_noop("The gap %(gap)s has fewer than two choices.")
NO_WEIGHT = gettext_noop("The gap %(gap)s weighs nothing; a gap weighs at least 1 here.")
NO_GAP = gettext_noop("There is no gap in this text.")


class UnreadableGap(ValueError):
    """A gap that cannot be read; `text` is English source for `values`."""

    def __init__(self, text: str, /, **values: str) -> None:
        self.text = text
        self.values = values
        super().__init__(text % values)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One answer of a gap: its text (HTML for a choice), fraction, feedback, and the tolerance of a number."""

    text: str
    fraction: float
    feedback: str = ""
    tolerance: str = "0"


@dataclass(frozen=True, slots=True)
class ClozeGap:
    """A gap as written."""

    source: str
    kind: GapKind
    weight: int
    alternatives: tuple[Alternative, ...]
    is_case_sensitive: bool = False
    is_shuffled: bool = False


def _end_of(text: str, at: int, pattern: re.Pattern[str], *, is_answer: bool) -> int:
    """Return where the first sign of the pattern stands that nothing escapes; -1 when there is none."""
    while found := pattern.search(text, at):
        before = text[max(0, found.start() - 5) : found.start()]
        if not before.endswith("\\") and not (is_answer and before.endswith(("&", "&amp;"))):
            return found.start()
        at = found.end()
    return -1


def _unescaped(text: str) -> str:
    plain = html.unescape(text)
    return plain.replace("\\}", "}").replace("\\#", "#").replace("\\~", "~").strip()


def _alternatives(text: str, at: int) -> tuple[list[tuple[str, str, str]], int]:
    """Return (fraction, answer, feedback) of all alternatives and where the gap ends; -1 for no end."""
    found: list[tuple[str, str, str]] = []
    # The first answer may begin with the sign that parts the others.
    at += text.startswith("~", at)
    while True:
        sign = _FRACTION.match(text, at)
        start = sign.end() if sign else at
        if start >= len(text) or text[start] == "}":
            return found, -1
        end = _end_of(text, start + 1, _ANSWER_END, is_answer=True)
        if end < 0:
            return found, -1
        answer, feedback = text[start:end], ""
        if text[end] == "#":
            start = end + 1
            end = _end_of(text, start, _FEEDBACK_END, is_answer=False)
            if end < 0:
                return found, -1
            feedback = text[start:end]
        found.append((sign[0] if sign else "", answer, feedback))
        if text[end] == "}":
            return found, end + 1
        at = end + 1


def _number(text: str, source: str) -> tuple[str, str]:
    plain = _unescaped(text)
    if plain == "*":
        return plain, "0"
    parts = _NUMERIC.fullmatch(plain)
    value = parts[1].replace(",", ".") if parts else ""
    tolerance = parts[2].replace(",", ".") if parts and parts[2] else "0"
    if parse_decimal(value) is None or parse_decimal(tolerance) is None:
        raise UnreadableGap(NOT_A_NUMBER, text=plain[:60], gap=source[:80])
    return value, tolerance.lstrip("-")


def _fraction_of(sign: str) -> float:
    if sign == "=":
        return 1.0
    return exact_fraction(sign.strip("%").replace(",", ".")) if sign else 0.0


def _shared_out(fractions: list[float], *, is_said: bool) -> list[float]:
    """Return the fractions of a gap for several choices: right ones share 1; where no per cent are said, a wrong one
    takes what a right one gives."""
    total = sum(fraction for fraction in fractions if fraction > 0)
    if not total:
        return fractions
    wrong = None if is_said else -1.0 / total
    return [fraction / total if fraction > 0 else (fraction if wrong is None else wrong) for fraction in fractions]


def _gap(source: str, weight: str, name: str, raw: Sequence[tuple[str, str, str]]) -> ClozeGap:
    kind = KINDS[name]
    short = source[:80]
    fractions = [_fraction_of(sign) for sign, _answer, _feedback in raw]
    if kind.kind == "choices":
        fractions = _shared_out(fractions, is_said=any(sign.startswith("%") for sign, _a, _f in raw))
    made = []
    for (_sign, answer, feedback), fraction in zip(raw, fractions, strict=True):
        if kind.kind == "numeric":
            value, tolerance = _number(answer, short)
            made.append(Alternative(value, fraction, _unescaped(feedback), tolerance))
        else:
            made.append(Alternative(_unescaped(answer), fraction, _unescaped(feedback)))
    made = [one for one in made if one.text or one.fraction or one.feedback]
    if kind.kind in {"choice", "choices"} and len(made) < 2:
        raise UnreadableGap(TOO_FEW_CHOICES, gap=short)
    best = max((one.fraction for one in made), default=0.0)
    if best <= 0 or (kind.kind != "choices" and best < 1 - 1e-6):
        raise UnreadableGap(NO_RIGHT_ANSWER, gap=short)
    if weight and int(weight) == 0:
        raise UnreadableGap(NO_WEIGHT, gap=short)
    return ClozeGap(source, kind.kind, int(weight or 1), tuple(made), kind.is_case_sensitive, kind.is_shuffled)


def parse_cloze(text: str, /) -> list[str | ClozeGap]:
    """Return the pieces of a text: what stands between gaps, and the gaps; UnreadableGap for a gap with a fault."""
    pieces: list[str | ClozeGap] = []
    at = search_from = 0
    while found := _ATTEMPT.search(text, search_from):
        start = _START.match(text, found.start())
        if start is None:
            raise UnreadableGap(MALFORMED, gap=text[found.start() : found.start() + 60])
        if start[2] not in KINDS:
            raise UnreadableGap(UNKNOWN_KIND, name=start[2])
        raw, end = _alternatives(text, start.end())
        if end < 0:
            raise UnreadableGap(MALFORMED, gap=text[found.start() : found.start() + 60])
        pieces.append(text[at : found.start()])
        pieces.append(_gap(text[found.start() : end], start[1], start[2], raw))
        at = search_from = end
    pieces.append(text[at:])
    return pieces


def has_gap(text: str, /) -> bool:
    """Tell whether a text has a gap of a kind there is, read or not."""
    return any(found[2] in KINDS for found in _START.finditer(text))


def gap_as_record(gap: ClozeGap, id_: str, /) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the content and the key of a gap in our record."""
    content: dict[str, Any] = {"id": id_, "kind": gap.kind}
    key: dict[str, Any] = {} if gap.weight == 1 else {"weight": gap.weight}
    if gap.kind in {"choice", "choices"}:
        ids = option_ids(len(gap.alternatives))
        content["options"] = [{"id": i, "text": one.text} for i, one in zip(ids, gap.alternatives, strict=True)]
        key["fractions"] = {i: one.fraction for i, one in zip(ids, gap.alternatives, strict=True) if one.fraction}
        feedback = {i: one.feedback for i, one in zip(ids, gap.alternatives, strict=True) if one.feedback}
        return content, key | ({"feedback": feedback} if feedback else {})
    content["size"] = max(8, min(200, max(len(one.text) for one in gap.alternatives)))
    if gap.kind == "numeric":
        key["match"] = "numeric"
        key["numerics"] = [
            {"value": one.text, "tolerance": one.tolerance, "fraction": one.fraction}
            | ({"feedback": one.feedback} if one.feedback else {})
            for one in gap.alternatives
        ]
        return content, key
    key |= {"match": "wildcard", "fold_case": not gap.is_case_sensitive, "fold_width": False}
    key |= {"fold_space": False, "fold_ends": True}
    key["answers"] = [
        {"text": one.text, "fraction": one.fraction} | ({"feedback": one.feedback} if one.feedback else {})
        for one in gap.alternatives
        if one.text
    ]
    return content, key


def _escaped(text: str) -> str:
    written = html.escape(text, quote=False).replace("~", "\\~").replace("#", "\\#").replace("}", "\\}")
    # At the end these would escape the sign that follows.
    for ending, entity in (("\\", "&#92;"), ("&amp;", "&#38;")):
        if written.endswith(ending):
            written = written.removesuffix(ending) + entity
    return written


def _written(fraction: float, text: str, feedback: str) -> str:
    sign = "=" if fraction == 1 else f"%{percent_of(fraction)}%" if fraction else ""
    if not sign and text.startswith(("=", "%", "\\~")):
        # Said in full, so that the text does not begin like a sign.
        sign = "%0%"
    return sign + text + (f"#{_escaped(feedback)}" if feedback else "")


def write_gap(gap: Mapping[str, Any], key: Mapping[str, Any], /) -> str:
    """Return a gap of our record (of a cloze or of fill-in-the-blank) in the syntax; ValueError where it has none."""
    weight = key.get("weight", 1)
    if weight != int(weight):
        raise ValueError("weight")
    kind = gap.get("kind", "text")
    if kind in {"choice", "choices"}:
        name = "MULTICHOICE" if kind == "choice" else "MULTIRESPONSE"
        fractions, feedback = key.get("fractions", {}), key.get("feedback", {})
        parts = [
            _written(fractions.get(o["id"], 0), _escaped(o["text"]), feedback.get(o["id"], "")) for o in gap["options"]
        ]
    elif key.get("match") == "numeric":
        name = "NUMERICAL"
        numbers = key.get("numerics") or [key["numeric"]]
        if any(one.get("tolerance_kind", "absolute") != "absolute" for one in numbers):
            raise ValueError("tolerance")
        parts = [_written(one.get("fraction", 1), _number_text(one), one.get("feedback", "")) for one in numbers]
    elif key.get("match", "text") in {"text", "wildcard"}:
        name = "SHORTANSWER" if key.get("fold_case", True) else "SHORTANSWER_C"
        is_pattern = key.get("match") == "wildcard"
        parts = [
            _written(
                one.get("fraction", 1),
                _escaped(one["text"] if is_pattern else one["text"].replace("*", r"\*")),
                one.get("feedback", ""),
            )
            for one in key.get("answers", ())
        ]
    else:
        raise ValueError("match")
    return f"{{{int(weight)}:{name}:{'~'.join(parts)}}}"


def _number_text(one: Mapping[str, Any]) -> str:
    return "*" if one["value"] == "*" else f"{one['value']}:{one.get('tolerance', '0')}"


def write_cloze(stem: str, gaps: Sequence[Mapping[str, Any]], keys: Mapping[str, Mapping[str, Any]], /) -> str:
    """Return a stem with [[markers]] as a cloze text; ValueError where a gap has no form in the syntax."""
    by_id = {gap["id"]: write_gap(gap, keys[gap["id"]]) for gap in gaps}
    for id_, written in by_id.items():
        stem = stem.replace(f"[[{id_}]]", written)
    return stem
