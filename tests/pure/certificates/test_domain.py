import random
from datetime import UTC, datetime, timedelta

import pytest

from certificates.domain.elements import HEIGHT, WIDTH, Code, Rectangle, TextBox
from certificates.domain.eligibility import (
    Decision,
    Existing,
    State,
    add_months,
    clean_name,
    decide,
    fill_placeholders,
    state_at,
    unknown_placeholders,
)
from certificates.domain.layout import DESIGNS, Facts, lay_out
from certificates.domain.serials import ALPHABET, InvalidSerial, make_serial, parse_serial

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def serial():
    return make_serial(year=2026, pick=random.Random(7).choice)


def test_serial_reads_well_and_parses_back(serial):
    assert serial.startswith("JB-2026-")
    assert len(serial) == 22
    assert parse_serial(serial) == serial
    assert set("0O1IL2Z5S8BGU").isdisjoint(ALPHABET)
    assert len(set(ALPHABET)) == 23


def test_serial_is_read_as_people_type_it(serial):
    assert parse_serial(serial.lower().replace("-", " ")) == serial
    assert parse_serial(f"  {serial.replace('-', '')} ") == serial
    assert parse_serial(serial.replace("-", "—").replace("J", "Ｊ", 1)) == serial


def test_every_wrong_character_is_found(serial):
    for place, character in enumerate(serial):
        if place < 8 or character == "-":
            continue
        for other in ALPHABET.replace(character, ""):
            with pytest.raises(InvalidSerial):
                parse_serial(serial[:place] + other + serial[place + 1 :])


def test_every_exchange_of_two_characters_is_found(serial):
    body = serial[8:].replace("-", "")
    for first in range(len(body) - 1):
        for second in range(first + 1, len(body) - 1):
            if body[first] == body[second]:
                continue
            swapped = list(body)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            with pytest.raises(InvalidSerial):
                parse_serial(serial[:8] + "".join(swapped))


@pytest.mark.parametrize(
    "text", ["", "JB", "JB-2026", "' OR 1=1 --", "JB-２０２６", "x" * 5000, "JB-2026-0000-0000-0000"]
)
def test_what_is_no_serial_is_refused(text):
    with pytest.raises(InvalidSerial):
        parse_serial(text)


def _decide(**changes):
    values = {"passed": True, "released": True, "earned_at": NOW, "has_name": True, "existing": None}
    return decide(**(values | changes))


def test_pass_that_the_learner_may_know_is_issued():
    assert _decide() is Decision.ISSUE
    assert _decide(has_name=False) is Decision.WAIT_FOR_NAME
    assert _decide(passed=False) is Decision.REFUSE
    assert _decide(released=False) is Decision.REFUSE


def test_existing_certificate_is_kept_unless_it_had_expired():
    day = timedelta(days=1)
    good = Existing(issued_at=NOW - day, expires_at=None, revoked_at=None)
    waiting = Existing(issued_at=None, expires_at=None, revoked_at=None)
    expired = Existing(issued_at=NOW - 9 * day, expires_at=NOW - day, revoked_at=None)
    assert _decide(existing=good) is Decision.KEEP
    assert _decide(existing=waiting) is Decision.ISSUE
    assert _decide(existing=waiting, has_name=False) is Decision.KEEP
    assert _decide(existing=expired) is Decision.RENEW
    assert _decide(existing=expired, has_name=False) is Decision.KEEP
    assert _decide(existing=expired, earned_at=NOW - 2 * day) is Decision.KEEP
    assert _decide(existing=Existing(issued_at=NOW, expires_at=NOW - day, revoked_at=NOW)) is Decision.KEEP


def test_state_of_a_certificate():
    def state(**changes):
        none = dict.fromkeys(["issued_at", "expires_at", "revoked_at", "superseded_at"])
        return state_at(now=NOW, **(none | changes))

    assert state() is State.WAITING
    assert state(issued_at=NOW) is State.VALID
    assert state(issued_at=NOW, expires_at=NOW + timedelta(seconds=1)) is State.VALID
    assert state(issued_at=NOW, expires_at=NOW) is State.EXPIRED
    assert state(issued_at=NOW, superseded_at=NOW) is State.REPLACED
    assert state(issued_at=NOW, superseded_at=NOW, revoked_at=NOW) is State.REVOKED


def test_months_end_on_a_day_that_exists():
    assert add_months(datetime(2026, 1, 31, tzinfo=UTC), 1).date().isoformat() == "2026-02-28"
    assert add_months(datetime(2024, 2, 29, tzinfo=UTC), 12).date().isoformat() == "2025-02-28"
    assert add_months(datetime(2026, 11, 21, tzinfo=UTC), 26).date().isoformat() == "2029-01-21"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 王 \n小燕 ", "王 小燕"),
        ("\u202eevil\u202c name\x00", "evil name"),
        ("   ", ""),
        ("12345 -", ""),
        ("Jose\u0301", "José"),
        ("古丽米热·阿卜杜拉", "古丽米热·阿卜杜拉"),
        ("A" * 200, "A" * 80),
    ],
)
def test_names_are_cleaned_for_print(text, expected):
    assert clean_name(text) == expected


def test_placeholders_are_filled_once_and_only_the_known_ones():
    assert unknown_placeholders("{name} {nmae} {0.__class__}") == ["nmae", "0.__class__"]
    filled = fill_placeholders("{name}: {score} {evil}", {"name": "{score}", "score": ""})
    assert filled == "{score}: – {evil}"


def make_facts(**changes):
    values = dict.fromkeys(Facts.__dataclass_fields__, "x")
    return Facts(**(values | changes))


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("seal", ["", "金", "金榜", "金榜题名"])
@pytest.mark.parametrize("expires_on", ["", "2028"])
def test_designs_keep_to_the_sheet(design, seal, expires_on):
    elements = lay_out(design=design, facts=make_facts(seal=seal, expires_on=expires_on, signatory=""))
    for element in elements:
        if isinstance(element, Rectangle | TextBox):
            assert 0 <= element.x <= element.x + element.width <= WIDTH
            assert 0 <= element.y <= element.y + element.height <= HEIGHT
    assert sum(isinstance(element, Code) for element in elements) == 1


def test_unknown_design_is_an_error():
    with pytest.raises(ValueError, match="no certificate design"):
        lay_out(design="baroque", facts=make_facts())
