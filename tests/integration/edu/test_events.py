from datetime import timedelta

import pytest
from django.db import transaction

from edu.core.clock import now_utc
from edu.events import dispatch
from edu.events.models import EventDelivery, OutboxEvent
from edu.events.publish import publish
from edu.events.types import EnquiryReceived, UserRegistered
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db

SEEN: list[str] = []


def good_handler(event):
    SEEN.append(f"good {event.user_id}")


def writing_then_failing_handler(event):
    make_user(email=f"made-for-{event.user_id}@example.com")
    raise RuntimeError("handler broke")


@pytest.fixture
def subscriptions(monkeypatch):
    table = {}
    SEEN.clear()
    monkeypatch.setattr("edu.subscriptions.SUBSCRIPTIONS", table)
    return table


def test_an_event_reaches_its_handler_once(subscriptions, deliver_events):
    subscriptions[UserRegistered] = (f"{__name__}.good_handler",)
    publish(UserRegistered(user_id=7))
    assert deliver_events() == 1
    assert deliver_events() == 0
    assert SEEN == ["good 7"]


def test_an_event_of_a_transaction_that_failed_never_happened(subscriptions):
    def change_and_fail():
        with transaction.atomic():
            publish(UserRegistered(user_id=7))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert not OutboxEvent.objects.exists()


def test_a_failing_handler_leaves_nothing_and_stops_nobody(subscriptions, django_user_model):
    subscriptions[UserRegistered] = (f"{__name__}.writing_then_failing_handler", f"{__name__}.good_handler")
    publish(UserRegistered(user_id=7))
    dispatch.deliver_due()
    assert SEEN == ["good 7"]
    assert not django_user_model.objects.exists()
    failed = EventDelivery.objects.get(handler__endswith="failing_handler")
    assert (failed.delivered_at, failed.attempts) == (None, 1)
    assert "handler broke" in failed.error


def test_a_failed_delivery_is_tried_again_later_and_the_good_one_is_not(subscriptions):
    subscriptions[UserRegistered] = (f"{__name__}.writing_then_failing_handler", f"{__name__}.good_handler")
    publish(UserRegistered(user_id=7))
    dispatch.deliver_due()
    assert dispatch.deliver_due() == 0
    later = now_utc() + timedelta(hours=1)
    subscriptions[UserRegistered] = (f"{__name__}.good_handler",)
    assert dispatch.deliver_due(now=later) == 1
    assert SEEN == ["good 7"]


def test_an_event_that_keeps_failing_is_parked(subscriptions):
    subscriptions[UserRegistered] = (f"{__name__}.writing_then_failing_handler",)
    publish(UserRegistered(user_id=7))
    moment = now_utc()
    for _round in range(dispatch.MAX_ATTEMPTS + 5):
        moment += timedelta(hours=2)
        dispatch.deliver_due(now=moment)
    assert OutboxEvent.objects.get().attempts == dispatch.MAX_ATTEMPTS


def test_an_event_that_another_worker_holds_is_left_alone(subscriptions):
    subscriptions[UserRegistered] = (f"{__name__}.good_handler",)
    publish(UserRegistered(user_id=7))
    OutboxEvent.objects.update(next_attempt_at=now_utc() + timedelta(seconds=60))
    assert dispatch.deliver_due() == 0
    assert SEEN == []


def test_every_subscribed_handler_exists():
    from django.utils.module_loading import import_string

    from edu.subscriptions import SUBSCRIPTIONS

    for paths in SUBSCRIPTIONS.values():
        for path in paths:
            assert callable(import_string(path))


def test_an_event_without_handlers_is_done(subscriptions, deliver_events):
    publish(EnquiryReceived(enquiry_id=1))
    assert deliver_events() == 1
