"""Lines as teaching platforms copy and export them (options without letters, a letter and its text on two lines, a
number and a type above the question), put into the usual order. Pure; for `paper_layout`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from exams.interchange.formats import line_grammar as grammar
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.paper_state import Line
from exams.interchange.formats.question_vocabulary import TYPE_WORDS
from exams.interchange.formats.rich_line import Rich

MAXIMUM_OPTIONS = 26
_TYPES = "|".join(map(re.escape, TYPE_WORDS))
_BARE_LETTER = re.compile(r"\s{0,8}([A-Z])\s?[.．、:：]?\s{0,8}")
_BARE_NUMBER = re.compile(r"\s{0,8}(\d{1,4})\s?[.．、:：]?\s{0,8}")
_TYPE_ABOVE = re.compile(
    rf"\s{{0,8}}(?:第?\s?(\d{{1,4}})\s?题?\s?[.．、:：]?\s{{0,4}})?(?:[【\[（(]\s?({_TYPES})\s?[】\]）)]|({_TYPES}))\s{{0,4}}"
    r"(?:[（(【\[]\s?(?:分值\s?[:：]?)?\s?(\d{1,3}(?:\.\d{1,2})?)\s?分?\s?[)）】\]])?\s{0,8}"
)
_CALLED_RIGHT = re.compile(r"[（(\[【]\s?正确(?:答案|选项)\s?[)）\]】]\s{0,8}\Z")
_GLUED_ANSWER = re.compile(r"(?<=\S)(?=(?:正确|参考|标准)答案\s?[:：])")
_OWN_ANSWER = re.compile(r"\s{0,8}(?:我的|你的|您的|学生)答案\s?[:：]")
_ANSWER_BEHIND = re.compile(r"[（(]\s?(?:正确|参考)?答案\s?[:：]\s?([^（）()]{1,300})[)）]\s{0,8}\Z")
_LETTERS_ADDED = gettext_noop("The options have no letters; they were lettered in their order.")


def usual(lines: Sequence[Line], /) -> list[Line]:
    """Return the lines of a paper as a teacher would have typed them."""
    done = list(_apart(lines))
    done = _numbers_and_types(done)
    return _lettered(_joined_letters(done))


def _apart(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines; answers that stand glued behind a learner's own, or in brackets behind a question, get a line of
    their own."""
    for line in lines:
        text = line.rich.narrow
        if _OWN_ANSWER.match(text) and (found := _GLUED_ANSWER.search(text, 5)):
            yield replace(line, rich=line.rich[: found.start()])
            yield replace(line, rich=line.rich[found.start() :], doubts=(), losses=())
        elif "答案" in text and (found := _ANSWER_BEHIND.search(text)) and found.start():
            yield replace(line, rich=line.rich[: found.start()])
            yield replace(line, rich=Rich("答案：") + line.rich[found.start(1) : found.end(1)], doubts=(), losses=())
        else:
            yield line


def _next_filled(lines: Sequence[Line], at: int) -> int | None:
    return next((place for place in range(at + 1, min(at + 4, len(lines))) if lines[place].rich.text.strip()), None)


def _numbers_and_types(lines: list[Line]) -> list[Line]:
    """Return the lines with a number alone, or a number and a type alone, in front of the question under it."""
    done: list[Line] = []
    at = 0
    while at < len(lines):
        line, place = lines[at], _next_filled(lines, at)
        below = lines[place].rich.narrow if place is not None else ""
        number = _BARE_NUMBER.fullmatch(line.rich.narrow)
        if number and place is not None and re.match(rf"\s{{0,8}}[【\[（(]\s?(?:{_TYPES})\s?[】\]）)]", below):
            line = replace(lines[place], row=line.row, rich=Rich(f"{number[1]}. ") + lines[place].rich)
            at, place = place, _next_filled(lines, place)
            below = lines[place].rich.narrow if place is not None else ""
        found = _TYPE_ABOVE.fullmatch(line.rich.narrow)
        if found and found[1] and place is not None and _begins_stem(below):
            line = replace(
                lines[place],
                row=line.row,
                rich=Rich(f"{found[1]}. ") + lines[place].rich,
                type_name=found[2] or found[3],
                marks=found[4] or "",
            )
            at = place
        done.append(line)
        at += 1
    return done


def _begins_stem(text: str) -> bool:
    """Tell whether a line can be the text of a question whose number stands above it."""
    return bool(text.strip()) and not (
        grammar.numbered(text)
        or grammar.option_at(text)
        or grammar.label_at(text)
        or grammar.section_of(text)
        or grammar.key_list(text)
        or _BARE_LETTER.fullmatch(text)
        or re.match(rf"\s{{0,8}}[【\[（(]\s?(?:{_TYPES})\s?[】\]）)]", text)
    )


def _joined_letters(lines: list[Line]) -> list[Line]:
    """Return the lines with the letters of options that stand alone, one behind the other, in front of their texts."""
    filled = [at for at, line in enumerate(lines) if line.rich.text.strip()]
    texts = [lines[at].rich.narrow for at in filled]
    joined: dict[int, tuple[str, int]] = {}
    place = 0
    while place < len(filled):
        run: list[tuple[str, int, int]] = []
        here = place
        while here + 1 < len(filled) and len(run) < MAXIMUM_OPTIONS:
            letter = chr(ord("A") + len(run))
            mark = _BARE_LETTER.fullmatch(texts[here])
            if mark is None or mark[1] != letter or grammar.label_at(texts[here + 1]):
                break
            run.append((letter, filled[here], filled[here + 1]))
            here += 2
        if len(run) > 1:
            joined |= {text: (letter, mark) for letter, mark, text in run}
            place = here
        else:
            place += 1
    dropped = {mark for _letter, mark in joined.values()}
    done: list[Line] = []
    for at, line in enumerate(lines):
        if at in joined:
            line = replace(line, row=lines[joined[at][1]].row, rich=Rich(f"{joined[at][0]}. ") + line.rich.strip())
        if at not in dropped:
            done.append(line)
    return done


def _lettered(lines: list[Line]) -> list[Line]:
    """Return the lines with letters before options that have none, where one of them is called the right one."""
    done = list(lines)
    for at, line in enumerate(lines):
        if not _CALLED_RIGHT.search(line.rich.narrow) or grammar.option_at(done[at].rich.narrow):
            continue
        if grammar.numbered(line.rich.narrow):
            continue
        first, last = at, at
        while first > 0 and _is_bare(done[first - 1]):
            first -= 1
        while last + 1 < len(done) and _is_bare(done[last + 1]):
            last += 1
        is_asked = first > 0 and grammar.numbered(done[first - 1].rich.narrow) is not None
        if not is_asked or not 1 < last - first + 1 <= MAXIMUM_OPTIONS:
            continue
        for place, one in enumerate(done[first : last + 1]):
            doubts = (*one.doubts, _LETTERS_ADDED) if not place else one.doubts
            rich = Rich(f"{chr(ord('A') + place)}. ") + one.rich.strip()
            done[first + place] = replace(one, rich=rich, doubts=doubts)
    return done


def _is_bare(line: Line) -> bool:
    text = line.rich.narrow
    return bool(text.strip()) and not (
        grammar.numbered(text) or grammar.option_at(text) or grammar.label_at(text) or grammar.heading_of(text)
    )
