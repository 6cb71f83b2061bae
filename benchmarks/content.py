"""What is read, started and submitted in a benchmark: exams over the demo's questions, and a catalogue of courses."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from courses import services as courses
from courses.models import Course
from edu.accounts.models import User
from edu.demo import content
from edu.demo.answers import right_answer
from exams.domain.grading import load_question
from exams.domain.marks import MarkState
from exams.models import Exam, Paper, Question
from exams.services import (
    add_items,
    add_section,
    create_bank,
    create_paper,
    import_records,
    publish_paper,
    save_exam,
    schedule_exam,
)

COURSES = 12
CHAPTERS, LESSONS = 3, 5
SUBJECTS = ("accounting", "statistics")
SIZES = {"room10": 10, "room50": 50, "review": 50, "save": 50, "start": 50, "submit": 50}
"""The exams of the benchmark and their numbers of questions."""


def make_exams(*, owner: User, now: datetime) -> dict[str, Exam]:
    """Return the open exams of SIZES by name; none of their questions waits for a marker."""
    questions = make_questions(owner=owner)
    papers: dict[int, Paper] = {}
    found: dict[str, Exam] = {}
    for name, size in SIZES.items():
        if size not in papers:
            papers[size] = _make_paper(owner=owner, questions=questions[:size])
        exam = save_exam(
            actor=owner,
            paper=papers[size],
            title=f"Benchmark: {name}",
            opens_at=now - timedelta(hours=1),
            closes_at=now + timedelta(days=1),
            duration_seconds=3 * 3600,
            pass_percent=Decimal(60),
            attempts_allowed=3,
            audience=Exam.Audience.EVERYBODY,
            release="at_once",
        )
        found[name] = schedule_exam(exam=exam, actor=owner)
    return found


def make_questions(*, owner: User) -> list[Question]:
    """Fill banks with the demo's questions and return those that are graded without people, their types mixed."""
    found: list[Question] = []
    for subject in SUBJECTS:
        bank = create_bank(actor=owner, name=subject.capitalize(), slug=f"benchmark-{subject}")
        import_records(bank=bank, records=content.read_questions(subject), author=owner)
        rows = Question.objects.filter(bank=bank).select_related("current_version").order_by("pk")
        found += [row for row in rows if _is_graded_at_once(row)]
    by_type: dict[str, list[Question]] = {}
    for row in found:
        by_type.setdefault(row.type, []).append(row)
    return [row for place in range(len(found)) for rows in by_type.values() for row in rows[place : place + 1]]


def _is_graded_at_once(question: Question) -> bool:
    response = right_answer(question.type, question.content, question.key)
    if response is None:
        return False
    mark = load_question(question.type, question.content, question.key).grade(response)
    return mark.state is not MarkState.PENDING


def _make_paper(*, owner: User, questions: list[Question]) -> Paper:
    paper = create_paper(actor=owner, title=f"{len(questions)} questions", language="en")
    paper.sections.all().delete()
    section = add_section(paper=paper, title="Questions")
    add_items(section=section, questions=questions, marks=Decimal(2))
    publish_paper(paper=paper, actor=owner)
    paper.refresh_from_db()
    return paper


def make_courses(*, owner: User) -> Course:
    """Fill a catalogue of COURSES published courses, and return the first, whose outline is long."""
    courses.ensure_category(slug="benchmark", name_en="Benchmark", name_zh="基准测试")
    courses.ensure_instructor(slug="benchmark", name="Miriam Hartwell", title="Instructor", user_id=owner.pk)
    described = content.read("statistics", "course")
    made = [_make_course(owner=owner, described=described, number=number) for number in range(COURSES)]
    return Course.objects.get(pk=made[0])


def _make_course(*, owner: User, described: dict[str, Any], number: int) -> int:
    course_id = courses.create_course(
        actor=None,
        title=f"{described['title']}, part {number + 1}",
        slug=f"benchmark-{number + 1}",
        language="en",
        owner_id=owner.pk,
        category="benchmark",
        instructors=["benchmark"],
        subtitle=described.get("subtitle", ""),
        summary=described["summary"],
        description=described["description"],
        outcomes=described.get("outcomes", ()),
        audience=described.get("audience", ""),
        is_free=True,
    )
    bodies = [lesson["body"] for chapter in described["chapters"] for lesson in chapter["lessons"] if "body" in lesson]
    chapters, lessons = (CHAPTERS, LESSONS) if number == 0 else (1, 1)
    for chapter in range(chapters):
        chapter_id = courses.add_chapter(actor=None, course_id=course_id, title=f"Chapter {chapter + 1}")
        for lesson in range(lessons):
            courses.add_lesson(
                actor=None,
                chapter_id=chapter_id,
                title=f"Lesson {chapter + 1}.{lesson + 1}",
                slug=f"lesson-{chapter + 1}-{lesson + 1}",
                kind="text",
                body_html=bodies[(chapter * lessons + lesson) % len(bodies)],
            )
    courses.publish_course(actor=None, course_id=course_id)
    return course_id
