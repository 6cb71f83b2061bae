"""The editors of pictures, computed questions and files; and an exam with a picture and a file, sat to its end."""

import re
import struct
import zlib
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.banks import make_bank, press, said, write
from tests.browser.waiting import until


def png(width: int, height: int) -> bytes:
    """Return a grey picture of this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + b"\xb4" * width for _row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


PICTURE = {"name": "map.png", "mimeType": "image/png", "buffer": png(400, 200)}


@pytest.fixture
def bank(user_of):
    """Return an empty bank of the instructor."""
    return make_bank(user_of("instructor"))


@pytest.fixture
def page(at_browser, user_of, bank):
    """Return a browser at which the instructor sits."""
    return at_browser(user_of("instructor"))


def only(bank):
    """Return the question of the bank."""
    from exams.models import Question

    return Question.objects.get(bank=bank)


def drag(page, svg, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag in a picture between two places, given as shares of its width and height."""
    box = svg.bounding_box()
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=5)
    page.mouse.up()


def numbers(page, row: int) -> list[float]:
    """Return the numbers of a region."""
    return [float(part) for part in page.locator(f"[name=regions-{row}-coords]").input_value().split(",")]


def draw_hotspot(page, bank) -> None:
    """Write a hotspot question with one region drawn by mouse and one typed."""
    page.goto(f"/teach/banks/{bank.public_id}/questions/new/hotspot/")
    page.locator("#id_stem_rich").fill("Where is the left half?")
    page.locator("input[name=picture-file]").set_input_files(PICTURE)
    expect(page.locator("[name=width]")).to_have_value("400")
    page.locator("[name=picture_alt]").fill("A grey field")
    svg = page.locator(".editor-drawing svg")
    page.locator("#row-regions-0 [data-draw]").click()
    drag(page, svg, (0.05, 0.1), (0.45, 0.9))
    page.locator("[name=regions-0-label]").fill("left")
    page.locator("[name=regions-0-right]").check()
    # Whoever does not draw types the numbers; the picture follows.
    page.locator("[name=regions-1-coords]").focus()
    page.keyboard.type("220, 20, 380, 180")
    page.locator("[name=regions-1-label]").fill("right")


def test_regions_are_drawn_by_mouse_and_typed_by_keys(page, bank):
    draw_hotspot(page, bank)
    left, top, right, bottom = numbers(page, 0)
    assert (left, top, right, bottom) == pytest.approx((20, 20, 180, 180), abs=4)
    expect(page.locator(".editor-drawing rect")).to_have_count(2)
    expect(page.locator("#preview")).to_contain_text("Where is the left half?")
    expect(page.locator("#preview > [inert] .hotspot__shape")).to_have_count(2)

    # A polygon gets a corner by each click and ends with Enter.
    page.locator("[name=regions-1-shape]").select_option("poly")
    page.locator("[name=regions-1-coords]").fill("")
    page.locator("#row-regions-1 [data-draw]").click()
    svg = page.locator(".editor-drawing svg")
    box = svg.bounding_box()
    for across, down in ((0.6, 0.2), (0.9, 0.2), (0.75, 0.8)):
        svg.click(position={"x": across * box["width"], "y": down * box["height"]})
    page.keyboard.press("Enter")
    assert len(numbers(page, 1)) == 6
    press(page, "Save and publish")
    said(page, "Version 1")
    content = only(bank).content
    assert [region["shape"] for region in content["regions"]] == ["rect", "poly"]
    assert only(bank).key["correct"] == [content["regions"][0]["id"]]


def test_values_are_drawn_and_answers_computed_while_one_writes(page, bank):
    page.goto(f"/teach/banks/{bank.public_id}/questions/new/calculated/")
    page.locator("#id_stem_rich").fill("What is the interest on {p} at {r} %?")
    for row, (name, least, most) in enumerate((("p", "1000", "9000"), ("r", "2", "8"))):
        if not page.locator(f"[name=variables-{row}-name]").count():
            page.get_by_role("button", name="Add a value").click()
        page.locator(f"[name=variables-{row}-name]").fill(name)
        page.locator(f"[name=variables-{row}-minimum]").fill(least)
        page.locator(f"[name=variables-{row}-maximum]").fill(most)
    page.locator("[name=formula]").fill("{p} * {r} / 100")
    page.locator("[name=count]").fill("3")
    page.locator("button[value^='act:']").click()
    expect(page.locator("[name^=variants-][name$=-values]")).to_have_count(3)
    first = page.locator("[name=variants-0-values]").input_value()
    p, r = (float(number) for number in re.findall(r"[\d.]+", first))
    expect(page.locator("#id_variants-0-answer")).to_have_text(re.compile(rf"^{re.escape(f'{p * r / 100:g}')}0*$"))
    expect(page.locator("#preview")).to_contain_text(f"What is the interest on {p:g} at {r:g} %?")

    page.locator("[name=formula]").fill("{p} * {z}")
    press(page, "Save and publish")
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("[name=variants-0-values]")).to_have_value(first)
    page.locator("[name=formula]").fill("{p} * {r} / 100")
    press(page, "Save and publish")
    said(page, "Version 1")
    assert len(only(bank).content["variants"]) == 3


def write_upload(page, bank) -> None:
    """Write a question that is answered with a file."""
    page.goto(f"/teach/banks/{bank.public_id}/questions/new/file_upload/")
    page.locator("#id_stem_rich").fill("Hand in your balance sheet.")
    page.get_by_label("At most so many files").fill("2")
    press(page, "Save and publish")
    said(page, "Version 1")


def test_an_exam_with_a_file_and_a_picture_is_sat_with_a_reload_in_between(at_browser, user_of, page, bank, settle):
    from exams.authoring.paper_rows import add_items, add_section
    from exams.authoring.papers import create_paper
    from exams.authoring.publishing import publish_paper
    from exams.models import AnswerFile, Attempt, Question
    from tests.factories.exams import ids_by_text, make_exam

    write_upload(page, bank)
    draw_hotspot(page, bank)
    press(page, "Save and publish")
    said(page, "Version 1")
    chosen = ids_by_text(write(bank, stem="One plus one?"))["2"]
    owner = user_of("instructor")
    paper = create_paper(actor=owner, title="With a file")
    section = add_section(paper=paper, title="One")
    add_items(section=section, questions=list(Question.objects.filter(bank=bank).order_by("pk")))
    version = publish_paper(paper=paper, actor=owner)
    exam = make_exam(
        title="With a file", owner=owner, paper_version=version, closes_at=timezone.now() + timedelta(days=1)
    )

    learner = at_browser(user_of("learner"))
    learner.goto(f"/exams/{exam.public_id}/")
    learner.get_by_role("button", name="Start the exam").click()
    learner.wait_for_selector("[data-exam-room]")
    files = learner.locator(".answer-files[data-enhanced]")
    saved = learner.locator("[data-save-state][data-state=saved]")
    refused = {"name": "tool.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}
    files.locator("input[type=file]").set_input_files(refused)
    expect(files.locator("[role=status]")).to_contain_text("tool.exe")
    expect(files.locator("[data-file]")).to_have_count(0)
    files.locator("input[type=file]").set_input_files({**PICTURE, "name": "balance.png"})
    expect(files.locator("[data-file]")).to_have_count(1)
    shape = learner.locator("[data-region] .hotspot__shape").first
    shape.scroll_into_view_if_needed()
    shape.click()
    expect(saved).to_have_text("All answers saved")
    attempt = Attempt.objects.get(user__email="learner@example.com", exam=exam)

    learner.reload()
    expect(files.locator("[data-file]")).to_have_count(1)
    expect(files.locator("[data-file] a")).to_have_text("balance.png")
    expect(learner.locator("[data-region] input:checked")).to_have_count(1)
    until(learner, "document.querySelector('[data-answered-count]').innerText === '2'")
    learner.locator(f'label:has(input[value="{chosen}"])').click()
    expect(saved).to_have_text("All answers saved")
    learner.get_by_role("button", name="Hand in…").click()
    learner.get_by_role("button", name="Hand in now").click()
    learner.wait_for_url("**/result/")
    settle()

    attempt.refresh_from_db()
    assert attempt.state == "needs_marking"
    kept = AnswerFile.objects.get(attempt=attempt)
    assert page.request.get(f"{page.url.split('/teach')[0]}/exams/files/{kept.public_id}/").body() == PICTURE["buffer"]
    colleague = at_browser(user_of("statistics"))
    assert colleague.goto(f"/exams/files/{kept.public_id}/").status == 404
