"""What a learner sees of her practice: today, mastery, streak, trends, goal; and the reminder that one click stops."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from edu.core.clock import now_utc
from edu.notifications.models import Notification, NotificationPreference
from edu.notifications.unsubscribe import make_unsubscribe_url
from exams.domain.mastery import Level
from exams.models import PracticeAnswer, PracticePreference, PracticeSession, QuestionProgress, Topic
from exams.practice.days import day_began, site_today
from exams.practice.goals import save_goals
from exams.practice.mastery import list_mastery
from exams.practice.reminders import remind_learners
from exams.practice.today import Act, today
from tests.factories.exams import make_bank, make_question, make_user

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 6, 17, 12, 30, tzinfo=UTC)
"""20:30 in Shanghai, the time zone of the site."""


def make_topic(bank, name, parent=None):
    topic = Topic.objects.create(bank=bank, name=name, parent=parent)
    topic.path = f"{parent.path if parent else '/'}{topic.pk}/"
    topic.save()
    return topic


def make_session(user, **fields):
    values = {
        "mode": PracticeSession.Mode.CHAPTER,
        "title": "Chapter",
        "items": [],
        "states": "--",
        "started_at": now_utc(),
        "active_at": now_utc(),
        "finished_at": now_utc(),
    }
    return PracticeSession.objects.create(user=user, **values | fields)


def answer(user, *, at=None, count=1, fraction=1.0, question_id=0, session=None, seconds=30):
    at = at or now_utc()
    session = session or make_session(user)
    start = session.answers.count()
    PracticeAnswer.objects.bulk_create(
        PracticeAnswer(
            session=session,
            user=user,
            index=start + index,
            question_id=question_id,
            version_id=0,
            state="graded",
            fraction=fraction,
            seconds=seconds,
            answered_at=at,
        )
        for index in range(count)
    )
    return session


def know(user, version, *, fraction=1.0, at=None, due_at=None, in_book=False):
    """Let the learner have answered a question; with `in_book` it went wrong once and waits."""
    at = at or now_utc()
    return QuestionProgress.objects.create(
        user=user,
        question=version.question,
        version_id=version.pk,
        answered_count=1,
        last_fraction=fraction,
        last_answered_at=at,
        last_wrong_at=at if in_book else None,
        stability=10.0,
        difficulty=5.0,
        due_at=due_at or at + timedelta(days=10),
    )


def make_due(user, count=1, at=None):
    past = (at or now_utc()) - timedelta(hours=2)
    bank = make_bank(visibility="public")
    questions = [make_question(bank=bank) for _index in range(count)]
    return [know(user, one, fraction=0.0, at=past, due_at=past, in_book=True) for one in questions]


# -- today -------------------------------------------------------------------------------------------
def test_today_goes_on_repeats_practises_and_rests():
    user = make_user()
    assert (today(user.pk).act, today(user.pk).has_begun) == (Act.DAILY, False)
    make_due(user, 2)
    assert (today(user.pk).act, today(user.pk).due) == (Act.DUE, 2)
    session = make_session(user, finished_at=None, answered_count=1)
    row = today(user.pk)
    assert (row.act, row.session.public_id, row.session.total) == (Act.CONTINUE, str(session.public_id), 2)
    session.delete()
    QuestionProgress.objects.all().delete()
    answer(user, count=3)
    assert today(user.pk).act is Act.DAILY
    PracticePreference.objects.create(user=user, daily_goal=3)
    row = today(user.pk)
    assert (row.act, row.answered, row.is_goal_reached, row.streak.length) == (Act.REST, 3, True, 1)
    assert row.percent == 100


def test_a_finished_practice_of_the_day_is_enough():
    user = make_user()
    make_session(user, mode=PracticeSession.Mode.DAILY)
    assert today(user.pk).act is Act.REST
    make_session(make_user(), mode=PracticeSession.Mode.DAILY)


def test_a_practice_left_long_ago_does_not_press():
    user = make_user()
    make_session(user, finished_at=None, active_at=now_utc() - timedelta(days=3))
    assert today(user.pk).act is Act.DAILY


def test_today_is_of_the_learner_alone_and_cheap(django_assert_num_queries):
    make_due(make_user(), 3)
    answer(make_user(), count=5)
    user = make_user()
    assert (today(user.pk).due, today(user.pk).answered) == (0, 0)
    make_due(user, 5)
    answer(user, count=5)
    with django_assert_num_queries(5):
        assert today(user.pk).due == 5


def test_the_page_of_practice_shows_one_button_and_celebrates_once(client):
    user = make_user()
    PracticePreference.objects.create(user=user, daily_goal=2)
    client.force_login(user)
    make_due(user)
    page = client.get(reverse("practice:index")).content.decode()
    assert f'action="{reverse("practice:start_due")}"' in page
    assert "1 question is ready to be repeated" in page
    assert "Goal of today: 0 of 2 questions" in page
    QuestionProgress.objects.all().delete()
    page = client.get(reverse("practice:index")).content.decode()
    assert f'action="{reverse("practice:daily")}"' in page
    answer(user, count=2)
    assert "Goal reached: 2 questions today." in client.get(reverse("practice:index")).content.decode()
    page = client.get(reverse("practice:index")).content.decode()
    assert "Goal reached" not in page
    assert "That is all for today" in page


def test_the_home_of_the_learner_says_what_practice_asks(client):
    user = make_user()
    client.force_login(user)
    answer(user, count=2)
    make_due(user, 2)
    steps = client.get(reverse("learning:home")).context["agenda"].steps
    assert (steps[0].title, steps[0].url, steps[0].is_post) == (
        "2 questions ready to be repeated",
        reverse("practice:start_due"),
        True,
    )
    assert steps[0].note == "Today 2 of 20 questions · 1 day in a row"


# -- progress ----------------------------------------------------------------------------------------
def test_mastery_is_added_up_along_the_tree_and_sorted_by_the_weakest(client):
    user = make_user()
    bank = make_bank(visibility="public", name="Open bank")
    whole = make_topic(bank, "Whole")
    strong, weak = make_topic(bank, "Strong", whole), make_topic(bank, "Weak", whole)
    for topic, fraction in ((strong, 1.0), (weak, 0.0)):
        for _index in range(4):
            know(user, make_question(bank=bank, topic=topic), fraction=fraction)
        make_question(bank=bank, topic=topic)
    page = list_mastery(user=user, now=now_utc())
    rows = {row.topic.name: row for row in page.begun[0].topics}
    assert [row.topic.name for row in page.begun[0].topics] == ["Whole", "Strong", "Weak"]
    assert [(rows[name].mastery.answered, rows[name].mastery.total) for name in rows] == [(8, 10), (4, 5), (4, 5)]
    assert rows["Strong"].percent == 100
    assert rows["Weak"].percent == 0
    assert rows["Weak"].mastery.level is Level.WEAK
    assert rows["Whole"].percent == 50
    assert [row.topic.name for row in page.weakest] == ["Weak", "Strong"]
    client.force_login(user)
    text = client.get(reverse("practice:progress")).content.decode()
    assert "Practise this" in text
    assert reverse("practice:start_bank", args=[bank.public_id]) in text
    text = client.get(reverse("practice:progress"), {"sort": "weakest"}).content.decode()
    assert text.index(">Weak<") < text.index(">Strong<")


def test_mastery_leaves_out_what_is_not_open_or_not_asked(client):
    user = make_user()
    sold = make_bank(visibility="public", requires_grant=True, name="Sold bank")
    private = make_bank(name="Private bank")
    bank = make_bank(visibility="public", name="Open bank")
    topics = [make_topic(row, "Chapter") for row in (sold, private, bank)]
    for topic in topics:
        for _index in range(3):
            know(user, make_question(bank=topic.bank, topic=topic))
    gone = know(user, make_question(bank=bank, topic=topics[2]))
    gone.question.status = "retired"
    gone.question.save()
    other = make_user()
    know(other, make_question(bank=bank, topic=topics[2]), fraction=0.0)
    page = list_mastery(user=user, now=now_utc())
    assert [(row.bank.name, row.mastery.answered, row.mastery.total) for row in page.begun] == [("Open bank", 3, 4)]
    client.force_login(user)
    text = client.get(reverse("practice:progress")).content.decode()
    assert "Sold bank" not in text
    assert "Private bank" not in text


def test_questions_that_an_exam_hides_are_left_out(monkeypatch):
    user = make_user()
    bank = make_bank(visibility="public")
    topic = make_topic(bank, "Chapter")
    rows = [know(user, make_question(bank=bank, topic=topic), fraction=0.0) for _index in range(4)]
    monkeypatch.setattr("exams.practice.mastery.hidden_questions", lambda **_: frozenset([rows[0].question_id]))
    found = list_mastery(user=user, now=now_utc()).begun[0]
    assert (found.mastery.answered, found.mastery.total) == (3, 3)


@pytest.mark.parametrize("size", [1, 5])
def test_the_page_of_progress_asks_the_same_number_of_questions(client, size, django_assert_num_queries):
    user = make_user()
    for number in range(size):
        bank = make_bank(visibility="public")
        for name in range(size):
            topic = make_topic(bank, f"Chapter {name}")
            for _index in range(size):
                know(user, make_question(bank=bank, topic=topic))
        answer(user, count=size, at=now_utc() - timedelta(days=number))
    client.force_login(user)
    client.get(reverse("practice:progress"))
    with django_assert_num_queries(15):
        client.get(reverse("practice:progress"))


def test_trends_and_strip_say_what_happened(client):
    user = make_user()
    now = now_utc()
    answer(user, count=6, fraction=1.0, seconds=20)
    answer(user, count=6, fraction=0.0, seconds=2000, at=now - timedelta(days=29))
    answer(user, count=4, fraction=0.5, at=now - timedelta(days=29))
    answer(make_user(), count=50)
    client.force_login(user)
    response = client.get(reverse("practice:progress"))
    trends, columns = response.context["trends"], response.context["strip"]
    assert trends.accuracy.rows[-1].cells == ("100 %",)
    assert trends.pace.rows[-1].cells == ("20",)
    assert trends.answered.bars[-1].value_label == "6"
    assert len([cell for cell in columns["cells"] if cell["depth"]]) == 2
    assert response.context["streak"].length == 1
    assert "One missed day in any seven is forgiven" in response.content.decode()


def test_a_newcomer_sees_a_calm_empty_page(client):
    client.force_login(make_user())
    text = client.get(reverse("practice:progress")).content.decode()
    assert "Nothing to tell yet" in text
    assert "Trends appear here" in text


@pytest.mark.parametrize("name", ["practice:progress", "practice:goals"])
def test_a_visitor_is_asked_to_sign_in(client, name):
    assert client.get(reverse(name)).status_code == 302


# -- goals -------------------------------------------------------------------------------------------
def test_goal_and_reminder_are_kept_and_the_rest_stays(client):
    user = make_user()
    PracticePreference.objects.create(user=user, mastery_streak=4, daily_goal=20)
    client.force_login(user)
    url = reverse("practice:goals")
    assert client.post(url, {"daily_goal": "35", "reminds": "on", "reminder_hour": "7"}).status_code == 302
    row = PracticePreference.objects.get(user=user)
    assert (row.daily_goal, row.reminds, row.reminder_hour, row.mastery_streak) == (35, True, 7, 4)
    for bad in ({"daily_goal": "501"}, {"daily_goal": "-1"}, {"reminder_hour": "24"}, {"daily_goal": "many"}):
        response = client.post(url, {"daily_goal": "1", "reminder_hour": "7"} | bad)
        assert response.status_code == 422
    assert PracticePreference.objects.get(user=user).daily_goal == 35
    assert PracticePreference.objects.count() == 1


def test_who_asks_for_reminders_gets_their_mails_again():
    user = make_user()
    NotificationPreference.objects.create(user=user, category="practice")
    NotificationPreference.objects.create(user=user, category="exams")
    save_goals(user_id=user.pk, daily_goal=10, reminds=True, reminder_hour=23)
    assert list(NotificationPreference.objects.values_list("category", flat=True)) == ["exams"]


# -- reminders ---------------------------------------------------------------------------------------
def make_reminded(*, hour=19, days_ago=1, due=0, **fields):
    user = make_user(**fields)
    PracticePreference.objects.create(user=user, reminds=True, reminder_hour=hour)
    if days_ago is not None:
        answer(user, at=EVENING - timedelta(days=days_ago))
    make_due(user, due, at=EVENING)
    return user


def test_a_learner_is_reminded_once_a_day_with_what_is_due(run_jobs):
    user = make_reminded(due=3)
    assert remind_learners(now=EVENING) == 1
    assert remind_learners(now=EVENING + timedelta(hours=1)) == 0
    row = Notification.objects.get()
    assert (row.user, row.kind, row.url) == (user, "exams.practice_reminder", "/practice/")
    assert row.title == "3 questions are ready to be repeated"
    assert "1 day in a row" in row.body
    run_jobs()
    (message,) = mail.outbox
    assert message.subject == row.title
    assert "List-Unsubscribe" in message.extra_headers
    assert remind_learners(now=EVENING + timedelta(days=1)) == 1


def test_the_reminder_comes_in_the_language_of_the_learner():
    make_reminded(due=2, language="zh-hans")
    remind_learners(now=EVENING)
    assert "2" in Notification.objects.get().title
    assert "questions" not in Notification.objects.get().title


def test_nobody_is_reminded_without_reason():
    make_reminded(hour=22)  # her hour has not come
    make_reminded(days_ago=0)  # has practised today
    make_reminded(days_ago=None)  # has nothing to go on with
    make_reminded(is_active=False)
    gone = make_reminded()
    gone.deleted_at = now_utc()
    gone.save()
    off = make_reminded()
    PracticePreference.objects.filter(user=off).update(reminds=False)
    told = make_reminded()
    PracticePreference.objects.filter(user=told).update(reminded_on=site_today(EVENING))
    assert remind_learners(now=EVENING) == 0
    assert not Notification.objects.exists()


def test_two_workers_never_remind_twice(monkeypatch):
    """The second finds the row that the first has set in between."""
    from exams.practice import reminders

    user = make_reminded(due=1)
    rows = list(PracticePreference.objects.filter(user=user))
    assert reminders._remind(rows, now=EVENING) == 1
    Notification.objects.all().delete()
    assert reminders._remind(rows, now=EVENING) == 0
    assert not Notification.objects.exists()


def test_one_click_stops_the_reminders(client, deliver_events):
    user, other = make_reminded(due=1), make_reminded(due=1)
    link = make_unsubscribe_url(user_id=user.pk, category="practice")
    path = "/" + link.split("/", 3)[3]
    asked = client.get(path).content.decode()
    assert "No more reminders to practise?" in asked
    assert PracticePreference.objects.get(user=user).reminds
    done = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert (done.status_code, "behind the bell" in done.content.decode()) == (200, False)
    assert reverse("practice:goals") in done.content.decode()
    deliver_events()
    assert not PracticePreference.objects.get(user=user).reminds
    assert PracticePreference.objects.get(user=other).reminds
    assert remind_learners(now=EVENING) == 1
    assert Notification.objects.get().user == other


def test_stopping_other_mails_leaves_the_reminder(client, deliver_events):
    user = make_reminded()
    client.post("/" + make_unsubscribe_url(user_id=user.pk, category="exams").split("/", 3)[3])
    deliver_events()
    assert PracticePreference.objects.get(user=user).reminds


@pytest.mark.parametrize("size", [2, 9])
def test_deciding_takes_the_same_statements_for_any_number(size, django_assert_num_queries, monkeypatch):
    for _index in range(size):
        make_reminded(due=2)
    monkeypatch.setattr("exams.practice.reminders.notify", lambda **_: None)
    PracticePreference.objects.filter(user__in=[]).delete()
    monkeypatch.setattr(PracticePreference.objects.none().__class__, "update", lambda self, **_: 0)
    with django_assert_num_queries(5 + 2 * size):  # of each learner: the savepoint around setting and telling
        assert remind_learners(now=EVENING) == 0


def test_the_day_begins_at_midnight_of_the_site():
    assert site_today(EVENING) == datetime(2026, 6, 17, tzinfo=UTC).date()
    assert day_began(site_today(EVENING)) == datetime(2026, 6, 16, 16, 0, tzinfo=UTC)
    assert site_today(datetime(2026, 6, 17, 16, 0, tzinfo=UTC)).day == 18


def test_the_settings_of_practice_hold_the_goal_beside_the_rule(client):
    user = make_user()
    client.force_login(user)
    url = reverse("practice:settings")
    assert "Save the goal" in client.get(url).content.decode()
    sent = {"section": "goal", "goal-daily_goal": "8", "goal-reminds": "on", "goal-reminder_hour": "6"}
    assert client.post(url, sent).status_code == 302
    row = PracticePreference.objects.get(user=user)
    assert (row.daily_goal, row.reminds, row.reminder_hour) == (8, True, 6)
    assert client.post(url, sent | {"goal-daily_goal": "900"}).status_code == 422
