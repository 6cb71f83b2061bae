import json
import os
import subprocess
import sys

import pytest

from edu.launcher.paths import CannotStart, Folders
from edu.launcher.run import demo_reset
from edu.launcher.run_lock import RunLock, end_leftovers, remember_parts, started_mark


def test_second_run_in_a_folder_is_told_who_holds_the_first(tmp_path):
    first = RunLock(tmp_path / "run" / "lock")
    first.acquire(address="http://127.0.0.1:8000/")
    with pytest.raises(CannotStart, match=rf"already running.*process {os.getpid()}, http://127\.0\.0\.1:8000/"):
        RunLock(tmp_path / "run" / "lock").acquire()
    first.release()
    second = RunLock(tmp_path / "run" / "lock")
    second.acquire()
    second.release()


def sleeper():
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)


def test_leftovers_of_a_killed_run_are_ended(tmp_path):
    child = sleeper()
    remember_parts(tmp_path / "parts.json", {"web": child.pid})
    # Our own child stays in the table until it is waited for, so no grace would be enough.
    assert end_leftovers(tmp_path / "parts.json", grace_seconds=0.1) == ["web"]
    assert child.wait(5) != 0
    assert end_leftovers(tmp_path / "parts.json") == []


def test_process_that_only_has_the_number_of_a_leftover_is_spared(tmp_path):
    child = sleeper()
    try:
        row = {"part": "web", "pid": child.pid, "started": "another time"}
        (tmp_path / "parts.json").write_text(json.dumps([row]))
        assert end_leftovers(tmp_path / "parts.json") == []
        assert child.poll() is None
    finally:
        child.kill()
        child.wait()


def test_process_that_is_gone_has_no_mark():
    child = sleeper()
    assert started_mark(child.pid) is not None
    child.kill()
    child.wait()
    assert started_mark(child.pid) is None


def test_demo_reset_deletes_everything_but_what_links_point_to(tmp_path):
    folders = Folders(root=tmp_path)
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("stays")
    (folders.var / "uploads").mkdir(parents=True)
    (folders.var / "jinbang.sqlite3").write_text("x")
    (folders.var / "uploads" / "link").symlink_to(tmp_path / "kept")
    assert demo_reset(folders=folders, sure=True) == 0
    assert not (folders.var / "jinbang.sqlite3").exists()
    assert not (folders.var / "uploads").exists()
    assert (tmp_path / "kept" / "file").read_text() == "stays"


def test_demo_reset_asks_and_takes_anything_but_yes_for_no(tmp_path, monkeypatch, capsys):
    folders = Folders(root=tmp_path)
    folders.var.mkdir()
    (folders.var / "jinbang.sqlite3").write_text("x")
    monkeypatch.setattr("sys.stdin", type("Input", (), {"readline": staticmethod(lambda: "\n")}))
    assert demo_reset(folders=folders, sure=False) == 1
    assert "[y/N]" in capsys.readouterr().out
    assert (folders.var / "jinbang.sqlite3").exists()


def test_demo_reset_stops_while_the_site_runs(tmp_path):
    folders = Folders(root=tmp_path)
    running = RunLock(folders.run / "launcher.lock")
    running.acquire()
    (folders.var / "jinbang.sqlite3").write_text("x")
    with pytest.raises(CannotStart, match="already running"):
        demo_reset(folders=folders, sure=True)
    assert (folders.var / "jinbang.sqlite3").exists()
    running.release()
