"""What holds on every page: no axe violations, a policy that nothing breaks, no sideways scrolling, little weight."""

import gzip
import re

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import reverse

from edu.core.clock import now_utc
from tests.browser.banks import make_bank
from tests.browser.pages import AREAS, EVERY, LEARNER, LIGHT_ENOUGH, reopening_of
from tests.browser.test_bank_editors import PICTURE
from tests.browser.test_hotspot_keys import CASES

CSS_BYTES, JS_BYTES = 50_000, 60_000
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page) -> list[str]:
    """Return what axe finds on the page as it is, one line a violation."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(result => result.violations)",
        RULES,
    )
    return [
        f"{one['id']}: {one['help']} | {node['target']} {node['html'][:160]} | {_why(node)}"
        for one in found
        for node in one["nodes"][:3]
    ]


def _why(node: dict[str, str]) -> str:
    return " ".join(node.get("failureSummary", "").split())[:240]


def complaints_of(page) -> list[str]:
    """Return a list that fills with script errors and breaches of the content security policy."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("console", lambda entry: heard.append(entry.text) if entry.type == "error" else None)
    return heard


@pytest.mark.parametrize("area", AREAS)
def test_pages_are_accessible_on_a_light_desktop_and_a_dark_phone(at_browser, user_of, area):
    """Each page is opened twice; a policy breach or a script error of either counts too."""
    pages = AREAS[area]
    who = pages[0].who
    page = at_browser(user_of(who) if who else None, reduced_motion="reduce")
    heard = complaints_of(page)
    found = []
    for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        for one in pages:
            label = f"{one} {scheme}"
            response = page.goto(one.address())
            if response.status != 200:
                found.append(f"{label}: status {response.status}")
                continue
            policy = response.headers.get("content-security-policy", "")
            if "script-src" not in policy or "unsafe-inline" in policy:
                found.append(f"{label}: policy is {policy!r}")
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wide > 0:
                found.append(f"{label}: {wide} px too wide at {size['width']} px")
            found += [f"{label}: {line}" for line in violations(page)]
            found += [f"{label} console: {line}" for line in heard]
            heard.clear()
    assert not found, "\n".join(found)


def test_places_of_a_picture_to_be_put_in_order_are_accessible(at_browser, user_of):
    """For the author who lists them, and for the learner who numbers them."""
    from exams.authoring.questions import publish_question, save_question
    from exams.practice.starts import start_chapter_practice
    from media.services import keep_illustration

    owner, learner = user_of("instructor"), user_of("learner")
    bank = make_bank(owner, name="Places in order", visibility="public")
    picture = keep_illustration(data=PICTURE["buffer"], file_name="map.png", owner_id=owner.pk)
    content, key = CASES["order"]
    asked = {"stem": "In which order?", "picture": f"asset:{picture}", "picture_alt": "A body", "width": 400}
    question = save_question(
        bank=bank, actor=owner, type="hotspot", content=asked | {"height": 200, **content}, key=key
    )
    publish_question(question=question, actor=owner)
    session = start_chapter_practice(user=learner, bank=bank)
    found = []
    for who, address, part in (
        (owner, reverse("authoring:question", args=[question.public_id]), "#id_regions"),
        (learner, f"/practice/sessions/{session.public_id}/", ".hotspot__places"),
    ):
        page = at_browser(who, reduced_motion="reduce")
        heard = complaints_of(page)
        for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size(size)
            page.goto(address)
            page.locator(part).wait_for()
            if page.evaluate("document.documentElement.scrollWidth - window.innerWidth") > 0:
                found.append(f"{address} {scheme}: too wide")
            found += [f"{address} {scheme}: {line}" for line in [*violations(page), *heard]]
            heard.clear()
    assert not found, "\n".join(found)


def test_learner_pages_are_light(at_browser, user_of, site):
    """Styles and scripts of a page, gzipped one by one as a server would send them."""
    sizes: dict[str, int] = {}
    heavy = []
    for who in ("", "learner"):
        page = at_browser(user_of(who) if who else None)
        loaded: list[str] = []
        page.on("request", lambda request, loaded=loaded: loaded.append(request.url))
        for one in (entry for entry in LIGHT_ENOUGH if entry.who == who):
            loaded.clear()
            page.goto(one.address())
            page.wait_for_load_state("networkidle")
            for kind, limit in (("css", CSS_BYTES), ("js", JS_BYTES)):
                urls = {url for url in loaded if re.search(rf"\.{kind}(\?|$)", url)}
                for url in urls - sizes.keys():
                    sizes[url] = len(gzip.compress(page.request.get(url).body(), 6))
                total = sum(sizes[url] for url in urls)
                if total > limit:
                    heavy.append(f"{one}: {total} bytes of {kind}: {sorted(urls)}")
    assert sizes
    assert not heavy, "\n".join(heavy)


def focused(page) -> str:
    """Return the text or label of what has the focus."""
    return page.evaluate(
        "(e => (e.innerText || e.getAttribute('aria-label') || e.name || e.id || '').trim())(document.activeElement)"
    )


def tab_until(page, text: str, *, limit: int = 120) -> None:
    """Press Tab until what has the focus says `text`; fail when it never does or when the focus cannot be seen."""
    seen = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        seen.append(focused(page))
        if text in seen[-1]:
            outline = page.evaluate(
                "(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none')(getComputedStyle(document.activeElement))"
            )
            assert outline, f"the focus on {text!r} cannot be seen"
            return
    pytest.fail(f"Tab never reached {text!r}: {seen}")


@pytest.mark.parametrize(
    ("name", "who", "action"),
    [
        ("home", "", "Browse"),
        ("course", "", "Buy this course"),
        ("lesson", "learner", "Done, go on"),
        ("exam", "learner", "Start the exam"),
        ("timeline", "learner", "Result"),
        ("figures", "instructor", "Search"),
    ],
)
def test_the_main_action_is_reached_by_keyboard(at_browser, user_of, name, who, action):
    one = next(page for page in EVERY if page.name == name and page.who == who)
    page = at_browser(user_of(who) if who else None)
    page.goto(one.address())
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tab_until(page, action)


def test_an_attempt_is_opened_again_by_keyboard_alone(at_browser, user_of):
    from exams.models import Attempt

    rows = Attempt.objects.filter(user__email="learner@example.com", state="graded")
    attempt = rows.filter(exam__owner__email="instructor@example.com").select_related("exam").order_by("pk").last()
    Attempt.objects.filter(pk=attempt.pk).update(submitted_at=now_utc(), released_at=now_utc())
    page = at_browser(user_of("instructor"), reduced_motion="reduce")
    for scheme, size in (("dark", PHONE), ("light", DESKTOP)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        page.goto(reopening_of(attempt))
        assert violations(page) == []
    page.get_by_label("Reason").focus()
    page.keyboard.type("Power cut")
    tab_until(page, "Open it again")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/reopen/"))
    attempt.refresh_from_db()
    assert attempt.state == "open"


def test_the_exam_is_sat_by_keyboard_alone(at_browser, user_of):
    one = next(page for page in LEARNER if page.name == "exam")
    page = at_browser(user_of("learner"))
    page.goto(one.address())
    tab_until(page, "Start the exam")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-exam-room]")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-exam-room] input[type=radio]')"):
            break
    page.keyboard.press("Space")
    page.wait_for_selector("[data-save-state][data-state=saved] :text('All answers saved')")
    assert page.locator("[data-answered-count]").first.inner_text() == "1"
    tab_until(page, "Hand in", limit=200)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=not answered")
    tab_until(page, "Hand in now")
