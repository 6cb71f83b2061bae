"""The ten links of the README, in both languages: each opens for the person it names, without an error."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

READMES = {"en": "README.md", "zh-hans": "README.zh-CN.md"}
ROW = re.compile(r"^\| (\d+) \| \[`([^`]+)`\]\([^)]+\) \| ([^|]+) \|", re.MULTILINE)


def tour(language):
    """Return (number, path, who) of every row of the tour; `who` is the last account that the row names."""
    text = (settings.BASE_DIR / READMES[language]).read_text(encoding="utf-8")
    rows = []
    for number, path, people in ROW.findall(text):
        names = re.findall(r"`([a-z_]+)@example\.com`", people)
        rows.append((int(number), path, names[-1] if names else None))
    return rows


@pytest.mark.parametrize("language", READMES)
def test_the_ten_links_of_the_tour_open(at_browser, user_of, language):
    rows = tour(language)
    assert [number for number, _path, _who in rows] == list(range(1, 11))
    for number, path, who in rows:
        page = at_browser(user_of(who) if who else None, language=language)
        faults = []
        page.on("pageerror", lambda error, found=faults: found.append(str(error)))
        answer = page.goto(path)
        assert answer is not None, (number, path)
        assert answer.status == 200, (number, path, answer.status)
        expect(page.locator("h1, h2").first).to_be_visible()
        assert faults == [], (number, path)
        page.context.close()
