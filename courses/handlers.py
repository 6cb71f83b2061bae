"""What the courses room does when something happened elsewhere. Each may be called twice with the same event."""

from courses.authoring.editors import refresh_editor_access
from courses.learning.enrol import enrol
from courses.models import Course, Lesson, LessonProgress
from courses.quizzes import count_open_quizzes
from edu.access.queries import list_opener_keys
from edu.core.clock import now_utc
from edu.events.types import AccessGranted, MemberJoined, MemberLeft, MemberRoleChanged, PracticeAnswered


def on_access_granted(event: AccessGranted) -> None:
    """Enrol the person in the course, in the courses of the bundle; put a single lesson on her desk."""
    kind, _colon, public_id = event.product_key.partition(":")
    if kind == "course":
        for course_id in Course.objects.filter(public_id=public_id).values_list("pk", flat=True):
            enrol(user_id=event.user_id, course_id=course_id)
    elif kind == "bundle":
        courses = {row.product_key: row.pk for row in Course.objects.exclude(status=Course.Status.DRAFT)}
        for key, openers in list_opener_keys(product_keys=list(courses)).items():
            if event.product_key in openers:
                enrol(user_id=event.user_id, course_id=courses[key])
    elif kind == "lesson":
        now = now_utc()
        for lesson in Lesson.objects.filter(public_id=public_id):
            LessonProgress.objects.get_or_create(
                user_id=event.user_id, lesson=lesson, defaults={"opened_at": now, "reported_at": now}
            )


def on_practice_answered(event: PracticeAnswered) -> None:
    """Count quizzes of lessons that the learner may just have passed."""
    count_open_quizzes(user_id=event.user_id)


def on_member_changed(event: MemberJoined | MemberLeft | MemberRoleChanged) -> None:
    """Let new trainers into the page editor for the courses of their organisation, and former ones out of it."""
    refresh_editor_access(user_ids=[event.user_id])
