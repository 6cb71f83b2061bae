"""What all tests share. Nothing here imports Django, so that the pure tests run with it unplugged."""

import contextlib
import os
import time
from types import SimpleNamespace

import pytest
from pytest_socket import socket_allow_hosts

from tests.background_worker import background_worker
from tests.chromium import browser_type_launch_args
from tests.database_template import django_db_setup

__all__ = ["background_worker", "browser_type_launch_args", "django_db_setup"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the setting that pytest-django reads stand in pyproject.toml when that plugin is off (`-p no:django`)."""
    with contextlib.suppress(ValueError):
        parser.addini("DJANGO_SETTINGS_MODULE", "Read by pytest-django; ignored when it is off.")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Close the network save for the loopback, and skip aloud what needs PostgreSQL where there is SQLite."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    if item.get_closest_marker("postgres") and not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("needs PostgreSQL: `make test` runs it")


@pytest.fixture
def one_rate_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no window of a limit end in the middle of a test: they begin by the clock, and counting begins with them."""
    moment = time.time()
    monkeypatch.setattr("edu.accounts.throttle.time", SimpleNamespace(time=lambda: moment))


@pytest.fixture
def deliver_events():
    """Return a function that delivers everything in the outbox, handlers' own events included."""

    def deliver() -> int:
        from edu.events.dispatch import deliver_due

        total = 0
        while done := deliver_due():
            total += done
        return total

    return deliver


@pytest.fixture
def run_jobs():
    """Return a function that runs every job that is due, and those that they ask for."""

    def run() -> int:
        from edu.core.clock import now_utc
        from edu.jobs.run import list_due_job_ids, run_job_now

        total = 0
        while due := list_due_job_ids(now=now_utc()):
            total += sum(run_job_now(job_id=job_id) for job_id in due)
        return total

    return run
