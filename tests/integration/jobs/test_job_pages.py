import uuid

import pytest
from django.urls import reverse

from edu.core.errors import InvalidInput
from edu.jobs import registry
from edu.jobs.models import Job
from edu.jobs.registry import job
from edu.jobs.services import enqueue
from edu.notifications.models import Notification
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind():
    """Register a kind of job whose result the arguments choose."""
    name = "tests.pages"

    @job(name)
    def work(context, *, fail=False):
        if fail:
            message = "Row 7 has no staff number."
            raise InvalidInput(message)
        context.progress(40, "Row 40 of 100")
        return {"url": "/files/1/", "message": "100 rows"}

    yield name
    registry._functions.pop(name)


@pytest.fixture(params=["en", "zh-hans"])
def language(request, client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = request.param
    return request.param


def ask(kind, user, **arguments):
    return enqueue(kind=kind, arguments=arguments, owner_id=user.pk, title="Import")


def test_a_job_is_polled_until_it_is_finished(client, kind, run_jobs, language):
    user = make_user()
    row = ask(kind, user)
    client.force_login(user)
    detail, poll = (reverse(f"jobs:{name}", args=[row.public_id]) for name in ("detail", "progress"))
    assert poll in client.get(detail).content.decode()
    assert client.get(poll).status_code == 200
    run_jobs()
    answer = client.get(poll)
    assert answer.status_code == 286
    assert 'hx-get="/jobs' not in answer.content.decode()
    assert "HX-Refresh" not in answer
    on_its_page = client.get(poll, headers={"HX-Current-URL": f"http://testserver{detail}"})
    assert on_its_page["HX-Refresh"] == "true"
    assert "/files/1/" in client.get(detail).content.decode()


def test_a_failed_job_says_why(client, kind, run_jobs, language):
    user = make_user()
    row = ask(kind, user, fail=True)
    run_jobs()
    client.force_login(user)
    assert "Row 7" in client.get(reverse("jobs:detail", args=[row.public_id])).content.decode()


def test_a_job_is_cancelled_by_its_owner_once(client, kind, run_jobs):
    user = make_user()
    row = ask(kind, user)
    client.force_login(user)
    client.post(reverse("jobs:cancel", args=[row.public_id]))
    row.refresh_from_db()
    assert row.state == Job.State.CANCELLED
    run_jobs()
    row.refresh_from_db()
    assert row.state == Job.State.CANCELLED
    assert client.post(reverse("jobs:cancel", args=[row.public_id])).status_code == 302


def test_anothers_job_is_404_and_goes_on(client, kind):
    row = ask(kind, make_user())
    system = enqueue(kind=kind, arguments={})
    client.force_login(make_user())
    for public_id in (row.public_id, system.public_id, uuid.uuid4()):
        assert client.get(reverse("jobs:detail", args=[public_id])).status_code == 404
        assert client.get(reverse("jobs:progress", args=[public_id])).status_code == 404
        assert client.post(reverse("jobs:cancel", args=[public_id])).status_code == 404
    assert Job.objects.filter(kind=kind, state=Job.State.QUEUED).count() == 2


def test_the_list_shows_ones_own_jobs(client, kind, language):
    user = make_user()
    ask(kind, user)
    ask(kind, make_user())
    client.force_login(user)
    assert len(client.get(reverse("jobs:index")).context["page_obj"]) == 1


@pytest.mark.parametrize("fail", [False, True])
def test_the_owner_is_told_when_it_is_finished(kind, run_jobs, deliver_events, fail):
    user = make_user(language="en")
    ask(kind, user, fail=fail)
    run_jobs()
    deliver_events()
    deliver_events()
    row = Notification.objects.get(user=user, kind__startswith="notifications.job")
    assert row.kind == ("notifications.job_failed" if fail else "notifications.job_finished")
    assert not Job.objects.filter(kind="notifications.mail", arguments__notification_id=row.pk).exists()
