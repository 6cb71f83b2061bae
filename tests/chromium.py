"""The machine's Chromium for browser journeys, instead of one that Playwright would download."""

import os
import shutil

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Start the Chromium that JINBANG_CHROMIUM names, or the first one on the path; skip where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("JINBANG_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("needs Chromium: install it with the package manager of the machine")
    return {**browser_type_launch_args, "executable_path": path, "args": FLAGS}
