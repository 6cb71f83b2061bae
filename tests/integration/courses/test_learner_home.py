"""The learner's home: exams, wrong answers, the latest result and what to do next, from her own records only."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from edu.access.services import give_grant, register_door
from edu.core.clock import now_utc
from exams.models import Attempt, QuestionProgress
from tests.factories.courses import make_course, make_learner, make_user
from tests.factories.exams import make_bank, make_exam, make_paper_version, make_question

pytestmark = pytest.mark.django_db


def home_text(client):
    return client.get(reverse("learning:home")).content.decode()


def make_attempt(user, exam, **fields):
    now = now_utc()
    values = {
        "user": user,
        "exam": exam,
        "number": 1,
        "state": Attempt.State.GRADED,
        "seed": 1,
        "started_at": now - timedelta(hours=1),
        "submitted_at": now,
        "deadline_at": now + timedelta(hours=1),
        "released_at": now,
        "score": Decimal(3),
        "maximum": Decimal(4),
        "percent": Decimal(75),
        "passed": True,
        "paper": {"sections": []},
    }
    return Attempt.objects.create(**values | fields)


def make_wrong(user):
    version = make_question(bank=make_bank(visibility="public"))
    now = now_utc()
    return QuestionProgress.objects.create(
        user=user,
        question=version.question,
        version_id=version.pk,
        source_kind="practice",
        source_id=1,
        first_wrong_at=now,
        last_wrong_at=now,
    )


def test_the_home_shows_what_is_due_and_what_came_of_it(client):
    user = make_learner(make_course(title="Ledgers"))
    now = now_utc()
    make_exam(title="Open exam")
    make_exam(title="Coming exam", opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    make_exam(title="Sold exam", audience="granted")
    make_exam(title="Missed exam", opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1))
    make_attempt(user, make_exam(title="Sat exam"))
    running = make_attempt(
        user,
        make_exam(title="Running exam"),
        state="open",
        submitted_at=None,
        released_at=None,
        percent=None,
        passed=None,
    )
    make_attempt(
        user,
        make_exam(title="Waiting exam"),
        state="submitted",
        released_at=None,
        percent=None,
        passed=None,
        score=None,
    )
    make_wrong(user)
    client.force_login(user)
    response = client.get(reverse("learning:home"))
    agenda = response.context["agenda"]
    assert [(row.title, row.status) for row in agenda.exams] == [
        ("Running exam", "continue"),
        ("Open exam", "open"),
        ("Coming exam", "not_open"),
        ("Waiting exam", "awaiting_marking"),
    ]
    assert (agenda.result.title, agenda.result.percent, agenda.result.passed) == ("Sat exam", 75, True)
    assert [step.title for step in agenda.steps] == ["Running exam", "1 wrong answer to master"]
    text = response.content.decode()
    assert reverse("exams:room", args=[running.public_id]) in text
    assert reverse("practice:wrong_answers") in text
    assert "Sold exam" not in text
    assert "Missed exam" not in text


def test_a_newcomer_is_told_what_to_begin(client):
    client.force_login(make_user())
    text = home_text(client)
    assert "Nothing is due." in text
    assert "No exam is open or coming." in text
    assert "No result yet" in text


def test_the_home_tells_nothing_of_others(client):
    other = make_user()
    make_attempt(other, make_exam(title="Hers", closes_at=now_utc() - timedelta(minutes=1)))
    make_wrong(other)
    client.force_login(make_user())
    agenda = client.get(reverse("learning:home")).context["agenda"]
    assert (agenda.exams, agenda.wrong_count, agenda.result) == ((), 0, None)


@pytest.mark.parametrize("count", [1, 6])
def test_the_home_asks_the_same_number_of_questions(client, count, django_assert_num_queries):
    user = make_learner(make_course())
    for _number in range(count):
        make_exam()
        make_attempt(user, make_exam(attempts_allowed=1))
        make_wrong(user)
    client.force_login(user)
    client.get(reverse("learning:home"))
    with django_assert_num_queries(25):
        client.get(reverse("learning:home"))


def test_the_course_page_lists_only_what_opens(client):
    course = make_course()
    bank = make_bank(visibility="public")
    hidden = make_bank()
    versions = [make_question(bank=bank)]
    practice = make_paper_version(
        versions=versions, title="Practice paper", is_practice=True, requires_grant=True
    ).paper
    for_exams = make_paper_version(versions=versions, title="Paper of the exam").paper
    exam = make_exam(title="Final exam", audience="granted")
    archived = make_exam(title="Old exam", status="archived")
    addresses = {
        bank.product_key: ("Public bank", reverse("practice:bank", args=[bank.public_id])),
        hidden.product_key: ("Hidden bank", reverse("practice:bank", args=[hidden.public_id])),
        practice.product_key: ("Practice paper", reverse("practice:paper", args=[practice.public_id])),
        for_exams.product_key: ("Paper of the exam", reverse("practice:paper", args=[for_exams.public_id])),
        exam.product_key: ("Final exam", reverse("exams:detail", args=[exam.public_id])),
        archived.product_key: ("Old exam", reverse("exams:detail", args=[archived.public_id])),
    }
    for key, (title, url) in addresses.items():
        register_door(product_key=key, title=title, url=url)
    from courses.services import set_included

    set_included(actor=None, course_id=course.pk, product_keys=list(addresses))
    for user, hidden_url in ((make_user(), ""), (make_learner(course), addresses[hidden.product_key][1])):
        client.force_login(user)
        context = client.get(course.get_absolute_url()).context
        assert {item["title"]: item["url"] for item in context["included"]} == {
            "Public bank": addresses[bank.product_key][1],
            "Hidden bank": hidden_url,
            "Practice paper": addresses[practice.product_key][1],
            "Final exam": addresses[exam.product_key][1],
        }
        assert [row["text"] for row in context["included_counts"]] == [
            "2 question banks to practise",
            "1 paper to practise",
            "1 exam",
        ]
        for item in context["included"]:
            if item["url"]:
                assert client.get(item["url"]).status_code == 200


def test_a_paper_that_the_course_opens_is_not_for_sale(client):
    course = make_course()
    author = make_user(is_instructor=True)
    paper = make_paper_version(
        versions=[make_question()], title="Mock paper", is_practice=True, requires_grant=True, owner=author
    ).paper
    from courses.services import set_included

    set_included(actor=None, course_id=course.pk, product_keys=[paper.product_key])
    owner = make_user()
    give_grant(user_id=owner.pk, product_key=course.product_key, source_kind="order", source_id="1")
    for user, is_open in ((owner, True), (author, True), (make_user(), False)):
        client.force_login(user)
        index = client.get(reverse("practice:index"))
        assert (paper.pk in index.context["open_paper_ids"]) is is_open
        assert ("for sale" in index.content.decode()) is not is_open
        assert client.get(reverse("practice:paper", args=[paper.public_id])).context["door"].is_open is is_open
