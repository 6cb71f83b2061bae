import json
import re

import pytest
from django.urls import reverse
from wagtail.models import Locale

from courses.authoring.pages import course_folder, make_course_page
from courses.models import Course, CoursePage
from courses.queries import get_course_card, list_categories, list_courses, progress_of, search_courses
from courses.services import ensure_category, ensure_instructor, set_included
from edu.access.services import register_door
from tests.factories.courses import lessons_of, make_course, make_instructor, make_learner, make_user
from tests.factories.exams import make_exam

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    ensure_category(slug="finance", name_en="Finance", name_zh="财会")
    ensure_category(slug="tax", name_en="Tax", name_zh="税务", parent_slug="finance")
    make_course(title="初级会计职称考试", language="zh-hans", category="finance", price=19900)
    make_course(title="Statistics for decisions", category="tax", is_free=True, level="advanced")
    make_course(title="A draft", publish=False)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("会计", ["初级会计职称考试"]),
        ("会", ["初级会计职称考试"]),
        ("会计考试", []),
        ("初级会计", ["初级会计职称考试"]),
        ("statistics", ["Statistics for decisions"]),
        ("Statistics decisions", ["Statistics for decisions"]),
        ("财会", ["初级会计职称考试"]),
        ("draft", []),
        ("???", []),
        ("Lesson 1", ["初级会计职称考试", "Statistics for decisions"]),
    ],
)
def test_search_finds_chinese_and_latin(shelf, query, titles):
    assert sorted(card.title for card in search_courses(query=query)) == sorted(titles)


@pytest.mark.parametrize(
    ("narrow", "titles"),
    [
        ({"category": "finance"}, {"初级会计职称考试", "Statistics for decisions"}),
        ({"category": "tax"}, {"Statistics for decisions"}),
        ({"language": "zh-hans"}, {"初级会计职称考试"}),
        ({"level": "advanced"}, {"Statistics for decisions"}),
        ({"price": "free"}, {"Statistics for decisions"}),
        ({"price": "paid"}, {"初级会计职称考试"}),
        ({"query": "会计", "price": "free"}, set()),
        ({"sort": "title"}, {"初级会计职称考试", "Statistics for decisions"}),
    ],
)
def test_filters_narrow_the_catalogue(shelf, narrow, titles):
    assert {card.title for card in list_courses(**narrow)} == titles


def test_the_catalogue_page_shows_prices_and_an_empty_state(shelf, client):
    text = client.get("/courses/").content.decode()
    assert "¥199.00" in text
    assert "A draft" not in text
    assert "No course fits" in client.get("/courses/?q=nothing").content.decode()
    assert client.get("/courses/?page=99&category=unknown").status_code == 200


def test_categories_count_what_lies_below(shelf):
    assert [(row.slug, row.course_count) for row in list_categories()] == [("finance", 2), ("tax", 1)]


def test_the_course_page_sells_and_describes(client):
    ensure_instructor(slug="shen", name="Shen Ruolan", title="Accountant", bio="<p>Careful</p><script>x</script>")
    course = make_course(
        title="Ledgers </script> & more",
        price=14900,
        instructors=["shen"],
        description="<p>Long <em>text</em></p>",
        outcomes=["Read a ledger"],
        faq=[("Is it hard?", "No & never.")],
        certificate_on_completion=True,
    )
    exam_key = make_exam(title="Final exam").product_key
    register_door(product_key=exam_key, title="Final exam", url="/exams/1/")
    set_included(actor=None, course_id=course.pk, product_keys=[exam_key])
    answer = client.get(course.get_absolute_url())
    text = answer.content.decode()
    for part in (
        "¥149.00",
        "/shop/offers/1/",
        "Read a ledger",
        "Is it hard?",
        "Shen Ruolan",
        "Final exam",
        "Free preview",
    ):
        assert part in text, part
    block = re.search(r'<script type="application/ld\+json" nonce="([^"]+)">(.*?)</script>', text, re.S)
    assert block
    assert block[1] in answer.headers["Content-Security-Policy"]
    data = json.loads(block[2])
    assert data["name"] == "Ledgers </script> & more"
    assert data["offers"]["price"] == "149.00"
    assert client.get(reverse("courses:instructor", args=["shen"])).status_code == 200


def test_the_page_follows_the_visitors_language_at_the_same_address(client):
    course = make_course(title="Ledgers")
    page = CoursePage.objects.get(course=course)
    locale = Locale.objects.get_or_create(language_code="zh-hans")[0]
    course_folder(language="zh-hans")
    twin = page.copy_for_translation(locale)
    twin.title = "账簿"
    twin.save_revision().publish()
    client.cookies["django_language"] = "zh-hans"
    assert "账簿" in client.get(course.get_absolute_url()).content.decode()
    client.cookies["django_language"] = "en"
    assert "账簿" not in client.get(course.get_absolute_url()).content.decode()
    course.refresh_from_db()
    assert course.title == "Ledgers"


def test_publishing_the_page_renames_the_course_and_the_search_follows(client):
    course = make_course(title="Ledgers")
    page = CoursePage.objects.get(course=course)
    page.title = "Journals"
    page.save_revision()
    course.refresh_from_db()
    assert course.title == "Ledgers"
    page.get_latest_revision().publish()
    course.refresh_from_db()
    assert course.title == "Journals"
    assert [card.title for card in search_courses(query="journals")] == ["Journals"]


def test_drafts_are_seen_by_their_author_only(client):
    owner = make_instructor()
    course = make_course(owner=owner, publish=False)
    assert client.get(course.get_absolute_url()).status_code == 404
    client.force_login(make_instructor())
    assert client.get(course.get_absolute_url()).status_code == 404
    client.force_login(owner)
    assert client.get(course.get_absolute_url()).status_code == 200


def test_the_place_in_the_page_tree_leads_to_the_one_address(client):
    course = make_course(title="Ledgers")
    page = CoursePage.objects.get(course=course)
    assert page.url == course.get_absolute_url()


def test_the_api_lists_and_shows_courses(client, shelf):
    body = client.get("/api/v1/courses?q=会计").json()
    assert body["count"] == 1
    assert body["items"][0]["price_minor"] == 19900
    slug = body["items"][0]["slug"]
    detail = client.get(f"/api/v1/courses/{slug}").json()
    assert detail["chapters"][0]["lessons"][0]["title"] == "Lesson 1.1"
    missing = client.get("/api/v1/courses/none")
    assert missing.status_code == 404
    assert missing.headers["Content-Type"] == "application/problem+json"


def test_cards_answer_for_product_keys():
    course = make_course(price=500)
    assert get_course_card(product_key=course.product_key).price_minor == 500
    assert get_course_card(product_key=lessons_of(course)[0].product_key).slug == course.slug
    assert get_course_card(product_key="exam:1") is None


def test_progress_of_people_includes_those_who_have_not_begun():
    course = make_course()
    learner, other = make_learner(course), make_user()
    rows = progress_of(user_ids=[learner.pk, other.pk], course_id=course.pk)
    assert rows[learner.pk].enrolled_at is not None
    assert rows[other.pk].percent == 0
    assert Course.objects.count() == 1


@pytest.mark.parametrize("count", [2, 7])
def test_the_catalogue_asks_the_same_number_of_questions(client, count, django_assert_num_queries):
    ensure_category(slug="finance", name_en="Finance", name_zh="财会")
    ensure_instructor(slug="shen", name="Shen")
    for number in range(count):
        make_course(title=f"Course {number}", price=100, category="finance", instructors=["shen"])
    client.get("/courses/")
    with django_assert_num_queries(6):
        client.get("/courses/")


@pytest.mark.parametrize("count", [2, 9])
def test_the_course_page_asks_the_same_number_of_questions(client, count, django_assert_num_queries):
    course = make_course(lessons=count, chapters=count, price=100)
    client.get(course.get_absolute_url())
    with django_assert_num_queries(14):
        client.get(course.get_absolute_url())


@pytest.mark.parametrize("count", [2, 9])
def test_the_lesson_asks_the_same_number_of_questions(client, count, django_assert_num_queries):
    course = make_course(lessons=count, chapters=count)
    client.force_login(make_learner(course))
    url = lessons_of(course)[1].get_absolute_url()
    client.get(url)
    with django_assert_num_queries(19):
        client.get(url)


def test_lengths_are_written_in_hours_and_minutes_in_both_languages(client):
    course = make_course(title="Long", lessons=3)
    Course.objects.filter(pk=course.pk).update(minutes=261)
    for language, text in (("en", "4 h 21 min"), ("zh-hans", "4 小时 21 分钟")):
        client.cookies["django_language"] = language
        for url in (reverse("courses:catalogue"), course.get_absolute_url()):
            assert text in client.get(url).content.decode(), (language, url)
    learner = make_learner(course)
    client.force_login(learner)
    client.cookies["django_language"] = "en"
    assert "4 h 21 min" in client.get(reverse("learning:courses")).content.decode()


def test_a_course_in_another_language_says_so_until_it_has_a_page_in_the_readers(client):
    course = make_course(title="记账", language="zh-hans")
    marks = {"en": '<span lang="zh-hans">中文</span>', "zh-hans": "授课"}
    for language, is_foreign in (("en", True), ("zh-hans", False)):
        client.cookies["django_language"] = language
        for url in (reverse("courses:catalogue"), course.get_absolute_url()):
            assert (marks[language] in client.get(url).content.decode()) == is_foreign, (language, url)
    make_course_page(course=course, language="en", title="Keeping accounts", body=[]).get_latest_revision().publish()
    client.cookies["django_language"] = "en"
    for url in (reverse("courses:catalogue"), course.get_absolute_url()):
        assert marks["en"] not in client.get(url).content.decode(), url


def test_a_course_and_a_lesson_with_chinese_addresses_open(client):
    course = make_course(title="记账", language="zh-hans")
    lesson = lessons_of(course)[0]
    lesson.slug = "第一课"
    lesson.save()
    for url in (course.get_absolute_url(), lesson.get_absolute_url()):
        assert client.get(url).status_code == 200
