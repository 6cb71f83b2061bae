"""The lists of the wrong-answer book: tabs, filters, counts, statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from edu.access.services import give_grant
from edu.core.clock import now_utc
from exams.models import (
    Attempt,
    Question,
    QuestionProgress,
)
from tests.factories.exams import make_bank, make_exam, make_question
from tests.integration.exams.wrong_answer_book import BOOK, entry, make_topic, many_entries, page_of

pytestmark = pytest.mark.django_db


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
