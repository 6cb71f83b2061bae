"""What an import changes of questions that were there before: staged, shown in one moment, taken back in one moment."""

from django.db import models


class QuestionChange(models.Model):
    """One side of a change: the question as it was, or as the import makes it. The columns are the question's own, so
    that the database copies them over without reading them."""

    batch = models.ForeignKey(
        "exams.ImportBatch", on_delete=models.CASCADE, related_name="changes", db_comment="The import"
    )
    question = models.ForeignKey(
        "exams.Question", on_delete=models.CASCADE, related_name="+", db_comment="The question that is changed"
    )
    is_former = models.BooleanField(db_comment="As it was before; otherwise as the import makes it")
    seen_at = models.DateTimeField(db_comment="updated_at of the question when this was staged")
    is_indexed = models.BooleanField(default=False, db_comment="Whether the search index knows what is shown")
    type = models.CharField(max_length=30, db_comment="Question.type")
    topic = models.ForeignKey(
        "exams.Topic", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Question.topic"
    )
    difficulty = models.PositiveSmallIntegerField(db_comment="Question.difficulty")
    tags = models.JSONField(default=list, db_comment="Question.tags")
    language = models.CharField(max_length=10, db_comment="Question.language")
    marks = models.DecimalField(max_digits=7, decimal_places=2, db_comment="Question.marks")
    content = models.JSONField(db_comment="Question.content")
    key = models.JSONField(db_comment="Question.key")
    explanation = models.TextField(default="", db_comment="Question.explanation")
    source = models.CharField(max_length=300, default="", db_comment="Question.source")
    summary = models.CharField(max_length=300, default="", db_comment="Question.summary")
    search_text = models.TextField(default="", db_comment="Question.search_text")
    content_hash = models.CharField(max_length=64, db_comment="Question.content_hash")
    status = models.CharField(max_length=10, db_comment="Question.status")
    live = models.BooleanField(default=False, db_comment="Question.live")
    has_unpublished_changes = models.BooleanField(default=False, db_comment="Question.has_unpublished_changes")
    is_withheld = models.BooleanField(default=False, db_comment="Question.is_withheld")
    current_version = models.ForeignKey(
        "exams.QuestionVersion",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="The version that is drawn; of the new side the one made for it, null where it keeps its own",
    )

    class Meta:
        db_table_comment = "Questions before and after an import changed them"
        constraints = [
            models.UniqueConstraint(fields=["batch", "is_former", "question"], name="question_change_once"),
        ]
        indexes = [
            models.Index(fields=["batch"], condition=models.Q(is_indexed=False), name="question_change_unindexed")
        ]
