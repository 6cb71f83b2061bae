"""A small process that ends the parts when the supervisor is killed without a chance to do so itself.

It reads lines "+PGID" and "-PGID" from its standard input. The input ends when the supervisor is gone, however that
came about; the process groups still on the list are then asked to stop, and killed after GRACE_SECONDS.
"""

import contextlib
import os
import signal
import sys
import time

GRACE_SECONDS = 5.0


def groups_left(lines: list[str]) -> set[int]:
    """Return the process groups that were added and not taken off again, in the order of `lines`."""
    groups: set[int] = set()
    for line in lines:
        sign, number = line[:1], line[1:].strip()
        if not number.isdigit():
            continue
        if sign == "+":
            groups.add(int(number))
        elif sign == "-":
            groups.discard(int(number))
    return groups


def is_alive(group: int) -> bool:
    """Say whether any process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end_groups(groups: set[int], *, grace_seconds: float = GRACE_SECONDS) -> None:
    """Ask all processes of the groups to stop, wait at most `grace_seconds`, then kill what is left."""
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline and any(is_alive(group) for group in groups):
        time.sleep(0.1)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def main() -> int:
    """Keep the list until the input ends, then end the groups left on it."""
    end_groups(groups_left(list(sys.stdin)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
