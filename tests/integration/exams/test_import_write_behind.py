"""Imports that write behind the reader's back, which they do on a server and outside of any transaction."""

import json
import threading

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection

from exams.authoring.banks import create_bank
from exams.interchange import applying, pacing, planning
from exams.interchange.imports import begin_apply, create_import
from exams.interchange.planning import plan_import
from exams.interchange.write_behind import WriteBehind
from exams.models import ImportBatch, ImportRow, Question
from tests.integration.exams.authoring_people import make_author

pytestmark = pytest.mark.django_db(transaction=True)


def say(_percent: int, _text: str) -> None:
    """Tell nobody."""


@pytest.fixture
def batch(monkeypatch):
    monkeypatch.setattr(pacing, "MOST", 3)
    author = make_author()
    bank = create_bank(actor=author, name="Bank")
    rows = [
        {"type": "true_false", "content": {"stem": f"Statement {n}"}, "key": {"correct": True}, "ref": f"r{n}"}
        for n in range(20)
    ]
    data = ContentFile("\n".join(json.dumps(row) for row in rows).encode())
    made = create_import(bank=bank, actor=author, file_name="a.jsonl", content=data, format="json_lines")
    plan_import(batch_id=made.pk, say=say)
    return ImportBatch.objects.get(pk=made.pk)


def test_a_whole_import_is_there_in_its_order(batch):
    assert batch.report["new"] == 20
    begin_apply(batch=batch)
    applying.apply_import(batch_id=batch.pk, say=say)
    found = Question.objects.order_by("pk").values_list("ref", "batch_id", "live")
    assert list(found) == [(f"r{n}", batch.pk, True) for n in range(20)]
    batch.refresh_from_db()
    assert (batch.state, batch.applied_position, batch.report["created"]) == ("applied", 20, 20)


def test_a_reference_taken_meanwhile_is_looked_for_again(batch, monkeypatch):
    real, calls = applying._insert_questions, []

    def fail_once(*arguments):
        calls.append(threading.current_thread().name)
        if len(calls) == 3:
            raise IntegrityError
        return real(*arguments)

    monkeypatch.setattr(applying, "_insert_questions", fail_once)
    begin_apply(batch=batch)
    applying.apply_import(batch_id=batch.pk, say=say)
    assert Question.objects.count() == 20
    assert (calls[0] != threading.current_thread().name) == (connection.vendor == "postgresql")


def test_what_fails_behind_stops_the_import_which_goes_on_later(batch, monkeypatch):
    real, calls = applying._insert_questions, []

    def fail(*arguments):
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("power cut")
        return real(*arguments)

    monkeypatch.setattr(applying, "_insert_questions", fail)
    begin_apply(batch=batch)
    with pytest.raises(RuntimeError, match="power cut"):
        applying.apply_import(batch_id=batch.pk, say=say)
    batch.refresh_from_db()
    assert (batch.state, batch.applied_position, Question.objects.count()) == ("applying", 9, 0)
    applying.apply_import(batch_id=batch.pk, say=say)
    assert Question.objects.count() == Question.everything.count() == 20


def break_off():
    with WriteBehind() as behind:
        if connection.vendor == "postgresql":
            behind.run(lambda: 1 // 0)
        raise KeyError


def test_things_are_done_one_after_the_other_and_an_error_reaches_the_caller():
    done: list[int] = []
    with WriteBehind() as behind:
        for number in range(5):
            behind.run(lambda number=number: done.append(number))
    assert done == [0, 1, 2, 3, 4]
    with pytest.raises(ZeroDivisionError), WriteBehind() as behind:
        behind.run(lambda: 1 // 0)
    # An error of the caller is not hidden by one behind it.
    with pytest.raises(KeyError):
        break_off()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("write-behind")]


class Late(WriteBehind):
    """Writes as late as it may."""

    def __enter__(self):
        self.waiting = []
        return self

    def __exit__(self, kind, error, trace):
        for act in self.waiting:
            act()

    def run(self, act):
        self.waiting.append(act)
        while len(self.waiting) > self._ahead:
            self.waiting.pop(0)()


def test_rows_that_wait_to_be_written_are_compared_with_as_well(monkeypatch):
    monkeypatch.setattr(pacing, "MOST", 2)
    monkeypatch.setattr(planning, "WriteBehind", Late)
    author = make_author()
    bank = create_bank(actor=author, name="Bank")
    stems = [f"Statement {n}" for n in range(16)]
    stems[4], stems[9], stems[15] = "Statement 3", "Statement 3", "Statement 0"
    refs = [f"r{n}" for n in range(16)]
    refs[7] = "r2"
    rows = [
        {"type": "true_false", "content": {"stem": stem}, "key": {"correct": True}, "ref": ref}
        for stem, ref in zip(stems, refs, strict=True)
    ]
    data = ContentFile("\n".join(json.dumps(row) for row in rows).encode())
    made = create_import(bank=bank, actor=author, file_name="a.jsonl", content=data, format="json_lines")
    plan_import(batch_id=made.pk, say=say)
    states = dict(ImportRow.objects.filter(batch=made).values_list("position", "state"))
    repeated = dict(ImportRow.objects.filter(batch=made).values_list("position", "repeats_position"))
    assert {position for position, state in states.items() if state == "duplicate"} == {5, 10, 16}
    assert (repeated[5], repeated[10], repeated[16]) == (4, 4, 1)
    assert states[8] == "failed"
