"""Questions of several rows in XLSX and CSV: a passage and the questions under it, in the ways tables write them."""

import io

import pytest
import xlsxwriter

from exams.interchange.formats import delimited, xlsx
from tests.pure.exams.formats.reading import losses_of, reasons_of, rows_of, written


def csv_rows(text, folder):
    return rows_of(delimited.FORMAT, text, folder, name="a.csv")


def sheet(*rows, merged=()):
    """Return a workbook; `merged` are (first row, column, last row) whose first cell covers the others."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        for first, column, last in merged:
            page.merge_range(first, column, last, column, rows[first][column])
    return stream.getvalue()


def xlsx_rows(data, folder):
    return rows_of(xlsx.FORMAT, data, folder, name="a.xlsx")


def parts(row):
    """Return what stands under the passage of a row: type and key of each question."""
    record = row.record
    assert record["type"] == "material"
    return [(one["type"], record["key"]["questions"][one["id"]]) for one in record["content"]["questions"]]


def doubts(row):
    return [one.text % one.values for one in row.doubts]


def types(rows):
    return [row.record["type"] for row in rows]


HEADER = ["题型", "题干", "选项A", "选项B", "选项C", "答案", "分值", "解析"]
PASSAGE = ["材料题", "某公司 2023 年购入设备一台。", "", "", "", "", "", "见第三章"]
FIRST = ["", "设备应计入哪个科目？", "固定资产", "存货", "费用", "A", "2", "是长期使用的"]
SECOND = ["", "下列说法正确的有？", "甲", "乙", "丙", "AC", "3", ""]
THIRD = ["", "设备需要计提折旧。", "", "", "", "对", "1", ""]
AFTER = ["单选题", "独立的题？", "一", "二", "三", "B", "1", ""]
PARTS = [
    ("single_choice", {"fractions": {"a": 1}}),
    ("multiple_choice", {"correct": ["a", "c"]}),
    ("true_false", {"correct": True}),
]


def test_a_passage_with_questions_whose_type_is_empty(tmp_path):
    lines = "\n".join(",".join(row) for row in (HEADER, AFTER, PASSAGE, FIRST, SECOND, THIRD, AFTER))
    rows = csv_rows(lines, tmp_path)
    assert reasons_of(rows) == []
    assert [row.row for row in rows] == [2, 3, 7]
    assert types(rows) == ["single_choice", "material", "single_choice"]
    material = rows[1].record
    assert [(type_, key) for type_, key in parts(rows[1])] == PARTS
    assert material["content"]["stem"] == PASSAGE[1]
    assert [one["marks"] for one in material["content"]["questions"]] == [2, 3, 1]
    assert float(material["marks"]) == 6
    assert material["explanation"] == "见第三章"
    assert material["key"]["explanations"] == {"q1": "是长期使用的"}
    assert [doubts(row) for row in rows] == [[], [], []]


def test_the_type_of_the_passage_covers_its_questions(tmp_path):
    data = sheet(HEADER, PASSAGE, FIRST, SECOND, THIRD, AFTER, merged=[(1, 0, 4)])
    rows = xlsx_rows(data, tmp_path)
    assert reasons_of(rows) == []
    assert types(rows) == ["material", "single_choice"]
    assert parts(rows[0]) == PARTS
    assert doubts(rows[0]) == []


@pytest.mark.parametrize("said", ["小题", "小题：单选题", "小题-单选题", "子题（单选题）", "材料题-单选题"])
def test_questions_whose_type_says_that_they_are_parts(tmp_path, said):
    rows = [HEADER, PASSAGE, [said, *FIRST[1:]], [said, *FIRST[1:]], AFTER]
    found = csv_rows("\n".join(",".join(row) for row in rows), tmp_path)
    assert reasons_of(found) == []
    assert types(found) == ["material", "single_choice"]
    assert [type_ for type_, _key in parts(found[0])] == ["single_choice", "single_choice"]
    assert doubts(found[0]) == []


@pytest.mark.parametrize("numbers", [("3.1", "3.2"), ("3-1", "3-2"), ("3（1）", "3（2）"), ("", "")])
@pytest.mark.parametrize("type_", ["材料题", "综合题", "问答题"])
def test_questions_numbered_below_the_passage(tmp_path, numbers, type_):
    rows = [
        ["题号", *HEADER],
        ["2", *AFTER],
        ["3", type_, *PASSAGE[1:]],
        [numbers[0], "单选题", *FIRST[1:]],
        [numbers[1], "判断题", *THIRD[1:]],
        ["4", *AFTER],
    ]
    found = csv_rows("\n".join(",".join(row) for row in rows), tmp_path)
    if numbers[0]:
        assert reasons_of(found) == []
        assert types(found) == ["single_choice", "material", "single_choice"]
        assert parts(found[1]) == [PARTS[0], PARTS[2]]
    elif type_ == "材料题":
        assert "It is not said which" in reasons_of(found)[0]
        assert [bool(doubts(row)) for row in found] == [False, False, True, True, True]
    else:
        # An essay without an answer stands above two questions that nothing marks: five questions.
        assert types(found) == ["single_choice", "essay", "single_choice", "true_false", "single_choice"]


def test_the_number_of_the_passage_covers_its_questions(tmp_path):
    rows = [["序号", *HEADER], ["1", "综合题", *PASSAGE[1:]], ["", "单选题", *FIRST[1:]], ["", "判断题", *THIRD[1:]]]
    found = xlsx_rows(sheet(*rows, ["2", *AFTER], merged=[(1, 0, 3)]), tmp_path)
    assert reasons_of(found) == []
    assert types(found) == ["material", "single_choice"]
    assert parts(found[0]) == [PARTS[0], PARTS[2]]


def test_a_passage_in_a_column_of_its_own(tmp_path):
    head = ["材料", *HEADER]
    one, two, three = (["单选题", *FIRST[1:]], ["多选题", *SECOND[1:]], ["判断题", *THIRD[1:]])
    merged = sheet(head, ["文章", *one], ["", *two], ["", *three], ["", *AFTER], merged=[(1, 0, 3)])
    found = xlsx_rows(merged, tmp_path)
    # What the merged cell does not cover stands alone: nothing says that it belongs to the passage.
    assert types(found)[0] == "material"
    assert [doubts(row) for row in found][-1] == []
    repeated = "\n".join(
        ",".join(row) for row in (head, ["文章", *one], ["文章", *two], ["文章", *three], ["", *AFTER])
    )
    for rows in (found, csv_rows(repeated, tmp_path)):
        assert reasons_of(rows) == []
        assert types(rows) == ["material", "single_choice"]
        assert parts(rows[0]) == PARTS
        assert rows[0].record["content"]["stem"] == "文章"
    once = "\n".join(",".join(row) for row in (head, ["文章", *one], ["", *two], ["", *three], ["另一篇", *one]))
    rows = csv_rows(once, tmp_path)
    assert types(rows) == ["material", "material"]
    assert parts(rows[0]) == PARTS
    assert "Rows 3–4 name no passage" in doubts(rows[0])[0]
    assert doubts(rows[1]) == []


def test_a_large_and_a_small_stem(tmp_path):
    head = ["题型", "大题题干", "小题题型", "小题题干", "选项A", "选项B", "答案", "分值", "小题分值", "难度"]
    rows = [
        ["材料题", "文章一", "单选题", "甲？", "一", "二", "A", "5", "2", "难"],
        ["", "", "判断题", "乙。", "", "", "错", "", "3", ""],
        ["单选题", "没有小题？", "", "", "一", "二", "B", "1", "", "易"],
        ["材料题", "文章二", "", "", "", "", "", "4", "", ""],
        ["", "", "单选题", "丙？", "一", "二", "A", "", "", ""],
        ["", "", "单选题", "丁？", "一", "二", "B", "", "", ""],
    ]
    found = csv_rows("\n".join(",".join(row) for row in (head, *rows)), tmp_path)
    assert reasons_of(found) == []
    assert types(found) == ["material", "single_choice", "material"]
    assert [type_ for type_, _key in parts(found[0])] == ["single_choice", "true_false"]
    assert [float(row.record["marks"]) for row in found] == [5, 1, 4]
    assert [row.record["difficulty"] for row in found] == [4, 2, 3]
    assert [doubts(row) for row in found] == [[], [], []]
    stems = [one["content"]["stem"] for one in found[2].record["content"]["questions"]]
    assert stems == ["丙？", "丁？"]
    covered = xlsx_rows(sheet(head, *rows[:2], rows[2], merged=[(1, 0, 2), (1, 1, 2), (1, 7, 2)]), tmp_path)
    assert reasons_of(covered) == []
    assert types(covered) == ["material", "single_choice"]
    assert covered[0].record["content"] == found[0].record["content"]


def test_what_is_not_clear_is_a_problem_or_a_doubt(tmp_path):
    # A small question with no large one above it.
    text = "大题题干,小题题干,A,B,答案\n,甲？,一,二,A\n文章,乙？,一,二,A\n"
    found = csv_rows(text, tmp_path)
    assert "There is no passage" in reasons_of(found)[0]
    assert found[0].problems[0].field == "小题题干"
    # One mark that may be of the first question or of the whole.
    text = "材料,题干,A,B,答案,分值\n文章,甲？,一,二,A,6\n文章,乙？,一,二,A,\n"
    (row,) = csv_rows(text, tmp_path)
    assert doubts(row) == ["The marks 6 were taken for the whole passage."]
    assert float(row.record["marks"]) == 6
    # The sum of the questions is not what the passage says.
    rows = [HEADER, [*PASSAGE[:6], "10", ""], FIRST, SECOND]
    (row,) = csv_rows("\n".join(",".join(one) for one in rows), tmp_path)
    assert float(row.record["marks"]) == 5
    assert doubts(row) == ["The passage is worth 10, but its questions 5 together; theirs were taken."]
    # Numbers at the beginning of the questions.
    rows = [
        HEADER,
        ["案例分析题", *PASSAGE[1:]],
        ["单选题", "（1）甲？", *FIRST[2:]],
        ["单选题", "（2）乙？", *FIRST[2:]],
    ]
    (row,) = csv_rows("\n".join(",".join(one) for one in rows), tmp_path)
    assert doubts(row) == ["These rows were taken as questions of the passage: 3–4."]
    assert [one["content"]["stem"] for one in row.record["content"]["questions"]] == ["甲？", "乙？"]
    # A chapter of a single question is left out, and said to be.
    text = "章节,材料,题干,A,B,答案\n一,文章,甲？,一,二,A\n二,文章,乙？,一,二,A\n"
    (row,) = csv_rows(text, tmp_path)
    assert losses_of(row) == ["What single questions of a passage say here was left out: 二"]


def test_a_fault_of_a_part_declines_the_whole_and_names_the_part(tmp_path):
    rows = [HEADER, PASSAGE, FIRST, ["", "甲？", "一", "二", "", "D", "1", ""]]
    (row,) = csv_rows("\n".join(",".join(one) for one in rows), tmp_path)
    assert [(one.row, one.field) for one in row.problems] == [(4, "q2.answer")]
    assert row.record["type"] == "material"
    assert len(row.record["content"]["questions"]) == 2


def test_essays_without_answers_are_no_passages(tmp_path):
    rows = [["题型", "题干", "答案"], ["论述题", "甲？", ""], ["", "乙？", ""], ["", "丙？", ""]]
    found = xlsx_rows(sheet(*rows, merged=[(1, 0, 3)]), tmp_path)
    assert types(found) == ["essay", "essay", "essay"]
    wide = [["题型", "题干", "答案"], ["综合题", "甲？", ""], ["综合题", "乙？", ""], ["单选题", "丙？", "A"]]
    assert types(csv_rows("\n".join(",".join(row) for row in wide[:3]), tmp_path)) == ["essay", "essay"]


def test_a_parent_that_is_not_there_is_a_doubt(tmp_path):
    text = (
        "编号,父题编号,题型,题干,A,B,答案\nm1,,材料题,文章,,,\nm2,m1,单选题,甲？,一,二,A\nm3,m9,单选题,乙？,一,二,A\n"
    )
    found = csv_rows(text, tmp_path)
    assert types(found) == ["material", "single_choice"]
    assert found[0].record["ref"] == "m1"
    assert [bool(doubts(row)) for row in found] == [False, True]


def test_a_passage_of_many_rows_is_read_in_bounded_memory(tmp_path):
    rows = "\n".join([",".join(HEADER), ",".join(PASSAGE), *([",".join(FIRST)] * 1_000)])
    found = csv_rows(rows, tmp_path)
    assert all(row.problems for row in found)
    assert len(found) == 1 + 1_000 - 200


CHOICE = {"stem": "甲？", "options": [{"id": "x", "text": "一"}, {"id": "y", "text": "二"}]}


def material(*, marks="5", weights=(2, 3), **key):
    """Return a passage with a choice and a statement under it."""
    return {
        "type": "material",
        "topic": ["第一章"],
        "marks": marks,
        "difficulty": 4,
        "explanation": "见第三章",
        "content": {
            "stem": "<p>文章</p>",
            "questions": [
                {"id": "one", "type": "single_choice", "marks": weights[0], "content": CHOICE},
                {"id": "two", "type": "true_false", "marks": weights[1], "content": {"stem": "乙。"}},
            ],
        },
        "key": {
            "questions": {"one": {"fractions": {"y": 1}}, "two": {"correct": False}},
            "explanations": {"two": "因为"},
            **key,
        },
    }


@pytest.mark.parametrize("record", [material(), material(marks="10", weights=(1, 1))])
def test_a_passage_is_written_as_rows_and_read_again(tmp_path, record):
    single = {"type": "single_choice", "content": CHOICE, "key": {"fractions": {"x": 1}}}
    data, losses = written(xlsx.FORMAT, single, record, record, single)
    assert losses == []
    rows = xlsx_rows(data, tmp_path)
    assert reasons_of(rows) == []
    assert types(rows) == ["single_choice", "material", "material", "single_choice"]
    assert [doubts(row) for row in rows] == [[], [], [], []]
    again = rows[1].record
    assert again["content"]["stem"] == "<p>文章</p>"
    assert (again["topic"], again["difficulty"], float(again["marks"])) == (["第一章"], 4, float(record["marks"]))
    assert parts(rows[1]) == [("single_choice", {"fractions": {"b": 1}}), ("true_false", {"correct": False})]
    assert again["key"]["explanations"] == {"q2": "因为"}
    assert again["explanation"] == "见第三章"


@pytest.mark.parametrize("record", [
    material(grading="all_or_nothing"),
    material(marks="10"),
    material(questions={"one": {"fractions": {"y": 1, "x": 0.5}}, "two": {"correct": False}}),
])  # fmt: skip
def test_a_passage_that_rows_cannot_say_is_left_out_and_named(record):
    _data, losses = written(xlsx.FORMAT, record)
    assert ["left out" in loss for loss in losses] == [True]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_shows_a_passage(tmp_path, language):
    rows = xlsx_rows(xlsx.FORMAT.example(language), tmp_path)
    assert reasons_of(rows) == []
    assert types(rows).count("material") == 1
    assert [doubts(row) for row in rows] == [[]] * len(rows)
