from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu.core import clock, ids
from edu.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from edu.core.money import CurrencyMismatch, Money, minor_digits

CHINA = timezone(timedelta(hours=8))


def yuan(minor: int) -> Money:
    return Money(minor, "CNY")


@pytest.mark.parametrize(("currency", "digits"), [("CNY", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)])
def test_minor_digits(currency, digits):
    assert minor_digits(currency) == digits


@pytest.mark.parametrize("code", ["cny", "RM", "RMBX", "", "12A"])
def test_a_malformed_currency_is_refused(code):
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, code)


@pytest.mark.parametrize("minor", [1.0, True, "1", Decimal(1)])
def test_money_is_whole_minor_units(minor):
    with pytest.raises(TypeError):
        Money(minor, "CNY")


def test_arithmetic_and_order():
    assert yuan(5) + yuan(3) == yuan(8)
    assert yuan(5) - yuan(8) == yuan(-3)
    assert -yuan(5) == yuan(-5)
    assert yuan(5).times(3) == yuan(15)
    assert yuan(1) < yuan(2) <= yuan(2)
    assert yuan(3) > yuan(2) >= yuan(2)
    assert yuan(1)
    assert not yuan(0)


def test_currencies_never_mix():
    with pytest.raises(CurrencyMismatch):
        yuan(1) + Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        assert yuan(1) < Money(1, "USD")


def test_floats_never_enter():
    with pytest.raises(TypeError):
        yuan(1).times(0.5)
    with pytest.raises(TypeError):
        yuan(1).share(0.5)
    with pytest.raises(TypeError):
        Money.from_decimal(1.5, "CNY")


def test_decimals_go_in_and_out():
    assert Money.from_decimal(Decimal("12.34"), "CNY") == yuan(1234)
    assert str(yuan(1200).to_decimal()) == "12.00"
    assert str(Money(5, "JPY").to_decimal()) == "5"
    for bad in ("12.345", "NaN"):
        with pytest.raises(InvalidInput):
            Money.from_decimal(Decimal(bad), "CNY")


def test_share_rounds_half_away_from_zero():
    assert yuan(5).share(Decimal("0.5")) == yuan(3)
    assert yuan(-5).share(Decimal("0.5")) == yuan(-3)


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_allocation_loses_nothing(minor, weights):
    if not any(weights):
        with pytest.raises(ValueError, match="positive"):
            yuan(minor).allocate(weights)
        return
    parts = yuan(minor).allocate(weights)
    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)


def test_allocation_gives_the_odd_unit_to_the_earlier():
    assert yuan(100).allocate([1, 1, 1]) == (yuan(34), yuan(33), yuan(33))
    with pytest.raises(ValueError, match="not negative"):
        yuan(1).allocate([2, -1])


def test_public_ids_are_random():
    assert ids.new_public_id() != ids.new_public_id()
    assert ids.new_public_id().version == 4


def test_codes_have_their_length_and_no_look_alikes():
    assert len(ids.new_short_code(length=10)) == 10
    assert not set("0O1IL") & set(ids.SERIAL_ALPHABET)
    assert len(ids.new_numeric_code(digits=6)) == 6
    assert ids.new_numeric_code().isdigit()


def test_serials_check_themselves():
    for _ in range(50):
        serial = ids.new_serial()
        assert len(serial) == 12
        assert ids.is_valid_serial(f" {serial[:4].lower()}-{serial[4:8]} {serial[8:]} ")


@given(
    st.text(ids.SERIAL_ALPHABET, min_size=11, max_size=11),
    st.integers(0, 11),
    st.sampled_from(ids.SERIAL_ALPHABET),
)
def test_a_wrong_or_swapped_sign_is_caught(body, at, sign):
    serial = body + ids.check_character(body)
    changed = serial[:at] + sign + serial[at + 1 :]
    assert ids.is_valid_serial(changed) == (changed == serial)
    swapped = serial[1] + serial[0] + serial[2:]
    assert ids.is_valid_serial(swapped) == (swapped == serial)


@pytest.mark.parametrize("text", ["", "A", "O0I1", "A" * 40])
def test_what_is_no_serial_is_invalid(text):
    assert not ids.is_valid_serial(text)


def test_the_clock_is_aware_and_utc():
    assert clock.now_utc().tzinfo is UTC


def test_days_and_moments():
    midnight = datetime(2026, 1, 1, tzinfo=CHINA)
    assert clock.start_of_day(on=date(2026, 1, 1), zone=CHINA) == midnight
    assert clock.as_utc(midnight).hour == 16
    assert clock.local_date(moment=datetime(2025, 12, 31, 17, tzinfo=UTC), zone=CHINA) == date(2026, 1, 1)
    assert clock.whole_seconds_between(earlier=midnight, later=midnight + timedelta(seconds=1.9)) == 1
    assert clock.whole_seconds_between(earlier=midnight, later=midnight - timedelta(seconds=0.1)) == -1


def test_naive_moments_are_refused():
    with pytest.raises(ValueError, match="time zone"):
        clock.as_utc(datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="time zone"):
        clock.local_date(moment=datetime(2026, 1, 1), zone=UTC)


@pytest.mark.parametrize("kind", [NotAllowed, NotFound, Conflict, InvalidInput])
def test_errors_carry_code_message_and_field(kind):
    error = kind()
    assert isinstance(error, DomainError)
    assert error.message
    assert error.code == kind.code
    named = kind("Say what to do.", code="special", field="name")
    assert (str(named), named.code, named.field) == ("Say what to do.", "special", "name")
    assert "special" in repr(named)
    assert "name" in repr(named)
