"""Practice sets: made from a bank's filter, found and practised by learners, counted for who made them."""

import pytest
from django.urls import reverse

from edu.access.services import give_grant
from edu.core.errors import NotFound
from exams.models import PracticeSession, PracticeSet
from exams.practice.answers import answer_question, finish_session
from exams.practice.selection_starts import start_lesson_set, start_set_practice
from exams.practice.sessions import lesson_quiz_result
from exams.practice.sets import SetSettings, create_set, get_practisable_set
from tests.factories.exams import make_bank, make_question, make_user
from tests.factories.organizations import make_member, make_organization

pytestmark = pytest.mark.django_db

FORM = {"title": "Warm up", "count": "0", "order": "in_order", "feedback": "at_once", "pass_percent": "60"}


@pytest.fixture
def author(client):
    user = make_user(is_instructor=True)
    client.force_login(user)
    return user


@pytest.fixture
def bank(author):
    return make_bank(owner=author, visibility="public")


def make_set(bank, **fields):
    return create_set(actor=bank.owner, bank=bank, settings=SetSettings(**{"title": "Warm up", **fields}))


def ids(session):
    return [item["question_id"] for item in session.items]


def test_a_filter_of_the_bank_becomes_a_fixed_set_and_keeps_its_questions(client, author, bank):
    wanted = [make_question(bank=bank, type="true_false") for _index in range(2)]
    make_question(bank=bank)
    page = client.get(reverse("authoring:bank", args=[bank.public_id]), {"type": "true_false"}).content.decode()
    new = reverse("authoring:new_practice_set", args=[bank.public_id])
    assert f"{new}?type=true_false" in page
    assert "2 questions now" in client.get(new, {"type": "true_false"}).content.decode()
    response = client.post(new, FORM | {"query": "type=true_false", "kind": "fixed", "visibility": "public"})
    row = PracticeSet.objects.get()
    assert response.url == reverse("authoring:practice_set", args=[row.public_id])
    assert row.question_ids == [version.question_id for version in wanted]
    make_question(bank=bank, type="true_false")
    assert len(start_set_practice(user=make_user(), practice_set=row).items) == 2


def test_a_living_set_reads_its_filter_at_each_start(client, author, bank):
    make_question(bank=bank, type="true_false")
    new = reverse("authoring:new_practice_set", args=[bank.public_id])
    client.post(new, FORM | {"query": "type=true_false", "kind": "living", "visibility": "public"})
    row = PracticeSet.objects.get()
    assert (row.question_ids, row.filters) == ([], {"type": "true_false"})
    make_question(bank=bank, type="true_false")
    make_question(bank=bank)
    assert len(start_set_practice(user=make_user(), practice_set=row).items) == 2


def test_ticked_questions_become_a_set_and_nothing_ticked_is_told(client, author, bank):
    first, _second = (make_question(bank=bank) for _index in range(2))
    new = reverse("authoring:new_practice_set", args=[bank.public_id])
    assert client.post(new, {"scope": "chosen", "query": ""}).status_code == 302
    key = str(first.question.public_id)
    assert "1 question now" in client.post(new, {"scope": "chosen", "question": [key, "x"]}).content.decode()
    client.post(new, FORM | {"query": "", "question": [key], "visibility": "personal"})
    assert PracticeSet.objects.get().question_ids == [first.question_id]


@pytest.mark.parametrize(
    "fault",
    [
        {"title": " "},
        {"count": "201"},
        {"count": "-1"},
        {"pass_percent": "101"},
        {"order": "<b>"},
        {"visibility": "organization"},
        {"kind": "x"},
        {"query": "type=essay"},
    ],
)
def test_settings_that_do_not_fit_are_told_and_kept(client, author, bank, fault):
    make_question(bank=bank)
    new = reverse("authoring:new_practice_set", args=[bank.public_id])
    sent = FORM | {"query": "", "kind": "fixed", "visibility": "public", "description": "KEPT"} | fault
    response = client.post(new, sent)
    assert response.status_code == 422
    assert "KEPT" in response.content.decode()
    assert PracticeSet.objects.count() == 0


def test_a_set_is_changed_copied_archived_and_brought_back(client, author, bank):
    first, second = (make_question(bank=bank) for _index in range(2))
    row = make_set(bank, visibility="public")
    url = reverse("authoring:practice_set", args=[row.public_id])
    sent = FORM | {"title": "New", "visibility": "public"}
    assert client.post(url, sent | {"title": ""}).status_code == 422
    client.post(url, sent)
    row.refresh_from_db()
    assert (row.title, row.question_ids, row.kind) == ("New", [first.question_id, second.question_id], "fixed")
    act = reverse("authoring:practice_set_act", args=[row.public_id])
    client.post(act, {"do": "copy"})
    copy = PracticeSet.objects.latest("pk")
    assert (copy.title, copy.visibility) == ("New (copy)", "personal")
    learner = make_user()
    assert get_practisable_set(learner, row.public_id) == row
    client.post(act, {"do": "archive"})
    with pytest.raises(NotFound):
        get_practisable_set(learner, row.public_id)
    client.post(act, {"do": "restore"})
    assert get_practisable_set(learner, row.public_id) == row


def test_strangers_find_and_change_nothing(client, author, bank):
    make_question(bank=bank)
    row = make_set(bank)
    client.force_login(make_user(is_instructor=True))
    for name in ("practice_set", "practice_set_act"):
        url = reverse(f"authoring:{name}", args=[row.public_id])
        assert client.post(url, FORM | {"title": "Mine", "visibility": "public", "do": "archive"}).status_code == 404
    assert client.post(reverse("authoring:new_practice_set", args=[bank.public_id]), FORM).status_code == 404
    assert client.get(reverse("practice:set", args=[row.public_id])).status_code == 404
    assert client.post(reverse("practice:start_set", args=[row.public_id])).status_code == 404
    assert "Warm up" not in client.get(reverse("authoring:practice_sets")).content.decode()
    client.force_login(make_user())
    assert client.get(reverse("authoring:practice_sets")).status_code == 403
    assert "Warm up" not in client.get(reverse("practice:index")).content.decode()
    row.refresh_from_db()
    assert (row.title, row.archived_at, PracticeSession.objects.count()) == ("Warm up", None, 0)


def test_a_set_of_an_organisation_is_its_members_alone(client, author):
    ours = make_organization()
    bank = make_bank(owner=author, organization=ours, visibility="organization")
    make_question(bank=bank)
    row = PracticeSet.objects.create(bank=bank, title="Inside", kind="living", visibility="organization")
    member, stranger = make_user(), make_user()
    make_member(ours, user=member)
    url = reverse("practice:set", args=[row.public_id])
    client.force_login(member)
    assert "Inside" in client.get(reverse("practice:index")).content.decode()
    assert client.post(reverse("practice:start_set", args=[row.public_id])).status_code == 302
    client.force_login(stranger)
    assert client.get(url).status_code == 404
    assert "Inside" not in client.get(reverse("practice:index")).content.decode()


def test_a_public_set_opens_questions_of_a_bank_that_nobody_sees_but_not_of_one_for_sale(client, author):
    private = make_bank(owner=author)
    make_question(bank=private)
    sold = make_bank(owner=author, visibility="public", requires_grant=True, free_sample_count=1)
    versions = [make_question(bank=sold) for _index in range(3)]
    open_set, sold_set = make_set(private, visibility="public"), make_set(sold, visibility="public")
    learner = make_user()
    client.force_login(learner)
    response = client.post(reverse("practice:start_set", args=[open_set.public_id]))
    session = PracticeSession.objects.get()
    client.post(reverse("practice:finish", args=[session.public_id]))
    page = client.get(reverse("practice:result", args=[session.public_id])).content.decode()
    assert reverse("practice:set", args=[open_set.public_id]) in page
    assert reverse("practice:bank", args=[private.public_id]) not in page
    assert response.status_code == 302
    url = reverse("practice:set", args=[sold_set.public_id])
    assert "Part of what is for sale" in client.get(url).content.decode()
    client.post(reverse("practice:start_set", args=[sold_set.public_id]))
    assert ids(PracticeSession.objects.latest("pk")) == [versions[0].question_id]
    sold_set.question_ids = [versions[2].question_id]
    sold_set.save()
    assert client.post(reverse("practice:start_set", args=[sold_set.public_id])).url == url
    assert PracticeSession.objects.count() == 2
    give_grant(user_id=learner.pk, product_key=sold.product_key, source_kind="order", source_id="1")
    client.post(reverse("practice:start_set", args=[sold_set.public_id]))
    assert ids(PracticeSession.objects.latest("pk")) == [versions[2].question_id]


def test_a_lesson_asks_a_set_resumes_it_and_leaves_out_what_nobody_marks(author, bank):
    version = make_question(bank=bank)
    make_question(bank=bank, type="essay")
    row = make_set(bank)
    learner = make_user()
    about = {"user_id": learner.pk, "lesson_key": "lesson:x", "title": "Quiz", "practice_set_id": row.pk}
    session = start_lesson_set(**about)
    assert ids(session) == [version.question_id]
    assert start_lesson_set(**about).pk == session.pk
    finish_session(session=session)
    assert not lesson_quiz_result(user_id=learner.pk, lesson_key="lesson:x").is_complete
    session = start_lesson_set(**about)
    answer_question(session=session, index=0, version=version, response="a")
    finish_session(session=session)
    result = lesson_quiz_result(user_id=learner.pk, lesson_key="lesson:x")
    assert (result.is_complete, result.percent) == (True, 0)


def test_figures_tell_how_a_set_goes_and_the_list_asks_the_same_number_of_statements(
    client, author, bank, django_assert_max_num_queries
):
    right, wrong = (make_question(bank=bank) for _index in range(2))
    row = make_set(bank, visibility="public")
    for _learner in range(3):
        session = start_set_practice(user=make_user(), practice_set=row)
        answer_question(session=session, index=0, version=right, response="b")
        answer_question(session=session, index=1, version=wrong, response="a")
        finish_session(session=session)
    page = client.get(reverse("authoring:practice_set", args=[row.public_id]))
    figures = page.context["figures"]
    assert (figures.learners, figures.finished, figures.mean_percent) == (3, 3, 50)
    assert [(one.question.pk, one.answers, one.wrong) for one in page.context["wrong"]] == [(wrong.question_id, 3, 3)]
    counts = []
    for _round in range(2):
        with django_assert_max_num_queries(15) as asked:
            client.get(reverse("authoring:practice_sets"))
        counts.append(len(asked))
        for _index in range(5):
            make_set(bank)
    assert counts[0] == counts[1]
