"""The learner's pages: states, keys that never leave, policies, wrong accounts, statements."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from edu.access.services import give_grant, register_door
from edu.core.clock import now_utc
from edu.events.publish import publish
from edu.events.types import ExamScheduled
from edu.jobs.models import Job
from edu.notifications.models import Notification
from edu.organizations.models import Membership, Organization
from exams.delivery.release import release_closed_exams, release_results
from exams.delivery.room import asked_paper
from exams.models import Accommodation, Attempt
from exams.queries import get_exam, list_exams
from exams.services import open_room, sit_exam
from exams.tasks import remind_of_exams
from tests.factories.exams import SAMPLES, make_exam, make_paper_version, make_question, make_user

pytestmark = pytest.mark.django_db


def make_organization(**members):
    organization = Organization.objects.create(name="Works", code="works")
    for role, user in members.items():
        Membership.objects.create(organization=organization, user=user, role=role, joined_at=now_utc())
    return organization


def attempt_url(name, sitting):
    return reverse(f"exams:{name}", args=[sitting.row.public_id])


def test_no_key_is_in_the_bytes_of_the_room(sit):
    sitting = sit(types=tuple(SAMPLES))
    sitting.client.force_login(sitting.user)
    body = sitting.client.get(attempt_url("room", sitting)).content.decode()
    assert body.count("data-question ") == len(SAMPLES)
    for secret in ("SECRET-KEY", "FEEDBACK-KEY", "EXPLANATION-KEY", "fractions", "explanation"):
        assert secret not in body
    for name in ("result", "review", "submit"):
        page = sitting.client.get(attempt_url(name, sitting), follow=True).content.decode()
        assert "SECRET-KEY" not in page


def test_no_key_is_in_the_bytes_of_the_api(client):
    exam, user = make_exam(types=tuple(SAMPLES)), make_user()
    client.force_login(user)
    answer = client.post(f"/api/v1/exams/{exam.public_id}/attempts", data="{}", content_type="application/json")
    assert answer.status_code == 201, answer.content
    for secret in (b"SECRET-KEY", b"FEEDBACK-KEY", b"EXPLANATION-KEY", b"fractions"):
        assert secret not in answer.content
    again = client.post(f"/api/v1/exams/{exam.public_id}/attempts", data="{}", content_type="application/json")
    assert (again.status_code, again.json()["epoch"]) == (200, 2)
    assert Attempt.objects.count() == 1


def test_the_room_works_without_scripts(sit):
    sitting = sit(types=tuple(name for name in SAMPLES if name != "essay"))
    sitting.client.force_login(sitting.user)
    room = sitting.client.get(attempt_url("room", sitting))
    key = room.context["opened"].attempt_key
    form = {"attempt_key": key, "then": "submit", "flag.2": "1"}
    for slot, name in enumerate((n for n in SAMPLES if n != "essay"), 1):
        form |= _fields(f"q{slot}", name, SAMPLES[name]["right"])
    answer = sitting.client.post(attempt_url("save", sitting), form)
    assert answer.headers["Location"] == attempt_url("submit", sitting)
    assert sitting.row.flags == [2]
    sitting.client.post(attempt_url("save", sitting), form)
    page = sitting.client.get(attempt_url("submit", sitting))
    assert page.context["missing"] == []
    assert sitting.client.post(attempt_url("submit", sitting)).headers["Location"] == attempt_url("result", sitting)
    assert sitting.row.score == sitting.row.maximum


def _fields(name, kind, response):
    if kind == "ordering":
        return {f"{name}.{item}": str(place) for place, item in enumerate(response, 1)}
    if kind == "material":
        return {f"{name}.q1": response["q1"], f"{name}.q2": response["q2"]}
    if isinstance(response, dict):
        return {f"{name}.{key}": value for key, value in response.items()}
    return {name: {True: "true"}.get(response, response) if not isinstance(response, list) else response}


def test_every_learner_page_is_closed_to_others(sit, client):
    sitting = sit()
    stranger = make_user()
    for name in ("room", "save", "submit", "result", "review"):
        url = attempt_url(name, sitting)
        sitting.client.logout()
        assert sitting.client.get(url).status_code == 302
        sitting.client.force_login(stranger)
        assert sitting.client.get(url).status_code in (404, 405)
        assert sitting.client.post(url).status_code in (404, 405)
    assert sitting.row.state == Attempt.State.OPEN
    assert sitting.row.epoch == sitting.epoch


def test_an_organisations_exam_does_not_exist_for_outsiders(client):
    member, outsider = make_user(), make_user()
    organization = make_organization(member=member)
    exam = make_exam(organization=organization, audience="organization")
    for user, status in ((member, 200), (outsider, 404)):
        client.force_login(user)
        assert client.get(reverse("exams:detail", args=[exam.public_id])).status_code == status
        assert (exam.title in client.get(reverse("exams:index")).content.decode()) == (status == 200)
    assert client.post(reverse("exams:start", args=[exam.public_id])).status_code == 404
    start = client.post(f"/api/v1/exams/{exam.public_id}/attempts", data="{}", content_type="application/json")
    assert start.status_code == 404
    assert not Attempt.objects.exists()


def test_an_exam_for_buyers_says_where_access_is_had(client):
    user = make_user()
    exam = make_exam(audience="granted")
    door = {"title": "The exam", "url": "/x/", "offer_url": "/shop/9/", "price_minor": 100, "currency": "CNY"}
    register_door(product_key=exam.product_key, **door)
    client.force_login(user)
    detail = reverse("exams:detail", args=[exam.public_id])
    assert "/shop/9/" in client.get(detail).content.decode()
    client.post(reverse("exams:start", args=[exam.public_id]))
    assert not Attempt.objects.exists()
    give_grant(user_id=user.pk, product_key=exam.product_key, source_kind="gift", source_id="1")
    assert client.get(detail).context["can_start"] is True
    client.post(reverse("exams:start", args=[exam.public_id]))
    assert Attempt.objects.count() == 1


def test_code_and_address_are_checked_at_the_start(client):
    user = make_user()
    exam = make_exam(access_code="open sesame")
    client.force_login(user)
    url = reverse("exams:start", args=[exam.public_id])
    refused = client.post(url, {"access_code": "guess"})
    assert refused.status_code == 422
    assert not Attempt.objects.exists()
    assert client.post(url, {"access_code": "open sesame "}).status_code == 302
    assert Attempt.objects.count() == 1
    elsewhere = make_exam(address_ranges=["10.0.0.0/8"])
    client.post(reverse("exams:start", args=[elsewhere.public_id]))
    assert Attempt.objects.count() == 1
    client.post(reverse("exams:start", args=[elsewhere.public_id]), REMOTE_ADDR="10.1.2.3")
    assert Attempt.objects.count() == 2


def test_every_state_has_its_own_words(client):
    user, now = make_user(), now_utc()
    past = {"opens_at": now - timedelta(days=3), "closes_at": now - timedelta(days=1)}
    exams = {
        "not_open": make_exam(opens_at=now + timedelta(hours=2), closes_at=now + timedelta(days=2)),
        "open": make_exam(),
        "continue": make_exam(),
        "awaiting_marking": make_exam(types=("essay",)),
        "passed": make_exam(),
        "failed_retry": make_exam(attempts_allowed=2),
        "failed": make_exam(),
        "missed": make_exam(**past),
        "closed": make_exam(status="archived"),
    }
    from exams.services import start_attempt

    start_attempt(user_id=user.pk, exam_id=exams["continue"].public_id, now=now)
    sat = {"passed": {1: "b", 2: True}, "failed": {}, "failed_retry": {}, "awaiting_marking": {1: "text"}}
    for name, answers in sat.items():
        sit_exam(user_id=user.pk, exam_id=exams[name].public_id, answers=answers, started_at=now, submitted_at=now)
    for name, exam in exams.items():
        assert get_exam(user_id=user.pk, public_id=exam.public_id, now=now).status == name
    client.force_login(user)
    page = client.get(reverse("exams:index"))
    cards = {card.status: card for group in page.context["groups"] for card in group["cards"]}
    assert set(cards) == set(exams) - {"closed"}
    assert len({(card.state_label, card.note, card.action_label) for card in cards.values()}) == len(cards)
    assert cards["not_open"].opens_at_iso
    for name, exam in exams.items():
        assert client.get(reverse("exams:detail", args=[exam.public_id])).status_code == 200, name


def test_statements_of_index_and_room_do_not_grow(client, django_assert_num_queries, sit):
    user = make_user()
    client.force_login(user)
    for count in (2, 12):
        for _n in range(count):
            make_exam(audience="granted")
        with django_assert_num_queries(6):
            list_exams(user_id=user.pk, now=now_utc())
    pages = []
    for count in (2, 40):
        sitting = sit(types=("single_choice",) * count)
        own = {"user_id": sitting.user.pk, "attempt_id": sitting.opened.attempt.pk}
        with django_assert_num_queries(3):
            asked_paper(open_room(**own, now=now_utc()).attempt)
        client.force_login(sitting.user)
        with CaptureQueriesContext(connection) as statements:
            client.get(attempt_url("room", sitting))
        pages.append(len(statements))
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("policy", "shown", "hidden"),
    [
        ({"keys": False, "explanations": False}, ["Your answer"], ["EXPLANATION-KEY", "option--right"]),
        ({}, ["EXPLANATION-KEY", "option--right"], []),
        (
            {"marks": False, "keys": False, "explanations": False},
            ["Your answer"],
            ["feedback__verdict", "EXPLANATION-KEY"],
        ),
    ],
)
def test_review_shows_what_the_policy_allows(client, policy, shown, hidden):
    user, now = make_user(language="en"), now_utc()
    exam = make_exam(types=("single_choice",), review_policy=policy)
    attempt = Attempt.objects.get(
        pk=sit_exam(user_id=user.pk, exam_id=exam.public_id, answers={1: "a"}, started_at=now, submitted_at=now)
    )
    client.force_login(user)
    body = client.get(reverse("exams:review", args=[attempt.public_id])).content.decode()
    assert all(text in body for text in shown)
    assert not any(text in body for text in hidden)


def test_every_type_can_be_reviewed(client):
    user, now = make_user(), now_utc()
    names = tuple(name for name in SAMPLES if name != "essay")
    exam = make_exam(types=names)
    answers = {slot: SAMPLES[name]["wrong"] for slot, name in enumerate(names, 1)}
    pk = sit_exam(user_id=user.pk, exam_id=exam.public_id, answers=answers, started_at=now, submitted_at=now)
    client.force_login(user)
    page = client.get(reverse("exams:review", args=[Attempt.objects.get(pk=pk).public_id]))
    assert page.status_code == 200
    assert page.content.decode().count('class="question"') == len(names)


def test_a_result_stays_hidden_until_it_is_released(client, deliver_events):
    user, now = make_user(), now_utc()
    exam = make_exam(release="manual")
    pk = sit_exam(user_id=user.pk, exam_id=exam.public_id, answers={1: "b", 2: True}, started_at=now, submitted_at=now)
    attempt = Attempt.objects.get(pk=pk)
    client.force_login(user)
    page = client.get(reverse("exams:result", args=[attempt.public_id]))
    assert page.context["attempt"].score is None
    assert client.get(reverse("exams:review", args=[attempt.public_id])).status_code == 302
    assert release_results(exam=exam, actor=make_user(), now=now) == 1
    assert release_results(exam=exam, actor=make_user(), now=now) == 0
    assert client.get(reverse("exams:result", args=[attempt.public_id])).context["attempt"].score == Decimal(4)
    deliver_events()
    assert Notification.objects.filter(user=user, kind="exams.result").count() == 1
    assert Job.objects.filter(kind="notifications.mail").count() == 1


def test_results_at_close_are_released_by_the_sweep():
    user, now = make_user(), now_utc()
    exam = make_exam(release="at_close")
    pk = sit_exam(user_id=user.pk, exam_id=exam.public_id, answers={}, started_at=now, submitted_at=now)
    assert Attempt.objects.get(pk=pk).released_at is None
    assert release_closed_exams(now=now) == 0
    assert release_closed_exams(now=exam.closes_at + timedelta(seconds=1)) == 1
    assert release_closed_exams(now=exam.closes_at + timedelta(seconds=2)) == 0


def test_candidates_are_told_once_of_an_exam_and_reminded_once(deliver_events):
    member = make_user()
    organization = make_organization(member=member)
    exam = make_exam(organization=organization, audience="organization", opens_at=now_utc() + timedelta(hours=5))
    publish(ExamScheduled(exam_id=exam.pk))
    publish(ExamScheduled(exam_id=exam.pk))
    deliver_events()
    assert Notification.objects.filter(user=member, kind="exams.scheduled").count() == 1
    assert [remind_of_exams(), remind_of_exams()] == [1, 0]


def test_the_seed_draws_the_same_paper_and_pools_give_their_count():
    from exams.delivery.draw import draw_paper

    pool = [make_question(type="single_choice").pk for _n in range(8)]
    fixed = make_question(type="true_false")
    version = make_paper_version(
        versions=[fixed], pools=[{"rule_id": "r", "count": 3, "marks": "2", "version_ids": pool}]
    )
    exam = make_exam(paper_version=version, shuffle_options=True, shuffle_questions=True)
    first = draw_paper(exam=exam, structure=version.structure, seed=7)
    assert first == draw_paper(exam=exam, structure=version.structure, seed=7)
    drawn = [slot["version_id"] for slot in first["sections"][0]["slots"]]
    assert len(set(drawn)) == 4
    assert fixed.pk in drawn
    others = {str(draw_paper(exam=exam, structure=version.structure, seed=seed)) for seed in range(10)}
    assert len(others) > 5


def test_an_accommodation_gives_time_attempts_and_a_window():
    user, now = make_user(), now_utc()
    exam = make_exam(opens_at=now - timedelta(days=2), closes_at=now - timedelta(hours=1))
    assert get_exam(user_id=user.pk, public_id=exam.public_id, now=now).status == "missed"
    closes_at = now + timedelta(days=1)
    Accommodation.objects.create(exam=exam, user=user, extra_percent=50, extra_attempts=1, closes_at=closes_at)
    view = get_exam(user_id=user.pk, public_id=exam.public_id, now=now)
    assert (view.status, view.duration_seconds, view.attempts_allowed) == ("open", 5400, 2)


def test_records_are_filtered(client):
    user, now = make_user(), now_utc()
    for answers in ({1: "b", 2: True}, {}):
        sit_exam(user_id=user.pk, exam_id=make_exam().public_id, answers=answers, started_at=now, submitted_at=now)
    sit_exam(user_id=make_user().pk, exam_id=make_exam().public_id, answers={}, started_at=now, submitted_at=now)
    client.force_login(user)
    assert len(client.get(reverse("exams:records")).context["rows"]) == 2
    assert len(client.get(reverse("exams:records"), {"state": "passed"}).context["rows"]) == 1
    assert len(client.get(reverse("exams:records"), {"state": "running"}).context["rows"]) == 0
