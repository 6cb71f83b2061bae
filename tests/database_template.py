"""Test databases as copies of a migrated template, so that a run pays for the migrations once, and not each time.

The template is kept under the hash of all migrations. Each test process works on a copy of its own, and a test that
commits (transactional, live server) is followed by a fresh copy instead of emptied tables: what migrations put in,
like Wagtail's root page, is there for every test.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

KEPT_TEMPLATES = 4


class TestDatabase(Protocol):
    """One database of one test process."""

    __test__ = False

    def create(self) -> None:
        """Make the database from the template, made before if need be, and point Django to it."""

    def restore(self) -> None:
        """Bring the database back to the template; all connections to it are closed."""

    def drop(self) -> None:
        """Remove the database."""

    def keep_as_template(self, *, name: str) -> str:
        """Make what the database holds now the template under `name`; return the one before, for use_template."""

    def use_template(self, template: str) -> None:
        """Make a template kept before the one that `restore` brings back, and restore it."""


def template_key() -> str:
    """Return a short hash of all that a migrated database is made of: migrations, and what runs after them."""
    import django
    from django.apps import apps
    from django.db import connection

    digest = hashlib.sha256(f"{django.VERSION}{connection.vendor}".encode())
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        folder = Path(config.path)
        # post_migrate receivers are connected in apps.py; edu.schema writes the comments of tables and columns.
        files = [*folder.glob("migrations/*.py"), *folder.glob("apps.py")]
        if config.label == "schema":
            files += folder.rglob("*.py")
        for path in sorted(set(files)):
            digest.update(f"{config.label}/{path.name}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _point_django_to(name: str) -> None:
    from django.conf import settings
    from django.db import connection

    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    connection.close()


class SqliteDatabase:
    """A file copied from a template file in `templates`."""

    def __init__(self, *, templates: Path, folder: Path, anew: bool) -> None:
        self.templates = templates
        self.path = folder / "test.sqlite3"
        self.template = templates / f"template-{template_key()}.sqlite3"
        self.anew = anew

    def create(self) -> None:
        """Make the template once, whichever process comes first, and copy it."""
        self.templates.mkdir(parents=True, exist_ok=True)
        with (self.templates / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.anew:
                self.template.unlink(missing_ok=True)
            if not self.template.exists():
                self._make_template()
        shutil.copyfile(self.template, self.path)
        _point_django_to(str(self.path))

    def _make_template(self) -> None:
        building = self.template.with_suffix(".building")
        building.unlink(missing_ok=True)
        _point_django_to(str(building))
        _migrate()
        with contextlib.closing(sqlite3.connect(building)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            # A copy must be one file: without the log beside it.
            connection.execute("PRAGMA journal_mode=DELETE")
        building.replace(self.template)
        others = sorted(self.templates.glob("template-*.sqlite3"), key=lambda path: path.stat().st_mtime)
        for old in others[:-KEPT_TEMPLATES]:
            old.unlink(missing_ok=True)

    def restore(self) -> None:
        """Copy the template's pages over the database, which open connections of other threads survive."""
        from django.db import connections

        connections.close_all()
        with (
            contextlib.closing(sqlite3.connect(self.template)) as source,
            contextlib.closing(sqlite3.connect(self.path, timeout=30)) as target,
        ):
            target.execute("PRAGMA synchronous=OFF")
            source.backup(target)

    def keep_as_template(self, *, name: str) -> str:
        """Copy the file as it is now, beside the database, and restore to that from now on."""
        from django.db import connections

        connections.close_all()
        former, kept = self.template, self.path.with_name(f"{name}.sqlite3")
        with (
            contextlib.closing(sqlite3.connect(self.path)) as source,
            contextlib.closing(sqlite3.connect(kept)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        self.template = kept
        return str(former)

    def use_template(self, template: str) -> None:
        """Restore to the given file from now on."""
        self.template = Path(template)
        self.restore()

    def drop(self) -> None:
        """Remove the file and its log."""
        from django.db import connections

        connections.close_all()
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink(missing_ok=True)


class PostgresDatabase:
    """A database cloned on the server from a template database."""

    def __init__(self, *, anew: bool) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.name = f"jinbang_test_{worker}_{os.getpid()}"
        self.template = f"jinbang_template_{template_key()}"
        self.anew = anew
        self.kept: list[str] = []

    @contextlib.contextmanager
    def _server(self) -> Iterator[object]:
        """Yield a cursor of the server's own database, in autocommit."""
        import psycopg2
        from django.db import connection

        known = connection.get_connection_params()
        names = ("user", "password", "host", "port")
        own = psycopg2.connect(dbname="postgres", **{name: known[name] for name in names if known.get(name)})
        own.autocommit = True
        try:
            with own.cursor() as cursor:
                yield cursor
        finally:
            own.close()

    def create(self) -> None:
        """Make the template once, whichever process comes first, and clone it."""
        with self._server() as server:
            server.execute("SELECT pg_advisory_lock(7406512)")
            if self.anew:
                server.execute(f'DROP DATABASE IF EXISTS "{self.template}"')
            server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template])
            if server.fetchone() is None:
                building = f"{self.template}_building"
                server.execute(f'DROP DATABASE IF EXISTS "{building}" WITH (FORCE)')
                server.execute(f"CREATE DATABASE \"{building}\" TEMPLATE template0 ENCODING 'UTF8'")
                _point_django_to(building)
                _migrate()
                server.execute(f'ALTER DATABASE "{building}" RENAME TO "{self.template}"')
            server.execute("SELECT pg_advisory_unlock(7406512)")
        self._clone()
        _point_django_to(self.name)

    def _clone(self) -> None:
        with self._server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')

    def restore(self) -> None:
        """Clone the template anew; connections that others still hold are ended."""
        from django.db import connections

        connections.close_all()
        self._clone()

    def keep_as_template(self, *, name: str) -> str:
        """Clone the database as it is now, and restore to that from now on; it is dropped with the database."""
        from django.db import connections

        connections.close_all()
        former, kept = self.template, f"{self.name}_{name}"
        with self._server() as server:
            server.execute(f'CREATE DATABASE "{kept}" TEMPLATE "{self.name}"')
        self.kept.append(kept)
        self.template = kept
        return former

    def use_template(self, template: str) -> None:
        """Restore to the given database from now on."""
        self.template = template
        self.restore()

    def drop(self) -> None:
        """Remove the clone; the template stays for the next run on this server."""
        from django.db import connections

        connections.close_all()
        with self._server() as server:
            for name in (self.name, *self.kept):
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: object,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TestDatabase]:
    """Replace pytest-django's fixture of this name by the template's copy; `--create-db` makes the template anew."""
    from django.conf import settings
    from django.db import connection
    from django.test import TransactionTestCase

    asked = os.environ.get("JINBANG_TEST_DATABASE", "")
    found = {"postgresql": "postgres"}.get(connection.vendor, connection.vendor)
    if asked and asked != found:
        raise pytest.UsageError(f"JINBANG_TEST_DATABASE={asked}, but DATABASE_URL gives {found}")
    anew = bool(request.config.getoption("create_db", False))
    database: TestDatabase
    with django_db_blocker.unblock():
        if found == "postgres":
            database = PostgresDatabase(anew=anew)
        else:
            templates = Path(settings.BASE_DIR) / "var" / "test"
            database = SqliteDatabase(templates=templates, folder=tmp_path_factory.mktemp("database"), anew=anew)
        database.create()
    # Django would empty all tables here, which takes longer and loses the rows that migrations made.
    emptying = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda test_case: database.restore()
    yield database
    TransactionTestCase._fixture_teardown = emptying
    with django_db_blocker.unblock():
        database.drop()
