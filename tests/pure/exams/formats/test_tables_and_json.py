"""Tables as CSV and question banks as JSON, rows of tables in general, and hostile files."""

import json
import time

import pytest

from exams.interchange.formats import delimited, foreign_json
from exams.interchange.formats.base import Source, UnreadableFile
from exams.interchange.formats.table_rows import column_keys, record_of_cells
from tests.pure.exams.formats.docx_variants import answer_of
from tests.pure.exams.formats.reading import losses_of, reasons_of, rows_of

CSV, JSON = delimited.FORMAT, foreign_json.FORMAT


def _short(rows):
    return [(row.record["type"], answer_of(dict(row.record))) for row in rows]


def _doubts(row) -> str:
    return " / ".join(remark.text % remark.values for remark in row.doubts)


@pytest.mark.parametrize(
    "text",
    [
        "题型,题干,选项A,选项B,答案\n单选题,甲,一,二,B\n",
        "题干\t选项A\t选项B\t正确答案\n甲\t一\t二\tB\n",
        ",Question,A,B,Answer\n0,甲,一,二,B\n",
        "题目；A；B；参考答案\n甲；一；二；B\n",
        'sep=;\nquestion;option1;option2;key\n甲;一;"二";B\n',
        "会计题库\n\n题目内容|选项|标准答案\n甲|A.一 B.二|B\n",
        "Stem,Choices,Correct Answer\n甲,一\u007c二,二\n",
    ],
)
def test_any_sensible_table(text, tmp_path):
    (row,) = rows_of(CSV, text, tmp_path, name="file.csv")
    assert _short([row]) == [("single_choice", "b")]
    assert [option["text"] for option in row.record["content"]["options"]] == ["一", "二"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_encodings_of_tables(encoding, tmp_path):
    rows = rows_of(CSV, "题干,选项甲,A,B,答案\n你好世界,x,一,二,B\n".encode(encoding), tmp_path, name="file.csv")
    assert _short(rows) == [("single_choice", "b")]
    assert "选项甲" in losses_of(rows[0])[0]


def test_cells_with_line_ends_and_broken_rows(tmp_path):
    text = '题干,A,B,答案\n"甲\n乙",一,二,A\n"没有结束,一,二,A\n丙,一,二,B\n'
    rows = rows_of(CSV, text, tmp_path, name="file.csv")
    assert [row.row for row in rows] == [2, 4, 5]
    assert rows[0].record["content"]["stem"] == "甲\n乙"
    assert "quotation mark" in reasons_of([rows[1]])[0]
    assert _short([rows[2]]) == [("single_choice", "b")]


def test_each_broken_row_says_why(tmp_path):
    text = (
        "题型,题干,A,B,答案,难度,分值\n"
        "单选题,甲,一,二,C,2,1\n奇怪题,乙,一,二,A,,\n"
        "单选题,丙,一,二,A,超难,x\n,丁,一,二,A,,\n判断题,戊,,,对,易,2\n"
    )
    rows = rows_of(CSV, text, tmp_path, name="file.csv")
    assert [bool(row.problems) for row in rows] == [True, True, True, True, False]
    assert [{remark.field for remark in row.problems} for row in rows[:4]] == [
        {"答案"},
        {"题型"},
        {"难度", "分值"},
        {"题型"},
    ]


def test_a_table_without_header_is_declined(tmp_path):
    with pytest.raises(UnreadableFile, match="No header"):
        rows_of(CSV, "甲,一,二,A\n", tmp_path, name="file.csv")


@pytest.mark.parametrize(
    ("cells", "type_", "key"),
    [
        (
            {"type": "填空题", "stem": "甲____乙____", "answer": "一|壹;二"},
            "fill_blank",
            {"blanks": {"b1": {"answers": [{"text": "一"}, {"text": "壹"}]}, "b2": {"answers": [{"text": "二"}]}}},
        ),
        (
            {"type": "数值题", "stem": "甲", "answer": "480±0.01 元"},
            "numerical",
            {"answers": [{"value": "480", "tolerance": "0.01"}], "units": {"元": "1"}},
        ),
        (
            {"type": "短答题", "stem": "甲", "answer": "一|*一*"},
            "short_text",
            {"answers": [{"text": "一"}, {"text": "*一*"}]},
        ),
        (
            {"type": "配对题", "stem": "甲", "option_a": "一 = 1", "option_b": "二＝2"},
            "matching",
            {"pairs": {"la": "ra", "lb": "rb"}},
        ),
        (
            {"type": "排序题", "stem": "甲", "option_a": "一", "option_b": "二", "answer": "BA"},
            "ordering",
            {"order": ["b", "a"]},
        ),
        (
            {"type": "multiple choice", "stem": "甲", "option_a": "一", "option_b": "二", "answer": "B, A"},
            "multiple_choice",
            {"correct": ["a", "b"]},
        ),
        ({"type": "判断", "stem": "甲", "answer": "✓"}, "true_false", {"correct": True}),
        ({"type": "Essay", "stem": "甲", "answer": "一"}, "essay", {"model_answer": "一"}),
    ],
)
def test_the_columns_of_the_template(cells, type_, key):
    record, problems, _ = record_of_cells({**cells, "topic": "第一章 > 概念", "tags": "甲，乙", "marks": "2.5"}, row=7)
    assert problems == ()
    assert (record["type"], record["key"]) == (type_, key)
    assert (record["topic"], record["tags"], record["marks"], record["difficulty"]) == (
        ["第一章", "概念"],
        ["甲", "乙"],
        "2.5",
        3,
    )


def test_headers_in_both_languages_and_further_names():
    headers = [
        "题型",
        "试题内容",
        "Option A",
        "选项 B",
        "C",
        "正确答案",
        "答案解析",
        "难度（1-5）",
        "知识点",
        "本题分值",
        "？",
    ]
    assert column_keys(headers) == [
        *("type", "stem", "option_a", "option_b", "option_c", "answer"),
        *("explanation", "difficulty", "topic", "marks", ""),
    ]


@pytest.mark.parametrize(
    "entry",
    [
        {"question": "甲", "A": "一", "B": "二", "answer": "B"},
        {"题干": "甲", "选项": {"A": "一", "B": "二"}, "答案": "B"},
        {"stem": "甲", "options": ["一", "二"], "standard_answer": ["B"]},
        {"title": "甲", "choices": ["A. 一", "B. 二"], "correct": "二"},
        {"content": "甲", "options": [{"label": "A", "text": "一"}, {"label": "B", "text": "二"}], "answer": "B"},
        {"question": "甲", "options": [{"text": "一", "isCorrect": False}, {"text": "二", "isCorrect": True}]},
        {"question": "1．甲（　）\nA．一\nB．二\n", "answer": ["B"]},
        {"题目": "甲", "选项": '["一", "二"]', "正确答案": "B", "题型": "单选题"},
    ],
)
def test_any_sensible_object(entry, tmp_path):
    for data in ([entry], {"example": [entry]}, {"chapters": [{"chapter": "第一章", "questions": [entry]}]}):
        (row,) = rows_of(JSON, json.dumps(data, ensure_ascii=False), tmp_path, name="file.json")
        assert _short([row]) == [("single_choice", "b")]
        assert [option["text"] for option in row.record["content"]["options"]] == ["一", "二"]
        assert row.record["content"]["stem"].startswith("甲")
    assert row.record["topic"] == ["第一章"]


def test_a_text_with_several_questions_becomes_a_passage(tmp_path):
    text = (
        "甲公司购入存货。据此完成1～2题。\n"
        "1．一（　） A．甲 B．乙\n"
        "C．丙 D．丁\n2．二（　）\nA．甲\tB．乙\tC．丙\tD．丁"
    )
    data = [{"question": text, "answer": ["B", "C"], "score": 4, "analysis": "因为。"}]
    (row,) = rows_of(JSON, json.dumps(data), tmp_path, name="file.json")
    assert _short([row]) == [("material", ["b", "c"])]
    assert row.record["marks"] == "8.0"
    assert "for each of the 2" in _doubts(row)
    assert row.record["explanation"] == "因为。"


def test_gaps_of_a_passage_with_shared_options(tmp_path):
    text = "一  71  二  72  三\nA. 甲\nB. 乙\nC. 丙"
    (row,) = rows_of(JSON, json.dumps([{"question": text, "answer": ["C", "A"]}]), tmp_path, name="file.json")
    assert row.record["type"] == "cloze"
    assert row.record["content"]["stem"] == "一  [[g1]]  二  [[g2]]  三"
    assert [gap["fractions"] for gap in row.record["key"]["gaps"].values()] == [{"c": 1}, {"a": 1}]


def test_answers_for_questions_that_cannot_be_told_apart_are_declined(tmp_path):
    data = [{"question": "甲\nA. 一\nB. 二\nC. 三", "answer": ["B", "A", "B"]}]
    (row,) = rows_of(JSON, json.dumps(data), tmp_path, name="file.json")
    assert "for several questions" in reasons_of([row])[0]


def test_counting_answers_are_not_guessed(tmp_path):
    data = [{"question": "甲", "options": ["一", "二"], "answer": 1}]
    (row,) = rows_of(JSON, json.dumps(data), tmp_path, name="file.json")
    assert "from 0 or from 1" in reasons_of([row])[0]


def test_entries_that_are_no_questions_are_named(tmp_path):
    data = [{"question": "甲", "answer": "对"}, {"note": "x"}, "text", {"question": "乙", "answer": ""}]
    rows = rows_of(JSON, json.dumps(data), tmp_path, name="file.json")
    assert len(rows) >= 3
    assert any("not a question" in reason for reason in reasons_of(rows))


def test_fields_left_out_are_named(tmp_path):
    data = [{"question": "甲", "answer": "对", "imageUrl": "a.png", "laune": "gut"}]
    (row,) = rows_of(JSON, json.dumps(data), tmp_path, name="file.json")
    assert len(losses_of(row)) == 2


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        "[]",
        "{}",
        "null",
        '[{"x": 1}]',
        "\ud800".encode("utf-8", "surrogatepass"),
    ],
)
def test_what_is_no_bank_is_declined(data, tmp_path):
    with pytest.raises(UnreadableFile):
        rows_of(JSON, data, tmp_path, name="file.json")


def test_half_surrogates_and_zero_bytes_are_taken_out(tmp_path):
    (row,) = rows_of(JSON, '[{"question": "\\ud800甲\\u0000", "answer": "对"}]', tmp_path, name="file.json")
    assert row.record["content"]["stem"] == "甲"
    assert "cannot be stored" in _doubts(row)


def test_one_line_without_end_is_refused_soon(tmp_path):
    path = tmp_path / "file.json"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    started = time.monotonic()
    for format_, name in ((JSON, "file.json"), (CSV, "file.csv")):
        with pytest.raises(UnreadableFile):
            list(format_.read(Source(name=name, path=path)))
    assert time.monotonic() - started < 10
