"""What the import contract cannot see: a domain that asks for the time, a random number or the environment."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DOMAINS = sorted(
    folder.relative_to(ROOT).as_posix()
    for room in ("edu", "courses", "exams", "certificates", "payments", "media")
    for folder in (ROOT / room).rglob("domain")
    if folder.is_dir()
)
ASKING = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.monotonic",
    "random.random",
    "random.choice",
    "os.environ",
    "os.getenv",
    "now_utc",
}


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner.rsplit('.', 1)[-1]}.{node.attr}" if inner else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def test_there_are_domains():
    assert len(DOMAINS) >= 6


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_is_told_the_time_and_asks_for_nothing(domain):
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {dotted(node)}"
        for path in sorted((ROOT / domain).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node) in ASKING
    ]
    assert found == []
