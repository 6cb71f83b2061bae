"""The invigilator at one browser, the candidate at another: what one does reaches the other within seconds."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations

SECONDS = 20_000


@pytest.fixture
def exam(site, user_of):
    """Return an exam of the demo's instructor that is open to everybody now, with every option but one device on."""
    from edu.core.clock import now_utc
    from exams.models import Exam
    from tests.browser.pages import exam_titled

    model = exam_titled("结业考试")
    now = now_utc()
    return Exam.objects.create(
        title="Room three",
        paper=model.paper,
        paper_version=model.paper_version,
        owner=user_of("instructor"),
        status="scheduled",
        audience="everybody",
        opens_at=now - timedelta(minutes=5),
        closes_at=now + timedelta(hours=3),
        duration_seconds=3600,
        language="en",
        integrity={"watermark": True, "no_clipboard": True, "log_page_leaves": True, "full_screen": True},
    )


@pytest.fixture
def seat(at_browser, user_of, exam):
    """Return a function that seats a demo person in the exam and gives her page."""

    def sit_down(name="learner"):
        page = at_browser(user_of(name))
        page.goto(reverse("exams:detail", args=[exam.public_id]))
        page.get_by_role("button", name="Start the exam").click()
        page.wait_for_url(re.compile(r"/exams/attempts/"))
        page.locator("[data-exam-room][data-ready]").wait_for(state="attached")
        return page

    return sit_down


def clock_of(page) -> int:
    """Return the seconds that the candidate's clock shows."""
    parts = page.locator("[data-room-timer] [data-countdown-text]").inner_text().split(":")
    total = 0
    for part in parts:
        total = total * 60 + int(part)
    return total


def test_clocks_messages_and_pauses_reach_the_room(at_browser, user_of, exam, seat):
    room = seat()
    desk = at_browser(user_of("instructor"))
    desk.goto(reverse("invigilation:room", args=[exam.public_id]))
    expect(desk.get_by_text("in the exam", exact=True).first).to_be_visible()
    assert clock_of(room) <= 3600

    desk.get_by_text("Act", exact=False).locator("xpath=ancestor-or-self::summary").first.click()
    desk.locator("#acts").get_by_label("everybody in the exam").check()
    desk.get_by_label("Minutes").fill("10")
    desk.get_by_role("button", name="Give time").click()
    desk.get_by_role("dialog").get_by_role("button", name="Continue").click()
    expect(desk.get_by_text("1 candidate has more time.")).to_be_visible()
    expect(room.get_by_text("You have been given 10 more minutes.")).to_be_visible(timeout=SECONDS)
    assert clock_of(room) > 4000

    desk.goto(reverse("invigilation:room", args=[exam.public_id]))
    desk.locator(".acts-fold > summary").click()
    desk.locator("input[name=attempt]").first.check()
    desk.get_by_label("Message").fill("Read 12 instead of 10 in question 5.")
    desk.get_by_role("button", name="Send message").click()
    expect(room.get_by_text("Read 12 instead of 10")).to_be_visible(timeout=SECONDS)
    assert room.locator("[data-message-list]").get_attribute("aria-live") == "polite"

    desk.locator(".acts-fold > summary").click()
    desk.locator("#acts").get_by_label("everybody in the exam").check()
    desk.get_by_role("button", name="Pause").click()
    desk.get_by_role("dialog").get_by_role("button", name="Continue").click()
    expect(room.locator("[data-paused-notice]")).to_be_visible(timeout=SECONDS)
    stands = clock_of(room)
    room.locator("[data-response] input").first.check()
    expect(room.locator("[data-save-state]")).to_have_attribute("data-state", "paused", timeout=SECONDS)
    assert clock_of(room) == stands
    desk.locator(".acts-fold > summary").click()
    desk.locator("#acts").get_by_label("everybody in the exam").check()
    desk.get_by_role("button", name="Let go on").click()
    expect(room.locator("[data-paused-notice]")).to_be_hidden(timeout=SECONDS)
    expect(room.locator("[data-save-state]")).to_have_attribute("data-state", "saved", timeout=SECONDS)


def test_the_end_by_the_invigilator_takes_the_last_answer_along(at_browser, user_of, exam, seat):
    from exams.models import Attempt

    room = seat()
    room.locator("[data-response] input").first.check()
    expect(room.get_by_text("All answers saved")).to_be_visible()
    attempt = Attempt.objects.get(exam=exam)
    desk = at_browser(user_of("instructor"))
    desk.goto(reverse("invigilation:candidate", args=[exam.public_id, attempt.public_id]))
    desk.get_by_label("Reason").fill("fire alarm")
    desk.get_by_role("button", name="End the attempt").click()
    desk.get_by_role("dialog").get_by_role("button", name="End the attempt").click()
    expect(desk.get_by_text("The attempt is handed in.")).to_be_visible()
    room.wait_for_url(re.compile(r"/result/"), timeout=SECONDS)
    attempt.refresh_from_db()
    assert attempt.submitted_by == "staff"
    assert any(attempt.responses.values())


def test_what_is_noticed_reaches_the_invigilator_and_no_answer_is_lost(at_browser, user_of, exam, seat):
    from exams.models import Attempt, AttemptSignal, SignalTally

    room = seat()
    first = room.locator("[data-response] input").first
    first.check()
    paste = """
        const data = new DataTransfer();
        data.setData("text/plain", "forty characters of somebody else's text");
        const event = new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data });
        document.querySelector("[data-question]").dispatchEvent(event);
    """
    room.evaluate(f"() => {{ {paste} }}")
    expect(room.get_by_text("Copying and pasting are switched off in this exam.")).to_be_visible()
    expect(room.get_by_text("All answers saved")).to_be_visible()
    for _ in range(60):
        if SignalTally.objects.exists():
            break
        room.wait_for_timeout(200)
    signal = AttemptSignal.objects.get()
    assert (signal.kind, signal.length) == ("pasted", 40)
    attempt = Attempt.objects.get(exam=exam)
    assert any(attempt.responses.values())
    desk = at_browser(user_of("instructor"))
    desk.goto(reverse("invigilation:room", args=[exam.public_id]))
    desk.get_by_role("link", name="1 signal").click()
    expect(desk.get_by_role("cell", name="tried to paste")).to_be_visible()
    assert "somebody else" not in desk.content()


def test_a_lost_network_is_noted_and_the_room_goes_on(seat, exam):
    from exams.models import AttemptSignal

    room = seat()
    room.wait_for_timeout(100)
    room.context.set_offline(True)
    room.locator("[data-response] input").first.check()
    expect(room.locator("[data-save-state]")).to_have_attribute("data-state", "offline", timeout=SECONDS)
    room.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    room.wait_for_timeout(12_000)  # one poll has to fail: there is nothing on the page to wait for
    room.context.set_offline(False)
    expect(room.locator("[data-save-state]")).to_have_attribute("data-state", "saved", timeout=SECONDS)
    for _ in range(100):
        if AttemptSignal.objects.filter(kind="offline").exists():
            return
        room.wait_for_timeout(300)
    pytest.fail("the gap was never reported")


def test_the_invigilators_pages_are_accessible(at_browser, user_of, exam, seat):
    from exams.models import Attempt

    room = seat()
    attempt = Attempt.objects.get(exam=exam)
    desk = at_browser(user_of("instructor"))
    addresses = [
        reverse("invigilation:rooms"),
        reverse("invigilation:room", args=[exam.public_id]),
        reverse("invigilation:candidate", args=[exam.public_id, attempt.public_id]),
        reverse("invigilation:invigilators", args=[exam.public_id]),
        reverse("invigilation:accommodations", args=[exam.public_id]),
        reverse("invigilation:accommodation", args=[exam.public_id, user_of("learner").public_id]),
        reverse("authoring:exam", args=[exam.public_id]),
    ]
    found = []
    for scheme, width in (("light", 1280), ("dark", 360)):
        desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        desk.set_viewport_size({"width": width, "height": 900})
        for address in addresses:
            assert desk.goto(address).status == 200
            desk.evaluate("document.querySelectorAll('details.disclosure').forEach(one => one.open = true)")
            wide = desk.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            found += [f"{address} is {wide} px too wide at {width}"] if wide > 0 else []
            found += [f"{address} {scheme}: {line}" for line in violations(desk)]
        room.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        room.set_viewport_size({"width": width, "height": 900})
        found += [f"room {scheme}: {line}" for line in violations(room)]
    assert not found, "\n".join(found)


def test_a_chosen_candidate_stays_chosen_while_the_list_refreshes(at_browser, user_of, exam, seat):
    from edu.core.clock import now_utc
    from exams.services import start_attempt

    seat()
    desk = at_browser(user_of("instructor"))
    desk.goto(reverse("invigilation:room", args=[exam.public_id]))
    desk.locator("input[name=attempt]").first.check()
    start_attempt(user_id=user_of("newcomer").pk, exam_id=exam.public_id, now=now_utc())
    expect(desk.locator("input[name=attempt]")).to_have_count(2, timeout=SECONDS)
    assert desk.locator("input[name=attempt]:checked").count() == 1
