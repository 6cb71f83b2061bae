"""Typed texts: which answers the marking knows, found by asking it, and the same as answers of a blank."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import product
from typing import Any

from exams.domain import blanks
from exams.domain.blanks import BlankKey
from exams.domain.errors import InvalidPattern
from exams.domain.patterns import MAXIMUM_PATTERN
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.parts import BLANK_PAYS, DIFFERENT, Part, fraction_of, greatest
from exams.interchange.formats.qti.values import Unsupported, Value, single
from exams.interchange.formats.qti.witness import MarkedText, Witness

WitnessedScore = Callable[[Value | None, Witness], Decimal]

OTHERS = ("\u2603 zzq", "zzqx", "Zzqx", "0", "a b", "*")
MAXIMUM_TEXTS = 300
MAXIMUM_PATTERNS = 5
_LOOKED_INTO = gettext_noop("The marking looks into the words of an answer in a way that cannot be expressed.")
_TOO_MANY = gettext_noop("The marking knows too many answers.")
_SPECIAL = re.compile(r"([\\.^$*+?{}\[\]|()])")


def _value(text: str) -> Value:
    return single("string", text)


class TextProbe:
    """Asks a marking about texts until nothing new turns up that it compares them with."""

    def __init__(self, score: WitnessedScore, known: Sequence[str]) -> None:
        self.score = score
        self.table: dict[str, Decimal] = {}
        self.witness = Witness()
        self.constants: dict[str, None] = {}
        for text in OTHERS:
            self.ask(text)
        for text in known:
            self.learn(text)
        self._settle()
        self.other = self.table[OTHERS[0]]

    def ask(self, text: str) -> Decimal:
        """Return the score of a text; Unsupported when the marking looks into it."""
        if text not in self.table:
            if len(self.table) > MAXIMUM_TEXTS:
                raise Unsupported(_TOO_MANY)
            self.table[text] = self.score(_value(MarkedText(text)), self.witness)
            if self.witness.is_opaque:
                raise Unsupported(_LOOKED_INTO)
        return self.table[text]

    def learn(self, text: str) -> None:
        """Take up a text the marking knows, with the ways in which its letters may be written."""
        if not text or len(text) > 1_000 or text in self.constants:
            return
        self.constants[text] = None
        for form in (text, text.lower(), text.upper(), text.swapcase(), f"{text} ", f" {text}"):
            if form.strip():
                self.ask(form)

    def _settle(self) -> None:
        while new := [text for text in (*self.witness.texts, *self.witness.folded) if text not in self.constants]:
            before = len(self.constants)
            for text in sorted(new):
                self.learn(text)
            if len(self.constants) == before:
                return


def escaped_pattern(text: str, *, is_folded: bool) -> str:
    """Return a text as a pattern that fits it alone; folded, in any case of its letters."""
    pieces = []
    for sign in text:
        lower, upper = sign.lower(), sign.upper()
        if is_folded and lower != upper and len(lower) == len(upper) == 1:
            pieces.append(f"[{lower}{upper}]")
        else:
            pieces.append(_SPECIAL.sub(r"\\\1", sign))
    return "".join(pieces)


_FOLDING = {"fold_width": False, "fold_space": False, "fold_punctuation": False}


def _candidates(probe: TextProbe, maximum: Decimal, *, is_loose: bool) -> list[dict[str, Any]]:
    """Return keys of a blank, the plainest first."""
    folding = _FOLDING | {"fold_space": is_loose}
    paying = [text for text in probe.constants if probe.table[text] != 0]
    exact = [{"text": text, "fraction": fraction_of(probe.table[text], maximum)} for text in paying]
    folded: dict[str, dict[str, Any]] = {}
    for answer in exact:
        folded.setdefault(str(answer["text"]).lower(), answer)
    patterns = []
    for text in probe.constants:
        is_folded = all(
            probe.table[form] == probe.table[text] for form in (text.lower(), text.upper(), text.swapcase())
        )
        worth = fraction_of(probe.table[text], maximum)
        patterns.append((is_folded, {"text": escaped_pattern(text, is_folded=is_folded), "fraction": worth}))
    # What is written in exactly these letters goes before what is written in any.
    # Where spaces around an answer do not count, it earns with them what it earns without.
    ends = {str(answer["text"]).strip(): answer | {"text": str(answer["text"]).strip()} for answer in exact}
    loose = list({str(answer["text"]).lower(): answer for answer in ends.values()}.values())
    patterns.sort(key=lambda entry: entry[0])
    mixed = [entry for _, entry in patterns if entry["fraction"]] or []
    keys = [
        {"answers": list(folded.values()), "fold_case": True, **folding},
        {"answers": exact, "fold_case": False, **folding},
        {"answers": loose, "fold_case": True, **folding, "fold_ends": True},
        {"answers": list(ends.values()), "fold_case": False, **folding, "fold_ends": True},
    ]
    if all(len(str(entry["text"])) <= MAXIMUM_PATTERN for entry in mixed):
        keys.append({"answers": mixed, "match": "regex", "fold_case": False, **folding})
    return keys


def _agrees(key: dict[str, Any], table: dict[str, Decimal], maximum: Decimal, *, kind: str = "") -> bool:
    made = BlankKey.model_validate(key)
    if not any(answer.fraction == 1 for answer in made.answers) or blanks.blank_problems("key", made):
        return False
    for text, worth in table.items():
        if kind:
            found = blanks.first_match(made, made.answers, text, kind=kind).fraction
        else:
            found = blanks.judge_blank(made, text).fraction
        if abs(Decimal(repr(found)) * maximum - worth) > Decimal("0.000001") * maximum:
            return False
    return True


def _pattern_key(probe: TextProbe, maximum: Decimal) -> dict[str, Any] | None:
    """Return a key of regular expressions where the marking uses patterns: the first that fits decides."""
    names = list(probe.witness.patterns)
    if len(names) > MAXIMUM_PATTERNS:
        raise Unsupported(_LOOKED_INTO)
    worths: dict[str, Decimal] = {}
    for verdicts in product([False, True], repeat=len(names)):
        forced = MarkedText(OTHERS[0], dict(zip(names, verdicts, strict=True)))
        worth = probe.score(_value(forced), probe.witness)
        first = next((name for name, verdict in zip(names, verdicts, strict=True) if verdict), None)
        if first is None and worth != 0:
            return None
        if first is not None and worths.setdefault(first, worth) != worth:
            return None
    if set(probe.witness.patterns) != set(names):
        raise Unsupported(_LOOKED_INTO)
    constants = [
        {"text": escaped_pattern(text, is_folded=False), "fraction": fraction_of(probe.table[text], maximum)}
        for text in probe.constants
    ]
    patterns = [
        {"text": name, "fraction": fraction_of(worths.get(name, Decimal(0)), maximum)}
        for name in names
        if name in worths
    ]
    return {"answers": constants + patterns, "match": "regex", "fold_case": False, **_FOLDING}


def text_part(
    score: WitnessedScore, known: Sequence[str], *, size: int, stem: str = "", is_loose: bool = False
) -> Part:
    """Return typed text as a blank, or as short text where any other answer earns something too. `is_loose`: spaces do
    not count."""
    if score(None, Witness()) != 0:
        raise Unsupported(BLANK_PAYS)
    probe = TextProbe(score, known)
    table = probe.table
    samples: list[Value | None] = [None, *(_value(text) for text in list(table)[:40])]
    if probe.witness.patterns:
        key = _patterns(probe)
        maximum = key.pop("maximum")
    else:
        maximum = greatest(table.values())
        if probe.other != 0:
            return _short_text(probe, maximum, samples, stem)
        keys = _candidates(probe, maximum, is_loose=is_loose)
        key = next((made for made in keys if _agrees(made, table, maximum)), None)
    if key is None:
        raise Unsupported(DIFFERENT)
    content = {"size": min(max(size, 2), 200)}
    return Part(
        "fill_blank",
        {"blanks": [{"id": "b1", **content}]},
        {"blanks": {"b1": key}},
        maximum,
        lambda value: None if value is None else {"b1": str(value.items[0])},
        samples,
        stem=stem,
        gap=({"kind": "text", **content}, key),
        blank=(content, key),
        gap_native=lambda value: None if value is None else str(value.items[0]),
    )


def _patterns(probe: TextProbe) -> dict[str, Any]:
    names = list(probe.witness.patterns)
    worths = list(probe.table.values())
    for verdicts in product([False, True], repeat=min(len(names), MAXIMUM_PATTERNS)):
        forced = MarkedText(OTHERS[0], dict(zip(names, verdicts, strict=False)))
        worths.append(probe.score(_value(forced), probe.witness))
    maximum = greatest(worths)
    try:
        key = _pattern_key(probe, maximum)
        if key is None or not _agrees(key, probe.table, maximum):
            raise Unsupported(DIFFERENT)
    except InvalidPattern as error:
        raise Unsupported(DIFFERENT) from error
    return {**key, "maximum": maximum}


def _short_text(probe: TextProbe, maximum: Decimal, samples: list[Value | None], stem: str) -> Part:
    """Return a key in which a star at the end stands for any other answer."""
    for is_folded in (True, False):
        answers: dict[str, dict[str, Any]] = {}
        for text in probe.constants:
            name = text.lower() if is_folded else text
            worth = fraction_of(probe.table[text], maximum)
            answers.setdefault(name, {"text": text.replace("*", r"\*"), "fraction": worth})
        rest = {"text": "*", "fraction": fraction_of(probe.other, maximum)}
        key = {"answers": [*answers.values(), rest], "fold_case": is_folded, **_FOLDING}
        if _agrees(key, probe.table, maximum, kind="wildcard"):
            return Part(
                "short_text",
                {},
                key,
                maximum,
                lambda value: None if value is None else str(value.items[0]),
                samples,
                stem=stem,
                is_negative=min(probe.table.values()) < 0,
            )
    raise Unsupported(DIFFERENT)
