"""The list of a practice set: adding, removing, an order by hand, undo; what names a question; sets whose chapter is
merged or deleted."""

import json

import pytest
from django.urls import reverse

from edu.core.errors import Conflict, InvalidInput, NotFound
from exams.authoring.topic_merge import merge_topics
from exams.authoring.topic_tree import remove_topic
from exams.authoring.topic_undo import undo_change
from exams.authoring.usage import used_question_ids
from exams.models import PracticeSet, Question, Topic
from exams.practice.selection_starts import start_set_practice
from exams.practice.set_questions import add_questions, move_question, order_questions, remove_question, undo_set_change
from exams.practice.sets import SetSettings, count_of_set, create_set, lost_chapters
from tests.factories.exams import make_bank, make_question, make_user
from tests.integration.exams.wrong_answer_book import make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client):
    user = make_user(is_instructor=True)
    client.force_login(user)
    return user


@pytest.fixture
def bank(author):
    return make_bank(owner=author, visibility="public", name="Own bank")


@pytest.fixture
def questions(bank):
    return [make_question(bank=bank).question for _number in range(4)]


def key_of(question):
    return str(question.public_id)


def make_set(bank, questions=(), **fields):
    keys = [key_of(question) for question in questions]
    settings = SetSettings(**{"title": "Warm up", "visibility": "public", **fields.pop("settings", {})})
    return create_set(actor=bank.owner, bank=bank, settings=settings, public_ids=keys, **fields)


def listed(row):
    return PracticeSet.objects.get(pk=row.pk).question_ids


def test_questions_are_added_at_the_end_and_removed_and_the_last_change_is_undone(author, bank, questions):
    first, second, third, _fourth = questions
    row = make_set(bank, [first])
    assert add_questions(practice_set=row, actor=author, public_ids=[key_of(first), key_of(third)]) == 1
    assert listed(row) == [first.pk, third.pk]
    add_questions(practice_set=row, actor=author, public_ids=[key_of(second)])
    remove_question(practice_set=row, actor=author, public_id=key_of(third))
    assert listed(row) == [first.pk, second.pk]
    undo_set_change(practice_set=row, actor=author)
    assert listed(row) == [first.pk, third.pk, second.pk]
    undo_set_change(practice_set=row, actor=author)
    assert listed(row) == [first.pk, second.pk], "undone twice it is done again"


def test_the_order_by_hand_is_the_order_of_practice(author, bank, questions):
    row = make_set(bank, questions)
    wanted = [questions[at] for at in (2, 0, 3, 1)]
    order_questions(practice_set=row, actor=author, public_ids=[key_of(one) for one in wanted])
    session = start_set_practice(user=make_user(), practice_set=PracticeSet.objects.select_related("bank").get())
    assert [item["question_id"] for item in session.items] == [one.pk for one in wanted]


def test_what_cannot_be_is_refused_and_changes_nothing(author, bank, questions):
    row = make_set(bank, questions[:1])
    foreign = make_question(bank=make_bank(owner=author)).question
    draft = make_question(bank=bank).question
    Question.objects.filter(pk=draft.pk).update(status="draft")
    for keys in ([], [key_of(foreign)], [key_of(draft)]):
        with pytest.raises(InvalidInput):
            add_questions(practice_set=row, actor=author, public_ids=keys)
    with pytest.raises(InvalidInput):
        remove_question(practice_set=row, actor=author, public_id=key_of(questions[0]))
    with pytest.raises(NotFound):
        remove_question(practice_set=row, actor=author, public_id=key_of(questions[1]))
    with pytest.raises(Conflict):
        order_questions(practice_set=row, actor=author, public_ids=[key_of(questions[1])])
    with pytest.raises(Conflict):
        undo_set_change(practice_set=row, actor=author)
    living = make_set(bank, settings={"kind": "living"}, filters={})
    with pytest.raises(InvalidInput):
        add_questions(practice_set=living, actor=author, public_ids=[key_of(questions[0])])
    assert (listed(row), listed(living)) == ([questions[0].pk], [])


def test_a_set_never_has_more_than_a_session_holds(author, bank, questions, monkeypatch):
    monkeypatch.setattr("exams.practice.set_questions.MAXIMUM_OF_SET", 2)
    row = make_set(bank, questions[:1])
    with pytest.raises(InvalidInput, match="room for 1"):
        add_questions(practice_set=row, actor=author, public_ids=[key_of(one) for one in questions])
    assert listed(row) == [questions[0].pk]


def test_the_page_works_by_buttons_alone(client, author, bank, questions):
    first, second, third, fourth = questions
    row = make_set(bank, [first, second, third])
    act = reverse("authoring:practice_set_act", args=[row.public_id])
    page = reverse("authoring:practice_set", args=[row.public_id])
    assert "Undo the last change" not in client.get(page).content.decode()
    client.post(act, {"do": f"up:{key_of(third)}"})
    assert listed(row) == [first.pk, third.pk, second.pk]
    client.post(act, {"do": f"down:{key_of(first)}"})
    assert listed(row) == [third.pk, first.pk, second.pk]
    client.post(act, {"do": f"up:{key_of(third)}"})
    client.post(act, {"do": f"remove:{key_of(first)}"})
    assert listed(row) == [third.pk, second.pk]
    assert "Undo the last change" in client.get(page).content.decode()
    client.post(act, {"do": "undo"})
    assert listed(row) == [third.pk, first.pk, second.pk]
    add = reverse("authoring:add_to_practice_set", args=[bank.public_id])
    client.post(add, {"set": str(row.public_id), "question": [key_of(fourth)]})
    assert listed(row) == [third.pk, first.pk, second.pk, fourth.pk]
    Question.objects.filter(pk=second.pk).update(status="retired")
    assert "no longer asked" in client.get(page).content.decode()


def test_the_bank_offers_the_set_whose_page_was_open(client, author, bank, questions):
    make_set(bank, questions[:1])
    row = make_set(bank, questions[:1], settings={"title": "In hand"})
    client.get(reverse("authoring:practice_set", args=[row.public_id]))
    make_set(bank, questions[:1])
    new = reverse("authoring:new_practice_set", args=[bank.public_id])
    page = client.post(new, {"scope": "page", "question": [key_of(questions[1])]}).content.decode()
    assert f'value="{row.public_id}" selected' in page


def test_dragging_saves_the_whole_order(client, author, bank, questions):
    row = make_set(bank, questions[:3])
    url = reverse("authoring:practice_set_order", args=[row.public_id])
    wanted = [questions[at] for at in (1, 2, 0)]

    def send(body):
        return client.post(url, json.dumps(body), content_type="application/json")

    assert send([{"chapter": "set", "lessons": [key_of(one) for one in wanted]}]).status_code == 200
    assert listed(row) == [one.pk for one in wanted]
    for body in ([], [{"lessons": 3}], {"x": 1}, [{"lessons": []}], [{"lessons": [key_of(questions[3])]}]):
        assert send(body).status_code in {409, 422}
    assert listed(row) == [one.pk for one in wanted]


def test_strangers_change_nothing(client, bank, questions):
    row = make_set(bank, questions[:2])
    client.force_login(make_user(is_instructor=True))
    keys = [key_of(one) for one in reversed(questions[:2])]
    order = reverse("authoring:practice_set_order", args=[row.public_id])
    body = json.dumps([{"chapter": "set", "lessons": keys}])
    assert client.post(order, body, content_type="application/json").status_code == 404
    act = reverse("authoring:practice_set_act", args=[row.public_id])
    assert client.post(act, {"do": f"remove:{keys[0]}"}).status_code == 404
    add = reverse("authoring:add_to_practice_set", args=[bank.public_id])
    assert client.post(add, {"set": str(row.public_id), "question": keys}).status_code == 404
    own = make_bank(owner=make_user(is_instructor=True))
    client.force_login(own.owner)
    other = reverse("authoring:add_to_practice_set", args=[own.public_id])
    assert client.post(other, {"set": str(row.public_id), "question": keys}).status_code == 404
    assert client.post(other, {"set": "no-id", "question": keys}).status_code == 404
    assert listed(row) == [one.pk for one in questions[:2]]


def test_retiring_and_deleting_say_which_sets_name_a_question(client, author, bank, questions):
    row = make_set(bank, questions[:2], settings={"title": "Named set"})
    assert used_question_ids(questions=questions) == {questions[0].pk, questions[1].pk}
    assert "Named set" in client.get(reverse("authoring:figures", args=[questions[0].public_id])).content.decode()
    status = reverse("authoring:question_status", args=[questions[0].public_id])
    page = client.post(status, {"do": "retire"}, follow=True).content.decode()
    assert "leave it out now: Named set" in page
    start = reverse("authoring:bulk_start", args=[bank.public_id])
    chosen = [key_of(one) for one in questions[1:3]]
    page = client.post(start, {"verb": "delete", "question": chosen}, follow=True).content.decode()
    assert "Practice sets name some of them" in page
    assert reverse("authoring:practice_set", args=[row.public_id]) in page


def test_a_living_set_follows_its_chapter_into_another_and_home_again(author, bank):
    source, target = make_topic(bank, "One"), make_topic(bank, "Two")
    for topic in (source, target, target):
        make_question(bank=bank, topic=topic)
    row = make_set(bank, settings={"kind": "living"}, filters={"topic": str(source.public_id)})
    assert count_of_set(row) == 1
    merge = merge_topics(source=source, target=target, actor=author)
    row.refresh_from_db()
    assert (row.filters["topic"], count_of_set(row)) == (str(target.public_id), 3)
    undo_change(change=merge, actor=author)
    row.refresh_from_db()
    assert (row.filters["topic"], count_of_set(row)) == (str(source.public_id), 1)


def test_a_living_set_whose_chapter_was_deleted_says_so_until_it_is_back(client, author, bank):
    topic = make_topic(bank, "One")
    make_question(bank=bank, topic=topic)
    row = make_set(bank, settings={"kind": "living"}, filters={"topic": str(topic.public_id)})
    url = reverse("authoring:practice_set", args=[row.public_id])
    assert "Its chapter was deleted" not in client.get(url).content.decode()
    change = remove_topic(topic=Topic.objects.get(pk=topic.pk), target=None, actor=author)
    assert lost_chapters([row]) == {row.pk}
    assert "Its chapter was deleted" in client.get(url).content.decode()
    assert "Its chapter was deleted" in client.get(reverse("authoring:practice_sets")).content.decode()
    undo_change(change=change, actor=author)
    assert "Its chapter was deleted" not in client.get(url).content.decode()


def test_a_page_that_is_out_of_date_loses_nothing_of_what_a_colleague_changed(author, bank, questions):
    first, second, third, fourth = questions
    row = make_set(bank, [first, second, third])
    stale = PracticeSet.objects.select_related("bank").get(pk=row.pk)
    add_questions(practice_set=row, actor=author, public_ids=[key_of(fourth)])
    with pytest.raises(Conflict):
        order_questions(practice_set=stale, actor=author, public_ids=[key_of(one) for one in (third, second, first)])
    remove_question(practice_set=row, actor=author, public_id=key_of(second))
    with pytest.raises(NotFound):
        move_question(practice_set=stale, actor=author, public_id=key_of(second), step=1)
    assert listed(row) == [first.pk, third.pk, fourth.pk]
