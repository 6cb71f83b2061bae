"""GIFT, Aiken, cloze and Moodle XML of the corpus: read, compared with what is stated, written and read again."""

import csv
import io

import pytest

from exams.interchange.formats.base import ExportedRecord, Source, UnreadableFile
from exams.interchange.formats.registry import find_format, get_format
from tests.pure.exams.formats import corpus_text, corpus_walkthrough

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        not corpus_text.ROOT.exists(), reason=f"CORPUS ABSENT: {corpus_text.ROOT} is not there; set JINBANG_CORPUS"
    ),
]
STATED_OTHERWISE = {"aiken_errors.txt": 6, "aiken.txt": 13}
"""Where the manifest counts ANSWER lines and we every piece of text that had to be accounted for."""


@pytest.mark.parametrize("kind", corpus_text.ENDINGS)
def test_every_question_is_imported_or_declined_with_a_reason(kind):
    row = corpus_text.survey_kind(kind)
    assert row["files"]
    assert row["wrong"] == []
    assert all(row["reasons"])


@pytest.mark.parametrize("kind", ["aiken", "gift", "moodle_xml", "moodle_xml_stack"])
def test_the_questions_of_the_manifest_are_accounted_for(kind):
    with (corpus_text.ROOT / "MANIFEST.tsv").open(encoding="utf-8", newline="") as stream:
        stated = {row["path"]: int(row["questions"]) for row in csv.DictReader(stream, delimiter="\t")}
    found = {}
    for path in corpus_text.files_of(kind):
        source = Source(name=path.name, path=path)
        found[path.name] = (
            sum(1 for _row in find_format(source).read(source)),
            STATED_OTHERWISE.get(path.name, stated[str(path.relative_to(corpus_text.ROOT))]),
        )
    assert {name: counts for name, counts in found.items() if counts[0] != counts[1]} == {}


def test_our_parse_of_gift_is_the_stated_one():
    count, differences = corpus_text.gift_differences()
    assert count >= 80
    assert differences == []


def neutral(record):
    """The record with marks said, and the right side of a matching in the order of its texts: Moodle keeps partners
    with their left sides and the others behind them, shows them shuffled, and takes no paragraph around a partner."""
    made = {"marks": "1"} | dict(record)
    if made["type"] == "matching":
        right = made["content"]["right"]
        texts = {option["id"]: option["text"].removeprefix("<p>").removesuffix("</p>") for option in right}
        pairs = {left: texts[right] for left, right in made["key"]["pairs"].items()}
        made["content"] = made["content"] | {"right": sorted(texts.values())}
        made["key"] = made["key"] | {"pairs": pairs}
    return made


@pytest.mark.parametrize("name", ["gift", "moodle_xml"])
def test_what_is_imported_is_written_and_read_as_the_same(name, tmp_path):
    format_ = get_format(name)
    path = tmp_path / "again"
    same = 0
    for kind in ("gift", "moodle_xml", "aiken", "moodle_xml_stack", "other_text_formats"):
        for file in corpus_text.files_of(kind):
            source = Source(name=file.name, path=file)
            try:
                rows = [row for row in find_format(source).read(source) if not row.problems]
            except UnreadableFile:
                continue
            for row in rows:
                stream = io.BytesIO()
                losses = format_.write([ExportedRecord(record=row.record, attachments=row.attachments)], stream)
                if losses:
                    continue
                path.write_bytes(stream.getvalue())
                (again,) = format_.read(Source(name="again", path=path))
                assert neutral(again.record) == neutral(row.record), file.name
                assert set(again.attachments) == set(row.attachments), file.name
                same += 1
    assert same > 130


@pytest.mark.parametrize("folder", corpus_walkthrough.SETS, ids=lambda folder: folder.parents[1].name)
def test_deferred_feedback_sets_replay_to_every_stated_mark(folder):
    replayed = list(corpus_walkthrough.replay(folder))
    assert replayed
    assert [one for one in replayed if abs(one.ours - one.stated) > 1e-5] == []
