"""What learners of the history can buy: each course on sale with everything that belongs to it, read once."""

from dataclasses import dataclass

from courses.models import Course, Lesson
from exams.models import Exam, Question
from payments.models import Offer


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A course on sale with what belongs to it, read once."""

    course: Course
    offer: Offer
    lessons: tuple[Lesson, ...]
    questions: tuple[Question, ...]
    exams: tuple[Exam, ...]
    lesson_count: int


def list_shelves() -> list[Shelf]:
    """Return the courses on sale, the oldest first."""
    found = []
    for course in Course.objects.filter(status="published", organization__isnull=True).order_by("id"):
        offer = Offer.objects.filter(product_key=course.product_key, status="on_sale").first()
        if offer is None:
            continue
        keys = set(course.inclusions.values_list("product_key", flat=True))
        banks = [key.split(":", 1)[1] for key in keys if key.startswith("bank:")]
        exams = [key.split(":", 1)[1] for key in keys if key.startswith("exam:")]
        found.append(
            Shelf(
                course=course,
                offer=offer,
                lessons=tuple(
                    Lesson.objects.filter(course=course, removed_at__isnull=True).order_by(
                        "chapter__position", "position"
                    )
                ),
                questions=tuple(
                    Question.objects.filter(bank__public_id__in=banks, status="published")
                    .exclude(type="essay")
                    .select_related("topic")
                ),
                exams=tuple(Exam.objects.filter(public_id__in=exams, opens_at__lt=offer.published_at)),
                lesson_count=course.lesson_count,
            )
        )
    return found
