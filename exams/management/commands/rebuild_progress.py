"""Make how learners stand with questions anew from all their answers."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from exams.models import Attempt, PracticeAnswer, QuestionProgress
from exams.practice.question_progress import rebuild_all


class Command(BaseCommand):
    """`manage.py rebuild_progress [--user EMAIL]`: after an upgrade that says so, or a repair of answers by hand."""

    help = "Make the wrong-answer books and due dates of learners anew from all that they answered."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one learner's address."""
        parser.add_argument("--user", default="", help="only this learner, by mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild one learner after the other; what is done stays when it is stopped."""
        if options["user"]:
            user = get_user_model().objects.filter(email__iexact=options["user"]).first()
            if user is None:
                raise CommandError("There is nobody with this address.")
            ids = [user.pk]
        else:
            models = (PracticeAnswer, QuestionProgress, Attempt)
            ids = sorted(set().union(*(model.objects.values_list("user_id", flat=True).distinct() for model in models)))
        questions = sum(rebuild_all(user_id=user_id) for user_id in ids)
        self.stdout.write(f"{len(ids)} learners, {questions} questions")
