"""The instructor's desk, her courses, and making a new one."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from courses.authoring.courses import create_course
from courses.models import Course, Enrolment
from courses.permissions import require_author, require_teacher, taught_courses
from courses.teaching.access import teaching, telling
from courses.teaching.forms import NewCourseForm
from courses.teaching.to_mark import count_to_mark
from edu.organizations.queries import list_memberships
from exams.queries import count_to_review


@teaching
def desk(request: HttpRequest) -> HttpResponse:
    """Show what there is to do: papers to mark, drafts to finish, who learnt lately."""
    require_teacher(request.user)
    mine = taught_courses(request.user)
    recent = (
        Enrolment.objects.filter(course__in=mine.values("pk"), last_lesson__isnull=False)
        .select_related("user", "course")
        .order_by("-active_at")[:8]
    )
    rows = list(mine.select_related("category").order_by("-id")[:100])
    review_count, report_count = count_to_review(user=request.user)
    context = {
        "review_count": review_count,
        "report_count": report_count,
        "title": _("Teaching"),
        "desk": "instructor",
        "courses": [row for row in rows if row.status != Course.Status.DRAFT][:6],
        "drafts": [row for row in rows if row.status == Course.Status.DRAFT][:6],
        "published_count": sum(row.is_published for row in rows),
        "learner_count": sum(row.learner_count for row in rows),
        "draft_count": sum(row.status == Course.Status.DRAFT for row in rows),
        "to_mark_count": count_to_mark(request.user),
        "recent": recent,
    }
    return render(request, "courses/teaching/desk.html", context)


@teaching
def courses(request: HttpRequest) -> HttpResponse:
    """List the courses that the person may edit."""
    require_teacher(request.user)
    rows = taught_courses(request.user).select_related("category", "organization").order_by("-id")
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(
        request, "courses/teaching/courses.html", {"title": _("Courses"), "desk": "instructor", "page_obj": page}
    )


@teaching
def create(request: HttpRequest) -> HttpResponse:
    """Make a course: its record, its page, its first chapter."""
    require_author(request.user, organization_id=None)
    organizations = [
        (row.organization_id, row.organization_name)
        for row in list_memberships(user_id=request.user.pk)
        if row.role == "trainer"
    ]
    form = NewCourseForm(request.POST or None, organizations=organizations, initial={"language": request.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        with telling(request):
            course_id = create_course(
                actor=request.user,
                title=values["title"],
                language=values["language"],
                category=values["category"].slug if values["category"] else "",
                summary=values["summary"],
                organization_id=values.get("organization"),
                first_chapter=values["chapter"],
            )
            return redirect("teaching:course", public_id=Course.objects.get(pk=course_id).public_id)
    return render(
        request, "courses/teaching/create.html", {"title": _("New course"), "desk": "instructor", "form": form}
    )
