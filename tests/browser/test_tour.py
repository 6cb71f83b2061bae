"""The tour of the README: from a search to a certificate that a stranger checks, and an exam that survives."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import expect

from edu.launcher.services import free_port
from tests.browser.answers import answer, question, right_answers_of
from tests.browser.mailbox import newest_code
from tests.browser.pages import exam_titled
from tests.browser.waiting import until

COURSE = "初级会计实务入门"
SAVED = "All answers saved"


def saved(page) -> None:
    """Wait until the room says that everything is with the server."""
    expect(page.locator("[data-save-state][data-state=saved]")).to_have_text(SAVED, timeout=20_000)


def only_attempt(user):
    """Return the one attempt of a learner."""
    from exams.models import Attempt

    return Attempt.objects.get(user=user)


def practise_until_wrong(page) -> None:
    """Choose the last option of each question until one is wrong; what has no options is skipped."""
    item = page.locator("#practice-item")
    for _ in range(12):
        options = item.locator("[data-response=single] label, [data-response=boolean] label")
        if not options.count():
            number = item.locator("[aria-current=page]").inner_text()
            item.get_by_role("link", name="Skip").click()
            expect(item.locator("[aria-current=page]")).not_to_have_text(number)
            continue
        options.last.click()
        page.get_by_role("button", name="Check my answer").click()
        expect(item.locator("[data-next]")).to_be_visible()
        if item.locator("[data-wrong]").count():
            expect(item.locator(".feedback--wrong").first).to_be_visible()
            return
        item.locator("[data-next]").click()
        page.wait_for_selector("#practice-form")
    pytest.fail("no answer was wrong")


def test_from_a_search_to_a_certificate_that_a_stranger_checks(site, at_browser, settle):
    from edu.accounts.models import User

    page = at_browser()

    # 1. Find the course.
    page.goto("/")
    page.get_by_role("searchbox").first.fill("会计")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    page.locator("main").get_by_role("link", name=COURSE).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(COURSE)
    expect(page.locator("main")).to_contain_text("沈若岚")

    # 2. Watch the free lesson.
    page.get_by_role("link", name="Try a free lesson").click()
    page.wait_for_selector("video")
    page.evaluate("document.querySelector('video').muted = true; document.querySelector('video').play()")
    until(page, "document.querySelector('video').currentTime > 1")
    assert page.locator("video track[kind=captions]").count() >= 1
    page.locator("[data-player-speed]").select_option("1.5")
    assert page.evaluate("document.querySelector('video').playbackRate") == 1.5

    # 3. Register by mail on the way to the checkout.
    page.goto("/courses/accounting-basics/")
    page.get_by_role("link", name="Buy this course").first.click()
    page.get_by_role("link", name=re.compile("Register")).last.click()
    page.get_by_label("Mail address").fill("tour@example.com")
    page.get_by_label("Password").fill("a-walk-through-7")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Register").click()
    page.wait_for_selector("text=a code is on its way")
    settle()
    page.get_by_label(re.compile("Code", re.I)).fill(newest_code(page))
    page.get_by_role("button", name="Confirm").click()

    # 4. The coupon, and why it applies; the sandbox pays.
    expect(page.get_by_role("heading", level=1)).to_have_text(COURSE)
    page.get_by_label("Coupon code").fill("WELCOME20")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("main")).to_contain_text("WELCOME20")
    expect(page.locator(".order-line--total")).to_contain_text("159.20")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Place the order").click()
    page.get_by_label(re.compile("sandbox", re.I)).check()
    page.get_by_role("button", name="Continue to payment").click()
    page.get_by_label("The payment succeeds", exact=True).check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/result/**")
    settle()
    expect(page.get_by_role("heading", name="Paid. It is yours.")).to_be_visible()
    user = User.objects.get(email="tour@example.com")

    # 5. A lesson is done and the course shows it.
    page.get_by_role("link", name=re.compile(f"Open.*{COURSE}")).click()
    page.goto("/me/courses/")
    expect(page.locator("main")).to_contain_text(COURSE)
    page.goto("/courses/accounting-basics/elements-and-equation/")
    page.get_by_role("button", name=re.compile("done", re.I)).click()
    page.goto("/courses/accounting-basics/")
    expect(page.locator(".pricing-box")).to_contain_text("4%")

    # 6. Practise a chapter, with feedback.
    page.goto("/practice/")
    page.get_by_role("link", name=re.compile(COURSE)).first.click()
    page.get_by_role("button", name=re.compile("^Practise .*第一章")).first.click()
    practise_until_wrong(page)
    page.get_by_role("button", name="Finish").click()
    page.locator("dialog[open] button[value=confirm]").first.click()
    expect(page.locator(".score-board")).to_be_visible()

    # 7. Sit the exam; the network goes and comes back.
    exam = exam_titled("结业考试")
    page.goto("/exams/")
    page.goto(f"/exams/{exam.public_id}/")
    expect(page.locator("main")).to_contain_text("Before you start")
    page.get_by_role("button", name="Start the exam").click()
    page.wait_for_selector("[data-exam-room]")
    right = right_answers_of(only_attempt(user))
    slots = sorted(right)
    for slot in slots[:5]:
        answer(question(page, slot), right[slot])
    saved(page)
    page.context.set_offline(True)
    for slot in slots[5:-1]:
        answer(question(page, slot), right[slot])
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "offline")
    speaker = page.locator("[data-exam-speaker][role=status]")
    expect(speaker).to_contain_text("Offline")
    page.context.set_offline(False)
    saved(page)
    expect(speaker).to_have_text("Back online. All answers are saved.")
    page.reload()
    kept = {int(slot) for slot, response in only_attempt(user).responses.items() if response != ""}
    assert {slot: right[slot] for slot in set(slots[:-1]) - kept} == {}
    expect(page.locator("[data-answered-count]").first).to_have_text(str(len(slots) - 1))
    page.get_by_role("button", name="Hand in…").click()
    expect(page.locator("main")).to_contain_text("1 question is not answered")
    page.get_by_role("button", name="Hand in now").click()
    page.wait_for_url("**/result/")
    settle()
    page.reload()
    expect(page.locator(".result-verdict--passed")).to_have_text("Passed")

    # 8. What went wrong stands in the book.
    page.goto("/practice/wrong/")
    page.get_by_role("button", name="Retry these").click()
    page.wait_for_selector("#practice-item [data-response]")

    # 9. The certificate: first the name that shall stand on it, then the file.
    page.goto("/certificates/")
    page.get_by_role("textbox", name="Real name").fill("陶学成")
    page.get_by_role("button", name="Issue my certificates").click()
    settle()
    page.goto("/certificates/")
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("Download PDF")).click()
    file = Path(waiting.value.path()).read_bytes()
    assert file.startswith(b"%PDF")
    serial = page.locator("code.nums").first.inner_text()

    # 10. A stranger checks it on a phone.
    phone = at_browser(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    phone.goto(f"/certificates/verify/{serial}/")
    expect(phone.locator(".verify-result--valid")).to_contain_text("陶学成")


def test_an_answer_given_before_the_script_arrives_is_saved(at_browser, user_of):
    page = at_browser(user_of("learner"))
    held: list = []
    page.route("**/exam-room.js*", lambda route: held.append(route))
    page.goto(f"/exams/{exam_titled('综合能力测评').public_id}/")
    page.get_by_role("button", name="Start the exam").click(no_wait_after=True)
    page.locator("#question-1 label.option").nth(1).click()
    page.locator("#question-2 label.option").nth(2).click()
    for route in held:
        route.continue_()
    page.unroute("**/exam-room.js*")
    saved(page)
    page.reload()
    expect(page.locator("#question-1 label.option input").nth(1)).to_be_checked()
    expect(page.locator("#question-2 label.option input").nth(2)).to_be_checked()


@pytest.fixture
def real_server(site, tmp_path):
    """Return functions that start and kill a server process of its own on a copy of the database; and its address."""
    if connection.vendor != "sqlite":
        pytest.skip("copies the database file of SQLite")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    running: list[subprocess.Popen] = []

    def start() -> None:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "edu.settings.embedded",
            "JINBANG_VAR": str(tmp_path),
            "JINBANG_SECRET_KEY": settings.SECRET_KEY,
        }
        with (tmp_path / "server.log").open("ab") as log:
            running.append(
                subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "granian",
                        "--interface",
                        "wsgi",
                        "edu.wsgi:application",
                        "--port",
                        str(port),
                    ],
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=2)
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
            else:
                return
        pytest.fail((tmp_path / "server.log").read_text("utf-8", "replace"))

    def kill() -> None:
        server = running.pop()
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()

    def copy() -> None:
        source = settings.DATABASES["default"]["NAME"]
        with (
            closing(sqlite3.connect(source)) as original,
            closing(sqlite3.connect(tmp_path / "jinbang.sqlite3")) as own,
        ):
            original.backup(own)

    yield address, copy, start, kill
    while running:
        kill()


def test_an_exam_survives_a_killed_server(real_server, at_browser, user_of):
    address, copy, start, kill = real_server
    learner = user_of("learner")
    page = at_browser(learner)
    copy()
    start()
    page.goto(f"{address}/exams/{exam_titled('综合能力测评').public_id}/")
    page.get_by_role("button", name="Start the exam").click()
    page.wait_for_selector("[data-exam-room]")
    page.locator("#question-1 label.option").first.click()
    saved(page)
    kill()
    page.locator("#question-2 label.option").nth(1).click()
    page.locator("#question-3 label.option").nth(2).click()
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "offline", timeout=20_000)
    start()
    saved(page)
    page.reload()
    for slot, place in ((1, 0), (2, 1), (3, 2)):
        expect(page.locator(f"#question-{slot} label.option input").nth(place)).to_be_checked()
    page.get_by_role("button", name="Hand in…").click()
    page.get_by_role("button", name="Hand in now").click()
    page.wait_for_url("**/result/")
    expect(page.locator(".result-verdict")).to_be_visible()
