"""The report of imports for programs: exactly created, updated, duplicates, problems and losses."""

from typing import Any

from exams.interchange.folding import Fold
from exams.interchange.remarks import report as report_remark
from exams.models import ImportBatch, ImportRow


def empty_report() -> dict[str, Any]:
    """Return the report of nothing."""
    return {"created": 0, "updated": 0, "duplicates": 0, "problems": [], "losses": []}


def add_batch(report: dict[str, Any], batch: ImportBatch, *, name: str, is_applied: bool) -> None:
    """Add what came (or, not applied, would come) of a batch; `name` is how the caller calls its file.

    A row that failed is among `problems`. A doubtful row is imported, and its doubts stand with the losses: what the
    author should look at; those that say the same are one entry, with `count` and all `rows` beside the first row. A
    row that is left out because its reference is known counts as a duplicate.
    """
    counts = batch.report
    states = ImportRow.State
    if batch.error:
        report["problems"].append(
            {"file": name, "row": 0, "field": "", "message": report_remark(batch.error)["message"]}
        )
        return
    if is_applied:
        report["created"] += counts.get("created", 0)
        report["updated"] += counts.get("updated", 0)
        report["duplicates"] += counts[states.DUPLICATE]
        if batch.options.get("updates") == "skip":
            report["duplicates"] += counts[states.UPDATE]
    else:
        doubtful = ImportRow.objects.filter(batch=batch, state=states.DOUBTFUL)
        updating = doubtful.filter(question__isnull=False).count() + counts[states.UPDATE]
        fresh = doubtful.filter(question__isnull=True).count() + counts[states.NEW]
        choice = batch.options.get("updates")
        report["created"] += fresh + (updating if choice == "new" else 0)
        report["updated"] += updating if choice == "update" else 0
        report["duplicates"] += counts[states.DUPLICATE] + (updating if choice == "skip" else 0)
    rows = ImportRow.objects.filter(batch=batch).order_by("position")
    for remarks in rows.filter(state=states.FAILED).values_list("problems", flat=True).iterator(chunk_size=500):
        report["problems"] += [_placed(remark, name) for remark in remarks]
    fold = Fold(maximum_rows=None)
    flagged = rows.exclude(doubts=[], has_losses=False).values_list("row", "position", "doubts", "losses")
    for row, position, doubts, losses in flagged.iterator(500):
        fold.add("doubts", doubts, row=row, position=position)
        fold.add("losses", losses, row=row, position=position)
    for entry in fold.sorted():
        numbers = [number for number, _position in entry["rows"]]
        report["losses"].append(_placed(entry["remark"], name) | {"count": entry["count"], "rows": numbers})


def _placed(remark: dict[str, Any], name: str) -> dict[str, Any]:
    told = report_remark(remark)
    return told | {"file": f"{name}/{told['file']}" if told["file"] and told["file"] != name else name}
