"""Choosing what to practise: chapters, several banks at random, the day, papers with a clock; free and paid."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edu.access.models import Grant
from edu.access.services import give_grant, register_door
from edu.core.clock import now_utc
from exams.authoring.term_index import index_missing
from exams.delivery.start import start_attempt
from exams.models import PracticeChoice, PracticePreference, PracticeSession, Question, QuestionProgress, Topic
from exams.practice import clock
from exams.practice.selection_starts import daily_key, start_daily_practice, start_random_practice
from exams.practice.starts import NothingToPractise, start_chapter_practice
from exams.tasks import finish_timed_practice
from tests.factories.exams import make_bank, make_exam, make_paper_version, make_question, make_user

pytestmark = pytest.mark.django_db


def make_topic(bank, name="Chapter", parent=None):
    topic = Topic.objects.create(bank=bank, name=name, parent=parent)
    topic.path = f"{parent.path if parent else '/'}{topic.pk}/"
    topic.save()
    return topic


def fill(bank, number, **fields):
    topic = fields.pop("topic", None) or make_topic(bank, f"Topic {bank.topics.count()}")
    versions = [make_question(bank=bank, topic=topic, **fields) for _index in range(number)]
    topic.question_count = number
    topic.save()
    return versions


def asked(session):
    return [item["question_id"] for item in session.items]


def met(user, version, *, right=0, answered=1, wrong_at=None, due_at=None, days_ago=1):
    at = now_utc() - timedelta(days=days_ago)
    return QuestionProgress.objects.create(
        user=user,
        question_id=version.question_id,
        version_id=version.pk,
        answered_count=answered,
        right_count=right,
        wrong_count=answered - right,
        last_fraction=float(right == answered),
        last_answered_at=at,
        last_wrong_at=wrong_at,
        due_at=due_at,
    )


@pytest.fixture
def learner(client):
    user = make_user()
    client.force_login(user)
    return user


@pytest.fixture
def bank():
    return make_bank(visibility="public")


# -- chapters -----------------------------------------------------------------------------------------
def test_a_chapter_is_narrowed_by_several_types_and_difficulties_and_the_choice_is_kept(client, learner, bank):
    wanted = fill(bank, 2, type="true_false") + fill(bank, 1, type="numerical")
    fill(bank, 3)
    Question.objects.filter(pk__in=[version.question_id for version in wanted]).update(difficulty=5)
    url = reverse("practice:start_bank", args=[bank.public_id])
    sent = {"types": ["true_false", "numerical"], "difficulties": ["4", "5"], "count": "200", "order": "random"}
    assert client.post(url, sent).status_code == 302
    assert set(asked(PracticeSession.objects.get())) == {version.question_id for version in wanted}
    form = client.get(reverse("practice:bank", args=[bank.public_id])).context["form"]
    assert form["types"].value() == ["true_false", "numerical"]
    assert form["count"].value() == "200"
    assert PracticeChoice.objects.get().user == learner
    client.force_login(make_user())
    assert not client.get(reverse("practice:bank", args=[bank.public_id])).context["form"]["types"].value()


def test_what_is_no_choice_is_told_and_nothing_is_lost(client, learner, bank):
    fill(bank, 2)
    url = reverse("practice:start_bank", args=[bank.public_id])
    for sent in (
        {"types": ["nonsense"]},
        {"difficulties": ["9"]},
        {"tags": "a,b,c,d,e,f"},
        {"count": "-1"},
        {"order": "' OR 1=1"},
    ):
        response = client.post(url, sent | {"feedback": "at_end"})
        assert response.status_code == 422
        assert response.context["form"]["feedback"].value() == "at_end"
    assert PracticeSession.objects.count() == 0


def test_unseen_comes_first_then_the_longest_ago_and_wrong_first_begins_with_the_book(learner, bank):
    first, second, third, fourth = fill(bank, 4)
    met(learner, first, right=1, days_ago=2)
    met(learner, second, wrong_at=now_utc(), days_ago=9)
    met(make_user(), third)
    unseen = start_chapter_practice(user=learner, bank=bank, order="unseen_first")
    assert asked(unseen) == [v.question_id for v in (third, fourth, second, first)]
    wrong = start_chapter_practice(user=learner, bank=bank, order="wrong_first", count=2)
    assert asked(wrong) == [second.question_id, first.question_id]


def test_no_selection_asks_what_an_exam_still_hides(learner, bank):
    hidden, shown = fill(bank, 2)
    exam = make_exam(
        paper_version=make_paper_version(versions=[hidden]),
        review_policy={"after_close": True, "show_answers": True, "show_keys": True, "show_marks": True},
    )
    start_attempt(user_id=learner.pk, exam_id=exam.public_id, now=now_utc())
    assert asked(start_chapter_practice(user=learner, bank=bank)) == [shown.question_id]
    assert asked(start_random_practice(user=learner)) == [shown.question_id]
    assert asked(start_daily_practice(user=learner)) == [shown.question_id]


# -- random -------------------------------------------------------------------------------------------
def test_random_practice_draws_from_the_ticked_banks_and_chapters(client, learner):
    one, two, three = (make_bank(visibility="public") for _index in range(3))
    chapter = make_topic(one)
    inside = fill(one, 2, topic=chapter)
    fill(one, 2)
    other = fill(two, 2)
    fill(three, 2)
    url = reverse("practice:random")
    keys = [str(one.public_id), str(two.public_id)]
    shown = client.post(url, {"banks": keys, "show": "1"})
    assert "6 questions fit" in shown.content.decode()
    assert chapter.name in shown.content.decode()
    response = client.post(url, {"banks": keys, "topics": [str(chapter.public_id)], "count": "50"})
    session = PracticeSession.objects.get()
    assert response.url == reverse("practice:session", args=[session.public_id])
    assert set(asked(session)) == {version.question_id for version in inside + other}
    assert (session.mode, session.bank_id) == ("random", None)
    assert client.get(url).context["form"]["banks"].value() == keys


def test_random_practice_narrows_to_the_unseen_or_the_wrong(client, learner, bank):
    seen, wrong, fresh = fill(bank, 3)
    met(learner, seen, right=1)
    met(learner, wrong, wrong_at=now_utc())
    for only, version in (("unseen", fresh), ("wrong", wrong)):
        client.post(reverse("practice:random"), {"only": only})
        assert asked(PracticeSession.objects.latest("pk")) == [version.question_id]


def test_random_practice_knows_no_bank_of_strangers(client, learner):
    hidden = make_bank(visibility="personal", owner=make_user(is_instructor=True))
    fill(hidden, 3)
    response = client.post(reverse("practice:random"), {"banks": [str(hidden.public_id)]})
    assert response.status_code == 422
    with pytest.raises(NothingToPractise):
        start_random_practice(user=learner, chosen=[hidden])
    assert PracticeSession.objects.count() == 0


def test_random_and_daily_pages_ask_the_same_number_of_statements(client, learner, django_assert_max_num_queries):
    PracticePreference.objects.create(user=learner, daily_goal=5)
    counts = []
    for name in ("random", "daily", "index"):
        client.get(reverse(f"practice:{name}"))
    for _round in range(2):
        for _index in range(4):
            fill(make_bank(visibility="public"), 3)
        with django_assert_max_num_queries(40) as random_page:
            client.get(reverse("practice:random"))
        with django_assert_max_num_queries(40) as daily_page:
            client.get(reverse("practice:daily"))
        with django_assert_max_num_queries(40) as index_page:
            client.get(reverse("practice:index"))
        counts.append((len(random_page), len(daily_page), len(index_page)))
    assert counts[0] == counts[1], counts


# -- the day ------------------------------------------------------------------------------------------
def test_the_day_is_one_session_of_due_weak_and_new_questions(client, learner, bank):
    PracticePreference.objects.create(user=learner, daily_goal=6)
    due, *weak = fill(bank, 5)
    fill(bank, 4)
    met(learner, due, wrong_at=now_utc(), due_at=now_utc() - timedelta(hours=1), answered=3)
    for version in weak:
        met(learner, version, answered=3, right=1)
    page = client.get(reverse("practice:daily")).content.decode()
    assert "6 questions for today" in page
    assert "1 wrong answer is due again" in page
    assert PracticeSession.objects.count() == 0
    for _device in range(2):
        client.post(reverse("practice:daily"))
    session = PracticeSession.objects.get()
    assert (session.mode, session.context_key) == ("daily", daily_key(timezone.localdate()))
    assert asked(session)[0] == due.question_id
    assert session.reason == {"due": 1, "weak": 3, "unseen": 2, "other": 0, "topics": [due.question.topic.name]}
    assert "Continue" in client.get(reverse("practice:daily")).content.decode()
    client.post(reverse("practice:finish", args=[session.public_id]))
    page = client.get(reverse("practice:daily")).content.decode()
    assert "Done for today" in page
    assert "The next one comes tomorrow" in page
    client.post(reverse("practice:daily"))
    assert PracticeSession.objects.count() == 1


def test_the_next_day_brings_the_next_practice_and_others_have_their_own(learner, bank):
    fill(bank, 8)
    today = start_daily_practice(user=learner)
    assert start_daily_practice(user=learner, now=now_utc() + timedelta(days=1)).pk != today.pk
    assert start_daily_practice(user=make_user()).pk != today.pk
    assert len(today.items) == 8


def test_a_day_without_open_questions_says_so(client, learner):
    fill(make_bank(visibility="public", requires_grant=True), 3)
    assert "Nothing for today" in client.get(reverse("practice:daily")).content.decode()
    assert client.post(reverse("practice:daily")).url == reverse("practice:daily")
    assert PracticeSession.objects.count() == 0


# -- free and paid ------------------------------------------------------------------------------------
@pytest.fixture
def sold():
    bank = make_bank(visibility="public", requires_grant=True, free_sample_count=1)
    fill(bank, 3)
    fill(bank, 3)
    register_door(product_key=bank.product_key, title=bank.name, url="/x/", price_minor=9900, currency="CNY")
    return bank


def test_random_and_daily_ask_the_free_sample_only_and_the_result_shows_what_opens_the_rest(client, learner, sold):
    client.post(reverse("practice:random"), {"banks": [str(sold.public_id)], "count": "50"})
    session = PracticeSession.objects.get()
    assert len(session.items) == 2
    client.post(reverse("practice:finish", args=[session.public_id]))
    page = client.get(reverse("practice:result", args=[session.public_id])).content.decode()
    assert f"More of “{sold.name}”" in page
    assert "99" in page
    assert "The bank has 6 questions" in page
    assert len(start_daily_practice(user=learner).items) == 2
    give_grant(user_id=learner.pk, product_key=sold.product_key, source_kind="order", source_id="1")
    assert "More of" not in client.get(reverse("practice:result", args=[session.public_id])).content.decode()
    client.post(reverse("practice:random"), {"banks": [str(sold.public_id)], "count": "50"})
    assert len(PracticeSession.objects.latest("pk").items) == 6


def test_a_grant_that_ends_lets_the_session_be_finished_and_locks_the_next(client, learner, sold):
    now = now_utc()
    give_grant(
        user_id=learner.pk,
        product_key=sold.product_key,
        source_kind="order",
        source_id="1",
        from_at=now - timedelta(days=2),
        until_at=now + timedelta(days=1),
    )
    session = start_random_practice(user=learner, chosen=[sold], count=50)
    assert len(session.items) == 6
    Grant.objects.filter(user_id=learner.pk).update(until_at=now - timedelta(hours=1))
    answered = client.post(reverse("practice:answer", args=[session.public_id]), {"n": 6, "q6": "b"})
    assert answered.status_code == 302
    client.post(reverse("practice:finish", args=[session.public_id]))
    page = client.get(reverse("practice:result", args=[session.public_id])).content.decode()
    assert "Your access has ended" in page
    assert len(start_random_practice(user=learner, chosen=[sold], count=50).items) == 2
    assert "Your access has ended" in client.get(reverse("practice:bank", args=[sold.public_id])).content.decode()


# -- papers with a clock ------------------------------------------------------------------------------
def test_a_paper_with_a_clock_ends_by_itself_with_what_is_answered(client, learner):
    version = make_paper_version(versions=[make_question(), make_question()], is_practice=True)
    url = reverse("practice:paper", args=[version.paper.public_id])
    client.post(url, {"clock": "timed", "minutes": "10", "feedback": "at_once"})
    session = PracticeSession.objects.get()
    assert (session.feedback, session.limit_seconds) == ("at_end", 600)
    page_url = reverse("practice:session", args=[session.public_id])
    assert "data-practice-clock" in client.get(page_url).content.decode()
    client.post(reverse("practice:answer", args=[session.public_id]), {"n": 1, "q1": "b"})
    over = now_utc() - timedelta(seconds=clock.LATE_SECONDS + 1)
    PracticeSession.objects.update(started_at=over - timedelta(minutes=10), ends_at=over)
    client.post(reverse("practice:answer", args=[session.public_id]), {"n": 2, "q2": "b"})
    session.refresh_from_db()
    assert session.finished_at is not None
    assert session.answered_count == 1
    assert client.get(page_url).url == reverse("practice:result", args=[session.public_id])


def test_clocks_that_nobody_looks_at_end_too(client, learner):
    version = make_paper_version(versions=[make_question()], is_practice=True)
    url = reverse("practice:paper", args=[version.paper.public_id])
    for minutes in ("", "4", "301", "x"):
        assert client.post(url, {"clock": "timed", "minutes": minutes}).status_code == 422
    client.post(url, {"clock": "timed", "minutes": "5"})
    client.post(url, {})
    assert finish_timed_practice() == 0
    PracticeSession.objects.filter(ends_at__isnull=False).update(ends_at=now_utc() - timedelta(minutes=1))
    assert finish_timed_practice() == 1
    assert PracticeSession.objects.filter(finished_at__isnull=True).count() == 1


def test_tags_narrow_a_chapter_and_several_banks(client, learner, bank):
    other = make_bank(visibility="public")
    tagged = [fill(bank, 1)[0], fill(other, 1)[0]]
    fill(bank, 2)
    for version in tagged:
        Question.objects.filter(pk=version.question_id).update(tags=["vat"] if version is tagged[0] else ["ledger"])
    index_missing()
    client.post(reverse("practice:start_bank", args=[bank.public_id]), {"tags": "vat，ledger"})
    assert asked(PracticeSession.objects.latest("pk")) == [tagged[0].question_id]
    client.post(reverse("practice:random"), {"tags": "vat、 ledger"})
    assert set(asked(PracticeSession.objects.latest("pk"))) == {version.question_id for version in tagged}


def test_many_banks_are_searched_by_name(client, learner):
    for number in range(9):
        fill(make_bank(visibility="public", name=f"Law {number}"), 1)
    url = reverse("practice:index")
    assert 'name="q"' in client.get(url).content.decode()
    assert [row.bank.name for row in client.get(url, {"q": "LAW 7"}).context["banks"]] == ["Law 7"]
    page = client.get(url, {"q": "<script>%00"}).content.decode()
    assert "<script>%" not in page
    assert "No bank has these words" in page
