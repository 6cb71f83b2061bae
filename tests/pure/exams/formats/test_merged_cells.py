"""Tables whose cells go over several rows or columns, in XLSX and in Word, and columns that nobody knows."""

import io

import xlsxwriter

from exams.interchange.formats import docx as docx_format
from exams.interchange.formats import xlsx
from tests.pure.exams.formats.docx_builder import docx, p
from tests.pure.exams.formats.reading import losses_of, reasons_of, rows_of


def test_a_type_and_a_chapter_over_several_rows_hold_for_each(tmp_path):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["章节", "题型", "题干", "A", "B", "答案"])
        page.merge_range(1, 0, 3, 0, "第一章")
        page.merge_range(1, 1, 2, 1, "单选题")
        page.write_row(1, 2, ["甲？", "一", "二", "A"])
        page.write_row(2, 2, ["乙？", "一", "二", "B"])
        page.write_row(3, 1, ["判断题", "丙。", "", "", "对"])
    rows = rows_of(xlsx.FORMAT, stream.getvalue(), tmp_path, name="a.xlsx")
    assert reasons_of(rows) == []
    assert [(row.record["type"], row.record["topic"]) for row in rows] == [
        ("single_choice", ["第一章"]),
        ("single_choice", ["第一章"]),
        ("true_false", ["第一章"]),
    ]


def test_a_question_over_several_rows_has_an_option_in_each(tmp_path):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["题干", "选项", "答案"])
        page.merge_range(1, 0, 3, 0, "甲？")
        page.merge_range(1, 2, 3, 2, "C")
        for at, text in enumerate(("A. 一", "B. 二", "C. 三"), start=1):
            page.write(at, 1, text)
        page.write_row(4, 0, ["乙？", "A. 一 B. 二", "B"])
    rows = rows_of(xlsx.FORMAT, stream.getvalue(), tmp_path, name="a.xlsx")
    assert reasons_of(rows) == []
    assert [row.record["key"] for row in rows] == [{"fractions": {"c": 1}}, {"fractions": {"b": 1}}]
    assert [one["text"] for one in rows[0].record["content"]["options"]] == ["一", "二", "三"]


def cell(text, *, span=1, merge=""):
    """Return a cell of a Word table; `merge` is restart or continue."""
    props = (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "") + (f'<w:vMerge w:val="{merge}"/>' if merge else "")
    return f"<w:tc><w:tcPr>{props}</w:tcPr>{p(text)}</w:tc>"


def word_table(*rows):
    written = "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows)
    return docx(f"<w:tbl><w:tblPr/>{written}</w:tbl>")


def test_merged_cells_of_a_word_table(tmp_path):
    data = word_table(
        [cell("题型"), cell("题干"), cell("选项", span=2), cell("答案"), cell("备注")],
        [cell("单选题", merge="restart"), cell("甲？"), cell("一"), cell("二"), cell("A"), cell("旧")],
        [cell("", merge="continue"), cell("乙？"), cell("一"), cell("二"), cell("B"), cell("")],
        [cell("判断题"), cell("丙。"), cell("", span=2), cell("错"), cell("")],
    )
    rows = rows_of(docx_format.FORMAT, data, tmp_path, name="a.docx")
    assert reasons_of(rows) == []
    assert [(row.record["type"], dict(row.record["key"])) for row in rows] == [
        ("single_choice", {"fractions": {"a": 1}}),
        ("single_choice", {"fractions": {"b": 1}}),
        ("true_false", {"correct": False}),
    ]
    assert losses_of(rows[0]) == ["The column “备注” is not known; what it says was left out."]
    assert losses_of(rows[1]) == []


def test_a_question_of_a_word_table_that_goes_over_several_rows(tmp_path):
    data = word_table(
        [cell("题干"), cell("选项"), cell("答案")],
        [cell("甲？", merge="restart"), cell("A. 一"), cell("B", merge="restart")],
        [cell("", merge="continue"), cell("B. 二"), cell("", merge="continue")],
    )
    (row,) = rows_of(docx_format.FORMAT, data, tmp_path, name="a.docx")
    assert reasons_of([row]) == []
    assert row.record["key"] == {"fractions": {"b": 1}}
