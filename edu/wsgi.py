"""WSGI entry. The exam room's hot paths get a short middleware chain of their own."""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edu.settings.embedded")

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings

from edu.core.collecting import without_collecting

SWITCH_SECONDS = 0.0005
"""How long a thread may wait for the interpreter while another one computes. With Python's 5 ms, a thread that comes
back from the database, where others wait for what it holds, waits for its turn to go on longer than its work takes."""


class PathSwitch:
    """Send requests under `prefixes` to `hot`, all others to `full`."""

    def __init__(self, *, full: WSGIHandler, hot: WSGIHandler, prefixes: tuple[str, ...]) -> None:
        self.full = full
        self.hot = hot
        self.prefixes = prefixes

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        handler = self.hot if environ.get("PATH_INFO", "").startswith(self.prefixes) else self.full
        return handler(environ, start_response)


def build_application() -> PathSwitch:
    """Build both chains once; the middleware of each is loaded in its constructor and never again. A server takes
    requests when this is done, so all that they would load first is loaded here (`WARM_UP`).
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    with without_collecting():
        django.setup(set_prefix=False)
        full = WSGIHandler()
        with override_settings(MIDDLEWARE=settings.HOT_PATH_MIDDLEWARE):
            hot = WSGIHandler()
        if settings.WARM_UP:
            from edu.warming import warm_up

            warm_up()
    return PathSwitch(full=full, hot=hot, prefixes=tuple(settings.HOT_PATH_PREFIXES))


application = build_application()
