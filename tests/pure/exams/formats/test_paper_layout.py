"""Question papers whose pages, tables and habits move things about: nothing is swallowed and nothing is guessed in
silence."""

import time

import pytest

from exams.interchange.formats import chinese_text
from tests.pure.exams.formats.docx_variants import answer_of
from tests.pure.exams.formats.reading import losses_of, reasons_of, rows_of

ABC = "A．甲\nB．乙\nC．丙"


def _read(text, folder, *, name="file.txt"):
    return rows_of(chinese_text.FORMAT, text, folder, name=name)


def _short(rows):
    assert reasons_of(rows) == []
    return [(row.record["type"], answer_of(dict(row.record))) for row in rows]


def _blanks(row):
    return [one["answers"][0]["text"] for one in row.record["key"]["blanks"].values()]


@pytest.mark.parametrize(
    "text",
    [
        f"一、选择题\n（ B ）1．哪个？\n{ABC}",
        f"【单选】1. 哪个？\n{ABC}\n答案：B",
        "1. 哪个？\nA 甲\nB 乙\nC 丙\n正确答案:B",
        f"1．哪个？\n{ABC}\n第 1 页 共 2 页\n答案：B",
        f"1．哪个？\n{ABC}\n第1页（共2页）\n参考答案\n一、1.B",
    ],
)
def test_one_choice_however_its_line_is_arranged(text, tmp_path):
    (row,) = _read(text, tmp_path)
    assert _short([row]) == [("single_choice", "b")]
    assert [option["text"] for option in row.record["content"]["options"]] == ["甲", "乙", "丙"]


def test_answers_by_part_on_lines_of_their_own(tmp_path):
    text = (
        "三年级试卷\n一、看拼音，写词语。（4分）\n1.cǎo dì（      ）\n"
        f"二、选择题（每题2分）\n1.哪个？\n{ABC}\n2.哪个呢？\n{ABC}\n"
        "三、判断题。对的打“√”，错的打“×”。（2分）\n1.甲是乙。（ ）\n2.乙是丙。（ ）\n"
        "四、按课文内容填空。\n1.停车坐爱____。\n2.霜叶____。\n"
        "参考答案\n一、1.草地\n二、1.B 2.C\n三、1.√ 2.×\n四、1.枫林晚 2.红于二月花\n"
    )
    rows = _read(text, tmp_path)
    assert reasons_of(rows) == []
    assert [row.record["type"] for row in rows] == [
        *["fill_blank", "single_choice", "single_choice"],
        *["true_false", "true_false", "fill_blank", "fill_blank"],
    ]
    assert [_blanks(rows[at]) for at in (0, 5, 6)] == [["草地"], ["枫林晚"], ["红于二月花"]]
    assert rows[0].record["content"]["stem"].startswith("看拼音，写词语。")
    assert [row.record["key"]["correct"] for row in rows[3:5]] == [True, False]


def test_headings_of_parts_are_no_part_of_the_last_option(tmp_path):
    text = (
        f"第Ⅰ卷（选择题 共3分）\n4．哪个？\n{ABC}\n第Ⅱ卷（非选择题 共9分）\n二、填空题\n5．1 m/s = ____ km/h。\n"
        "四、算法设计题(10分)\n6．设计一个算法。\n参考答案与评分标准\n4．C\n5．3.6\n6．略\n"
    )
    rows = _read(text, tmp_path)
    assert reasons_of(rows) == []
    assert [row.record["type"] for row in rows] == ["single_choice", "fill_blank", "essay"]
    assert rows[0].record["content"]["options"][-1]["text"] == "丙"
    assert _blanks(rows[1]) == ["3.6"]


def test_answers_in_a_second_half_that_repeats_the_title(tmp_path):
    text = (
        f"高一历史测试卷\n1．哪个？\n{ABC}\n2．论述影响。（10分）\n\n高一历史测试卷答案与解析\n"
        "1．【答案】C\n【解析】第一段。\n故选C。\n2．【答案】（1）积极。\n（2）消极。\n"
    )
    rows = _read(text, tmp_path)
    assert [row.record["type"] for row in rows] == ["single_choice", "essay"]
    assert "故选C" in rows[0].record["explanation"]
    assert rows[1].record["key"]["model_answer"] == "（1）积极。\n（2）消极。"


@pytest.mark.parametrize(
    "table",
    ["| 题号 | 1 | 2 |\n| --- | --- | --- |\n| 答案 | B | CPU |", "| 题号 | 答案 |\n|---|---|\n| 1 | B |\n| 2 | CPU |"],
)
def test_a_table_of_answers_in_markdown(table, tmp_path):
    text = f"# 试卷\n\n## 选择题\n\n1. 哪个？\n\n{ABC}\n\n## 填空题\n\n2. 核心是 ____。\n\n## 参考答案\n\n{table}\n"
    rows = _read(text, tmp_path, name="a.md")
    assert reasons_of(rows) == []
    assert rows[0].record["key"] == {"fractions": {"b": 1}}
    assert _blanks(rows[1]) == ["CPU"]


def test_a_notice_to_candidates_is_no_question(tmp_path):
    text = f"注意事项：\n1．写姓名。\n2．用铅笔。\n一、单项选择题\n1. 哪个？\n{ABC}\n参考答案\n一、单项选择题\n1. A\n"
    (row,) = _read(text, tmp_path)
    assert _short([row]) == [("single_choice", "a")]
    assert "写姓名" in losses_of(row)[0]


def test_the_facts_of_a_case_are_no_questions(tmp_path):
    text = (
        "不定项选择题\n【资料】甲公司发生下列业务：\n（1）购入材料。\n（2）销售商品。\n要求：回答下列小题。\n"
        f"1、根据资料（1），哪些？\n{ABC}\n【答案】AB\n2、根据资料（2），哪些？\n{ABC}\n【答案】C\n"
    )
    (row,) = _read(text, tmp_path)
    assert row.record["type"] == "material"
    assert "销售商品" in row.record["content"]["stem"]
    assert len(row.record["content"]["questions"]) == 2


def test_a_stem_shared_by_several_choices(tmp_path):
    text = f"三、A3型题\n（3~4题共用题干）\n男，45岁，腹痛。\n3.诊断是\n{ABC}\n4.检查是\n{ABC}\n参考答案\n3.A 4.B\n"
    (row,) = _read(text, tmp_path)
    assert "腹痛" in row.record["content"]["stem"]
    assert [one["fractions"] for one in row.record["key"]["questions"].values()] == [{"a": 1}, {"b": 1}]


def test_material_and_answer_under_labels_of_one_question(tmp_path):
    text = "一、材料分析题（每题15分）\n1.【材料】\n某县打造品牌。\n【问题】\n谈谈看法。\n【参考答案】\n发展产业。\n"
    (row,) = _read(text, tmp_path)
    assert "某县打造品牌" in row.record["content"]["stem"]
    assert "谈谈看法" in row.record["content"]["stem"]
    assert row.record["key"]["model_answer"] == "发展产业。"


def test_a_solution_does_not_stay_in_the_question(tmp_path):
    (row,) = _read("1. 几小时到达？\n解：120÷60=2（小时）\n答：2小时到达。\n", tmp_path)
    assert row.record["content"]["stem"] == "几小时到达？"
    assert row.record["explanation"] == "120÷60=2（小时）"


def test_words_in_brackets_of_a_question_to_be_filled_in(tmp_path):
    rows = _read("填空题\n1.路线是一切从实际出发，（实事求是）。\n2.理想是（甲）和（乙）。\n", tmp_path)
    assert [_blanks(row) for row in rows] == [["实事求是"], ["甲", "乙"]]
    assert all("brackets" in row.doubts[-1].text for row in rows)


ENGLISH = """第一部分 阅读理解（共两节，满分50分）
第一节（共3小题；每小题2.5分，满分7.5分）
阅读下列短文，从每题所给的选项中选出最佳选项。
A
The museum offers free tours every weekend, and a guide waits at the gate.
21. When?
A. At eight.	B. At nine.
B
Last summer I worked on a farm; it was hard, but I came to love the mornings.
22. What?
A. Farms.
B. Mornings.
第二节（共2小题；每小题2.5分，满分5分）
阅读下面短文，从短文后的选项中选出可以填入空白处的最佳选项。
Reading is good. __23__ So pick a corner. __24__
A. Turn it off.
B. It opens your mind.
C. Books are cheap.
第二部分 语言运用（共两节，满分30分）
第一节（共2小题；每小题1分，满分2分）
阅读下面短文，从每题所给的选项中选出可以填入空白处的最佳选项。
It began to __25__, so I ran. The owner __26__ at me.
25. A. rain B. shine
26. A. shouted B. smiled
第二节（共2小题；每小题1.5分，满分3分）
阅读下面短文，在空白处填入1个适当的单词或括号内单词的正确形式。
Paper __27__ (use) all over the world, __28__ people waste it.
参考答案
21-22 BB 23-24 BA 25-26 AB
27. is used 28. but
"""


def test_an_english_paper_with_texts_cloze_and_gaps(tmp_path):
    rows = _read(ENGLISH, tmp_path)
    assert reasons_of(rows) == []
    assert [row.record["type"] for row in rows] == ["material", "material", "cloze", "material", "fill_blank"]
    assert [len(row.record["content"].get("questions", ())) for row in rows] == [1, 1, 0, 2, 0]
    assert rows[0].record["content"]["questions"][0]["marks"] == 2.5
    assert [gap["fractions"] for gap in rows[2].record["key"]["gaps"].values()] == [{"b": 1}, {"a": 1}]
    assert _blanks(rows[4]) == ["is used", "but"]


def test_gaps_without_all_their_answers_are_declined(tmp_path):
    rows = _read(ENGLISH.replace("23-24 BA", "23 B"), tmp_path)
    assert any("24" in reason for reason in reasons_of([rows[2]]))


def test_long_runs_of_spaces_take_no_time(tmp_path):
    start = time.monotonic()
    for line in ("第1页" + " " * 50_000 + "x", "（" + " " * 50_000, "|" * 50_000, "1. " * 15_000, "__1_" * 12_000):
        _read(f"1．哪个？\n{ABC}\n答案：B\n{line}\n", tmp_path)
    assert time.monotonic() - start < 10
