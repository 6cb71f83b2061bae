"""`make conformance`: one table of what becomes of the corpus, by kind. Every corpus_<area> module here adds its rows
through `survey()`; the asserting is done by the tests beside it."""

import argparse
import json
import os
import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.pure.exams import formats

ROOT = Path(os.environ.get("JINBANG_CORPUS") or Path(__file__).resolve().parents[4].parent / "shared" / "corpus")
COLUMNS = ("files", "questions", "imported", "declined", "wrong")


def collect() -> list[dict[str, Any]]:
    """Return a row for each kind: its counts, and how many questions or files were declined for which reason."""
    rows: list[dict[str, Any]] = []
    for found in pkgutil.iter_modules(formats.__path__):
        if found.name.startswith("corpus_"):
            rows += import_module(f"{formats.__name__}.{found.name}").survey()
    return sorted(rows, key=lambda row: str(row["kind"]))


def number(value: Any) -> int:
    """Return a count that a survey gives as a number or as the list of what it counted."""
    return len(value) if isinstance(value, list | tuple | dict) else int(value or 0)


def table(rows: list[dict[str, Any]], *, reasons: int) -> str:
    """Return the table as text; under each kind its commonest `reasons` for declining."""
    lines = [f"{'kind':<28}" + "".join(f"{name:>11}" for name in COLUMNS)]
    for row in rows:
        lines.append(f"{row['kind']:<28}" + "".join(f"{number(row.get(name)):>11}" for name in COLUMNS))
        told = sorted((row.get("reasons") or {}).items(), key=lambda item: -item[1])[:reasons]
        lines += [f"    {count:>5}  {text}" for text, count in told]
    totals = {name: sum(number(row.get(name)) for row in rows) for name in COLUMNS}
    return "\n".join([*lines, f"{'all':<28}" + "".join(f"{totals[name]:>11}" for name in COLUMNS)])


def main(arguments: list[str]) -> int:
    """Print the table; 1 when something was marked or imported wrongly, 2 when there is no corpus."""
    parser = argparse.ArgumentParser(prog="make conformance", description=__doc__)
    parser.add_argument("--reasons", type=int, default=5, help="reasons named under each kind")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    options = parser.parse_args(arguments)
    if not ROOT.is_dir():
        sys.stdout.write(f"CORPUS ABSENT: {ROOT} is not there; set JINBANG_CORPUS.\n")
        return 2
    rows = collect()
    shown = json.dumps(rows, ensure_ascii=False, indent=1) if options.json else table(rows, reasons=options.reasons)
    sys.stdout.write(shown + "\n")
    return 1 if any(number(row.get("wrong")) for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
