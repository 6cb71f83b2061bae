"""Lines that announce a passage for several questions, and the gaps of one. Pure; for `line_grammar`. Every pattern
takes linear time."""

import re
from itertools import pairwise

_TEXT_LETTER = re.compile(
    r"[\s*]{0,40}(?:[（(]?[A-E][)）]?|(?:Passage|Text)\s+(?:\d|One|Two|Three|Four|[A-E]))[\s*]{0,8}"
)

_READ_AND_CHOOSE = re.compile(
    r"\s{0,8}阅读(?:下面|下列|以下)(?:的)?(?:短文|文章|对话|语篇|材料).{0,40}?(?:选出|选择|选项|填入|空白|正确形式)"
)

GAP = re.compile(r"_{1,20}\s?[（(]?(\d{1,3})[)）]?\s?_{1,20}")

_PASSAGE_RANGE = re.compile(
    r"(?:回答|完成|做|答|求解|解答|Answer\s+questions?|Questions?)\s{0,4}(?:下列|下面|以下|后面的?)?\s{0,4}第?\s{0,3}(\d{1,4})\s{0,3}题?\s{0,3}[-~～—–―至到、和]{1,2}\s{0,3}第?(\d{1,4})\s{0,3}(?:小?题|问|\.|$)?",
    re.IGNORECASE,
)

_SPAN = r"第?\s?(\d{1,4})\s?题?\s?[-~～—–―－至到]{1,2}\s?第?\s?(\d{1,4})\s?(?:小?题)?"

_SHARED_STEM = re.compile(
    rf"[（(【\[]?\s?{_SPAN}\s?(?:共用|共享)(?:以下|下列|同一)?(?:题干|病例|案例|材料)\s?[)）】\]]?\s?[:：]?|"
    rf"(?:共用|共享)题干\s?[（(【\[]\s?{_SPAN}\s?[)）】\]]\s?[:：]?"
)

_SHARED_OPTIONS = re.compile(
    rf"\s{{0,8}}[（(【\[]?\s?(?:以下|下列)?\s?{_SPAN}\s?[)）】\]]?\s?(?:题)?(?:共用|共享|使用)(?:以下|下列|同一组?|一组)?(?:的)?"
    r"(?:备选答案|备选项|答案选项|选项|答案)\s?[)）】\]]?\s?[:：]?"
)

_SHARED_OPTIONS_BARE = re.compile(
    rf"\s{{0,8}}[（(【\[]?\s?(?:共用|共享)(?:备选答案|备选项|答案选项|选项|答案)\s?[)）】\]]?\s?(?:[（(【\[]\s?{_SPAN}\s?[)）】\]])?\s?[:：]?"
)

_BARE_SPAN = re.compile(rf"\s{{0,8}}[（(【\[]\s?{_SPAN}\s?[)）】\]]\s{{0,8}}")

_GAP_GROUP = re.compile(
    r"\s{0,12}(?:[（(]\s?(\d{1,3})\s?[)）]|_{1,10}(\d{1,3})_{1,10})\s{0,8}(?=[（(]?A\s?[.．、:：)）])"
)

_PASSAGE_OPEN = re.compile(
    r"[\s*]{0,8}(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s?)?(?:[（(]\s?[\d.]+\s?分\s?[)）]\s?)?"
    r"(?:认真|仔细)?(?:阅读|根据|依据|结合|分析)(?:下面|下列|以下|上述|所给)?.{0,40}?(?:材料|短文|文字|资料|文章|案例|文言文|诗歌?|图表?|信息)"
    r".{0,30}?(?:回答|完成|做)(?:下列|下面|以下|后面)?(?:各|的|小)*(?:题|问题|小题)"
)


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


def passage_range(text: str, /) -> tuple[int, int] | None:
    """Return from which to which number the questions of a passage go (`回答1～3题`)."""
    found = _PASSAGE_RANGE.search(text)
    if not found or not 0 < int(found[2]) - int(found[1]) < 30:
        return None
    return int(found[1]), int(found[2])


def _span_of(found: re.Match[str]) -> tuple[int, int]:
    numbers = [int(one) for one in found.groups() if one]
    is_span = len(numbers) == 2 and 0 < numbers[1] - numbers[0] < 30
    return (numbers[0], numbers[1]) if is_span else (0, 0)


def shared_stem(text: str, /) -> tuple[int, int, int] | None:
    """Return the numbers of the questions that share the text to come (`（1～3题共用题干）`), and where it begins."""
    found = _SHARED_STEM.search(text[:80])
    span = _span_of(found) if found else (0, 0)
    return (*span, found.end()) if found and span[0] else None


def shared_options(text: str, /) -> tuple[int, int, int] | None:
    """Return the numbers of the questions that share the options to come (`（1～3题共用备选答案）`), 0 where it does
    not say, and where they begin."""
    found = _SHARED_OPTIONS.match(text[:80]) or _SHARED_OPTIONS_BARE.match(text[:80])
    return (*_span_of(found), found.end()) if found else None


def bare_span(text: str, /) -> tuple[int, int] | None:
    """Return the numbers of a line that is nothing but a span of them in brackets (`[36～38]`)."""
    found = _BARE_SPAN.fullmatch(text[:40])
    span = _span_of(found) if found and len(text) <= 40 else (0, 0)
    return span if span[0] else None


def gap_group(text: str, /) -> tuple[int, int] | None:
    """Return the number of the gap whose options a line holds (`（2）A.… B.…`), and where they begin."""
    found = _GAP_GROUP.match(text)
    return (int(found[1] or found[2]), found.end()) if found else None


def opens_passage(text: str, /) -> bool:
    """Tell whether a line announces a passage without saying for which questions."""
    return bool(_PASSAGE_OPEN.match(text[:300]))
