"""Problems of imports were kept as texts; they are kept by code now."""

from typing import Any

from django.db import migrations


def _with_code(problem: dict[str, Any]) -> dict[str, Any]:
    text = problem.pop("message", None)
    return problem if text is None else {**problem, "code": "domain", "values": {"text": text}}


def keep_codes(apps: Any, _schema_editor: Any) -> None:
    """Give problems that are kept as texts the code of a text."""
    for batch in apps.get_model("exams", "ImportBatch").objects.only("plan").iterator():
        if not isinstance(batch.plan, dict):
            continue
        batch.plan["problems"] = [_with_code(problem) for problem in batch.plan.get("problems", [])]
        for row in batch.plan.get("failed", []):
            texts = row.pop("messages", None)
            if texts is not None:
                row["problems"] = [{"code": "domain", "values": {"text": text}} for text in texts]
        batch.save(update_fields=["plan"])


class Migration(migrations.Migration):
    """Kept texts become codes with values."""

    dependencies = [("exams", "0002_forward_only_mastery_and_undone_imports")]
    operations = [migrations.RunPython(keep_codes, migrations.RunPython.noop)]
