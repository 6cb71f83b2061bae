"""The sender's address behind front servers, where limits and exams ask for it."""

import pytest
from django.urls import reverse

from certificates.verify import MAX_MISSES
from edu.accounts.adapter import AccountAdapter
from edu.accounts.throttle import client_address
from edu.core.client_address import parse_trusted_proxies
from exams.models import Attempt
from tests.factories.exams import make_exam, make_user

FRONT = "10.0.0.1"


@pytest.fixture
def behind_a_front_server(settings):
    settings.TRUSTED_PROXIES = parse_trusted_proxies("10.0.0.0/8")


def test_limits_count_by_the_sender_and_not_by_what_she_claims(rf, behind_a_front_server):
    request = rf.get("/", REMOTE_ADDR=FRONT, headers={"X-Forwarded-For": "192.0.2.1, 203.0.113.9"})
    assert client_address(request) == "203.0.113.9"
    assert AccountAdapter(request).get_client_ip(request) == "203.0.113.9"
    direct = rf.get("/", REMOTE_ADDR="203.0.113.50", headers={"X-Forwarded-For": "192.0.2.1"})
    assert client_address(direct) == "203.0.113.50"


def test_without_the_setting_the_header_is_not_believed(rf):
    request = rf.get("/", REMOTE_ADDR="203.0.113.50", headers={"X-Forwarded-For": "192.0.2.1"})
    assert client_address(request) == "203.0.113.50"
    assert AccountAdapter(request).get_client_ip(request) == "203.0.113.50"


@pytest.mark.django_db
def test_an_exam_room_is_not_entered_with_an_invented_address(client, behind_a_front_server):
    client.force_login(make_user())
    url = reverse("exams:start", args=[make_exam(address_ranges=["192.0.2.0/24"]).public_id])
    client.post(url, REMOTE_ADDR=FRONT, headers={"X-Forwarded-For": "192.0.2.1, 203.0.113.9"})
    assert not Attempt.objects.exists()
    client.post(url, REMOTE_ADDR=FRONT, headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.1"})
    assert Attempt.objects.count() == 1


@pytest.mark.usefixtures("one_rate_window")
@pytest.mark.django_db
def test_guessing_serials_is_stopped_whatever_address_is_claimed(client, behind_a_front_server):
    url = "/api/v1/certificates/verify/JB-1"
    for number in range(MAX_MISSES):
        claimed = f"192.0.2.{number % 250}, 203.0.113.9"
        assert client.get(url, REMOTE_ADDR=FRONT, headers={"X-Forwarded-For": claimed}).status_code == 404
    assert client.get(url, REMOTE_ADDR=FRONT, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 429
    assert client.get(url, REMOTE_ADDR=FRONT, headers={"X-Forwarded-For": "203.0.113.10"}).status_code == 404
