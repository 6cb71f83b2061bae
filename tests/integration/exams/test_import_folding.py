"""What rows lose is told by kind, also where it names something of each row."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils.translation import override

from exams.authoring.banks import create_bank
from exams.interchange import folding
from exams.interchange.folding import Fold
from exams.interchange.imports import create_import
from exams.interchange.planning import plan_import
from tests.factories.exams import make_user

GIFT = "\n\n".join(f"::Name {number}:: Is {number} a number? {{T}}" for number in range(1, 31))


def lost(text, **values):
    return {"file": "", "row": 0, "field": "name", "text": text, "values": values}


def folded(*rows, maximum_rows=folding.MAXIMUM_ROWS):
    fold = Fold(maximum_rows=maximum_rows)
    for position, remarks in enumerate(rows, start=1):
        fold.add("losses", remarks, row=position, position=position)
    return fold.sorted()


def test_what_each_row_names_for_itself_is_one_kind_with_an_example():
    (entry,) = folded(*([lost("Left out: %(name)s.", name=f"Q{number}")] for number in range(1000)))
    assert (entry["count"], entry["is_example"], entry["remark"]["values"]) == (1000, True, {"name": "Q0"})
    assert entry["rows"] == [[number, number] for number in range(1, 501)]


def test_what_several_rows_name_stands_apart():
    rows = [[lost("No column %(name)s.", name=name) for name in ("A", "B")] for _row in range(3)]
    entries = folded(*rows, [lost("No column %(name)s.", name="C")])
    assert [(entry["count"], entry["remark"]["values"]["name"]) for entry in entries] == [(3, "A"), (3, "B"), (1, "C")]
    assert not any(entry.get("is_example") for entry in entries)


def test_a_row_that_names_two_is_counted_once():
    (entry,) = folded([lost("%(name)s", name="A"), lost("%(name)s", name="B")], [lost("%(name)s", name="C")])
    assert (entry["count"], entry["rows"]) == (2, [[1, 1], [2, 2]])


def test_names_are_bounded(monkeypatch):
    monkeypatch.setattr(folding, "MAXIMUM_VARIANTS", 5)
    rows = [[lost("%(name)s", name=str(number // 2))] for number in range(40)]
    entries = folded(*rows)
    assert len(entries) <= 6
    assert sum(entry["count"] for entry in entries) == 40


@pytest.mark.django_db
def test_names_of_questions_are_one_line_of_the_preview(client):
    author = make_user(is_instructor=True)
    client.force_login(author)
    bank = create_bank(actor=author, name="Bank", language="en")
    batch = create_import(bank=bank, actor=author, file_name="a.gift", content=ContentFile(GIFT.encode()))
    plan_import(batch_id=batch.pk, say=lambda _percent, _text: None)
    batch.refresh_from_db()
    assert [(entry["count"], len(entry["rows"])) for entry in batch.report["folded"]] == [(30, 30)]
    with override("en"):
        page = client.get(reverse("authoring:import_batch", args=[batch.public_id])).content.decode()
    assert page.count("30 questions</strong>") == 1
    assert "for example: The name of the question, Name 1, is left out." in page
