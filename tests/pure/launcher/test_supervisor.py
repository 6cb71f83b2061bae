"""The supervisor with parts that only write their process numbers down; it runs in a process of its own, as in life."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import edu.launcher
from edu.launcher.console import PartOutput, RotatedLog
from edu.launcher.guardian import groups_left, is_alive

ROOT = Path(edu.launcher.__file__).resolve().parents[2]

DRIVER = """
import os, sys
from pathlib import Path
from edu.launcher.supervisor import Part, Supervisor
folder = Path(sys.argv[1])
def part(name, code, **options):
    text = "import os, signal, sys, time; from pathlib import Path; p = Path(%r); " % str(folder / name)
    text += "p.open('a').write(f'{os.getpid()}\\\\n'); print('hello from', os.getpid(), flush=True); " + code
    return Part(name=name, command=[sys.executable, "-c", text], environment=dict(os.environ), **options)
kinds = {
    "obedient": "time.sleep(60)",
    "stubborn": "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
    "fragile": "sys.exit(3)",
}
parts = [part(name, kinds[name.rstrip('12')]) for name in sys.argv[3].split(",")]
sys.exit(Supervisor(
    parts=parts, log_folder=folder / "log", state_file=folder / "parts.json", folder=folder,
    stop_seconds=float(sys.argv[2]), backoff_first_seconds=0.05,
    is_ready=lambda: all((folder / one.name).exists() for one in parts), on_ready=lambda: print("READY", flush=True),
).run())
"""


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def pids(path):
    return [int(line) for line in path.read_text().split()] if path.exists() else []


@pytest.fixture
def start(tmp_path):
    """Start a supervisor of the named parts; whatever is left of it is killed afterwards."""
    started = []

    def start_supervisor(*names, stop_seconds=5.0):
        output = (tmp_path / "console").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(tmp_path), str(stop_seconds), ",".join(names)],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        output.close()
        started.append((process, names))
        wait_for(lambda: all(pids(tmp_path / name) for name in names))
        return process

    yield start_supervisor
    for process, names in started:
        process.kill()
        process.wait()
        for name in names:
            for pid in pids(tmp_path / name):
                if is_alive(pid):
                    os.killpg(pid, signal.SIGKILL)


def test_killed_part_is_started_again_and_the_others_are_left_alone(start, tmp_path):
    start("obedient1", "obedient2")
    [first] = pids(tmp_path / "obedient1")
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: len(pids(tmp_path / "obedient1")) == 2)
    assert len(pids(tmp_path / "obedient2")) == 1
    wait_for(
        lambda: "obedient1 was ended by SIGKILL: starting it again in 0.05 s" in (tmp_path / "console").read_text()
    )


def test_term_signal_stops_every_part(start, tmp_path):
    process = start("obedient1", "obedient2")
    process.terminate()
    assert process.wait(5) == 0
    assert not any(is_alive(pid) for name in ("obedient1", "obedient2") for pid in pids(tmp_path / name))
    assert not (tmp_path / "parts.json").exists()


def test_part_that_does_not_stop_is_killed_in_time(start, tmp_path):
    process = start("obedient", "stubborn", stop_seconds=0.5)
    wait_for(lambda: "deaf" in (tmp_path / "console").read_text())
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == 0
    assert time.monotonic() - began >= 0.5
    assert not any(is_alive(pid) for pid in pids(tmp_path / "stubborn"))


def test_parts_end_when_the_supervisor_is_killed(start, tmp_path):
    process = start("obedient1", "obedient2")
    process.kill()
    process.wait()
    wait_for(lambda: not any(is_alive(pid) for name in ("obedient1", "obedient2") for pid in pids(tmp_path / name)))


def test_part_that_keeps_dying_is_retried_ever_more_slowly(start, tmp_path):
    process = start("obedient", "fragile")
    wait_for(lambda: len(pids(tmp_path / "fragile")) >= 3)
    console = wait_for(lambda: (text := (tmp_path / "console").read_text()).count("in 0.2 s; see ") and text)
    assert "fragile ended with code 3: starting it again in 0.05 s" in console
    assert "in 0.1 s" in console
    assert str(tmp_path / "log" / "fragile.log") in console
    process.terminate()
    assert process.wait(5) == 0


def test_output_is_shown_with_the_name_of_its_part_and_kept(start, tmp_path):
    start("obedient")
    [pid] = pids(tmp_path / "obedient")
    wait_for(lambda: f"obedient | hello from {pid}" in (tmp_path / "console").read_text())
    assert f"hello from {pid}" in (tmp_path / "log" / "obedient.log").read_text()
    wait_for(lambda: "READY" in (tmp_path / "console").read_text())


def test_log_is_rotated_and_the_oldest_is_dropped(tmp_path):
    log = RotatedLog(tmp_path / "web.log", rotate_bytes=10, kept_files=2)
    for line in (b"first---\n", b"second--\n", b"third---\n", b"fourth--\n"):
        log.write(line)
    log.close()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "web.log": b"fourth--\n",
        "web.log.1": b"third---\n",
        "web.log.2": b"second--\n",
    }


def test_lines_are_passed_on_whole(tmp_path, capsys):
    output = PartOutput(name="web", index=0, width=6, log=RotatedLog(tmp_path / "web.log"), console=sys.stdout)
    output.feed("一行".encode()[:4])
    assert capsys.readouterr().out == ""
    output.feed("一行".encode()[4:] + b"\nrest")
    output.finish()
    assert capsys.readouterr().out == "web    | 一行\nweb    | rest\n"
    output.log.close()


def test_guardian_knows_which_groups_are_left():
    assert groups_left(["+1\n", "+2\n", "-1\n", "what\n", "+\n"]) == {2}
