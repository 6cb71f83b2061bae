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

_SHARED_STEM = re.compile(r"\s{0,8}[（(【]\s?(\d{1,4})\s?[-~～—–至]{1,2}\s?(\d{1,4})\s?题?\s?共用题干\s?[)）】]")

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
    found = _SHARED_STEM.match(text) or _PASSAGE_RANGE.search(text)
    if not found or not 0 < int(found[2]) - int(found[1]) < 30:
        return None
    return int(found[1]), int(found[2])


def opens_passage(text: str, /) -> bool:
    """Tell whether a line announces a passage without saying for which questions."""
    return bool(_PASSAGE_OPEN.match(text[:300]))
