"""Imports of staff from a spreadsheet: the file's rows, what each will do, and what became of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class StaffImport(models.Model):
    """One uploaded sheet, from preview to result."""

    class State(models.TextChoices):
        """Where the import is on its way."""

        PREVIEW = "preview", _("to be confirmed")
        RUNNING = "running", _("running")
        DONE = "done", _("finished")
        DISCARDED = "discarded", _("discarded")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_comment="Whose staff"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Trainer"
    )
    file_name = models.CharField(max_length=200, db_comment="Name of the uploaded file")
    state = models.CharField(max_length=10, choices=State, default=State.PREVIEW, db_comment="Where it is on its way")
    headers = models.JSONField(default=list, db_comment="First row of the sheet, to give failed rows back in its order")
    job_id = models.BigIntegerField(null=True, db_comment="Job that applies it; null until it is confirmed")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was uploaded")
    applied_at = models.DateTimeField(null=True, db_comment="When the last row was applied")
    credentials_downloaded_at = models.DateTimeField(
        null=True, db_comment="When the sheet of first passwords was handed out; they are gone since"
    )

    class Meta:
        db_table_comment = "Imports of staff from spreadsheets"
        ordering = ["-pk"]


class StaffImportRow(models.Model):
    """One row of the sheet. It is marked applied in the transaction that applies it, so a restart repeats nothing."""

    class Action(models.TextChoices):
        """What the row does."""

        NEW = "new", _("new")
        UPDATE = "update", _("changed")
        MOVE = "move", _("moved")
        UNCHANGED = "unchanged", _("unchanged")
        ERROR = "error", _("error")

    staff_import = models.ForeignKey(
        StaffImport, on_delete=models.CASCADE, related_name="rows", db_comment="The import"
    )
    number = models.PositiveIntegerField(db_comment="Row of the sheet, from 1, as the spreadsheet program shows it")
    fields = models.JSONField(db_comment="real_name, staff_number, department, phone, email, job_title")
    action = models.CharField(max_length=10, choices=Action, db_comment="What the row does, or that it is wrong")
    reason = models.CharField(max_length=300, default="", db_comment="Why it is wrong, for a person")
    details = models.CharField(max_length=300, default="", db_comment="What changes, for a person")
    applied_at = models.DateTimeField(null=True, db_comment="When it was applied; null until then")
    sealed_password = models.TextField(
        default="", db_comment="First password, encrypted; emptied when the sheet is handed out or after a week"
    )

    class Meta:
        db_table_comment = "Rows of staff imports"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["staff_import", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["staff_import", "action"], name="import_row_action_idx")]
