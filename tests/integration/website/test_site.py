import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import override_settings
from django.urls import path, reverse
from wagtail.models import Page

from edu.demo.site import load_site
from edu.urls import urlpatterns as real_patterns
from edu.website.models import Banner, Enquiry, HomePage, LandingPage, SiteSettings
from edu.website.setup import EDITORS
from tests.factories.courses_small import make_course
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db
ENQUIRY = {"company": "Acme", "name": "Wang", "phone": "010 5550 0123", "message": "Seats for 200 people"}


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def site():
    load_site()


def test_loading_the_site_twice_builds_it_once(site):
    pages = Page.objects.count()
    load_site()
    assert Page.objects.count() == pages
    assert HomePage.objects.count() == 2
    assert HomePage.objects.values("translation_key").distinct().count() == 1
    assert LandingPage.objects.values("translation_key").distinct().count() == 1
    assert SiteSettings.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_of_the_site_is_shown_in_its_language(client, site, language):
    client.cookies["django_language"] = language
    words = {"home": "学得会" if language != "en" else "Learn what you need", "terms": "", "privacy": "", "refunds": ""}
    for name in ("home", "enterprise", "help", "terms", "privacy", "refunds", "search", "offline"):
        response = client.get(reverse(name))
        assert response.status_code == 200, name
        assert words.get(name, "") in response.content.decode()
    assert client.get(reverse("help_article", args=["sign-in"])).status_code == 200
    assert client.get(reverse("help_article", args=["ghost"])).status_code == 404


def test_an_empty_house_still_has_a_front_door(client):
    assert client.get(reverse("home")).status_code == 200
    assert client.get(reverse("enterprise")).status_code == 404


def test_the_home_page_costs_the_same_whatever_it_lists(client, site, django_assert_num_queries):
    make_course()
    client.get("/")
    with django_assert_num_queries(HOME_QUERIES):
        client.get("/")
    for _number in range(5):
        make_course()
    with django_assert_num_queries(HOME_QUERIES):
        response = client.get("/")
    assert response.content.decode().count("course-card__title") == 6


HOME_QUERIES = 8


def test_the_home_page_tells_what_the_house_holds(client, site):
    cache.clear()
    assert 'class="proof"' not in client.get("/").content.decode()
    cache.clear()
    make_course()
    page = client.get("/").content.decode()
    assert 'class="proof"' in page
    assert "<dd>1</dd>" in page
    for _number in range(4):
        make_course()
    assert "<dd>1</dd>" in client.get("/").content.decode(), "counted at most every ten minutes"
    cache.clear()
    assert "<dd>5</dd>" in client.get("/").content.decode()


def test_an_enquiry_is_kept_and_errors_keep_what_was_typed(client, site):
    url = reverse("enterprise")
    response = client.post(url, ENQUIRY | {"phone": ""})
    assert response.status_code == 422
    assert "Seats for 200 people" in response.content.decode()
    assert not Enquiry.objects.exists()
    assert client.post(url, ENQUIRY).status_code == 302
    assert Enquiry.objects.get().company == "Acme"


def test_what_machines_fill_in_is_thanked_and_thrown_away(client, site):
    assert client.post(reverse("enterprise"), ENQUIRY | {"website": "http://spam.example"}).status_code == 302
    assert not Enquiry.objects.exists()


@pytest.mark.usefixtures("one_rate_window")
def test_enquiries_are_limited_by_address(client, site):
    for _number in range(10):
        assert client.post(reverse("enterprise"), ENQUIRY).status_code == 302
    response = client.post(reverse("enterprise"), ENQUIRY)
    assert response.status_code == 429
    assert "retry-after" in {name.lower() for name in response.headers}
    assert Enquiry.objects.count() == 10


def test_courses_and_help_are_found_in_both_languages(client, site):
    make_course(title="初级会计实务入门", language="zh-hans", slug="accounting")
    client.cookies["django_language"] = "zh-hans"
    text = client.get(reverse("search"), {"q": "会计"}).content.decode()
    assert "初级会计实务入门" in text
    text = client.get(reverse("search"), {"q": "登录"}).content.decode()
    assert reverse("help_article", args=["sign-in"]) in text
    assert client.get(reverse("search"), {"q": "…"}).status_code == 200


def test_banners_show_for_their_time_only(client, site):
    Banner.objects.update(is_active=False)
    Banner.objects.create(text_en="Past", text_zh="过去", until_at="2020-01-01T00:00:00Z")
    Banner.objects.create(text_en="Present", text_zh="现在")
    text = client.get("/").content.decode()
    assert "Present" in text
    assert "Past" not in text


def test_robots_and_sitemap_name_the_public_pages(client, site):
    assert "Disallow: /operations/" in client.get("/robots.txt").content.decode()
    text = client.get("/sitemap.xml").content.decode()
    assert "/help/sign-in/" in text
    assert "/enterprise/" in text


def test_operators_edit_the_site_and_others_do_not(client, site):
    operator = make_user(is_operator=True)
    assert Group.objects.get(name=EDITORS).user_set.get() == operator
    client.force_login(operator)
    page = LandingPage.objects.first()
    for url in (
        reverse("wagtailadmin_home"),
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        reverse("wagtailadmin_pages:edit", args=[HomePage.objects.first().pk]),
        reverse("wagtailsettings:edit", args=["website", "sitesettings"]),
        reverse(Banner.snippet_viewset.get_url_name("list")),
        reverse("wagtailimages:index"),
        reverse("wagtaildocs:index"),
        reverse("operations:site"),
    ):
        assert client.get(url, follow=True).status_code == 200, url
    preview = client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    assert preview.status_code == 200
    assert page.headline in preview.content.decode()
    operator.is_operator = False
    operator.save()
    assert not operator.groups.exists()
    assert client.get(reverse("wagtailadmin_home")).status_code == 302


def test_everybody_lands_on_a_desk_of_her_own(client):
    for fields, name in (
        ({}, "learning:home"),
        ({"is_instructor": True}, "teaching:desk"),
        ({"is_operator": True}, "operations:desk"),
    ):
        client.force_login(make_user(**fields))
        assert client.get(reverse("desk")).url == reverse(name)


def explode(_request):
    raise RuntimeError("kept from the reader")


def forbid(_request):
    from django.core.exceptions import PermissionDenied

    raise PermissionDenied


urlpatterns = [path("explode/", explode), path("forbid/", forbid), *real_patterns]


@override_settings(DEBUG=False, ROOT_URLCONF=__name__)
def test_errors_are_shown_in_our_design_and_tell_nothing(client):
    client.raise_request_exception = False
    for url, status in (("/nowhere/", 404), ("/explode/", 500), ("/forbid/", 403)):
        response = client.get(url)
        text = response.content.decode()
        assert response.status_code == status
        assert "error-page" in text
        assert "kept from the reader" not in text
