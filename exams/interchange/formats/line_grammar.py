"""What one line of a Chinese question paper can be: a number, options, a labelled field, a heading, a list of answers.
Pure; `paper_lines` reads by it. Every pattern takes linear time."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from exams.interchange.formats.question_vocabulary import TYPE_WORDS
from exams.interchange.formats.rich_line import Rich

_LABELS: dict[str, str] = {
    "answer": "参考答案要点 答案要点 答题要点 正确答案 参考答案 标准答案 本题答案 答案示例 答案为 答案 正解 "
    "正确选项 答 Correct\\s?answer Answer ANSWER Key",
    "explanation": "参考解析 答案解析 试题解析 题目解析 本题解析 试题分析 思路分析 思路点拨 解题思路 解析 分析 点评 "
    "评析 详解 解答 讲解 点拨 解 Explanation Analysis Rationale",
    "difficulty": "难易程度 难易度 难度系数 难度等级 难度 Difficulty",
    "topic": "所属章节 所属知识点 知识点 章节 Topic Chapter",
    "tags": "考点 标签 关键词 Tags",
    "marks": "本题分值 分值 分数 Marks Points",
    "given": "我的答案 你的答案 您的答案 学生答案 考生答案 作答",
    "earned": "本题得分 得分",
    "type": "题目类型 题型 Type",
    "source": "来源 出处 Source",
    "ref": "试题编号 题目编号 编号",
    "stem": "题目内容 题干 题目",
    "material": "阅读材料 背景材料 背景资料 案例材料 材料 资料 案例",
}
FIELD_OF = {re.sub(r"\\s\??", "", word).lower(): name for name, words in _LABELS.items() for word in words.split()}
_WORDS = "|".join(sorted((word for words in _LABELS.values() for word in words.split()), key=len, reverse=True))
_ENGLISH_COLON = r"(?:\s*[:：])"
_START_LABEL = re.compile(
    rf"[\s*#>\-•·●◆]{{0,12}}(?:[【\[〖［(（]\s{{0,4}}({_WORDS})\s{{0,4}}[】\]〗］)）]\s{{0,4}}[:：]?|({_WORDS})\s{{0,4}}[*]{{0,2}}[:：])[\s*]{{0,8}}",
    re.IGNORECASE,
)
_ONLY_LABEL = re.compile(r"[\s*#>\-]{0,12}(正确答案|参考答案|标准答案|答案解析|答案|解析|我的答案)[\s*]{0,8}")
_INNER = "|".join(
    word
    for word in sorted(FIELD_OF, key=len, reverse=True)
    if not word.isascii() and FIELD_OF[word] not in ("stem", "material", "type", "ref", "source") and len(word) > 1
)
_INNER_LABEL = re.compile(
    rf"[【\[〖［]\s{{0,4}}({_INNER})\s{{0,4}}[】\]〗］]\s{{0,4}}[:：]?[\s*]{{0,8}}|"
    rf"(?:(?<=[\s。；;）)】，,])|(?<=\]))({_INNER})\s{{0,4}}[:：][\s*]{{0,8}}"
)
_BARE = {
    "分析",
    "材料",
    "资料",
    "案例",
    "点评",
    "作答",
    "来源",
    "出处",
    "key",
    "type",
    "topic",
    "marks",
}

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

_OPTION_START = re.compile(
    r"[\s*>\-•·]{0,12}[*]{0,2}(?:[（(\[【]\s?([A-Za-z])\s?[)）\]】]|([A-Z])\s?[.．、:：)）﹒]|([A-Z])(?:\t|\u3000|\s{2,}))[\s*]{0,8}"
)
_LOWER_OPTION = re.compile(r"[\s*>\-]{0,12}([a-z])[.．、)）]\s*")
_SPACED_MARK = re.compile(r"(?:(?<=\s)|^)(?:[（(]\s?([A-Z])\s?[)）]|([A-Z])\s?[.．、:：)）﹒])\s*")
_GLUED_MARK = re.compile(r"[（(]([A-Z])[)）]\s*|(?<![A-Za-z0-9])([A-Z])[.．、:：﹒]\s*")
_DIGIT_MARK = re.compile(r"(?<![A-Za-z])([A-Z])[.．、:：﹒]\s*")

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
_TYPE_SIGNS = (
    (r"true.{0,8}(?:or|/).{0,4}false|判断|对的打|正确的打", "判断题"),
    (r"choose|multiple.choice|选择|选出", "选择题"),
    (r"fill in|填空|填上", "填空题"),
)
_ROMAN = re.compile(r"\s{0,8}(?:I{1,3}|IV|VI{0,3}|IX|X)\s?[.．、](?:\s|\Z|(?=[\u4e00-\u9fff]))")
_SUBSECTION = re.compile(
    r"[\s#*]{0,8}第\s?[一二三四五]\s?节[^（(]{0,20}[（(][^（）()]{0,60}小题[^（）()]{0,60}[)）]\s{0,8}"
)
_TEXT_LETTER = re.compile(
    r"[\s*]{0,40}(?:[（(]?[A-E][)）]?|(?:Passage|Text)\s+(?:\d|One|Two|Three|Four|[A-E]))[\s*]{0,8}"
)
_READ_AND_CHOOSE = re.compile(
    r"\s{0,8}阅读(?:下面|下列|以下)(?:的)?(?:短文|文章|对话|语篇|材料).{0,40}?(?:选出|选择|选项|填入|空白|正确形式)"
)
GAP = re.compile(r"_{1,20}\s?[（(]?(\d{1,3})[)）]?\s?_{1,20}")
_EACH = re.compile(r"每\s?(?:小?题|空|个|道)\s?(?:各)?\s?(\d{1,3}(?:\.\d+)?)\s?分")
_EACH_BLANK = re.compile(r"每\s?(?:空|个)\s?(\d{1,3}(?:\.\d+)?)\s?分")
_CHAPTER = re.compile(
    r"[\s#*>=]{0,12}(第\s?[一二三四五六七八九十百零\d]{1,5}\s?(?P<kind>[章节编篇回课讲]|单元|模块|部分|项目|任务|专题)|第\s?[ⅠⅡⅢⅣI一二三四]{1,3}\s?卷"
    r"|(?:Chapter|Unit|Lesson|Module|Part|Section)\s+[\dA-Z]{1,4}\b)(?P<rest>.{0,80})",
    re.IGNORECASE,
)
_MARKDOWN_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)[\s#]*")
_BRACKET_HEADING = re.compile(r"\s*[【\[〖]\s?([^】\]〖〗]{1,40})\s?[】\]〗]\s*")
_RULE = re.compile(r"\s*(?:[=]{3,}|[-]{3,}|[*]{3,}|[_]{20,}|[·…]{3,}|[~]{3,})\s*")
_KEY_HEADING = re.compile(
    r"[\s#*>【\[（(一二三四五六七八九十、.]{0,16}(?:试题|试卷|本章|全部|题目)?\s?"
    r"(?:参考答案|标准答案|正确答案|答案)\s?(?:部分|汇总|列表|页|速查|表)?"
    r"\s?(?:[及与和]\s?(?:解析|评分标准|详解|评分参考|试题解析|提示))?\s?[】\])）]?\s*[:：]?[\s*]*|"
    r"\s*(?:Answer Key|Answers|Keys?)\s*:?\s*|"
    r"[^。，,？?！!（(：:；;、.．]{1,40}(?:参考答案|答案\s?[及与和]\s?(?:解析|评分标准|详解|评分参考))\s*[:：]?\s*",
    re.IGNORECASE,
)
_RANGE = re.compile(r"第?\s?(\d{1,4})\s?[-~～—–―至到]{1,2}\s?(\d{1,4})\s?[题]?\s?[.．、:：)）]?\s*")
_SINGLE = re.compile(r"第?\s?[（(]?(\d{1,4})[)）]?\s?题?\s?[.．、:：)）]?\s*")
_LIST_ANSWER = re.compile(
    r"(?:[A-Za-z](?:\s?[,，、]?\s?[A-Z]){0,9}(?![A-Za-z])|√|×|✓|✗|对|错|正确|错误|T(?:rue)?|F(?:alse)?|True|False)(?![\u4e00-\u9fff])"
)
_LIST_GAP = re.compile(r"[\s,，;；、.。|]{0,40}")
_PASSAGE_RANGE = re.compile(
    r"(?:回答|完成|做|答|求解|解答|Answer\s+questions?|Questions?)\s{0,4}(?:下列|下面|以下|后面的?)?\s{0,4}第?\s{0,3}(\d{1,4})\s{0,3}题?\s{0,3}[-~～—–―至到、和]{1,2}\s{0,3}第?(\d{1,4})\s{0,3}(?:小?题|问|\.|$)?",
    re.IGNORECASE,
)
_SHARED_STEM = re.compile(r"\s{0,8}[（(【]\s?(\d{1,4})\s?[-~～—–至]{1,2}\s?(\d{1,4})\s?题?\s?共用题干\s?[)）】]")
_PASSAGE_OPEN = re.compile(
    r"[\s*]{0,8}(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s?)?(?:[（(]\s?[\d.]+\s?分\s?[)）]\s?)?"
    r"(?:认真|仔细)?(?:阅读|根据|依据|结合|分析)(?:下面|下列|以下|上述|所给)?.{0,40}?(?:材料|短文|文字|资料|文章|案例|文言文|诗歌?|图表?|信息)"
    r".{0,30}?(?:回答|完成|做)(?:下列|下面|以下|后面)?(?:各|的|小)*(?:题|问题|小题)"
)
_MARKS_AHEAD = re.compile(
    r"\s{0,8}[（(〔\[【]\s?(?:本题|共|满分|每题)?\s?(\d{1,3}(?:\.\d{1,2})?)\s?分\s?[)）〕\]】]\s?"
)
_MARKS_BEHIND = re.compile(r"[（(〔\[]\s?(?:本题|共|满分|每题)?\s?(\d{1,3}(?:\.\d{1,2})?)\s?分\s?[)）〕\]]\s{0,8}\Z")
_EARNED = re.compile(r"[\s*]{0,8}(\d{1,3}(?:\.\d{1,2})?)[\s*]{0,4}分[\s*]{0,8}")
BRACKET_ANSWER = re.compile(
    r"[（(]\s*([A-Za-z]{1,8}|[A-Z](?:\s?[,，、\s]\s?[A-Z]){1,9}|√|×|✓|✗|✔|✘|对|错|正确|错误)\s*[)）]"
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """The number a line begins with: its value, how it is written, and where the rest begins."""

    number: int
    style: str
    end: int
    is_tight: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading that says the type of the questions under it and perhaps their marks."""

    type_name: str
    marks_each: str = ""
    lead: str = ""
    """What it tells candidates to do, where it names no type that would say so."""


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


def label_at(text: str, /) -> tuple[str, int] | None:
    """Return the field whose label a line begins with, and where the rest begins."""
    if only := _ONLY_LABEL.fullmatch(text):
        return FIELD_OF[only[1]], len(text)
    found = _START_LABEL.match(text)
    if not found:
        return None
    word = re.sub(r"\s", "", found[1] or found[2]).lower()
    return FIELD_OF[word], found.end()


def split_labels(line: Rich, /) -> list[tuple[str, Rich]]:
    """Return a line cut where a label stands in it: (field, rest) pairs, the first with an empty field unless the line
    begins with a label."""
    pieces: list[tuple[str, Rich]] = []
    text = line.narrow
    first = label_at(text)
    field, at = first or ("", 0)
    for found in _INNER_LABEL.finditer(text, at):
        if found.start() < at:
            continue
        pieces.append((field, line[at : found.start()]))
        field, at = FIELD_OF[found[1] or found[2]], found.end()
    pieces.append((field, line[at:]))
    return pieces


def is_bare_label(text: str, /) -> bool:
    """Tell whether the label a line begins with is an everyday word, not in brackets."""
    found = _START_LABEL.match(text)
    return bool(found and found[2] and re.sub(r"\s", "", found[2]).lower() in _BARE)


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


def is_text_letter(text: str, /) -> bool:
    """Tell whether a line is only the letter or number of a text to be read (`A`, `Passage 2`)."""
    return bool(_TEXT_LETTER.fullmatch(text))


def opens_text(text: str, /) -> bool:
    """Tell whether a line tells candidates to read the text that follows and to choose or fill in."""
    return bool(_READ_AND_CHOOSE.match(text[:300]))


def gap_numbers(text: str, /) -> list[int]:
    """Return the numbers of the gaps of a text (`__24__`) where they go on counting; empty where they do not."""
    numbers = [int(found) for found in GAP.findall(text)]
    return numbers if all(after == before + 1 for before, after in pairwise(numbers)) else []


def inline_type(text: str, /) -> tuple[str, int] | None:
    """Return the type in brackets at the beginning of a question (`【单选题】`), and where the rest begins."""
    found = _INLINE_TYPE.match(text)
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


def is_key_heading(text: str, /) -> bool:
    """Tell whether a line announces a list of answers."""
    return len(text) < 60 and bool(_KEY_HEADING.fullmatch(text))


def earned_marks(text: str, /) -> bool:
    """Tell whether a line is nothing but the marks somebody earned (`**4.1**分`)."""
    return bool(_EARNED.fullmatch(text))


def take_marks(line: Rich, /) -> tuple[str, Rich]:
    """Return the marks that stand in brackets at the beginning or end of a question, and the question without them."""
    if found := _MARKS_AHEAD.match(line.narrow):
        return found[1], line[found.end() :]
    if found := _MARKS_BEHIND.search(line.narrow, max(0, len(line.text) - 40)):
        return found[1], line[: found.start()]
    return "", line


def begins_with_answer(text: str, /) -> bool:
    """Tell whether what follows a number is an answer: letters, right or wrong, or a label."""
    flat = unicodedata.normalize("NFKC", text[:200]).strip()
    return label_at(text[:200]) is not None or bool(_LIST_ANSWER.match(flat))


def passage_range(text: str, /) -> tuple[int, int] | None:
    """Return from which to which number the questions of a passage go (`回答1～3题`)."""
    found = _SHARED_STEM.match(text) or _PASSAGE_RANGE.search(text)
    if not found or not 0 < int(found[2]) - int(found[1]) < 30:
        return None
    return int(found[1]), int(found[2])


def opens_passage(text: str, /) -> bool:
    """Tell whether a line announces a passage without saying for which questions."""
    return bool(_PASSAGE_OPEN.match(text[:300]))


def key_list(text: str, /) -> list[tuple[int, str]] | None:
    """Return the answers of a line that is nothing but a list of them (`1-5 ABCDA`, `1.A 2.B`), by number.

    None for any other line. An empty answer stands for one that a range announces and the line does not have; number 0
    stands for an answer beyond the range.
    """
    flat = unicodedata.normalize("NFKC", text[:20_000]).strip()
    flat = re.sub(r"^(?:[【\[(]?(?:参考答案|正确答案|标准答案|答案)[】\])]?\s{0,4}:?|[*#>\-\s]+)\s{0,8}", "", flat)
    entries: list[tuple[int, str]] = []
    at = 0
    while at < len(flat):
        gap = _LIST_GAP.match(flat, at)
        at = gap.end() if gap else at
        if at >= len(flat):
            break
        if spanned := _RANGE.match(flat, at):
            first, last = int(spanned[1]), int(spanned[2])
            if not 0 < last - first < 500:
                return None
            at = spanned.end()
            answers, at = _run(flat, at, last - first + 1)
            entries += [
                (first + place, answers[place] if place < len(answers) else "") for place in range(last - first + 1)
            ]
            entries += [(0, extra) for extra in answers[last - first + 1 :]]
            if not answers:
                return None
        elif (single := _SINGLE.match(flat, at)) and (answer := _LIST_ANSWER.match(flat, single.end())):
            entries.append((int(single[1]), re.sub(r"[\s,，、]", "", answer[0])))
            at = answer.end()
        else:
            return None
    return entries or None


def _run(text: str, at: int, wanted: int) -> tuple[list[str], int]:
    """Return the answers behind a range: groups between spaces where there are as many, otherwise sign by sign."""
    end = at
    while end < len(text) and not text[end].isdecimal():
        end += 1
    run = text[at:end]
    if not re.fullmatch(r"[A-Za-z√×✓✗对错正确误TF\s,，;；、.。|]{1,2000}", run):
        return [], at
    groups = [group for group in re.split(r"[\s,，;；、.。|]+", run) if group]
    if len(groups) == wanted:
        return groups, end
    signs = re.findall(r"正确|错误|[A-Za-z√×✓✗对错]", run)
    return (
        signs if len(groups) == 1 or all(len(group) == 5 for group in groups[:-1]) or len(signs) == wanted else groups
    ), end
