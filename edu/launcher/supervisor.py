"""Keeps the parts running: starts them, restarts the dead, shows and keeps their output, and stops all of them.

One thread only, so that a child can be prepared between fork and exec. Every part is a process group of its own:
Ctrl-C reaches only the supervisor, which then stops the parts in order, and a part takes its own children with it.
"""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from . import guardian
from .console import PartOutput, RotatedLog
from .paths import say
from .run_lock import remember_parts

TICK_SECONDS = 0.2
STOP_SECONDS = 10.0
BACKOFF_FIRST_SECONDS = 0.5
BACKOFF_MOST_SECONDS = 30.0
# A part that has run this long is healthy: its next death counts as the first.
HEALTHY_SECONDS = 60.0
# Parts that others need while they stop (the broker) get their signal after this long at the latest.
LAST_STOP_AFTER_SECONDS = 7.0
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Part:
    """One long-running process: `stops_last` for what others need to stop, `waits` for what may start after the web."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    stops_last: bool = False
    waits: bool = False


@dataclass
class _Running:
    part: Part
    output: PartOutput
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    restart_at: float | None = None
    signalled: bool = False


@dataclass
class Supervisor:
    """Runs `parts` until a signal comes; `is_ready` is asked every tick until true, then `on_ready` is called once."""

    parts: Sequence[Part]
    log_folder: Path
    state_file: Path
    folder: Path
    is_ready: Callable[[], bool] = lambda: True
    on_ready: Callable[[], None] = lambda: None
    stop_seconds: float = STOP_SECONDS
    backoff_first_seconds: float = BACKOFF_FIRST_SECONDS
    waits_at_most_seconds: float = 30.0
    _stop_signals: int = field(default=0, init=False)

    def run(self) -> int:
        """Start the parts, keep them until SIGINT, SIGTERM or SIGHUP, stop them, and return the exit code."""
        width = max(len(part.name) for part in self.parts)
        self._all = [
            _Running(
                part=part,
                output=PartOutput(
                    name=part.name,
                    index=index,
                    width=width,
                    log=RotatedLog(self.log_folder / f"{part.name}.log"),
                ),
            )
            for index, part in enumerate(self.parts)
        ]
        self._selector = selectors.DefaultSelector()
        self._started_at = time.monotonic()
        self._ready = False
        handled = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        previous = {number: signal.signal(number, self._note_signal) for number in handled}
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
        )
        try:
            while not self._stop_signals:
                self._start_what_is_due()
                self._pass_output(TICK_SECONDS)
                self._notice_deaths()
                self._look_for_readiness()
        finally:
            self._stop_all()
            for number, handler in previous.items():
                signal.signal(number, handler)
        return 0

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop_signals += 1

    def _start_what_is_due(self) -> None:
        now = time.monotonic()
        may_follow = self._ready or now - self._started_at > self.waits_at_most_seconds
        for running in self._all:
            if running.process is not None or (running.part.waits and not may_follow):
                continue
            if running.restart_at is None or now >= running.restart_at:
                self._start(running)

    def _start(self, running: _Running) -> None:
        supervisor = os.getpid()

        def end_with_the_supervisor() -> None:
            # Linux only; elsewhere the guardian alone does it, a moment later.
            if _LIBC is not None:
                _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
                if os.getppid() != supervisor:
                    os._exit(1)

        running.started_at = time.monotonic()
        running.restart_at = None
        try:
            process = subprocess.Popen(
                list(running.part.command),
                cwd=self.folder,
                env=running.part.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_the_supervisor,
            )
        except OSError as error:
            self._plan_restart(running, reason=str(error))
            return
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, running)
        running.process = process
        self._tell_guardian(f"+{process.pid}")
        self._remember()

    def _remember(self) -> None:
        # On a full disk the guardian alone knows the parts; that is no reason to stop them.
        with contextlib.suppress(OSError):
            remember_parts(
                self.state_file, {one.part.name: one.process.pid for one in self._all if one.process is not None}
            )

    def _tell_guardian(self, line: str) -> None:
        assert self._guardian.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._guardian.stdin.write(f"{line}\n".encode())
            self._guardian.stdin.flush()

    def _pass_output(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            running: _Running = key.data
            try:
                data = os.read(key.fd, 65536)
            except BlockingIOError:
                continue
            if data:
                running.output.feed(data)
            else:
                self._selector.unregister(key.fileobj)

    def _notice_deaths(self) -> None:
        for running in self._all:
            if running.process is not None and running.process.poll() is not None:
                code = running.process.returncode
                self._bury(running)
                reason = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
                self._plan_restart(running, reason=reason)

    def _bury(self, running: _Running) -> None:
        """Read what is left of a dead part's output and end what is left of its process group."""
        process = running.process
        assert process is not None
        assert process.stdout is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            while data := os.read(process.stdout.fileno(), 65536):
                running.output.feed(data)
        running.output.finish()
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(process.stdout)
        process.stdout.close()
        running.process = None
        self._tell_guardian(f"-{process.pid}")
        self._remember()

    def _plan_restart(self, running: _Running, *, reason: str) -> None:
        now = time.monotonic()
        if now - running.started_at > HEALTHY_SECONDS:
            running.deaths = 0
        pause = min(self.backoff_first_seconds * 2**running.deaths, BACKOFF_MOST_SECONDS)
        running.deaths += 1
        running.restart_at = now + pause
        advice = f"; see {running.output.log.path}" if running.deaths > 2 else ""
        say(f"{running.part.name} {reason}: starting it again in {pause:g} s{advice}")

    def _look_for_readiness(self) -> None:
        if not self._ready and self.is_ready():
            self._ready = True
            self.on_ready()

    def _stop_all(self) -> None:
        """Ask the parts to stop, those that others need last; kill the rest after `stop_seconds` or a second signal."""
        began = time.monotonic()
        signals_before = self._stop_signals
        if any(one.process for one in self._all):
            say("Stopping ... (press Ctrl-C again to kill at once)")
        while any(one.process for one in self._all):
            waited = time.monotonic() - began
            first_are_gone = not any(one.process for one in self._all if not one.part.stops_last)
            for one in self._all:
                due = not one.part.stops_last or first_are_gone or waited > LAST_STOP_AFTER_SECONDS
                if one.process is not None and due and not one.signalled:
                    one.signalled = True
                    with contextlib.suppress(ProcessLookupError):
                        one.process.send_signal(signal.SIGTERM)
            # One Ctrl-C can arrive twice, from the terminal and from make: within half a second it is one.
            hurried = waited > 0.5 and self._stop_signals > signals_before
            if waited > self.stop_seconds or hurried:
                for one in self._all:
                    if one.process is not None:
                        with contextlib.suppress(ProcessLookupError, PermissionError):
                            os.killpg(one.process.pid, signal.SIGKILL)
            self._pass_output(0.05)
            for one in self._all:
                if one.process is not None and one.process.poll() is not None:
                    self._bury(one)
        for one in self._all:
            one.output.log.close()
        assert self._guardian.stdin is not None
        with contextlib.suppress(OSError):
            self._guardian.stdin.close()
        self._guardian.wait()
        self.state_file.unlink(missing_ok=True)
        self._selector.close()
