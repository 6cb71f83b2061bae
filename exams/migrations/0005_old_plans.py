"""What earlier imports understood, kept as one JSON plan each, becomes rows."""

from typing import Any

from django.db import migrations

TEXTS = {
    "unknown_field": "A question record has no %(names)s.",
    "no_type": "The question type is missing.",
    "no_content": "The content of the question is missing.",
    "no_key": "The answer key is missing.",
    "bad_difficulty": "The difficulty lies between 1 and 5.",
    "bad_marks": "The marks must be a number.",
    "marks_out_of_range": "The marks lie between 0 and 10,000.",
    "same_reference": "Row %(n)s has the same reference.",
    "no_record": "This line is not a question record.",
    "no_record_entry": "This entry is not a question record.",
    "line_too_long": "This line is too long.",
    "no_json": "This line is not JSON.",
    "unknown_type": "This type is not known. Use one of the names in the template.",
    "type_missing": "The type is missing.",
    "stem_empty": "The question is empty.",
    "difficulty_word": "Write a number from 1 to 5, or 易, 中, 难.",
    "too_few_options": "At least two options are needed.",
    "answer_missing": "The answer is missing.",
    "no_such_option": "The answer names “%(letter)s”, but there is no such option.",
    "several_right": "A single choice has one right option. For several, write 多选题 as the type.",
    "true_or_false": "Write 对 or 错 (true or false).",
    "no_blanks": "Mark the blanks with ____ in the question.",
    "blank_count": "There are %(n)s blanks; write as many answers, separated by semicolons.",
    "no_number": "Write a number, such as 12.5 or 12.5±0.1.",
    "no_pair": "Write each pair as left = right.",
    "no_order": "Name every item once, such as CABD.",
}
"""What the codes of problems said, in English source text."""


def _remarks(problems: list[dict[str, Any]], row: int) -> list[dict[str, Any]]:
    found = []
    for problem in problems:
        code, values = problem.get("code", ""), problem.get("values") or {}
        text = values.get("text", "") if code == "domain" else TEXTS.get(code, code)
        kept = {} if code == "domain" else values
        found.append({"file": "", "row": row, "field": problem.get("field", ""), "text": text, "values": kept})
    return found


def make_rows(apps: Any, _schema_editor: Any) -> None:
    """Turn the entries of every plan into rows."""
    row_model = apps.get_model("exams", "ImportRow")
    for batch in apps.get_model("exams", "ImportBatch").objects.iterator(chunk_size=20):
        plan = batch.plan if isinstance(batch.plan, dict) else {}
        rows = []
        for entry in plan.get("rows", []):
            record = entry.get("record") or {}
            rows.append(
                row_model(
                    batch=batch,
                    row=entry.get("row", 0),
                    state="duplicate" if entry.get("duplicate_of") else "new",
                    type=record.get("type", "")[:30],
                    ref=record.get("ref", "")[:80],
                    summary=entry.get("summary", "")[:300],
                    record=record,
                    content_hash=entry.get("content_hash", ""),
                )
            )
        for entry in plan.get("failed", []):
            number = entry.get("row", 0)
            rows.append(
                row_model(
                    batch=batch,
                    row=number,
                    state="failed",
                    summary=" | ".join(str(cell) for cell in entry.get("cells", []) if cell)[:300],
                    problems=_remarks(entry.get("problems", []), number),
                    cells=entry.get("cells", []),
                )
            )
        rows.sort(key=lambda row: row.row)
        for position, row in enumerate(rows, start=1):
            row.position = position
        row_model.objects.bulk_create(rows, batch_size=200)
        report = batch.report if isinstance(batch.report, dict) else {}
        states = [row.state for row in rows]
        counts = {
            state: states.count(state) for state in ("new", "duplicate", "update", "doubtful", "failed", "excluded")
        }
        batch.report = {**report, **counts, "all": len(rows), "losses": 0, "similar": 0}
        batch.options = {"updates": "update", "doubtful": "import", "topic": [], "tags": [], "difficulty": None}
        batch.save(update_fields=["report", "options"])


class Migration(migrations.Migration):
    """Plans become rows."""

    dependencies = [("exams", "0004_import_rows")]
    operations = [migrations.RunPython(make_rows, migrations.RunPython.noop)]
