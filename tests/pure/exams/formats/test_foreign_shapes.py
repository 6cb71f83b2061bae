"""Files as other exam tools write them: each row is read rightly, is doubtful where it was guessed, or says why not."""

import pytest

from exams.interchange.formats.base import Source
from exams.interchange.formats.registry import find_format
from tests.pure.exams.formats.foreign_shapes import SHAPES
from tests.pure.exams.formats.reading import check_faults, rows_of


def answer_of(record):
    """Return what counts for right, shortly."""
    key = record["key"]
    if "fractions" in key:
        return "".join(key["fractions"])
    if "correct" in key:
        return key["correct"] if isinstance(key["correct"], bool) else "".join(key["correct"])
    if "blanks" in key:
        return " ".join(blank["answers"][0]["text"] for blank in key["blanks"].values())
    return " ".join(one["text"] for one in key.get("answers", ()))


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_a_foreign_file_is_read_as_it_was_meant(shape, tmp_path):
    name, text, expected = SHAPES[shape]
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    source = Source(name=name, path=path)
    rows = list(find_format(source).read(source))
    told = []
    for row in rows:
        if row.problems:
            told.append((row.problems[0].text % row.problems[0].values)[:60])
            continue
        assert check_faults(row.record) == []
        told.append((row.record["type"], answer_of(row.record), str(row.record["marks"]), bool(row.doubts)))
    assert told == expected


UNCLEAR = {
    "two columns": "Capital of France\tParis\nCapital of Italy\tRome\n",
    "letters beyond the options": "哪个？,甲,乙,F\n谁？,丙,丁,E\n",
    "two columns of letters": "哪个？,甲,乙,A,B\n谁？,丙,丁,B,A\n",
    "no questions": "name,age,city\nBob,5,Paris\nAnn,6,Rome\n",
}


@pytest.mark.parametrize("shape", sorted(UNCLEAR))
def test_a_table_whose_columns_are_not_clear_is_declined(shape, tmp_path):
    from exams.interchange.formats import delimited
    from exams.interchange.formats.base import UnreadableFile

    with pytest.raises(UnreadableFile, match="No header was found"):
        rows_of(delimited.FORMAT, UNCLEAR[shape], tmp_path, name="a.csv")
