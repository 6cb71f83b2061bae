"""The real launcher, run by the real make in a copy of its folder, where things are not as they should be."""

import errno
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import edu.launcher
from edu.launcher.commands import explain_os_error
from edu.launcher.console import RotatedLog
from edu.launcher.paths import Folders
from edu.launcher.run_lock import RunLock

ROOT = Path(edu.launcher.__file__).parents[2]
NOWHERE = "http://127.0.0.1:9/simple"

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")


@pytest.fixture
def clone(tmp_path):
    """What the launcher needs of a clone, nothing installed."""
    root = tmp_path / "clone"
    shutil.copytree(ROOT / "edu" / "launcher", root / "edu" / "launcher", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "requirements", root / "requirements")
    shutil.copy(ROOT / "Makefile", root)
    return root


def make(target, *, folder, **environment):
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "PORT"))}
    return subprocess.run(
        ["make", "--no-print-directory", target],
        cwd=folder,
        env={**inherited, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def sentence(done):
    """Return the only line that the launcher wrote to standard error; make adds one of its own."""
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def only(folder, *programs):
    """Return a PATH that holds these programs and nothing else."""
    folder.mkdir()
    for program in programs:
        (folder / program).symlink_to(shutil.which(program))
    return str(folder)


def test_a_port_in_use_is_named_with_a_way_out(clone):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        text = sentence(make("run", folder=clone, PORT=str(port)))
    assert f"Port {port} is in use" in text
    assert "PORT=9000 make run" in text


def test_without_any_python_make_says_so(clone, tmp_path):
    path = only(tmp_path / "bin", "make", "sh")
    assert "no Python was found" in sentence(make("run", folder=clone, PATH=path))


def test_an_old_python_is_told_its_number(clone, tmp_path):
    path = only(tmp_path / "bin", "make", "sh")
    script = tmp_path / "bin" / "python3"
    script.write_text(
        f"""#!/bin/sh
case "$1" in -c) exit 1;; esac
exec {sys.executable} -c 'import runpy, sys
sys.version_info = (3, 9, 18, "final", 0)
sys.argv = sys.argv[1:]
sys.path.insert(0, "")
runpy.run_path(sys.argv[0], run_name="__main__")' "$@"
"""
    )
    script.chmod(0o755)
    assert "this is Python 3.9" in sentence(make("run", folder=clone, PATH=path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(clone):
    clone.chmod(0o555)
    try:
        assert "cannot be opened or written" in sentence(make("run", folder=clone, PORT="18099"))
    finally:
        clone.chmod(0o755)


def test_a_file_in_the_place_of_a_folder_is_named(clone):
    (clone / "var").write_text("")
    assert f"{clone}/var" in sentence(make("run", folder=clone, PORT="18099"))


@pytest.mark.parametrize("refused", [{"PIP_NO_INDEX": "1", "UV_NO_INDEX": "1"}, {"PIP_INDEX_URL": NOWHERE}])
def test_packages_that_cannot_be_had_end_in_one_sentence(clone, refused):
    text = sentence(make("run", folder=clone, PORT="18099", PIP_RETRIES="0", UV_DEFAULT_INDEX=NOWHERE, **refused))
    assert "registry could not be reached" in text
    assert "setup.log" in text


def test_the_demo_is_not_reset_below_a_running_site(clone):
    folders = Folders(root=clone)
    lock = RunLock(folders.run / "launcher.lock")
    lock.acquire(address="http://127.0.0.1:9000/")
    (folders.var / "jinbang.sqlite3").write_text("precious")
    try:
        assert "already running" in sentence(make("demo-reset", folder=clone, YES="1"))
    finally:
        lock.release()
    assert (folders.var / "jinbang.sqlite3").read_text() == "precious"
    assert make("demo-reset", folder=clone, YES="1").returncode == 0
    assert not (folders.var / "jinbang.sqlite3").exists()


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "is full"), (errno.EROFS, "not read-only"), (errno.EACCES, "belongs to you"), (errno.EIO, "Mend")],
)
def test_failed_system_calls_become_sentences(number, words):
    text = explain_os_error(OSError(number, os.strerror(number), "/srv/jinbang/var"), root=Path("/srv/jinbang"))
    assert words in text
    assert "/srv/jinbang/var" in text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_loses_lines_of_the_log_and_not_the_site():
    log = RotatedLog(Path("/dev/full"))
    log.write(b"a line\n")
    log.close()


def test_windows_is_told_of_wsl_before_anything_is_loaded(clone):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, types\n"
            "package = sys.modules['launcher'] = types.ModuleType('launcher')\n"
            "package.__path__ = [sys.argv[1]]\n"
            "sys.modules['fcntl'] = sys.modules['pwd'] = None\n"
            "from launcher import preflight\n"
            "preflight.require_platform.__kwdefaults__['name'] = 'nt'\n"
            "from launcher import commands\n"
            "sys.exit(commands.main(['run']))",
            str(clone / "edu" / "launcher"),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "WSL" in done.stderr
    assert done.stderr.count("\n") == 1
