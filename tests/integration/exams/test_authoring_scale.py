"""The list of a bank at any size, search in two languages, near duplicates, bulk actions, the topic tree."""

from decimal import Decimal
from itertools import combinations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from edu.core.errors import Conflict, InvalidInput, NotFound
from exams.authoring.banks import create_bank, create_topic
from exams.authoring.blueprints import save_rule
from exams.authoring.bulk import carry_out, plan_bulk, request_bulk, undo_bulk
from exams.authoring.listing import list_topics, page_of_questions
from exams.authoring.locks import lock_question
from exams.authoring.paper_rows import add_items, add_section
from exams.authoring.papers import create_paper
from exams.authoring.records import import_records
from exams.authoring.term_index import find_near_duplicates, find_question_ids, index_missing
from exams.authoring.topic_counts import recount_topics
from exams.authoring.topic_merge import merge_topics
from exams.authoring.topic_tree import place_topic, remove_topic
from exams.models import (
    Bank,
    BlueprintRule,
    BulkAction,
    BulkChange,
    ItemResult,
    PracticeSession,
    Question,
    QuestionTerms,
    QuestionVersion,
    Topic,
)
from exams.services import start_chapter_practice
from tests.factories.exams import SAMPLES
from tests.integration.exams.authoring_people import make_author, make_shared_bank, write

pytestmark = pytest.mark.django_db


def fill(bank, author, count, *, start=0, topic=("One", "Two")):
    sample = SAMPLES["single_choice"]
    import_records(
        bank=bank,
        author=author,
        records=[
            {
                "ref": f"r-{number}",
                "type": "single_choice",
                "topic": list(topic),
                "difficulty": 1 + number % 5,
                "tags": ["even"] if number % 2 == 0 else [],
                "content": {**sample["content"], "stem": f"Question number {number} 会计基础"},
                "key": sample["key"],
            }
            for number in range(start, start + count)
        ],
    )


@pytest.fixture
def author():
    return make_author()


@pytest.fixture
def bank(author):
    return make_shared_bank(author)


def walk(bank, **filters):
    """Return the references of all pages forwards, and of all pages backwards."""
    sort, size = filters.pop("sort", "newest"), 4
    forwards, after = [], ""
    while True:
        page = page_of_questions(bank=bank, filters=filters, sort=sort, after=after, size=size)
        forwards += [row.ref for row in page.rows]
        if not page.next_key:
            break
        after = page.next_key
    backwards, before = [row.ref for row in page.rows], page.previous_key
    while before:
        page = page_of_questions(bank=bank, filters=filters, sort=sort, before=before, size=size)
        backwards = [row.ref for row in page.rows] + backwards
        before = page.previous_key
    return forwards, backwards


@pytest.mark.parametrize("sort", ["newest", "oldest", "changed", "easiest", "hardest"])
def test_pages_by_key_show_every_question_once_in_either_direction(author, bank, sort):
    fill(bank, author, 11)
    forwards, backwards = walk(bank, sort=sort)
    assert sorted(forwards) == sorted(f"r-{number}" for number in range(11))
    assert forwards == backwards
    if sort == "easiest":
        levels = [Question.objects.get(ref=ref).difficulty for ref in forwards]
        assert levels == sorted(levels)


def test_filters_narrow_and_after_a_key_of_another_bank_there_is_nothing(author, bank):
    fill(bank, author, 10)
    other = create_bank(actor=author, name="Other")
    fill(other, author, 1)
    topic = Topic.objects.get(bank=bank, name="One")
    stranger = Question.objects.get(bank=other)
    page = page_of_questions(bank=bank, filters={}, after=str(stranger.public_id))
    assert (len(page.rows), page.count) == (0, 10)
    for filters, count in (
        ({"topic": str(topic.public_id)}, 10),
        ({"tag": "even"}, 5),
        ({"difficulty": "1"}, 2),
        ({"status": "published"}, 10),
        ({"status": "changed"}, 0),
        ({"author": str(author.public_id)}, 10),
        ({"used": "none"}, 10),
        ({"used": "any"}, 0),
        ({"health": "too_easy"}, 0),
        ({"q": "会计"}, 10),
        ({"q": "number 7"}, 1),
        ({"q": "计"}, 10),
        ({"q": "会计 审计"}, 0),
        ({"q": "!!"}, 0),
        ({"q": 'a" OR "b'}, 0),
        ({"q": "7", "tag": "even"}, 0),
        ({"difficulty": "x"}, 0),
        ({"author": "x"}, 0),
    ):
        page = page_of_questions(bank=bank, filters=filters)
        assert (page.count, len(page.rows)) == (count, count), filters


def test_a_word_with_many_hits_is_asked_for_with_its_bank_and_finds_the_same(author, bank, monkeypatch):
    fill(bank, author, 12)
    fill(create_bank(actor=author, name="Other"), author, 12)
    few = find_question_ids(bank_id=bank.pk, query="会计", tag="even")
    monkeypatch.setattr("exams.authoring.term_index.FEW_HITS", 3)
    many = find_question_ids(bank_id=bank.pk, query="会计", tag="even")
    assert few == many == sorted(many, reverse=True)
    assert len(many) == 6


def test_the_count_stops_at_its_limit(author, bank, monkeypatch):
    monkeypatch.setattr("exams.authoring.listing.COUNT_LIMIT", 5)
    fill(bank, author, 8)
    page = page_of_questions(bank=bank, filters={"difficulty": ""})
    assert (page.count, page.is_capped) == (5, True)


def test_a_dense_topic_is_read_by_walking_the_bank_with_the_same_result(author, bank, monkeypatch):
    fill(bank, author, 6)
    fill(bank, author, 3, start=6, topic=("Three",))
    topic = str(Topic.objects.get(name="One").public_id)
    sparse = [row.ref for row in page_of_questions(bank=bank, filters={"topic": topic}).rows]
    monkeypatch.setattr("exams.authoring.listing.DENSE_FROM", 0)
    assert [row.ref for row in page_of_questions(bank=bank, filters={"topic": topic}).rows] == sparse
    assert len(sparse) == 6


def statements_of(client, address):
    """Return how many statements a page takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len([one for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])


FILTERED = {
    "": 9,
    "?sort=hardest": 9,
    "?type=single_choice": 9,
    "?difficulty=1&type=single_choice&status=published": 9,
    "?topic={topic}": 9,
    "?topic={topic}&difficulty=1": 9,
    "?author={author}": 9,
    "?health=reported": 9,
    "?used=none": 9,
    "?used=any&status=withheld": 9,
    "?q=会计": 10,
    "?q=nothing": 10,
    "?q=会计&tag=even&difficulty=1&status=published&sort=easiest": 10,
    "?q=会计&tag=even&difficulty=1&status=published&type=single_choice&author={author}&used=none&topic={topic}": 10,
}
"""How many statements the page of a bank takes: the person, the site and the bell are 6 of them, a search is one."""


def test_the_page_of_a_bank_takes_the_same_queries_at_two_sizes(client, author, bank):
    client.force_login(author)
    counts = []
    for size in (5, 40):
        fill(bank, author, size, start=Question.objects.count())
        address = reverse("authoring:bank", args=[bank.public_id])
        client.get(address)
        names = {"author": author.public_id, "topic": Topic.objects.get(bank=bank, name="Two").public_id}
        counts.append({query: statements_of(client, address + query.format(**names)) for query in FILTERED})
    assert counts == [FILTERED, FILTERED]


def test_any_filters_together_take_fewer_than_twelve_statements(client, author, bank):
    client.force_login(author)
    fill(bank, author, 40)
    address = reverse("authoring:bank", args=[bank.public_id])
    topic = Topic.objects.get(bank=bank, name="Two").public_id
    parts = (
        "q=会计", "tag=even", "type=single_choice", "difficulty=1", "status=published", f"author={author.public_id}",
        "used=none", f"topic={topic}", "health=reported", "sort=easiest",
    )  # fmt: skip
    client.get(address)
    # Each pair, and each left out of all: what a filter costs it costs beside any other.
    chosen = [*combinations(parts, 2), *combinations(parts, len(parts) - 1), parts]
    worst = max(statements_of(client, f"{address}?{'&'.join(some)}") for some in chosen)
    assert worst <= 11


def test_the_list_of_banks_takes_the_same_queries_at_two_sizes(client, author, bank):
    client.force_login(author)
    counts = []
    for size in (2, 30):
        fill(bank, author, size, start=Question.objects.count())
        create_bank(actor=author, name=f"More {size}")
        client.get(reverse("authoring:banks"))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("authoring:banks"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9
    assert "32" in page.content.decode()


def test_what_was_written_past_the_use_cases_is_indexed_and_counted_later(author, bank):
    topic = create_topic(bank=bank, path=["One"])
    Question.objects.create(
        bank=bank, topic=topic, type="essay", content={"stem": "税法"}, key={}, search_text="税法原理", tags=["x"]
    )
    assert find_question_ids(bank_id=bank.pk, query="税法") == []
    assert index_missing() == 1
    assert recount_topics() == 1
    assert len(find_question_ids(bank_id=bank.pk, query="税法", tag="x")) == 1
    assert list_topics(bank=bank)[0].count == 1
    assert (index_missing(), recount_topics(bank_id=bank.pk)) == (0, 0)


def test_the_index_follows_changes_and_deletions(author, bank):
    question = write(bank, author, stem="增值税的税率")
    assert find_question_ids(bank_id=bank.pk, query="增值税") == [question.pk]
    QuestionTerms.objects.filter(question=question).update(terms=f"消费 费税 zbank{bank.pk}")
    assert find_question_ids(bank_id=bank.pk, query="增值税") == []
    assert find_question_ids(bank_id=bank.pk, query="消费税") == [question.pk]
    question.delete()
    assert find_question_ids(bank_id=bank.pk, query="消费税") == []


def test_a_nearly_equal_question_of_the_bank_is_found_and_no_other(client, author, bank):
    write(bank, author, stem="下列各项中，属于会计基本职能的是核算和监督还是预测和决策？")
    write(bank, author, stem="What is the capital of France?")
    other = create_bank(actor=author, name="Other")
    text = "下列各项中，属于会计基本职能的是核算与监督还是预测和决策？"
    ((found, likeness),) = find_near_duplicates(bank_id=bank.pk, text=f"{text} 1 2")
    assert "职能" in found.summary
    assert 0.6 <= likeness < 1
    assert find_near_duplicates(bank_id=other.pk, text=text) == []
    assert find_near_duplicates(bank_id=bank.pk, text=f"{text} 1 2", exclude_id=found.pk) == []
    client.force_login(author)
    address = reverse("authoring:near_duplicates", args=[bank.public_id, "single_choice"])
    form = {"stem": text, "options-count": "2", "options-0-id": "a", "options-0-text": "1", "options-0-worth": "0"}
    form |= {"options-1-id": "b", "options-1-text": "2", "options-1-worth": "1"}
    assert found.summary[:20] in client.post(address, form).content.decode()
    assert "alert" not in client.post(address, {"stem": "Quite another thing"}).content.decode()


# -- bulk ---------------------------------------------------------------------------------------------------


def bulk(bank, author, verb, *, ids=None, filters=None, **raw):
    raw = {name.removeprefix("to_"): value for name, value in raw.items()}
    questions = Question.objects.filter(bank=bank) if ids is None else Question.objects.filter(pk__in=ids)
    action = plan_bulk(
        bank=bank,
        actor=author,
        verb=verb,
        raw=raw,
        public_ids=[str(pk) for pk in questions.values_list("public_id", flat=True)],
        filters=filters,
    )
    foreseen = dict(action.report["foreseen"])
    request_bulk(action=action, actor=author)
    action.refresh_from_db()
    return action, foreseen


def snapshot():
    return (
        list(
            Question.objects.order_by("pk").values("pk", "bank_id", "topic_id", "tags", "difficulty", "status", "ref")
        ),
        list(QuestionVersion.objects.order_by("pk").values("pk", "question_id", "number", "content")),
        list(Topic.objects.order_by("pk").values_list("pk", "question_count")),
        sorted(QuestionTerms.objects.values_list("question_id", "terms")),
    )


@pytest.mark.parametrize(
    ("verb", "raw", "changed"),
    [
        ("tag", {"tag": "新"}, 6),
        ("untag", {"tag": "even"}, 3),
        ("difficulty", {"difficulty": "3"}, 5),
        ("retire", {}, 6),
        ("move", {"topic": ""}, 6),
    ],
)
def test_bulk_does_what_its_preview_says_and_is_undone(author, bank, verb, raw, changed):
    fill(bank, author, 6)
    before = snapshot()
    action, foreseen = bulk(bank, author, verb, **raw)
    assert foreseen["changed"] == changed
    assert action.report["done"] == foreseen
    assert snapshot() != before
    with pytest.raises(Conflict):
        request_bulk(action=action, actor=author)
    assert undo_bulk(action=action, actor=author) == (changed, 0)
    assert snapshot() == before
    with pytest.raises(Conflict):
        undo_bulk(action=action, actor=author)


def test_bulk_moves_to_another_bank_and_leaves_references_that_are_taken(author, bank):
    other = create_bank(actor=author, name="Other")
    fill(bank, author, 3)
    fill(other, author, 1)
    before = snapshot()
    action, foreseen = bulk(bank, author, "bank", to_bank=str(other.public_id))
    assert foreseen == {"changed": 2, "ref_taken": 1}
    assert Question.objects.filter(bank=other).count() == 3
    assert len(find_question_ids(bank_id=other.pk, query="会计")) == 3
    undo_bulk(action=action, actor=author)
    assert snapshot() == before
    stranger = create_bank(actor=make_author(), name="Not hers")
    with pytest.raises(InvalidInput):
        bulk(bank, author, "bank", to_bank=str(stranger.public_id))
    assert not Question.objects.filter(bank=stranger).exists()


def test_bulk_deletes_what_is_unused_retires_the_rest_and_writes_it_again(author, bank):
    fill(bank, author, 4)
    first, second = Question.objects.order_by("pk")[:2]
    paper = create_paper(actor=author, title="Paper")
    section = add_section(paper=paper, title="One")
    add_items(section=section, questions=[first])
    lock_question(question=second, actor=make_author())
    before = snapshot()
    action, foreseen = bulk(bank, author, "delete")
    assert foreseen == {"deleted": 2, "retired": 1, "locked": 1}
    assert Question.objects.count() == 2
    assert Question.objects.get(pk=first.pk).status == "retired"
    assert undo_bulk(action=action, actor=author) == (3, 0)
    assert snapshot() == before
    assert Question.objects.filter(current_version__isnull=False).count() == 4


def test_undoing_leaves_what_somebody_changed_since(author, bank):
    fill(bank, author, 3)
    action, _foreseen = bulk(bank, author, "difficulty", difficulty="5")
    Question.objects.filter(ref="r-0").update(difficulty=2)
    assert undo_bulk(action=action, actor=author) == (2, 1)
    assert Question.objects.get(ref="r-0").difficulty == 2


def test_bulk_publishes_drafts_and_says_which_are_not_complete(author, bank):
    good, bad = write(bank, author), write(bank, author)
    Question.objects.filter(pk=bad.pk).update(key={})
    action, _foreseen = bulk(bank, author, "publish")
    assert Question.objects.get(pk=good.pk).is_drawable
    assert Question.objects.get(pk=bad.pk).status == "draft"
    assert action.report["done"] == {"changed": 1, "invalid_question": 1}


def test_bulk_on_all_that_match_is_a_job_and_goes_on_where_it_stopped(author, bank, monkeypatch, run_jobs):
    monkeypatch.setattr("exams.authoring.bulk.AT_ONCE", 4)
    fill(bank, author, 10)
    action = plan_bulk(bank=bank, actor=author, verb="retire", raw={}, filters={"tag": "even"})
    assert action.total == 5
    job = request_bulk(action=action, actor=author)
    assert job is not None
    assert Question.objects.filter(status="retired").count() == 0
    change = BulkChange.objects.filter(action=action).first()
    Question.objects.filter(pk=change.question_id).update(status="retired")
    BulkChange.objects.filter(pk=change.pk).update(outcome="changed", before={"was": {}, "now": {}})
    run_jobs()
    action.refresh_from_db()
    assert action.state == BulkAction.State.DONE
    assert Question.objects.filter(status="retired").count() == 5
    assert carry_out(action_id=action.pk, say=lambda _percent, _text: None) == action.report


def test_bulk_pages_preview_do_and_undo(client, author, bank):
    fill(bank, author, 3)
    client.force_login(author)
    ids = [str(pk) for pk in Question.objects.values_list("public_id", flat=True)]
    answer = client.post(
        reverse("authoring:bulk_start", args=[bank.public_id]), {"verb": "tag", "tag": "new", "question": ids[:2]}
    )
    page = client.get(answer.url)
    assert "</strong> changed" in page.content.decode()
    assert not Question.objects.filter(tags__icontains="new").exists()
    client.post(answer.url, {"do": "run"})
    assert sum("new" in row.tags for row in Question.objects.all()) == 2
    client.post(answer.url, {"do": "undo"})
    assert sum("new" in row.tags for row in Question.objects.all()) == 0
    nothing = client.post(reverse("authoring:bulk_start", args=[bank.public_id]), {"verb": "tag", "tag": "new"})
    assert nothing.url.startswith(reverse("authoring:bank", args=[bank.public_id]))


# -- topics -------------------------------------------------------------------------------------------------


def tree(bank):
    return [(node.topic.name, node.depth, node.count) for node in list_topics(bank=bank)]


def test_merging_topics_keeps_every_link(author, bank):
    fill(bank, author, 2, topic=("A", "Same"))
    fill(bank, author, 3, start=2, topic=("B", "Same"))
    fill(bank, author, 1, start=5, topic=("B",))
    create_topic(bank=bank, path=["B", "Own"])
    a, b = Topic.objects.get(bank=bank, name="A"), Topic.objects.get(bank=bank, name="B")
    below = Topic.objects.get(parent=b, name="Same")
    paper = create_paper(actor=author, title="Paper")
    section = add_section(paper=paper, title="One")
    rule = save_rule(section=section, bank=bank, topic=b, count=1, marks=Decimal(1), actor=author)
    session = start_chapter_practice(user=author, bank=bank, topic=below)
    question = Question.objects.get(ref="r-2")
    ItemResult.objects.create(
        attempt_id=1, slot=1, exam_id=1, user_id=1, question_id=question.pk, version_id=1, topic_id=below.pk,
        state="graded", maximum=1,
    )  # fmt: skip
    assert merge_topics(source=b, target=a, actor=author).question_count == 4
    assert tree(bank) == [("A", 0, 6), ("Same", 1, 5), ("Own", 1, 0)]
    assert BlueprintRule.objects.get(pk=rule.pk).topic_id == a.pk
    same = Topic.objects.get(parent=a, name="Same")
    assert PracticeSession.objects.get(pk=session.pk).topic_id == same.pk
    assert ItemResult.objects.get().topic_id == same.pk
    assert all(topic.path.startswith(a.path) for topic in Topic.objects.filter(bank=bank))
    assert recount_topics() == 0


def test_a_topic_is_placed_with_all_below_it(author, bank):
    fill(bank, author, 2, topic=("A", "A1"))
    fill(bank, author, 1, start=2, topic=("B",))
    a, b = Topic.objects.get(name="A"), Topic.objects.get(name="B")
    place_topic(topic=b, parent=None, position=0, actor=author)
    assert [row[0] for row in tree(bank)] == ["B", "A", "A1"]
    place_topic(topic=a, parent=b, position=0, actor=author)
    assert tree(bank) == [("B", 0, 3), ("A", 1, 2), ("A1", 2, 2)]
    assert Topic.objects.get(name="A1").path == f"/{b.pk}/{a.pk}/{Topic.objects.get(name='A1').pk}/"
    with pytest.raises(InvalidInput):
        place_topic(topic=b, parent=a, position=0, actor=author)
    create_topic(bank=bank, path=["C"])
    with pytest.raises(InvalidInput):
        place_topic(topic=b, parent=Topic.objects.get(name="C"), position=0, actor=author)
    assert tree(bank)[0] == ("B", 0, 3)


def test_deleting_a_topic_says_where_its_questions_go(author, bank):
    fill(bank, author, 2, topic=("A", "A1"))
    fill(bank, author, 1, start=2, topic=("B",))
    a, b = Topic.objects.get(name="A"), Topic.objects.get(name="B")
    paper = create_paper(actor=author, title="Paper")
    section = add_section(paper=paper, title="One")
    save_rule(section=section, bank=bank, topic=a, count=1, marks=Decimal(1), actor=author)
    with pytest.raises(Conflict):
        remove_topic(topic=a, target=None, actor=author)
    assert Topic.objects.filter(pk=a.pk).exists()
    assert remove_topic(topic=a, target=b, actor=author).question_count == 2
    assert tree(bank) == [("B", 0, 3)]
    assert BlueprintRule.objects.get().topic_id == b.pk


def test_the_topic_page_works_by_forms_and_refuses_in_words(client, author, bank):
    client.force_login(author)
    address = reverse("authoring:topics", args=[bank.public_id])
    client.post(address, {"do": "add:", "name": "A"})
    a = Topic.objects.get(name="A")
    client.post(address, {"do": f"add:{a.public_id}", "name": "A1"})
    below = Topic.objects.get(name="A1")
    assert client.get(f"{address}?topic={below.public_id}").status_code == 200
    refused = client.post(
        address,
        {"do": f"place:{a.public_id}", "parent": str(below.public_id), "position": "0"},
        headers={"HX-Request": "true"},
    )
    assert refused.status_code == 409
    done = client.post(
        address, {"do": f"place:{below.public_id}", "parent": "", "position": "0"}, headers={"HX-Request": "true"}
    )
    assert done.status_code == 200
    assert [row[:2] for row in tree(bank)] == [("A1", 0), ("A", 0)]
    client.post(address, {"do": f"merge:{below.public_id}", "into": str(a.public_id)})
    assert [row[0] for row in tree(bank)] == ["A"]
    assert client.post(address, {"do": f"explode:{a.public_id}"}).status_code == 404


def test_a_topic_of_another_bank_is_not_there(client, author, bank):
    other = create_bank(actor=make_author(), name="Other")
    topic = create_topic(bank=other, path=["Theirs"])
    raw = {"topic": str(topic.public_id)}
    with pytest.raises(NotFound):
        plan_bulk(bank=bank, actor=author, verb="move", raw=raw, public_ids=[])
    client.force_login(author)
    address = reverse("authoring:topics", args=[bank.public_id])
    assert client.post(address, {"do": f"rename:{topic.public_id}", "name": "Mine"}).status_code == 404
    topic.refresh_from_db()
    assert topic.name == "Theirs"
    assert Bank.objects.count() == 2
