"""The number a line of a question paper begins with. Pure; for `line_grammar`. Every pattern takes linear time."""

import re
from dataclasses import dataclass

_QUESTION = re.compile(
    r"[\s*>#]{0,12}(?:"
    r"第\s?(?P<nth>\d{1,4})\s?[小]?题\s?[.．、:：,，]?|"
    r"[（(〔]\s?(?P<paren>\d{1,3})\s?[)）〕]\s?[.．、:：]?|"
    r"[【\[]\s?(?P<square>\d{1,4})\s?[】\]]|"
    r"(?P<plain>\d{1,4})\s?(?:[.．、:：﹒]|[,，](?=\s|[^\d\s])|[)）]|题\s?[.．、:：]?)|"
    r"(?P<tab>\d{1,4})(?:\t|\u3000|\s{2,})(?=\S)|"
    r"Q(?:uestion)?\s?(?P<word>\d{1,4})\s?[.．、:：)]"
    r")[\s*]{0,8}"
)

_STARRED = re.compile(r"\s{0,12}\*{1,2}(\d{1,4})[.．、]?\*{1,2}\s*")

_CHINESE_NUMBER = re.compile(r"[\s*#>]{0,12}[（(]?(?P<n>[一二三四五六七八九十百]{1,4})(?P<sep>[、.．:：]|[)）])\s*")

_DIGITS = {sign: value for value, sign in enumerate("一二三四五六七八九", start=1)}


@dataclass(frozen=True, slots=True)
class Numbered:
    """The number a line begins with: its value, how it is written, and where the rest begins."""

    number: int
    style: str
    end: int
    is_tight: bool = False


def numbered(text: str, /) -> Numbered | None:
    """Return the number a line begins with; None where it has none. `is_tight` says that a digit follows a point, as
    in a decimal fraction."""
    if starred := _STARRED.fullmatch(text):
        return Numbered(int(starred[1]), "plain", len(text))
    found = _QUESTION.match(text)
    if not found:
        return None
    style = found.lastgroup or "plain"
    number = int(found[style])
    is_tight = style == "plain" and text[found.end() : found.end() + 1].isdecimal() and text[found.end() - 1] in ".,"
    return Numbered(number, "plain" if style in ("nth", "tab", "word") else style, found.end(), is_tight)


def chinese_numbered(text: str, /) -> Numbered | None:
    """Return the Chinese number a line begins with (`一、`)."""
    found = _CHINESE_NUMBER.match(text)
    if not found:
        return None
    style = "chinese" if found["sep"] not in ")）" else "chinese_paren"
    return Numbered(chinese_value(found["n"]), style, found.end())


def chinese_value(text: str, /) -> int:
    """Return the value of a small Chinese number."""
    total, digit = 0, 0
    for sign in text:
        if sign in "十百":
            total += max(1, digit) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS.get(sign, 0)
    return total + digit
