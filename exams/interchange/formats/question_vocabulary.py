"""The words that files of questions use: names of types, columns, fields, difficulties, right and wrong. Pure; every
format of teachers' own making reads by this list."""

import re
import unicodedata

OPTION_LETTERS = "ABCDEFGHIJKL"

COLUMNS: dict[str, tuple[str, str]] = {
    "type": ("题型", "Type"),
    "stem": ("题干", "Question"),
    **{f"option_{letter.lower()}": (f"选项{letter}", f"Option {letter}") for letter in OPTION_LETTERS},
    "answer": ("答案", "Answer"),
    "explanation": ("解析", "Explanation"),
    "topic": ("章节", "Topic"),
    "difficulty": ("难度", "Difficulty"),
    "marks": ("分值", "Marks"),
    "tags": ("标签", "Tags"),
    "source": ("来源", "Source"),
    "ref": ("编号", "Reference"),
}
"""The columns of the template: their Chinese and English headers."""

_SYNONYMS: dict[str, str] = {
    "type": "试题类型 题目类型 类型 题类 类别 questiontype kind category_type qtype",
    "stem": "大题题干 题目 问题 试题 题目内容 试题内容 题干内容 题目描述 试题题干 内容 题 stem questiontext prompt "
    "text questionstem title content item body query problem",
    "options": "选项 备选项 备选答案 选项内容 全部选项 options choices answers_options alternatives candidates",
    "answer": "正确答案 标准答案 参考答案 正确选项 答案选项 试题答案 本题答案 key correct correctanswer rightanswer "
    "standardanswer answerkey solution answers target label correctoption gold reference_answer "
    "correctarray correctanswers rightanswers",
    "explanation": "答案解析 试题解析 题目解析 详解 分析 说明 解释 讲解 解答 analysis rationale comment remark parse "
    "explain explains analyze tip tips feedback generalfeedback hint_explanation resolution answerexplanation "
    "explanationtext correctfeedback 答案解释 答案说明",
    "topic": "所属章节 章 章节名称 知识点 知识点名称 目录 分类 科目 学科 课程 模块 主题 单元 chapter subject "
    "knowledgepoint category section unit course module discipline knowledge",
    "topic_2": "分组 小节 节 子章节 二级知识点 二级分类 group subtopic subsection lesson subcategory",
    "difficulty": "难易度 难易程度 难度系数 难度等级 level difficultylevel difficult",
    "marks": "分数 得分 分 本题分值 每题分值 score points mark point grade defaultgrade fullscore maxscore",
    "tags": "标记 关键词 关键字 考点 tag keywords keyword labels",
    "source": "出处 题目来源 试题来源 依据 reference_source origin",
    "ref": "题目编号 试题编号 编码 ref id_code externalid code",
    "sub_stem": "小题题干 小题题目 子题题干 子题目",
    "number": "题号 序号 号 no no. number index id # num seq question# questionno questionnumber q# 编序",
}
_MORE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MAXIMUM_OPTIONS = len(_MORE_LETTERS)


_MARKS = re.compile(r"[\s_\-*:：（）()\[\]【】\"'“”]+")


def folded(name: str, /) -> str:
    """Return a name as it is looked up: no width, case, spaces and marks."""
    plain = name if name.isascii() else unicodedata.normalize("NFKC", name)
    return _MARKS.sub("", plain).lower()


def _column_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for place, letter in enumerate(_MORE_LETTERS, start=1):
        key = f"option_{letter.lower()}"
        forms = [letter, f"选项{letter}", f"option{letter}", f"{letter}选项", f"choice{letter}", f"答案{letter}"]
        forms += [f"备选{letter}", f"备选项{letter}", f"answer{letter}", f"opt{letter}"]
        if place <= 12:
            forms += [f"选项{place}", f"option{place}", f"choice{place}", f"备选答案{place}", f"opt{place}"]
            forms += [f"item{place}", f"op{place}"]
        names |= {folded(form): key for form in forms}
    names |= {folded(word): key for key, words in _SYNONYMS.items() for word in words.split()}
    return names | {folded(name): key for key, both in COLUMNS.items() for name in both}


_NAMES = _column_names()


_BEHIND = re.compile(r"[（(:：\n]|\s[-–—]\s")


def bare_name(header: str, /) -> str:
    """Return the name of a column, folded, without what stands in brackets, behind a dash or on a line below it."""
    return folded(_BEHIND.split(header.strip(), maxsplit=1)[0])


def column_of(header: str, /) -> str:
    """Return the column that a header names (`option_a`, `topic_2`, `number`…); empty where it is not known.

    What stands in brackets, behind a dash or on a line below the name (`难度（1-5）`) is left out of account.
    """
    flat = folded(header)
    if flat in _NAMES:
        return _NAMES[flat]
    return _NAMES.get(bare_name(header), "") if header.strip() else ""


TYPE_NAMES: dict[str, tuple[str, ...]] = {
    "single_choice": ("单选题", "单选", "单项选择题", "选择题", "Single choice"),
    "multiple_choice": ("多选题", "多选", "多项选择题", "Multiple choice"),
    "true_false": ("判断题", "判断", "True or false"),
    "fill_blank": ("填空题", "填空", "Fill in the blanks"),
    "numerical": ("数值题", "计算题", "Numerical"),
    "short_text": ("短答题", "简短回答", "简答（自动判分）", "Short answer"),
    "essay": ("问答题", "简答题", "论述题", "Essay"),
    "matching": ("配对题", "连线题", "匹配题", "Matching"),
    "ordering": ("排序题", "Ordering"),
}
"""The names of types that the template offers."""

_MORE_TYPES: dict[str, str] = {
    "single_choice": "单项选择 单选选择题 单择题 最佳选择题 A1型题 A2型题 "
    "A3型题 A4型题 B型题 B1型题 A1/A2型题 A3/A4型题 A1题型 A2题型 single radio singlechoice "
    "singleselect mcq sc danxuan multiplechoice(singleanswer) oneanswer",
    "multiple_choice": "多项选择 不定项选择题 不定项选择 不定项 多选选择题 X型题 复选题 multi multiple checkbox "
    "multiplechoice multipleselect mc duoxuan multiselect ma multipleanswer multipleanswers checkboxes "
    "selectallthatapply",
    "true_false": "是非题 对错题 判断正误题 判断正误 判断对错 正误题 正误判断题 是非判断题 judge judgement judgment "
    "tf truefalse trueorfalse boolean bool panduan true/false t/f yes/no",
    "fill_blank": "填空 填充题 fill fillblank fillintheblank blank blanks completion gapfill tiankong",
    "essay": "问答 简答 论述 名词解释 名词解释题 案例分析题 案例分析 分析题 材料分析题 综合题 解答题 应用题 主观题 "
    "翻译题 翻译 英译汉 汉译英 汉译英题 英译汉题 写作 写作题 作文 作文题 书面表达 证明题 作图题 古文今译题 "
    "默写题 阅读理解题 实务题 操作题 编程题 "
    "算法设计题 程序设计题 设计题 实验题 探究题 非选择题 看图写话 习作 "
    "论述分析题 辨析题 openended freeresponse subjective qa longanswer",
    "short_text": "shortanswer shorttext",
    "ordering": "排序 sort ordering order",
    "matching": "配对 连线 匹配 match",
    "numerical": "计算 numeric number",
}
"""Further names that files use; essays are the ones only a person can mark."""

TYPE_HINTS: dict[str, str] = {folded(word): key for key, words in _MORE_TYPES.items() for word in words.split()}
TYPE_HINTS |= {folded(name): key for key, names in TYPE_NAMES.items() for name in (key, *names)}
"""The type by its folded name."""

AMBIGUOUS_TYPES = frozenset(folded(name) for name in ("选择题", "计算题", "计算", "简答", "mcq"))
"""Names that a heading of a text uses for more than the one type: how the question looks decides."""

TYPE_WORDS = sorted(
    {word for words in _MORE_TYPES.values() for word in words.split() if not word.isascii()}
    | {name for names in TYPE_NAMES.values() for name in names if not name.isascii()}
    | {
        "材料题",
        "材料分析题",
        "阅读理解",
        "完形填空",
        "选词填空",
        "病例分析题",
        "共用题干题",
        "共用题干单选题",
        "配伍题",
        "配伍选择题",
        "B型选择题",
        "共用备选答案题",
    },
    key=len,
    reverse=True,
)
"""The Chinese names of types as they stand in headings, longest first."""

DIFFICULTIES: dict[str, int] = {
    "很易": 1,
    "易": 2,
    "较易": 2,
    "中": 3,
    "中等": 3,
    "较难": 4,
    "难": 4,
    "很难": 5,
    "easy": 2,
    "medium": 3,
    "hard": 4,
}
MORE_DIFFICULTIES: dict[str, int] = {
    "非常简单": 1,
    "很简单": 1,
    "极易": 1,
    "容易": 2,
    "简单": 2,
    "偏易": 2,
    "一般": 3,
    "普通": 3,
    "适中": 3,
    "中等难度": 3,
    "偏难": 4,
    "困难": 4,
    "非常难": 5,
    "极难": 5,
    "veryeasy": 1,
    "normal": 3,
    "difficult": 4,
    "veryhard": 5,
}
TRUE_WORDS = frozenset({"对", "正确", "是", "√", "✓", "t", "true", "yes", "y", "1"})
FALSE_WORDS = frozenset({"错", "错误", "否", "×", "✗", "x", "f", "false", "no", "n", "0"})
MORE_TRUE = frozenset({"✔", "☑", "v", "∨", "对的", "说法正确", "right", "correct", "正确的"})
MORE_FALSE = frozenset(
    {"✕", "✖", "☒", "❌", "╳", "χ", "不对", "不正确", "错的", "说法错误", "wrong", "incorrect", "非"}
)


def truth_of(text: str, /) -> bool | None:
    """Return whether a text says right or wrong; None where it says neither, or both.

    Several words that agree (`正确；√`) are taken as one.
    """
    said = set()
    for word in re.split(r"[\s,，;；、/|]+", unicodedata.normalize("NFKC", text).strip().lower().rstrip("。. ")):
        bare = word.strip("()[]【】“”\"'。.!")
        if not bare:
            continue
        if bare in TRUE_WORDS or bare in MORE_TRUE:
            said.add(True)
        elif bare in FALSE_WORDS or bare in MORE_FALSE:
            said.add(False)
        else:
            return None
    return said.pop() if len(said) == 1 else None
