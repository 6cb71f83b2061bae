"""What rows of an import lose or leave in doubt, folded by kind: one entry for all rows that say the same, with the
list of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from exams.interchange.remarks import tell
from exams.models import ImportBatch, ImportRow

MAXIMUM_ROWS = 500
"""Rows that an entry names one by one."""

MAXIMUM_KINDS = 200
MAXIMUM_VARIANTS = 200
"""Entries of one kind that differ in what they name, before those of a single row are put together."""
READ = 500
KINDS = ("losses", "doubts")
Entry = dict[str, Any]


class Fold:
    """Remarks by what they say. Those that differ in a name only stand apart where several rows have that name (another
    column, another picture); what names something of its row alone (the name of a question) is one entry, with the
    first as an example."""

    def __init__(self, *, maximum_rows: int | None = MAXIMUM_ROWS) -> None:
        self._kinds: dict[tuple[str, ...], dict[tuple[Any, ...], Entry]] = {}
        self._gathered: dict[tuple[str, ...], Entry] = {}
        self._maximum_rows = maximum_rows

    def add(self, kind: str, remarks: Iterable[Mapping[str, Any]], *, row: int, position: int) -> None:
        """Take in the remarks of one row."""
        for remark in remarks:
            values = tuple(sorted((str(name), str(value)) for name, value in (remark.get("values") or {}).items()))
            said = (kind, remark.get("file", ""), str(remark.get("field", "")), remark.get("text", ""))
            variants = self._kinds.setdefault(said, {})
            if values not in variants and len(variants) >= MAXIMUM_VARIANTS:
                self._gather(said, least=1)
            entry = variants.setdefault(values, {"kind": kind, "remark": dict(remark), "count": 0, "rows": []})
            if entry.get("last") == position:
                continue
            entry["count"] += 1
            entry["last"] = position
            if self._maximum_rows is None or len(entry["rows"]) < self._maximum_rows:
                entry["rows"].append([int(remark.get("row") or row), position])

    def _gather(self, said: tuple[str, ...], *, least: int) -> None:
        """Put together the entries of a kind that a single row has, where there are more than `least` or some were
        before; all of them where there is no such row among too many."""
        variants = self._kinds[said]
        found = [values for values, entry in variants.items() if entry["count"] == 1]
        if not found and len(variants) >= MAXIMUM_VARIANTS:
            found = list(variants)
        if not found or (len(found) <= least and said not in self._gathered):
            return
        whole = self._gathered.get(said)
        for values in found:
            entry = variants.pop(values)
            if whole is None:
                whole = self._gathered[said] = entry | {"is_example": True}
                continue
            # Rows come in their order, so a row with several names is counted once.
            whole["count"] += entry["count"] - (entry["count"] == 1 and entry["last"] == whole["last"])
            known = {position for _row, position in whole["rows"][-1:]}
            whole["rows"] += [one for one in entry["rows"] if one[1] not in known]
            whole["last"] = entry["last"]
            if self._maximum_rows is not None:
                del whole["rows"][self._maximum_rows :]

    def sorted(self) -> list[Entry]:
        """Return the entries, those of most rows first."""
        for said in self._kinds:
            self._gather(said, least=1)
        entries = [entry for variants in self._kinds.values() for entry in variants.values()]
        entries += self._gathered.values()
        found = sorted(entries, key=lambda entry: (-entry["count"], entry["rows"][:1]))
        return [{name: value for name, value in entry.items() if name != "last"} for entry in found]


def fold_batch(batch: ImportBatch) -> list[dict[str, Any]]:
    """Return the doubts and losses of a batch by kind: {kind, remark, count, rows: [[row, position], …]}, and
    is_example where the remark is that of the first row; one pass over the rows that have any."""
    fold = Fold()
    rows = ImportRow.objects.filter(batch=batch).exclude(doubts=[], has_losses=False).order_by("position")
    for row, position, doubts, losses in rows.values_list("row", "position", "doubts", "losses").iterator(READ):
        fold.add("doubts", doubts, row=row, position=position)
        fold.add("losses", losses, row=row, position=position)
    return fold.sorted()[:MAXIMUM_KINDS]


def told_folds(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return kept entries for a page: kind, field, message and whether it is an example, count, rows that are named,
    and how many more there are."""
    return [
        {
            "kind": entry["kind"],
            **{name: value for name, value in tell(entry["remark"]).items() if name in {"field", "message", "file"}},
            "is_example": bool(entry.get("is_example")),
            "count": entry["count"],
            "rows": entry["rows"],
            "more": entry["count"] - len(entry["rows"]),
        }
        for entry in entries
    ]
