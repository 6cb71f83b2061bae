"""Waiting for what a page computes, without evaluating text inside it, which its policy forbids."""

import time

SECONDS = 15


def until(page, expression: str) -> None:
    """Wait until a JavaScript expression is true on the page; AssertionError after 15 seconds."""
    deadline = time.monotonic() + SECONDS
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never came true: {expression}"
        page.wait_for_timeout(100)
