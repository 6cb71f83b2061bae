"""kill -9 of server and worker between the steps of the checkout: paid once, granted once, books in order."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from edu.access.models import Grant
from edu.access.queries import has_access
from edu.core.clock import now_utc
from edu.events.models import OutboxEvent
from edu.jobs.models import Job
from edu.notifications.models import Notification
from edu.training.models import SeatPool
from payments.books import check_ledger
from payments.checkout.record_event import receive_notification
from payments.models import LedgerEntry, Order, Payment, ProviderEvent
from payments.providers.sandbox import Sandbox
from tests.factories.payments import begin_payment, make_offer, make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_SECONDS = 60
TOKEN = "a" * 32


def address_of_database() -> str:
    """Return the address of the test database for another process."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    place = urllib.parse.quote(str(known["HOST"]), safe="")
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{place}:{known['PORT']}/{known['NAME']}"


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a server or a worker which dies at a step; what still lives is ended."""
    processes = []

    def begin(role, step="none", port=0):
        log = (tmp_path / f"{len(processes)}-{role}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.payments.dying_process", role, step, str(port)],
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "edu.settings.test",
                "DATABASE_URL": address_of_database(),
                "JINBANG_VAR": str(tmp_path),
                "JINBANG_BROKER": "database",
            },
            cwd=settings.BASE_DIR,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        processes.append(process)
        return process

    yield begin
    for process in processes:
        if process.poll() is None:
            process.kill()
            process.wait()


def until(is_true, *, process=None):
    """Wait until something is true of the database or the network; a process that ends meanwhile fails the test."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_true():
        assert process is None or process.poll() is None, "the process ended"
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def assert_killed(process):
    """Wait for the process to be killed by SIGKILL, and by nothing else."""
    assert process.wait(WAIT_SECONDS) == -signal.SIGKILL


def let_time_pass():
    """Let leases and pauses run out, as they do by themselves in a minute and a half."""
    past = now_utc() - timedelta(minutes=5)
    Job.objects.filter(state="running").update(lease_until_at=past)
    OutboxEvent.objects.filter(delivered_at__isnull=True).update(next_attempt_at=past)
    ProviderEvent.objects.filter(applied_at__isnull=True).update(received_at=past)


def is_settled():
    return (
        Order.objects.filter(state="paid", fulfilled_at__isnull=False).exists()
        and not OutboxEvent.objects.filter(delivered_at__isnull=True).exists()
        and not Job.objects.filter(kind="payments.apply_event").exclude(state="done").exists()
    )


def assert_paid_and_granted_once(*, user, key):
    order = Order.objects.get()
    assert (order.state, order.paid_minor, order.flag) == ("paid", order.total_minor, "")
    assert Payment.objects.filter(state="confirmed").count() == 1
    assert ProviderEvent.objects.get().outcome == "accepted"
    assert sorted(LedgerEntry.objects.values_list("kind", flat=True)) == ["payment", "revenue"]
    assert check_ledger().faults == ()
    assert OutboxEvent.objects.filter(name="OrderPaid").count() == 1
    assert Notification.objects.filter(kind="payments.paid").count() == 1
    if order.lines.get().kind == "seats":
        assert SeatPool.objects.get(product_key=key).bought_count == 3
    else:
        assert Grant.objects.filter(user=user, product_key=key, source_kind="order").count() == 1
        assert has_access(user_id=user.pk, product_key=key)


def order_seats():
    from edu.organizations.models import Membership, Organization

    user = make_user()
    organization = Organization.objects.create(name="Huachen", code="huachen")
    Membership.objects.create(organization=organization, user=user, role="trainer", joined_at=now_utc())
    offer = make_offer(kind="seats", product_key=f"course:{uuid.uuid4()}", organization_only=True)
    return make_order(user=user, offer=offer, quantity=3, organization_id=organization.pk)


@pytest.mark.parametrize(
    ("step", "state", "entries", "grants"),
    [
        ("money_undecided", "pending", [], 0),
        ("money_committed", "paid", ["payment"], 0),
        ("grant_uncommitted", "paid", ["payment"], 0),
        ("grant_given", "paid", ["payment", "revenue"], 1),
        ("outbox_delivered", "paid", ["payment", "revenue"], 0),
    ],
)
def test_worker_killed_between_the_steps_finishes_them_once_after_its_restart(start, step, state, entries, grants):
    order = order_seats() if step == "outbox_delivered" else make_order()
    key = order.lines.get().product_key
    payment = begin_payment(order)
    headers, body = Sandbox().notification_for(Sandbox().choose(reference=payment.public_id, choice="success"))
    receive_notification(provider="sandbox", headers=headers, body=body)

    assert_killed(start("worker", step))
    order.refresh_from_db()
    assert order.state == state
    assert sorted(LedgerEntry.objects.values_list("kind", flat=True)) == entries
    assert Grant.objects.filter(product_key=key).count() == grants
    if step == "outbox_delivered":
        assert OutboxEvent.objects.filter(name="OrderPaid", delivered_at__isnull=True).exists()

    let_time_pass()
    until(is_settled, process=start("worker"))
    assert_paid_and_granted_once(user=order.user, key=key)


class Browser:
    """A client that repeats a request until it is answered, as a person reloads and a provider notifies again."""

    def __init__(self, *, start, step, user):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start, self.step = start, step
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
            "X-CSRFToken": TOKEN,
        }
        self.serve(step)
        self.deaths = 0

    def serve(self, step):
        self.process = self.start("server", step, self.port)
        until(self.is_up, process=self.process)

    def is_up(self):
        with contextlib.closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def post(self, path, data, headers=None):
        """Post and return the answer's status; a server that dies is started again and asked the same."""
        body = data if isinstance(data, bytes) else urllib.parse.urlencode(data).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=body, headers={**self.headers, **(headers or {})}
        )
        try:
            return NO_REDIRECTS.open(request, timeout=WAIT_SECONDS).status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except (OSError, urllib.error.URLError):
            assert_killed(self.process)
            self.deaths += 1
            self.serve("none")
            return self.post(path, data, headers)


class _KeepRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments, **_named):
        return None


NO_REDIRECTS = urllib.request.build_opener(_KeepRedirects)


@pytest.mark.parametrize("step", ["order_placed", "payment_begun", "event_recorded"])
def test_server_killed_before_its_answer_is_asked_again_and_nothing_is_done_twice(
    start, step, run_jobs, deliver_events
):
    user, offer = make_user(), make_offer()
    browser = Browser(start=start, step=step, user=user)
    wanted = {"accept_terms": "on", "expected_total_minor": "10000", "idempotency_key": "one-click"}
    assert browser.post(f"/shop/offers/{offer.public_id}/", wanted) == 302
    order = Order.objects.get()
    chosen = {"provider": "sandbox", "idempotency_key": "one-payment"}
    assert browser.post(f"/shop/orders/{order.public_id}/pay/", chosen) == 302
    payment = Payment.objects.get()
    assert payment.state == "pending"
    headers, body = Sandbox().notification_for(Sandbox().choose(reference=payment.public_id, choice="success"))
    assert browser.post("/shop/webhooks/sandbox/", body, {**headers, "Content-Type": "application/json"}) == 200
    assert browser.deaths == 1
    run_jobs()
    deliver_events()
    assert_paid_and_granted_once(user=user, key=offer.product_key)
