"""QTI files that mean harm, or mean nothing: a clear answer within seconds, in bounded memory."""

import io
import time
import tracemalloc
import zipfile

import pytest

from exams.interchange.formats.base import Source, UnreadableFile
from exams.interchange.formats.qti.reader import read_qti
from exams.interchange.formats.registry import find_format, get_format, list_formats

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
ITEM = (
    '<assessmentItem identifier="i" title="t" adaptive="false">{declared}'
    '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
    "<itemBody>{body}</itemBody>{rules}</assessmentItem>"
)
MATCH = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'
DECLARED = (
    '<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="identifier">'
    "<correctResponse><value>A0</value></correctResponse></responseDeclaration>"
)


def choice_item(count: int, *, cardinality: str = "single", rules: str = MATCH) -> str:
    choices = "".join(f'<simpleChoice identifier="A{at}">Option {at}</simpleChoice>' for at in range(count))
    body = f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="0">{choices}</choiceInteraction>'
    return ITEM.format(declared=DECLARED.format(cardinality=cardinality), body=body, rules=rules)


@pytest.fixture
def read(tmp_path):
    def run(data: bytes, name: str = "file.xml"):
        path = tmp_path / name
        path.write_bytes(data)
        return list(read_qti(Source(name=name, path=path)))

    return run


def zipped(members: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 5000,
        b"just text",
        b"<html><body/></html>",
        b"<manifest/>",
        b"<assessmentTest/>",
        b"<assessmentItem",
        b"<assessmentItem><itemBody></assessmentItem>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><assessmentItem>&x;</assessmentItem>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><assessmentItem>&x;</assessmentItem>',
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><questestinterop><item>&b;</item></questestinterop>',
        b'<?xml version="1.0" encoding="no-such"?><assessmentItem/>',
        ("<assessmentItem>" + "<p>" * 5000).encode(),
        b"<questestinterop></questestinterop>",
        b"\xff\xfe<\x00",
        b"PK\x03\x04 no zip",
    ],
)
def test_a_file_without_questions_says_so(read, data):
    with pytest.raises(UnreadableFile):
        read(data)


def test_a_document_type_alone_is_no_offence(read):
    data = '<!DOCTYPE questestinterop SYSTEM "ims_qtiasiv1p2.dtd"><questestinterop><item ident="i"/></questestinterop>'
    (row,) = read(data.encode())
    assert row.problems


def test_entities_inside_a_package_decline_that_question_only(read):
    bad = '<!DOCTYPE a [<!ENTITY x "y">]><assessmentItem>&x;</assessmentItem>'
    rows = read(zipped({"a.xml": bad, "b.xml": HEAD + choice_item(3)}), "p.zip")
    assert [bool(row.problems) for row in rows] == [True, False]


def test_a_zip_bomb_is_not_unpacked(read):
    bomb = zipped({"a.xml": b"<assessmentItem>" + b" " * 80_000_000})
    started = time.perf_counter()
    tracemalloc.start()
    with pytest.raises(UnreadableFile):
        read(bomb, "p.zip")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    assert time.perf_counter() - started < 5


def test_a_picture_that_unpacks_to_too_much_is_refused(read):
    body = '<p><img src="bomb.png" alt="x"/></p>'
    item = HEAD + choice_item(3).replace("<itemBody>", f"<itemBody>{body}")
    with pytest.raises(UnreadableFile):
        read(zipped({"a.xml": item, "bomb.png": b"\0" * 50_000_000}), "p.zip")


def test_paths_out_of_the_package_lead_nowhere(read):
    body = '<p><img src="../../../../etc/passwd" alt="x"/><img src="/etc/passwd" alt="y"/></p>'
    item = HEAD + choice_item(3).replace("<itemBody>", f"<itemBody>{body}")
    (row,) = read(zipped({"../../a.xml": item}), "p.zip")
    assert row.attachments == ()
    assert row.file == "a.xml"
    assert row.losses


def test_a_package_of_too_many_files_is_refused(read):
    with pytest.raises(UnreadableFile):
        read(zipped({f"{at}.txt": b"" for at in range(20_001)}, zipfile.ZIP_STORED), "p.zip")


def test_a_very_long_line_is_refused_early(tmp_path):
    path = tmp_path / "long.xml"
    with path.open("wb") as stream:
        stream.write(b"<questestinterop><item><presentation><material><mattext>")
        for _ in range(200):
            stream.write(b"x" * 1_000_000)
    started = time.perf_counter()
    tracemalloc.start()
    with pytest.raises(UnreadableFile):
        list(read_qti(Source(name="long.xml", path=path)))
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()
    assert time.perf_counter() - started < 5


def test_ten_thousand_questions_are_read_one_by_one(tmp_path):
    item = (
        '<item ident="i{at}"><presentation><material><mattext>Question {at}</mattext></material>'
        '<response_lid ident="r"><render_choice><response_label ident="A"><material><mattext>Yes</mattext></material>'
        '</response_label><response_label ident="B"><material><mattext>No</mattext></material></response_label>'
        "</render_choice></response_lid></presentation><resprocessing><outcomes><decvar/></outcomes><respcondition>"
        '<conditionvar><varequal respident="r">A</varequal></conditionvar><setvar>1</setvar></respcondition>'
        "</resprocessing></item>"
    )
    path = tmp_path / "many.xml"
    with path.open("w") as stream:
        stream.write("<questestinterop>")
        stream.writelines(item.format(at=at) for at in range(2_000))
        stream.write("</questestinterop>")
    tracemalloc.start()
    count = sum(row.record is not None for row in read_qti(Source(name="many.xml", path=path)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 2_000
    assert peak < 30_000_000


def test_a_file_that_breaks_off_keeps_what_was_read(read):
    item = '<item ident="i"><presentation><material><mattext>Q</mattext></material></presentation></item>'
    rows = read(f"<questestinterop><assessment><section>{item}{item}".encode())
    assert len(rows) == 3
    assert "breaks off" in rows[-1].problems[0].text


@pytest.mark.parametrize("count", [13, 30, 40])
def test_huge_spaces_of_responses_are_bounded(read, count):
    member = '<member><baseValue baseType="identifier">A{at}</baseValue><variable identifier="RESPONSE"/></member>'
    tests = "".join(member.format(at=at) for at in range(count))
    rules = (
        f"<responseProcessing><responseCondition><responseIf><or>{tests}</or>"
        '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
        "</responseIf></responseCondition></responseProcessing>"
    )
    started = time.perf_counter()
    (row,) = read((HEAD + choice_item(count, cardinality="multiple", rules=rules)).encode())
    assert row.problems
    assert time.perf_counter() - started < 10


def test_expensive_rules_are_given_up(read):
    rule = (
        '<setOutcomeValue identifier="SCORE"><sum>'
        + '<baseValue baseType="float">1</baseValue>' * 8000
        + "</sum></setOutcomeValue>"
    )
    rules = f"<responseProcessing>{rule * 2}</responseProcessing>"
    started = time.perf_counter()
    (row,) = read((HEAD + choice_item(12, cardinality="multiple", rules=rules)).encode())
    assert row.problems
    assert time.perf_counter() - started < 15


@pytest.mark.parametrize(
    "rules",
    [
        "<responseProcessing><setOutcomeValue identifier='SCORE'/></responseProcessing>",
        "<responseProcessing><responseCondition><responseIf/></responseCondition></responseProcessing>",
        "<responseProcessing><setOutcomeValue identifier='NO'><null/></setOutcomeValue></responseProcessing>",
        "<responseProcessing><setOutcomeValue identifier='SCORE'><power><baseValue baseType='float'>1e250</baseValue>"
        "<baseValue baseType='float'>999</baseValue></power></setOutcomeValue></responseProcessing>",
        "<responseProcessing><setOutcomeValue identifier='SCORE'><baseValue baseType='float'>NaN</baseValue>"
        "</setOutcomeValue></responseProcessing>",
        "<responseProcessing><setOutcomeValue identifier='SCORE'><index n='99999999999999999999'>"
        "<variable identifier='RESPONSE'/></index></setOutcomeValue></responseProcessing>",
        "<responseProcessing><setOutcomeValue identifier='SCORE'><repeat numberRepeats='99999999'>"
        "<baseValue baseType='float'>1</baseValue></repeat></setOutcomeValue></responseProcessing>",
        "<responseProcessing template='http://example.org/nothing'/>",
        "<responseProcessing><setOutcomeValue identifier='SCORE'><random/></setOutcomeValue></responseProcessing>",
    ],
)
def test_rules_without_sense_decline_the_question(read, rules):
    (row,) = read((HEAD + choice_item(3, rules=rules)).encode())
    assert row.record is None
    assert row.problems


def test_odd_signs_do_no_harm(read):
    body = "<p>\ue010999\ue011 a [[b1]] b</p>"
    data = HEAD + choice_item(2).replace("<itemBody>", f"<itemBody>{body}")
    (row,) = read(data.encode())
    assert "\ue010" not in row.record["content"]["stem"]


def test_formats_are_found_by_name_and_content(tmp_path):
    assert {"qti12", "qti21", "qti3"} <= set(list_formats())
    samples = {
        "qti12": b'<?xml version="1.0"?><questestinterop/>',
        "qti21": b'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"/>',
        "qti3": b'<qti-assessment-item xmlns="x"><qti-item-body/></qti-assessment-item>',
    }
    for name, data in samples.items():
        path = tmp_path / f"{name}.xml"
        path.write_bytes(data)
        assert find_format(Source(name=path.name, path=path)).name == name
    path = tmp_path / "package.zip"
    path.write_bytes(zipped({"imsmanifest.xml": "<manifest/>"}))
    assert find_format(Source(name=path.name, path=path)).read is get_format("qti3").read
