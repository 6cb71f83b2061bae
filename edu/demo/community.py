"""Questions, answers, reviews and announcements of the demo."""

from datetime import datetime, timedelta

from courses.models import Enrolment, Lesson
from edu.accounts.models import User
from edu.community import services as community
from edu.community.models import Announcement, Question
from edu.community.models import Review as CourseReview
from edu.core.errors import DomainError
from edu.demo import content
from edu.demo.subjects import Subject


def load_community(*, people: dict[str, User], subjects: dict[str, Subject], now: datetime) -> None:
    """Load what people say once; learners of the history lend their accounts."""
    teachers = {"accounting": people["instructor"], "statistics": people["instructor_en"]}
    for folder, subject in subjects.items():
        if Question.objects.filter(course_id=subject.course.pk).exists():
            continue
        learners = [
            row.user
            for row in Enrolment.objects.filter(course=subject.course, progress_percent__gte=30)
            .select_related("user")
            .order_by("id")
            if row.user_id != people["learner"].pk
        ]
        if learners:
            _load_threads(folder=folder, subject=subject, teacher=teachers[folder], learners=learners, now=now)
            _load_reviews(folder=folder, subject=subject, learners=learners, now=now)
    if not Announcement.objects.exists():
        _load_announcements(author=people["operator"], now=now)


def _load_threads(*, folder: str, subject: Subject, teacher: User, learners: list[User], now: datetime) -> None:
    """Load questions with their answers, at the moments that the file names."""
    for number, thread in enumerate(content.read(folder, "community")["threads"]):
        lesson = Lesson.objects.get(course=subject.course, slug=thread["lesson"])
        asked_at = content.moment(thread.get("asked", f"-{20 - number * 4}d"), now=now)
        cast: dict[str, User] = {}
        asker = cast.setdefault(thread["author"], learners[number % len(learners)])
        try:
            question = community.ask_question(
                author=asker,
                lesson_public_id=lesson.public_id,
                title=thread["title"],
                body=thread["body"],
                created_at=asked_at,
            )
        except DomainError:
            continue
        for place, reply in enumerate(thread.get("replies", ()), start=1):
            is_teacher = bool(reply.get("instructor")) or reply.get("role") == "instructor"
            spare = learners[(number + place) % len(learners)]
            author = teacher if is_teacher else cast.setdefault(reply["author"], spare)
            at = content.moment(reply["at"], now=now) if "at" in reply else asked_at + timedelta(hours=5 * place)
            community.answer_question(
                author=author,
                question_public_id=question.public_id,
                body=reply["body"],
                created_at=max(at, asked_at) + timedelta(minutes=7 * place),
            )


def _load_reviews(*, folder: str, subject: Subject, learners: list[User], now: datetime) -> None:
    """Load reviews, one a learner."""
    for number, review in enumerate(content.read(folder, "community")["reviews"]):
        author = learners[-1 - number % len(learners)]
        if CourseReview.objects.filter(course_id=subject.course.pk, author=author).exists():
            continue
        try:
            community.write_review(
                author=author,
                course_id=subject.course.pk,
                stars=review["stars"],
                text=review["text"],
                created_at=now - timedelta(days=3 + 6 * number),
            )
        except DomainError:
            continue


def _load_announcements(*, author: User, now: datetime) -> None:
    """Load the announcements, one a language."""
    for plan in content.read("site")["announcements"]:
        for language in ("en", "zh-hans"):
            community.publish_announcement(
                author=author,
                title=plan["title"][language],
                body=plan["text"][language],
                language=language,
                created_at=content.moment(plan["published"], now=now),
                tell=False,
            )
