"""Templates: what is downloaded comes in again without a remark, in every format and both languages."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from exams.authoring.banks import create_bank
from exams.interchange.formats.registry import list_formats
from exams.interchange.imports import create_import
from exams.interchange.planning import plan_import
from exams.models import ImportRow
from tests.factories.exams import make_user

pytestmark = pytest.mark.django_db

SHEET = {
    *("single_choice", "multiple_choice", "true_false", "fill_blank", "numerical"),
    *("short_text", "essay", "matching", "ordering", "material"),
}
GIFT = {"single_choice", "multiple_choice", "true_false", "short_text", "numerical", "matching", "essay"}
PAPER = SHEET - {"short_text"}
CARRIED = {
    "xlsx": (SHEET, SHEET),
    "delimited": (SHEET, SHEET),
    "gift": (GIFT, GIFT),
    "chinese_text": (PAPER, PAPER - {"matching", "ordering"}),
    "docx": (PAPER, PAPER - {"matching", "ordering"}),
}
"""Types of the Chinese and of the English template; JSON Lines has all."""


def test_these_formats_have_a_template():
    assert {name for name, entry in list_formats().items() if entry.example} == {*CARRIED, "json_lines"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", [*CARRIED, "json_lines"])
def test_a_template_comes_in_without_a_remark(name, language, client):
    author = make_user(is_instructor=True)
    client.force_login(author)
    bank = create_bank(actor=author, name="Bank", language="en")
    page = client.get(reverse("authoring:import", args=[bank.public_id])).content.decode()
    address = reverse("authoring:import_example", args=[name, language])
    assert address in page
    answer = client.get(address)
    file_name = answer["Content-Disposition"].split('"')[1]
    batch = create_import(bank=bank, actor=author, file_name=file_name, content=ContentFile(answer.content))
    plan_import(batch_id=batch.pk, say=lambda _percent, _text: None)
    batch.refresh_from_db()
    assert batch.format == name
    rows = list(ImportRow.objects.filter(batch=batch))
    assert [(row.row, row.problems, row.doubts, row.losses) for row in rows] == [(row.row, [], [], []) for row in rows]
    assert {row.state for row in rows} == {"new"}
    if name in CARRIED:
        assert {row.type for row in rows} == CARRIED[name][language == "en"]
