"""What a web process does before it takes its first request, so that no visitor waits for it.

Addresses with their views, translations and templates are loaded by Django when they are first asked for: some 1.5
seconds of work in each process, which would fall upon whoever comes first after a start. Here they are loaded at once,
and `edu.core.collecting` puts what they are made of out of the garbage collector's reach.

What hangs on a thread (its connection to the database) or on the data (kept statements, questions that were read) is
still made by the first requests.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.template import TemplateSyntaxError, engines
from django.template.backends.django import Template
from django.template.context import make_context
from django.urls import get_resolver
from django.utils import translation
from django.utils.formats import get_format

from edu.website.folding import FixedNode

logger = logging.getLogger(__name__)


def warm_up() -> None:
    """Load addresses, languages, templates and the way to the worker. What fails is logged and left to the first
    request that needs it."""
    for step in (load_addresses, load_languages, load_templates, load_broker):
        _try(step)


def _try(step: Callable[[], object]) -> None:
    try:
        step()
    except Exception:
        # A page that is broken is answered with an error of its own; the others are served.
        logger.exception("warming up: %s failed", step.__name__)


def load_addresses() -> None:
    """Load the views of all addresses, and their names as each language writes them."""
    resolver = get_resolver()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            resolver._populate()


def load_languages() -> None:
    """Load the catalogue and the formats of each language."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("")
            get_format("DATE_FORMAT")
            get_format("DECIMAL_SEPARATOR")


def load_broker() -> None:
    """Load what a message to the worker is sent with; connections are made by the first one."""
    if settings.JOBS_BROKER == "celery":
        from edu.celery import app

        app.finalize()
        app.amqp.producer_pool  # noqa: B018 - makes it


def load_templates() -> int:
    """Load the site's own templates and render their fixed parts in each language; return how many were loaded."""
    engine = engines["django"]
    engine.engine.template_context_processors  # noqa: B018 - imports them
    count = 0
    for folder in map(Path, engine.engine.dirs):
        for path in sorted(folder.rglob("*.html")):
            try:
                template = engine.get_template(path.relative_to(folder).as_posix())
            except TemplateSyntaxError:
                logger.exception("warming up: %s cannot be read", path.relative_to(folder))
                continue
            _render_fixed_parts(template)
            count += 1
    return count


def _render_fixed_parts(template: Template) -> None:
    """Render what hangs on the language alone; it is kept where it stands."""
    inner = template.template
    context = make_context({})
    for node in inner.nodelist.get_nodes_by_type(FixedNode):
        for code, _name in settings.LANGUAGES:
            with translation.override(code), context.bind_template(inner):
                node.render(context)
