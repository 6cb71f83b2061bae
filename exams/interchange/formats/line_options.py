"""The letters of options in a line of a question paper. Pure; for `line_grammar`. Every pattern takes linear time."""

import re

_OPTION_START = re.compile(
    r"[\s*>\-•·]{0,12}[*]{0,2}(?:[（(\[【]\s?([A-Za-z])\s?[)）\]】]|([A-Z])\s?[.．、:：)）﹒]|([A-Z])(?:\t|\u3000|\s{2,}))[\s*]{0,8}"
)

_LOWER_OPTION = re.compile(r"[\s*>\-]{0,12}([a-z])[.．、)）]\s*")

_SPACED_MARK = re.compile(r"(?:(?<=\s)|^)(?:[（(]\s?([A-Z])\s?[)）]|([A-Z])\s?[.．、:：)）﹒])\s*")

_GLUED_MARK = re.compile(r"[（(]([A-Z])[)）]\s*|(?<![A-Za-z0-9])([A-Z])[.．、:：﹒]\s*")

_DIGIT_MARK = re.compile(r"(?<![A-Za-z])([A-Z])[.．、:：﹒]\s*")


def option_at(text: str, /) -> tuple[str, int] | None:
    """Return the letter a line begins with as an option, upper-case, and where its text begins."""
    found = _OPTION_START.match(text) or _LOWER_OPTION.match(text)
    if not found:
        return None
    letter = next(filter(None, found.groups()))
    return letter.upper(), found.end()


def option_marks(text: str, /, *, first: str = "A", start: int = 0) -> list[tuple[str, int, int]]:
    """Return the marks of options along a line in unbroken order from a letter: (letter, where it begins, where its
    text begins). Marks behind white space are looked for first, glued ones (`A.甲B.乙`) where there are none."""
    best: list[tuple[str, int, int]] = []
    for pattern in (_SPACED_MARK, _GLUED_MARK, _DIGIT_MARK):
        if pattern is _DIGIT_MARK and len(best) > 1:
            break
        marks: list[tuple[str, int, int]] = []
        for found in pattern.finditer(text, start):
            letter = next(filter(None, found.groups()))
            if ord(letter) == ord(first) + len(marks):
                marks.append((letter, found.start(), found.end()))
        if len(marks) > len(best):
            best = marks
    return best
