"""Lists of answers in the ways that teachers lay them out behind a paper, each held against the same key."""

import pytest

from exams.interchange.formats import chinese_text
from tests.pure.exams.formats.docx_builder import docx, paragraphs, table
from tests.pure.exams.formats.reading import reasons_of, rows_of

PAPER = "1. 甲题是（ ）\nA. 一\nB. 二\n2. 乙题是（ ）\nA. 一\nB. 二\n3. 丙题是（ ）\nA. 一\nB. 二\n"
PARTS = f"一、单项选择题\n{PAPER}二、判断题\n1. 丁说。\n2. 戊说。\n"


def keys_of(rows):
    """Return what each row has for right."""
    return [
        "".join(row.record["key"].get("fractions", row.record["key"].get("correct")))
        if row.record["type"] in ("single_choice", "multiple_choice")
        else row.record["key"]["correct"]
        for row in rows
    ]


ONE_PART = {
    "a range": "答案：1-3 ABA",
    "a range with a colon": "1~3：ABA",
    "a range with spaces": "参考答案\n1—3 A B A",
    "numbers on a line": "【答案】\n1.A 2.B 3.A",
    "numbers behind the label": "【答案】1、A；2、B；3、A",
    "no sign between": "参考答案：\n1A 2B 3A",
    "dashes": "答案\n1-A  2-B  3-A",
    "brackets": "参考答案：（1）A（2）B（3）A",
    "explanations": "参考答案\n1. A  解析：因为\n2. B  解析：所以\n3. A",
    "labels": "参考答案\n1.【答案】A【解析】因为\n2.【答案】B\n3.【答案】A",
    "a table across": "参考答案\n题号\t1\t2\t3\n答案\tA\tB\tA",
    "a Markdown table": "## 参考答案\n\n| 题号 | 1 | 2 | 3 |\n|---|---|---|---|\n| 答案 | A | B | A |",
    "a Markdown table with explanations": "## 参考答案\n\n| 题号 | 答案 | 解析 |\n|---|---|---|\n| 1 | A | 因为 |\n"
    "| 2 | B | 所以 |\n| 3 | A | 略 |",
    "one below the other": "参考答案\nA\nB\nA",
    "letters behind the last": "答案：ABA",
}


@pytest.mark.parametrize("name", sorted(ONE_PART))
def test_a_list_for_one_part(name, tmp_path):
    rows = rows_of(chinese_text.FORMAT, f"{PAPER}\n{ONE_PART[name]}\n", tmp_path, name="a.md")
    assert reasons_of(rows) == []
    assert keys_of(rows) == ["a", "b", "a"]
    if "explanations" in name or name == "labels":
        assert rows[0].record["explanation"] == "因为"


SEVERAL = {
    "a line a part": "一、1.A 2.B 3.A\n二、1.√ 2.×",
    "headings": "一、单项选择题\n1-3 ABA\n二、判断题\n1.对 2.错",
    "letters alone": "一、ABA\n二、√×",
    "types before ranges": "一、单项选择题：1—3：A B A\n二、判断题：1-2：√ ×",
}


@pytest.mark.parametrize("name", sorted(SEVERAL))
def test_a_list_for_several_parts(name, tmp_path):
    rows = rows_of(chinese_text.FORMAT, f"{PARTS}\n参考答案\n{SEVERAL[name]}\n", tmp_path, name="a.txt")
    assert reasons_of(rows) == []
    assert keys_of(rows) == ["a", "b", "a", True, False]


def test_letters_behind_the_last_question_are_shared_out_with_a_doubt(tmp_path):
    rows = rows_of(chinese_text.FORMAT, f"{PAPER}\n答案：ABA\n", tmp_path, name="a.txt")
    assert all(any("behind the last one" in remark.text for remark in row.doubts) for row in rows)


@pytest.mark.parametrize("said", ["ABAB", "AA"])
def test_letters_that_are_not_as_many_as_the_questions_are_never_one_answer(said, tmp_path):
    rows = rows_of(chinese_text.FORMAT, f"{PAPER}\n答案：{said}\n", tmp_path, name="a.txt")
    assert len(reasons_of(rows)) == 3


def test_a_list_that_is_too_short_or_too_long_is_told(tmp_path):
    short = rows_of(chinese_text.FORMAT, f"{PAPER}\n参考答案\n1-3 AB\n", tmp_path, name="a.txt")
    assert reasons_of(short) == ["The answer is missing."]
    long = rows_of(chinese_text.FORMAT, f"{PAPER}\n参考答案\n1-3 ABAB\n", tmp_path, name="a.txt")
    assert "more answers than its range" in reasons_of(long)[0]


def test_a_table_of_answers_in_word_goes_down_with_explanations(tmp_path):
    from exams.interchange.formats import docx as docx_format

    rows = [["题号", "答案", "解析"], ["1", "A", "因为"], ["2", "B", ""], ["3", "A", "略"]]
    data = docx(paragraphs(f"{PAPER}参考答案") + table(*rows))
    found = rows_of(docx_format.FORMAT, data, tmp_path, name="a.docx")
    assert reasons_of(found) == []
    assert keys_of(found) == ["a", "b", "a"]
    assert [row.record["explanation"] for row in found] == ["因为", "", "略"]
