"""The search index of questions: terms a question is found by."""

from django.db import models


class QuestionTerms(models.Model):
    """Under which terms a question is found: words and Chinese bigrams, its bank, its tags, its sketch.

    SQLite keeps a full-text table over it by triggers, PostgreSQL a GIN index; see the migration and
    exams.authoring.term_index, which alone writes and reads it.
    """

    question = models.OneToOneField(
        "exams.Question",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="terms",
        db_comment="The question",
    )
    terms = models.TextField(db_comment="Terms separated by spaces: words, bigrams, bank, tags and sketch")

    class Meta:
        db_table_comment = "Search terms of questions"
