"""What rows of an import lose or leave in doubt, folded by kind: one entry for all rows that say the same, with the
list of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from exams.interchange.remarks import tell
from exams.models import ImportBatch, ImportRow

MAXIMUM_ROWS = 500
"""Rows that an entry names one by one."""

MAXIMUM_KINDS = 200
READ = 500
KINDS = ("losses", "doubts")


class Fold:
    """Remarks by what they say; those that differ in a name only (another column, another picture) stand apart."""

    def __init__(self, *, maximum_rows: int | None = MAXIMUM_ROWS) -> None:
        self.entries: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._maximum_rows = maximum_rows

    def add(self, kind: str, remarks: Iterable[Mapping[str, Any]], *, row: int, position: int) -> None:
        """Take in the remarks of one row."""
        for remark in remarks:
            values = tuple(sorted((str(name), str(value)) for name, value in (remark.get("values") or {}).items()))
            said = (kind, remark.get("file", ""), str(remark.get("field", "")), remark.get("text", ""), values)
            entry = self.entries.setdefault(said, {"kind": kind, "remark": dict(remark), "count": 0, "rows": []})
            if entry.get("last") == position:
                continue
            entry["count"] += 1
            entry["last"] = position
            if self._maximum_rows is None or len(entry["rows"]) < self._maximum_rows:
                entry["rows"].append([int(remark.get("row") or row), position])

    def sorted(self) -> list[dict[str, Any]]:
        """Return the entries, those of most rows first."""
        found = sorted(self.entries.values(), key=lambda entry: (-entry["count"], entry["rows"][:1]))
        return [{name: value for name, value in entry.items() if name != "last"} for entry in found]


def fold_batch(batch: ImportBatch) -> list[dict[str, Any]]:
    """Return the doubts and losses of a batch by kind: {kind, remark, count, rows: [[row, position], …]}; one pass over
    the rows that have any."""
    fold = Fold()
    rows = ImportRow.objects.filter(batch=batch).exclude(doubts=[], has_losses=False).order_by("position")
    for row, position, doubts, losses in rows.values_list("row", "position", "doubts", "losses").iterator(READ):
        fold.add("doubts", doubts, row=row, position=position)
        fold.add("losses", losses, row=row, position=position)
    return fold.sorted()[:MAXIMUM_KINDS]


def told_folds(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return kept entries for a page: kind, field, message, count, rows that are named, and how many more there are."""
    return [
        {
            "kind": entry["kind"],
            **{name: value for name, value in tell(entry["remark"]).items() if name in {"field", "message", "file"}},
            "count": entry["count"],
            "rows": entry["rows"],
            "more": entry["count"] - len(entry["rows"]),
        }
        for entry in entries
    ]
