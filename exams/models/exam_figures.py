"""Statistics of an exam as a job computed them last; pages read only this."""

from django.db import models


class ExamFigures(models.Model):
    """One snapshot of an exam's statistics: for all its candidates or for the people of one organisation."""

    exam = models.ForeignKey("exams.Exam", on_delete=models.CASCADE, related_name="figures", db_comment="The exam")
    organization_id = models.BigIntegerField(default=0, db_comment="Whose people alone are counted; 0 for everybody")
    counts_all = models.BooleanField(
        default=False, db_comment="Whether every attempt of a learner counts, and not only the first"
    )
    figures = models.JSONField(default=dict, db_comment="The figures by part of the page; empty until computed")
    attempts = models.PositiveIntegerField(default=0, db_comment="Attempts that were counted")
    newest_at = models.DateTimeField(null=True, db_comment="Newest mark of an attempt that was counted")
    job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="The job that computes it"
    )
    computed_at = models.DateTimeField(null=True, db_comment="When it was computed; null until then")

    class Meta:
        db_table_comment = "Statistics of exams, computed by a job"
        constraints = [
            models.UniqueConstraint(fields=["exam", "organization_id", "counts_all"], name="one_snapshot_a_population")
        ]
