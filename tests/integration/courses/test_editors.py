"""Who gets into the page editor, and to which pages."""

import pytest
from django.urls import NoReverseMatch, reverse
from wagtail.admin.urls.pages import urlpatterns as page_addresses
from wagtail.models import Page, Revision

from courses.authoring.editors import GROUP
from courses.models import CoursePage, Enrolment, LessonPage
from courses.services import change_course
from edu.access.queries import list_doors
from edu.organizations.services import make_trainer
from tests.factories.courses import (
    lessons_of,
    make_course,
    make_instructor,
    make_learner,
    make_organization,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db
EDIT = "wagtailadmin_pages:edit"


def pages_of(course):
    return [CoursePage.objects.get(course=course), *LessonPage.objects.filter(lesson__course=course)]


def addresses(page, *, other):
    """Every address of the page editor that names this page."""
    revision = page.latest_revision_id
    for pattern in page_addresses:
        for arguments in (
            [page.pk],
            [page.pk, revision],
            [page.pk, "earliest", "latest"],
            [page.pk, other.pk],
            [page.content_type.app_label, page.content_type.model, page.pk],
        ):
            try:
                yield reverse(f"wagtailadmin_pages:{pattern.name}", args=arguments)
            except NoReverseMatch:
                continue


def state():
    return (
        list(Page.objects.order_by("pk").values("pk", "path", "live", "title", "locked", "latest_revision_id")),
        list(CoursePage.objects.order_by("pk").values()),
        list(LessonPage.objects.order_by("pk").values("pk", "lesson_id")),
        Revision.objects.count(),
    )


def test_a_teacher_who_is_added_edits_the_pages_at_once_and_no_longer_when_left_out(client):
    course, other = make_course(), make_course(title="Other")
    helper = make_user()
    teacher = make_teacher(helper)
    client.force_login(helper)
    assert client.get(reverse(EDIT, args=[pages_of(course)[0].pk])).status_code in {302, 403}

    change_course(actor=course.owner, course_id=course.pk, fields={}, instructor_ids=[teacher.pk])
    for page in pages_of(course):
        assert client.get(reverse(EDIT, args=[page.pk])).status_code == 200
        assert client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk])).status_code == 200
    for page in pages_of(other):
        assert client.get(reverse(EDIT, args=[page.pk])).status_code == 302
    assert client.get(reverse("teaching:course", args=[course.public_id])).status_code == 200
    assert client.get(reverse("teaching:course", args=[other.public_id])).status_code == 404

    change_course(actor=course.owner, course_id=course.pk, fields={}, instructor_ids=[])
    assert not helper.groups.filter(name=GROUP).exists()
    for page in pages_of(course):
        assert client.get(reverse(EDIT, args=[page.pk])).status_code in {302, 403}
    assert client.get(reverse("teaching:course", args=[course.public_id])).status_code == 403


def test_who_has_a_course_of_her_own_keeps_the_editor_for_it_alone(client):
    course, own = make_course(), make_course(title="Own")
    teacher = make_teacher(own.owner)
    change_course(actor=None, course_id=course.pk, fields={}, instructor_ids=[teacher.pk])
    change_course(actor=None, course_id=course.pk, fields={}, instructor_ids=[])
    client.force_login(own.owner)
    assert client.get(reverse(EDIT, args=[pages_of(own)[0].pk])).status_code == 200
    assert client.get(reverse(EDIT, args=[pages_of(course)[0].pk])).status_code == 302


def test_no_address_of_the_editor_opens_or_changes_anothers_pages(client):
    course, own = make_course(), make_course(title="Own")
    client.force_login(own.owner)
    mine = pages_of(own)[0]
    before, walked = state(), set()
    for page in pages_of(course):
        for url in addresses(page, other=mine):
            walked.add(url)
            for answer in (
                client.get(url),
                client.post(url, {"title": "Taken", "new_title": "Taken", "new_slug": "taken", "next": "/"}),
            ):
                assert b"Text of the lesson" not in answer.content, url
                # A dialog asks in JSON whether a workflow runs, and says nothing of the page.
                refused = (
                    answer.status_code in {302, 403, 404, 405} or answer.json()["step"] == "no_confirmation_needed"
                )
                assert refused, (url, answer.status_code)
                if answer.status_code == 302:
                    assert "/view_draft/" not in answer["Location"]
    assert len(walked) > 40
    assert state() == before


@pytest.mark.parametrize("action", ["delete", "move", "publish", "unpublish"])
def test_acts_on_many_pages_leave_anothers_alone(client, action):
    course, own = make_course(), make_course(title="Own")
    client.force_login(own.owner)
    before = state()
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    query = "&".join(f"id={page.pk}" for page in pages_of(course))
    client.post(f"{url}?{query}", {"chooser": own.pages.get().pk, "include_descendants": "on"})
    assert state() == before


def test_many_pages_are_not_deleted_at_once_even_ones_own(client):
    course = make_course()
    client.force_login(course.owner)
    before = state()
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    query = "&".join(f"id={page.pk}" for page in pages_of(course)[1:])
    assert client.post(f"{url}?{query}").status_code in {302, 403}
    assert state() == before


def test_a_page_is_not_copied_or_deleted_without_its_course(client, admin_client):
    course = make_course()
    before = state()
    for visitor in (client, admin_client):
        if visitor is client:
            client.force_login(course.owner)
        for page in pages_of(course):
            for name in ("copy", "delete"):
                answer = visitor.post(reverse(f"wagtailadmin_pages:{name}", args=[page.pk]), {"new_title": "x"})
                assert answer.status_code == 302
    assert state() == before


def test_a_member_who_becomes_a_trainer_edits_the_courses_of_her_organisation(client, deliver_events):
    trainer, member = make_user(), make_user()
    organization = make_organization(trainer=trainer, member=member)
    course = make_course(owner=trainer, organization_id=organization.pk)
    client.force_login(member)
    page = pages_of(course)[0]
    assert client.get(reverse(EDIT, args=[page.pk])).status_code in {302, 403}
    membership = organization.memberships.get(user=member)
    make_trainer(actor=None, organization_id=organization.pk, membership_id=membership.pk)
    deliver_events()
    assert client.get(reverse(EDIT, args=[page.pk])).status_code == 200


def test_an_instructor_who_is_given_an_account_is_let_in(admin_client):
    course, person = make_course(), make_user()
    teacher = make_teacher(None)
    course.instructors.add(teacher)
    url = reverse("wagtailsnippets_courses_instructor:edit", args=[teacher.pk])
    data = {"slug": teacher.slug, "name": teacher.name, "title": "", "bio": "", "user": person.pk}
    assert admin_client.post(url, data).status_code == 302
    assert person.groups.filter(name=GROUP).exists()


def test_publishing_in_the_editor_counts_progress_and_renames_the_door():
    from courses.learning.advance import complete_lesson

    course = make_course(lessons=2)
    learner = make_learner(course)
    complete_lesson(user_id=learner.pk, lesson_id=lessons_of(course)[0].pk)
    LessonPage.objects.get(lesson=lessons_of(course)[1]).unpublish()
    assert Enrolment.objects.get(user=learner).progress_percent == 100
    page = CoursePage.objects.get(course=course)
    page.title = "Bookkeeping, revised"
    page.save_revision().publish()
    assert list_doors(product_keys=[course.product_key])[course.product_key].title == "Bookkeeping, revised"


def test_publishing_the_course_keeps_the_newest_draft_of_a_page_that_waits():
    from datetime import timedelta

    from courses.services import publish_course
    from edu.core.clock import now_utc

    course = make_course(lessons=2)
    lesson = lessons_of(course)[1]
    LessonPage.objects.get(lesson=lesson).unpublish()
    page = LessonPage.objects.get(lesson=lesson)
    page.title, page.go_live_at = "Written later", now_utc() + timedelta(days=1)
    page.save_revision().publish()
    publish_course(actor=make_instructor(is_superuser=True), course_id=course.pk)
    page.refresh_from_db()
    assert not page.live
    assert page.get_latest_revision_as_object().title == "Written later"
    assert Revision.objects.for_instance(page).filter(approved_go_live_at__isnull=False).count() == 1
