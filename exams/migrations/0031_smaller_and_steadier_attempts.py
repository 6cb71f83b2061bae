"""Parts of results as text, and room beside attempts on PostgreSQL: a save writes its row over on its own page."""

from typing import Any

from django.db import migrations

import exams.models.json_text

ROOM = "ALTER TABLE exams_attempt SET (fillfactor = 75)"
"""An attempt is written over with each save. Where a new version finds no room on its page, it goes to another one, every
index gets an entry more, and what it leaves waits for a VACUUM."""


def leave_room(apps: Any, schema_editor: Any) -> None:
    """Let pages of attempts be filled to three quarters by new rows."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(ROOM)


def leave_no_room(apps: Any, schema_editor: Any) -> None:
    """Let them be filled."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE exams_attempt RESET (fillfactor)")


class Migration(migrations.Migration):
    """On PostgreSQL the results are written anew, a minute for some ten million; attempts stay as they are."""

    dependencies = [("exams", "0030_results_keyed_by_slot")]

    operations = [
        migrations.AlterField(
            model_name="itemresult",
            name="parts",
            field=exams.models.json_text.JSONTextField(
                db_comment="Parts of the mark as JSON: [id, earned, given, weight, parts, correct], what is usual left "
                "out at the end",
                default=list,
            ),
        ),
        migrations.RunPython(leave_room, leave_no_room),
    ]
