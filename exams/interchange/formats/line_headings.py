"""Headings in a question paper: chapters, sections of one type, parts. Pure; for `line_grammar`. Every pattern takes
linear time."""

import re
from dataclasses import dataclass

from exams.interchange.formats.line_labels import FIELD_OF
from exams.interchange.formats.line_numbers import chinese_numbered
from exams.interchange.formats.question_vocabulary import TYPE_WORDS

_SECTION_NUMBER = (
    r"(?:第?\s?[一二三四五六七八九十ⅠⅡⅢⅣⅤⅥIVX\d]{1,4}\s?(?:部分|大题|卷)?\s?[、.．:：)）]?|"
    r"[（(][一二三四五六七八九十\d]{1,3}[)）]|第[ⅠⅡI一二]+卷)?"
)

_TYPES = "|".join(map(re.escape, TYPE_WORDS))

_SECTION = re.compile(
    rf"[\s#*>]{{0,12}}{_SECTION_NUMBER}[\s:：]{{0,4}}[【\[（(〖]?\s{{0,4}}({_TYPES})\s{{0,4}}[】\]）)〗]?[\s*]{{0,4}}(?P<rest>.{{0,300}})",
)

_SECTION_REST = re.compile(
    r"\s*(?:[:：]|[:：]?\s*(?:本大?题|在每|请|下列每|下列各|以下每|以下各).{0,300}|[（(【\[][^（(）)】\]]{0,200}[题分每共空][^）)】\]]{0,200}[）)】\]].*|[。.]\s*(?!\d).{0,200}|[,，]?\s*(?:共|本大?题|每|总计|合计|满分|\d+\s*[题分道小]).*|)\s*",
    re.DOTALL,
)

_INLINE_TYPE = re.compile(rf"\s{{0,8}}[【\[（(〖]\s{{0,4}}({_TYPES})\s{{0,4}}[】\]）)〗]\s{{0,8}}[:：]?")

_TYPE_BEHIND = re.compile(
    rf"\s{{0,4}}[【\[（(〖]\s{{0,4}}({_TYPES})\s{{0,4}}[】\]）)〗]\s{{0,4}}(?:[（(\[【]?必答题?[】\])）]?)?\s{{0,4}}\*?\s{{0,8}}\Z"
)

_LEVEL = re.compile(
    r"\s{0,4}[【\[（(]\s?((?:很|较|极|非常)?(?:容易|简单|易|难)|中等?|中等难度|困难|适中|一般)\s?[】\])）]\s{0,4}"
)

_TYPE_SIGNS = (
    (r"true.{0,8}(?:or|/).{0,4}false|判断|对的打|正确的打", "判断题"),
    (r"choose|multiple.choice|选择|选出", "选择题"),
    (r"fill in|填空|填上", "填空题"),
)

_ROMAN = re.compile(r"\s{0,8}(?:I{1,3}|IV|VI{0,3}|IX|X)\s?[.．、](?:\s|\Z|(?=[\u4e00-\u9fff]))")

_SUBSECTION = re.compile(
    r"[\s#*]{0,8}第\s?[一二三四五]\s?节[^（(]{0,20}[（(][^（）()]{0,60}小题[^（）()]{0,60}[)）]\s{0,8}"
)

_EACH = re.compile(r"每\s?(?:小?题|空|个|道)\s?(?:各)?\s?(\d{1,3}(?:\.\d+)?)\s?分")

_CHAPTER = re.compile(
    r"[\s#*>=]{0,12}(第\s?[一二三四五六七八九十百零\d]{1,5}\s?(?P<kind>[章节编篇回课讲]|单元|模块|部分|项目|任务|专题)|第\s?[ⅠⅡⅢⅣI一二三四]{1,3}\s?卷"
    r"|(?:Chapter|Unit|Lesson|Module|Part|Section)\s+[\dA-Z]{1,4}\b)(?P<rest>.{0,80})",
    re.IGNORECASE,
)

_MARKDOWN_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)[\s#]*")

_BRACKET_HEADING = re.compile(r"\s*[【\[〖]\s?([^】\]〖〗]{1,40})\s?[】\]〗]\s*")

_RULE = re.compile(r"\s*(?:[=]{3,}|[-]{3,}|[*]{3,}|[_]{20,}|[·…]{3,}|[~]{3,})\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading that says the type of the questions under it and perhaps their marks."""

    type_name: str
    marks_each: str = ""
    lead: str = ""
    """What it tells candidates to do, where it names no type that would say so."""


def section_of(text: str, /) -> Section | None:
    """Return the heading of a section (`一、单项选择题（每题2分，共40分）`); None for any other line."""
    if len(text) > 400:
        return None
    found = _SECTION.fullmatch(text.strip())
    if not found or not _SECTION_REST.fullmatch(found["rest"].strip("* ")):
        return None
    each = _EACH.search(text)
    return Section(found[1], each[1] if each else "")


def type_in(text: str, /) -> str:
    """Return the name of a type that stands somewhere in the heading of a part; empty where none does."""
    found = re.search(_TYPES, text)
    if found:
        return found[0]
    return next((name for sign, name in _TYPE_SIGNS if re.search(sign, text, re.IGNORECASE)), "")


def part_of(text: str, /) -> Section:
    """Return what the heading of a part says: its type, if any, and the marks of each question."""
    each = _EACH.search(text)
    type_name = type_in(text)
    part = chinese_numbered(text)
    lead = re.sub(r"[（(][^（）()]{0,40}分[^（）()]{0,40}[)）]", "", text[part.end :]).strip() if part else ""
    return Section(type_name, each[1] if each else "", "" if type_name else lead)


def is_roman_part(text: str, /) -> bool:
    """Tell whether a line begins with a Roman number as parts of English papers do (`II. True or false`)."""
    return bool(_ROMAN.match(text)) and len(text) < 200


def is_bare_part(text: str, /) -> bool:
    """Tell whether a line is nothing but the number of a part (`一、`, `II.`)."""
    part = chinese_numbered(text)
    return (part is not None and not text[part.end :].strip()) or bool(_ROMAN.fullmatch(text))


def is_subsection(text: str, /) -> bool:
    """Tell whether a line is the heading of a section of an English paper (`第一节（共5小题；每小题2分）`)."""
    return bool(_SUBSECTION.fullmatch(text))


def inline_type(text: str, /) -> tuple[str, int] | None:
    """Return the type in brackets at the beginning of a question (`【单选题】`), and where the rest begins."""
    found = _INLINE_TYPE.match(text)
    return (found[1], found.end()) if found else None


def type_behind(text: str, /) -> tuple[str, int] | None:
    """Return the type in brackets at the end of a question (`…[单选题] *`), and where the bracket begins."""
    found = _TYPE_BEHIND.search(text, max(0, len(text) - 40))
    return (found[1], found.start()) if found else None


def level_at(text: str, /) -> tuple[str, int] | None:
    """Return the difficulty in brackets at the beginning of a question (`[易]`), and where the rest begins."""
    found = _LEVEL.match(text)
    return (found[1], found.end()) if found else None


def heading_of(text: str, /) -> tuple[int, str] | None:
    """Return level and name of a heading of a chapter; None for any other line."""
    if len(text) > 200:
        return None
    if found := _MARKDOWN_HEADING.fullmatch(text):
        return len(found[1]), found[2].strip("* ") or found[2]
    chapter = _CHAPTER.fullmatch(text)
    if chapter and not re.search(r"[。？?！；;]|[（(]\s*[)）]|[题分][，,]", chapter["rest"]):
        kind = chapter["kind"] or "章"
        level = 1 if kind in ("编", "篇", "部分", "模块") else 3 if kind in ("节", "课", "讲", "任务") else 2
        return level, text.strip("#*>= \t\u3000")
    bracket = _BRACKET_HEADING.fullmatch(text)
    if bracket and re.sub(r"\s", "", bracket[1]).lower() not in FIELD_OF and not bracket[1].isdecimal():
        return 5, bracket[1].strip()
    return None


def is_rule(text: str, /) -> bool:
    """Tell whether a line is nothing but a drawn rule."""
    return bool(_RULE.fullmatch(text))
