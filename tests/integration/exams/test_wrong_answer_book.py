"""The wrong-answer book: tabs, filters, entries, acts by hand, how practice starts from it, what stays hidden."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import load_workbook

from edu.access.services import give_grant, revoke_grants
from edu.core.clock import now_utc
from edu.jobs.models import Job
from edu.jobs.run import run_job_now
from exams.models import (
    Attempt,
    ItemResult,
    PracticeAnswer,
    PracticePreference,
    PracticeSession,
    Question,
    QuestionProgress,
    QuestionReport,
    Topic,
)
from exams.practice.answers import answer_question
from exams.practice.book import BookFilter
from exams.practice.book_export import MOST_EXPORTED
from exams.practice.book_starts import start_wrong_practice
from exams.practice.question_progress import rebuild
from exams.practice.rule_settings import MOST_AT_ONCE
from exams.practice.starts import start_chapter_practice
from tests.factories.exams import make_bank, make_exam, make_question, make_user

pytestmark = pytest.mark.django_db
BOOK = "practice:wrong_answers"


def make_topic(bank, name, parent=None):
    topic = Topic.objects.create(bank=bank, name=name, parent=parent)
    topic.path = f"{parent.path if parent else '/'}{topic.pk}/"
    topic.save()
    return topic


def page_of(client, **query):
    response = client.get(reverse(BOOK), query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def learner(client):
    user = make_user(display_name="Li Lei")
    client.force_login(user)
    return user


@pytest.fixture
def bank():
    return make_bank(visibility="public", name="Public bank")


def entry(user, version, *, wrong=1, blank=0, days_ago=1, **fields):
    """Return a row of a learner's book as answers would have left it."""
    at = now_utc() - timedelta(days=days_ago)
    values = {
        "version_id": version.pk, "answered_count": wrong + blank, "wrong_count": wrong, "blank_count": blank,
        "source_kind": "practice", "source_id": 1, "first_wrong_at": at, "last_wrong_at": at, "last_answered_at": at,
        "last_fraction": 0.0, "stability": 0.4, "difficulty": 6.0, "due_at": at + timedelta(days=1),
    }  # fmt: skip
    return QuestionProgress.objects.create(user=user, question=version.question, **values | fields)


def many_entries(user, bank, count, *, exam=None):
    topic = make_topic(bank, "Big")
    first = make_question(bank=bank, topic=topic)
    made = Question.objects.bulk_create(
        Question(
            bank=bank, topic=topic, type="single_choice", status="published", summary=f"Number {n}",
            content=first.content, key=first.key, current_version=first,
        )
        for n in range(count)
    )  # fmt: skip
    at = now_utc()
    attempts = []
    if exam is not None:
        attempts = [
            Attempt.objects.create(
                exam=exam, user=user, number=1, state="graded", seed=1, paper={}, started_at=at, deadline_at=at,
                released_at=at,
            )
        ]  # fmt: skip
    QuestionProgress.objects.bulk_create(
        QuestionProgress(
            user=user, question=question, version_id=first.pk, wrong_count=1 + place % 3, answered_count=3,
            source_kind="exam" if attempts and place % 2 else "practice",
            source_id=attempts[0].pk if attempts and place % 2 else 1,
            last_wrong_at=at - timedelta(minutes=place), first_wrong_at=at, last_answered_at=at, stability=1.0,
            difficulty=5.0, due_at=at + timedelta(days=place % 9),
        )
        for place, question in enumerate(made)
    )  # fmt: skip


def hide(user, version):
    """Let an exam that keeps its review until it closes ask the question."""
    exam = make_exam(review_policy={"after_close": True})
    now = now_utc()
    attempt = Attempt.objects.create(
        exam=exam, user=user, number=1, state="graded", seed=1, paper={}, started_at=now, deadline_at=now,
        submitted_at=now, released_at=now,
    )  # fmt: skip
    ItemResult.objects.create(
        attempt_id=attempt.pk, slot=1, exam_id=exam.pk, user_id=user.pk, question_id=version.question_id,
        version_id=version.pk, state="graded", fraction=0, mark=0, maximum=1,
    )  # fmt: skip


# -- the list -------------------------------------------------------------------------------------
def test_blanks_are_kept_apart_and_each_tab_counts_its_own(client, learner, bank):
    wrong, blank, done = (make_question(bank=bank) for _n in range(3))
    for version, summary in ((wrong, "Was wrong"), (blank, "Was blank"), (done, "Was mastered")):
        Question.objects.filter(pk=version.question_id).update(summary=summary)
    entry(learner, wrong)
    entry(learner, blank, wrong=0, blank=2, days_ago=0)
    entry(learner, done, mastered_at=now_utc())
    shown = {state: page_of(client, state=state) for state in ("open", "due", "blank", "mastered")}
    assert [state for state, page in shown.items() if "Was wrong" in page] == ["open", "due"]
    assert [state for state, page in shown.items() if "Was blank" in page] == ["blank"]
    assert [state for state, page in shown.items() if "Was mastered" in page] == ["mastered"]
    assert "left blank 2 times" in shown["blank"]


def test_the_book_is_filtered_by_chapter_of_any_level_type_source_date_mistake_and_words(client, learner, bank):
    top = make_topic(bank, "Top")
    below = make_topic(bank, "Below", top)
    other = make_topic(bank, "Other")
    rows = {}
    for name, topic, type_ in (("deep", below, "single_choice"), ("wide", other, "true_false")):
        version = make_question(bank=bank, topic=topic, type=type_)
        Question.objects.filter(pk=version.question_id).update(summary=f"Question {name} 100% sure", search_text=name)
        rows[name] = entry(learner, version, days_ago=3 if name == "deep" else 60)
    exam = make_exam()
    now = now_utc()
    attempt = Attempt.objects.create(
        exam=exam, user=learner, number=1, state="graded", seed=1, paper={}, started_at=now, deadline_at=now
    )
    QuestionProgress.objects.filter(pk=rows["wide"].pk).update(
        mistake="careless", source_kind="exam", source_id=attempt.pk
    )

    def names(**query):
        page = page_of(client, **query)
        return [name for name in rows if f"Question {name}" in page]

    key = bank.public_id
    assert names() == ["deep", "wide"]
    assert names(bank=key, topic=top.public_id) == names(bank=key, topic=below.public_id) == ["deep"]
    assert names(type="true_false") == names(source=exam.public_id) == names(mistake="careless") == ["wide"]
    assert names(days="7") == names(mistake="none") == names(q="deep") == names(source="practice") == ["deep"]
    assert names(q="100%") == names(q="sure question") == names(days="9") == names(topic="x") == ["deep", "wide"]
    assert names(q="1_0") == names(source=make_exam().public_id) == names(bank=make_bank().public_id) == []
    assert "Nothing fits this filter" in page_of(client, q="nowhere")
    assert exam.title in page_of(client, group="source")
    assert "Public bank · Below" in page_of(client, group="topic")


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\x00'\"<script>"},
        {"bank": "1 OR 1=1"},
        {"page": "-1"},
        {"page": "9" * 40},
        {"group": "x", "state": "y", "days": "-7", "type": "z"},
        {"source": "%"},
    ],
)
def test_hostile_filters_narrow_nothing_or_find_nothing(client, learner, bank, query):
    entry(learner, make_question(bank=bank))
    assert "<script>" not in page_of(client, **query).replace('<script type="module"', "").replace("<script src", "")


@pytest.mark.parametrize("count", [30, 5_000])
def test_the_first_page_takes_eight_statements_whatever_the_size_of_the_book(client, learner, bank, count):
    many_entries(learner, bank, count, exam=make_exam())
    page_of(client)
    with CaptureQueriesContext(connection) as queries:
        page = page_of(client)
    assert page.count('class="row book-row"') == 20
    assert len(queries) == 8, "\n".join(query["sql"][:150] for query in queries)
    with CaptureQueriesContext(connection) as queries:
        page_of(client, state="due", group="topic", bank=bank.public_id, page="2")
    assert len(queries) == 9  # the chapters of the bank


@pytest.mark.parametrize("count", [30, 300])
def test_a_bank_for_sale_costs_two_statements_more_and_favourites_do_not_grow(client, learner, count):
    bank = make_bank(visibility="public", requires_grant=True)
    give_grant(user_id=learner.pk, product_key=bank.product_key, source_kind="order", source_id="1")
    many_entries(learner, bank, count)
    QuestionProgress.objects.update(favourited_at=now_utc())
    for url, expected in ((reverse(BOOK), 10), (reverse("practice:favourites"), 11)):
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url).content.decode()
        assert page.count('class="row book-row"') == 20
        assert len(queries) == expected, url


def test_the_keys_are_nowhere_in_the_lists(client, learner, bank):
    for type_ in ("single_choice", "short_text", "essay"):
        row = entry(learner, make_question(bank=bank, type=type_))
        QuestionProgress.objects.filter(pk=row.pk).update(favourited_at=now_utc())
    for page in (page_of(client), client.get(reverse("practice:favourites")).content.decode()):
        assert "SECRET-KEY" not in page
        assert "EXPLANATION-KEY" not in page


def test_each_tab_says_what_it_is_for_while_it_is_empty(client, learner, bank):
    assert "Your wrong-answer book is empty" in page_of(client)
    entry(learner, make_question(bank=bank), mastered_at=now_utc())
    assert "Everything is mastered" in page_of(client)
    assert "Nothing is due now" in page_of(client, state="due")
    assert "Nothing that you only left blank" in page_of(client, state="blank")
    QuestionProgress.objects.update(mastered_at=None)
    assert "Nothing is mastered yet" in page_of(client, state="mastered")


# -- an entry -------------------------------------------------------------------------------------
def practise(user, bank, *responses):
    """Answer the first question of a bank several times."""
    for response in responses:
        session = start_chapter_practice(user=user, bank=bank)
        version = Question.objects.get(pk=session.items[0]["question_id"]).current_version
        answer_question(session=session, index=0, version=version, response=response, seconds=42)
    return version


def test_an_entry_tells_its_history_and_shows_the_key_only_on_request(client, learner, bank):
    version = practise(learner, bank_with_question(bank), "a", None, "b")
    url = reverse("practice:entry", args=[version.question.public_id])
    page = client.get(url).content.decode()
    assert "One plus one?" in page
    assert "EXPLANATION-KEY" not in page
    assert "FEEDBACK-KEY" not in page
    for words in ("Wrong", "Not answered", "Right", "42 seconds", "1 more right answer", "below 90 %"):
        assert words in page, words
    opened = client.get(url, {"answer": "1"}).content.decode()
    assert "EXPLANATION-KEY" in opened


def bank_with_question(bank, **fields):
    make_question(bank=bank, **fields)
    return bank


def test_feedback_that_waits_for_the_end_is_not_told_by_the_history(client, learner, bank):
    make_question(bank=bank)
    session = start_chapter_practice(user=learner, bank=bank, feedback="at_end")
    version = Question.objects.get(pk=session.items[0]["question_id"]).current_version
    answer_question(session=session, index=0, version=version, response="a")
    page = client.get(reverse("practice:entry", args=[version.question.public_id])).content.decode()
    assert "No answer is out yet" in page


def test_an_exam_stands_in_the_history_with_as_much_as_it_lets_out(client, learner, bank):
    version = make_question(bank=bank)
    for policy, words in (({}, "Wrong"), ({"marks": False, "answers": False}, "")):
        exam = make_exam(review_policy=policy, title=f"Finals {len(policy)}")
        now = now_utc()
        slot = {"slot": 1, "version_id": version.pk, "marks": "1", "order": {}}
        attempt = Attempt.objects.create(
            exam=exam, user=learner, number=1, state="graded", seed=1, started_at=now, deadline_at=now,
            submitted_at=now, released_at=now, paper={"sections": [{"slots": [slot]}]}, responses={"1": '"a"'},
        )  # fmt: skip
        ItemResult.objects.create(
            attempt_id=attempt.pk, slot=1, exam_id=exam.pk, user_id=learner.pk, question_id=version.question_id,
            version_id=version.pk, state="graded", fraction=0, mark=0, maximum=1,
        )  # fmt: skip
        ItemResult.objects.exclude(attempt_id=attempt.pk).delete()
        rebuild(user_id=learner.pk, question_ids=[version.question_id])
        page = client.get(reverse("practice:entry", args=[version.question.public_id])).content.decode()
        assert exam.title in page
        assert ("A. " in page.split("What you answered")[1]) is bool(words)
        assert ("<strong>Wrong</strong>" in page) is bool(words)


@pytest.mark.parametrize("type_", ["single_choice", "multiple_choice", "fill_blank", "matching", "ordering", "material",
                                   "calculated", "hotspot", "essay", "numerical", "cloze"])  # fmt: skip
def test_every_type_is_shown_without_its_key_and_exported(client, learner, bank, type_):
    version = make_question(bank=bank, type=type_)
    entry(learner, version)
    url = reverse("practice:entry", args=[version.question.public_id])
    page = client.get(url).content.decode()
    assert "SECRET-KEY" not in page
    assert "EXPLANATION-KEY" not in page
    assert client.get(url, {"answer": "1"}).status_code == 200
    for name in ("practice:book_pdf", "practice:book_xlsx"):
        assert client.get(reverse(name)).status_code == 200


def test_what_belongs_to_somebody_else_is_not_there_and_stays_as_it_is(client, learner, bank):
    other = make_user()
    row = entry(other, make_question(bank=bank), note="private", favourited_at=now_utc())
    key = row.question.public_id
    before = QuestionProgress.objects.values().get()
    for name, fields in (
        ("entry", {"note": "x"}),
        ("entry", {"do": "master"}),
        ("mark_entry", {"favourite": "0"}),
        ("mark_entry", {"favourite": "1"}),
        ("mark_entry", {"mistake": "careless"}),
        ("start_entry", {}),
        ("start_entry", {"what": "siblings"}),
        ("report_entry", {"reason": "key"}),
    ):
        response = client.post(reverse(f"practice:{name}", args=[key]), fields)
        assert response.status_code == 404, (name, fields)
    assert client.get(reverse("practice:entry", args=[key])).status_code == 404
    for what in ("master", "mistake-careless", "practise"):
        client.post(reverse("practice:change_several"), {"chosen": [str(key)], "do": what})
    client.post(reverse("practice:undo"))
    assert QuestionProgress.objects.values().get() == before
    assert not PracticeSession.objects.exists()
    assert not QuestionReport.objects.exists()
    assert client.get(reverse("practice:book_pdf")).status_code == 302


def test_who_is_not_signed_in_is_sent_to_sign_in(client, bank):
    key = make_question(bank=bank).question.public_id
    for url in (
        reverse(BOOK), reverse("practice:favourites"), reverse("practice:settings"), reverse("practice:book_pdf"),
        reverse("practice:entry", args=[key]),
    ):  # fmt: skip
        assert "/accounts/login" in client.get(url).url


def test_what_an_exam_hides_is_in_no_list_entry_start_or_export(client, learner, bank):
    hidden, open_ = make_question(bank=bank), make_question(bank=bank)
    for version, words in ((hidden, "Hidden words"), (open_, "Open words")):
        row = entry(learner, version, favourited_at=now_utc())
        Question.objects.filter(pk=row.question_id).update(summary=words, search_text=words)
    hide(learner, hidden)
    key = hidden.question.public_id
    pages = [page_of(client, state=state) for state in ("open", "due")]
    pages.append(client.get(reverse("practice:favourites")).content.decode())
    pages.append(client.get(reverse("practice:entry", args=[open_.question.public_id])).content.decode())
    assert all("Hidden words" not in page for page in pages)
    for url in (reverse("practice:entry", args=[key]), reverse("practice:entry", args=[key]) + "?answer=1"):
        assert client.get(url).status_code == 404
    assert client.post(reverse("practice:start_entry", args=[key])).status_code == 404
    assert client.post(reverse("practice:report_entry", args=[key]), {"reason": "key"}).status_code == 404
    client.post(reverse("practice:change_several"), {"chosen": [str(key)], "do": "practise"})
    client.post(reverse("practice:start_entry", args=[open_.question.public_id]), {"what": "siblings"})
    assert not PracticeSession.objects.exists()
    for name in ("start_wrong", "start_due", "start_favourites"):
        client.post(reverse(f"practice:{name}"), {"count": "200"})
    asked = {item["question_id"] for session in PracticeSession.objects.all() for item in session.items}
    assert (PracticeSession.objects.count(), asked) == (3, {open_.question_id})
    assert len(rows_of(client)) == 1


def test_what_an_attempt_asks_that_is_under_way_stays_out_of_the_book_until_it_ends(client, learner, bank):
    version = make_question(bank=bank)
    entry(learner, version)
    exam, now = make_exam(review_policy={}), now_utc()
    slot = {"slot": 1, "version_id": version.pk, "marks": "1", "order": {}}
    attempt = Attempt.objects.create(
        exam=exam, user=learner, number=1, state="open", seed=1, started_at=now, deadline_at=now + timedelta(hours=1),
        paper={"sections": [{"slots": [slot]}]},
    )  # fmt: skip
    url = reverse("practice:entry", args=[version.question.public_id])
    assert "A single_choice question" not in page_of(client)
    assert client.get(url, {"answer": "1"}).status_code == 404
    client.post(reverse("practice:start_wrong"))
    assert not PracticeSession.objects.exists()
    attempt.state = "graded"
    attempt.save()
    assert "A single_choice question" in page_of(client)
    assert client.get(url, {"answer": "1"}).status_code == 200


def rows_of(client, **query):
    """Return the rows of the exported spreadsheet, without what stands above them."""
    response = client.get(reverse("practice:book_xlsx"), query)
    assert response.status_code == 200, response
    return load_workbook(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()[2:]


# -- a bank that is closed --------------------------------------------------------------------------
def test_entries_of_a_bank_whose_grant_ended_stay_but_are_locked(client, learner):
    bank = make_bank(visibility="public", requires_grant=True, name="Sold bank")
    give_grant(user_id=learner.pk, product_key=bank.product_key, source_kind="order", source_id="1")
    version = practise(learner, bank_with_question(bank), "a")
    QuestionProgress.objects.update(favourited_at=now_utc())
    url = reverse("practice:entry", args=[version.question.public_id])
    assert "locked" not in page_of(client)
    assert client.get(url).context["question"] is not None
    revoke_grants(source_kind="order", source_id="1", reason="ended")
    page = page_of(client)
    assert "Some entries of “Sold bank” are locked" in page
    shown = client.get(url, {"answer": "1"})
    assert shown.context["question"] is None
    assert "EXPLANATION-KEY" not in shown.content.decode()
    before = PracticeSession.objects.count()
    for name in ("start_wrong", "start_due", "start_favourites"):
        client.post(reverse(f"practice:{name}"))
    for fields in ({}, {"what": "siblings"}):
        client.post(reverse("practice:start_entry", args=[version.question.public_id]), fields)
    assert PracticeSession.objects.count() == before
    assert client.get(reverse("practice:book_pdf")).status_code == 302
    assert client.get(reverse("practice:book_xlsx")).status_code == 302
    assert client.get(reverse("practice:favourites")).status_code == 200


def test_the_free_sample_and_what_an_exam_showed_stay_open(client, learner):
    bank = make_bank(visibility="public", requires_grant=True, free_sample_count=1)
    topic = make_topic(bank, "One")
    sample, sat, closed = (make_question(bank=bank, topic=topic) for _n in range(3))
    for version in (sample, sat, closed):
        entry(learner, version)
    exam, now = make_exam(), now_utc()
    attempt = Attempt.objects.create(
        exam=exam, user=learner, number=1, state="graded", seed=1, paper={}, started_at=now, deadline_at=now,
        submitted_at=now, released_at=now,
    )  # fmt: skip
    ItemResult.objects.create(
        attempt_id=attempt.pk, slot=1, exam_id=exam.pk, user_id=learner.pk, question_id=sat.question_id,
        version_id=sat.pk, state="graded", fraction=0, mark=0, maximum=1,
    )  # fmt: skip
    session = start_wrong_practice(user=learner, title="Retry")
    assert {item["question_id"] for item in session.items} == {sample.question_id, sat.question_id}
    assert "Due now" in page_of(client)
    assert client.get(reverse(BOOK)).context["counts"].states["due"] == 2


def test_a_bank_that_was_withdrawn_closes_its_entries(client, learner, bank):
    practise(learner, bank_with_question(bank), "a")
    bank.visibility = "personal"
    bank.save()
    client.post(reverse("practice:start_wrong"))
    assert PracticeSession.objects.count() == 1


# -- starts -----------------------------------------------------------------------------------------
def test_retrying_takes_as_many_as_chosen_in_the_chosen_order(client, learner, bank):
    versions = [make_question(bank=bank) for _n in range(12)]
    for place, version in enumerate(versions):
        entry(learner, version, wrong=1 + place % 4, days_ago=20 - place)
    ids = [version.question_id for version in versions]

    def start(**fields):
        response = client.post(reverse("practice:start_wrong"), fields)
        assert response.url.startswith("/practice/sessions/")
        return [item["question_id"] for item in PracticeSession.objects.latest("pk").items]

    assert start(count="10", order="oldest") == ids[:10]
    assert start(count="10", order="most_wrong")[:3] == [ids[3], ids[7], ids[11]]
    assert sorted(start(count="200", order="random")) == ids
    assert PracticeSession.objects.latest("pk").mode == "wrong"
    assert "/practice/wrong/" in client.post(reverse("practice:start_wrong"), {"count": "9999"}).url
    assert "/practice/wrong/" in client.post(reverse("practice:start_wrong"), {"order": "x"}).url


def test_retired_withheld_and_unpublished_questions_are_listed_but_not_asked(client, learner, bank):
    versions = [make_question(bank=bank) for _n in range(3)]
    for version in versions:
        entry(learner, version)
    Question.objects.filter(pk=versions[0].question_id).update(status="retired")
    Question.objects.filter(pk=versions[1].question_id).update(is_withheld=True)
    session = start_wrong_practice(user=learner, title="Retry", chosen=BookFilter(state="open"))
    assert [item["question_id"] for item in session.items] == [versions[2].question_id]
    page = page_of(client)
    assert page.count("no longer asked") == 2
    assert client.get(reverse(BOOK)).context["counts"].states["due"] == 1
    gone = client.get(reverse("practice:entry", args=[versions[0].question.public_id])).content.decode()
    assert "This question is no longer asked" in gone


def test_what_is_due_is_asked_the_longest_overdue_first_and_counted_by_day(client, learner, bank):
    now = now_utc()
    versions = [make_question(bank=bank) for _n in range(4)]
    for version, hours in zip(versions, (-1, -50, 24 * 3, 24 * 40), strict=True):
        entry(learner, version, due_at=now + timedelta(hours=hours))
    counts = client.get(reverse(BOOK)).context["counts"]
    assert counts.states["due"] == 2
    assert counts.due_week == 3
    client.post(reverse("practice:start_due"))
    session = PracticeSession.objects.get()
    assert [item["question_id"] for item in session.items] == [versions[1].question_id, versions[0].question_id]
    assert session.mode == "due"


def test_similar_questions_are_of_the_same_topic_new_ones_first(client, learner, bank):
    topic = make_topic(bank, "Topic A")
    versions = [make_question(bank=bank, topic=topic) for _n in range(8)]
    make_question(bank=bank, topic=make_topic(bank, "Topic B"))
    entry(learner, versions[0])
    entry(learner, versions[1])
    for version in versions[2:5]:
        QuestionProgress.objects.create(
            user=learner, question=version.question, answered_count=1, right_count=1, last_answered_at=now_utc()
        )
    key = versions[0].question.public_id
    page = client.get(reverse("practice:entry", args=[key]))
    assert [row.question.pk for row in page.context["siblings"]] == [
        *(version.question_id for version in versions[5:]), versions[1].question_id, versions[2].question_id
    ]  # fmt: skip
    client.post(reverse("practice:start_entry", args=[key]), {"what": "siblings"})
    session = PracticeSession.objects.get()
    assert (session.mode, len(session.items), session.topic_id) == ("siblings", 5, topic.pk)


# -- by hand ------------------------------------------------------------------------------------------
def test_taking_out_is_undone_as_if_it_had_not_been(client, learner, bank):
    version = practise(learner, bank_with_question(bank), "a", "b")
    before = QuestionProgress.objects.values().get()
    url = reverse("practice:entry", args=[version.question.public_id])
    assert before["right_streak"] == 1
    client.post(url, {"do": "master"})
    assert QuestionProgress.objects.get().mastered_at is not None
    page = page_of(client)
    assert "Done for 1 entry." in page
    client.post(reverse("practice:undo"), {"next": "/practice/wrong/?state=due"})
    assert QuestionProgress.objects.values().get() | {"id": 0} == before | {"id": 0}
    assert "Done for 1 entry." not in page_of(client)
    client.post(reverse("practice:undo"))
    assert QuestionProgress.objects.values().get() | {"id": 0} == before | {"id": 0}


def test_several_entries_are_marked_taken_out_and_practised_at_once(client, learner, bank):
    rows = [practise(learner, one, "a") for one in (bank_with_question(make_bank(visibility="public")) for _ in "123")]
    chosen = [str(version.question.public_id) for version in rows[:2]]
    several = reverse("practice:change_several")
    client.post(several, {"chosen": [*chosen, "rubbish", str(bank.public_id)], "do": "mistake-unsure"})
    assert QuestionProgress.objects.filter(mistake="unsure").count() == 2
    client.post(several, {"chosen": chosen, "do": "mistake-lazy"})
    assert QuestionProgress.objects.filter(mistake="unsure").count() == 2
    client.post(several, {"chosen": chosen, "do": "master", "next": "//evil.example/practice/"})
    assert QuestionProgress.objects.filter(mastered_at__isnull=False).count() == 2
    client.post(reverse("practice:undo"))
    assert QuestionProgress.objects.filter(mastered_at__isnull=False).count() == 0
    response = client.post(several, {"chosen": chosen, "do": "practise"})
    assert response.url.startswith("/practice/sessions/")
    assert len(PracticeSession.objects.latest("pk").items) == 2
    assert client.post(several, {"do": "master"}).url == reverse(BOOK)


def test_a_favourite_needs_an_answer_and_works_without_a_mistake(client, learner, bank):
    version = make_question(bank=bank)
    url = reverse("practice:mark_entry", args=[version.question.public_id])
    assert client.post(url, {"favourite": "1"}).status_code == 404
    practise(learner, bank, "b")
    part = client.post(url, {"favourite": "1", "number": "3"}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="own-marks-3"' in part
    assert 'aria-pressed="true"' in part
    assert "<html" not in part
    assert "My mistake was" not in part
    page = client.get(reverse("practice:favourites")).content.decode()
    assert "A single_choice question" in page
    assert client.post(url, {"mistake": "careless"}).status_code == 404
    client.post(reverse("practice:start_favourites"), {"count": "10"})
    assert PracticeSession.objects.latest("pk").mode == "favourites"
    client.post(url, {"favourite": "0"})
    assert "No favourites yet" in client.get(reverse("practice:favourites")).content.decode()


def test_an_essay_that_waits_for_its_judgement_can_be_a_favourite(client, learner, bank):
    make_question(bank=bank, type="essay")
    version = practise(learner, bank, "My text")
    assert not QuestionProgress.objects.exists()
    url = reverse("practice:mark_entry", args=[version.question.public_id])
    client.post(url, {"favourite": "1"})
    assert QuestionProgress.objects.get().favourited_at is not None
    assert client.get(reverse("practice:entry", args=[version.question.public_id])).status_code == 200
    session = PracticeSession.objects.get()
    client.post(reverse("practice:assess", args=[session.public_id]), {"n": 1, "judgement": "right"})
    row = QuestionProgress.objects.get()
    assert (row.answered_count, row.favourited_at is not None) == (1, True)


def test_favourites_are_filtered_by_bank(client, learner):
    for name in ("Alpha", "Beta"):
        version = practise(learner, bank_with_question(make_bank(visibility="public", name=name)), "b")
        Question.objects.filter(pk=version.question_id).update(summary=f"Of {name}")
        client.post(reverse("practice:mark_entry", args=[version.question.public_id]), {"favourite": "1"})
    url = reverse("practice:favourites")
    page = client.get(url, {"bank": version.question.bank.public_id}).content.decode()
    assert "Of Beta" in page
    assert "Of Alpha" not in page
    client.post(reverse("practice:start_favourites"), {"bank": version.question.bank.public_id, "count": "10"})
    assert len(PracticeSession.objects.latest("pk").items) == 1


def test_the_room_shows_what_is_her_own_below_the_feedback(client, learner, bank):
    make_question(bank=bank)
    client.post(reverse("practice:start_bank", args=[bank.public_id]))
    session = PracticeSession.objects.get()
    back = client.post(reverse("practice:answer", args=[session.public_id]), {"n": 1, "q1": "a"}).url
    page = client.get(back).content.decode()
    key = Question.objects.get().public_id
    for words in (
        "In your wrong-answer book",
        "Due on",
        "Favourite",
        "careless",
        "Similar questions",
        'id="practice-note-1"',
    ):
        assert words in page, words
    mark = reverse("practice:mark_entry", args=[key])
    assert client.post(mark, {"mistake": "careless", "next": back}).url == back
    assert QuestionProgress.objects.get().mistake == "careless"
    client.post(mark, {"mistake": "", "next": back})
    assert QuestionProgress.objects.get().mistake == ""
    client.post(mark, {"mistake": "lazy", "next": back})
    assert QuestionProgress.objects.get().mistake == ""
    client.post(reverse("practice:report_entry", args=[key]), {"reason": "key", "text": "No"})
    assert QuestionReport.objects.count() == 1


# -- rule and memory ----------------------------------------------------------------------------------
RULE = {
    "section": "rule", "rule-mastery_kind": "streak", "rule-mastery_streak": "1", "rule-mastery_days": "30",
    "rule-retention": "90",
}  # fmt: skip


def test_another_rule_makes_the_book_anew_at_once(client, learner, bank):
    practise(learner, bank_with_question(bank), "a", "b")
    url = reverse("practice:settings")
    assert QuestionProgress.objects.get().mastered_at is None
    assert client.get(url).status_code == 200
    assert client.post(url, RULE).status_code == 302
    assert QuestionProgress.objects.get().mastered_at is not None
    before = QuestionProgress.objects.get().due_at
    client.post(url, RULE | {"rule-mastery_streak": "3", "rule-retention": "97"})
    row = QuestionProgress.objects.get()
    assert row.mastered_at is None
    assert row.due_at <= before
    assert PracticePreference.objects.get().retention == 97
    assert "3 times in a row" in page_of(client)
    assert not Job.objects.filter(kind="exams.practice_rebuild").exists()


@pytest.mark.parametrize(("name", "value"), [("mastery_streak", "0"), ("mastery_streak", "6"), ("mastery_days", "6"),
                                         ("mastery_days", "366"), ("retention", "79"), ("retention", "98"),
                                         ("retention", "x"), ("mastery_kind", "never")])  # fmt: skip
def test_a_rule_outside_its_ranges_is_refused_and_nothing_changes(client, learner, name, value):
    response = client.post(reverse("practice:settings"), RULE | {f"rule-{name}": value})
    assert response.status_code == 422
    assert not PracticePreference.objects.exists()
    assert client.post(reverse("practice:settings"), {"section": "other"}).status_code == 404


def test_a_large_book_is_made_anew_by_a_job_that_its_owner_sees(client, learner, bank):
    many_entries(learner, bank, MOST_AT_ONCE + 1)
    response = client.post(reverse("practice:settings"), RULE)
    job = Job.objects.get(kind="exams.practice_rebuild")
    assert job.owner_id == learner.pk
    assert str(job.public_id) in response.url
    assert f"job-{job.public_id}" in client.get(response.url).content.decode()
    assert run_job_now(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    client.force_login(make_user())
    assert f"job-{job.public_id}" not in client.get(response.url).content.decode()


# -- export -------------------------------------------------------------------------------------------
def test_the_spreadsheet_has_a_row_an_entry_and_no_formula(client, learner, bank):
    practise(learner, bank_with_question(bank), "a", None)
    QuestionProgress.objects.update(note="=cmd|' /C calc'!A0", mistake="careless")
    [row] = rows_of(client)
    assert row[0].startswith("One plus one?")
    assert (row[4], row[5], row[10], row[11]) == (1, 1, "careless", "=cmd|' /C calc'!A0")
    assert "(Wrong)" in row[7]
    assert "not answered" in row[7]
    assert "EXPLANATION-KEY" in row[9]
    assert rows_of(client, q="single_choice") == [row]
    content = client.get(reverse("practice:book_xlsx")).content
    assert b"<f>" not in content


def test_exports_follow_the_filter_and_say_so(client, learner, bank):
    for type_ in ("single_choice", "true_false"):
        entry(learner, make_question(bank=bank, type=type_))
    assert len(rows_of(client)) == 2
    assert len(rows_of(client, type="true_false")) == 1
    pdf = client.get(reverse("practice:book_pdf"), {"type": "true_false"})
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert client.get(reverse("practice:book_pdf"), {"q": "nowhere"}).status_code == 302


def test_an_export_that_leaves_some_out_says_so(client, learner, bank):
    many_entries(learner, bank, MOST_EXPORTED + 2)
    content = client.get(reverse("practice:book_xlsx")).content
    rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert "the first 500 of 502" in rows[0][0]
    assert len(rows) == MOST_EXPORTED + 2


def test_answers_count_once_whatever_is_done_by_hand_between(client, learner, bank):
    version = practise(learner, bank_with_question(bank), "a")
    client.post(reverse("practice:entry", args=[version.question.public_id]), {"do": "master"})
    practise(learner, bank, "a")
    client.post(reverse("practice:undo"))
    row = QuestionProgress.objects.get()
    assert (row.wrong_count, row.mastered_at, PracticeAnswer.objects.count()) == (2, None, 2)
