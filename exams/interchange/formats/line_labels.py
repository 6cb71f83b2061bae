"""The labels of fields in a line of a question paper: `答案：`, `【解析】`. Pure; for `line_grammar`. Every pattern
takes linear time."""

import re

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
