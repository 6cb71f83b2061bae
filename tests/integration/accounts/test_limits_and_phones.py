import pytest

from edu.accounts.demo import list_demo_accounts
from edu.accounts.passwords import ALPHABET, make_first_password
from edu.accounts.phones import InvalidPhone, format_phone, normalize_phone
from edu.accounts.queries import public_name
from edu.accounts.throttle import check_rate
from edu.core.errors import TooManyRequests
from tests.factories.accounts import make_phone, make_user


def test_a_window_takes_its_number_and_says_when_the_next_begins():
    for _request in range(3):
        check_rate(key="k", limit=3, window_seconds=60, now=600.0)
    with pytest.raises(TooManyRequests) as caught:
        check_rate(key="k", limit=3, window_seconds=60, now=615.0)
    assert caught.value.retry_after_seconds == 45
    check_rate(key="k", limit=3, window_seconds=60, now=660.0)
    check_rate(key="other", limit=3, window_seconds=60, now=615.0)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "+8613800138000"),
        (" 138-0013-8000 ", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+44 20 7946 0018", "+442079460018"),
        ("+852 5123 4567", "+85251234567"),
    ],
)
def test_phones_are_kept_in_one_form(typed, kept):
    assert normalize_phone(text=typed) == kept


@pytest.mark.parametrize("typed", ["", "abc", "123", "+86 1", "1380013800"])
def test_what_is_no_phone_is_refused(typed):
    with pytest.raises(InvalidPhone):
        normalize_phone(text=typed)


def test_phones_are_shown_as_people_write_them():
    assert format_phone(phone="+8613800138000") == "138 0013 8000"
    assert format_phone(phone="+442079460018").startswith("+44 ")


def test_first_passwords_differ_and_can_be_read_out():
    made = {make_first_password() for _time in range(50)}
    assert len(made) == 50
    assert set("".join(made)) <= set(ALPHABET) | {"-"}


@pytest.mark.django_db
def test_strangers_learn_neither_name_nor_mail_nor_phone():
    user = make_user(real_name="王小明", phone=make_phone())
    name = public_name(user=user)
    for secret in (user.real_name, user.email, user.phone):
        assert secret not in name


@pytest.mark.parametrize("text", ["", "{}", "[1]", "nonsense"])
def test_a_broken_list_of_demo_accounts_offers_none(settings, tmp_path, text):
    settings.VAR_DIR, settings.DEMO_SIGN_IN = tmp_path, True
    (tmp_path / "demo-accounts.json").write_text(text)
    assert list_demo_accounts() == []
