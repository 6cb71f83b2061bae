"""The documentation tells the truth: what it names exists, and what exists is named."""

import json
import os
import re

import pytest
from django.conf import settings
from django.core.management import get_commands

from edu.api import api
from edu.schema.dictionary import write_dictionary

BASE = settings.BASE_DIR
DOCS = [*sorted((BASE / "docs").rglob("*.md")), *sorted(BASE.glob("*.md"))]
OUR_APPS = ("edu.", "courses", "exams", "certificates", "payments", "media")


def texts():
    return {path.relative_to(BASE).as_posix(): path.read_text(encoding="utf-8") for path in DOCS}


def test_the_data_dictionary_is_current():
    path = BASE / "docs" / "data-dictionary.md"
    assert path.read_text(encoding="utf-8") == write_dictionary(), "run manage.py data_dictionary"


def test_every_setting_is_in_the_configuration_reference_and_the_other_way_round():
    folders = [BASE / "edu" / "settings", BASE / "edu" / "launcher", BASE / "edu" / "demo"]
    sources = [path for folder in [*folders, BASE / "tests"] for path in folder.rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    reads = r"""(?:env\.\w+\(\s*|_required\(|environ(?:\.get\(|\[)\s*|getenv\()["']([A-Z][A-Z0-9_]+)["']"""
    own = {name for name in re.findall(reads, code) if name.startswith("JINBANG_")}
    own |= {"DATABASE_URL", "REDIS_URL", "EMAIL_URL"}
    text = (BASE / "docs" / "configuration.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", text, flags=re.MULTILINE))
    assert own - named == set(), "not in docs/configuration.md"
    assert {name for name in named if name.startswith("JINBANG_")} - own == set(), "named, but nothing reads it"


def test_every_command_of_ours_is_documented_and_every_documented_command_exists():
    ours = {name for name, app in get_commands().items() if isinstance(app, str) and app.startswith(OUR_APPS)}
    named = set()
    for text in texts().values():
        named |= set(re.findall(r"manage\.py ([a-z_]+)", text))
    assert named - set(get_commands()) == set()
    assert ours - named == set()


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z0-9-]+):", (BASE / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    for name, text in texts().items():
        assert set(re.findall(r"`(?:PORT=\d+ |YES=1 )?make ([a-z0-9-]+)`", text)) - targets == set(), name


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.relative_to(BASE).as_posix())
def test_links_between_documents_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_api_is_the_one_that_was_agreed():
    path = BASE / "docs" / "openapi.json"
    current = json.dumps(api.get_openapi_schema(), indent=1, sort_keys=True, default=str, ensure_ascii=False) + "\n"
    if os.environ.get("JINBANG_UPDATE_SNAPSHOTS") == "1":
        path.write_text(current, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == current, "JINBANG_UPDATE_SNAPSHOTS=1 writes it anew"


def test_every_endpoint_is_in_the_api_guide():
    text = (BASE / "docs" / "api.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(GET|POST|PUT|PATCH|DELETE) (/api/v1/[^`]*)`", text, flags=re.MULTILINE))
    real = {(method.upper(), path) for path, methods in api.get_openapi_schema()["paths"].items() for method in methods}
    assert {f"{method} {path}" for method, path in real - named} == set(), "not in docs/api.md"
    assert {f"{method} {path}" for method, path in named - real} == set(), "named, but not there"
