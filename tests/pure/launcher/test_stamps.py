from edu.launcher import stamps


def files(root, **contents):
    for name, content in contents.items():
        (root / name).write_text(content)
    return [root / name for name in contents]


def test_fingerprint_follows_content_name_and_words(tmp_path):
    paths = files(tmp_path, a="1", b="2")
    first = stamps.fingerprint(root=tmp_path, files=paths)
    assert stamps.fingerprint(root=tmp_path, files=reversed(paths)) == first
    assert stamps.fingerprint(root=tmp_path, files=paths, words=["3.12"]) != first
    assert stamps.fingerprint(root=tmp_path, files=paths[:1]) != first
    (tmp_path / "a").write_text("changed")
    assert stamps.fingerprint(root=tmp_path, files=paths) != first


def test_fingerprint_does_not_mix_up_where_one_file_ends(tmp_path):
    one = stamps.fingerprint(root=tmp_path, files=files(tmp_path, a="12", b="3"))
    assert stamps.fingerprint(root=tmp_path, files=files(tmp_path, a="1", b="23")) != one


def test_stamp_is_current_only_for_the_value_it_holds(tmp_path):
    stamp = tmp_path / "deep" / "stamp"
    assert not stamps.is_current(stamp, "x")
    stamps.write(stamp, "x")
    assert stamps.is_current(stamp, "x")
    assert not stamps.is_current(stamp, "y")
    stamps.remove(stamp)
    stamps.remove(stamp)
    assert not stamps.is_current(stamp, "x")


def test_broken_stamp_counts_as_none(tmp_path):
    stamp = tmp_path / "stamp"
    stamp.write_bytes(b"\xff\xfe")
    assert not stamps.is_current(stamp, "x")
