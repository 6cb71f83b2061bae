"""Merges of topics become changes of topics: deletions, moves and renamings are taken back as merges are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exams", "0017_bank_speed"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.RenameModel("TopicMerge", "TopicChange"),
        migrations.RenameModel("TopicMergePart", "TopicChangePart"),
        migrations.RenameField("TopicChangePart", "merge", "change"),
        migrations.RenameIndex("TopicChange", new_name="topic_change_bank_idx", old_name="topic_merge_bank_idx"),
        migrations.AlterModelTableComment(
            name="topicchange",
            table_comment="Changes of topic trees",
        ),
        migrations.AlterModelTableComment(
            name="topicchangepart",
            table_comment="Rows that merges and deletions of topics took along",
        ),
        migrations.AddField(
            model_name="topicchange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("merge", "Merged"),
                    ("delete", "Deleted"),
                    ("move", "Moved"),
                    ("order", "Order changed"),
                    ("rename", "Renamed"),
                ],
                db_comment="What was done: merge, delete, move, order, rename",
                default="merge",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="topicchange",
            name="actor",
            field=models.ForeignKey(
                db_comment="Who did it",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="topicchange",
            name="moved",
            field=models.JSONField(
                db_comment="Topics below that moved: as topics, with the parent after the merge (now)", default=list
            ),
        ),
        migrations.AlterField(
            model_name="topicchange",
            name="source_name",
            field=models.CharField(db_comment="Name of the topic before", max_length=120),
        ),
        migrations.AlterField(
            model_name="topicchange",
            name="target_id",
            field=models.BigIntegerField(
                db_comment="The topic that took it in or stands above it since (no constraint: it may go away later)",
                db_index=True,
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="topicchange",
            name="target_name",
            field=models.CharField(
                blank=True,
                db_comment="Name of the topic that took it in or stands above it since, or its new name; empty for none",
                default="",
                max_length=120,
            ),
        ),
        migrations.AlterField(
            model_name="topicchange",
            name="topics",
            field=models.JSONField(
                db_comment="The topics as they stood, the top first: id, public_id, name, parent, position, siblings before",
                default=list,
            ),
        ),
        migrations.AlterField(
            model_name="topicchangepart",
            name="change",
            field=models.ForeignKey(
                db_comment="The change",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="exams.topicchange",
            ),
        ),
        migrations.AlterField(
            model_name="topicchangepart",
            name="kind",
            field=models.CharField(db_comment="What they are: question, rule, session, result, change", max_length=20),
        ),
        migrations.AlterField(
            model_name="topicchangepart",
            name="present_id",
            field=models.BigIntegerField(db_comment="The topic they point at since; null for none", null=True),
        ),
    ]
