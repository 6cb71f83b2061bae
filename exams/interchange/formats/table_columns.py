"""Which column of a table says what, whoever made it: by its header, or, where there is none, by what stands in it.
Pure; the tables in XLSX, CSV and Word read through here."""

import re
from collections.abc import Sequence
from functools import lru_cache

from exams.interchange.formats.question_vocabulary import TYPE_HINTS, bare_name, column_of, folded, truth_of

_STRONG_STEMS = frozenset(
    folded(name)
    for name in (
        "题干",
        "题目",
        "试题",
        "问题",
        "题目内容",
        "试题内容",
        "题干内容",
        "Question",
        "Question text",
        "Stem",
        "Prompt",
    )
)
_NUMBERED = re.compile(r"(?:answer|option|choice|opt|op|item|选项|备选答案|答案)(\d{1,2})")
_ANSWER_NUMBER = re.compile(r"(?:answer|答案)(\d{1,2})")
_RIGHT = re.compile(
    r"(?:(?:choice|option|opt|answer|选项|备选项?|备选答案)([a-z]|\d{1,2})|([a-z])选项)?(?:is)?(?:correct|right|true|是否正确|是否答案|是否为答案|正确)"
    r"(?:answer)?([a-z]|\d{1,2})?"
)
_WRONG = re.compile(
    r"(?:distractor|incorrectanswer|incorrect|wronganswer|wrong|干扰项|干扰选项|错误答案|错误选项|错误项)(?:s|choice|option)?([a-z]|\d{1,2})?"
)
_LETTERS = re.compile(r"[A-H](?:\s?[,，、;；|]?\s?[A-H]){0,7}")
SAMPLE = 20
_OF_PASSAGES = {
    folded(name): key
    for key, names in {
        "passage": "材料 材料内容 材料题干 题目材料 背景材料 阅读材料 "
        "案例 案例内容 案例材料 案例背景 公共题干 共用题干 "
        "主题干 母题 母题题干 "
        "大题内容 passage stimulus readingpassage casestudy sharedstem",
        "sub_stem": "小题内容 小题问题 子题 子题内容 子题目 子题题目 分题题干 subquestion subquestiontext",
        "sub_type": "小题题型 小题类型 子题题型 子题类型 subquestiontype",
        "sub_marks": "小题分值 小题分数 小题得分 每小题分值 每小题分数 子题分值 子题分数 "
        "subquestionmarks subquestionscore",
        "parent": "父题 父题号 父题编号 父题序号 上级题号 上级编号 母题号 母题编号 parent parentid parentquestion",
        "number": "小题号 小题序号 子题号",
    }.items()
    for name in names.split()
}
"""What only tables call the parts of questions under a passage."""

_LARGE_STEM = folded("大题题干")


def _place(text: str) -> int:
    return int(text) if text.isdecimal() else ord(text) - ord("a") + 1


def _column(header: str) -> str:
    """Return the column of one header by itself; `right_b` says whether option B is right, `wrong_2` is the second
    wrong option beside the answer."""
    flat = bare_name(header)
    if (found := _RIGHT.fullmatch(flat)) and (which := found[1] or found[2] or found[3]):
        place = _place(which)
        return f"right_{chr(ord('a') + place - 1)}" if 1 <= place <= 26 else ""
    if found := _WRONG.fullmatch(flat):
        return f"wrong_{_place(found[1]) if found[1] else 1}"
    return column_of(header) or _OF_PASSAGES.get(flat, "")


def column_keys(headers: Sequence[str], /) -> list[str]:
    """Return the column each header names; empty for one that is not known or that came before.

    A header that can only mean the question wins over one that could mean something else (`Title`). `Answer 1`,
    `Answer 2`… are options where another column says which of them is right.
    """
    found = [_column(header) for header in headers]
    flat = [bare_name(header) for header in headers]
    numbered = [_ANSWER_NUMBER.fullmatch(name) for name in flat]
    if sum(one is not None for one in numbered) > 1 and (
        "answer" in found or any(key.startswith("right_") for key in found)
    ):
        for at, one in enumerate(numbered):
            if one is not None and 1 <= int(one[1]) <= 26:
                found[at] = f"option_{chr(ord('a') + int(one[1]) - 1)}"
    is_strong = any(key == "stem" and name in _STRONG_STEMS for key, name in zip(found, flat, strict=True))
    if "sub_stem" in found and "stem" not in found:
        found[found.index("sub_stem")] = "stem"
    elif is_strong and _LARGE_STEM in flat and not {"sub_stem", "passage"} & set(found):
        found[flat.index(_LARGE_STEM)] = "passage"
    keys: list[str] = []
    for key, name in zip(found, flat, strict=True):
        is_weak = key == "stem" and is_strong and name not in _STRONG_STEMS
        keys.append("" if key in keys or is_weak else key)
    return keys


def has_numbered_options(headers: Sequence[str], /) -> bool:
    """Tell whether the options have numbers for their names, so that an answer may count them."""
    return _numbered_options(tuple(headers))


@lru_cache(maxsize=64)
def _numbered_options(headers: tuple[str, ...]) -> bool:
    """Answer for a header once: every row of its table asks."""
    return sum(_NUMBERED.fullmatch(bare_name(header)) is not None for header in headers) > 1


def is_header(keys: Sequence[str], /) -> bool:
    """Tell whether these columns make a table of questions: the question, and its answer or options."""
    return "stem" in keys and ("answer" in keys or "option_a" in keys or "options" in keys)


def guess_keys(rows: Sequence[Sequence[str]], /) -> list[str]:
    """Return the columns of a table without a header, by what stands in its first rows; empty where that is not clear.

    It is clear where one column holds nothing but letters or right and wrong, options stand on one side of it, a text
    that differs from row to row comes before, and every letter names an option that is there.
    """
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)][:SAMPLE]
    width = max((len(row) for row in rows), default=0)
    if len(rows) < 2 or not 4 <= width <= 30:
        return []
    columns = [[row[at] if at < len(row) else "" for row in rows] for at in range(width)]
    keys = [""] * width
    at = 0
    if all(cell.isdecimal() for cell in columns[0]) and len(set(columns[0])) == len(rows):
        keys[0], at = "number", 1
    if all(folded(cell) in TYPE_HINTS for cell in columns[at]):
        keys[at], at = "type", at + 1
    stems = columns[at]
    if not all(stems) or len(set(stems)) != len(stems) or all(_is_answer(cell) for cell in stems):
        return []
    keys[at] = "stem"
    answers = [
        place
        for place in range(at + 1, width)
        if all(_is_answer(cell) for cell in columns[place]) and any(_LETTERS.fullmatch(cell) for cell in columns[place])
    ]
    if len(answers) != 1:
        return []
    answer = answers[0]
    keys[answer] = "answer"
    options = range(at + 1, answer) if answer > at + 1 else range(answer + 1, width)
    options = range(options.start, min(options.stop, options.start + 8))
    if len(options) < 2:
        return []
    for place, column in enumerate(options):
        keys[column] = f"option_{chr(ord('a') + place)}"
    for row in zip(*columns, strict=True):
        filled = [bool(row[column]) for column in options]
        said = set(re.findall("[A-H]", row[answer])) if _LETTERS.fullmatch(row[answer]) else set()
        if any(not filled[ord(letter) - 65 : ord(letter) - 64] or not filled[ord(letter) - 65] for letter in said):
            return []
    rest = [place for place in range(max(answer, options[-1]) + 1, width) if any(columns[place])]
    if len(rest) == 1:
        keys[rest[0]] = "explanation"
    return keys


def _is_answer(cell: str) -> bool:
    return bool(_LETTERS.fullmatch(cell)) or (truth_of(cell) is not None and not cell.isdecimal())


MERGED = "\x00merged"
"""What stands for a cell that a cell above it covers: no text of a cell can say it."""

_OF_MANY = frozenset(("type", "topic", "topic_2", "difficulty", "marks", "tags", "source"))


def covered_keys(texts: Sequence[str], keys: Sequence[str], /) -> frozenset[str]:
    """Return the columns whose cell in a row is covered by one above."""
    return frozenset(key for key, text in zip(keys, texts, strict=False) if text == MERGED and key)


def is_continued(texts: Sequence[str], keys: Sequence[str], /) -> bool:
    """Tell whether a row goes on with the question above it: the cell of its question is covered from there. Under a
    passage that covers several rows, a row with a question of its own is one more question."""
    if "sub_stem" in keys and any(text not in ("", MERGED) for text in texts[keys.index("sub_stem") :][:1]):
        return False
    return "stem" in keys and list(texts[keys.index("stem") : keys.index("stem") + 1]) == [MERGED]


def without_merged(texts: Sequence[str], keys: Sequence[str], above: Sequence[str], /) -> list[str]:
    """Return a row with what a merged cell says of all its rows (a type, a chapter) written out; other covered cells
    are empty."""
    said = []
    for at, text in enumerate(texts):
        is_said = at < len(keys) and keys[at] in _OF_MANY and at < len(above)
        said.append((above[at] if is_said else "") if text == MERGED else text)
    return said


def continued(above: Sequence[str], texts: Sequence[str], /) -> list[str]:
    """Return a row with what the next one adds to its question, a line each."""
    width = max(len(above), len(texts))
    first = [*above, *[""] * (width - len(above))]
    more = ["" if text == MERGED else text for text in [*texts, *[""] * (width - len(texts))]]
    return ["\n".join(filter(None, pair)) for pair in zip(first, more, strict=True)]
