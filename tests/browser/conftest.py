"""The demo in a test database, a server on it, and people at browsers."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the thread that reads the database

LEARNERS, DAYS = 6, 20
FREE_FILM = "会计到底在记什么"
WAIT_MILLISECONDS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here, so that `-m "not browser"` leaves it out."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the demo's files lie."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="package")
def demo(django_db_setup, django_db_blocker, demo_folder: Path) -> Iterator[None]:
    """Load the demo once, transcode its free film, and let every test start from that."""
    from django.core.management import call_command
    from django.test import override_settings

    changed = override_settings(
        VAR_DIR=demo_folder,
        MEDIA_ROOT=demo_folder / "uploads",
        EMAIL_BACKEND="edu.notifications.mail.MailboxBackend",
        DEMO_SIGN_IN=True,
    )
    with changed, django_db_blocker.unblock():
        call_command("compile_translations", verbosity=0)
        database = django_db_setup
        kept = demo_folder / "template.txt"
        if kept.exists():
            database.use_template(kept.read_text())
            former = (demo_folder / "former.txt").read_text()
        else:
            _load_demo()
            former = database.keep_as_template(name="demo")
            (demo_folder / "former.txt").write_text(former)
            kept.write_text(str(database.template))
        yield
        database.use_template(former)


def _load_demo() -> None:
    from edu.demo.load import load_demo
    from edu.jobs.models import Job
    from media.models import Video

    load_demo(say=lambda step: None, learners=LEARNERS, days=DAYS)
    film = Video.objects.get(title=FREE_FILM)
    for job in Job.objects.filter(kind="media.transcode"):
        # One film proves the path; the others stay in the state that a visitor of the first minute sees.
        if film.pk not in job.arguments.values():
            job.delete()
    while _work():
        pass
    film.refresh_from_db()
    assert film.state == "ready", film.error


def _work() -> int:
    """Do what is due of the worker's business; return how much that was."""
    from edu.core.clock import now_utc
    from edu.events.dispatch import deliver_due
    from edu.jobs.run import list_due_job_ids, run_job_now

    return deliver_due() + sum(run_job_now(job_id=job_id) for job_id in list_due_job_ids(now=now_utc()))


@pytest.fixture
def site(demo: None, live_server, transactional_db) -> Iterator[str]:
    """Return the address of a server on a fresh copy of the demo."""
    from django.core.cache import cache

    cache.clear()
    yield live_server.url.replace("localhost", "127.0.0.1")
    cache.clear()


@pytest.fixture
def settle(site: str) -> Callable[[], None]:
    """Return what the worker does: deliver events and run jobs until nothing is left."""

    def work() -> None:
        while _work():
            pass

    return work


@pytest.fixture
def user_of(site: str) -> Callable[[str], object]:
    """Return a function that finds a demo person by the part of the mail address before the @."""
    from edu.accounts.models import User

    return lambda name: User.objects.get(email=f"{name}@example.com")


@pytest.fixture
def sign_in(site: str) -> Callable[..., None]:
    """Return a function that signs a person in at a browser context, in a language, by a session of her own."""
    from django.conf import settings
    from django.test import Client

    def enter(context, *, user=None, language: str = "en") -> None:
        cookies = [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site}]
        if user is not None:
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookies.append({"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site})
        context.add_cookies(cookies)
        context.set_default_timeout(WAIT_MILLISECONDS)

    return enter


@pytest.fixture
def at_browser(site: str, new_context, sign_in) -> Callable[..., object]:
    """Return a function that opens a browser for a person (None: a visitor) and gives its page.

    Paths may be given to `page.goto` without the address of the site.
    """

    def open_page(user=None, *, language: str = "en", **options):
        locale = "zh-CN" if language.startswith("zh") else "en-GB"
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = new_context(base_url=site, locale=locale, **options)
        sign_in(context, user=user, language=language)
        return context.new_page()

    return open_page
