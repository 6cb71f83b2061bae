"""The faults that only a browser has: a wrong clock, a full storage, a page reloaded without network."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from playwright.async_api import Page, Response, async_playwright, expect

from edu.launcher.services import CHROMIUM
from tests.faults.candidate import LONGEST_TIMEOUT, PATIENCE
from tests.faults.scenarios import Room

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
FULL_STORAGE = """
IDBObjectStore.prototype.put = function () { throw new DOMException("full", "QuotaExceededError"); };
"""
WRONG_CLOCK = """
const shift = %d; const Right = Date;
Date = class extends Right { constructor(...given) { given.length ? super(...given) : super(Right.now() + shift); }
  static now() { return Right.now() + shift; } };
"""
WAIT_MILLISECONDS = PATIENCE * 1000
SAVED = "[data-save-state][data-state=saved]"


@contextlib.asynccontextmanager
async def room_page(room: Room, *, script: str = "") -> AsyncIterator[Page]:
    """Yield the exam room of a candidate, signed in, in a browser whose answers on the wire are written down."""
    room.weather.only = b"/api/v1/attempts/"
    device = room.device()
    # Asked once: a start that was given up and asked again would open the attempt anew when the site comes to it,
    # perhaps after the page, and tell the page that the exam has moved.
    device.timeout = LONGEST_TIMEOUT * 8
    await device.open()
    async with async_playwright() as playwright:
        installed = CHROMIUM.find()
        browser = await playwright.chromium.launch(executable_path=installed, args=ARGUMENTS)
        context = await browser.new_context(extra_http_headers={"X-Run": room.record.run})
        site = f"http://127.0.0.1:{room.port}"
        for cookie in room.record.cookie.split("; "):
            name, _equals, value = cookie.partition("=")
            await context.add_cookies([{"name": name, "value": value, "url": site}])
        await context.add_cookies([{"name": "django_language", "value": "en", "url": site}])
        if script:
            await context.add_init_script(script)
        page = await context.new_page()
        page.set_default_timeout(WAIT_MILLISECONDS)
        page.on("request", lambda request: _note_request(room, request))
        page.on("response", lambda response: asyncio.ensure_future(_note_response(room, response)))
        await page.goto(f"{site}/exams/attempts/{room.record.attempt}/")
        await page.wait_for_selector("[data-exam-room][data-ready]")
        try:
            yield page
        except Exception as error:
            raise AssertionError(f"{error}; {await _told(page)}") from error
        finally:
            await browser.close()


async def _told(page: Page) -> str:
    """Return what the page says, for a sitting that failed."""
    words = await page.locator("[data-room-notice]:visible, [data-save-state]:visible, h1").all_inner_texts()
    epochs = [await room.get_attribute("data-epoch") for room in await page.locator("[data-exam-room]").all()]
    return f"{page.url} (epoch {epochs}) says {words}"


def _batch_of(request: Any) -> dict[str, Any] | None:
    if request.method != "PATCH" or not request.url.endswith("/responses"):
        return None
    found: dict[str, Any] = json.loads(request.post_data or "{}")
    return found


def _note_request(room: Room, request: Any) -> None:
    batch = _batch_of(request)
    if batch is not None:
        room.record.sent.append((batch["epoch"], batch["seq"], batch["responses"]))


async def _note_response(room: Room, response: Response) -> None:
    batch = _batch_of(response.request)
    if batch is None or response.status != 200:
        return
    with contextlib.suppress(Exception):  # the page may have gone meanwhile: then nobody was told
        content = await response.json()
        if content["applied"]:
            room.record.acknowledged.append((batch["epoch"], batch["seq"], batch["responses"]))


async def _answer(page: Page, room: Room) -> None:
    slot, response = room.answer()
    room.written[slot] = response
    question = page.locator(f"#question-{slot}")
    if isinstance(response, bool) or not response.isdecimal():
        await question.locator(f'label:has(input[value="{str(response).lower()}"])').click()
    else:
        await question.locator("[data-response] input").first.fill(response)


async def _write(page: Page, room: Room, *, changes: int) -> None:
    for _number in range(changes):
        await _answer(page, room)
        await asyncio.sleep(room.chance.uniform(0, 0.4))


async def _hand_in(page: Page, room: Room) -> None:
    await expect(page.locator(SAVED)).to_be_visible(timeout=WAIT_MILLISECONDS)
    await asyncio.sleep(0.3)
    await page.get_by_role("button", name="Hand in…").click()
    await page.get_by_role("button", name="Hand in now").click()
    await page.wait_for_url("**/result/")
    room.record.shown = dict(room.written)


async def wrong_clock(room: Room) -> None:
    """Sit with a clock that is an hour ahead or behind: the countdown is the site's, nothing is handed in early."""
    hours = room.chance.choice([-1, 1])
    async with room_page(room, script=WRONG_CLOCK % (hours * 3_600_000)) as page:
        await _write(page, room, changes=8)
        minutes = await page.locator("[data-countdown-text]").first.inner_text()
        assert "59" in minutes or "60" in minutes or "1 h" in minutes, f"the countdown says {minutes}"
        await _hand_in(page, room)


async def storage_full(room: Room) -> None:
    """Sit with a browser that keeps nothing on the device: the answers still reach the site."""
    async with room_page(room, script=FULL_STORAGE) as page:
        await _write(page, room, changes=8)
        await _hand_in(page, room)


async def reload_without_network(room: Room) -> None:
    """Write while nothing gets through, reload the page, and find everything again."""
    async with room_page(room) as page:
        await _write(page, room, changes=4)
        room.weather.is_down = True
        await _write(page, room, changes=4)
        room.weather.is_down = False
        await page.reload()
        await page.wait_for_selector("[data-exam-room][data-ready]")
        take = page.locator("[data-offer-take]")
        if await take.is_visible():
            await take.click()
        await _write(page, room, changes=2)
        await _hand_in(page, room)


SITTINGS: dict[str, Callable[[Room], Awaitable[None]]] = {
    "clock": wrong_clock,
    "storage": storage_full,
    "reload": reload_without_network,
}
