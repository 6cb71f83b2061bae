"""The lines of a question paper put into the usual order before they are read: what a page, a table or a habit of
writing has moved about. Pure; for `paper_lines`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from exams.interchange.formats import line_grammar as grammar
from exams.interchange.formats.paper_key_lines import key_lines, pairs_of
from exams.interchange.formats.paper_platforms import usual
from exams.interchange.formats.paper_state import Line
from exams.interchange.formats.question_vocabulary import TYPE_WORDS
from exams.interchange.formats.rich_line import Rich

MAXIMUM_NOTICE = 20
_PAGE = re.compile(
    r"第\s?\d{1,3}\s?页\s{0,3}[，,、（(/]?\s{0,3}(?:共\s?\d{1,3}\s?页)?\s?[)）]?|Page\s\d{1,3}\sof\s\d{1,3}"
)
_BRACKET_FIRST = re.compile(
    r"\s{0,8}[（(]\s{0,8}([A-Za-z]{1,6}|√|×|✓|✗|对|错|正确|错误)?\s{0,8}[)）]\s{0,4}(?=\d{1,3}\s?[.．、])"
)
_NUMBER = re.compile(r"(?:\d{1,3}\s?[.．、]|第\s?\d{1,4}\s?题\s?[.．、:：]?)\s{0,4}")
_TYPE_FIRST = re.compile(
    rf"\s{{0,4}}[【\[（(〔]\s?(?:{'|'.join(map(re.escape, TYPE_WORDS))})\s?[】\])）〕]\s{{0,4}}(?=\d{{1,4}}\s?[.．、])|"
    rf"\s{{0,4}}(?:{'|'.join(map(re.escape, TYPE_WORDS))})\s{{1,4}}(?=第\s?\d{{1,4}}\s?题)"
)
_BARE_OPTION = re.compile(r"\s{0,8}([A-H]) (?=\S)")
_PART_AND_ANSWERS = re.compile(
    r"\s{0,8}((?:[一二三四五六七八九十]{1,3}\s?[、.．]|(?:I{1,3}|IV|VI{0,3}|IX|X)\s?[.．、]))\s{0,4}(?=[（(]?\d{1,3}\s?[.．、)）]\s{0,4}\S)"
)
_ANSWER_NUMBER = re.compile(r"(?<=[\s;；。,，])(\d{1,3})\s?[.．、](?!\d)\s{0,4}(?=\S)")
_NOTICE = re.compile(
    r"[\s*#【]{0,8}(?:注\s?意\s?事\s?项|考\s?生\s?须\s?知|考\s?试\s?须\s?知|答\s?题\s?须\s?知|考生注意|答题说明)[】\s:：*]{0,6}"
)
_TABLE_LINE = re.compile(r"\s{0,8}\|(.*)\|\s{0,8}")
_NUMBERS = re.compile(r"题号|序号|题目")
_TABLE_RULE = re.compile(r"[\s|:\-]+")


def in_order(lines: Iterable[Line], /) -> list[Line]:
    """Return the lines of a paper without page numbers, each question beginning with its number, and lists of answers
    one part or number a line."""
    kept = [line for line in lines if not _PAGE.fullmatch(line.rich.narrow.strip())]
    kept = usual(kept)
    kept = key_lines(kept)
    kept = list(_without_notices(_tables_of_answers(kept)))
    kept = [_number_first(line) for line in kept]
    return list(_parted(_with_option_marks(kept)))


def _number_first(line: Line) -> Line:
    """Return a line whose number stands behind a bracket for the answer (`（B）1．…`) or a type (`【单选】1．…`) with
    the number in front."""
    text = line.rich.narrow
    found = _BRACKET_FIRST.match(text) or _TYPE_FIRST.match(text)
    number = _NUMBER.match(text, found.end()) if found else None
    if found is None or number is None:
        return line
    rich = line.rich
    front = rich[found.start() : found.end()].strip()
    if found.re is _BRACKET_FIRST:
        front = Rich(f"（ {found[1]} ）") if found[1] else Rich("（　　）")
    elif text[: found.end()].strip()[:1] not in "【[（(〔":
        front = Rich("【") + front + Rich("】")
    return replace(line, rich=rich[number.start() : number.end()] + front + rich[number.end() :])


def _with_option_marks(lines: list[Line]) -> list[Line]:
    """Return the lines with a point behind the letters of options that stand alone (`A 甲`, `B 乙`, …)."""
    filled = [(at, line.rich.narrow) for at, line in enumerate(lines) if line.rich.narrow.strip()]
    found = [(at, _BARE_OPTION.match(text)) for at, text in filled]
    done = list(lines)
    place = 0
    while place < len(found):
        run = 0
        while place + run < len(found):
            mark = found[place + run][1]
            if mark is None or mark[1] != chr(ord("A") + run):
                break
            run += 1
        for at, mark in found[place : place + run] if run > 1 else ():
            if mark is not None:
                rich = lines[at].rich
                done[at] = replace(lines[at], rich=rich[: mark.end() - 1] + Rich("．") + rich[mark.end() :])
        place += max(1, run)
    return done


def _parted(lines: list[Line]) -> Iterator[Line]:
    """Yield the lines; in a list of answers a part's heading stands alone (`一、1.B 2.C`), and so does each number."""
    is_key = False
    for line in lines:
        text = line.rich.narrow
        is_key = is_key or grammar.is_key_heading(text)
        part = _PART_AND_ANSWERS.match(text) if is_key else None
        if part:
            yield replace(line, rich=line.rich[: part.end()].strip())
            line = replace(line, rich=line.rich[part.end() :])
            text = line.rich.narrow
        number = grammar.numbered(text) if is_key else None
        if number is None or grammar.key_list(text) is not None:
            yield line
            continue
        cuts, expected = [0], number.number + 1
        for one in _ANSWER_NUMBER.finditer(text, number.end):
            if int(one[1]) == expected:
                cuts.append(one.start())
                expected += 1
        for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
            yield replace(line, rich=line.rich[start:end])


def _cells(line: Line) -> list[str] | None:
    found = _TABLE_LINE.fullmatch(line.rich.narrow)
    return [cell.strip() for cell in found[1].split("|")] if found else None


def _tables_of_answers(lines: list[Line]) -> Iterator[Line]:
    """Yield the lines; a table of numbers over answers, or of a number and an answer a row, becomes a list."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _cells(lines[end]) is not None:
            end += 1
        if end - at < 2:
            yield lines[at]
            at += 1
            continue
        rows = [
            cells for line in lines[at:end] if not _TABLE_RULE.fullmatch(line.rich.narrow) and (cells := _cells(line))
        ]
        pairs = pairs_of(rows)
        if pairs:
            for number, answer, explanation in pairs:
                yield replace(lines[at], rich=Rich(f"{number}．{answer}"))
                if explanation:
                    yield replace(lines[at], rich=Rich(f"解析：{explanation}"))
        else:
            yield from lines[at:end]
        at = end


def _without_notices(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines; the numbers of a notice to candidates before the first part are no questions and lose their
    points."""
    left = 0
    kept = list(lines)
    for at, line in enumerate(kept):
        text = line.rich.narrow
        if grammar.section_of(text) or grammar.option_at(text) or grammar.heading_of(text):
            left = 0
        elif _NOTICE.fullmatch(text):
            ahead = [one.rich.narrow for one in kept[at + 1 : at + MAXIMUM_NOTICE]]
            stop = next(
                (place for place, one in enumerate(ahead) if grammar.section_of(one) or grammar.heading_of(one)), 0
            )
            left = stop if not any(grammar.option_at(one) for one in ahead[:stop]) else 0
            yield line
            continue
        if left > 0:
            left -= 1
            number = grammar.numbered(text)
            if number is not None:
                line = replace(line, rich=Rich("· ") + line.rich[number.end :])
        yield line
