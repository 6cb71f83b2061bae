"""Statements of one request, as the server runs them; transaction control (BEGIN, COMMIT, savepoints) is left out."""

import json
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from benchmarks.sittings import CSRF

CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")


def count_statements(plan: dict[str, Any]) -> dict[str, int]:
    """Return the number of statements by job; each is asked once before, so that caches are as warm as in the run."""
    first, second = plan["counted"]
    reader, pages = plan["readers"][0], Client(SERVER_NAME="127.0.0.1")
    found: dict[str, int] = {}
    for job, path in page_paths(plan, reader).items():
        pages.cookies = SimpleCookie(reader["cookies"] if job not in VISITOR_PAGES else "")
        for _round in range(2):
            found[job] = count_request(pages, "get", path)
    with override_settings(MIDDLEWARE=settings.HOT_PATH_MIDDLEWARE):
        for person in (first, second):
            save, hot = person["save"], Client(SERVER_NAME="127.0.0.1")
            body = {"epoch": save["epoch"], "seq": 1, "responses": {"1": save["answers"]["1"]}}
            found["save1"] = _patch(hot, save, body)
            found["save10"] = _patch(hot, save, body | {"seq": 2, "responses": dict([*save["answers"].items()][:10])})
            for job in ("submit10", "submit50"):
                headers = {"Authorization": f"Attempt {person[job]['key']}"}
                path = f"/api/v1/attempts/{person[job]['attempt']}/submit"
                found[job] = count_request(hot, "post", path, content_type="application/json", headers=headers)
    for person in (first, second):
        pages.cookies = SimpleCookie(person["cookies"])
        path = f"/exams/{plan['exam']}/start/"
        found["start"] = count_request(pages, "post", path, data={"csrfmiddlewaretoken": CSRF}, wanted=302)
    return found


VISITOR_PAGES = ("home", "catalogue", "course")


def page_paths(plan: dict[str, Any], reader: dict[str, str]) -> dict[str, str]:
    """Return the address of every page that is measured, by job."""
    visitors = {"home": "/", "catalogue": "/courses/", "course": f"/courses/{plan['course']}/"}
    return visitors | {job: reader[job] for job in ("lesson", "exams", "room10", "room50", "review")}


def _patch(client: Client, save: dict[str, Any], body: dict[str, Any]) -> int:
    path = f"/api/v1/attempts/{save['attempt']}/responses"
    headers = {"Authorization": f"Attempt {save['key']}"}
    return count_request(client, "patch", path, data=json.dumps(body), content_type="application/json", headers=headers)


def count_request(client: Client, method: str, path: str, *, wanted: int = 200, **extra: Any) -> int:
    """Return the number of statements of one request, whose status has to be `wanted`."""
    with CaptureQueriesContext(connection) as captured:
        response = getattr(client, method)(path, headers={"Accept-Language": "en"} | extra.pop("headers", {}), **extra)
    assert response.status_code == wanted, (path, response.status_code, response.headers, response.content[:300])
    return sum(not query["sql"].startswith(CONTROL) for query in captured.captured_queries)
