"""Spreadsheets of questions: several sheets, headers of all sorts, and the same reading of a row as in CSV."""

import io

import pytest
import xlsxwriter

from exams.interchange.formats import delimited, xlsx
from exams.interchange.formats.base import UnreadableFile
from exams.interchange.formats.question_vocabulary import COLUMNS
from tests.pure.exams.formats.docx_variants import answer_of
from tests.pure.exams.formats.reading import losses_of, reasons_of, rows_of, written

HEADER = ["题型", "题干", "选项A", "选项B", "选项C", "答案"]
SINGLE = ["单选题", "水的化学式是？", "H2O", "CO2", "O2", "A"]


def _book(sheets: dict[str, list[list[str]]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, text in enumerate(row):
                    sheet.write_string(at, column, text)
    return stream.getvalue()


def _read(folder, sheets):
    return rows_of(xlsx.FORMAT, _book(sheets), folder, name="a.xlsx")


def _short(rows):
    return [(row.record["type"], answer_of(dict(row.record))) for row in rows]


def test_every_sheet_is_read_and_its_name_says_the_type(tmp_path):
    rows = _read(
        tmp_path,
        {
            "单选题": [HEADER[1:], SINGLE[1:]],
            "判断题": [
                ["某单位题库"],
                ["题号", "题目", "正确答案"],
                ["1", "地球是圆的。", "√"],
                ["2", "水往高处流。", "×"],
            ],
        },
    )
    assert _short(rows) == [("single_choice", "a"), ("true_false", True), ("true_false", False)]
    assert [(row.file, row.row) for row in rows] == [("", 2), ("判断题", 3), ("判断题", 4)]


def test_a_sheet_that_holds_no_questions_is_named(tmp_path):
    rows = _read(tmp_path, {"题": [HEADER, SINGLE], "填写说明": [["请勿改动表头"]], "空": []})
    assert losses_of(rows[0]) == ["The sheet “填写说明” has no header of questions; it was left out."]


def test_a_first_sheet_of_instructions_hides_no_questions(tmp_path):
    (row,) = _read(tmp_path, {"说明": [["请先阅读"]], "题目": [HEADER, SINGLE]})
    assert _short([row]) == [("single_choice", "a")]
    assert "说明" in losses_of(row)[0]


def test_unknown_columns_and_cells_beyond_the_header_are_losses(tmp_path):
    rows = _read(tmp_path, {"题": [[*HEADER, "审核人"], [*SINGLE, "张三", "多出来的"], [*SINGLE, "李四"]]})
    assert "审核人" in losses_of(rows[0])[0]
    assert "多出来的" in losses_of(rows[0])[1]
    assert losses_of(rows[1]) == []


def test_a_repeated_header_is_no_question(tmp_path):
    rows = _read(tmp_path, {"题": [HEADER, SINGLE, HEADER, SINGLE]})
    assert [row.row for row in rows] == [2, 4]


def test_options_in_one_cell_are_in_the_columns_of_a_row_to_be_mended(tmp_path):
    header = ["题型", "题目", "选项", "答案", "章", "节"]
    (row,) = _read(tmp_path, {"题": [header, ["单选", "哪个？", "A.甲\nB.乙", "C", "一", "二"]]})
    assert reasons_of([row]) == ["The answer names “C”, but there is no such option."]
    cells = dict(zip(COLUMNS, row.cells, strict=True))
    assert (cells["option_a"], cells["option_b"], cells["topic"]) == ("甲", "乙", "一 > 二")


def test_a_row_without_question_is_kept_as_a_draft(tmp_path):
    (row,) = _read(tmp_path, {"题": [HEADER, ["单选题", "", *SINGLE[2:]]]})
    assert reasons_of([row]) == ["The question is empty."]
    assert row.record["content"]["options"][0]["text"] == "H2O"


def test_a_formula_and_an_empty_type_are_problems(tmp_path):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, SINGLE)
        sheet.write_formula(1, 5, '="A"', None, "A")
        sheet.write_row(2, 0, ["", *SINGLE[1:]])
    rows = rows_of(xlsx.FORMAT, stream.getvalue(), tmp_path, name="a.xlsx")
    assert [row.problems[0].field for row in rows] == ["答案", "题型"]


def test_no_sheet_with_a_header_is_an_error(tmp_path):
    with pytest.raises(UnreadableFile, match="No header"):
        _read(tmp_path, {"a": [["一"]], "b": [["二"]]})
    with pytest.raises(UnreadableFile, match="empty"):
        _read(tmp_path, {"a": []})


ROWS = [
    SINGLE,
    ["单选题", "选项带字母", "A、甲", "B、乙", "C、丙", "B"],
    ["多选题", "逗号", "甲", "乙", "丙", "A,C"],
    ["判断", "判断题带选项", "正确", "错误", "", "B"],
    ["填空题", "一空____", "", "", "", "甲;乙"],
    ["填空题", "一空____", "", "", "", "甲|乙"],
    ["数值题", "多少？", "", "", "", "12.5±0.1"],
    ["简答题", "为什么？", "", "", "", "因为；所以"],
    ["单选题", "答案是选项的文字", "甲", "乙", "丙", "乙"],
    ["单选题", "没有这个选项", "甲", "乙", "", "E"],
    ["怪题", "类型不明", "甲", "乙", "", "A"],
]


def test_a_row_reads_alike_in_a_sheet_and_in_csv(tmp_path):
    sheet = _read(tmp_path, {"题": [HEADER, *ROWS]})
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in [HEADER, *ROWS])
    table = rows_of(delimited.FORMAT, text, tmp_path, name="a.csv")
    for ours, theirs in zip(sheet, table, strict=True):
        assert ours.record == theirs.record
        assert [(one.text, one.field) for one in ours.problems] == [(one.text, one.field) for one in theirs.problems]
    assert [bool(row.problems) for row in sheet] == [one in (4, 9, 10) for one in range(len(ROWS))]
    assert sheet[1].record["content"]["options"][0]["text"] == "甲"
    assert sheet[3].record["key"] == {"correct": False}


def test_twelve_options_go_out_and_come_back(tmp_path):
    options = [{"id": letter, "text": f"第{letter}项"} for letter in "abcdefghijkl"]
    record = {
        "type": "multiple_choice",
        "content": {"stem": "选", "options": options},
        "key": {"correct": ["a", "l"]},
        "difficulty": 3,
        "marks": "1",
    }
    data, losses = written(xlsx.FORMAT, record)
    assert losses == []
    (row,) = rows_of(xlsx.FORMAT, data, tmp_path, name="a.xlsx")
    assert (row.record["content"], row.record["key"]) == (record["content"], record["key"])
