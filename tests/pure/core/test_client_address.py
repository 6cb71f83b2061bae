import pytest

from edu.core.client_address import TrustedProxies, find_client_address, parse_trusted_proxies


@pytest.mark.parametrize(
    ("setting", "remote", "header", "found"),
    [
        ("", "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        ("0", "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        ("1", "10.0.0.1", "", "10.0.0.1"),
        ("1", "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("1", "10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("2", "10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("2", "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("1", "", "203.0.113.9", "203.0.113.9"),
        ("1", "10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"),
        ("1", "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("1", "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("1", "10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.0/8, 2001:db8::/32", "2001:db8::5", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.0/8", "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.0/8", "203.0.113.50", "198.51.100.1", "203.0.113.50"),
        ("10.0.0.0/8", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.0/8", "10.0.0.1", "203.0.113.9, nonsense, 10.0.0.2", "10.0.0.2"),
    ],
)
def test_the_sender_is_the_right_most_address_that_nobody_vouches_away(setting, remote, header, found):
    trusted = parse_trusted_proxies(setting)
    assert find_client_address(remote=remote, forwarded_for=header, trusted=trusted) == found


@pytest.mark.parametrize("text", ["-1", "ten", "10.0.0.0/99", "10.0.0.1 10.0.0.2"])
def test_an_unreadable_setting_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_trusted_proxies(text)


def test_an_empty_setting_trusts_nobody():
    assert parse_trusted_proxies(" ") == TrustedProxies()
