"""Every address of the operator's desk: strangers sign in, all others find nothing, and nothing changes."""

import uuid

import pytest
from django.urls import reverse

from edu.access.models import Door, Grant
from edu.audit.models import AuditEntry
from edu.operations.models import GrantBatch
from edu.operations.urls import urlpatterns
from edu.organizations.models import Membership, Organization
from payments.models import Coupon, Offer
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


def addresses():
    for pattern in urlpatterns:
        names = pattern.pattern.converters
        values = {name: "CODE" if name == "code" else uuid.uuid4() for name in names}
        yield reverse(f"operations:{pattern.name}", kwargs=values)


def snapshot():
    acts = AuditEntry.objects.exclude(action="access.refused_often")  # that somebody tried is written down
    return [rows.count() for rows in (acts, *(model.objects for model in (Grant, Door, GrantBatch, Coupon, Offer)))]


@pytest.fixture
def outsiders():
    trainer = make_user()
    house = Organization.objects.create(name="House", code="house")
    Membership.objects.create(
        organization=house, user=trainer, role=Membership.Role.TRAINER, joined_at="2026-01-01T00:00:00Z"
    )
    return [make_user(), trainer, make_user(is_instructor=True), make_user(is_staff=True)]


def test_strangers_are_sent_to_sign_in(client):
    before = snapshot()
    for url in addresses():
        for send in (client.get, client.post):
            response = send(url)
            assert response.status_code == 302, url
            assert response.url.startswith(reverse("account_login")), url
    assert snapshot() == before


def test_learners_trainers_and_instructors_find_nothing(client, outsiders):
    before = snapshot()
    for person in outsiders:
        client.force_login(person)
        for url in addresses():
            for send in (client.get, client.post):
                assert send(url, {"reason": "x", "code": "X", "title": "X"}).status_code == 404, url
    assert snapshot() == before


def test_operators_open_every_page(client):
    client.force_login(make_user(is_operator=True))
    for pattern in urlpatterns:
        if not pattern.pattern.converters and pattern.name not in {"grant_one", "grant_file"}:
            assert client.get(reverse(f"operations:{pattern.name}")).status_code == 200, pattern.name
