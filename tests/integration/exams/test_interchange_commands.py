"""The commands of imports and exports, and the page of exports: the same use cases, the same answers."""

import base64
import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from exams.authoring.banks import create_bank
from exams.domain.grading import conceal_ids
from exams.interchange.formats.registry import list_formats
from exams.interchange.formats.xlsx_writing import example
from exams.models import Bank, ImportBatch, Question, QuestionExport
from media.services import keep_illustration
from tests.factories.exams import SAMPLES, make_question, make_user

pytestmark = pytest.mark.django_db
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def author(client):
    user = make_user(is_instructor=True)
    client.force_login(user)
    return user


@pytest.fixture
def bank(author):
    return create_bank(actor=author, name="My bank")


def run(path, **options):
    """Return the report of an import and whether it ended with code 0."""
    out = io.StringIO()
    try:
        call_command("import_questions", str(path), stdout=out, json=True, **options)
    except SystemExit as end:
        return json.loads(out.getvalue()), end.code == 0
    return json.loads(out.getvalue()), True


def true_false(stem, **more):
    return json.dumps({"type": "true_false", "content": {"stem": stem}, "key": {"correct": True}, **more})


def test_the_command_reports_exactly_what_came(bank, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join([true_false("a", ref="1"), true_false("b"), "{broken", true_false("b")]))
    would, _is_fine = run(path, bank="My bank", dry_run=True)
    assert (would["created"], would["duplicates"], Question.objects.count(), ImportBatch.objects.count()) == (
        2,
        1,
        0,
        0,
    )
    report, is_fine = run(path, bank=bank.slug)
    assert set(report) == {"created", "updated", "duplicates", "problems", "losses"}
    assert (report["created"], report["updated"], report["duplicates"], is_fine) == (2, 0, 1, False)
    assert report["problems"] == [{"file": "a.jsonl", "row": 3, "field": "", "message": "This line is not JSON."}]
    path.write_text(true_false("changed", ref="1"))
    report, is_fine = run(path, bank=bank.slug)
    assert (report["created"], report["updated"], report["duplicates"], is_fine) == (0, 1, 0, True)
    assert set(Question.objects.values_list("summary", flat=True)) == {"changed", "b"}


def test_a_folder_is_imported_and_the_bank_made(author, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.xlsx").write_bytes(example("en"))
    (tmp_path / "deep" / "b.jsonl").write_text(true_false("b"))
    (tmp_path / "c.bin").write_bytes(b"\x00\x01")
    with pytest.raises(CommandError):
        call_command("import_questions", str(tmp_path), bank="new-bank")
    would, _is_fine = run(tmp_path, bank="new-bank", create=True, dry_run=True)
    assert (would["created"], Bank.objects.count(), ImportBatch.objects.count()) == (11, 0, 0)
    report, is_fine = run(tmp_path, bank="new-bank", create=True, owner=author.email)
    assert (report["created"], is_fine) == (11, False)
    assert [entry["file"] for entry in report["problems"]] == ["c.bin"]
    made = Bank.objects.get()
    assert (made.slug, made.owner) == ("new-bank", author)
    with pytest.raises(CommandError):
        call_command("import_questions", str(tmp_path / "none"), bank="new-bank")


def test_export_and_import_are_the_identity_with_pictures(author, bank, tmp_path):
    picture = keep_illustration(data=PIXEL, file_name="dot one.png", owner_id=author.pk)
    for name, sample in SAMPLES.items():
        fields = (
            {"content": sample["content"] | {"picture": f"asset:{picture}"}} if "picture" in sample["content"] else {}
        )
        make_question(bank=bank, type=name, **fields)
    content = {"stem": f'<p>Look <img src="asset:{picture}" alt="a dot"></p>'}
    make_question(bank=bank, type="true_false", content=content, explanation="")
    first, second, other = (tmp_path / name for name in ("a.jsonl", "b.jsonl", "c.xlsx"))
    call_command("export_questions", str(first), bank=bank.slug, format="json_lines")
    report, is_fine = run(first, bank="copy", create=True, owner=author.email)
    assert (report["created"], report["losses"], is_fine) == (len(SAMPLES) + 1, [], True), report
    call_command("export_questions", str(second), bank="copy", format="json_lines")
    made, copied = ([without_language(line) for line in path.read_text().splitlines()] for path in (first, second))
    for entry in made:
        names = conceal_ids(type_name=entry["type"], content=entry["content"], key=entry["key"])
        entry["content"], entry["key"] = names
    assert copied == made
    report, is_fine = run(second, bank="copy", owner=author.email)
    assert (report["created"], report["duplicates"], is_fine) == (0, len(SAMPLES) + 1, True), report
    assert f"asset:{picture}" in str(list(Question.objects.filter(bank__slug="copy").values_list("content", flat=True)))
    losses = io.StringIO()
    call_command("export_questions", str(other), bank=bank.slug, format="xlsx", stderr=losses)
    assert "does not fit a row" in losses.getvalue()
    with pytest.raises(CommandError):
        call_command("export_questions", str(other), bank=bank.slug, format="yaml_records")


def without_language(line):
    return {name: value for name, value in json.loads(line).items() if name != "language"}


def test_pictures_that_are_none_are_problems_and_remote_ones_doubts(bank, tmp_path):
    path = tmp_path / "a.jsonl"
    lying = [{"name": "x.png", "data": base64.b64encode(b"MZ not a picture").decode()}]
    lines = [
        true_false('<img src="attachment:x.png" alt="x">', attachments=lying),
        true_false('<img src="attachment:gone.png" alt="x">'),
        true_false('Far <img src="https://example.com/a.png" alt="x">'),
        true_false("y", attachments=[{"name": "z", "data": "%%%"}]),
    ]
    path.write_text("\n".join(lines))
    report, is_fine = run(path, bank=bank.slug)
    assert (report["created"], is_fine) == (1, False)
    assert [(entry["row"], entry["field"]) for entry in report["problems"]] == [
        (1, "x.png"),
        (2, "gone.png"),
        (4, "attachments"),
    ]
    assert [(entry["row"], "another site" in entry["message"]) for entry in report["losses"]] == [(3, True)]


def test_formulas_are_neutral_in_a_sheet_and_their_text_comes_back(bank, tmp_path):
    stems = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", '=HYPERLINK("http://x")']
    for stem in stems:
        make_question(bank=bank, type="true_false", content={"stem": stem}, explanation="")
    path = tmp_path / "a.xlsx"
    call_command("export_questions", str(path), bank=bank.slug, format="xlsx")
    data = path.read_bytes()
    cells = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert [str(row[1]).removesuffix(".0") for row in cells[1:]] == stems
    with zipfile.ZipFile(path) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
        assert b'quotePrefix="1"' in package.read("xl/styles.xml")
    run(path, bank="again", create=True)
    contents = Question.objects.filter(bank__slug="again").order_by("pk").values_list("content", flat=True)
    assert [content["stem"] for content in contents] == stems


def test_the_page_exports_a_selection_with_its_losses(client, author, bank, run_jobs):
    chosen = make_question(bank=bank, type="true_false").question
    make_question(bank=bank, type="cloze")
    url = reverse("authoring:export_questions", args=[bank.public_id])
    assert client.get(url).status_code == 200
    client.post(url, {"format": "xlsx"})
    run_jobs()
    row = QuestionExport.objects.get()
    page = client.get(reverse("authoring:export", args=[row.public_id])).content.decode()
    assert (row.state, row.count, row.loss_count) == ("ready", 2, len(row.losses))
    assert "does not fit a row" in page
    client.post(url, {"format": "json_lines", "ids": [str(chosen.public_id)]})
    run_jobs()
    newest = QuestionExport.objects.order_by("-pk").first()
    file = client.get(reverse("authoring:export_file", args=[newest.public_id]))
    assert [json.loads(line)["type"] for line in b"".join(file.streaming_content).splitlines()] == ["true_false"]
    assert client.post(url, {"format": "xlsx", "type": "hotspot"}).status_code == 422
    assert client.post(url, {"format": "yaml_records"}).status_code == 422


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_format_that_offers_an_example_can_read_it(client, author, bank, run_jobs, language, tmp_path):
    for entry in list_formats().values():
        if entry.example is None:
            continue
        response = client.get(reverse("authoring:import_example", args=[entry.name, language]))
        path = tmp_path / f"example{entry.endings[0]}"
        path.write_bytes(response.content)
        report, is_fine = run(path, bank=f"{entry.name}-{language}".replace("_", "-"), create=True)
        assert is_fine, report
        assert report["created"] >= 5
    assert client.get(reverse("authoring:import_example", args=["none", "en"])).status_code == 404
