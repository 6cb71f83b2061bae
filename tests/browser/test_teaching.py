"""The instructor's walk through a course: pages in the page editor, the order of its outline, a film of her own."""

import re
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import expect

from media.ffmpeg import ffmpeg_path
from tests.browser.pages import ACCOUNTING
from tests.browser.waiting import until

COURSE_PATH = f"/courses/{ACCOUNTING}/"
FILM_SECONDS = 6
CAPTIONS = {
    "en": "WEBVTT\n\n00:00.000 --> 00:06.000\nDebit is on the left.\n",
    "zh-hans": "WEBVTT\n\n00:00.000 --> 00:06.000\n借方在左。\n",
}


@pytest.fixture
def course(site):
    """Return the accounting course of the demo."""
    from courses.models import Course

    return Course.objects.get(slug=ACCOUNTING)


@pytest.fixture
def desk(course) -> str:
    """Return the path of the course at the instructor's desk."""
    return f"/teach/courses/{course.public_id}/"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Return a film with sound, a few seconds long, as a camera would write it."""
    path = tmp_path / "lecture.mp4"
    subprocess.run(
        [
            ffmpeg_path(), "-f", "lavfi", "-i", f"testsrc=s=640x360:r=12:d={FILM_SECONDS}",
            "-f", "lavfi", "-i", f"sine=f=440:d={FILM_SECONDS}", "-pix_fmt", "yuv420p", "-shortest", str(path),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return path


def save_draft(page) -> None:
    """Save in the page editor and wait for the page that says so."""
    page.locator("footer button.action-save").click()
    page.wait_for_load_state()
    expect(page.locator(".messages .success")).to_be_visible()


def publish(page) -> None:
    """Publish, or schedule, from the menu beside the save button."""
    page.locator("footer .w-dropdown__toggle").click()
    page.locator("button[name=action-publish]").click()
    page.wait_for_load_state()
    expect(page.locator(".messages .success")).to_be_visible()


def previewed(page):
    """Open the editor's preview and return its frame."""
    panel = page.locator('[data-side-panel="preview"]').first
    if not page.locator("#w-preview-iframe").is_visible():
        page.locator('[data-side-panel-toggle="preview"]').click()
    expect(panel).to_be_attached()
    return page.frame_locator("#w-preview-iframe")


@pytest.mark.parametrize(
    ("language", "edit", "words"),
    [("en", "Edit the page", "Now with month-end closing"), ("zh-hans", "编辑页面", "新增月末结账实训")],
)
def test_a_course_page_is_drafted_previewed_and_published(at_browser, user_of, desk, language, edit, words):
    page, visitor = at_browser(user_of("instructor"), language=language), at_browser(language=language)
    page.goto(desk)
    page.get_by_role("link", name=edit).click()
    page.locator("#id_subtitle").fill(words)
    save_draft(page)
    expect(previewed(page).locator("body")).to_contain_text(words)
    visitor.goto(COURSE_PATH)
    expect(visitor.locator("h1")).to_be_visible()
    expect(visitor.locator("body")).not_to_contain_text(words)

    publish(page)
    visitor.reload()
    expect(visitor.locator("main")).to_contain_text(words)
    visitor.goto("/courses/")
    expect(visitor.locator("main")).to_contain_text(words)


def test_a_lesson_is_written_in_the_editor_and_seen_by_learners_once_published(at_browser, user_of, course):
    lesson = course.lessons.filter(kind="text", free_preview=True).first()
    page, visitor = at_browser(user_of("instructor")), at_browser()
    page.goto(f"/teach/lessons/{lesson.public_id}/")
    page.get_by_role("link", name="Write the text").click()
    text = page.locator(".public-DraftEditor-content").first
    text.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Begin with the equation. ")
    # The rich text field writes itself into the form a moment after the last key.
    until(
        page, "[...document.querySelectorAll('form input')].some((i) => i.value.includes('Begin with the equation.'))"
    )
    save_draft(page)
    expect(previewed(page).locator("body")).to_contain_text("Begin with the equation.")
    visitor.goto(lesson.get_absolute_url())
    expect(visitor.locator("main")).not_to_contain_text("Begin with the equation.")

    # The desk sees the draft, and can publish it, too.
    page.goto(f"/teach/lessons/{lesson.public_id}/")
    page.get_by_role("button", name="Publish the lesson").click()
    expect(page.get_by_role("button", name="Publish the lesson")).to_have_count(0)
    visitor.reload()
    expect(visitor.locator("main")).to_contain_text("Begin with the equation.")


def test_a_lesson_is_published_at_a_set_time(at_browser, user_of, desk, monkeypatch):
    from courses.models import Lesson
    from courses.tasks import publish_scheduled_pages

    page, learner = at_browser(user_of("instructor")), at_browser(user_of("learner"))
    page.goto(desk)
    page.locator("[data-chapter]").first.get_by_placeholder("New lesson").fill("Questions of the week")
    page.locator("[data-chapter]").first.get_by_role("button", name="Add lesson").click()
    page.get_by_role("link", name="Write the text").click()
    page.locator('[data-side-panel-toggle="status"]').click()
    page.get_by_role("button", name=re.compile("Set schedule")).click()
    soon = timezone.localtime() + timedelta(days=2)
    dialog = page.locator("#schedule-publishing-dialog")
    dialog.locator("#id_go_live_at").fill(soon.strftime("%Y-%m-%d 09:00"))
    page.keyboard.press("Tab")  # closes the calendar, which may lie over the button
    dialog.locator("button", has_text="Save schedule").click()
    page.wait_for_load_state()
    publish(page)

    lesson = Lesson.objects.get(title="Questions of the week")
    page.goto(f"/teach/lessons/{lesson.public_id}/")
    expect(page.locator("main")).to_contain_text("Will be published on")
    learner.goto(COURSE_PATH)
    row = learner.locator(".outline__lesson", has_text="Questions of the week")
    expect(row).to_contain_text("Coming")
    assert learner.goto(lesson.get_absolute_url()).status == 404

    # Publishing all changes of the course does not overtake the set time.
    page.goto(desk)
    page.get_by_role("button", name="Publish changes").click()
    page.wait_for_load_state()
    assert learner.goto(lesson.get_absolute_url()).status == 404

    later = timezone.now() + timedelta(days=3)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: later)
        publish_scheduled_pages()
    assert learner.goto(lesson.get_absolute_url()).status == 200
    learner.goto(COURSE_PATH)
    expect(row).not_to_contain_text("Coming")
    assert row.get_attribute("href") == lesson.get_absolute_url()


@pytest.mark.parametrize(
    ("language", "settings", "title", "button", "edit"),
    [
        ("en", "Settings", "Accounting, second edition", "Copy", "Edit the page"),
        ("zh-hans", "设置", "初级会计实务（第二版）", "复制", "编辑页面"),
    ],
)
def test_a_course_is_copied_as_a_draft(at_browser, user_of, course, desk, language, settings, title, button, edit):
    page, visitor = at_browser(user_of("instructor"), language=language), at_browser(language=language)
    page.goto(desk)
    page.locator("main").get_by_role("link", name=settings, exact=True).click()
    copying = page.locator("form[action$='/copy/']")
    copying.locator("input[name=title]").fill(title)
    copying.get_by_role("button", name=button).click()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("[data-lesson-row]")).to_have_count(course.lesson_count)
    page.get_by_role("link", name=edit).click()
    expect(page.locator("#id_title")).to_have_value(title)
    visitor.goto("/courses/")
    expect(visitor.locator("main")).not_to_contain_text(title)


def titles(page) -> list[str]:
    """Return the titles of the chapters as they stand on the page."""
    return page.locator("[data-chapter] h2").all_inner_texts()


def saved(page) -> None:
    """Wait until the desk says that the order is kept."""
    expect(page.locator("[data-outline-status]")).to_contain_text("The order is saved.")


def test_chapters_are_dragged_by_mouse_and_moved_by_keyboard(at_browser, user_of, desk):
    page = at_browser(user_of("instructor"))
    page.goto(desk)
    first, second, *rest = titles(page)
    handle = page.locator("[data-chapter]").first.locator("[data-drag-handle]").first
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    # The pointer leaves the list at the side, as hands do, and goes below the heading of the second chapter.
    other = page.locator("[data-chapter]").nth(1).bounding_box()
    page.mouse.move(x - 40, other["y"] + other["height"] - 4, steps=8)
    page.mouse.up()
    saved(page)
    assert titles(page) == [second, first, *rest]
    expect(page.locator("[data-lessons]").first).to_be_visible()
    page.reload()
    assert titles(page) == [second, first, *rest]

    page.locator("[data-chapter]").nth(1).locator("[data-drag-handle]").first.focus()
    page.keyboard.press("ArrowUp")
    saved(page)
    assert titles(page) == [first, second, *rest]
    expect(page.locator("[data-outline-status]")).to_contain_text(f"{first}: place 1 of {2 + len(rest)}.")
    assert page.evaluate("document.activeElement.closest('[data-chapter]').querySelector('h2').innerText") == first
    page.reload()
    assert titles(page) == [first, second, *rest]


def test_a_drag_is_taken_back_and_a_lesson_goes_to_another_chapter(at_browser, user_of, desk):
    page = at_browser(user_of("instructor"))
    page.goto(desk)
    before = titles(page)
    handle = page.locator("[data-chapter]").first.locator("[data-drag-handle]").first
    handle.hover()
    page.mouse.down()
    other = page.locator("[data-chapter]").nth(2).bounding_box()
    page.mouse.move(other["x"] + 20, other["y"] + other["height"] - 4, steps=6)
    assert titles(page) != before
    page.keyboard.press("Escape")
    page.mouse.up()
    assert titles(page) == before

    chapters = page.locator("[data-chapter]")
    row = chapters.first.locator("[data-lesson-row]").last
    title = row.locator(".outline-editor__title").inner_text()
    row.locator("[data-drag-handle]").hover()
    page.mouse.down()
    target = chapters.nth(1).locator("[data-lesson-row]").first.bounding_box()
    page.mouse.move(target["x"] + 30, target["y"] + 6, steps=8)
    page.mouse.up()
    saved(page)
    page.reload()
    expect(chapters.nth(1).locator("[data-lesson-row] .outline-editor__title").first).to_have_text(title)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", {"upload": "Upload", "working": "Making the picture sizes", "set": "Set the captions"}),
        ("zh-hans", {"upload": "上传", "working": "正在生成不同清晰度", "set": "设置字幕"}),
    ],
)
def test_a_film_is_uploaded_watched_on_its_way_and_played_with_captions(
    at_browser, user_of, course, film, settle, monkeypatch, tmp_path, language, names
):
    from courses.models import Lesson
    from courses.services import add_lesson
    from media import ffmpeg
    from media.models import Video

    chapter = course.chapters.first()
    lesson = Lesson.objects.get(
        pk=add_lesson(actor=None, chapter_id=chapter.pk, title="Debit and credit", kind="video")
    )
    page = at_browser(user_of("instructor"), language=language)
    page.goto(f"/teach/lessons/{lesson.public_id}/")
    page.locator("#film-file").set_input_files(film)
    box = page.locator("section.upload-box")
    box.get_by_role("button", name=names["upload"], exact=True).click()
    expect(page.locator("#film-state .progress, #film-state progress").first).to_be_visible()
    assert Video.objects.get(title="Debit and credit").state == "waiting"

    # The worker stops before the poster until the page has been seen.
    seen = threading.Event()
    write_poster = ffmpeg.write_poster

    def wait_and_write(**arguments):
        assert seen.wait(60)
        write_poster(**arguments)

    def work():
        try:
            settle()
        finally:
            connections.close_all()

    monkeypatch.setattr("media.ffmpeg.write_poster", wait_and_write)
    page.locator("#id_title").fill("Debit and credit, explained")
    worker = threading.Thread(target=work)
    worker.start()
    try:
        expect(page.locator("#film-state")).to_contain_text(names["working"], timeout=60_000)
    finally:
        seen.set()
        worker.join(120)
    # The film comes into the page by itself, and what was being written stays.
    video = page.locator("#film-state video")
    expect(video).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("Debit and credit, explained")

    for code, text in CAPTIONS.items():
        file = tmp_path / f"{code}.vtt"
        file.write_text(text, "utf-8")
        form = page.locator("form[action$='/captions/']")
        form.locator("select[name=language]").select_option(code)
        form.locator("input[type=file]").set_input_files(file)
        form.get_by_role("button", name=names["set"]).click()
        page.wait_for_load_state()

    page.goto(f"/teach/lessons/{lesson.public_id}/")
    mine = "zh" if language.startswith("zh") else "en"
    choice = page.locator("[data-player-captions]")
    expect(choice).to_have_value(mine)
    until(page, "document.querySelector('video').readyState >= 1")
    page.evaluate("() => { const v = document.querySelector('video'); v.muted = true; v.play(); }")
    until(page, "document.querySelector('video').currentTime > 0.5")
    assert page.evaluate("document.querySelector('video').duration") == pytest.approx(FILM_SECONDS, abs=0.5)
    other = "en" if mine == "zh" else "zh"
    choice.select_option(other)
    tracks = "[...document.querySelector('video').textTracks]"
    showing = f"{tracks}.filter((track) => track.mode === 'showing').map((track) => track.language).join()"
    assert page.evaluate(showing) == other
    until(page, f"{tracks}.some((track) => track.activeCues?.length)")
    page.reload()
    expect(choice).to_have_value(other)
    choice.select_option("")
    assert page.evaluate(showing) == ""
