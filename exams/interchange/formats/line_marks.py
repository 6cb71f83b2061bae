"""Marks in a line of a question paper: what a question is worth, what somebody earned. Pure; for `line_grammar`. Every
pattern takes linear time."""

import re

from exams.interchange.formats.rich_line import Rich

_WORTH = (
    r"[（(〔\[【]\s?(?:(?:本题|共|满分|每题)?\s?(?P<marks>\d{1,3}(?:\.\d{1,2})?)\s?分|"
    r"(?:分值|分数)\s?[:：]\s?(?P<worth>\d{1,3}(?:\.\d{1,2})?)\s?分?)\s?[)）〕\]】]"
)

_MARKS_AHEAD = re.compile(rf"\s{{0,8}}{_WORTH}\s?")

_MARKS_BEHIND = re.compile(rf"{_WORTH}\s{{0,8}}\*?\s{{0,8}}\Z")

_EARNED = re.compile(r"[\s*]{0,8}(\d{1,3}(?:\.\d{1,2})?)[\s*]{0,4}分[\s*]{0,8}")


def earned_marks(text: str, /) -> bool:
    """Tell whether a line is nothing but the marks somebody earned (`**4.1**分`)."""
    return bool(_EARNED.fullmatch(text))


def take_marks(line: Rich, /) -> tuple[str, Rich]:
    """Return the marks that stand in brackets at the beginning or end of a question, and the question without them."""
    if found := _MARKS_AHEAD.match(line.narrow):
        return found["marks"] or found["worth"], line[found.end() :]
    if found := _MARKS_BEHIND.search(line.narrow, max(0, len(line.text) - 40)):
        return found["marks"] or found["worth"], line[: found.start()]
    return "", line
