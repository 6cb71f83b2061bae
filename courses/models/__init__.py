"""Tables of the courses room; other rooms go through courses.queries and courses.services."""

from courses.models.course import Category, Chapter, Course, CourseInclusion, Instructor, Lesson
from courses.models.enrolment import Enrolment
from courses.models.pages import CourseIndexPage, CoursePage, LessonPage
from courses.models.progress import LessonNote, LessonProgress

__all__ = [
    "Category",
    "Chapter",
    "Course",
    "CourseInclusion",
    "CourseIndexPage",
    "CoursePage",
    "Enrolment",
    "Instructor",
    "Lesson",
    "LessonNote",
    "LessonPage",
    "LessonProgress",
]
