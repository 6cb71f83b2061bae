"""Turns among threads and processes."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

from edu.core.turns import Turn, turn_at

HOLD = """
import sys, time
from pathlib import Path
from edu.core.turns import Turn
assert Turn(Path(sys.argv[1])).take()
print("held", flush=True)
time.sleep(60)
"""
COUNT = """
import sys
from pathlib import Path
from edu.core.turns import Turn
turn, number = Turn(Path(sys.argv[1])), Path(sys.argv[2])
for _ in range(200):
    assert turn.take()
    number.write_text(str(int(number.read_text()) + 1))
    turn.give_back()
"""


def test_who_has_the_turn_keeps_threads_waiting(tmp_path):
    turn = Turn(tmp_path / "turn")
    assert turn.take()
    assert not turn.take(seconds=0.01)
    took = threading.Event()
    waiting = threading.Thread(target=lambda: turn.take() and took.set())
    waiting.start()
    assert not took.wait(0.05)
    turn.give_back()
    waiting.join(5)
    assert took.is_set()


def test_another_process_waits_and_gets_it_when_the_holder_is_killed(tmp_path):
    path = tmp_path / "turn"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout.readline() == "held\n"
            turn = Turn(path)
            assert not turn.take(seconds=0.05)
            os.kill(holder.pid, signal.SIGKILL)
            assert turn.take(seconds=10)
            turn.give_back()
        finally:
            holder.kill()


def test_processes_never_have_it_together(tmp_path):
    number = tmp_path / "number"
    number.write_text("0")
    counting = [
        subprocess.Popen([sys.executable, "-c", COUNT, str(tmp_path / "turn"), str(number)]) for _process in range(3)
    ]
    assert [one.wait(60) for one in counting] == [0, 0, 0]
    assert number.read_text() == "600"


def test_a_file_that_cannot_be_made_gives_no_turn_and_keeps_nobody_waiting(tmp_path):
    turn = Turn(tmp_path / "missing" / "turn")
    begun = time.monotonic()
    assert not turn.take()
    assert not turn.take()
    assert time.monotonic() - begun < 5


def test_a_forked_child_does_not_share_its_parents_hold(tmp_path):
    path = tmp_path / "turn"
    turn = turn_at(path)
    assert turn_at(path) is turn
    assert turn.take()
    child = multiprocessing.get_context("fork").Process(target=_expect_no_turn, args=(path,))
    child.start()
    child.join(20)
    assert child.exitcode == 0
    assert not Turn(path).take(seconds=0.01)  # the child's end has not given the parent's turn away
    turn.give_back()


def _expect_no_turn(path):
    sys.exit(1 if turn_at(path).take(seconds=0.05) else 0)
