"""Questions and answers on lessons, reviews of courses, announcements, and what readers reported."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edu.core.ids import new_public_id


class Question(models.Model):
    """A learner asks something about a lesson. Deleting empties it; its answers stay with it."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    lesson = models.ForeignKey(
        "courses.Lesson", on_delete=models.CASCADE, related_name="+", db_comment="Lesson it is about"
    )
    course = models.ForeignKey(
        "courses.Course", on_delete=models.CASCADE, related_name="+", db_comment="Course of the lesson"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="Who asks"
    )
    title = models.CharField(
        pgettext_lazy("discussion", "question"), max_length=160, db_comment="The question in one line"
    )
    body = models.TextField(_("details"), max_length=5000, blank=True, default="", db_comment="Plain text")
    accepted_answer = models.ForeignKey(
        "community.Answer",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Answer that solved it; null for none",
    )
    answer_count = models.PositiveIntegerField(default=0, db_comment="Answers that are not deleted, kept with them")
    created_at = models.DateTimeField(db_comment="When it was asked")
    edited_at = models.DateTimeField(null=True, db_comment="When it was last changed")
    deleted_at = models.DateTimeField(null=True, db_comment="When it was withdrawn; null while it is shown")

    class Meta:
        db_table_comment = "Questions of learners on lessons"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["lesson", "-created_at"], name="question_lesson_idx"),
            models.Index(fields=["course", "-created_at"], name="question_course_idx"),
        ]


class Answer(models.Model):
    """Somebody answers a question."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="answers", db_comment="What is answered"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="Who answers"
    )
    body = models.TextField(_("answer"), max_length=5000, db_comment="Plain text")
    by_teacher = models.BooleanField(default=False, db_comment="Whether its author taught the course at the time")
    created_at = models.DateTimeField(db_comment="When it was given")
    edited_at = models.DateTimeField(null=True, db_comment="When it was last changed")
    deleted_at = models.DateTimeField(null=True, db_comment="When it was withdrawn; null while it is shown")

    class Meta:
        db_table_comment = "Answers to learners' questions"
        ordering = ["created_at", "id"]


class Review(models.Model):
    """What a learner thinks of a course: one a person."""

    course = models.ForeignKey(
        "courses.Course", on_delete=models.CASCADE, related_name="+", db_comment="Course reviewed"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="Who reviews"
    )
    stars = models.PositiveSmallIntegerField(
        _("stars"), validators=[MinValueValidator(1), MaxValueValidator(5)], db_comment="1 to 5"
    )
    text = models.TextField(_("review"), max_length=3000, blank=True, default="", db_comment="Plain text")
    created_at = models.DateTimeField(db_comment="When it was written")
    edited_at = models.DateTimeField(null=True, db_comment="When it was last changed")

    class Meta:
        db_table_comment = "Reviews of courses, one a person"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["course", "author"], name="review_once"),
            models.CheckConstraint(condition=models.Q(stars__gte=1, stars__lte=5), name="review_one_to_five_stars"),
        ]


class Announcement(models.Model):
    """News from the site, or from the teachers of a course to its learners."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    course = models.ForeignKey(
        "courses.Course",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_comment="Whose learners it is for; null for everybody",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who wrote it"
    )
    language = models.CharField(
        max_length=10, blank=True, default="", db_comment="Shown to readers of this language; empty for all"
    )
    title = models.CharField(_("title"), max_length=160, db_comment="Title")
    body = models.TextField(_("text"), max_length=5000, db_comment="Plain text")
    published_at = models.DateTimeField(db_comment="Since when it is shown")
    withdrawn_at = models.DateTimeField(null=True, db_comment="When it was taken down; null while it is shown")

    class Meta:
        db_table_comment = "Announcements of the site and of courses"
        ordering = ["-published_at", "-id"]


class Report(models.Model):
    """A reader says that a question or an answer does not belong there."""

    question = models.ForeignKey(
        Question, null=True, on_delete=models.CASCADE, related_name="reports", db_comment="Reported question"
    )
    answer = models.ForeignKey(
        Answer, null=True, on_delete=models.CASCADE, related_name="reports", db_comment="Reported answer"
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="Who reports"
    )
    reason = models.CharField(_("reason"), max_length=300, db_comment="Why")
    created_at = models.DateTimeField(db_comment="When")

    class Meta:
        db_table_comment = "Reports of readers about questions and answers"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(question__isnull=False, answer__isnull=True)
                | models.Q(question__isnull=True, answer__isnull=False),
                name="report_of_one_thing",
            ),
            models.UniqueConstraint(fields=["question", "reporter"], name="report_question_once"),
            models.UniqueConstraint(fields=["answer", "reporter"], name="report_answer_once"),
        ]
