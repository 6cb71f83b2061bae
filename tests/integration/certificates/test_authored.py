"""What an author may set up certificates for, and what completing a course earns."""

import pytest

from certificates import services as certificates
from certificates.achievements import list_authored_achievements
from certificates.models import Certificate, CertificateRule
from edu.events.publish import publish
from edu.events.types import CourseCompleted
from tests.factories.certificates import make_template
from tests.factories.courses_small import make_course
from tests.factories.exams import make_exam
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


def test_an_author_may_certify_her_own_exams_and_courses_and_no_others():
    author, stranger = make_user(is_instructor=True), make_user(is_instructor=True)
    exam, course = make_exam(owner=author), make_course(owner=author)
    keys = {one.key for one in list_authored_achievements(user_id=author.pk)}
    assert keys == {exam.product_key, course.product_key}
    assert list_authored_achievements(user_id=stranger.pk) == []


def test_the_page_of_certificates_shows_the_instructors_desk_and_her_rules(client):
    author = make_user(is_instructor=True)
    exam = make_exam(owner=author)
    certificates.create_rule(
        achievement_key=exam.product_key, achievement_title=exam.title, template=make_template(), actor=None
    )
    client.force_login(author)
    page = client.get("/certificates/teach/").content.decode()
    assert exam.title in page
    assert "/teach/banks/" in page


@pytest.mark.django_db(transaction=True)
def test_a_completed_course_earns_the_certificate_that_was_set_up_for_it(deliver_events):
    author, learner = make_user(is_instructor=True), make_user(real_name="林晓")
    course = make_course(owner=author)
    certificates.create_rule(
        achievement_key=course.product_key,
        achievement_title=course.title,
        template=make_template(actor=author),
        actor=author,
    )
    publish(CourseCompleted(user_id=learner.pk, course_id=course.pk))
    deliver_events()
    assert CertificateRule.objects.count() == 1
    assert Certificate.objects.filter(user=learner, issued_at__isnull=False).count() == 1
