"""Hints to the worker: at once, then together, never lost at the end, and never an error of who gives one."""

import os
import threading
import time

from edu.events.hints import Hints


class Heard:
    """Counts what was sent."""

    def __init__(self, *, fails: bool = False) -> None:
        self.times: list[float] = []
        self.fails = fails
        self.said = threading.Event()

    def __call__(self) -> None:
        self.times.append(time.monotonic())
        self.said.set()
        if self.fails:
            raise ConnectionError


def test_the_first_hint_goes_out_at_once_and_many_more_as_one() -> None:
    heard = Heard()
    hints = Hints(heard, rest_seconds=0.1)
    hints.give()
    assert len(heard.times) == 1
    heard.said.clear()
    for _number in range(500):
        hints.give()
    assert len(heard.times) == 1
    assert heard.said.wait(5)
    assert len(heard.times) == 2
    assert heard.times[1] - heard.times[0] >= 0.09


def test_a_hint_after_a_rest_goes_out_at_once_again() -> None:
    heard = Heard()
    hints = Hints(heard, rest_seconds=0.02)
    hints.give()
    time.sleep(0.03)
    hints.give()
    assert len(heard.times) == 2


def test_a_broker_that_is_away_is_no_error_of_who_gives_a_hint() -> None:
    heard = Heard(fails=True)
    hints = Hints(heard, rest_seconds=0.02)
    hints.give()
    heard.said.clear()
    hints.give()
    assert heard.said.wait(5)
    assert len(heard.times) == 2


def test_a_forked_process_does_not_wait_for_a_thread_of_its_parent() -> None:
    heard = Heard()
    hints = Hints(heard, rest_seconds=30)
    hints.give()
    hints.give()  # waits
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        hints.give()
        os.write(writing, str(len(heard.times)).encode())
        os._exit(0)
    os.close(writing)
    assert os.read(reading, 10) == b"2"
    os.waitpid(child, 0)
    os.close(reading)
