"""A QTI 3.0 package of ours: read back by us it is the same; read as anybody's it earns the same marks."""

import io
import zipfile

import pytest

from exams.domain.grading import GradingPolicy, grade
from exams.interchange.formats.base import Attachment, ExportedRecord, Source
from exams.interchange.formats.qti.convert import convert
from exams.interchange.formats.qti.items import read_item
from exams.interchange.formats.qti.nodes import parse_xml
from exams.interchange.formats.qti.notes import Assets, Notes
from exams.interchange.formats.qti.reader import read_qti
from exams.interchange.formats.qti.writer import item_xml
from exams.interchange.formats.registry import get_format
from tests.pure.exams.samples import CASES, SAMPLES

RECORDS = {
    name: {"type": name, "marks": "2", "content": sample.content, "key": sample.key, "ref": name, "tags": ["x"]}
    for name, sample in SAMPLES.items()
    if name != "calculated"
}
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (300).to_bytes(4, "big") + (200).to_bytes(4, "big")


def packed(records, attachments=()):
    stream = io.BytesIO()
    losses = get_format("qti3").write(
        [ExportedRecord(record=r, attachments=tuple(attachments)) for r in records], stream
    )
    return stream.getvalue(), losses


def rows_of(data, tmp_path):
    path = tmp_path / "p.zip"
    path.write_bytes(data)
    return list(read_qti(Source(name="p.zip", path=path)))


def test_our_own_package_comes_back_the_same(tmp_path):
    picture = Attachment(name="map.png", data=PICTURE)
    data, _ = packed(RECORDS.values(), [picture])
    rows = rows_of(data, tmp_path)
    assert [row.record for row in rows] == list(RECORDS.values())
    assert all(row.attachments == (picture,) and not row.problems for row in rows)


def test_a_changed_item_goes_before_the_kept_record(tmp_path):
    record = RECORDS["single_choice"]
    data, _ = packed([record])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, body.replace("会计主体".encode(), "货币计量".encode()) if name == "item-1.xml" else body)
    (row,) = rows_of(buffer.getvalue(), tmp_path)
    assert "货币计量" in row.record["content"]["stem"]


def test_what_qti_cannot_carry_is_said(tmp_path):
    record = {"type": "calculated", "marks": "1", "content": {"stem": "?"}, "key": {}}
    data, losses = packed([record, RECORDS["true_false"]])
    assert [loss.row for loss in losses if loss.field == "type"] == [1]
    assert len(rows_of(data, tmp_path)) == 1


def _converted(record):
    text, _ = item_xml(record, identifier="i")
    notes = Notes()
    item = read_item(parse_xml(text.encode()), assets=Assets(notes, read=lambda path: PICTURE), notes=notes)
    return convert(item)


MC = {"stem": "?", "options": [{"id": id_, "text": id_} for id_ in "abcd"]}
RULED = [
    ("single_choice", RECORDS["single_choice"]["content"], RECORDS["single_choice"]["key"], ["a", "b", "c", "d"]),
    ("multiple_choice", MC, {"correct": ["a", "c"], "rule": "all_or_nothing"}, [["a", "c"], ["a"], ["a", "b", "c"]]),
    ("multiple_choice", MC, {"correct": ["a", "c"], "rule": "net_correct"}, [["a", "c"], ["a"], ["a", "b", "c"]]),
    ("multiple_choice", MC, {"correct": ["a", "c"], "rule": "each_option"}, [["a", "c"], ["a"], ["b", "d"]]),
    (
        "multiple_choice",
        MC,
        {"correct": ["a"], "rule": "sum_of_fractions", "fractions": {"a": 1, "b": -0.5}},
        [["a"], ["a", "b"], ["b"], ["c"]],
    ),
    (
        "multiple_choice",
        MC,
        {"correct": ["a"], "rule": "all_or_nothing", "accepted": [["b", "c"]]},
        [["a"], ["b", "c"], ["b"]],
    ),
    ("hotspot", RECORDS["hotspot"]["content"], RECORDS["hotspot"]["key"], [["a"], ["a", "b"], ["c"], ["a", "c"]]),
]


@pytest.mark.parametrize(("name", "content", "key", "responses"), RULED)
def test_choices_earn_the_same_elsewhere(name, content, key, responses):
    made = _converted({"type": name, "marks": "2", "content": content, "key": key})
    for response in responses:
        ours = grade(name, content, key, response, GradingPolicy()).fraction * 2
        theirs = grade(made.record["type"], made.record["content"], made.record["key"], response).fraction
        assert theirs * float(made.record["marks"]) == pytest.approx(ours)


def test_typed_answers_earn_the_same_elsewhere():
    key = {"answers": [{"text": "Paris"}, {"text": "Lutetia", "fraction": 0.5}], "fold_case": True}
    made = _converted({"type": "short_text", "marks": "2", "content": {"stem": "Capital?"}, "key": key})
    for text, marks in (("paris", 2), ("LUTETIA", 1), ("Rome", 0)):
        record = made.record
        assert grade(record["type"], record["content"], record["key"], {"b1": text}).fraction * 2 == marks


def test_numbers_earn_the_same_elsewhere():
    key = {"answers": [{"value": "12.5", "tolerance": "0.1"}, {"value": "12.5", "tolerance": "1", "fraction": 0.5}]}
    made = _converted({"type": "numerical", "marks": "2", "content": {"stem": "?"}, "key": key})
    for text, marks in (("12.6", 2), ("12.4", 2), ("12.61", 1), ("13.5", 1), ("13.51", 0)):
        mark = grade(made.record["type"], made.record["content"], made.record["key"], text)
        assert mark.fraction * 2 == marks


@pytest.mark.parametrize("name", ["matching", "categorisation", "ordering", "cloze", "material", "essay", "fill_blank"])
def test_other_types_are_taken_over_from_the_plain_item(name):
    assert _converted(RECORDS[name]).record["marks"] == "2"


def test_several_partners_earn_the_same_elsewhere():
    """Where worths are added up, pair by pair; what has a floor for each left one is written as all or nothing."""
    sample = CASES["matching/several"]
    whole = {"pairs": {"l1": ["r1", "r3"], "l2": "r1", "l3": "r4"}, "grading": "all_or_nothing"}
    record = {"type": "matching", "marks": "2", "content": sample.content, "key": whole}
    made = _converted(record).record
    for response in ({**sample.right, "l2": "r1"}, sample.right, sample.partial, sample.wrong):
        earned = [grade("matching", one["content"], one["key"], response).fraction for one in (record, made)]
        assert earned[0] == earned[1]
    _, losses = item_xml({**record, "key": sample.key}, identifier="i")
    assert any("all or nothing" in loss for loss in losses)
