"""Results are out at once, what review shows waits until the exam has closed for everybody: every byte until then."""

from datetime import timedelta

import pytest
from django.urls import reverse

from edu.core.clock import now_utc
from edu.events.publish import publish
from edu.events.types import ResultReleased
from exams.authoring.exams import save_exam
from exams.delivery.keys import AttemptKey, sign_attempt_key
from exams.delivery.reviewing import learner_policies, learner_policy, open_closed_reviews, waiting_exams
from exams.marking.appeals import appeal_window
from exams.models import Accommodation, Attempt, Bank, Exam, ItemResult, QuestionProgress
from exams.practice.book import list_entries
from exams.practice.book_starts import start_wrong_practice
from exams.practice.due import count_open_entries
from exams.practice.starts import NothingToPractise
from exams.services import sit_exam, start_attempt
from tests.factories.exams import make_exam, make_paper_version, make_user
from tests.integration.exams.addresses import filled, with_ids
from tests.integration.exams.test_room_leaks import EXPLANATION, KEY, OWN, TYPES, answers_of, question_of, secrets_in

pytestmark = pytest.mark.django_db
KEPT = {"marks": True, "answers": True, "keys": True, "explanations": True, "after_close": True}


@pytest.fixture
def exam():
    paper = make_paper_version(versions=[question_of(name) for name in TYPES])
    return make_exam(paper_version=paper, owner=make_user(is_instructor=True), title="Finals", review_policy=dict(KEPT))


@pytest.fixture
def sat(exam, deliver_events):
    """Return the released attempt of a learner who answered everything, mostly wrongly."""
    now, user = now_utc(), make_user()
    answers = {int(slot): value for slot, value in answers_of().items()}
    sit_exam(user_id=user.pk, exam_id=exam.public_id, answers=answers, started_at=now, submitted_at=now)
    attempt = Attempt.objects.select_related("exam", "user").get(user=user)
    ItemResult.objects.filter(attempt_id=attempt.pk, state="pending").update(state="graded", fraction=0, mark=0)
    Attempt.objects.filter(pk=attempt.pk).update(
        state="graded", released_at=now, graded_at=now, score=1, percent=5, passed=False
    )
    publish(ResultReleased(attempt_id=attempt.pk, exam_id=exam.pk, user_id=user.pk, passed=False))
    deliver_events()
    attempt.refresh_from_db()
    return attempt


def close(exam, **delta):
    Exam.objects.filter(pk=exam.pk).update(closes_at=now_utc() - timedelta(**(delta or {"minutes": 5})))
    return Exam.objects.get(pk=exam.pk)


def bearer(attempt):
    """Return the header of the page she sat in: its key outlives the exam."""
    key = AttemptKey(
        attempt_id=attempt.pk, public_id=str(attempt.public_id), user_id=attempt.user_id, epoch=attempt.epoch,
        slots=len(TYPES), grace_seconds=15,
    )  # fmt: skip
    return {"Authorization": f"Attempt {sign_attempt_key(key, closes_at=now_utc())}"}


def everything(client, attempt):
    """Yield (what, response) for all that the learner can ask for about her attempt, her practice and her data."""
    question = ItemResult.objects.filter(attempt_id=attempt.pk).first().question_id
    ids = {"public_id": attempt.public_id, "attempt_id": attempt.public_id, "exam_id": attempt.exam.public_id}
    ids |= {"upload_id": attempt.public_id}
    others = [attempt.exam.public_id, attempt.exam.paper.public_id, question and attempt.exam.public_id]
    prefixes = ("api/v1/attempts/", "api/v1/exams/")
    for module in ("exams.views", "exams.practice"):
        for path, _name, _names in with_ids(module=module, prefixes=prefixes):
            for one in [ids, *(ids | {"public_id": other} for other in others)]:
                yield f"GET {path}", client.get(filled(path, one), follow=True)
                yield f"POST {path}", client.post(filled(path, one), {"slot": "1", "reason": "?"}, follow=True)
    for name in ("exams:index", "exams:records", "practice:wrong_answers", "practice:index", "practice:records"):
        yield name, client.get(reverse(name))
        yield f"{name}?state=mastered", client.get(reverse(name), {"state": "mastered"})
    yield "retry", client.post(reverse("practice:start_wrong"), follow=True)
    for path in ("/", "/learn/", "/notifications/", "/account/data/download/", "/accounts/data/download/"):
        yield path, client.get(path, follow=True)
    for end in ("", "/result", "/live"):
        yield f"API {end}", client.get(f"/api/v1/attempts/{attempt.public_id}{end}", headers=bearer(attempt))
    for end in ("/submit", "/forward", "/signals"):
        yield (
            f"API POST {end}",
            client.post(
                f"/api/v1/attempts/{attempt.public_id}{end}",
                data='{"epoch": 1, "seq": 9, "responses": {"1": "x"}, "position": 1}',
                content_type="application/json",
                headers=bearer(attempt),
            ),
        )


def test_nothing_of_the_review_is_in_any_byte_before_the_close(client, sat):
    client.force_login(sat.user)
    found, seen = {}, 0
    for what, response in everything(client, sat):
        seen += 1
        if secrets := secrets_in(response):
            found[what] = secrets
        is_data = "data/download" in what  # a copy of her own data is hers, keys are not
        if not is_data and not response.streaming and OWN.encode() in response.content:
            found[what] = {OWN}
    assert not found, found
    assert seen > 100
    result = client.get(reverse("exams:result", args=[sat.public_id]))
    assert b"at the earliest" in result.content
    assert b'<p class="score-board__score">' in result.content
    assert client.get(reverse("exams:script", args=[sat.public_id])).status_code == 404
    assert not appeal_window(attempt=sat, now=now_utc()).is_open
    assert not QuestionProgress.objects.filter(user=sat.user, last_wrong_at__isnull=False).exists()


def test_all_of_it_is_there_after_the_close(client, sat, deliver_events):
    close(sat.exam)
    client.force_login(sat.user)
    page = client.get(reverse("exams:review", args=[sat.public_id])).content.decode()
    for words in (KEY, EXPLANATION, OWN):
        assert words in page
    script = client.get(reverse("exams:script", args=[sat.public_id]))
    assert (script.status_code, script.content[:5]) == (200, b"%PDF-")
    assert client.get(f"/api/v1/attempts/{sat.public_id}", headers=bearer(sat)).json()["responses"]
    assert open_closed_reviews(now=now_utc()) == 1
    assert open_closed_reviews(now=now_utc()) == 0
    deliver_events()
    entered = count_open_entries(user_id=sat.user_id)
    assert entered > 5
    sat.refresh_from_db()
    window = appeal_window(attempt=Attempt.objects.select_related("exam").get(pk=sat.pk), now=now_utc())
    assert window.is_open
    assert window.until > now_utc() + timedelta(days=6, hours=23)
    publish(ResultReleased(attempt_id=sat.pk, exam_id=sat.exam_id, user_id=sat.user_id, passed=False))
    deliver_events()
    counts = set(
        QuestionProgress.objects.filter(user=sat.user, last_wrong_at__isnull=False).values_list(
            "wrong_count", "blank_count"
        )
    )
    assert counts <= {(1, 0), (0, 1)}, "told twice, entered once"


def test_it_waits_for_everybody_who_has_longer(sat):
    exam, now = close(sat.exam), now_utc()
    assert learner_policy(exam=exam, now=now).keys
    extra = Accommodation.objects.create(exam=exam, user=make_user(), closes_at=now + timedelta(hours=1))
    assert not learner_policy(exam=exam, now=now).keys
    extra.delete()
    other = Attempt.objects.create(
        exam=exam, user=make_user(), number=1, seed=1, paper={"sections": []}, started_at=now,
        deadline_at=now + timedelta(minutes=3),
    )  # fmt: skip
    assert waiting_exams([exam], now=now) == {exam.pk}
    assert waiting_exams([exam], now=now + timedelta(minutes=4)) == set()
    Attempt.objects.filter(pk=other.pk).update(state="paused", paused_at=now)
    assert waiting_exams([exam], now=now + timedelta(days=6)) == {exam.pk}
    assert waiting_exams([exam], now=now + timedelta(days=7)) == set(), "a forgotten pause holds nobody up for ever"
    assert open_closed_reviews(now=now) == 0


def test_a_reopened_attempt_makes_the_others_wait_again(sat):
    exam, now = close(sat.exam), now_utc()
    Attempt.objects.filter(pk=sat.pk).update(state="open", released_at=None, deadline_at=now + timedelta(minutes=9))
    assert waiting_exams([exam], now=now) == {exam.pk}


def test_the_book_hides_what_an_exam_hides_wherever_it_came_from(sat):
    results = list(ItemResult.objects.filter(attempt_id=sat.pk)[:2])
    Bank.objects.update(visibility=Bank.Visibility.PUBLIC)
    for row in results:
        QuestionProgress.objects.create(
            user=sat.user, question_id=row.question_id, version_id=row.version_id, source_kind="practice", source_id=1,
            wrong_count=1, first_wrong_at=now_utc(), last_wrong_at=now_utc(),
        )  # fmt: skip
    assert count_open_entries(user_id=sat.user_id) == 0
    assert not list_entries(user_id=sat.user_id)
    with pytest.raises(NothingToPractise):
        start_wrong_practice(user=sat.user, title="Wrong")
    close(sat.exam)
    assert count_open_entries(user_id=sat.user_id) == 2


def test_an_open_attempt_hides_its_questions_too(exam):
    user = make_user()
    opened = start_attempt(user_id=user.pk, exam_id=exam.public_id, now=now_utc())
    version = exam.paper_version.structure["sections"][0]["items"][0]["version_id"]
    from exams.models import QuestionVersion

    question = QuestionVersion.objects.get(pk=version).question
    QuestionProgress.objects.create(
        user=user, question=question, version_id=version, source_kind="practice", source_id=1, wrong_count=1,
        first_wrong_at=now_utc(), last_wrong_at=now_utc(),
    )  # fmt: skip
    assert opened.is_new
    assert count_open_entries(user_id=user.pk) == 0


def test_taking_the_setting_back_opens_the_review_at_once(sat, deliver_events):
    exam = Exam.objects.select_related("paper").get(pk=sat.exam_id)
    Exam.objects.filter(pk=exam.pk).update(released_at=now_utc(), decisions={"x": {}})
    save_exam(
        actor=exam.owner, exam=exam, paper=exam.paper, title=exam.title, opens_at=exam.opens_at,
        closes_at=exam.closes_at, duration_seconds=exam.duration_seconds, review_policy=KEPT | {"after_close": False},
    )  # fmt: skip
    deliver_events()
    assert count_open_entries(user_id=sat.user_id) > 5
    exam.refresh_from_db()
    assert (exam.decisions, exam.released_at is not None) == ({"x": {}}, True), "settings overwrite nothing else"


def test_policies_of_a_list_take_two_statements_at_most(sat, django_assert_num_queries):
    plain, kept = [make_exam() for _ in range(3)], Exam.objects.get(pk=sat.exam_id)
    with django_assert_num_queries(0):
        assert all(policy.keys for policy in learner_policies([*plain, kept], now=now_utc()).values()) is False
    closed = close(sat.exam)
    for exams in ([closed], [closed, *plain]):
        with django_assert_num_queries(2):
            assert all(policy.keys for policy in learner_policies(exams, now=now_utc()).values())
