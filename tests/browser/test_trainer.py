"""The trainer's walk: staff from a spreadsheet, an assignment, reminders, the list for the file."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.sheets import download, upload

COURSE = "仓储安全生产培训"


@pytest.fixture
def page(at_browser, user_of):
    """Return a browser at which the trainer sits."""
    return at_browser(user_of("trainer"))


def test_staff_are_imported_and_wrong_rows_come_back(page, settle):
    page.goto("/training/")
    page.get_by_role("link", name="Import staff").first.click()
    template = download(page, page.get_by_role("link", name="Download the template").click)
    headers = next(row for row in template if "工号" in row or any("number" in str(cell).lower() for cell in row))

    def person(name: str, number: str) -> list[str]:
        texts = {0: name, 1: number}
        return [texts.get(place, "") for place in range(len(headers))]

    name_first = "name" in str(headers[0]).lower() or headers[0] == "姓名"
    rows = [person("韩梅梅", "XH0101"), person("李雷", "")]
    upload(page, headers=list(headers), rows=rows if name_first else [row[::-1] for row in rows], name="staff.xlsx")
    with page.expect_navigation():
        page.get_by_role("button", name="Upload and see the preview").click()
    settle()
    page.reload()
    expect(page.locator("main")).to_contain_text("Nothing has changed yet")
    failed = download(page, page.get_by_role("link", name="Download 1 wrong row").click)
    assert any("李雷" in map(str, row) for row in failed)
    with page.expect_navigation():
        page.get_by_role("button", name="Apply 1 row").click()
    settle()
    page.reload()
    expect(page.locator("main")).to_contain_text("The import is finished.")
    words = download(page, page.get_by_role("button", name="Download the first passwords").click)
    assert any("韩梅梅" in map(str, row) for row in words)
    page.goto("/training/people/?q=XH0101")
    expect(page.locator("main")).to_contain_text("韩梅梅")


def test_a_course_is_assigned_to_a_department(page, settle):
    page.goto("/training/assignments/")
    page.get_by_role("link", name="New assignment").first.click()
    page.get_by_label("Title").fill("Winter refresher")
    page.get_by_label(f"{COURSE} (course)").check()
    page.get_by_label("运输部").check()
    today = timezone.localdate()
    page.get_by_label("First day").fill(today.isoformat())
    page.get_by_label("Deadline").fill((today + timedelta(days=14)).isoformat())
    page.get_by_role("button", name="Assign", exact=True).click()
    page.wait_for_url("**/assignments/*-*/")
    settle()
    page.goto("/training/assignments/")
    page.get_by_role("link", name="Winter refresher").click()
    expect(page.locator("main")).to_contain_text("阿依古丽·买买提")


def test_the_late_are_reminded_and_the_list_is_exported(page, settle):
    page.goto("/training/assignments/")
    page.get_by_role("link", name="叉车与堆码专项复训").click()
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Remind .* late$")).click()
    settle()
    page.reload()
    expect(page.locator("main")).to_contain_text("reminded today")
    rows = download(page, page.get_by_role("link", name="Export the list").click)
    assert len(rows) >= 7


def test_private_things_are_closed_to_outsiders(at_browser, user_of):
    from courses.models import Course

    private = Course.objects.get(title=COURSE)
    for who in ("learner", "instructor", None):
        outsider = at_browser(user_of(who) if who else None)
        assert outsider.goto(private.get_absolute_url()).status == 404
