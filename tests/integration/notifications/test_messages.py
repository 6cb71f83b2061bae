import re
import uuid

import pytest
from django.core import mail
from django.urls import reverse

from edu.jobs.models import Job
from edu.notifications.models import MailboxMessage, Notification, NotificationPreference
from edu.notifications.services import notify
from edu.notifications.sms import send_sms
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
INBOX_QUERIES = 7
"""Session, person, count, page and bell, and what the frame of every page asks: site settings and desks."""


def tell(user, **fields):
    values = {"kind": "notifications.job_finished", "context": {"title": "Import"}, "url": "/accounts/data/"}
    return notify(user_id=user.pk, **(values | fields))


@pytest.fixture
def user():
    return make_user(language="en")


# -- notify ---------------------------------------------------------------------------------------
def test_a_key_is_used_once(user, run_jobs):
    assert tell(user, dedupe_key="k") is not None
    assert tell(user, dedupe_key="k") is None
    run_jobs()
    assert len(mail.outbox) == 1


def test_the_mail_job_sends_once_however_often_it_runs(user, run_jobs):
    tell(user)
    run_jobs()
    Job.objects.filter(kind="notifications.mail").update(state="queued")
    run_jobs()
    assert len(mail.outbox) == 1
    assert Notification.objects.get().mailed_at


def test_a_mail_that_could_not_be_sent_is_sent_at_the_next_run(user, run_jobs, monkeypatch):
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", lambda _self: 1 / 0)
    tell(user)
    run_jobs()
    assert Notification.objects.get().mailed_at is None
    monkeypatch.undo()
    Job.objects.update(not_before_at="2020-01-01T00:00:00Z")
    run_jobs()
    assert len(mail.outbox) == 1


def test_messages_speak_the_persons_language(run_jobs):
    tell(make_user(language="zh-hans"))
    run_jobs()
    assert "已完成" in mail.outbox[0].subject
    assert 'lang="zh-Hans"' in mail.outbox[0].alternatives[0][0]


@pytest.mark.parametrize("fields", [{"mail": False}, {}])
def test_muted_categories_and_bell_only_messages_are_not_mailed(user, run_jobs, fields):
    if not fields:
        NotificationPreference.objects.create(user=user, category="jobs")
    tell(user, **fields)
    run_jobs()
    assert not mail.outbox
    assert Notification.objects.count() == 1


def test_unproved_addresses_get_no_mail(run_jobs):
    tell(make_user(verified=False))
    run_jobs()
    assert not mail.outbox


# -- unsubscribing --------------------------------------------------------------------------------
def test_one_click_ends_the_mails_of_a_category(user, run_jobs, settings, client):
    tell(user)
    run_jobs()
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = re.fullmatch(r"<(.+)>", headers["List-Unsubscribe"]).group(1).removeprefix(settings.BASE_URL)
    assert client.get(url).status_code == 200
    assert not NotificationPreference.objects.exists()
    strict = type(client)(enforce_csrf_checks=True)
    assert strict.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert strict.post(url).status_code == 200
    assert NotificationPreference.objects.get().category == "jobs"
    tell(user)
    run_jobs()
    assert len(mail.outbox) == 1


def test_forged_links_do_nothing(client):
    assert client.post(reverse("notifications:unsubscribe", args=["forged:token"])).status_code == 404
    assert not NotificationPreference.objects.exists()


def test_essential_kinds_cannot_be_switched_off(user, run_jobs):
    NotificationPreference.objects.create(user=user, category="account")
    notify(user_id=user.pk, kind="notifications.welcome", context={})
    run_jobs()
    assert len(mail.outbox) == 1
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


# -- pages ----------------------------------------------------------------------------------------
def test_opening_a_message_marks_it_read_and_leads_on(client, user):
    row = tell(user)
    client.force_login(user)
    assert client.get(reverse("notifications:open", args=[row.public_id]))["Location"] == "/accounts/data/"
    row.refresh_from_db()
    assert row.read_at


def test_a_message_never_leads_off_the_site(client, user):
    row = tell(user, url="//evil.example/")
    client.force_login(user)
    assert client.get(reverse("notifications:open", args=[row.public_id]))["Location"] == "/notifications/"


def test_anothers_message_is_404_and_stays_unread(client, user):
    row = tell(user)
    client.force_login(make_user())
    assert client.get(reverse("notifications:open", args=[row.public_id])).status_code == 404
    assert client.get(reverse("notifications:open", args=[uuid.uuid4()])).status_code == 404
    client.post(reverse("notifications:read_all"))
    row.refresh_from_db()
    assert row.read_at is None


def test_the_inbox_filters_and_marks_all(client, user):
    read, _unread = tell(user), tell(user)
    notify(user_id=user.pk, kind="notifications.welcome", context={})
    client.force_login(user)
    client.get(reverse("notifications:open", args=[read.public_id]))
    sizes = {
        show: len(client.get(f"/notifications/?show={show}").context["items"])
        for show in ("", "unread", "jobs", "account", "nonsense")
    }
    assert sizes == {"": 3, "unread": 2, "jobs": 2, "account": 1, "nonsense": 3}
    client.post(reverse("notifications:read_all"))
    assert not Notification.objects.filter(user=user, read_at__isnull=True).exists()


@pytest.mark.parametrize("size", [3, 40])
def test_the_inbox_costs_the_same_queries_at_any_size(client, user, django_assert_num_queries, size):
    for _message in range(size):
        tell(user)
    client.force_login(user)
    client.get(reverse("notifications:inbox"))  # the site's own settings are then in the cache
    with django_assert_num_queries(INBOX_QUERIES):
        client.get(reverse("notifications:inbox"))


def test_the_bell_counts_and_rings_in_both_languages(client, user, settings):
    tell(user)
    client.force_login(user)
    assert "1 unread message" in client.get(reverse("notifications:bell")).content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert "1 条未读消息" in client.get(reverse("notifications:bell")).content.decode()


def test_preferences_keep_what_is_not_ticked(client, user):
    client.force_login(user)
    client.post(reverse("notifications:preferences"), {"categories": []})
    assert {row.category for row in NotificationPreference.objects.filter(user=user)} >= {"jobs"}
    client.post(reverse("notifications:preferences"), {"categories": ["jobs"]})
    assert not NotificationPreference.objects.filter(user=user, category="jobs").exists()
    assert client.post(reverse("notifications:preferences"), {"categories": ["x"]}).status_code == 200


# -- the development mailbox ----------------------------------------------------------------------
def test_the_mailbox_lists_finds_and_shows(client, settings, user, run_jobs):
    settings.EMAIL_BACKEND = "edu.notifications.mail.MailboxBackend"
    send_sms(phone="+8613800138000", text="Your code is 123456")
    tell(user)
    run_jobs()
    page = client.get(reverse("dev:mailbox"))
    assert len(page.context["page_obj"]) == 2
    found = client.get(reverse("dev:mailbox"), {"q": "13800138000"}).context["page_obj"]
    assert [row.channel for row in found] == ["sms"]
    row = MailboxMessage.objects.get(channel="mail")
    assert client.get(reverse("dev:message", args=[row.pk])).status_code == 200
    frame = client.get(reverse("dev:message_html", args=[row.pk]))
    assert "script-src 'none'" in frame["Content-Security-Policy"]
    assert '<base target="_top">' in frame.content.decode()
    assert client.get(reverse("dev:message", args=[999999])).status_code == 404
