"""Hostile files of every format, each in a process of its own with a limit on memory, and on seconds."""

import json
import resource
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest

from exams.interchange.formats.base import Source, UnreadableFile
from exams.interchange.formats.chinese_text import lines_of
from exams.interchange.formats.paper_lines import read_paper
from exams.interchange.formats.registry import get_format

MEGABYTE = 1_000_000
LONG = 200 * MEGABYTE
SECONDS = 20
PEAK_MEBIBYTES = 420
"""Django-free Python with the formats and pydantic takes some 60."""

READ = textwrap.dedent(
    """
    import json, resource, sys
    from pathlib import Path
    from exams.interchange.formats.base import Source, UnreadableFile
    from exams.interchange.formats.registry import get_format
    name, path = sys.argv[1:3]
    told, rows = "", 0
    try:
        for row in get_format(name).read(Source(name=Path(path).name, path=Path(path))):
            rows += 1
            told = told or " ".join(one.text % one.values for one in row.problems)
    except UnreadableFile as error:
        told = error.text % error.values if error.values else error.text
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"told": told, "rows": rows, "peak": peak}))
    """
)

ONE_LINE = {
    "aiken": ("a.txt", b"What is it", b"x"),
    "chinese_text": ("a.txt", "1．题目".encode(), "甲".encode()),
    "cloze": ("a.txt", b"{1:SA:=", b"x"),
    "delimited": ("a.csv", b"question,answer\n", b"x"),
    "delimited quoted": ("a.csv", b'question,answer\n"', b"x"),
    "foreign_json": ("a.json", b'[{"question":"', b"x"),
    "gift": ("a.gift", b"::a:: What {=", b"x"),
    "json_lines": ("a.jsonl", b'{"type":"', b"x"),
    "moodle_xml": ("a.xml", b'<?xml version="1.0"?><quiz><question type="essay"><name><text>', b"x"),
    "qti21": ("a.xml", b'<?xml version="1.0"?><assessmentItem title="', b"x"),
    "yaml_records": ("a.yaml", b"- type: ", b"x"),
}


def read_apart(name: str, path: Path) -> tuple[dict, float]:
    """Read a file in a process of its own; return what it says and the seconds."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", READ, name, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[4],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60)),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout), time.monotonic() - began


@pytest.mark.parametrize("case", sorted(ONE_LINE))
def test_two_hundred_megabytes_of_one_line(case, tmp_path):
    name, head, sign = ONE_LINE[case]
    path = tmp_path / name
    with path.open("wb") as stream:
        stream.write(head)
        piece = sign * (MEGABYTE // len(sign))
        for _part in range(LONG // MEGABYTE):
            stream.write(piece)
    told, seconds = read_apart(case.split()[0], path)
    path.unlink()
    assert told["told"], told
    assert seconds < SECONDS, told
    assert told["peak"] < PEAK_MEBIBYTES, told


HALF = b"\x00\xd8"
"""Half a pair of UTF-16, little-endian."""

TEXTS = {
    "aiken": ("a.txt", "Which\nA. one\nB. two\nANSWER: A\n"),
    "chinese_text": ("a.txt", "1．哪一个？\nA．甲\nB．乙\n答案：A\n"),
    "delimited": ("a.csv", "题干,A,B,答案\n哪一个？,甲,乙,A\n"),
    "gift": ("a.gift", "Which {=one ~two}\n"),
    "foreign_json": ("a.json", '[{"question":"哪一个？","options":["甲","乙"],"answer":"A"}]'),
}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_half_a_pair_of_utf_16_is_refused_or_taken_out(name, tmp_path):
    file_name, text = TEXTS[name]
    path = tmp_path / file_name
    path.write_bytes(b"\xff\xfe" + text[:6].encode("utf-16-le") + HALF + text[6:].encode("utf-16-le"))
    source = Source(name=file_name, path=path)
    try:
        rows = list(get_format(name).read(source))
    except UnreadableFile:
        return
    json.dumps([row.record for row in rows]).encode()
    assert all("\ud800" not in str(row.record) for row in rows)


@pytest.mark.parametrize(
    "value", ["\ud800", "a\udfff", "\x00", "\ud800\x00"], ids=["high", "low", "zero", "high and zero"]
)
def test_escaped_halves_and_zeros_never_reach_a_record(value, tmp_path):
    path = tmp_path / "a.json"
    entry = {"question": f"哪{value}个？", "options": [f"甲{value}", "乙"], "answer": "A", "category": f"章{value}"}
    path.write_text(json.dumps([entry]), encoding="utf-8")
    for row in get_format("foreign_json").read(Source(name="a.json", path=path)):
        assert not any(sign in str(row.record["content"]) for sign in ("\ud800", "\udfff", "\x00"))
        assert row.doubts


def test_patterns_of_lines_take_linear_time():
    signs = ["（", "1", "A.", "答案：A ", "一、", "(1)", "1-", "A\t", "（正确答案", "|a"]
    lines = [sign * (40_000 // len(sign)) for sign in signs]
    began = time.monotonic()
    for line in lines:
        text = f"1. 题目\nA. 甲\nB. 乙\n{line}\n参考答案\n{line}\n"
        try:
            list(read_paper(lines_of(text.split("\n"), is_markdown=True)))
        except UnreadableFile:
            continue
    assert time.monotonic() - began < SECONDS


def test_a_sheet_merged_without_end_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    merges = "".join(f'<mergeCell ref="A{n}:C{n + 900_000}"/>' for n in range(1, 50))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="a" sheetId="1"/></sheets></workbook>')
        package.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet><sheetData/><mergeCells>{merges}</mergeCells></worksheet>"
        )
    with pytest.raises(UnreadableFile, match="unpacks to far more"):
        list(get_format("xlsx").read(Source(name="a.xlsx", path=path)))
