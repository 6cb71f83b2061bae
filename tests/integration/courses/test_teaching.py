import json
import uuid
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import load_workbook

from courses.learning.advance import complete_lesson, open_lesson
from courses.models import Chapter, Course, CoursePage, Lesson, LessonPage
from courses.services import add_chapter, change_course, copy_course, publish_course
from edu.access.queries import has_access, list_doors
from edu.core.errors import Conflict, InvalidInput
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

COURSE_PAGES = (
    "course",
    "settings",
    "publish",
    "withdraw",
    "copy",
    "order",
    "move",
    "roster",
    "roster_file",
    "add_chapter",
)
LESSON_PAGES = (
    "lesson",
    "publish_lesson",
    "remove_lesson",
    "restore_lesson",
    "film",
    "film_state",
    "film_again",
    "captions",
    "file",
    "questions",
)
CHAPTER_PAGES = ("chapter", "delete_chapter", "add_lesson")


def addresses(course):
    lesson, chapter = lessons_of(course)[0], course.chapters.first()
    for names, public_id in (
        (COURSE_PAGES, course.public_id),
        (LESSON_PAGES, lesson.public_id),
        (CHAPTER_PAGES, chapter.public_id),
    ):
        for name in names:
            yield reverse(f"teaching:{name}", args=[public_id])


def state():
    return (
        list(Course.objects.values()),
        list(Chapter.objects.values()),
        list(Lesson.objects.values()),
        LessonPage.objects.count(),
    )


def test_another_instructor_gets_404_on_every_address_and_changes_nothing(client):
    course = make_course()
    before = state()
    client.force_login(make_instructor())
    data = {"title": "Taken", "kind": "text", "item": str(lessons_of(course)[0].public_id), "step": "down"}
    for url in addresses(course):
        for answer in (client.get(url), client.post(url, data)):
            assert answer.status_code in {404, 405}, url
    assert state() == before


def test_learners_and_visitors_stay_outside(client):
    course = make_course()
    before = state()
    urls = [*addresses(course), reverse("teaching:desk"), reverse("teaching:courses"), reverse("teaching:create")]
    for url in urls:
        assert client.post(url).status_code == 302
    client.force_login(make_learner(course))
    before = state()
    for url in urls:
        assert client.get(url).status_code in {403, 405}, url
        assert client.post(url, {"title": "Taken"}).status_code == 403, url
    assert state() == before


def test_an_instructor_makes_a_course_and_shows_it(client):
    teacher = make_instructor()
    client.force_login(teacher)
    client.post(reverse("teaching:create"), {"title": "Tea", "language": "en", "chapter": "Leaves", "summary": ""})
    course = Course.objects.get()
    assert course.owner == teacher
    publish = reverse("teaching:publish", args=[course.public_id])
    client.post(publish)
    course.refresh_from_db()
    assert course.status == "draft"
    client.post(
        reverse("teaching:add_lesson", args=[course.chapters.get().public_id]), {"title": "Green", "kind": "text"}
    )
    client.post(publish)
    course.refresh_from_db()
    assert course.is_published
    assert course.lesson_count == 1
    assert LessonPage.objects.get().live
    assert list_doors(product_keys=[course.product_key])[course.product_key].title == "Tea"
    for name in ("desk", "courses"):
        assert "Tea" in client.get(reverse(f"teaching:{name}")).content.decode()
    for url in (
        reverse("teaching:course", args=[course.public_id]),
        reverse("teaching:settings", args=[course.public_id]),
    ):
        assert client.get(url).status_code == 200


def test_a_course_needs_a_title(client):
    client.force_login(make_instructor())
    answer = client.post(
        reverse("teaching:create"), {"title": "", "language": "en", "chapter": "x", "summary": "kept words"}
    )
    assert "kept words" in answer.content.decode()
    assert not Course.objects.exists()


def test_a_trainer_makes_a_course_of_her_own_organisation_only(client):
    trainer = make_user()
    own, other = make_organization(trainer=trainer), make_organization()
    client.force_login(trainer)
    data = {"title": "Private", "language": "en", "chapter": "One", "summary": ""}
    client.post(reverse("teaching:create"), data | {"organization": other.pk})
    assert not Course.objects.exists()
    client.post(reverse("teaching:create"), data | {"organization": own.pk})
    assert Course.objects.get().organization == own


def test_the_order_is_saved_as_a_whole(client):
    course = make_course(lessons=2, chapters=2)
    client.force_login(course.owner)
    first, second = course.chapters.all()
    a, b, c, d = lessons_of(course)
    order = [
        {"chapter": str(second.public_id), "lessons": [str(d.public_id), str(a.public_id)]},
        {"chapter": str(first.public_id), "lessons": [str(b.public_id), str(c.public_id)]},
    ]
    url = reverse("teaching:order", args=[course.public_id])
    assert client.post(url, json.dumps(order), content_type="application/json").status_code == 200
    assert lessons_of(course) == [d, a, b, c]
    for wrong in (order[:1], [*order, order[0]], "nonsense", [{"chapter": str(uuid.uuid4()), "lessons": []}], [1]):
        assert client.post(url, json.dumps(wrong), content_type="application/json").status_code in {409, 422}
    assert lessons_of(course) == [d, a, b, c]


def test_lessons_move_one_place_without_scripts(client):
    course = make_course(lessons=2, chapters=2)
    client.force_login(course.owner)
    a, b, c, d = lessons_of(course)
    url = reverse("teaching:move", args=[course.public_id])
    client.post(url, {"item": str(b.public_id), "step": "up"})
    assert lessons_of(course) == [b, a, c, d]
    client.post(url, {"item": str(a.public_id), "step": "down"})
    assert lessons_of(course) == [b, a, c, d]
    assert Lesson.objects.get(pk=a.pk).chapter == course.chapters.last()
    client.post(url, {"item": str(course.chapters.last().public_id), "step": "up"})
    assert lessons_of(course) == [a, c, d, b]


def test_a_lesson_is_renamed_with_its_page_taken_out_and_brought_back(client):
    course = make_course(lessons=2)
    client.force_login(course.owner)
    lesson = lessons_of(course)[0]
    url = reverse("teaching:lesson", args=[lesson.public_id])
    assert client.get(url).status_code == 200
    client.post(url, {"title": "New name", "kind": "text", "minutes": 7, "completion": "manual", "required": "on"})
    lesson.refresh_from_db()
    assert (lesson.title, lesson.minutes, lesson.free_preview) == ("New name", 7, False)
    assert LessonPage.objects.get(lesson=lesson).title == "New name"
    client.post(reverse("teaching:remove_lesson", args=[lesson.public_id]))
    assert len(lessons_of(course)) == 1
    client.post(reverse("teaching:restore_lesson", args=[lesson.public_id]))
    assert lessons_of(course)[-1] == lesson
    course.refresh_from_db()
    assert course.lesson_count == 2


def test_a_new_kind_brings_its_own_rule(client):
    course = make_course(lessons=1)
    client.force_login(course.owner)
    lesson = lessons_of(course)[0]
    url = reverse("teaching:lesson", args=[lesson.public_id])
    client.post(url, {"title": "Film", "kind": "video", "minutes": 7, "completion": "manual", "required": "on"})
    lesson.refresh_from_db()
    assert lesson.kind == "video"
    assert client.get(url).status_code == 200


def test_a_chapter_with_lessons_is_not_deleted(client):
    course = make_course(lessons=1)
    client.force_login(course.owner)
    chapter = course.chapters.get()
    client.post(reverse("teaching:delete_chapter", args=[chapter.public_id]))
    assert Chapter.objects.filter(pk=chapter.pk).exists()
    empty = Chapter.objects.get(pk=add_chapter(actor=None, course_id=course.pk, title="Empty"))
    client.post(reverse("teaching:chapter", args=[empty.public_id]), {"title": "Still empty", "summary": "x"})
    empty.refresh_from_db()
    assert empty.title == "Still empty"
    client.post(reverse("teaching:delete_chapter", args=[empty.public_id]))
    assert not Chapter.objects.filter(pk=empty.pk).exists()


def test_a_copy_has_texts_but_no_learners(client):
    course = make_course(lessons=2)
    make_learner(course)
    teacher = make_instructor()
    change_course(actor=None, course_id=course.pk, fields={}, instructor_ids=[make_teacher(teacher).pk])
    copy = Course.objects.get(pk=copy_course(actor=teacher, course_id=course.pk, title="Second edition"))
    assert (copy.status, copy.learner_count, copy.lesson_count) == ("draft", 0, 2)
    assert not copy.enrolments.exists()
    assert CoursePage.objects.get(course=copy).title == "Second edition"
    page = LessonPage.objects.filter(lesson__course=copy).first()
    assert "Text of the lesson" in str(page.body)
    assert not page.live
    publish_course(actor=teacher, course_id=copy.pk)
    client.force_login(teacher)
    assert "Text of the lesson" in client.get(lessons_of(copy)[0].get_absolute_url()).content.decode()


def test_publishing_opens_lessons_and_what_is_added_later():
    course = make_course(lessons=1)
    learner = make_learner(course)
    from courses.services import add_lesson, set_included

    later = Lesson.objects.get(pk=add_lesson(actor=None, chapter_id=course.chapters.get().pk, title="Later"))
    set_included(actor=None, course_id=course.pk, product_keys=["bank:1"])
    for key in (later.product_key, lessons_of(course)[0].product_key, "bank:1"):
        assert has_access(user_id=learner.pk, product_key=key)


def test_the_roster_shows_progress_and_exports(client):
    course = make_course(lessons=2)
    learner = make_learner(course, name="王小燕")
    complete_lesson(user_id=learner.pk, lesson_id=lessons_of(course)[0].pk)
    client.force_login(course.owner)
    text = client.get(reverse("teaching:roster", args=[course.public_id])).content.decode()
    assert "王小燕" in text
    assert "50 %" in text
    answer = client.get(reverse("teaching:roster_file", args=[course.public_id]))
    rows = load_workbook(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == "王小燕"
    assert rows[1][4] == 50


def test_quiz_questions_are_those_the_author_may_use(client, quiz_room):
    from types import SimpleNamespace

    course = make_course(kinds=("quiz",), lessons=1)
    client.force_login(course.owner)
    lesson = lessons_of(course)[0]
    quiz_room.questions = [SimpleNamespace(id=5, stem="Five?", type_label="Single choice", topic="One")]
    url = reverse("teaching:questions", args=[lesson.public_id])
    client.post(url, {"action": "add", "question": ["5", "6", "x"]})
    lesson.refresh_from_db()
    assert lesson.question_ids == [1, 2, 5]
    client.post(url, {"action": "keep", "question": ["5"]})
    lesson.refresh_from_db()
    assert lesson.question_ids == [5]
    assert "Five?" in client.get(url).content.decode()


def test_captions_are_set_or_explained(client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from media.models import CaptionTrack

    course = make_course(kinds=("video",), lessons=1)
    client.force_login(course.owner)
    url = reverse("teaching:captions", args=[lessons_of(course)[0].public_id])
    good = SimpleUploadedFile("a.vtt", b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n")
    client.post(url, {"language": "en", "file": good})
    assert CaptionTrack.objects.get().language == "en"
    bad = SimpleUploadedFile("a.vtt", b"\xff\xfe\x00")
    client.post(url, {"language": "zh-hans", "file": bad})
    assert CaptionTrack.objects.count() == 1


def test_uploads_of_others_cannot_become_a_lessons_film(client):
    course = make_course(kinds=("video",), lessons=1)
    client.force_login(course.owner)
    lesson = lessons_of(course)[0]
    url = reverse("teaching:film", args=[lesson.public_id])
    for upload in ("", "nonsense"):
        assert client.post(url, {"upload": upload}).status_code == 302
    assert client.post(url, {"upload": str(uuid.uuid4())}).status_code in {302, 404}
    assert Lesson.objects.get(pk=lesson.pk).video_id == lesson.video_id


def test_course_editors_edit_their_own_pages_only(client):
    course, other = make_course(), make_course(title="Other")
    client.force_login(course.owner)
    mine, theirs = CoursePage.objects.get(course=course), CoursePage.objects.get(course=other)
    edit = "wagtailadmin_pages:edit"
    assert client.get(reverse(edit, args=[mine.pk])).status_code == 200
    assert client.get(reverse(edit, args=[theirs.pk])).status_code == 302
    lesson_page = LessonPage.objects.filter(lesson__course=course).first()
    assert client.get(reverse(edit, args=[lesson_page.pk])).status_code == 200
    preview = client.get(reverse("wagtailadmin_pages:view_draft", args=[lesson_page.pk]))
    assert "Text of the lesson" in preview.content.decode()
    for view in ("view_draft", "history"):
        foreign = client.get(reverse(f"wagtailadmin_pages:{view}", args=[theirs.pk]))
        assert foreign.status_code == 302, view


def test_turning_the_certificate_on_gives_the_course_a_rule_and_off_stops_it():
    from certificates.models import CertificateRule

    course = make_course()
    change_course(course_id=course.pk, fields={"certificate_on_completion": True}, actor=course.owner)
    rule = CertificateRule.objects.get(achievement_key=course.product_key)
    assert (rule.is_active, rule.template.owner_id) == (True, course.owner_id)
    change_course(course_id=course.pk, fields={"certificate_on_completion": False}, actor=course.owner)
    rule.refresh_from_db()
    assert not rule.is_active


def test_an_instructor_may_set_up_certificates_for_her_courses_only():
    from certificates.achievements import list_authored_achievements

    course, other = make_course(), make_course(title="Other")
    keys = [one.key for one in list_authored_achievements(user_id=course.owner_id)]
    assert course.product_key in keys
    assert other.product_key not in keys


def test_learners_are_counted_anew():
    from courses.models import Enrolment
    from courses.services import recount_learners
    from edu.core.clock import now_utc

    course, other = make_course(), make_course(title="Other")
    Enrolment.objects.create(user=make_instructor(), course=course, enrolled_at=now_utc(), active_at=now_utc())
    recount_learners()
    course.refresh_from_db()
    other.refresh_from_db()
    assert (course.learner_count, other.learner_count) == (1, 0)


def test_bad_words_for_a_course_are_refused():
    teacher = make_instructor()
    make_course(slug="tea", owner=teacher)
    from courses.services import create_course

    for fields, error in (
        ({"slug": "tea"}, Conflict),
        ({"slug": "instructors"}, Conflict),
        ({"slug": "a/b"}, InvalidInput),
        ({"category": "none"}, InvalidInput),
        ({"level": "none"}, InvalidInput),
        ({"instructors": ["nobody"]}, InvalidInput),
        ({"title": " "}, InvalidInput),
    ):
        with pytest.raises(error):
            create_course(**({"actor": teacher, "title": "T", "language": "en"} | fields))
    assert Course.objects.count() == 1


def test_only_published_questions_of_usable_banks_are_offered():
    from edu.core.errors import NotFound
    from exams.models import Question
    from exams.queries import list_quiz_banks, list_quiz_questions
    from tests.factories.exams import make_bank, make_question

    teacher, stranger = make_instructor(), make_instructor()
    bank = make_bank(owner=teacher)
    version = make_question(bank=bank)
    Question.objects.filter(pk=version.question_id).update(status="published", current_version=version)
    essay = make_question(type="essay", bank=bank)
    Question.objects.filter(pk=essay.question_id).update(status="published", current_version=essay)
    assert [row.public_id for row in list_quiz_banks(user=teacher)] == [bank.public_id]
    assert [row.id for row in list_quiz_questions(user=teacher, bank_public_id=bank.public_id)] == [version.question_id]
    assert list_quiz_banks(user=stranger) == []
    assert list_quiz_questions(user=stranger, question_ids=[version.question_id]) == []
    with pytest.raises(NotFound):
        list_quiz_questions(user=stranger, bank_public_id=bank.public_id)


def test_the_desk_names_who_learnt_lately_and_not_who_only_enrolled(client):
    author = make_instructor()
    course = make_course(owner=author)
    reader, idler = make_learner(course, name="Reader"), make_learner(course, name="Idler")
    open_lesson(user_id=reader.pk, lesson=lessons_of(course)[0])
    client.force_login(author)
    shown = [row.user for row in client.get(reverse("teaching:desk")).context["recent"]]
    assert reader in shown
    assert idler not in shown
