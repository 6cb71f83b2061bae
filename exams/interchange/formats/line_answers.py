"""Lists of answers in a question paper (`1-5 ABCDA`). Pure; for `line_grammar`. Every pattern takes linear time."""

import re
import unicodedata

from exams.interchange.formats.line_labels import label_at

_KEY_HEADING = re.compile(
    r"[\s#*>【\[（(一二三四五六七八九十、.]{0,16}(?:试题|试卷|本章|全部|题目)?\s?"
    r"(?:参考答案|标准答案|正确答案|答案)\s?(?:部分|汇总|列表|页|速查|表)?"
    r"\s?(?:[及与和]\s?(?:解析|评分标准|详解|评分参考|试题解析|提示))?\s?[】\])）]?\s*[:：]?[\s*]*|"
    r"\s*(?:Answer Key|Answers|Keys?)\s*:?\s*|"
    r"[^。，,？?！!（(：:；;、.．]{1,40}(?:参考答案|答案\s?[及与和]\s?(?:解析|评分标准|详解|评分参考))\s*[:：]?\s*",
    re.IGNORECASE,
)

_RANGE = re.compile(r"第?\s?(\d{1,4})\s?[-~～—–―至到]{1,2}\s?(\d{1,4})\s?[题]?\s?[.．、:：)）]?\s*")

_SINGLE = re.compile(r"第?\s?[（(]?(\d{1,4})[)）]?\s?题?\s?(?:[.．、:：)）]|[-–—=]{1,2}(?=\s?[A-Za-z√×✓✗对错正]))?\s*")

_LIST_ANSWER = re.compile(
    r"(?:[A-Za-z](?:\s?[,，、]?\s?[A-Z]){0,9}(?![A-Za-z])|√|×|✓|✗|对|错|正确|错误|T(?:rue)?|F(?:alse)?|True|False)(?![\u4e00-\u9fff])"
)

_LIST_GAP = re.compile(r"[\s,，;；、.。|]{0,40}")

BRACKET_ANSWER = re.compile(
    r"[（(]\s*([A-Za-z]{1,8}|[A-Z](?:\s?[,，、\s]\s?[A-Z]){1,9}|√|×|✓|✗|✔|✘|对|错|正确|错误)\s*[)）]"
)


def is_key_heading(text: str, /) -> bool:
    """Tell whether a line announces a list of answers."""
    return len(text) < 60 and bool(_KEY_HEADING.fullmatch(text))


def begins_with_answer(text: str, /) -> bool:
    """Tell whether what follows a number is an answer: letters, right or wrong, or a label."""
    flat = unicodedata.normalize("NFKC", text[:200]).strip()
    return label_at(text[:200]) is not None or bool(_LIST_ANSWER.match(flat))


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
