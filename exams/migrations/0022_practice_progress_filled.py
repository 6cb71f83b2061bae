"""Answers of practice learn their learner, sessions the states of their questions. What else follows from answers is made
by `manage.py rebuild_progress`."""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def _letter(state, fraction):
    if state in {"pending", "blank"}:
        return "?" if state == "pending" else "b"
    fraction = fraction or 0.0
    return "r" if fraction >= 1 - 1e-6 else "p" if fraction > 1e-6 else "w"


def fill(apps, schema_editor):
    """Fill the new columns from what is there."""
    session_model = apps.get_model("exams", "PracticeSession")
    answer_model = apps.get_model("exams", "PracticeAnswer")
    progress_model = apps.get_model("exams", "QuestionProgress")
    owner = session_model.objects.filter(pk=OuterRef("session_id")).values("user_id")[:1]
    answer_model.objects.filter(user__isnull=True).update(user_id=Subquery(owner))
    for session in session_model.objects.only("id", "items").iterator(chunk_size=200):
        letters = ["-"] * len(session.items)
        for index, state, fraction in answer_model.objects.filter(session_id=session.pk).values_list(
            "index", "state", "fraction"
        ):
            if index < len(letters):
                letters[index] = _letter(state, fraction)
        session_model.objects.filter(pk=session.pk).update(states="".join(letters))
    progress_model.objects.filter(mastered_at__isnull=False, right_streak__lt=2).update(
        hand_act="mastered", hand_at=F("mastered_at")
    )


class Migration(migrations.Migration):
    dependencies = [("exams", "0021_practice_progress")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
