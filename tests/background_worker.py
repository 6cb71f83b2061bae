"""A real Celery worker for tests that want one: it works on the test database, through the broker of `make test`."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

START_SECONDS = 60


@pytest.fixture(scope="session")
def background_worker(
    django_db_setup: object, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Run a Celery worker until the session ends; the test must be transactional, or the worker sees nothing of it.

    Skips, saying so, where there is no broker or where the database is SQLite.
    """
    if not os.environ.get("CELERY_BROKER_URL") or os.environ.get("JINBANG_TEST_DATABASE") != "postgres":
        pytest.skip("needs PostgreSQL, a broker and a worker: `make test` has them")
    from django.conf import settings

    from edu.celery import app

    known = settings.DATABASES["default"]
    address = f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [
                sys.executable, "-m", "celery", "-A", "edu.celery", "worker", "--pool", "solo",
                "--without-gossip", "--without-mingle", "--loglevel", "INFO",
            ],
            env={**os.environ, "DATABASE_URL": address, "JINBANG_BROKER": "celery"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + START_SECONDS
        while not app.control.ping(timeout=0.5):
            if worker.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the worker did not start:\n{log.read_text('utf-8', 'replace')}")
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(10)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
