"""Moving, ordering, renaming and deleting a topic are taken back: everything stands and points as before."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from edu.audit.models import AuditEntry
from edu.core.errors import Conflict
from exams.authoring.banks import create_topic
from exams.authoring.blueprints import save_rule
from exams.authoring.paper_rows import add_section
from exams.authoring.papers import create_paper
from exams.authoring.topic_changes import list_changes
from exams.authoring.topic_counts import recount_topics
from exams.authoring.topic_pointers import POINTERS
from exams.authoring.topic_tree import move_topic, place_topic, remove_topic, rename_topic
from exams.authoring.topic_undo import undo_change
from exams.models import ItemResult, Question, Topic, TopicChange, TopicChangePart
from exams.practice.starts import start_chapter_practice
from tests.factories.exams import make_user
from tests.integration.exams.authoring_people import make_author, make_shared_bank
from tests.integration.exams.test_topic_merges import everything, fill, named, tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return make_author()


@pytest.fixture
def bank(author):
    """Return a bank with topics of three levels, questions in all of them, and two more that stand around."""
    bank = make_shared_bank(author)
    fill(bank, author, "First", count=1)
    fill(bank, author, "A", count=2)
    fill(bank, author, "A", "Same", count=1)
    fill(bank, author, "A", "Own", "Deep", count=2)
    fill(bank, author, "A", "Last", count=1)
    fill(bank, author, "Z", count=1)
    return bank


def link(bank, author, topic):
    """Let a rule of a paper, a practice and a result point at a topic."""
    section = add_section(paper=create_paper(actor=author, title="Paper"), title="One")
    save_rule(section=section, bank=bank, topic=topic, count=1, marks=Decimal(1), actor=author)
    bank.visibility = "public"
    bank.save()
    start_chapter_practice(user=make_user(), bank=bank, topic=topic)
    question = Question.objects.filter(bank=bank, topic=topic).first()
    ItemResult.objects.create(
        attempt_id=1, slot=1, exam_id=1, user_id=1, question_id=question.pk, version_id=1, topic_id=topic.pk,
        state="graded", maximum=1,
    )  # fmt: skip


@pytest.mark.parametrize("pointer", POINTERS, ids=[pointer.kind for pointer in POINTERS])
def test_no_keys_are_no_rows(author, bank, pointer):
    link(bank, author, Topic.objects.filter(question_count__gt=0).first())
    assert not pointer.among([]).exists()


def undone(change, author):
    return undo_change(change=TopicChange.objects.get(pk=change.pk), actor=author)


@pytest.mark.parametrize("name", ["First", "A", "Z", "Same", "Own", "Last", "Deep"])
@pytest.mark.parametrize("into", ["First", "Z", None])
def test_a_deletion_is_undone_with_every_link_and_at_its_place(author, bank, name, into):
    if name == into:
        return
    topic = named(bank, name)
    if into:
        filled = Topic.objects.filter(path__startswith=topic.path, question_count__gt=0).first()
        link(bank, author, filled)
    before = everything(bank)
    shape = tree(bank)
    change = remove_topic(topic=topic, target=named(bank, into) if into else None, actor=author)
    assert recount_topics() == 0
    result = undone(change, author)
    assert (result.restored, result.stayed) == (change.question_count, 0)
    assert tree(bank) == shape
    assert everything(bank) == before
    assert recount_topics() == 0
    assert not TopicChangePart.objects.exists()
    with pytest.raises(Conflict):
        undone(change, author)
    assert everything(bank) == before
    assert AuditEntry.objects.filter(action="topic.delete_undo").count() == 1


def test_what_was_moved_on_since_the_deletion_stays(author, bank):
    question = Question.objects.filter(topic=named(bank, "Deep")).first()
    change = remove_topic(topic=named(bank, "A"), target=named(bank, "Z"), actor=author)
    Question.objects.filter(pk=question.pk).update(topic=named(bank, "First"))
    recount_topics()
    result = undone(change, author)
    assert (result.restored, result.stayed) == (5, 1)
    question.refresh_from_db()
    assert question.topic == named(bank, "First")
    assert recount_topics() == 0


@pytest.mark.parametrize(("name", "under", "position"), [
    ("A", None, 0), ("A", None, 9), ("First", None, 9), ("Own", None, 0), ("Same", "Z", 0), ("First", "A", 1),
    ("Own", "First", 0), ("Deep", "A", 0), ("Own", "A", 0), ("Same", "A", 9),
])  # fmt: skip
def test_a_move_is_undone_and_all_stand_as_before(author, bank, name, under, position):
    before, shape = everything(bank), tree(bank)
    parent = named(bank, under) if under else None
    change = place_topic(topic=named(bank, name), parent=parent, position=position, actor=author)
    assert tree(bank) != shape
    undone(change, author)
    assert tree(bank) == shape
    after = everything(bank)
    assert [row["path"] for row in after["topics"]] == [row["path"] for row in before["topics"]]
    assert {key: rows for key, rows in after.items() if key != "topics"} == {
        key: rows for key, rows in before.items() if key != "topics"
    }
    is_moved = change.kind == TopicChange.Kind.MOVE
    assert AuditEntry.objects.filter(action="topic.move_undo").count() == is_moved
    assert (change in list_changes(bank=bank)) == is_moved


def test_a_step_and_a_name_are_undone(author, bank):
    shape = tree(bank)
    step = move_topic(topic=named(bank, "Own"), step=-1, actor=author)
    assert tree(bank) != shape
    undone(step, author)
    assert tree(bank) == shape
    assert move_topic(topic=named(bank, "First"), step=-1, actor=author) is None
    change = rename_topic(topic=named(bank, "Own"), name=" New ", actor=author)
    assert named(bank, "New")
    assert rename_topic(topic=named(bank, "New"), name="New", actor=author) is None
    undone(change, author)
    assert tree(bank) == shape
    assert [row.action for row in AuditEntry.objects.filter(action__startswith="topic.").order_by("pk")] == [
        "topic.rename", "topic.rename_undo",
    ]  # fmt: skip


def refused(change, author, bank, words):
    before = everything(bank)
    with pytest.raises(Conflict, match=words):
        undone(change, author)
    assert everything(bank) == before
    assert TopicChange.objects.get(pk=change.pk).undone_at is None


def test_what_cannot_be_undone_says_why_and_changes_nothing(author, bank):
    own = named(bank, "Own")
    first = rename_topic(topic=own, name="One", actor=author)
    second = rename_topic(topic=own, name="Two", actor=author)
    refused(first, author, bank, "First undo the renaming of “One” to “Two”")
    undone(second, author)
    create_topic(bank=bank, path=["A", "Own"])
    refused(first, author, bank, "a topic named “Own” here again")

    moved = place_topic(topic=named(bank, "Last"), parent=None, position=0, actor=author)
    create_topic(bank=bank, path=["A", "Last"])
    refused(moved, author, bank, "a topic named “Last” here again")
    again = place_topic(topic=named(bank, "Last", parent=None), parent=named(bank, "Z"), position=0, actor=author)
    refused(moved, author, bank, "First undo the move of “Last”")
    undone(again, author)
    gone = remove_topic(topic=named(bank, "A"), target=named(bank, "Z"), actor=author)
    refused(moved, author, bank, "First undo the deletion of “A”")
    Topic.objects.filter(name="Last").delete()
    refused(moved, author, bank, "The topic is gone")
    create_topic(bank=bank, path=["A"])
    refused(gone, author, bank, "a topic named “A” here again")
    into = remove_topic(topic=named(bank, "Z"), target=None, actor=author)
    refused(gone, author, bank, "First undo the deletion of “Z”")
    undone(into, author)


def test_a_topic_does_not_go_back_below_itself_nor_too_deep(author, bank):
    moved = place_topic(topic=named(bank, "Same"), parent=None, position=0, actor=author)
    place_topic(topic=named(bank, "Deep"), parent=None, position=0, actor=author)
    place_topic(topic=named(bank, "Own"), parent=named(bank, "Deep"), position=0, actor=author)
    own = place_topic(topic=named(bank, "Own"), parent=None, position=0, actor=author)
    place_topic(topic=named(bank, "Deep"), parent=named(bank, "Own"), position=0, actor=author)
    refused(own, author, bank, "First undo the move of “Deep”")
    create_topic(bank=bank, path=["Same", "x", "y"])
    refused(moved, author, bank, "deeper than three levels")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_offers_the_undo_after_each_act(client, author, bank, language):
    author.preferred_language = language
    client.force_login(author)
    client.cookies["django_language"] = language
    address = reverse("authoring:topics", args=[bank.public_id])
    before, shape = everything(bank), tree(bank)
    own, z = named(bank, "Own"), named(bank, "Z")
    acts = (
        {"do": f"rename:{own.public_id}", "name": "Other"},
        {"do": f"up:{own.public_id}"},
        {"do": f"place:{own.public_id}", "parent": "", "position": "0"},
        {"do": f"delete:{own.public_id}", "into": str(z.public_id)},
        {"do": f"delete:{own.public_id}", "into": ""},
    )
    for data in acts:
        answer = client.post(address, data)
        assert tree(bank) != shape, data
        change = TopicChange.objects.first()
        assert f"changed={change.public_id}" in answer["Location"]
        page = client.get(answer["Location"]).content.decode()
        assert 'id="changed"' in page
        assert f'value="undo:{change.public_id}"' in page
        answer = client.post(address, {"do": f"undo:{change.public_id}"})
        assert answer.status_code == 302
        assert 'id="changed"' not in client.get(answer["Location"]).content.decode()
        assert tree(bank) == shape, data
    assert [row["path"] for row in everything(bank)["topics"]] == [row["path"] for row in before["topics"]]
    # What the arrow keys do is answered with what takes it back.
    data = {"do": f"place:{own.public_id}", "parent": "", "position": "0"}
    answer = client.post(address, data, headers={"HX-Request": "true"})
    assert answer.json() == {"undo": f"undo:{TopicChange.objects.first().public_id}"}
    assert client.post(address, data, headers={"HX-Request": "true"}).status_code == 204
    for key in ("", "x" * 36, str(own.public_id)):
        assert client.post(address, {"do": f"undo:{key}"}).status_code == 404, key
    assert client.get(address, {"changed": "x"}).status_code == 200


def test_the_sentences_are_in_both_languages(client, author, bank):
    with translation.override("zh-hans"):
        deletion = remove_topic(topic=named(bank, "Z"), target=None, actor=author)
        remove_topic(topic=named(bank, "A"), target=None, actor=author)
        moved = place_topic(topic=named(bank, "First"), parent=None, position=0, actor=author)
        assert moved is None
        undone(deletion, author)
        with pytest.raises(Conflict, match="已经撤销过"):
            undone(deletion, author)


def test_a_stranger_and_a_change_of_another_bank(client, author, bank):
    change = remove_topic(topic=named(bank, "A"), target=None, actor=author)
    moved = place_topic(topic=named(bank, "Z"), parent=None, position=0, actor=author)
    stranger = make_author()
    own = make_shared_bank(stranger)
    before = everything(bank)
    client.force_login(stranger)
    for row in (change, moved):
        for one in (bank, own):
            address = reverse("authoring:topics", args=[one.public_id])
            assert client.post(address, {"do": f"undo:{row.public_id}"}).status_code == 404
        page = client.get(reverse("authoring:topics", args=[own.public_id]), {"changed": row.public_id})
        assert row.source_name not in page.content.decode().split("topics-page")[0].split("desk")[-1]
        assert str(row.public_id) not in page.content.decode().replace(f"changed={row.public_id}", "")
    assert everything(bank) == before
    assert not TopicChange.objects.exclude(undone_at=None).exists()
