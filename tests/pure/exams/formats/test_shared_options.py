"""Options that questions share (B1 型题), texts that they share (A3/A4 型题), gaps with options of their own."""

import pytest

from exams.interchange.formats import chinese_text
from exams.interchange.formats import docx as docx_format
from tests.pure.exams.formats.docx_builder import docx, numbering, p, paragraphs
from tests.pure.exams.formats.reading import reasons_of, rows_of

GROUP = """B1型题
（1～3题共用备选答案）
A．大叶性肺炎
B．小叶性肺炎
C．肺结核
D．肺脓肿
E．支气管扩张
1．铁锈色痰见于
2．脓臭痰见于
3．咯血伴低热盗汗见于
（4～5题共用备选答案）
A．甲 B．乙 C．丙 D．丁 E．戊
4．第四种
5．第五种

参考答案
1．A 2．D 3．C 4．B 5．B
"""


def read(text, folder, name="a.txt"):
    return rows_of(chinese_text.FORMAT, text, folder, name=name)


def test_questions_that_share_options_are_one_matching(tmp_path):
    first, second = read(GROUP, tmp_path)
    assert reasons_of([first, second]) == []
    assert (first.record["type"], second.record["type"]) == ("matching", "matching")
    assert [one["text"] for one in first.record["content"]["left"]][1] == "脓臭痰见于"
    assert [one["id"] for one in first.record["content"]["right"]] == list("abcde")
    assert first.record["key"] == {"pairs": {"l1": "a", "l2": "d", "l3": "c"}}
    assert second.record["key"] == {"pairs": {"l1": "b", "l2": "b"}}
    assert (first.record["marks"], second.record["marks"]) == ("3", "2")
    assert first.doubts == second.doubts == ()


def test_the_same_in_word_with_automatic_numbers(tmp_path):
    body = paragraphs(GROUP.split("1．铁锈色")[0]) + "".join(
        p(text, num=(1, 0)) for text in ("铁锈色痰见于（A）", "脓臭痰见于（D）", "咯血见于（C）")
    )
    data = docx(body, parts={"numbering.xml": numbering([("decimal", "%1．")])})
    (row,) = rows_of(docx_format.FORMAT, data, tmp_path, name="a.docx")
    assert reasons_of([row]) == []
    assert row.record["key"] == {"pairs": {"l1": "a", "l2": "d", "l3": "c"}}


@pytest.mark.parametrize(
    "heading",
    [
        "（1-2题共用备选答案）",
        "【1～2题共用选项】",
        "1—2题共用下列备选答案：",
        "共用备选答案（1-2题）",
        "[1～2]",
        "第1-2题使用以下选项",
    ],
)
def test_ways_to_announce_shared_options(heading, tmp_path):
    text = f"二、配伍题\n{heading}\nA. 红\nB. 绿\n1. 血是\n答案：A\n2. 草是\n答案：B\n"
    (row,) = read(text, tmp_path)
    assert reasons_of([row]) == []
    assert row.record["key"] == {"pairs": {"l1": "a", "l2": "b"}}


def test_groups_without_a_heading_are_read_with_a_doubt(tmp_path):
    text = (
        "B1型题\nA.甲\nB.乙\nC.丙\n1.第一种\n答案：A\n2.第二种\n答案：C\nA.红\nB.绿\n3.血是\n答案：A\n4.草是\n答案：B\n"
    )
    rows = read(text, tmp_path)
    assert [row.record["key"]["pairs"] for row in rows] == [{"l1": "a", "l2": "c"}, {"l1": "a", "l2": "b"}]
    assert all("share these options" in row.doubts[0].text for row in rows)


def test_a_question_with_options_of_its_own_behind_a_group_keeps_them(tmp_path):
    text = (
        "（1-2题共用备选答案）\nA. 红\nB. 绿\n1. 血是\n答案：A\n2. 草是\n答案：B\n"
        "3. 首都是\nA. 上海\nB. 北京\n答案：B\n4. 海是\nA. 蓝的\nB. 干的\n答案：A\n"
    )
    rows = read(text, tmp_path)
    assert reasons_of(rows) == []
    assert [row.record["type"] for row in rows] == ["matching", "single_choice", "single_choice"]


def test_a_question_of_a_group_without_its_one_letter_is_a_problem(tmp_path):
    rows = read("（1-2题共用备选答案）\nA. 红\nB. 绿\n1. 血是\n答案：AB\n2. 草是\n答案：F\n", tmp_path)
    assert len(reasons_of(rows)) == 2


@pytest.mark.parametrize(
    "heading",
    ["（1～2题共用题干）", "A3/A4型题\n（1-2题共用题干）", "【1-2题共用病例】", "共用题干题（1-2题共用题干）"],
)
def test_questions_that_share_a_text_are_a_passage(heading, tmp_path):
    text = f"{heading}\n患者，男，50岁。\n1．诊断是\nA．甲\nB．乙\n2．治疗是\nA．子\nB．丑\n【答案】1.A 2.B\n"
    (row,) = read(text, tmp_path)
    assert reasons_of([row]) == []
    assert row.record["content"]["stem"] == "患者，男，50岁。"
    assert row.record["key"]["questions"] == {"q1": {"fractions": {"a": 1}}, "q2": {"fractions": {"b": 1}}}


def test_a_gap_with_its_options_in_the_manner_of_computing_exams(tmp_path):
    text = (
        "●在该语言中，（1）是一种可变的序列。\n(1) A.元组 B.字符串 C.列表 D.集合\n答案：C\n\n"
        "●索引为二级时，文件最大占用（2）块，一级时占用（3）块。\n(2) A.1 B.2 C.3 D.4\n(3) A.5 B.6 C.7 D.8\n答案：B D\n"
    )
    first, second = read(text, tmp_path)
    assert reasons_of([first, second]) == []
    assert first.record["key"] == {"fractions": {"c": 1}}
    assert second.record["type"] == "cloze"
    assert second.record["content"]["stem"].count("[[g") == 2
    assert second.record["key"] == {"gaps": {"g1": {"fractions": {"b": 1}}, "g2": {"fractions": {"d": 1}}}}


def test_gaps_with_options_need_a_letter_each(tmp_path):
    text = "1、以下（2）正确，（3）错误。\n(2)A.甲 B.乙\n(3)A.子 B.丑\n【答案】A\n"
    assert "one letter for each of the 2 gaps" in reasons_of(read(text, tmp_path))[0]
