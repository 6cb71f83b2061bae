import os
import subprocess
import sys

import pytest

GOOD = {
    "DJANGO_SETTINGS_MODULE": "edu.settings.production",
    "JINBANG_SECRET_KEY": "checked-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "JINBANG_ALLOWED_HOSTS": "learn.example.org",
    "JINBANG_BASE_URL": "https://learn.example.org",
    "DATABASE_URL": "postgres://jinbang:jinbang@127.0.0.1:5432/jinbang",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
}


def start(**changes):
    environment = {"PATH": os.environ["PATH"]} | {name: value for name, value in (GOOD | changes).items() if value}
    code = "from django.conf import settings; print(settings.DEBUG, settings.DEMO_SIGN_IN, settings.DEV_MAILBOX)"
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def test_a_complete_environment_starts_with_nothing_of_the_demo():
    done = start()
    assert done.stdout.split() == ["False", "False", "False"], done.stderr


@pytest.mark.parametrize(
    "name",
    ["JINBANG_SECRET_KEY", "JINBANG_ALLOWED_HOSTS", "JINBANG_BASE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"],
)
def test_a_missing_value_stops_the_start_with_its_name(name):
    done = start(**{name: ""})
    assert done.returncode != 0
    assert f"{name} is not set" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JINBANG_SECRET_KEY", "short"),
        ("JINBANG_SECRET_KEY", "a" * 60),
        ("JINBANG_ALLOWED_HOSTS", "*"),
        ("JINBANG_BASE_URL", "http://learn.example.org"),
        ("DATABASE_URL", "sqlite:///x.sqlite3"),
        ("JINBANG_DEBUG", "1"),
        ("JINBANG_DEMO_SIGN_IN", "1"),
    ],
)
def test_an_unsafe_value_stops_the_start_with_its_name(name, value):
    done = start(**{name: value})
    assert done.returncode != 0
    assert f"{name} is unsafe" in done.stderr


def test_front_servers_that_cannot_be_read_stop_the_start():
    done = start(JINBANG_TRUSTED_PROXIES="everybody")
    assert done.returncode != 0
    assert "JINBANG_TRUSTED_PROXIES is neither" in done.stderr
    assert start(JINBANG_TRUSTED_PROXIES="10.0.0.0/8").returncode == 0
