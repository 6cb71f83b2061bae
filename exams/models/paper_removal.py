"""What was taken out of the draft of a paper, so that it can be put back."""

from django.conf import settings
from django.db import models


class PaperRemoval(models.Model):
    """A section, a fixed question or a rule that an author took out."""

    class Kind(models.TextChoices):
        """What was taken out."""

        SECTION = "section"
        ITEM = "item"
        RULE = "rule"

    paper = models.ForeignKey("exams.Paper", on_delete=models.CASCADE, related_name="removals", db_comment="The paper")
    kind = models.CharField(max_length=8, choices=Kind, db_comment="section, item or rule")
    label = models.CharField(max_length=200, default="", db_comment="How the author knows it")
    content = models.JSONField(db_comment="The rows as they were; a section with its questions and rules")
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who took it out"
    )
    removed_at = models.DateTimeField(auto_now_add=True, db_comment="When it was taken out")

    class Meta:
        db_table_comment = "What was taken out of drafts of papers and may be put back; the newest twenty of each"
        ordering = ["-id"]
