"""Whether the site is alive, and whether each of its parts is ready."""

import uuid
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edu.core.clock import now_utc
from edu.jobs.queries import is_lane_busy
from edu.jobs.registry import FILMS, MAIN
from edu.jobs.tasks import HEARTBEAT_KEYS

WORKER_SILENCE_SECONDS = 60


class NotReady(Exception):
    """A part does not work; the text says how."""


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.vendor


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        message = _("%(count)d not applied") % {"count": len(plan)}
        raise NotReady(message)
    return _("all applied")


def _cache() -> str:
    value = uuid.uuid4().hex
    cache.set("readyz", value, timeout=10)
    if cache.get("readyz") is None:
        message = _("a value written was not found")
        raise NotReady(message)
    return settings.CACHES["default"]["BACKEND"].rsplit(".", 1)[-1]


def _broker() -> str:
    if settings.JOBS_BROKER != "celery":
        return _("none needed (%(way)s)") % {"way": settings.JOBS_BROKER}
    with current_app.connection_for_write() as link:
        link.ensure_connection(max_retries=1, timeout=2)
    return _("reached")


def _storage() -> str:
    name = default_storage.save("readyz/probe.txt", ContentFile(b"ready"))
    default_storage.delete(name)
    return _("written and deleted")


def _worker() -> str:
    return _seen(MAIN)


def _film_worker() -> str:
    """A worker that makes a film answers no heartbeat meanwhile; the running job shows that it lives."""
    if is_lane_busy(lane=FILMS, now=now_utc()):
        return _("at work")
    return _seen(FILMS)


def _seen(lane: str) -> str:
    seen = cache.get(HEARTBEAT_KEYS[lane])
    if seen is None:
        message = _("no heartbeat yet")
        raise NotReady(message)
    silence = int(now_utc().timestamp() - seen)
    if silence > WORKER_SILENCE_SECONDS:
        message = _("silent for %(seconds)d s") % {"seconds": silence}
        raise NotReady(message)
    return _("seen %(seconds)d s ago") % {"seconds": silence}


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
    "broker": _broker,
    "storage": _storage,
    "worker": _worker,
    "film_worker": _film_worker,
}


def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process serves requests; touches nothing else."""
    return HttpResponse("alive\n", content_type="text/plain")


def check_parts() -> dict[str, dict[str, object]]:
    """Ask every part; return {"ready": bool, "state": text in the current language} by the part's name."""
    parts: dict[str, dict[str, object]] = {}
    for name, check in CHECKS.items():
        try:
            parts[name] = {"ready": True, "state": check()}
        except Exception as error:  # noqa: BLE001 - whatever is broken, its name belongs in the answer
            detail = str(error) if isinstance(error, NotReady) else type(error).__name__
            parts[name] = {"ready": False, "state": detail}
    return parts


DISPENSABLE = {"film_worker"}
"""Parts without which the site still serves: their state is told, and nobody is turned away for it."""

PART_NAMES = {
    "database": gettext_lazy("Database"),
    "migrations": gettext_lazy("Migrations"),
    "cache": gettext_lazy("Cache"),
    "broker": gettext_lazy("Message broker"),
    "storage": gettext_lazy("File storage"),
    "worker": gettext_lazy("Worker"),
    "film_worker": gettext_lazy("Film worker"),
}


def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part that the site cannot do without works, 503 otherwise; the body gives each part's
    state."""
    with translation.override("en"):  # programs read it
        parts = check_parts()
    ready = all(part["ready"] for name, part in parts.items() if name not in DISPENSABLE)
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)
