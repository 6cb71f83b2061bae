import pytest

from exams.interchange.formats import encodings
from exams.interchange.formats.base import UnreadableFile
from exams.interchange.formats.encodings import decode, encoding_of, read_lines

CHINESE = "会计主体假设规定了会计核算的空间范围。\nA. 对  B. 错，“引号”\n"
FRENCH = "Où est née l'élève ? Ça dépend, déjà à Noël.\n"


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE + "㐀𠀀", "gb18030", "gb18030"),
        (FRENCH, "cp1252", "cp1252"),
        (FRENCH, "utf-8", "utf-8"),
        ("plain ASCII\n", "ascii", "utf-8"),
        ("", "utf-8", "utf-8"),
    ],
)
def test_the_encoding_of_a_text_is_told(text, encoding, told, tmp_path):
    data = text.encode(encoding)
    assert decode(data) == (text, told)
    path = tmp_path / "text.txt"
    path.write_bytes(data)
    assert encoding_of(path) == told
    assert "\n".join(read_lines(path, told)).lstrip("\ufeff") == text


def test_a_character_across_two_chunks_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(encodings, "CHUNK", 7)
    path = tmp_path / "text.txt"
    path.write_bytes(CHINESE.encode("gbk"))
    assert list(read_lines(path, "gb18030")) == CHINESE.split("\n")


@pytest.mark.parametrize("chunk", [1, 2, 3, 64])
def test_all_three_line_ends_end_a_line_at_any_chunk(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(encodings, "CHUNK", chunk)
    path = tmp_path / "text.txt"
    path.write_bytes(b"a\r\nb\rc\nd\r\n")
    assert list(read_lines(path, "utf-8")) == ["a", "b", "c", "d", ""]


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(UnreadableFile):
        encoding_of(path)
    with pytest.raises(UnreadableFile):
        decode(path.read_bytes())
    with pytest.raises(UnreadableFile):
        list(read_lines(path, "utf-8"))
    with pytest.raises(UnreadableFile):
        list(read_lines(path, "no-such-encoding"))


def test_a_line_without_end_is_refused_before_it_is_read_whole(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(b"x" * 5_000_000)
    with pytest.raises(UnreadableFile, match="longer than"):
        list(read_lines(path, "utf-8"))
