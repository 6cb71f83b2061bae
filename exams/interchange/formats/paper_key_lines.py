"""Lists of answers as teachers lay them out (a table, a line a part, letters one below the other), put into the usual
order `1．A`. Pure; for `paper_layout`."""

import re
from collections.abc import Sequence
from dataclasses import replace

from exams.interchange.formats import line_grammar as grammar
from exams.interchange.formats.paper_state import Line
from exams.interchange.formats.rich_line import Rich

_NUMBERS = re.compile(r"\s{0,8}(?:题\s?号|序\s?号|题目)\s{0,4}[:：]?(?=[\t\u3000 |])")
_ANSWERS = re.compile(r"\s{0,8}(?:参考|正确|标准)?答\s?案\s{0,4}[:：]?(?=[\t\u3000 |])")
_CELL_GAP = re.compile(r"\t+|\u3000+|\s{2,}|\s")
_PART_AND_SIGNS = re.compile(
    r"(\s{0,8}(?:第?[一二三四五六七八九十]{1,3}\s?(?:大?题)?\s?[、.．:：]))\s{0,4}((?:[A-G√×✓✗对错][\s,，、;；]{0,3}){2,200})"
)
_TYPE_AND_LIST = re.compile(r"(.{1,60}?题(?:[（(][^（）()]{0,40}[)）])?)\s?[:：]\s{0,4}(?=[（(]?\d)")
_BARE_ANSWER = re.compile(r"\s{0,8}(?:[A-G]{1,7}|√|×|✓|✗|对|错|正确|错误)\s?[.。;；]?\s{0,8}")


def key_lines(lines: Sequence[Line], /) -> list[Line]:
    """Return the lines; behind the heading of a list of answers, each part and each answer is written the usual way."""
    done: list[Line] = []
    is_key = False
    at = 0
    while at < len(lines):
        line, text = lines[at], lines[at].rich.narrow
        if grammar.is_key_heading(text):
            is_key = True
            run = _bare_answers(lines, at + 1)
            done.append(line)
            at += 1
            for number, answer in enumerate(run, start=1):
                done.append(replace(answer, rich=Rich(f"{number}．") + answer.rich.strip()))
            if run:
                at = lines.index(run[-1], at) + 1
            continue
        below = lines[at + 1].rich.narrow if at + 1 < len(lines) else ""
        if "|" not in text and _NUMBERS.match(text) and _ANSWERS.match(below):
            done += [_as_cells(line), _as_cells(lines[at + 1])]
            at += 2
            continue
        done += _parts(line, text) if is_key else [line]
        at += 1
    return done


def _bare_answers(lines: Sequence[Line], start: int) -> list[Line]:
    """Return the lines of answers without numbers that follow, if there are at least two and nothing else."""
    run: list[Line] = []
    for line in lines[start:]:
        text = line.rich.narrow
        if not text.strip():
            continue
        if not _BARE_ANSWER.fullmatch(text):
            return [] if grammar.label_at(text) or grammar.option_at(text) else run if len(run) > 1 else []
        run.append(line)
    return run if len(run) > 1 else []


def _as_cells(line: Line) -> Line:
    cells = [cell for cell in _CELL_GAP.split(line.rich.narrow.strip()) if cell]
    return replace(line, rich=Rich("|" + "|".join(cells) + "|"))


def _parts(line: Line, text: str) -> list[Line]:
    """Return a line of a list of answers: the heading of a part apart from its answers, letters with their numbers."""
    if found := _PART_AND_SIGNS.fullmatch(text):
        signs = re.findall(r"[A-G√×✓✗对错]", found[2])
        groups = found[2].split()
        said = groups if len(groups) > 1 and any(len(group) > 1 for group in groups) else signs
        listed = " ".join(f"{number}.{sign.strip(',，、;；')}" for number, sign in enumerate(said, start=1))
        return [replace(line, rich=Rich(found[1])), replace(line, rich=Rich(listed), doubts=(), losses=())]
    found = _TYPE_AND_LIST.match(text)
    if found and grammar.section_of(found[1]) and grammar.key_list(text[found.end() :]):
        return [
            replace(line, rich=line.rich[: found.end(1)]),
            replace(line, rich=line.rich[found.end() :], doubts=(), losses=()),
        ]
    return [line]


def pairs_of(rows: Sequence[Sequence[str]], /) -> list[tuple[str, str, str]]:
    """Return number, answer and explanation for each column, or each row, of a table of answers; nothing for any other
    table."""
    is_head = bool(rows) and len(rows[0]) > 1 and re.fullmatch(r"题\s?号|序\s?号|题目|No\.?", rows[0][0])
    if is_head and re.search("答案", " ".join(rows[0][1:3])):
        column = next(place for place, name in enumerate(rows[0]) if "答案" in name)
        told = next((place for place, name in enumerate(rows[0]) if re.search("解析|说明|讲解", name)), None)
        pairs = [
            (row[0], row[column], row[told] if told is not None and told != column and told < len(row) else "")
            for row in rows[1:]
            if len(row) > column
        ]
    else:
        is_pair = len(rows) % 2 == 0 and all(
            re.fullmatch(r"题\s?号|序\s?号|题目", above[0])
            and re.fullmatch(r".{0,4}答\s?案", below[0])
            and len(above) == len(below)
            for above, below in zip(rows[::2], rows[1::2], strict=False)
        )
        pairs = [
            (number, answer, "")
            for above, below in (zip(rows[::2], rows[1::2], strict=True) if is_pair else ())
            for number, answer in zip(above[1:], below[1:], strict=True)
        ]
    pairs = [pair for pair in pairs if pair[0] or pair[1]]
    return pairs if all(number.isdecimal() and answer for number, answer, _told in pairs) else []
