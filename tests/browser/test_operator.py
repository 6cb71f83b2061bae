"""The operator's walk: a person found, a course opened by hand, a refund, the log of both."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.sheets import download

COURSE = "初级会计实务入门"


@pytest.fixture
def page(at_browser, user_of):
    """Return a browser at which the operator sits."""
    return at_browser(user_of("operator"))


def test_a_person_is_found_and_given_a_course_by_hand(page, at_browser, user_of, settle):
    page.goto("/operations/")
    page.get_by_role("link", name="People").first.click()
    page.get_by_label(re.compile("^Phone, mail")).fill("newcomer@example.com")
    page.get_by_role("button", name="Search").last.click()
    page.get_by_role("link", name="Alex").click()
    page.locator("summary", has_text="Open by hand").click()
    page.get_by_label("What to open").select_option(label=COURSE)
    page.get_by_label("Reason").last.fill("Paid in the branch office")
    page.get_by_role("button", name="Open", exact=True).click()
    settle()
    expect(page.locator("#access")).to_contain_text(COURSE)

    newcomer = at_browser(user_of("newcomer"))
    newcomer.goto("/courses/accounting-basics/")
    expect(newcomer.locator(".pricing-box")).not_to_contain_text("Buy this course")
    page.goto("/operations/audit/")
    expect(page.locator("main")).to_contain_text("Opened by hand")


def test_an_order_is_refunded_and_its_access_ends(page, settle):
    from edu.access.queries import has_access
    from payments.models import Order

    order = Order.objects.filter(state="paid", lines__product_key__startswith="course:").order_by("-pk").first()
    key, buyer_id = order.lines.first().product_key, order.user_id
    assert has_access(user_id=buyer_id, product_key=key)
    page.goto("/operations/orders/")
    page.get_by_role("link", name=order.number).click()
    page.get_by_label("Reason").fill("Bought twice")
    page.locator("main").get_by_role("button", name="Refund").click()
    with page.expect_navigation():
        page.locator("dialog[open] button[value=confirm]").click()
    settle()
    page.reload()
    expect(page.locator("main")).to_contain_text(re.compile("refunded", re.I))
    assert not has_access(user_id=buyer_id, product_key=key)
    rows = download(
        page, lambda: (page.goto("/operations/orders/"), page.get_by_role("link", name=re.compile("^Export")).click())
    )
    assert any(order.number in map(str, row) for row in rows)
    page.goto("/operations/audit/")
    expect(page.locator("main")).to_contain_text("refund")


def test_an_enquiry_reaches_the_desk(page, at_browser, settle):
    visitor = at_browser()
    visitor.goto("/enterprise/")
    form = visitor.locator("main form")
    form.get_by_label(re.compile("Company|organisation", re.I)).fill("North Freight")
    form.locator("input[name=name]").fill("Ann North")
    form.locator("input[name=email]").fill("hr@north.example")
    form.get_by_role("button").last.click()
    visitor.wait_for_load_state()
    settle()
    page.goto("/operations/enquiries/")
    expect(page.locator("main")).to_contain_text("North Freight")
