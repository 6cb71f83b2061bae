"""Periodic work of exams. Every task is idempotent; the database is the truth and a lost run costs seconds."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from edu.core.clock import now_utc
from edu.notifications.services import notify
from exams.authoring.figures import roll_up_figures
from exams.authoring.schedule import carry_out_schedules
from exams.authoring.term_index import index_missing
from exams.authoring.topic_counts import recount_topics
from exams.delivery.finish_overdue import finish_overdue
from exams.delivery.release import release_closed_exams
from exams.delivery.reviewing import open_closed_reviews
from exams.delivery.signals import forget_old_signals
from exams.figures.snapshots import refresh_snapshots
from exams.interchange.exports import remove_old_files
from exams.marking.export import remove_old_results
from exams.marking.gradebook import candidate_ids
from exams.models import Attempt, Exam
from exams.practice.clock import end_all_by_clock
from exams.practice.export import remove_old_practice
from exams.practice.reminders import remind_learners

REMIND_AHEAD = timedelta(hours=24)


@shared_task(name="exams.tasks.finish_overdue_attempts")
def finish_overdue_attempts() -> int:
    """Close attempts whose time is up and grade what a crash left behind."""
    return finish_overdue(now=now_utc())


@shared_task(name="exams.tasks.release_results_at_close")
def release_results_at_close() -> int:
    """Release the results of exams that have closed, and open the reviews that waited for it; return how many."""
    now = now_utc()
    return release_closed_exams(now=now) + open_closed_reviews(now=now)


@shared_task(name="exams.tasks.remind_of_exams")
def remind_of_exams() -> int:
    """Tell candidates who have not started that an exam opens within 24 hours; return how many were told."""
    now = now_utc()
    soon = Exam.objects.filter(status=Exam.Status.SCHEDULED, opens_at__gt=now, opens_at__lte=now + REMIND_AHEAD)
    told = 0
    for exam in soon:
        started = set(Attempt.objects.filter(exam=exam).values_list("user_id", flat=True))
        for user_id in candidate_ids(exam, []) - started:
            told += bool(
                notify(
                    user_id=user_id,
                    kind="exams.soon",
                    context={"title": exam.title, "opens_at": timezone.localtime(exam.opens_at).isoformat()},
                    url=f"/exams/{exam.public_id}/",
                    dedupe_key=f"exams.soon:{exam.pk}:{exam.opens_at.isoformat()}:{user_id}",
                )
            )
    return told


@shared_task(name="exams.tasks.remove_old_exports")
def remove_old_exports() -> int:
    """Remove the files of exports that nobody will fetch any more."""
    return remove_old_files() + remove_old_results() + remove_old_practice()


@shared_task(name="exams.tasks.carry_out_question_schedules")
def carry_out_question_schedules() -> int:
    """Publish and retire the questions whose time has come."""
    return carry_out_schedules(now=now_utc())


@shared_task(name="exams.tasks.roll_up_question_figures")
def roll_up_question_figures() -> int:
    """Compute the figures of question versions answered since the last run."""
    return roll_up_figures(now=now_utc())


@shared_task(name="exams.tasks.mend_question_index")
def mend_question_index() -> int:
    """Index questions that were written past the use cases, and recount topics; return how many needed it."""
    return index_missing() + recount_topics()


@shared_task(name="exams.tasks.forget_exam_signals")
def forget_exam_signals() -> int:
    """Remove what was noticed in rooms of exams that closed long ago; return how many attempts lost theirs."""
    return forget_old_signals(now=now_utc(), days=settings.SIGNALS_KEPT_DAYS)


@shared_task(name="exams.tasks.refresh_exam_figures")
def refresh_exam_figures() -> int:
    """Have the statistics of exams that were marked lately computed anew."""
    return refresh_snapshots(now=now_utc())


@shared_task(name="exams.tasks.remind_of_practice")
def remind_of_practice() -> int:
    """Remind learners who asked for it and have not practised today; return how many were told."""
    return remind_learners(now=now_utc())


@shared_task(name="exams.tasks.finish_timed_practice")
def finish_timed_practice() -> int:
    """Finish practice whose clock ran out while nobody looked; return how many."""
    return end_all_by_clock(now=now_utc())
