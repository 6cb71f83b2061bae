import pytest
from django.core.cache import cache
from django.urls import reverse

from courses.services import enrol
from edu.access.services import give_grant
from edu.audit.models import AuditEntry
from edu.community.models import Announcement, Answer, Question, Report, Review
from edu.community.queries import get_rating, list_announcements
from edu.community.services import answer_question, ask_question, publish_announcement, write_review
from edu.core.errors import InvalidInput, NotAllowed, NotFound
from edu.notifications.models import Notification
from tests.factories.courses_small import first_lesson, make_course
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def teacher():
    return make_user(is_instructor=True)


@pytest.fixture
def course(teacher):
    return make_course(owner=teacher)


@pytest.fixture
def learner(course):
    user = make_user(display_name="Mai")
    give_grant(user_id=user.pk, product_key=course.product_key, source_kind="gift", source_id="1")
    enrol(user_id=user.pk, course_id=course.pk)
    return user


@pytest.fixture
def question(course, learner):
    return ask_question(author=learner, lesson_public_id=first_lesson(course).public_id, title="Why?", body="Details")


def test_a_question_is_asked_answered_by_the_teacher_and_accepted(client, course, learner, teacher):
    client.force_login(learner)
    lesson = first_lesson(course)
    url = reverse("community:ask", args=[lesson.public_id])
    assert client.post(url, {"title": ""}).status_code == 422
    assert client.post(url, {"title": "Why <b>credit</b>?", "body": "x"}).status_code == 302
    question = Question.objects.get()
    assert Notification.objects.filter(user=teacher, kind="community.asked").count() == 1
    client.force_login(teacher)
    page = reverse("community:question", args=[question.public_id])
    assert client.post(page, {"body": "Because."}).status_code == 302
    answer = Answer.objects.get()
    assert answer.by_teacher
    assert Notification.objects.filter(user=learner, kind="community.answered").count() == 1
    client.force_login(learner)
    client.post(reverse("community:accept", args=[answer.public_id]))
    question.refresh_from_db()
    assert (question.accepted_answer, question.answer_count) == (answer, 1)
    text = client.get(page).content.decode()
    assert "&lt;b&gt;" in text
    assert "Teacher" in text
    lesson_page = client.get(reverse("learning:lesson", args=[lesson.public_id]), follow=True).content.decode()
    assert reverse("community:ask", args=[lesson.public_id]) in lesson_page
    assert client.get(reverse("community:course", args=[course.slug])).status_code == 200


def test_outsiders_find_nothing_and_change_nothing(client, course, learner, question):
    answer = answer_question(author=learner, question_public_id=question.public_id, body="Mine")
    client.force_login(make_user())
    before = (Question.objects.count(), Answer.objects.count(), Report.objects.count(), Review.objects.count())
    urls = [
        reverse("community:ask", args=[first_lesson(course).public_id]),
        *[
            reverse(f"community:{name}", args=[question.public_id])
            for name in ("question", "edit_question", "delete_question", "report_question")
        ],
        *[
            reverse(f"community:{name}", args=[answer.public_id])
            for name in ("edit_answer", "delete_answer", "accept", "report_answer")
        ],
        reverse("community:course", args=[course.slug]),
        reverse("community:review", args=[course.slug]),
        reverse("community:delete_review", args=[course.slug]),
        reverse("community:announce"),
        reverse("community:announce_course", args=[course.slug]),
    ]
    for url in urls:
        for send in (client.get, client.post):
            assert send(url, {"title": "x", "body": "x", "reason": "x", "stars": "5"}).status_code in {404, 405}, url
    assert (Question.objects.count(), Answer.objects.count(), Report.objects.count(), Review.objects.count()) == before
    question.refresh_from_db()
    assert question.deleted_at is None
    with pytest.raises(NotFound):
        ask_question(author=make_user(), lesson_public_id=first_lesson(course).public_id, title="x")


def test_other_learners_can_neither_edit_nor_delete(client, course, question):
    other = make_user()
    enrol(user_id=other.pk, course_id=course.pk)
    client.force_login(other)
    for name in ("edit_question", "delete_question"):
        url = reverse(f"community:{name}", args=[question.public_id])
        assert client.post(url, {"title": "x"}).status_code == 404
    question.refresh_from_db()
    assert (question.title, question.deleted_at) == ("Why?", None)


def test_own_words_are_edited_and_withdrawn_and_teachers_moderate(client, learner, teacher, question):
    client.force_login(learner)
    client.post(reverse("community:edit_question", args=[question.public_id]), {"title": "Why not?", "body": ""})
    question.refresh_from_db()
    assert (question.title, question.edited_at is not None) == ("Why not?", True)
    answer = answer_question(author=learner, question_public_id=question.public_id, body="Mine")
    client.force_login(teacher)
    client.post(reverse("community:delete_answer", args=[answer.public_id]))
    question.refresh_from_db()
    assert question.answer_count == 0
    assert AuditEntry.objects.filter(action="community.remove_answer").count() == 1
    client.force_login(learner)
    client.post(reverse("community:delete_question", args=[question.public_id]))
    assert client.get(reverse("community:question", args=[question.public_id])).status_code == 404


def test_something_is_reported_once_by_a_person(client, course, teacher, question):
    other = make_user()
    enrol(user_id=other.pk, course_id=course.pk)
    client.force_login(other)
    url = reverse("community:report_question", args=[question.public_id])
    assert client.post(url, {"reason": "Rude"}).status_code == 302
    assert client.post(url, {"reason": "Rude"}).status_code == 422
    assert Report.objects.count() == 1
    assert Notification.objects.filter(user=teacher, kind="community.reported").count() == 1


def test_learners_review_a_course_once_and_may_change_it(client, course, learner, teacher):
    client.force_login(learner)
    url = reverse("community:review", args=[course.slug])
    assert client.post(url, {"stars": "6"}).status_code == 422
    assert client.post(url, {"stars": "4", "text": "Good"}).status_code == 302
    assert client.post(url, {"stars": "5", "text": "Better"}).status_code == 302
    assert (Review.objects.get().stars, get_rating(course_id=course.pk).mean) == (5, 5)
    assert "Better" in client.get(course.get_absolute_url()).content.decode()
    for stranger in (make_user(), teacher):
        with pytest.raises(NotAllowed):
            write_review(author=stranger, course_id=course.pk, stars=1)
    client.post(reverse("community:delete_review", args=[course.slug]))
    assert not Review.objects.exists()


def test_announcements_reach_the_learners_of_the_course_once(client, course, learner, teacher, run_jobs):
    client.force_login(teacher)
    url = reverse("community:announce_course", args=[course.slug])
    assert client.post(url, {"title": "Sunday", "body": ""}).status_code == 422
    assert client.post(url, {"title": "Sunday", "body": "Live"}).status_code == 302
    run_jobs()
    run_jobs()
    assert Notification.objects.filter(user=learner, kind="community.announced").count() == 1
    assert [row.title for row in list_announcements(user=learner)] == ["Sunday"]
    assert list_announcements(user=make_user()) == []
    client.force_login(learner)
    assert "Sunday" in client.get(reverse("learning:home")).content.decode()
    assert client.post(reverse("community:withdraw", args=[Announcement.objects.get().public_id])).status_code == 404
    client.force_login(teacher)
    client.post(reverse("community:withdraw", args=[Announcement.objects.get().public_id]))
    assert list_announcements(user=learner) == []


def test_the_sites_news_is_for_everybody_and_only_operators_write_it():
    operator = make_user(is_operator=True)
    publish_announcement(author=operator, title="Hello", body="<p>Welcome</p>")
    publish_announcement(author=operator, title="你好", body="欢迎", language="zh-hans")
    assert [row.body for row in list_announcements(user=None)] == ["Welcome"]
    with pytest.raises(NotAllowed):
        publish_announcement(author=make_user(is_instructor=True), title="Spam", body="x")
    with pytest.raises(InvalidInput):
        publish_announcement(author=operator, title="Empty", body="<p></p>")
