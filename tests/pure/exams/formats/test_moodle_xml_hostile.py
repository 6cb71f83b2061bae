import time
import tracemalloc

import pytest

from exams.interchange.formats import markup, xml_stream
from exams.interchange.formats.base import Source, UnreadableFile
from exams.interchange.formats.moodle_xml import FORMAT
from tests.pure.exams.formats.reading import reasons_of, rows_of

OPEN = '<quiz><question type="essay"><name><text>n</text></name><questiontext format="html"><text>'
CLOSE = "</text></questiontext></question>"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<!DOCTYPE quiz [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + OPEN + "&b;" + CLOSE + "</quiz>", "declares"),
        ('<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>', "declares"),
        ('<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>', "declares"),
        ("<quiz>" + "<a>" * 100_000, "nested"),
        ("<html><body/></html>", "begins with <html>"),
        ("", "not valid XML"),
        ("no XML at all", "not valid XML"),
        (OPEN + "&#0;", "not valid XML"),
        (OPEN + "&#xD800;", "not valid XML"),
        ('<?xml version="1.0" encoding="zlib"?><quiz/>', "encoding zlib"),
        ('<?xml version="1.0" encoding="unicode_escape"?><quiz/>', "encoding unicode_escape"),
        (b'<?xml version="1.0" encoding="GBK"?><quiz>\xff\xff</quiz>', "not valid XML"),
    ],
)
def test_a_file_that_is_no_list_of_questions_is_refused(text, reason, tmp_path):
    with pytest.raises(UnreadableFile, match=reason):
        rows_of(FORMAT, text, tmp_path)


def test_a_damaged_file_gives_what_stands_before_the_damage(tmp_path):
    rows = rows_of(FORMAT, OPEN + "one" + CLOSE + OPEN[6:] + "two" + CLOSE + "<question type=", tmp_path)
    assert [bool(row.problems) for row in rows] == [False, False, True]
    assert "damaged at line 1" in reasons_of(rows)[0]


@pytest.mark.parametrize("encoding", ["GBK", "GB18030", "UTF-16", "Big5"])
def test_declared_encodings_are_read(encoding, tmp_path):
    text = f'<?xml version="1.0" encoding="{encoding}"?>{OPEN}會計{CLOSE}</quiz>'
    (row,) = rows_of(FORMAT, text.encode(encoding), tmp_path)
    assert row.record["content"]["stem"] == "會計"


def test_a_question_too_large_is_a_row_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_stream, "MAXIMUM_ELEMENT", 100_000)
    rows = rows_of(FORMAT, OPEN + "x" * 300_000 + CLOSE + OPEN[6:] + "two" + CLOSE + "</quiz>", tmp_path)
    assert [bool(row.problems) for row in rows] == [True, False]
    many = OPEN[: OPEN.index("<name>")] + "<a/>" * 10_000
    with pytest.raises(UnreadableFile, match="larger"):
        rows_of(FORMAT, many, tmp_path)


def test_a_tag_or_a_comment_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_stream, "MAXIMUM_TOKEN", 100_000)
    for start in ("<quiz><!--", '<quiz a="'):
        with pytest.raises(UnreadableFile, match="tag or a comment"):
            rows_of(FORMAT, start + "x" * 400_000, tmp_path)


def test_a_text_too_long_is_a_problem_of_its_row(tmp_path, monkeypatch):
    rows = rows_of(FORMAT, OPEN + "x" * 200_001 + CLOSE + "</quiz>", tmp_path)
    assert reasons_of(rows) == ["A text is longer than 200000 characters."]
    monkeypatch.setattr(markup, "MAXIMUM_TEXT", 200_002)
    rows = rows_of(FORMAT, OPEN + "x" * 200_003 + CLOSE + "</quiz>", tmp_path)
    assert reasons_of(rows) == ["A text is longer than 200000 characters."]


def test_one_line_of_a_hundred_megabytes_ends_soon_in_bounded_memory(tmp_path):
    path = tmp_path / "big.xml"
    with path.open("wb") as stream:
        stream.write(OPEN.encode())
        for _part in range(100):
            stream.write(b"x" * 1_000_000)
        stream.write(f"{CLOSE}</quiz>".encode())
    tracemalloc.start()
    start = time.perf_counter()
    rows = list(FORMAT.read(Source(name=path.name, path=path)))
    took = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reasons_of(rows) == ["This question is larger than 48 MiB."]
    assert took < 15
    assert peak < 110 * 1024 * 1024


@pytest.mark.parametrize(
    "piece",
    ["<audio>", "<math>", '<a b="', "<a b c ", "<img src=", "<div><p>", "<!--", "<script>", "$$", "&amp;", "<p \n"],
)
def test_hostile_markup_is_read_in_a_moment(piece, tmp_path):
    start = time.perf_counter()
    rows_of(FORMAT, f"{OPEN}<![CDATA[{piece * (180_000 // len(piece))}]]>{CLOSE}</quiz>", tmp_path)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("piece", ["**a ", "`a``", "[a", "![a](", "_a ", "- a\n", "    x\n", "1. "])
def test_hostile_markdown_is_read_in_a_moment(piece, tmp_path):
    start = time.perf_counter()
    text = OPEN.replace("html", "markdown") + piece * (150_000 // len(piece)) + CLOSE + "</quiz>"
    rows_of(FORMAT, text, tmp_path)
    assert time.perf_counter() - start < 10
