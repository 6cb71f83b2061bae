"""How the answer of a question becomes its key, one builder a type. Pure; for `question_block` alone."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from exams.domain.text import one_line, plain_text
from exams.interchange.formats.base import NO_VALUES, Values, gettext_noop
from exams.interchange.formats.question_vocabulary import truth_of

if TYPE_CHECKING:
    from exams.interchange.formats.question_block import Block

MAXIMUM_FREE_NUMBERS = 300
Parts = tuple[dict[str, Any], dict[str, Any]]
CHOICES = ("single_choice", "multiple_choice")

_ANSWER_MISSING = gettext_noop("The answer is missing.")
_FEW_OPTIONS = gettext_noop("At least two options are needed.")
_NO_SUCH_OPTION = gettext_noop("The answer names “%(letter)s”, but there is no such option.")
_SEVERAL_RIGHT = gettext_noop("A single choice has one right option. For several, write 多选题 as the type.")
_TRUE_OR_FALSE = gettext_noop("Write 对 or 错 (true or false).")
_NO_BLANKS = gettext_noop("Mark the blanks with ____ in the question.")
_BLANK_COUNT = gettext_noop("There are %(n)s blanks; write as many answers, separated by semicolons.")
_NO_NUMBER = gettext_noop("Write a number, such as 12.5 or 12.5±0.1.")
_NO_PAIR = gettext_noop("Write each pair as left = right.")
_NO_ORDER = gettext_noop("Name every item once, such as CABD.")
_NOT_LETTERS = gettext_noop("The answer “%(text)s” is neither the letters of options nor the text of one.")
_BY_TEXT = gettext_noop("The answer is the text of an option; it was read as %(letters)s.")
_TEXT_DIFFERS = gettext_noop("Behind the letter of the answer stands another text than that option's: %(text)s")
_REST_LEFT_OUT = gettext_noop("What follows the answer was left out: %(text)s")
_ONE_RIGHT = gettext_noop("Of a multiple choice only one option is right.")
_GAP_IN_LETTERS = gettext_noop("The options are lettered %(letters)s; one may be missing.")
_REPEATED_LETTER = gettext_noop("The letter %(letter)s stands before two options.")
_JUDGED_OPTIONS = gettext_noop("The two options only say right and wrong; it was read as true or false.")
_ALTERNATIVES = gettext_noop("The answer was read as alternatives: %(text)s")
_SPLIT_BY = gettext_noop("The answers of the blanks were told apart by “%(sign)s”.")
_BLANK_ADDED = gettext_noop("No blank is marked in the question; one was put at its end.")
_GUESSED_GAPS = gettext_noop("The numbers in the text were taken for its gaps.")
_ANSWER_PER_QUESTION = gettext_noop(
    "The list of answers (%(letters)s) is for several questions, which could not be told apart in this text."
)
_EXACT_TEXT = gettext_noop("The answer is compared with this text word for word.")

_SEPARATORS = re.compile(r"[\s,，、;；.。/|┋&+和与及]+")
_BRACKETS = "()（）[]【】〔〕"
_LETTER_AND_TEXT = re.compile(r"([A-Z])\s*[.．、:：)）。，,]\s*(.+)", re.DOTALL)
_EXACT_BLANK = re.compile(r"_{2,}|（\s+）|\(\s{2,}\)")
_WIDE_BLANK = re.compile(
    r"<u>(?:\s|&nbsp;|&ensp;|&emsp;|_){1,200}</u>|_{2,}|＿{1,200}|﹍{1,200}|（\s*）|\(\s*\)|【\s*】|〔\s*〕|\[\s*\](?!\()"
)
_MARKER = re.compile(r"\[\[([a-z0-9_-]{1,32})\]\]")
_NUMBERED = re.compile(
    r"[（(]\s*(\d{1,2})\s*[)）]\s*[:：]?|([①-⑳])|第\s*([一二三四五六七八九十]{1,3}|\d{1,2})\s*空\s*[:：]?|"
    r"(?<![\d.])(\d{1,3})\s*[.．、:：](?!\d)"
)
_CHINESE_DIGITS = {sign: value for value, sign in enumerate("一二三四五六七八九十", start=1)}
_OR = re.compile(r"\s*(?:或者|或(?![许是者])|\bor\b)\s*", re.IGNORECASE)
_OR_BRACKET = re.compile(r"[（(]\s*(?:或者|或|or\b)\s*([^（）()]{1,200})[)）]\s*\Z", re.IGNORECASE)
_SLASH = re.compile(r"(?<=[^\x00-\x7f])\s*/\s*|\s*/\s*(?=[^\x00-\x7f])|\s+/\s+")
_NUMBER = re.compile(r"([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(?:(?:±|\+/-|\+-)\s*([\d.]+))?\s*(\D{0,20})")


class Unclear(Exception):
    """A part of a question cannot be understood: which, and in what words a teacher is told."""

    def __init__(self, place: str, text: str, values: Values = NO_VALUES) -> None:
        super().__init__(text)
        self.place = place
        self.text = text
        self.values = values


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", one_line(text)).split()).strip("。.；;，,").lower()


def lettered_options(block: "Block", /) -> list[dict[str, str]]:
    """Return the options of a choice with their ids; Unclear where there are too few or a letter is there twice."""
    letters = [letter.upper() for letter, text in block.options if text.strip()]
    options = [{"id": letter.lower(), "text": text} for letter, text in block.options if text.strip()]
    if len(options) < 2:
        raise Unclear("option_a", _FEW_OPTIONS)
    for letter in letters:
        if letters.count(letter) > 1:
            raise Unclear(f"option_{letter.lower()}", _REPEATED_LETTER, {"letter": letter})
    if letters[0] != "A" or any(ord(after) - ord(before) != 1 for before, after in pairwise(letters)):
        block.doubt("options", _GAP_IN_LETTERS, {"letters": "".join(letters)})
    return options


def letters_in(block: "Block", /, *, is_final: bool = False) -> list[str] | None:
    """Return the letters that the answer names, each once; None where it names none. With `is_final`, what was guessed
    is noted in the block."""
    said = [plain_text(one) for one in block.answers] or [plain_text(block.answer)]
    known = [letter.upper() for letter, _text in block.options]
    letters: list[str] = []

    @cache
    def texts() -> dict[str, str]:
        return {_fold(text): letter.upper() for letter, text in block.options}

    for text in said:
        found = _letters_of(block if is_final else None, text, known, texts)
        if found is None:
            return None
        letters += found
    return list(dict.fromkeys(letters))


def _letters_of(
    block: "Block | None", text: str, known: Sequence[str], texts: Callable[[], Mapping[str, str]]
) -> list[str] | None:
    """Return the letters that one answer names; `texts` gives the letters by the folded texts of the options, which
    few answers ask for."""
    first, _, rest = unicodedata.normalize("NFKC", text).strip().partition("\n")
    flat = _SEPARATORS.sub("", first).strip(_BRACKETS).upper()
    is_letters = 0 < len(flat) <= 26 and flat.isascii() and flat.isalpha()
    is_known = is_letters and set(flat) <= set(known)
    if not is_known and (whole := texts().get(_fold(text))):
        if block is not None:
            block.doubt("answer", _BY_TEXT, {"letters": whole})
        return [whole]
    if is_letters and (len(flat) <= 8 or is_known):
        if rest.strip() and block is not None:
            block.doubt("answer", _REST_LEFT_OUT, {"text": one_line(rest)[:200]})
        return list(flat)
    if found := _LETTER_AND_TEXT.fullmatch(first.strip()):
        if block is not None and texts().get(_fold(found[2])) != found[1]:
            block.doubt("answer", _TEXT_DIFFERS, {"text": found[2][:200]})
        return [found[1]]
    pieces = [texts().get(_fold(piece)) for piece in re.split(r"[;；|\n]", text) if piece.strip()]
    if len(pieces) > 1 and all(pieces):
        if block is not None:
            block.doubt("answer", _BY_TEXT, {"letters": "".join(filter(None, pieces))})
        return [letter for letter in pieces if letter]
    return None


def is_list_for_several(block: "Block", /) -> bool:
    """Tell whether the answers, one letter each, are rather of several questions: repeated or out of order."""
    letters = [plain_text(one).strip().upper() for one in block.answers]
    is_each = len(letters) > 1 and all(re.fullmatch(r"[A-Z]", letter) for letter in letters)
    return is_each and (letters != sorted(set(letters)) or not block.options)


def _right(block: "Block", known: Sequence[str]) -> list[str]:
    if is_list_for_several(block) and "排序" not in block.type_hint and not block.is_listed:
        raise Unclear("answer", _ANSWER_PER_QUESTION, {"letters": " ".join(block.answers)[:200]})
    if not block.answer.strip() and not any(block.answers):
        raise Unclear("answer", _ANSWER_MISSING)
    flat = _SEPARATORS.sub("", plain_text(block.answer)).strip(_BRACKETS)
    if re.fullmatch(r"[A-H]{2,26}", flat) and len(set(flat)) < len(flat):
        raise Unclear("answer", _ANSWER_PER_QUESTION, {"letters": flat})
    letters = letters_in(block, is_final=True)
    if letters is None:
        raise Unclear("answer", _NOT_LETTERS, {"text": one_line(block.answer or " ".join(block.answers))[:80]})
    for letter in letters:
        if letter.lower() not in known:
            raise Unclear("answer", _NO_SUCH_OPTION, {"letter": letter})
    return [letter.lower() for letter in letters]


def _single(block: "Block") -> Parts:
    options = lettered_options(block)
    letters = _right(block, [option["id"] for option in options])
    if len(letters) != 1:
        raise Unclear("answer", _SEVERAL_RIGHT)
    return {"stem": block.stem, "options": options}, {"fractions": {letters[0]: 1}}


def _multiple(block: "Block") -> Parts:
    options = lettered_options(block)
    letters = _right(block, [option["id"] for option in options])
    if len(letters) == 1 and "不定项" not in block.type_hint:
        block.doubt("answer", _ONE_RIGHT)
    return {"stem": block.stem, "options": options}, {"correct": sorted(letters)}


def _true_false(block: "Block") -> Parts:
    answer = plain_text(block.answer)
    truth = truth_of(answer)
    first, _, rest = answer.partition("\n")
    if truth is None and rest and (truth := truth_of(first)) is not None:
        block.doubt("answer", _REST_LEFT_OUT, {"text": one_line(rest)[:200]})
    if len(block.options) == 2:
        judged = {letter.upper(): truth_of(text) for letter, text in block.options}
        letter = answer.strip().upper().strip(_BRACKETS)
        if sorted(map(str, judged.values())) != ["False", "True"]:
            truth = truth if block.is_table else None
        elif letter in judged:
            truth = judged[letter]
        if truth is not None and not block.is_table:
            block.doubt("type", _JUDGED_OPTIONS)
    elif block.options and not block.is_table:
        truth = None
    if truth is None:
        raise Unclear("answer", _TRUE_OR_FALSE if answer.strip() else _ANSWER_MISSING)
    return {"stem": block.stem}, {"correct": truth}


def _blank_spans(stem: str, wanted: int) -> list[tuple[int, int]]:
    exact = [found.span() for found in _EXACT_BLANK.finditer(stem)]
    wide = [found.span() for found in _WIDE_BLANK.finditer(stem)]
    return wide if not exact or (len(exact) != wanted and len(wide) == wanted) else exact


def _numbered_answers(text: str, count: int) -> list[str] | None:
    """Return the answers behind numbers in order (`(1)…(2)…`, `①…②…`, `第一空：…`); None where there are none."""
    found = list(_NUMBERED.finditer(text))
    if len(found) != count or text[: found[0].start()].strip():
        return None
    numbers = []
    for one in found:
        raw = one[1] or one[3] or one[4]
        numbers.append(ord(one[2]) - 0x245F if one[2] else _CHINESE_DIGITS.get(raw) or _as_int(raw))
    if any(after != before + 1 for before, after in pairwise(numbers)):
        return None
    ends = [one.start() for one in found[1:]] + [len(text)]
    return [text[one.end() : end].strip(" \t\n\u3000;；,，。") for one, end in zip(found, ends, strict=True)]


def _as_int(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _split_answers(block: "Block", count: int) -> list[str]:
    if len(block.answers) > 1:
        answers = [plain_text(one).strip() for one in block.answers]
    else:
        text = plain_text(block.answer).strip()
        by_semicolon = [part.strip() for part in re.split(r"[;；]", text)]
        numbered = _numbered_answers(text, count) if _NUMBERED.match(text) else None
        answers = numbered or by_semicolon
        by_bar = [part.strip() for part in re.split(r"[|｜]", text)]
        if len(answers) == 1 and count > 1 and len(by_bar) == count and all(by_bar):
            # A bar tells alternatives of one blank apart; with as many pieces as blanks it can only tell the blanks.
            answers = by_bar
            block.doubt("answer", _SPLIT_BY, {"sign": "|"})
        if len(answers) != count and count > 1 and not block.is_table:
            for sign, pattern in (("↵", r"\n+"), ("  ", r"\s{2,}|\t"), ("、", r"、"), ("，", r"[，,]"), (" ", r"\s+")):
                parts = [part.strip() for part in re.split(pattern, text) if part.strip()]
                if len(parts) == count:
                    answers = parts
                    if sign in "、， ":
                        block.doubt("answer", _SPLIT_BY, {"sign": sign})
                    break
        if count == 1 and len(answers) != 1 and not block.is_table:
            answers = [text]
            block.doubt("answer", _EXACT_TEXT)
    if not any(answers):
        raise Unclear("answer", _ANSWER_MISSING)
    if len(answers) != count or not all(answers):
        raise Unclear("answer", _BLANK_COUNT, {"n": count})
    return answers


def _alternatives(block: "Block", answer: str) -> list[str]:
    if "|" in answer:
        return [text.strip() for text in answer.split("|") if text.strip()]
    if block.is_table:
        return [answer]
    if found := _OR_BRACKET.search(answer):
        texts = [answer[: found.start()].strip(), found[1].strip()]
    else:
        pattern = _OR if _OR.search(answer) else _SLASH
        texts = [text.strip() for text in pattern.split(answer)]
    if len(texts) < 2 or not all(texts):
        return [answer]
    block.doubt("answer", _ALTERNATIVES, {"text": " | ".join(texts)[:200]})
    return texts


def _fill_blank(block: "Block") -> Parts:
    stem = block.stem
    ids = _MARKER.findall(stem)
    if not ids:
        text = plain_text(block.answer)
        wanted = len(block.answers) or len(re.split(r"[;；]", text))
        if not block.answers and wanted == 1 and _NUMBERED.match(text):
            wanted = len(_NUMBERED.findall(text))
        spans = _blank_spans(stem, wanted)
        gaps = [] if spans else gap_spans(stem, len(re.findall(_NUMBERED, text)))
        if gaps:
            block.doubt("stem", _GUESSED_GAPS)
        elif not spans and wanted == 1 and text.strip() and not block.is_table:
            block.doubt("stem", _BLANK_ADDED)
            stem = f"{stem} ____"
            spans = [(len(stem) - 4, len(stem))]
        spans = spans or gaps
        ids = [f"b{number}" for number in range(1, len(spans) + 1)]
        for (start, end), id_ in reversed(list(zip(spans, ids, strict=True))):
            stem = f"{stem[:start]}[[{id_}]]{stem[end:]}"
    if not ids:
        raise Unclear("stem", _NO_BLANKS)
    answers = _split_answers(block, len(ids))
    key = {
        id_: {"answers": [{"text": text} for text in _alternatives(block, answer)]}
        for id_, answer in zip(ids, answers, strict=True)
    }
    return {"stem": stem, "blanks": [{"id": id_} for id_ in ids]}, {"blanks": key}


def gap_spans(stem: str, count: int, /) -> list[tuple[int, int]]:
    """Return where `count` numbers in unbroken order stand free in a text, as gaps of a passage do; empty where they do
    not."""
    if count < 2:
        return []
    free = [
        (int(found[1]), found.span())
        for found in re.finditer(r"(?:(?<=[\s_])|(?<=\s)[（(_])(\d{1,3})(?=[\s_]|[)）_](?=\s)|\Z)", stem)
    ][:MAXIMUM_FREE_NUMBERS]
    for place in range(len(free) - count + 1):
        run = [free[place]]
        for number, span in free[place + 1 :]:
            if number == run[-1][0] + 1:
                run.append((number, span))
            if len(run) == count:
                return [one for _number, one in run]
    return []


def _cloze(block: "Block") -> Parts:
    options = lettered_options(block)
    known = [option["id"] for option in options]
    spans = gap_spans(block.stem, len(block.answers))
    block.doubt("stem", _GUESSED_GAPS)
    stem = block.stem
    gaps: list[dict[str, Any]] = []
    keys: dict[str, Any] = {}
    for number, (span, answer) in reversed(list(enumerate(zip(spans, block.answers, strict=True), start=1))):
        letter = plain_text(answer).strip().lower()
        if letter not in known:
            raise Unclear("answer", _NO_SUCH_OPTION, {"letter": letter.upper()[:20]})
        stem = f"{stem[: span[0]]}[[g{number}]]{stem[span[1] :]}"
        gaps.insert(0, {"id": f"g{number}", "kind": "choice", "options": options})
        keys[f"g{number}"] = {"fractions": {letter: 1}}
    return {"stem": stem, "gaps": gaps}, {"gaps": dict(reversed(keys.items()))}


def _numerical(block: "Block") -> Parts:
    found = _NUMBER.fullmatch(one_line(block.answer).strip())
    if not found:
        raise Unclear("answer", _NO_NUMBER)
    number, tolerance, unit = found[1].replace(",", ""), found[2] or "0", (found[3] or "").strip()
    key = {"answers": [{"value": number, "tolerance": tolerance}], "units": {unit: "1"} if unit else {}}
    return {"stem": block.stem, "unit_label": unit}, key


def _short_text(block: "Block") -> Parts:
    texts = [text.strip() for text in plain_text(block.answer).split("|") if text.strip()]
    if not texts:
        raise Unclear("answer", _ANSWER_MISSING)
    if not block.is_table:
        block.doubt("answer", _EXACT_TEXT)
        texts = [text.replace("*", r"\*") for text in texts]
    return {"stem": block.stem}, {"answers": [{"text": text} for text in texts]}


def _essay(block: "Block") -> Parts:
    listed = "\n".join(line for line in ["\n".join(block.answers)] if line.strip())
    stem = block.stem
    if block.options:
        stem += "".join(f"\n{letter}. {text}" for letter, text in block.options)
    return {"stem": stem}, {"model_answer": block.answer or listed}


def _matching(block: "Block") -> Parts:
    left, right, pairs = [], [], {}
    for option in lettered_options(block):
        first, sign, second = option["text"].replace("＝", "=").partition("=")
        if not sign or not first.strip() or not second.strip():
            raise Unclear(f"option_{option['id']}", _NO_PAIR)
        left.append({"id": f"l{option['id']}", "text": first.strip()})
        right.append({"id": f"r{option['id']}", "text": second.strip()})
        pairs[f"l{option['id']}"] = f"r{option['id']}"
    return {"stem": block.stem, "left": left, "right": right}, {"pairs": pairs}


def _ordering(block: "Block") -> Parts:
    items = lettered_options(block)
    order = [item["id"] for item in items]
    if block.answer.strip() or block.answers:
        letters = _right(block, order)
        if len(letters) != len(order):
            raise Unclear("answer", _NO_ORDER)
        order = letters
    return {"stem": block.stem, "items": items}, {"order": order}


_BUILDERS: dict[str, Callable[["Block"], Parts]] = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "true_false": _true_false,
    "fill_blank": _fill_blank,
    "numerical": _numerical,
    "short_text": _short_text,
    "essay": _essay,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
}


def builder_of(type_: str, /) -> Callable[["Block"], Parts]:
    """Return what makes content and key of a block for a type of our own list."""
    return _BUILDERS[type_]
