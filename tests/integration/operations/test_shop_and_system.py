import uuid

import pytest
from django.urls import reverse

from edu.access.models import Door
from edu.access.services import register_door
from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.events.dispatch import MAX_ATTEMPTS
from edu.events.models import EventDelivery, OutboxEvent
from edu.jobs.models import Job
from edu.notifications.models import Notification
from edu.website.models import Enquiry
from edu.website.services import receive_enquiry
from payments.models import Coupon, Offer, Order
from payments.services import create_offer, pay_in_sandbox, place_order, publish_offer
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db
KEY = "course:7b0f1c52-4a0e-4d7e-9f55-0c5b8f0a1234"


@pytest.fixture
def operator(client):
    user = make_user(is_operator=True)
    client.force_login(user)
    register_door(product_key=KEY, title="Accounting", url="/courses/accounting/")
    return user


def make_offer(price=19900):
    offer = create_offer(actor=None, title="Accounting", kind="course", product_key=KEY, price_minor=price)
    return publish_offer(actor=None, offer_public_id=offer.public_id)


def make_order(*, paid=True):
    buyer = make_user()
    offer = Offer.objects.first() or make_offer()
    place_order(user=buyer, items=[(offer.public_id, 1)], idempotency_key=uuid.uuid4().hex, accept_terms=True)
    order = Order.objects.get(user=buyer)
    if paid:
        pay_in_sandbox(user=buyer, order_public_id=order.public_id)
        order.refresh_from_db()
    return order


@pytest.mark.django_db(transaction=True)
def test_a_refund_by_amount_is_made_once_and_wrong_amounts_are_refused(client):
    operator = make_user(is_operator=True)
    client.force_login(operator)
    order = make_order()
    url = reverse("operations:order_refund", args=[order.public_id])
    assert client.post(url, {"amount": "999", "reason": "x", "key": "a"}).status_code == 422
    assert client.post(url, {"amount": "0", "reason": "x", "key": "a"}).status_code == 422
    assert client.post(url, {"amount": "50", "reason": "", "key": "a"}).status_code == 422
    order.refresh_from_db()
    assert order.refunded_minor == 0
    for _time in range(2):
        assert client.post(url, {"amount": "50", "reason": "Late", "key": "once"}).status_code == 302
    order.refresh_from_db()
    assert order.refunded_minor == 5000
    assert AuditEntry.objects.filter(action="order.refund", actor=operator).count() == 1
    page = client.get(reverse("operations:order", args=[order.public_id])).content.decode()
    assert "Sandbox payment" in page
    assert ">sandbox<" not in page
    assert "Late" in page
    assert client.post(url, {"amount": "", "reason": "All", "key": "rest"}).status_code == 302
    order.refresh_from_db()
    assert order.refunded_minor == order.paid_minor


@pytest.mark.django_db(transaction=True)
def test_a_transfer_is_booked_and_another_amount_is_not(client):
    client.force_login(make_user(is_operator=True))
    order = make_order(paid=False)
    url = reverse("operations:order_transfer", args=[order.public_id])
    client.post(url, {"amount": "1.00", "bank_reference": "B-1"})
    order.refresh_from_db()
    assert order.state == "pending"
    client.post(url, {"amount": "199.00", "bank_reference": "B-2"})
    order.refresh_from_db()
    assert order.state == "paid"


def test_orders_are_listed_filtered_and_exported(client, operator):
    order = make_order(paid=False)
    assert order.number in client.get(reverse("operations:orders"), {"q": order.number}).content.decode()
    assert order.number not in client.get(reverse("operations:orders"), {"state": "refunded"}).content.decode()
    assert client.get(reverse("operations:orders"), {"from_on": "nonsense", "page": "x"}).status_code == 200
    assert client.get(reverse("operations:orders_export")).content[:2] == b"PK"


def test_offers_are_made_taken_off_sale_and_put_back(client, operator):
    values = {"kind": "single", "product_key": KEY, "price": "199", "publish": "on"}
    assert client.post(reverse("operations:offer_create"), values).status_code == 302
    offer = Offer.objects.get()
    assert (offer.title, offer.kind, offer.price_minor, offer.status) == ("Accounting", "course", 19900, "on_sale")
    url = reverse("operations:offer_sale", args=[offer.public_id])
    client.post(url, {"on_sale": "0"})
    offer.refresh_from_db()
    assert offer.status == "off_sale"
    assert Door.objects.get(product_key=KEY).price_minor is None
    client.post(url, {"on_sale": "1"})
    offer.refresh_from_db()
    assert offer.status == "on_sale"
    assert client.post(url.replace(str(offer.public_id), str(uuid.uuid4())), {"on_sale": "1"}).status_code == 404


def test_a_bundle_needs_two_products_and_a_title(client, operator):
    other = "course:11111111-4a0e-4d7e-9f55-0c5b8f0a1234"
    register_door(product_key=other, title="Statistics", url="/")
    url = reverse("operations:offer_create")
    assert client.post(url, {"kind": "bundle", "item_keys": [KEY], "price": "10"}).status_code == 422
    assert not Offer.objects.exists()
    values = {"kind": "bundle", "item_keys": [KEY, other], "title": "Both", "price": "299", "publish": "on"}
    assert client.post(url, values).status_code == 302
    assert Offer.objects.get().items.count() == 2
    assert client.post(url, {"kind": "seats", "product_key": KEY, "price": "80"}).status_code == 302
    assert Offer.objects.get(kind="seats").organization_only


def test_coupons_are_made_and_switched_off(client, operator):
    url = reverse("operations:coupons")
    wrong = {"code": "MAY", "title": "May", "percent": "10", "amount": "5", "per_learner_limit": "1"}
    assert client.post(url, wrong).status_code == 422
    assert not Coupon.objects.exists()
    assert client.post(url, wrong | {"amount": ""}).status_code == 302
    assert client.post(url, wrong | {"amount": ""}).status_code == 422
    client.post(reverse("operations:coupon_active", args=["MAY"]), {"active": "0"})
    assert not Coupon.objects.get().is_active
    assert client.post(reverse("operations:coupon_active", args=["GHOST"]), {"active": "1"}).status_code == 404


def test_an_enquiry_reaches_every_operator_once_and_is_followed_up(client, operator, deliver_events):
    make_user(is_operator=True)
    row = receive_enquiry(values={"company": "Acme", "name": "Wang", "phone": "1", "email": ""}, source="/enterprise/")
    deliver_events()
    deliver_events()
    assert Notification.objects.filter(kind="operations.enquiry").count() == 2
    url = reverse("operations:enquiry", args=[row.public_id])
    assert client.post(url, {"state": "nonsense", "note": "x"}).status_code == 422
    client.post(url, {"state": "contacted", "note": "Called"})
    row.refresh_from_db()
    assert (row.state, row.note, row.handled_by) == (Enquiry.State.CONTACTED, "Called", operator)
    assert AuditEntry.objects.filter(action="enquiry.follow_up").count() == 1


def test_failed_jobs_and_parked_events_are_tried_again(client, operator):
    now = now_utc()
    job = Job.objects.create(
        kind="x", state="failed", error="E", attempts=3, not_before_at=now, created_at=now, finished_at=now
    )
    event = OutboxEvent.objects.create(
        event_id=uuid.uuid4(),
        name="UserRegistered",
        payload={"user_id": 1},
        published_at=now,
        next_attempt_at=now,
        attempts=MAX_ATTEMPTS,
    )
    EventDelivery.objects.create(event=event, handler="a.b", error="Boom")
    page = client.get(reverse("operations:system")).content.decode()
    assert "Boom" in page
    assert client.post(reverse("operations:job_retry", args=[job.public_id])).status_code == 302
    assert client.post(reverse("operations:job_retry", args=[job.public_id])).status_code == 404
    assert client.post(reverse("operations:event_retry", args=[event.event_id])).status_code == 302
    assert client.post(reverse("operations:event_retry", args=[event.event_id])).status_code == 404
    job.refresh_from_db()
    event.refresh_from_db()
    assert (job.state, job.attempts, event.attempts) == ("queued", 0, 0)
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"job.retry", "event.retry"}


def test_the_audit_log_is_filtered_and_paged(client, operator):
    for number in range(60):
        AuditEntry.objects.create(
            at=now_utc(),
            actor=operator,
            actor_label="Op",
            action="a.b" if number else "c.d",
            object_kind="x",
            object_id=str(number),
            object_label=f"Thing {number}",
        )
    url = reverse("operations:audit")
    assert len(client.get(url).context["rows"]) == 50
    assert len(client.get(url, {"page": 2}).context["rows"]) == 10
    assert len(client.get(url, {"action": "c.d"}).context["rows"]) == 1
    assert len(client.get(url, {"q": "Thing 7"}).context["rows"]) == 1
