"""Word files in every way of writing we know, and hostile ones."""

import json
import time
import zipfile

import pytest

from exams.interchange.formats import docx as format_module
from exams.interchange.formats.base import Source, UnreadableFile
from tests.pure.exams.formats.docx_builder import PNG, docx, p, paragraphs, picture, run, table
from tests.pure.exams.formats.docx_variants import FOUR, VARIANTS, Question, Variant, answer_of
from tests.pure.exams.formats.reading import rows_of

FORMAT = format_module.FORMAT


def _texts(remarks) -> str:
    return " / ".join(remark.text % remark.values for remark in remarks)


def _check(row, expected: Question) -> None:
    record = row.record
    assert record is not None
    assert record["type"] == expected.type
    assert bool(row.problems) == bool(expected.problem), _texts(row.problems)
    assert expected.problem in _texts(row.problems)
    assert answer_of(record) == expected.answer or expected.problem
    assert len(record["content"].get("options", ())) == expected.options
    assert expected.stem in record["content"]["stem"]
    assert expected.marks in ("", record["marks"])
    assert expected.doubt in _texts(row.doubts)
    assert expected.loss in _texts(row.losses)
    assert expected.holds.replace("\\", "\\\\").replace('"', '\\"') in json.dumps(record, ensure_ascii=False)
    assert expected.explanation == record["explanation"]
    named = [name for name in ("image1.png",) if f"attachment:{name}" in json.dumps(record)]
    assert [one.name for one in row.attachments] == named


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_each_way_of_writing_gives_its_questions(variant: Variant, tmp_path):
    rows = rows_of(FORMAT, variant.make(), tmp_path, name="file.docx")
    assert len(rows) == len(variant.questions)
    for row, expected in zip(rows, variant.questions, strict=True):
        _check(row, expected)


def _refused(data: bytes, tmp_path) -> str:
    path = tmp_path / "file.docx"
    path.write_bytes(data)
    started = time.monotonic()
    with pytest.raises(UnreadableFile) as caught:
        list(FORMAT.read(Source(name="file.docx", path=path)))
    assert time.monotonic() - started < 20
    return str(caught.value)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".doc"),
        (b"{\\rtf1 text}", ".rtf"),
        (b"%PDF-1.7 text", ".pdf"),
        (b"just text", "not a Word file"),
        (b"PK\x03\x04 broken", "damaged"),
    ],
)
def test_other_kinds_of_files_are_declined_with_what_to_do(head, said, tmp_path):
    assert said in _refused(head, tmp_path)


def test_declared_entities_are_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    data = docx(p("1．甲（ A ）"))
    path = tmp_path / "in.docx"
    path.write_bytes(data)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(tmp_path / "out.docx", "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            if name == "word/document.xml":
                text = text.replace("<w:document", bomb + "<w:document").replace("甲", "&b;")
            target.writestr(name, text)
    assert "declares" in _refused((tmp_path / "out.docx").read_bytes(), tmp_path)


def test_a_part_that_unpacks_without_end_is_refused(tmp_path):
    assert "unpacks" in _refused(docx(f"<w:p><w:r><w:t>{'a' * 70_000_000}</w:t></w:r></w:p>"), tmp_path)


def test_nesting_without_end_is_refused(tmp_path):
    inner = p("x")
    for _turn in range(120):
        inner = table([inner])
    assert "nested" in _refused(docx(inner), tmp_path)


def test_tables_within_tables_stay_readable(tmp_path):
    inner = p("内")
    for _turn in range(12):
        inner = table([inner, "x"])
    rows = rows_of(FORMAT, docx(p("1．表中是（ B ）。") + inner + p(FOUR)), tmp_path, name="file.docx")
    assert answer_of(rows[0].record) == "b"


def test_pictures_outside_the_package_are_not_followed(tmp_path):
    relations = {"rId9": ("image", "../../../../etc/passwd")}
    data = docx(p(run("1．图（ B ）"), picture()) + p(FOUR), relations=relations)
    (row,) = rows_of(FORMAT, data, tmp_path, name="file.docx")
    assert row.attachments == ()
    assert "could be kept" in _texts(row.losses)


def test_remote_pictures_keep_their_address_with_a_doubt(tmp_path):
    relations = {"rId9": ("image", "https://example.org/a.png")}
    data = docx(p(run("1．图（ B ）"), picture()) + p(FOUR), relations=relations)
    (row,) = rows_of(FORMAT, data, tmp_path, name="file.docx")
    assert 'src="https://example.org/a.png"' in row.record["content"]["stem"]
    assert "another computer" in _texts(row.doubts)


def test_a_file_without_questions_says_so(tmp_path):
    assert "No questions" in _refused(docx(p("")), tmp_path)


def test_each_question_brings_its_own_pictures(tmp_path):
    media = {"rId9": ("image", "media/image1.png"), "rId8": ("image", "media/二.png")}
    body = p(run("1．甲（ B ）"), picture()) + p(FOUR) + p(run("2．乙（ B ）"), picture("rId8")) + p(FOUR)
    parts = {"media/image1.png": PNG, "media/二.png": PNG}
    rows = rows_of(FORMAT, docx(body, parts=parts, relations=media), tmp_path, name="file.docx")
    assert [[one.name for one in row.attachments] for row in rows] == [["image1.png"], ["picture.png"]]


def test_headings_become_the_topic(tmp_path):
    rows = rows_of(
        FORMAT, docx(paragraphs(f"第一章 总论\n第一节 概念\n1．甲（ B ）\n{FOUR}")), tmp_path, name="file.docx"
    )
    assert rows[0].record["topic"] == ["第一章 总论", "第一节 概念"]


def test_a_passage_and_its_questions_take_several_rows_of_a_table(tmp_path):
    head = ["题型", "题干", "选项A", "选项B", "答案", "分值"]
    rows = [
        ["单选题", "先来一题？", "甲", "乙", "A", "1"],
        ["材料题", "甲公司购入一台设备。", "", "", "", ""],
        ["小题：单选题", "计入哪个科目？", "固定资产", "存货", "A", "2"],
        ["小题：判断题", "当月计提折旧。", "", "", "错", "3"],
        ["判断题", "资产等于负债。", "", "", "错", "1"],
    ]
    first, passage, last = rows_of(FORMAT, docx(table(head, *rows)), tmp_path, name="file.docx")
    assert (first.record["type"], last.record["type"]) == ("single_choice", "true_false")
    record = passage.record
    assert (record["type"], passage.problems, passage.doubts, passage.losses) == ("material", (), (), ())
    assert [(one["type"], one["marks"]) for one in record["content"]["questions"]] == [
        ("single_choice", 2),
        ("true_false", 3),
    ]
    assert record["key"]["questions"]["q2"] == {"correct": False}
    assert passage.source.count("\n") == 2


def test_questions_of_one_table_do_not_belong_to_a_passage_of_another(tmp_path):
    head = ["题型", "题干", "选项A", "选项B", "答案"]
    tables = [
        table(head, ["材料题", "一段材料。", "", "", ""]),
        table(head, ["小题：单选题", "哪个？", "甲", "乙", "A"]),
    ]
    passage, part = rows_of(FORMAT, docx("".join(tables)), tmp_path, name="file.docx")
    assert passage.problems
    assert part.record["type"] != "material"


def test_a_passage_without_marked_questions_says_what_to_write(tmp_path):
    head = ["题型", "题干", "选项A", "选项B", "答案"]
    rows = [["材料题", "一段材料。", "", "", ""], ["单选题", "哪个？", "甲", "乙", "A"]]
    found = rows_of(FORMAT, docx(table(head, *rows)), tmp_path, name="file.docx")
    assert "小题" in _texts(found[0].problems)
    assert found[1].doubts
