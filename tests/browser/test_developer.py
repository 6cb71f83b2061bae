"""The developer's walk: the documentation, a token of her own, and an attempt sat by a program."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.answers import right_answers_of
from tests.browser.pages import ACCOUNTING, exam_titled
from tests.browser.test_accessibility import complaints_of

EXAM = "结业考试"


@dataclass(frozen=True)
class Answer:
    """What the API answered."""

    status: int
    headers: Any
    body: Any = field(repr=False)


@pytest.fixture
def ask(site):
    """Return a function that sends one real HTTP request to the API and reads its JSON."""

    def send(method: str, path: str, *, authorization: str = "", body: Any = None) -> Answer:
        headers = {"Accept": "application/json"}
        if authorization:
            headers["Authorization"] = authorization
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(f"{site}/api/v1{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return Answer(response.status, response.headers, json.load(response))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, json.load(error))

    return send


@pytest.fixture
def page(at_browser, user_of):
    """Return a browser at which a learner who writes programs sits."""
    return at_browser(user_of("learner"))


def make_token(page) -> str:
    """Make a token on the profile pages, and read it there."""
    page.goto("/accounts/profile/")
    page.get_by_role("link", name="API tokens").first.click()
    page.get_by_label("Token name").fill("Gradebook script")
    page.get_by_label("Valid for").select_option("30")
    page.get_by_role("button", name="Make a token").click()
    expect(page.locator("main")).to_contain_text("it is shown this one time only")
    return page.get_by_label("Token", exact=True).input_value()


def test_the_documentation_opens_under_our_policy(at_browser):
    page = at_browser()
    heard = complaints_of(page)
    response = page.goto("/api/docs")
    policy = response.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    expect(page.get_by_role("heading", name="Jinbang API")).to_be_visible()
    operation = page.locator(".opblock-summary-path", has_text="/api/v1/courses")
    expect(operation.first).to_be_visible()
    page.locator(".opblock-summary", has_text="/api/v1/me").first.click()
    expect(page.locator(".opblock-description, .opblock-body").first).to_be_visible()
    assert not heard, "\n".join(heard)


def test_an_attempt_is_sat_by_a_program(page, ask, user_of):
    from exams.models import Attempt

    token = f"Bearer {make_token(page)}"
    me = ask("GET", "/me", authorization=token)
    assert (me.status, me.body["email"]) == (200, "learner@example.com")
    courses = ask("GET", "/courses?limit=5", authorization=token)
    assert courses.status == 200
    assert ACCOUNTING in {row["slug"] for row in courses.body["items"]}
    exams = ask("GET", "/exams", authorization=token)
    exam = next(row for row in exams.body["items"] if EXAM in row["title"])
    assert exam["has_access"]

    started = ask("POST", f"/exams/{exam['id']}/attempts", authorization=token, body={})
    assert started.status == 201
    attempt, key = started.body["id"], f"Attempt {started.body['attempt_key']}"
    assert len(started.body["slots"]) == exam["question_count"]
    right = right_answers_of(Attempt.objects.get(public_id=attempt))
    batch = {"epoch": started.body["epoch"], "seq": 1, "responses": {str(slot): right[slot] for slot in right}}
    saved = ask("PATCH", f"/attempts/{attempt}/responses", authorization=key, body=batch)
    assert (saved.status, saved.body["applied"]) == (200, True)
    kept = ask("GET", f"/attempts/{attempt}", authorization=token)
    assert set(kept.body["responses"]) == set(batch["responses"])

    ended = ask("POST", f"/attempts/{attempt}/submit", authorization=token)
    assert ended.status == 200
    again = ask("POST", f"/attempts/{attempt}/submit", authorization=token)
    assert (again.status, again.body["id"]) == (200, attempt)
    result = ask("GET", f"/attempts/{attempt}/result", authorization=token)
    assert (result.status, result.body["is_released"], result.body["passed"]) == (200, True, True)
    late = ask("PATCH", f"/attempts/{attempt}/responses", authorization=key, body={**batch, "seq": 2})
    assert late.status == 409
    assert late.headers["Content-Type"] == "application/problem+json"

    page.goto("/accounts/tokens/")
    assert token.split()[1] not in page.content()
    page.get_by_role("button", name="Revoke Gradebook script").click()
    with page.expect_navigation():
        page.locator("dialog[open] button[value=confirm]").click()
    refused = ask("GET", "/me", authorization=token)
    assert refused.status == 401


@pytest.mark.parametrize("authorization", ["", "Bearer jb_wrong", "Bearer nothing", "Basic eDp5"])
def test_without_a_valid_token_the_answer_is_a_problem(ask, authorization):
    answer = ask("GET", "/me", authorization=authorization)
    assert answer.status == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["code"] == "not_authenticated"
    assert answer.body["request_id"]


def test_too_many_requests_say_when_to_come_back(page, ask, settings):
    settings.API_REQUESTS_PER_MINUTE = 2
    token = f"Bearer {make_token(page)}"
    answers = [ask("GET", "/me", authorization=token) for _ in range(5)]
    limited = answers[-1]
    assert limited.status == 429
    assert limited.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(limited.headers["Retry-After"]) <= 60


def test_an_exam_of_others_is_not_there(page, ask):
    token = f"Bearer {make_token(page)}"
    hidden = exam_titled("仓储")
    answer = ask("GET", f"/exams/{hidden.public_id}", authorization=token)
    assert (answer.status, answer.body["code"]) == (404, "not_found")
