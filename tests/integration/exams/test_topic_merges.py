"""Merging topics is taken back: questions, rules of papers, practice, results and reports find their way home."""

from decimal import Decimal

import pytest
from django.apps import apps
from django.urls import reverse

from edu.audit.models import AuditEntry
from edu.core.errors import Conflict
from exams.authoring.banks import create_topic
from exams.authoring.blueprints import save_rule
from exams.authoring.listing import list_topics
from exams.authoring.paper_rows import add_section
from exams.authoring.papers import create_paper
from exams.authoring.reports import report_question
from exams.authoring.topic_counts import recount_topics
from exams.authoring.topic_merge import merge_topics
from exams.authoring.topic_pointers import POINTERS
from exams.authoring.topic_tree import remove_topic, rename_topic
from exams.authoring.topic_undo import undo_change
from exams.models import (
    BlueprintRule,
    ItemResult,
    PracticeSession,
    Question,
    QuestionProgress,
    QuestionReport,
    Topic,
    TopicChange,
)
from exams.practice.starts import start_chapter_practice
from tests.factories.exams import make_user
from tests.integration.exams.authoring_people import make_author, make_shared_bank, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return make_author()


@pytest.fixture
def bank(author):
    return make_shared_bank(author)


def fill(bank, author, *path, count):
    topic = create_topic(bank=bank, path=path)
    return [write(bank, author, stem=f"{path} {n}?", topic=topic, publish=True) for n in range(count)]


def tree(bank):
    return [(node.topic.name, node.depth, node.count) for node in list_topics(bank=bank)]


def undo(merge, author):
    """Take a change back; return how many questions went home and how many stayed."""
    undone = undo_change(change=merge, actor=author)
    return undone.restored, undone.stayed


def named(bank, name, **fields):
    return Topic.objects.get(bank=bank, name=name, **fields)


def everything(bank):
    """Return all that points at topics, and the topics, as plain values."""
    return {
        "topics": list(Topic.objects.filter(bank=bank).order_by("pk").values()),
        **{pointer.kind: list(pointer.rows.order_by("pk").values("pk", "topic_id")) for pointer in POINTERS},
    }


def test_a_merge_is_undone_with_every_link(author, bank):
    fill(bank, author, "A", "Same", count=2)
    questions = fill(bank, author, "B", "Same", count=3)
    fill(bank, author, "B", count=1)
    fill(bank, author, "B", "Own", "Deep", count=1)
    create_topic(bank=bank, path=["C"])
    a, b = named(bank, "A"), named(bank, "B")
    below = named(bank, "Same", parent=b)
    learner = make_user()
    section = add_section(paper=create_paper(actor=author, title="Paper"), title="One")
    save_rule(section=section, bank=bank, topic=b, count=1, marks=Decimal(1), actor=author)
    bank.visibility = "public"
    bank.save()
    start_chapter_practice(user=learner, bank=bank, topic=below)
    ItemResult.objects.create(
        attempt_id=1, slot=1, exam_id=1, user_id=1, question_id=questions[0].pk, version_id=1, topic_id=below.pk,
        state="graded", maximum=1,
    )  # fmt: skip
    version = questions[0].current_version
    QuestionProgress.objects.create(
        user=learner,
        question=questions[0],
        version_id=version.pk,
        source_kind="practice",
        source_id=1,
        first_wrong_at=version.published_at,
        last_wrong_at=version.published_at,
    )
    report_question(version=version, reporter=learner, reason="key", text="Wrong?", url="/practice/")
    before = everything(bank)
    merge = merge_topics(source=b, target=a, actor=author)
    assert merge.question_count == 4
    assert tree(bank) == [("A", 0, 7), ("Same", 1, 5), ("Own", 1, 1), ("Deep", 2, 1), ("C", 0, 0)]
    assert BlueprintRule.objects.get().topic_id == a.pk
    assert ItemResult.objects.get().topic_id == PracticeSession.objects.get().topic_id != below.pk

    assert undo(merge, author) == (4, 0)
    assert everything(bank) == before
    assert recount_topics() == 0
    assert QuestionProgress.objects.get().question.topic_id == below.pk
    assert QuestionReport.objects.get().question.topic_id == below.pk
    assert not TopicChange.objects.get().parts.exists()
    assert AuditEntry.objects.filter(action="topic.merge_undo").count() == 1
    with pytest.raises(Conflict):
        undo(merge, author)
    assert everything(bank) == before


def test_what_was_moved_since_stays(author, bank):
    first, second = fill(bank, author, "B", count=2)
    fill(bank, author, "A", count=1)
    other = create_topic(bank=bank, path=["C"])
    merge = merge_topics(source=named(bank, "B"), target=named(bank, "A"), actor=author)
    Question.objects.filter(pk=first.pk).update(topic=other)
    recount_topics()
    assert undo(merge, author) == (1, 1)
    assert Question.objects.get(pk=first.pk).topic == other
    assert Question.objects.get(pk=second.pk).topic.name == "B"
    assert recount_topics() == 0


def test_an_undo_that_cannot_be_says_why_and_changes_nothing(author, bank):
    fill(bank, author, "B", count=1)
    fill(bank, author, "A", count=1)
    last = create_topic(bank=bank, path=["C"])
    merge = merge_topics(source=named(bank, "B"), target=named(bank, "A"), actor=author)
    namesake = create_topic(bank=bank, path=["B"])
    before = everything(bank)
    with pytest.raises(Conflict, match="B"):
        undo(merge, author)
    assert everything(bank) == before
    rename_topic(topic=namesake, name="Another", actor=author)
    later = merge_topics(source=named(bank, "A"), target=last, actor=author)
    with pytest.raises(Conflict, match="First undo the merge of “A” into “C”"):
        undo(merge, author)
    undo(later, author)
    assert undo(merge, author) == (1, 0)
    again = merge_topics(source=named(bank, "B"), target=named(bank, "A"), actor=author)
    remove_topic(topic=named(bank, "A"), target=last, actor=author)
    with pytest.raises(Conflict, match="the deletion of “A”"):
        undo(again, author)
    assert TopicChange.objects.get(pk=again.pk).undone_at is None


def test_what_stood_under_a_topic_that_is_gone_comes_back_after_it(author, bank):
    fill(bank, author, "P", "B", count=1)
    fill(bank, author, "A", count=1)
    before = everything(bank)
    merge = merge_topics(source=named(bank, "B"), target=named(bank, "A"), actor=author)
    deletion = remove_topic(topic=named(bank, "P"), target=None, actor=author)
    with pytest.raises(Conflict, match="First undo the deletion of “P”"):
        undo(merge, author)
    undo(deletion, author)
    undo(merge, author)
    assert everything(bank) == before


def test_the_page_offers_the_undo_after_the_merge_and_in_the_list(client, author, bank):
    fill(bank, author, "B", count=1)
    fill(bank, author, "A", count=1)
    a, b = named(bank, "A"), named(bank, "B")
    client.force_login(author)
    address = reverse("authoring:topics", args=[bank.public_id])
    answer = client.post(address, {"do": f"merge:{b.public_id}", "into": str(a.public_id)})
    merge = TopicChange.objects.get()
    assert f"changed={merge.public_id}" in answer["Location"]
    page = client.get(answer["Location"]).content.decode()
    assert page.count(f"undo:{merge.public_id}") == 2
    assert client.get(address).content.decode().count(f"undo:{merge.public_id}") == 1
    answer = client.post(address, {"do": f"undo:{merge.public_id}"})
    assert f"topic={b.public_id}" in answer["Location"]
    assert tree(bank) == [("B", 0, 1), ("A", 0, 1)]
    assert 'value="undo:' not in client.get(address).content.decode()
    for key in ("", "x" * 36, str(a.public_id)):
        assert client.post(address, {"do": f"undo:{key}"}).status_code == 404, key


def test_a_stranger_and_a_merge_of_another_bank(client, author, bank):
    fill(bank, author, "B", count=1)
    fill(bank, author, "A", count=1)
    merge = merge_topics(source=named(bank, "B"), target=named(bank, "A"), actor=author)
    stranger = make_author()
    own = make_shared_bank(stranger)
    before = everything(bank)
    client.force_login(stranger)
    for one in (bank, own):
        answer = client.post(reverse("authoring:topics", args=[one.public_id]), {"do": f"undo:{merge.public_id}"})
        assert answer.status_code == 404
    assert everything(bank) == before
    assert TopicChange.objects.get().undone_at is None


def test_all_that_keeps_a_topic_follows_it():
    known = {pointer.rows.model for pointer in POINTERS} | {Topic}
    pointing = {
        model
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if (getattr(field, "related_model", None) is Topic and field.concrete)
        or (field.concrete and field.name == "topic_id")
    }
    assert pointing == known
