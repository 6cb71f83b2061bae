"""What a phone folds away, and a desktop shows: filters over a list, the palette of the exam room."""

from django.urls import reverse
from playwright.sync_api import expect

PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


def test_filters_are_folded_on_a_phone_and_counted(at_browser):
    page = at_browser(viewport=PHONE)
    page.goto(reverse("courses:catalogue"))
    summary = page.locator("summary", has_text="Find")
    price = page.get_by_label("Price")
    expect(price).to_be_hidden()
    summary.click()
    price.select_option("paid")
    page.get_by_role("button", name="Find").click()
    expect(summary).to_contain_text("1 in use")
    expect(price).to_be_hidden()
    expect(page.locator(".course-card")).to_have_count(2)


def test_filters_stand_open_on_a_desktop(at_browser):
    page = at_browser(viewport=DESKTOP)
    page.goto(reverse("courses:catalogue"))
    expect(page.get_by_label("Price")).to_be_visible()
    expect(page.locator(".filter-fold__summary")).to_be_hidden()


def test_filters_open_without_scripts(at_browser):
    page = at_browser(viewport=PHONE, java_script_enabled=False)
    page.goto(reverse("courses:catalogue"))
    page.locator("summary", has_text="Find").click()
    expect(page.get_by_label("Price")).to_be_visible()
