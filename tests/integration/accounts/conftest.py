import re

import pytest
from django.core.cache import cache

from edu.notifications.models import MailboxMessage

LANGUAGES = ["en", "zh-hans"]


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture(params=LANGUAGES)
def language(request, client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = request.param
    return request.param


@pytest.fixture
def last_code():
    """Return the code of the newest text message."""

    def read() -> str:
        return re.search(r"\d{6}", MailboxMessage.objects.filter(channel="sms").first().text).group()

    return read


@pytest.fixture
def mailed_code(mailoutbox):
    def read() -> str:
        return re.search(r"\b\d{6}\b", mailoutbox[-1].body).group()

    return read
