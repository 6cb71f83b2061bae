from types import SimpleNamespace

import pytest
from django.urls import reverse

from courses.models import Course, Enrolment, LessonNote, LessonProgress
from courses.services import remove_lesson, withdraw_course
from edu.access.services import give_grant, register_door, revoke_grants
from edu.events.types import PracticeAnswered
from tests.factories.courses import lessons_of, make_course, make_learner, make_organization, make_user

pytestmark = pytest.mark.django_db


def test_a_free_preview_opens_to_everybody_and_the_next_lesson_says_what_opens_it(client):
    course = make_course(lessons=2, price=19900)
    free, paid = lessons_of(course)
    assert client.get(free.get_absolute_url()).status_code == 200
    register_door(product_key=paid.product_key, offer_url="/shop/offers/2/", price_minor=1900)
    answer = client.get(paid.get_absolute_url())
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "¥19.00" in text
    assert "¥199.00" in text
    assert "Text of the lesson" not in text


def test_a_grant_of_the_course_opens_its_lessons(client):
    course = make_course(lessons=2)
    user = make_learner(course)
    client.force_login(user)
    second = lessons_of(course)[1]
    answer = client.get(second.get_absolute_url())
    assert answer.status_code == 200
    assert "Text of the lesson" in answer.content.decode()
    assert Enrolment.objects.get(user=user).last_lesson == second
    assert client.get(reverse("learning:course", args=[course.slug])).url == second.get_absolute_url()
    assert client.get(reverse("learning:lesson", args=[second.public_id])).url == second.get_absolute_url()


def test_an_ended_grant_closes_it_again(client):
    course = make_course(lessons=2)
    user = make_learner(course)
    revoke_grants(source_kind="order", source_id=str(user.pk))
    client.force_login(user)
    answer = client.get(lessons_of(course)[1].get_absolute_url())
    assert answer.status_code == 403
    assert "Your access has been ended." in answer.content.decode()


def test_buyers_keep_a_withdrawn_course_that_others_no_longer_see(client):
    course = make_course(lessons=2)
    user = make_learner(course)
    withdraw_course(actor=None, course_id=course.pk)
    assert client.get(course.get_absolute_url()).status_code == 404
    assert client.get(lessons_of(course)[0].get_absolute_url()).status_code == 404
    client.force_login(user)
    assert client.get(course.get_absolute_url()).status_code == 200
    assert client.get(lessons_of(course)[1].get_absolute_url()).status_code == 200


def test_a_course_of_an_organisation_is_404_to_outsiders_everywhere(client):
    trainer, member = make_user(), make_user()
    organization = make_organization(trainer=trainer, member=member)
    course = make_course(title="Fireworks secrets", owner=trainer, organization_id=organization.pk)
    lesson = lessons_of(course)[0]
    outsider = make_user(is_instructor=True)
    for user in (None, outsider):
        if user:
            client.force_login(user)
        for url in (course.get_absolute_url(), lesson.get_absolute_url(), f"/api/v1/courses/{course.slug}"):
            assert client.get(url).status_code == 404, url
        assert client.get(reverse("learning:lesson", args=[lesson.public_id])).status_code == 404
        for url in ("/courses/", "/courses/?q=Fireworks", "/api/v1/courses?q=Fireworks"):
            assert "secrets" not in client.get(url).content.decode()
    client.force_login(member)
    assert client.get(course.get_absolute_url()).status_code == 200
    assert "secrets" in client.get("/courses/?q=Fireworks").content.decode()


def test_lessons_in_order_open_one_after_the_other(client):
    course = make_course(lessons=3)
    Course.objects.filter(pk=course.pk).update(sequential=True)
    user = make_learner(course)
    client.force_login(user)
    first, second, third = lessons_of(course)
    answer = client.get(third.get_absolute_url())
    assert answer.status_code == 403
    assert first.title in answer.content.decode()
    assert client.post(reverse("learning:complete", args=[third.public_id])).status_code == 404
    client.post(reverse("learning:complete", args=[first.public_id]))
    assert client.get(second.get_absolute_url()).status_code == 200


def test_a_document_is_done_when_it_is_opened(client):
    course = make_course(kinds=("document",), lessons=1)
    user = make_learner(course)
    client.force_login(user)
    client.get(lessons_of(course)[0].get_absolute_url())
    assert LessonProgress.objects.get(user=user).completed_at is not None


def test_marking_done_goes_on_to_the_next_lesson(client):
    course = make_course(lessons=2)
    client.force_login(make_learner(course))
    first, second = lessons_of(course)
    answer = client.post(reverse("learning:complete", args=[first.public_id]), {"next": second.slug})
    assert answer.url == second.get_absolute_url()


def test_a_passed_quiz_completes_its_lesson(client, quiz_room, deliver_events):
    course = make_course(kinds=("quiz",), lessons=1)
    user, lesson = make_learner(course), lessons_of(course)[0]
    client.force_login(user)
    assert client.get(lesson.get_absolute_url()).status_code == 200
    assert client.post(reverse("learning:quiz", args=[lesson.public_id])).status_code == 302
    assert quiz_room.started == [(user.pk, lesson.product_key, [1, 2], lesson.title)]
    quiz_room.results[user.pk, lesson.product_key] = SimpleNamespace(
        right_count=1, question_count=2, percent=50, is_finished=True
    )
    from courses.handlers import on_practice_answered

    on_practice_answered(PracticeAnswered(session_id=1, user_id=user.pk))
    assert LessonProgress.objects.get().completed_at is None
    quiz_room.results[user.pk, lesson.product_key].percent = 60
    on_practice_answered(PracticeAnswered(session_id=1, user_id=user.pk))
    assert LessonProgress.objects.get().completed_at is not None


def test_notes_belong_to_their_writer(client):
    course = make_course(kinds=("video",), lessons=1)
    user, lesson = make_learner(course), lessons_of(course)[0]
    client.force_login(user)
    client.post(reverse("learning:add_note", args=[lesson.public_id]), {"text": "Mind the debit", "position": "42"})
    note = LessonNote.objects.get()
    assert note.position_seconds == 42
    assert "0:42" in client.get(lesson.get_absolute_url()).content.decode()
    client.post(reverse("learning:note", args=[note.public_id]), {"text": "Mind the credit"})
    empty = client.post(reverse("learning:note", args=[note.public_id]), {"text": "  "})
    assert "Write something first." in empty.content.decode()
    note.refresh_from_db()
    assert note.text == "Mind the credit"
    client.force_login(make_learner(course))
    assert "Mind the credit" not in client.get(lesson.get_absolute_url()).content.decode()
    for name in ("note", "delete_note"):
        assert client.post(reverse(f"learning:{name}", args=[note.public_id]), {"text": "x"}).status_code == 404
    note.refresh_from_db()
    assert note.text == "Mind the credit"
    client.force_login(user)
    client.post(reverse("learning:delete_note", args=[note.public_id]))
    assert not LessonNote.objects.exists()


def test_notes_are_swapped_by_htmx_and_keep_what_was_refused(client):
    course = make_course(lessons=1)
    user, lesson = make_learner(course), lessons_of(course)[0]
    client.force_login(user)
    url = reverse("learning:add_note", args=[lesson.public_id])
    long = "x" * 4001
    answer = client.post(url, {"text": long}, headers={"HX-Request": "true"})
    assert long in answer.content.decode()
    assert not LessonNote.objects.exists()
    answer = client.post(url, {"text": "Short"}, headers={"HX-Request": "true"})
    assert "Short" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_bought_single_lesson_stands_on_the_desk(client, deliver_events):
    course = make_course(lessons=2)
    user, lesson = make_user(), lessons_of(course)[1]
    give_grant(user_id=user.pk, product_key=lesson.product_key, source_kind="order", source_id="7")
    deliver_events()
    client.force_login(user)
    assert lesson.title in client.get(reverse("learning:home")).content.decode()
    assert client.get(lesson.get_absolute_url()).status_code == 200
    assert not Enrolment.objects.exists()


def test_a_removed_lesson_is_gone_but_its_progress_stays(client):
    course = make_course(lessons=2)
    user = make_learner(course)
    client.force_login(user)
    first = lessons_of(course)[0]
    client.post(reverse("learning:complete", args=[first.public_id]))
    remove_lesson(actor=None, lesson_id=first.pk)
    assert client.get(first.get_absolute_url()).status_code == 404
    assert LessonProgress.objects.filter(user=user).exists()
    assert Enrolment.objects.get().progress_percent == 0


def test_a_paid_course_opens_and_enrols_when_access_is_granted(deliver_events):
    course = make_course()
    user = make_user()
    give_grant(user_id=user.pk, product_key=course.product_key, source_kind="order", source_id="1")
    deliver_events()
    deliver_events()
    assert Enrolment.objects.filter(user=user, course=course).count() == 1
    course.refresh_from_db()
    assert course.learner_count == 1


def test_a_bundle_enrols_in_its_courses(deliver_events):
    from edu.access.services import set_opens

    course, other = make_course(), make_course(title="Other")
    user = make_user()
    set_opens(product_key="bundle:1", opened_keys=[course.product_key])
    give_grant(user_id=user.pk, product_key="bundle:1", source_kind="order", source_id="1")
    deliver_events()
    assert list(Enrolment.objects.values_list("course_id", flat=True)) == [course.pk]
    assert other.pk != course.pk


def test_a_free_course_is_begun_by_oneself_a_paid_one_is_not(client):
    free, paid = make_course(title="Free", is_free=True), make_course(title="Paid", price=100)
    user = make_user()
    client.force_login(user)
    answer = client.post(reverse("learning:begin", args=[free.slug]), follow=True)
    assert answer.status_code == 200
    client.post(reverse("learning:begin", args=[paid.slug]))
    assert list(Enrolment.objects.values_list("course__title", flat=True)) == ["Free"]
