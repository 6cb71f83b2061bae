"""Where a class fails: ranked with intervals, of the author's banks and people alone, never of fewer than five."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from edu.core.clock import now_utc
from edu.notifications.models import Notification
from exams.authoring.reports import answer_report, report_question
from exams.figures import weak_topics
from exams.models import Attempt, BlueprintRule, ItemResult, PaperItem, PaperSection
from exams.models import QuestionReport as Report
from tests.factories.courses import make_course, make_learner, make_organization, make_teacher
from tests.factories.exams import make_bank, make_exam, make_paper_version, make_question, make_user
from tests.integration.exams.test_practice_goals import answer, make_topic

pytestmark = pytest.mark.django_db
URL = "/teach/weak-topics/"


@pytest.fixture
def author():
    return make_user(is_instructor=True)


@pytest.fixture
def bank(author):
    return make_bank(owner=author, visibility="public", name="Hers")


def practise(users, version, *, wrong=0, days=1):
    """Let each answer the question once, the first `wrong` of them wrongly."""
    for place, user in enumerate(users):
        answer(
            user,
            question_id=version.question_id,
            fraction=0.0 if place < wrong else 1.0,
            at=now_utc() - timedelta(days=days),
        )


def sit(users, exam, version, *, fraction, released=True, days=0):
    now = now_utc() - timedelta(days=days)
    for user in users:
        attempt = Attempt.objects.create(
            user=user,
            exam=exam,
            number=1,
            state=Attempt.State.GRADED,
            seed=1,
            started_at=now,
            submitted_at=now,
            deadline_at=now,
            released_at=now if released else None,
            score=1,
            maximum=1,
            percent=1,
            passed=True,
            paper={"sections": []},
        )
        ItemResult.objects.create(
            attempt_id=attempt.pk,
            slot=1,
            exam_id=exam.pk,
            user_id=user.pk,
            question_id=version.question_id,
            version_id=version.pk,
            state="graded",
            fraction=fraction,
            mark=Decimal(1),
            maximum=Decimal(1),
        )


def shown(client, **query):
    return client.get(URL, query).context["found"]


def test_topics_are_ranked_with_interval_and_questions(client, author, bank):
    users = [make_user() for _index in range(6)]
    hard, easy = make_topic(bank, "Hard"), make_topic(bank, "Easy")
    versions = [make_question(bank=bank, topic=topic) for topic in (hard, hard, easy)]
    practise(users, versions[0], wrong=6)
    practise(users, versions[1], wrong=3)
    practise(users, versions[2], wrong=1)
    client.force_login(author)
    response = client.get(URL)
    found = response.context["found"]
    assert [(row.topic.name, row.percent, row.estimate.n, row.estimate.learners) for row in found.topics] == [
        ("Hard", 75, 12, 6),
        ("Easy", 17, 6, 6),
    ]
    assert found.topics[0].low_percent < 75 < found.topics[0].high_percent
    assert [one.facility_percent for one in found.topics[0].questions] == [0, 50]
    assert reverse("authoring:figures", args=[versions[0].question.public_id]) in response.content.decode()
    assert found.learners == 6


def test_fewer_than_five_learners_are_not_shown(client, author, bank):
    topic = make_topic(bank, "Chapter")
    practise([make_user() for _index in range(4)], make_question(bank=bank, topic=topic), wrong=4)
    client.force_login(author)
    found = shown(client)
    assert (found.topics, found.left_out, found.learners) == ((), 1, None)
    assert "Not enough answers yet" in client.get(URL).content.decode()


def test_a_question_of_few_learners_stays_out_of_a_topic_of_many(client, author, bank):
    users = [make_user() for _index in range(5)]
    topic = make_topic(bank, "Chapter")
    practise(users, make_question(bank=bank, topic=topic))
    practise(users[:2], make_question(bank=bank, topic=topic), wrong=2)
    client.force_login(author)
    (row,) = shown(client).topics
    assert (row.estimate.n, len(row.questions)) == (7, 1)


def test_released_exams_count_and_others_do_not(client, author, bank):
    users = [make_user() for _index in range(5)]
    version = make_question(bank=bank, topic=make_topic(bank, "Chapter"))
    exam = make_exam(paper_version=make_paper_version(versions=[version]), owner=author)
    sit(users, exam, version, fraction=0.0)
    hidden = make_exam(paper_version=make_paper_version(versions=[version]), owner=author)
    sit([make_user() for _index in range(5)], hidden, version, fraction=1.0, released=False)
    practise([make_user() for _index in range(5)], version, days=45)
    client.force_login(author)
    assert shown(client).topics[0].percent == 100
    assert shown(client, days="90").topics[0].percent == 50
    assert shown(client, days="90", group=f"exam:{exam.public_id}").topics[0].percent == 100
    assert shown(client, days="9999").topics[0].estimate.n == 5


def test_a_course_is_a_class(client):
    course = make_course(title="Ledgers")
    teacher = make_user(is_instructor=True)
    course.instructors.add(make_teacher(teacher))
    learners = [make_learner(course) for _index in range(5)]
    bank = make_bank(owner=teacher, visibility="public")
    version = make_question(bank=bank, topic=make_topic(bank, "Chapter"))
    practise(learners, version, wrong=5)
    practise([make_user() for _index in range(5)], version)
    client.force_login(teacher)
    assert shown(client).topics[0].percent == 50
    assert shown(client, group=f"course:{course.public_id}").topics[0].percent == 100
    other = make_course()
    assert client.get(URL, {"group": f"course:{other.public_id}"}).status_code == 404


def test_an_organisation_shows_its_own_people_alone(client):
    trainer, members = make_user(), [make_user() for _index in range(5)]
    organization = make_organization(trainer=trainer, member=members[0])
    from edu.organizations.models import Membership

    for member in members[1:]:
        Membership.objects.create(user=member, organization=organization, role="member", joined_at=now_utc())
    bank = make_bank(organization=organization, visibility="organization")
    version = make_question(bank=bank, topic=make_topic(bank, "Chapter"))
    practise(members, version, wrong=5)
    practise([make_user() for _index in range(9)], version)
    client.force_login(trainer)
    assert (shown(client).topics[0].percent, shown(client).topics[0].estimate.n) == (100, 5)
    foreign = make_organization(trainer=make_user())
    for group in (f"organization:{foreign.pk}", "organization:x", "organization:-1", "nobody:1", "exam:1"):
        assert client.get(URL, {"group": group}).status_code == 404, group


def test_only_her_own_banks_are_there(client, author, bank):
    stranger = make_bank(owner=make_user(is_instructor=True), visibility="public", name="Not hers")
    client.force_login(author)
    assert "Not hers" not in client.get(URL).content.decode()
    for wanted in (stranger.public_id, uuid.uuid4(), "x", "' OR 1=1"):
        assert client.get(URL, {"bank": wanted}).status_code == 404
    client.force_login(make_user())
    assert client.get(URL).status_code == 403
    client.logout()
    assert client.get(URL).status_code == 302
    exam = make_exam(owner=author)
    client.force_login(stranger.owner)
    assert client.get(URL, {"group": f"exam:{exam.public_id}"}).status_code == 404


def test_an_author_without_banks_is_told_so(client):
    client.force_login(make_user(is_instructor=True))
    assert "No bank yet" in client.get(URL).content.decode()


@pytest.mark.parametrize("size", [1, 4])
def test_the_page_asks_the_same_number_of_questions(client, author, bank, size, django_assert_num_queries):
    users = [make_user() for _index in range(5 * size)]
    for number in range(size):
        topic = make_topic(bank, f"Chapter {number}")
        for _index in range(size):
            practise(users, make_question(bank=bank, topic=topic), wrong=2)
        make_bank(owner=author)
        make_exam(owner=author)
    client.force_login(author)
    client.get(URL, {"bank": bank.public_id})
    with django_assert_num_queries(19):
        client.get(URL, {"bank": bank.public_id})


def test_where_too_much_was_practised_the_newest_counts_and_the_page_says_so(
    client, author, bank, monkeypatch, django_assert_max_num_queries
):
    users = [make_user() for _index in range(6)]
    version = make_question(bank=bank, topic=make_topic(bank, "Chapter"))
    practise(users, version, wrong=6, days=20)
    practise(users, version, wrong=0, days=2)
    client.force_login(author)
    assert shown(client).practised_since is None
    assert "newest answers are counted" not in client.get(URL).content.decode()
    monkeypatch.setattr(weak_topics, "MOST_ANSWERS", 6)
    with django_assert_max_num_queries(19 + weak_topics.NARROWED):
        found = shown(client)
    [row] = found.topics
    assert (row.percent, row.estimate.n) == (0, 6)
    assert now_utc() - timedelta(days=20) < found.practised_since < now_utc() - timedelta(days=2)
    page = client.get(URL).content.decode()
    assert "were given in practice in the time chosen; those since" in page
    assert "Of exams" not in page


def test_where_too_many_exams_were_sat_the_newest_count_and_the_page_says_so(
    client, author, bank, monkeypatch, django_assert_max_num_queries
):
    version = make_question(bank=bank, topic=make_topic(bank, "Chapter"))
    exam = make_exam(owner=author, paper_version=make_paper_version(versions=[version]))
    older, newer = ([make_user() for _index in range(6)] for _time in range(2))
    sit(older, exam, version, fraction=0.0, days=20)
    sit(newer, exam, version, fraction=1.0, days=2)
    client.force_login(author)
    [row] = shown(client).topics
    assert (row.percent, row.estimate.n, shown(client).sat_since) == (50, 12, None)
    monkeypatch.setattr(weak_topics, "MOST_ANSWERS", 6)
    monkeypatch.setattr(weak_topics, "MOST_SCRIPTS", 6)
    with django_assert_max_num_queries(20):
        found = shown(client)
    [row] = found.topics
    assert (row.percent, row.estimate.n) == (0, 6)
    assert now_utc() - timedelta(days=20) < found.sat_since < now_utc() - timedelta(days=2)
    page = client.get(URL).content.decode()
    assert "attempts count: those handed in since" in page
    assert "given in practice" not in page
    assert "考试部分只统计最近" in client.get(URL, headers={"accept-language": "zh-hans"}).content.decode()


@pytest.mark.parametrize("days", [0, 3, 20, 29])
def test_what_was_answered_all_at_once_is_counted_all(client, author, bank, monkeypatch, days):
    users = [make_user() for _index in range(6)]
    version = make_question(bank=bank, topic=make_topic(bank, "Chapter"))
    practise(users, version, wrong=3, days=days)
    exam = make_exam(owner=author, paper_version=make_paper_version(versions=[version]))
    sit([make_user() for _index in range(6)], exam, version, fraction=1.0, days=days)
    client.force_login(author)
    for name in ("MOST_ANSWERS", "MOST_SCRIPTS"):
        monkeypatch.setattr(weak_topics, name, 2)
    assert shown(client).topics[0].estimate.n == 12
    assert shown(client, group=f"exam:{exam.public_id}").topics[0].estimate.n == 6


def test_the_exams_whose_papers_ask_the_bank_can_be_chosen(client, author, bank):
    version = make_question(bank=bank, topic=make_topic(bank, "Chapter"))
    for title in ("Fixed", "Drawn", "Of another bank"):
        paper_version = make_paper_version(versions=[version])
        make_exam(owner=author, title=title, paper_version=paper_version)
        section = PaperSection.objects.create(paper=paper_version.paper, position=1)
        if title == "Fixed":
            PaperItem.objects.create(section=section, position=1, question=version.question, marks=1)
        else:
            other = bank if title == "Drawn" else make_bank(owner=author)
            BlueprintRule.objects.create(section=section, position=1, bank=other, count=1, marks=1)
    client.force_login(author)
    page = client.get(URL, {"bank": bank.public_id}).content.decode()
    assert ["Exam: Fixed" in page, "Exam: Drawn" in page, "Exam: Of another bank" in page] == [True, True, False]


def test_the_inbox_is_linked_and_a_reply_reaches_the_reporter(client, author, bank):
    learner = make_user()
    version = make_question(bank=bank, topic=make_topic(bank, "Chapter"))
    report = report_question(version=version, reporter=learner, reason=Report.Reason.KEY, text="Why b?", url="/x/")
    client.force_login(author)
    response = client.get(URL)
    assert response.context["found"].open_reports == 1
    assert reverse("authoring:reports") in response.content.decode()
    answer_report(report=report, actor=author, reply="You are right, thank you.")
    told = Notification.objects.get(user=learner, kind="exams.report_answered")
    assert "You are right, thank you." in told.body
    assert shown(client).open_reports == 0
