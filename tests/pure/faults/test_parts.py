"""A campaign is added up from its parts, whatever was interrupted, repeated, or run beside it."""

import json

import pytest

from tests.faults.parts import Part, Parts, is_clean, table
from tests.faults.verdict import Tally


@pytest.fixture
def parts(tmp_path):
    return Parts(folder=tmp_path / "parts", latest=tmp_path / "latest.json")


def _part(*, database="sqlite", fault="web killed", first=0, runs=10, failures=(), **tally):
    counted = {"acknowledged": 70, "graded": 70} | tally
    return Part(
        database=database,
        fault=fault,
        first=first,
        runs=runs,
        tally=Tally(runs=runs, **counted),
        done={"dropped": 3},
        failures=list(failures),
        at="2026-01-01T00:00:00+00:00",
        seconds=5,
        commit="abc",
    )


def test_parts_of_both_databases_are_added_up(parts):
    parts.begin(seed=7)
    for database in ("sqlite", "postgresql"):
        for first in (0, 10):
            parts.add(_part(database=database, first=first))
    parts.add(_part(fault="two tabs", runs=4))
    found = json.loads(parts.latest.read_text())
    assert (found["runs"], found["acknowledged"], found["graded"], found["seed"]) == (44, 350, 350, 7)
    assert (found["lost"], found["double_submissions"], found["wrong_marks"]) == (0, 0, 0)
    assert found["by_fault"]["web killed"]["runs"] == 40
    assert found["by_fault"]["web killed"]["done"] == {"dropped": 12}
    assert found["by_database"]["postgresql"]["runs"] == 20
    assert is_clean(found)


def test_a_campaign_goes_on_where_it_stopped(parts):
    assert parts.begin(seed=7) == 7
    parts.add(_part())
    assert parts.begin(seed=8) == 7
    assert parts.next_run(database="sqlite", fault="web killed") == 10
    assert parts.next_run(database="postgresql", fault="web killed") == 0


def test_one_fault_is_forgotten_and_run_again(parts):
    parts.add(_part(lost=1))
    parts.add(_part(fault="two tabs"))
    assert not is_clean(parts.add_up())
    parts.forget(databases=["sqlite"], faults=["web killed"])
    assert parts.next_run(database="sqlite", fault="web killed") == 0
    assert [part.fault for part in parts.all()] == ["two tabs"]
    assert is_clean(parts.add_up())
    parts.forget_all()
    assert parts.all() == []


def test_a_run_that_failed_is_not_clean(parts):
    parts.add(_part(failures=["sqlite, web killed-3: GaveUp"]))
    found = parts.add_up()
    assert found["failures"] == 1
    assert not is_clean(found)


def test_the_table_has_a_line_for_each_fault_and_for_all(parts):
    parts.add(_part(acknowledged=12_345))
    parts.add(_part(fault="two tabs"))
    lines = table(parts.add_up()).splitlines()
    assert [line.split("|")[1].strip() for line in lines if line.startswith("|")][2:] == [
        "two tabs",
        "web killed",
        "*all on sqlite*",
        "**all**",
    ]
    assert "12,345" in next(line for line in lines if line.startswith("| web killed"))
    assert "web killed: dropped 3" in lines
