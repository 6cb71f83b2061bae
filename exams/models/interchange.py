"""Imports with their rows, and exports."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class ImportBatch(models.Model):
    """One imported file: read into rows, applied as a whole, undone as a whole."""

    class State(models.TextChoices):
        """Where the import is on its way."""

        READING = "reading", _("being read")
        PLANNED = "planned", _("to be confirmed")
        APPLYING = "applying", _("being imported")
        APPLIED = "applied", _("imported")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("failed")

    HIDING: ClassVar[tuple[str, ...]] = ("applying", "undoing")
    """States in which nobody sees the questions of the batch."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    bank = models.ForeignKey(
        "exams.Bank", on_delete=models.CASCADE, related_name="batches", db_comment="Into which bank"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Who imports",
    )
    file_name = models.CharField(max_length=255, db_comment="Name of the uploaded file")
    storage_name = models.CharField(
        max_length=400,
        default="",
        db_comment="Where the file lies in the storage until it is imported; then empty",
    )
    format = models.CharField(
        max_length=20, db_comment="Name of a module in exams.interchange.formats; empty until it is known"
    )
    is_format_chosen = models.BooleanField(default=False, db_comment="Whether a person chose the format")
    encoding = models.CharField(max_length=20, default="", db_comment="Encoding that a person chose; empty: detected")
    state = models.CharField(max_length=10, choices=State, default=State.READING, db_comment="Where it is on its way")
    options = models.JSONField(
        default=dict, db_comment="Chosen for all rows: updates, doubtful, topic, tags, difficulty"
    )
    applied_position = models.PositiveIntegerField(default=0, db_comment="Last row written, to go on after a crash")
    error = models.JSONField(default=dict, db_comment="Why the file could not be read: {text, values}, in English")
    report = models.JSONField(default=dict, db_comment="Counts of rows by state, created, updated, restored")
    replaced = models.JSONField(
        default=list,
        db_comment="Updated questions as they were, of imports before there were rows",
    )
    job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="The work under way or last done"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When the file came")
    applied_at = models.DateTimeField(null=True, db_comment="When it became visible")
    undone_at = models.DateTimeField(null=True, db_comment="When it was undone")

    class Meta:
        db_table_comment = "Imports of questions"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One question of an imported file: what was understood, what is wrong with it, and what becomes of it."""

    class State(models.TextChoices):
        """What happens to the row when the import is applied."""

        NEW = "new", _("new")
        DUPLICATE = "duplicate", _("there already")
        UPDATE = "update", _("updates a question")
        DOUBTFUL = "doubtful", _("doubtful")
        FAILED = "failed", _("cannot be imported")
        EXCLUDED = "excluded", _("left out")

    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="rows", db_index=False, db_comment="The import"
    )
    position = models.PositiveIntegerField(db_comment="1, 2, 3 … within the import")
    file = models.CharField(max_length=255, default="", db_comment="Member of a package; empty for a single file")
    row = models.PositiveIntegerField(db_comment="Row of a sheet, line of a text, place in a package; from 1")
    state = models.CharField(max_length=10, choices=State, db_comment="What happens to it")
    type = models.CharField(max_length=30, default="", db_comment="Question type, as far as it is known")
    ref = models.CharField(max_length=80, default="", db_comment="The author's own id")
    summary = models.CharField(max_length=300, default="", db_comment="First words of the question in plain text")
    search_text = models.TextField(default="", db_comment="Plain text of a sound question")
    record = models.JSONField(null=True, db_comment="The question record, or a draft of it where the row failed")
    problems = models.JSONField(default=list, db_comment="What keeps it out: {file,row,field,text,values}")
    doubts = models.JSONField(default=list, db_comment="What was guessed: {file,row,field,text,values}")
    losses = models.JSONField(default=list, db_comment="What cannot be carried: {file,row,field,text,values}")
    has_losses = models.BooleanField(default=False, db_comment="Whether losses is not empty")
    content_hash = models.CharField(max_length=64, default="", db_comment="SHA-256 of type, content and key")
    repeats_position = models.PositiveIntegerField(null=True, db_comment="Earlier row of the same content")
    question = models.ForeignKey(
        "exams.Question",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        db_comment="The question that it repeats or updates; Question.batch_position tells what a new one became",
    )
    near_duplicate_of = models.ForeignKey(
        "exams.Question",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        db_comment="The question of the bank that says nearly the same",
    )
    near_position = models.PositiveIntegerField(null=True, db_comment="Earlier row that says nearly the same")
    near_percent = models.PositiveSmallIntegerField(null=True, db_comment="How much the two share, in per cent")
    former = models.JSONField(null=True, db_comment="The updated question as it was before")
    source = models.TextField(default="", db_comment="The question as the file wrote it, at most 4,000 characters")
    cells = models.JSONField(default=list, db_comment="Cells of a failed row of a table, to be given back")

    class Meta:
        db_table_comment = "Rows of imports: questions between file and bank"
        ordering = ["batch", "position"]
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="import_row_position")]
        indexes = [
            models.Index(fields=["batch", "state", "position"], name="import_row_state_idx"),
            models.Index(fields=["batch", "content_hash"], name="import_row_hash_idx"),
            models.Index(fields=["batch", "ref"], condition=~models.Q(ref=""), name="import_row_ref_idx"),
            # Most rows name no question: an import writes those indexes alone in which its rows stand.
            models.Index(
                fields=["question"], condition=models.Q(question__isnull=False), name="import_row_question_idx"
            ),
            models.Index(
                fields=["near_duplicate_of"],
                condition=models.Q(near_duplicate_of__isnull=False),
                name="import_row_near_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.summary or str(self.position)

    @property
    def topic_path(self) -> list[Any]:
        """Return the topic of the record as names from the top."""
        return list((self.record or {}).get("topic") or [])


class QuestionExport(models.Model):
    """One export of questions: asked for, written by a job, downloaded by who asked."""

    class State(models.TextChoices):
        """Where the export is on its way."""

        WRITING = "writing", _("being written")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    bank = models.ForeignKey(
        "exams.Bank", on_delete=models.CASCADE, related_name="exports", db_comment="From which bank"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who exports"
    )
    format = models.CharField(max_length=20, db_comment="Name of a module in exams.interchange.formats")
    selection = models.JSONField(
        default=dict, db_comment="Which questions: filter values, or public ids; empty for all that are not retired"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WRITING, db_comment="Where it is on its way")
    count = models.PositiveIntegerField(default=0, db_comment="Questions that were handed to the format")
    losses = models.JSONField(default=list, db_comment="What the format cannot carry: {file,row,field,text,values}")
    loss_count = models.PositiveIntegerField(default=0, db_comment="How many losses there are; 1,000 are kept")
    storage_name = models.CharField(max_length=400, default="", db_comment="Where the file lies; then empty")
    job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="The work under way or last done"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was asked for")
    finished_at = models.DateTimeField(null=True, db_comment="When the file was written")

    class Meta:
        db_table_comment = "Exports of questions"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.format} {self.public_id}"
