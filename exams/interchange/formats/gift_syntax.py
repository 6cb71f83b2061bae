"""The GIFT language: from lines to questions as they are written, before any meaning. Pure; used by `gift`.

`::name::[format]stem{answers}`, questions apart by empty lines, `//` comments (with `[id:…]` and `[tag:…]`),
`$CATEGORY:`, and the escapes `\\~ \\= \\# \\{ \\} \\: \\n \\\\`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.cloze_syntax import has_gap
from exams.interchange.formats.markup import TextFormat

MAXIMUM_QUESTION = 500_000
"""Characters of one question; more are declined, so that a file without empty lines stays in bounds."""

SHOWN = 4_000
"""Characters of a question that are shown as it was written."""

Kind = Literal[
    "description",
    "essay",
    "numerical",
    "multichoice",
    "match",
    "truefalse",
    "shortanswer",
    "ordering",
    "cloze",
    "category",
]
FORMATS: dict[str, TextFormat] = {"html": "html", "moodle": "moodle", "plain": "plain", "markdown": "markdown"}

BRACES = gettext_noop("An answer begins with { and ends with }; one of them is missing. Write \\{ or \\} for the sign.")
SECOND_ANSWER = gettext_noop("There are two answers in { } here; leave an empty line between questions.")
TOO_LONG = gettext_noop("This question is longer than %(limit)s characters.")
MATCHING_ARROW = gettext_noop("Each pair of a matching question reads =left -> right.")

_ESCAPE = re.compile(r"\\([\\:#={}~n])")
_HIDDEN = {sign: chr(0x10FF00 + number) for number, sign in enumerate("\\:#={}~n")}
_SHOWN = {ord(hidden): "\n" if sign == "n" else sign for sign, hidden in _HIDDEN.items()}
_NO_HIDDEN = dict.fromkeys(_SHOWN)
_KEPT_IN_GAPS = {ord(_HIDDEN[sign]): f"\\{sign}" for sign in "#}~"}
_WEIGHT = re.compile(r"%(-*[0-9]{1,3}\.?[0-9]*)%")
_ID = re.compile(r"\[id:((?:[^\]\\]|\\.){1,300})\]")
_TAG = re.compile(r"\[tag:((?:[^\]\\]|\\.){1,300})\]")
_ORDERING = re.compile(r">\s*([0-9]+)([^\n]*)\n(.*)", re.DOTALL)
_BRACE = re.compile(r"(?<!\\)(?:\\\\)*([{}])")
_TITLE = re.compile(r"\s*::.{0,1000}?::")
_WRONG_BEFORE_RIGHT = re.compile(r"~\s*=")
_HELD_BLOCKS = 20


@dataclass(frozen=True, slots=True)
class GiftText:
    """A text and the format it is in."""

    text: str
    format: TextFormat = "moodle"


@dataclass(frozen=True, slots=True)
class GiftAnswer:
    """One answer: `=` or `~`, its weight in per cent as written (empty: none), its text, feedback, and of a pair the
    right side."""

    sign: str
    weight: str
    text: GiftText
    feedback: GiftText | None = None
    partner: str = ""


@dataclass(frozen=True, slots=True)
class GiftQuestion:
    """A question as written; `fault` says why it cannot be read, in English source for `values`."""

    line: int
    source: str
    kind: Kind
    stem: GiftText
    title: str | None = None
    id: str = ""
    tags: tuple[str, ...] = ()
    is_missing_word: bool = False
    is_true: bool = False
    is_single: bool = False
    answers: tuple[GiftAnswer, ...] = ()
    wrong_feedback: GiftText | None = None
    right_feedback: GiftText | None = None
    general_feedback: GiftText | None = None
    settings: tuple[str, ...] = field(default=())
    fault: str = ""
    values: dict[str, str | int] = field(default_factory=dict)


Block = tuple[int, list[str]]


def _raw_blocks(lines: Iterable[str]) -> Iterator[Block]:
    """Yield what stands between empty lines, categories, and titles behind a closed answer."""
    block: list[str] = []
    start, size = 1, 0
    is_answered = False
    for number, raw in enumerate(lines, start=1):
        # Files that were joined bring their marks with them.
        line = raw.replace("\ufeff", "")
        is_category = line.lstrip().startswith("$CATEGORY:")
        if is_answered and _TITLE.match(line):
            # The comments above a title belong to it.
            own = len(block)
            while own and block[own - 1].lstrip().startswith("//"):
                own -= 1
            yield start, block[:own]
            start, block, is_answered = number - len(block) + own, block[own:], False
            size = sum(len(one) + 1 for one in block)
        if block and (not line.strip() or is_category):
            yield start, block
            block = []
            is_answered = False
        if line.strip():
            if not block:
                start, size = number, 0
            # What is over the limit is not kept: the block is declined for its length.
            if size <= MAXIMUM_QUESTION:
                block.append(line)
                if braces := _braces([line]):
                    is_answered = braces.endswith("}")
            size += len(line) + 1
        if is_category:
            yield start, block
            block = []
            is_answered = False
    if block:
        yield start, block


def _braces(lines: Iterable[str]) -> str:
    return "".join(found for line in lines if not line.lstrip().startswith("//") for found in _BRACE.findall(line))


def blocks_of(lines: Iterable[str], /) -> Iterator[Block]:
    """Yield the blocks between empty lines with the number of their first line; an empty line inside an open answer
    does not end it, if what follows closes it."""
    held: list[Block] = []
    for block in _raw_blocks(lines):
        braces = _braces(block[1])
        if held:
            if braces.startswith("}"):
                joined = [line for _start, part in [*held, block] for line in [*part, ""]]
                block = (held[0][0], joined[:-1])
                braces = _braces(block[1])
                held = []
            elif braces or len(held) >= _HELD_BLOCKS:
                yield from held
                held = []
            else:
                held.append(block)
                continue
        if braces.count("{") > braces.count("}"):
            held = [block]
        else:
            yield block
    yield from held


def _hidden(text: str) -> str:
    return _ESCAPE.sub(lambda found: _HIDDEN[found[1]], text.translate(_NO_HIDDEN))


def _shown(text: str) -> str:
    return text.translate(_SHOWN)


def _text(raw: str, default: TextFormat) -> GiftText:
    raw = raw.strip()
    chosen = default
    if raw.startswith("["):
        name = raw[1 : raw.find("]")].strip().lower() if "]" in raw else ""
        if name in FORMATS:
            chosen, raw = FORMATS[name], raw[raw.find("]") + 1 :]
    return GiftText(_shown(raw).strip(), chosen)


def _commented(raw: str, default: TextFormat) -> tuple[GiftText, GiftText | None]:
    text, mark, feedback = raw.partition("#")
    said = _text(feedback, default) if mark else None
    return _text(text, default), said if said and said.text else None


def _weighted(raw: str) -> tuple[str, str]:
    if found := _WEIGHT.match(raw):
        return found[1], raw[found.end() :]
    return "", raw


def _split(body: str, sign: str) -> list[str]:
    parts = [part.strip() for part in body.split(sign)]
    return parts if parts and parts[0] else parts[1:]


def _choices(question: GiftQuestion, body: str, default: TextFormat) -> GiftQuestion:
    answers = []
    # "~=" is a common way to write the right answer; there is no empty wrong one before it.
    for raw in _split(_WRONG_BEFORE_RIGHT.sub("=", body).replace("=", "~="), "~"):
        sign = "=" if raw.startswith("=") else "~"
        weight, rest = ("", raw[1:]) if sign == "=" else _weighted(raw)
        if sign == "=":
            weight, rest = _weighted(rest.lstrip()) if _WEIGHT.match(rest.lstrip()) else ("", rest)
        text, feedback = _commented(rest, default)
        answers.append(GiftAnswer(sign, weight, text, feedback))
    return replace(question, kind="multichoice", is_single="=" in body, answers=tuple(answers))


def _pairs(question: GiftQuestion, body: str, default: TextFormat) -> GiftQuestion:
    answers = []
    for raw in _split(body, "="):
        left, arrow, right = raw.partition("->")
        if not arrow:
            return replace(question, kind="match", fault=MATCHING_ARROW)
        answers.append(GiftAnswer("=", "", _text(left, default), None, _shown(right).strip()))
    return replace(question, kind="match", answers=tuple(answers))


def _typed(question: GiftQuestion, body: str, default: TextFormat) -> GiftQuestion:
    """Read a true/false or a short answer."""
    bits = body.split("#", 2)
    word = bits[0].strip()
    if word in {"T", "TRUE", "F", "FALSE"}:
        said = [_text(bit, default) for bit in bits[1:]] + [None, None]
        wrong, right = (one if one and one.text else None for one in said[:2])
        return replace(question, kind="truefalse", is_true=word[0] == "T", wrong_feedback=wrong, right_feedback=right)
    answers = []
    for raw in _split(body, "="):
        weight, rest = _weighted(raw)
        text, feedback = _commented(rest, default)
        answers.append(GiftAnswer("=", weight, text, feedback))
    return replace(question, kind="shortanswer", answers=tuple(answers))


def _numbers(question: GiftQuestion, body: str, default: TextFormat) -> GiftQuestion:
    body, tilde, wrong = body[1:].partition("~")
    answers = []
    for raw in _split(body, "="):
        weight, rest = _weighted(raw)
        text, feedback = _commented(rest, default)
        answers.append(GiftAnswer("=", weight, text, feedback))
    said = _commented(wrong, default)[1] if tilde else None
    return replace(question, kind="numerical", answers=tuple(answers), wrong_feedback=said)


def parse_block(block: Block, /) -> GiftQuestion | None:
    """Return the question of a block; None for one of comments only. A category is a question of kind `category`."""
    line, lines = block
    if sum(map(len, lines)) > MAXIMUM_QUESTION:
        source = lines[0][:SHOWN]
        fault = GiftQuestion(line, source, "description", GiftText(""), fault=TOO_LONG)
        return replace(fault, values={"limit": MAXIMUM_QUESTION})
    comments = " ".join(one for one in lines if one.lstrip().startswith("//"))
    kept = ["" if one.lstrip().startswith("//") else one for one in lines]
    plain = "\n".join(kept).strip()
    if not plain:
        return None
    ids = _ID.findall(comments)
    question = GiftQuestion(
        line=line,
        source="\n".join(lines)[:SHOWN],
        kind="description",
        stem=GiftText(""),
        id=_shown_escapes(ids[-1]).strip() if ids else "",
        tags=tuple(_shown_escapes(tag).strip() for tag in _TAG.findall(comments)),
    )
    text = _hidden(plain)
    if text.startswith("$CATEGORY:"):
        return replace(question, kind="category", title=_shown(text[10:]).strip())
    if text.startswith("::") and (end := text.find("::", 2)) >= 0:
        question = replace(question, title=" ".join(_shown(text[2:end]).split()))
        text = text[end + 2 :].strip()
    return _with_answers(question, text)


def _shown_escapes(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _with_answers(question: GiftQuestion, text: str) -> GiftQuestion:
    if has_gap(text):
        return replace(question, kind="cloze", stem=_text(text.translate(_KEPT_IN_GAPS), "moodle"))
    start, end = text.find("{"), text.find("}")
    if start < 0 and end < 0:
        return replace(question, stem=_text(text, "moodle"))
    if start < 0 or end < start:
        return replace(question, stem=_text(text, "moodle"), fault=BRACES)
    if "{" in text[end:]:
        return replace(question, stem=_text(text, "moodle"), fault=SECOND_ANSWER)
    if "{" in text[start + 1 : end] or "}" in text[end + 1 :]:
        return replace(question, stem=_text(text, "moodle"), fault=BRACES)
    body = text[start + 1 : end].strip()
    before, after = text[:start], text[end + 1 :]
    is_missing_word = bool(after.strip())
    stem = _text(f"{before}_____{after}" if is_missing_word else before, "moodle")
    body, _mark, general = body.rpartition("####") if "####" in body else (body, "", "")
    said = _text(general, stem.format)
    question = replace(
        question,
        stem=stem,
        is_missing_word=is_missing_word,
        general_feedback=said if said.text else None,
    )
    return _answered(question, body.strip(), stem.format)


def _answered(question: GiftQuestion, body: str, default: TextFormat) -> GiftQuestion:
    if not body:
        return replace(question, kind="essay")
    if ordering := _ORDERING.fullmatch(body):
        items = tuple(GiftAnswer("", "", _text(item, default)) for item in ordering[3].split("\n") if item.strip())
        return replace(question, kind="ordering", answers=items, settings=(ordering[1], *ordering[2].split()))
    if body.startswith("#"):
        return _numbers(question, body, default)
    if "~" in body:
        return _choices(question, body, default)
    if "=" in body and "->" in body:
        return _pairs(question, body, default)
    return _typed(question, body, default)


def parse_gift(lines: Iterable[str], /) -> Iterator[GiftQuestion]:
    """Yield the questions and categories of a text in their order."""
    for block in blocks_of(lines):
        question = parse_block(block)
        if question is not None:
            yield question
