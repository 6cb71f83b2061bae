"""Question banks as JSON in the shapes that other programs write: objects with recognisable fields, in lists or under
chapters. A file format; found by the registry."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exams.interchange.formats.base import Format, ParsedRow, Remark, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.chinese_text import plain_line, with_formulas
from exams.interchange.formats.encodings import decode
from exams.interchange.formats.json_fields import WRONG, is_question, keys_of, text_of, title_of
from exams.interchange.formats.json_texts import block_of_text
from exams.interchange.formats.question_block import MAXIMUM_SOURCE, Block, build
from exams.interchange.formats.question_vocabulary import column_of, folded
from exams.interchange.formats.rich_line import plain_as_rich, storable
from exams.interchange.formats.table_rows import among_wrong, split_options, without_letters

MAXIMUM_SIZE = 64 * 1024 * 1024
MAXIMUM_DEPTH = 12

_TOO_LARGE = gettext_noop("The file is larger than %(limit)s MiB. Split it.")
_NOT_JSON = gettext_noop("The file is not JSON: line %(line)s, column %(column)s.")
_TOO_DEEP = gettext_noop("The file is nested more than %(limit)s levels deep.")
_NO_QUESTIONS = gettext_noop("No questions were found in this JSON: no object has a question and an answer or options.")
_NOT_A_QUESTION = gettext_noop("This entry is not a question: it has no text of a question.")
_UNSTORABLE = gettext_noop("Signs that cannot be stored were taken out.")
_LOST_FIELD = gettext_noop("The field “%(name)s” is not known; what it says was left out.")
_INDEX_ANSWER = gettext_noop("The answer %(text)s could count options from 0 or from 1. Write its letter.")
_COUNTED = gettext_noop("The answer %(text)s was read as %(letters)s: this file counts options from %(base)s.")
_TYPE_CODE = gettext_noop("The type is a code (%(text)s); the question was read by its look.")
_FILES = gettext_noop("The picture or file “%(name)s” is not in the JSON.")

_GAP_FILLING = re.compile(r"<span\b[^<>]{0,200}gapfilling[^<>]{0,200}>\s*(\d{1,2})\s*</span>")
_BIT_WORTHS = (16, 32, 64, 128)
_BITS = gettext_noop("The answer %(text)s was read as %(letters)s: this file writes A, B, C, D as 16, 32, 64, 128.")
_OPTION_LETTERS = ("label", "key", "prefix", "letter", "option", "oorder", "id", "k")
_OPTION_TEXTS = ("text", "content", "value", "title", "name", "otext", "选项", "内容", "v", "t")
_QUIET = frozenset(
    [
        "index",
        "number",
        "id",
        "uid",
        "uuid",
        "key",
        "year",
        "category",
        "sort",
        "order",
        "createtime",
        "updatetime",
        "createdat",
        "updatedat",
        "aigenerated",
        "modelname",
        "prompt",
        "modelanswer",
        "modeloutput",
        "url",
        "status",
        "version",
        "deleted",
        "userid",
        "authorid",
        "hash",
        "num",
        "seq",
        "no",
    ]
)
_MARKUP = re.compile(r"</?(?:p|br|div|span|strong|b|i|em|u|sub|sup|img|table|ul|ol|li)\b[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class _Found:
    """An entry of the file: its object and the titles above it."""

    value: Any
    path: tuple[str, ...]
    is_entry: bool = True


def _walk(value: Any, path: tuple[str, ...], depth: int) -> Iterator[_Found]:
    if depth > MAXIMUM_DEPTH:
        raise UnreadableFile(_TOO_DEEP, {"limit": MAXIMUM_DEPTH})
    if isinstance(value, dict):
        if is_question(value):
            yield _Found(value, path)
            return
        title = title_of(value)
        inner = (*path, title) if title else path
        children = [(name, child) for name, child in value.items() if isinstance(child, list | dict) and child]
        is_empty_group = any(isinstance(child, list) for child in value.values())
        if not children and depth and not is_empty_group:
            yield _Found(value, path, is_entry=False)
        for name, child in children:
            is_map = isinstance(child, list) and not title and len(children) > 1
            under = (*inner, str(name)) if is_map and not column_of(str(name)) else inner
            yield from _walk(child, under, depth + 1)
    elif isinstance(value, list):
        for child in value:
            if isinstance(child, list | dict):
                yield from _walk(child, path, depth + 1)
            elif depth:
                yield _Found(child, path, is_entry=False)


def _rich(value: Any) -> str:
    """Return a value as rich text: mark-up stays, formulas get our signs, anything else reads as it stands."""
    text = with_formulas(text_of(value))
    return text if _MARKUP.search(text) else plain_as_rich(text)


def _options(entry: Mapping[str, Any], keys: Mapping[str, str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the options, and the letters of those that say themselves that they are right."""
    lettered = [
        (key[-1].upper(), _rich(entry[keys[key]]))
        for key in sorted(keys)
        if re.fullmatch(r"option_[a-z]", key) and text_of(entry[keys[key]])
    ]
    if lettered or "options" not in keys:
        return without_letters(lettered), []
    raw = entry[keys["options"]]
    if isinstance(raw, str):
        try:
            loaded = json.loads(raw) if raw.lstrip()[:1] in "[{" else None
        except (ValueError, RecursionError):
            loaded = None
        if loaded is None:
            return [(letter, _rich(text)) for letter, text in split_options(storable(raw))], []
        raw = loaded
    if isinstance(raw, dict):
        return [(str(name).strip().upper()[:1], _rich(text)) for name, text in raw.items() if text_of(text)], []
    options, right = [], []
    for place, one in enumerate(raw if isinstance(raw, list) else []):
        letter = chr(ord("A") + place)
        if isinstance(one, dict):
            names = {folded(str(name)): name for name in one}
            said = next(
                (text_of(one[names[n]]) for n in _OPTION_LETTERS if n in names),
                "",
            )
            text = next(
                (one[names[n]] for n in _OPTION_TEXTS if n in names),
                "",
            )
            letter = said.upper() if re.fullmatch(r"[A-Za-z]", said) else letter
            if any(
                one.get(names[n]) in (True, 1, "1", "true")
                for n in ("iscorrect", "correct", "isanswer", "isright", "right")
                if n in names
            ):
                right.append(letter)
            options.append((letter, _rich(text)))
            continue
        text = text_of(one)
        found = re.match(r"[（(]?([A-Za-z])\s?[.．、:：)）]\s*", text)
        if found and found[1].upper() == letter:
            text = text[found.end() :]
        options.append((letter, _rich(text)))
    return options, right


def _answers(entry: Mapping[str, Any], keys: Mapping[str, str]) -> list[str]:
    value = entry.get(keys.get("answer", ""))
    if not text_of(value):
        others = (one for name, one in entry.items() if column_of(str(name)) == "answer" and text_of(one))
        value = next(others, value)
    if isinstance(value, list):
        return [text_of(one) for one in value]
    return [text_of(value)] if text_of(value) else []


def _counting(found: list[_Found]) -> int | None:
    """Return from which number the answers of a file count options: 0 or 1 where some answer leaves no other choice
    and none contradicts; None otherwise."""
    said = set()
    for one in found:
        if not one.is_entry or not isinstance(one.value, dict):
            continue
        keys = keys_of(one.value)
        options, _right = _options(one.value, keys)
        texts = {text for _letter, text in options}
        numbers = [int(text) for text in _answers(one.value, keys) if text.isascii() and text.isdecimal()]
        if options and not texts & set(map(str, numbers)):
            said |= {0 for number in numbers if number == 0} | {1 for number in numbers if number == len(options)}
    return said.pop() if len(said) == 1 else None


def _by_bits(block: Block, answers: list[str]) -> list[str]:
    """Return the letters that an answer means which adds up 16, 32, 64 and 128 for A to D."""
    numbers = [int(text) for text in answers if text.isascii() and text.isdecimal()]
    if len(answers) != 1 or len(numbers) != 1 or not block.options or len(block.options) > len(_BIT_WORTHS):
        return answers
    worths = dict(zip(_BIT_WORTHS, [letter for letter, _text in block.options], strict=False))
    number = numbers[0]
    if number % 16 or not 0 < number <= sum(worths) or answers[0] in {text for _letter, text in block.options}:
        return answers
    letters = [letter for worth, letter in worths.items() if number & worth]
    block.doubt("answer", _BITS, {"text": answers[0], "letters": "".join(letters)})
    return letters


def _by_index(block: Block, answers: list[str], base: int | None) -> list[str]:
    """Return the letters that answers mean which count options."""
    places = [int(text) - base for text in answers if text.isascii() and text.isdecimal()] if base is not None else []
    texts = {text for _letter, text in block.options}
    if not places or len(places) != len(answers) or texts & set(answers):
        return answers
    if not all(0 <= place < len(block.options) for place in places):
        return answers
    letters = [block.options[place][0] for place in places]
    values: dict[str, str | int] = {"text": ", ".join(answers), "letters": "".join(letters), "base": base or 0}
    block.doubt("answer", _COUNTED, values)
    return letters


def _block(found: _Found, row: int, base: int | None) -> Block:
    entry, keys = found.value, keys_of(found.value)

    def said(column: str) -> str:
        return text_of(entry.get(keys.get(column, "")))

    options, right = _options(entry, keys)
    answers = _answers(entry, keys) or (["".join(right)] if right else [])
    wrong = _wrong(entry) if not options and len(answers) == 1 else []
    if wrong:
        options, letter = among_wrong(_rich(answers[0]), wrong)
        answers = [letter]
    topic = [*found.path, *(part for name in ("topic", "topic_2") for part in re.split(r"[>/＞]", said(name)))]
    block = Block(
        row=row,
        stem=_rich(entry.get(keys.get("stem", ""))),
        options=options,
        explanation=_rich(entry.get(keys.get("explanation", ""))),
        difficulty=said("difficulty"),
        topic=[part.strip() for part in topic if part.strip()],
        type_hint=said("type"),
        marks=said("marks"),
        tags=[part.strip() for part in re.split(r"[,，、;；\n]", said("tags")) if part.strip()],
        source=said("source"),
        ref=said("ref"),
    )
    if block.type_hint.isdecimal():
        block.doubt("type", _TYPE_CODE, {"text": block.type_hint})
        block.type_hint = ""
    stem = entry.get(keys.get("stem", ""))
    if wrong and folded(block.type_hint) in ("multiple", "multiplechoice"):
        block.type_hint = ""
    if isinstance(stem, str) and _GAP_FILLING.search(stem):
        _fill(block, entry, stem, options)
    elif not options and isinstance(stem, str):
        lines = [plain_line(line) for line in stem.replace("\r\n", "\n").split("\n")]
        block = block_of_text(block, lines, answers)
    else:
        block.is_listed = True
        _answer(block, _by_bits(block, _by_index(block, answers, base)))
    _note_rest(block, entry, keys)
    return block


def _wrong(entry: Mapping[str, Any]) -> list[str]:
    """Return the wrong answers that an object lists beside the right one."""
    for name, value in entry.items():
        if folded(str(name)) in WRONG:
            return [_rich(one) for one in (value if isinstance(value, list) else [value]) if text_of(one)]
    return []


def _fill(block: Block, entry: Mapping[str, Any], stem: str, options: list[tuple[str, str]]) -> None:
    """Read numbered gaps in the mark-up of the stem; their answers stand where a choice has its options."""
    count = len(_GAP_FILLING.findall(stem))
    block.stem = _GAP_FILLING.sub("____", stem)
    items = entry.get("items")
    said = [text_of(one.get("content")) for one in items if isinstance(one, dict)] if isinstance(items, list) else []
    block.type_hint, block.options = "填空题", []
    block.answers = tuple(said[:count]) if len(said) == count else ()
    if count == 1 and said:
        block.answer = said[0]


def _answer(block: Block, answers: list[str]) -> None:
    letters = {letter for letter, _text_ in block.options}
    texts = {text for _letter, text in block.options}
    if len(answers) == 1:
        if block.options and answers[0].isdecimal() and answers[0] not in texts and not letters & set(answers):
            block.problem("answer", _INDEX_ANSWER, {"text": answers[0]})
        block.answer = plain_as_rich(with_formulas(answers[0])) if not _MARKUP.search(answers[0]) else answers[0]
    else:
        block.answers = tuple(answers)


def _note_rest(block: Block, entry: Mapping[str, Any], keys: Mapping[str, str]) -> None:
    used = set(keys.values())
    for name, value in entry.items():
        if column_of(str(name)) == "answer" and text_of(value) == text_of(entry.get(keys.get("answer", ""))):
            continue
        if folded(str(name)) in WRONG and block.options:
            continue
        if str(name) == "items" and not block.options and (block.answer or block.answers):
            continue
        if str(name) in used or folded(str(name)) in _QUIET or column_of(str(name)) == "number" or not text_of(value):
            continue
        if re.search(r"(?i)image|picture|img|audio|file|图", str(name)):
            block.losses.append(block.remark(str(name), _FILES, {"name": text_of(value)[:80]}))
        else:
            block.losses.append(block.remark(str(name), _LOST_FIELD, {"name": str(name)[:80]}))


def _row(found: _Found, row: int, base: int | None) -> ParsedRow:
    source = json.dumps(found.value, ensure_ascii=False, default=str)[:MAXIMUM_SOURCE]
    source = storable(source)
    if not found.is_entry or not isinstance(found.value, dict):
        return ParsedRow(
            row=row, record=None, problems=(Remark(row=row, field="", text=_NOT_A_QUESTION),), source=source
        )
    block = _block(found, row, base)
    if any("\ud800" <= sign <= "\udfff" or sign == "\x00" for value in found.value.values() for sign in _raw(value)):
        block.doubt("", _UNSTORABLE)
    built = build(block)
    return ParsedRow(
        row=row, record=built.record, problems=built.problems, doubts=built.doubts, losses=built.losses, source=source
    )


def _raw(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _load(source: Source) -> Any:
    if source.path.stat().st_size > MAXIMUM_SIZE:
        raise UnreadableFile(_TOO_LARGE, {"limit": MAXIMUM_SIZE // (1024 * 1024)})
    data = source.path.read_bytes()
    text = (
        data.decode(source.options["encoding"], "strict") if source.options.get("encoding") else decode(data)[0]
    ).lstrip("\ufeff")
    try:
        return json.loads(text)
    except RecursionError:
        raise UnreadableFile(_TOO_DEEP, {"limit": MAXIMUM_DEPTH}) from None
    except ValueError as error:
        lines = _by_line(text)
        if lines is not None:
            return lines
        line, column = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (1, 1)
        raise UnreadableFile(_NOT_JSON, {"line": line, "column": column}) from None


def _by_line(text: str) -> list[Any] | None:
    """Return the objects of a file that has one a line; None where that is not so either."""
    found = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError):
            if not found:
                return None
            found.append(line[:200])
    return found or None


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield the questions of a JSON file; `row` counts the entries from 1. UnreadableFile where there is none."""
    try:
        found = list(_walk(_load(source), (), 0))
    except RecursionError:
        raise UnreadableFile(_TOO_DEEP, {"limit": MAXIMUM_DEPTH}) from None
    if not any(one.is_entry for one in found):
        raise UnreadableFile(_NO_QUESTIONS)
    base = _counting(found)
    for row, one in enumerate(found, start=1):
        yield _row(one, row, base)


def detect(name: str, head: bytes) -> float:
    """Say how well a file fits: by its ending and first sign."""
    flat = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not flat.startswith((b"[", b"{")):
        return 0.0
    return 0.6 if name.endswith(".json") else 0.2 if name.endswith((".jsonl", ".ndjson")) else 0.05


FORMAT = Format(
    name="foreign_json",
    label=gettext_noop("JSON of another question bank"),
    endings=(".json",),
    detect=detect,
    read=read,
    order=60,
)
