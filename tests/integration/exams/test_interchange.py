"""Imports: what the template says comes in, every problem is named by row and column, hostile files harm nothing."""

import io
import json
import re
import zipfile

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from edu.notifications.models import Notification
from exams.authoring.banks import create_bank
from exams.authoring.record_problems import RECORD_PROBLEMS, say_problem
from exams.interchange.file_formats import find_format
from exams.interchange.imports import plan_import
from exams.interchange.plan import UnreadableFile
from exams.interchange.xlsx import TYPE_NAMES, parse, write_sheet, write_template
from exams.interchange.xlsx_examples import EXAMPLES_EN, EXAMPLES_ZH
from exams.models import ImportBatch, Question
from exams.services import publish_question
from exams.view_models import TYPE_LABELS
from tests.factories.exams import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client):
    user = make_user(is_instructor=True)
    client.force_login(user)
    return user


@pytest.fixture
def bank(author):
    return create_bank(actor=author, name="Bank")


def sheet(rows):
    return write_sheet(header=rows[0], rows=rows[1:], name="x")


def upload(client, bank, data, name="questions.xlsx"):
    return client.post(reverse("authoring:import", args=[bank.public_id]), {"file": SimpleUploadedFile(name, data)})


@pytest.mark.parametrize("is_chinese", [True, False])
def test_every_example_of_the_template_is_imported_and_undone(client, author, bank, run_jobs, is_chinese):
    response = upload(client, bank, write_template(is_chinese=is_chinese))
    batch = ImportBatch.objects.get()
    assert batch.plan["problems"] == []
    assert batch.report["questions"] == 9
    assert client.get(response.url).status_code == 200
    assert Question.objects.count() == 0
    client.post(reverse("authoring:import_apply", args=[batch.public_id]))
    client.post(reverse("authoring:import_apply", args=[batch.public_id]))
    run_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.report["created"]) == ("applied", 9)
    assert Question.objects.filter(status="published", batch=batch).count() == 9
    assert Notification.objects.filter(user=author, kind="exams.import_finished").count() == 1
    upload(client, bank, write_template(is_chinese=is_chinese))
    assert ImportBatch.objects.order_by("-pk").first().report["duplicates"] == 9
    client.post(reverse("authoring:import_undo", args=[batch.public_id]))
    assert Question.objects.count() == 0


def test_each_faulty_row_is_named_and_comes_back_as_a_sheet(client, author, bank):
    rows = [
        ["题型", "题干", "选项A", "选项B", "答案", "难度", "分值"],
        ["单选题", "好题", "甲", "乙", "A", "2", "1"],
        ["单选题", "没有这个选项", "甲", "乙", "D", "2", "1"],
        ["填空题", "没有空", "", "", "x", "2", "1"],
        ["外星题", "=1+1", "", "", "x", "2", "1"],
        ["判断题", "说不清", "", "", "也许", "2", "1"],
        ["单选题", "难度", "甲", "乙", "A", "九", "1"],
    ]
    upload(client, bank, sheet(rows))
    batch = ImportBatch.objects.get()
    assert [(p["row"], p["field"]) for p in batch.plan["problems"]] == [
        (3, "答案"),
        (4, "题干"),
        (5, "题型"),
        (6, "答案"),
        (7, "难度"),
    ]
    assert batch.report == {"questions": 1, "duplicates": 0, "failed": 5}
    response = client.get(reverse("authoring:import_failed", args=[batch.public_id]))
    package = zipfile.ZipFile(io.BytesIO(response.content))
    xml = b"".join(package.read(name) for name in package.namelist() if "worksheets" in name)
    assert b"<f>" not in xml
    assert len(list(parse(response.content)[1])) == 5


def zipped(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), data)
    return stream.getvalue()


def with_formula():
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["题型", "题干", "答案"])
        page.write_formula(1, 1, "=HYPERLINK(1)")
    return stream.getvalue()


HOSTILE = {
    "not a table": (b"hello", "questions.xlsx"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100, "questions.xls"),
    "damaged": (write_template(is_chinese=True)[:900], "questions.xlsx"),
    "no workbook": (zipped(a_xml=b"x"), "questions.xlsx"),
    "bomb": (zipped(xl__workbook_xml=b"x", xl__worksheets__sheet1_xml=b"0" * 90_000_000), "questions.xlsx"),
    "macros": (zipped(xl__workbook_xml=b"x", xl__vbaProject_bin=b"x"), "questions.xlsx"),
    "formulas": (with_formula(), "questions.xlsx"),
    "no header": (write_sheet(header=["a"], rows=[["b"]], name="x"), "questions.xlsx"),
    "only a header": (write_sheet(header=["题型", "题干", "答案"], rows=[], name="x"), "questions.xlsx"),
    "binary as json": (b"\xff\xfe\x00", "questions.jsonl"),
    "yaml aliases": (b"a: &a [x]\nb: [*a, *a]", "questions.yaml"),
    "yaml object": (b"!!python/object/apply:os.system ['true']", "questions.yaml"),
    "unknown": (b"x", "questions.exe"),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_file_gets_a_clear_error_and_leaves_nothing(client, author, bank, name):
    data, file_name = HOSTILE[name]
    response = upload(client, bank, data, file_name)
    assert response.status_code == 422
    assert "field__errors" in response.content.decode()
    assert ImportBatch.objects.count() == 0


def test_a_file_that_is_too_large_is_refused_unread(author, bank):
    with pytest.raises(UnreadableFile):
        plan_import(bank=bank, actor=author, file_name="a.xlsx", data=b"0" * (10 * 1024 * 1024 + 1))


def test_json_lines_keep_what_is_sound_and_name_the_rest(author, bank):
    good = b'{"type": "true_false", "content": {"stem": "x"}, "key": {"correct": true}}'
    data = good + b"\n{broken\n[1]\n" + b"[" * 5000 + b"\n" + good.replace(b"correct", b"wrong")
    batch = plan_import(bank=bank, actor=author, file_name="a.jsonl", data=data)
    assert batch.report["questions"] == 1
    assert {problem["row"] for problem in batch.plan["problems"]} == {2, 3, 4, 5}
    assert find_format(file_name="a.jsonl", data=data).name == "jsonl"


def test_a_stranger_gets_404_on_every_import_address(client, author, bank):
    upload(client, bank, write_template(is_chinese=True))
    batch = ImportBatch.objects.get()
    client.force_login(make_user(is_instructor=True))
    for name, method in (
        ("import_batch", "get"),
        ("import_apply", "post"),
        ("import_undo", "post"),
        ("import_failed", "get"),
    ):
        url = reverse(f"authoring:{name}", args=[batch.public_id])
        assert getattr(client, method)(url).status_code == 404
    assert upload(client, bank, write_template(is_chinese=True)).status_code == 404
    batch.refresh_from_db()
    assert (batch.state, ImportBatch.objects.count()) == ("planned", 1)


def test_problems_and_refused_files_are_told_in_the_language_of_the_page(client, author, bank):
    client.cookies["django_language"] = "zh-hans"
    rows = [
        ["题型", "题干", "选项A", "选项B", "答案"],
        ["单选题", "没有这个选项", "甲", "乙", "Z"],
        ["填空题", "一个____两个____", "", "", "x"],
        ["填空题", "补上____", "", "", "x"],
        ["外星题", "什么", "", "", "x"],
    ]
    page = client.get(upload(client, bank, sheet(rows)).url).content.decode()
    assert "答案中的“Z”没有对应的选项。" in page
    assert "题干中有 2 个空" in page
    assert "补上____" in page
    assert "[[" not in page
    assert "填空题" in page
    refused = upload(client, bank, b"no sheet", name="questions.doc")
    assert refused.status_code == 422
    assert "This kind of file" not in refused.content.decode()


def test_faults_of_records_are_told_in_chinese_with_the_column(client, author, bank):
    client.cookies["django_language"] = "zh-hans"
    record = {"type": "single_choice", "content": {"stem": "x", "options": [{"id": "a", "text": "1"}]}, "key": {}}
    data = "\n".join(json.dumps(row) for row in (record, {**record, "more": 1}, "text")).encode()
    page = client.get(upload(client, bank, data, name="questions.jsonl").url)
    problems = page.context["problems"]
    assert {problem["row"] for problem in problems} == {1, 2, 3}
    assert all(re.search("[一-鿿]", problem["text"]) for problem in problems), problems


@pytest.mark.parametrize(("language", "place"), [("zh-hans", 0), ("en", -1)])
def test_types_have_the_same_names_in_sheets_and_on_pages(language, place):
    with translation.override(language):
        assert {type: names[place] for type, names in TYPE_NAMES.items()} == {
            type: str(TYPE_LABELS[type]) for type in TYPE_NAMES
        }
    for examples, index in ((EXAMPLES_ZH, 0), (EXAMPLES_EN, -1)):
        assert {example["type"] for example in examples} == {names[index] for names in TYPE_NAMES.values()}


def test_problems_are_kept_as_codes_and_said_in_the_readers_language(client, author, bank):
    rows = [
        ["题型", "题干", "选项A", "选项B", "答案"],
        ["单选题", "x", "甲", "乙", "D"],
        ["填空题", "无空", "", "", "x"],
    ]
    with override("zh-hans"):
        upload(client, bank, sheet(rows))
    batch = ImportBatch.objects.get()
    assert [(p["code"], p["values"]) for p in batch.plan["problems"]] == [
        ("no_such_option", {"letter": "D"}),
        ("no_blanks", {}),
    ]
    for language, word in (("en", "no such option"), ("zh-hans", "没有对应的选项")):
        client.cookies["django_language"] = language
        page = client.get(reverse("authoring:import_batch", args=[batch.public_id])).content.decode()
        assert word in page
        cells = failed_cells(client, batch)
        assert word in cells[1][-1]


def failed_cells(client, batch):
    data = client.get(reverse("authoring:import_failed", args=[batch.public_id])).content
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_every_code_of_a_problem_has_words():
    for code in RECORD_PROBLEMS:
        assert say_problem(code, dict.fromkeys(("names", "n", "letter"), "7"))
    with override("en"):
        assert say_problem("domain", {"text": "No option earns full marks."}) == "No option earns full marks."
    with override("zh-hans"):
        assert say_problem("domain", {"text": "No option earns full marks."}) != "No option earns full marks."


def apply_rows(client, bank, run_jobs, rows):
    upload(client, bank, sheet(rows))
    batch = ImportBatch.objects.order_by("-pk").first()
    client.post(reverse("authoring:import_apply", args=[batch.public_id]))
    run_jobs()
    batch.refresh_from_db()
    assert batch.state == "applied"
    return batch


HEAD = ["题型", "题干", "选项A", "选项B", "答案", "难度", "分值", "编号"]


def test_undoing_an_import_gives_updated_questions_their_former_version_back(client, author, bank, run_jobs):
    apply_rows(client, bank, run_jobs, [HEAD, ["单选题", "旧", "甲", "乙", "A", "2", "1", "q-1"]])
    question = Question.objects.get()
    former = question.current_version
    batch = apply_rows(
        client,
        bank,
        run_jobs,
        [HEAD, ["单选题", "新", "甲", "乙", "B", "5", "3", "q-1"], ["判断题", "另一题", "", "", "对", "", "", "q-2"]],
    )
    question.refresh_from_db()
    assert (question.content["stem"], question.current_version.number) == ("新", 2)
    assert (batch.report["created"], batch.report["updated"]) == (1, 1)
    client.post(reverse("authoring:import_undo", args=[batch.public_id]))
    question.refresh_from_db()
    assert question.current_version == former
    assert (question.content, question.key) == (former.content, former.key)
    assert (question.difficulty, question.marks, question.summary, question.status) == (2, 1, "旧", "published")
    assert question.content_hash == former.content_hash
    assert question.versions.count() == 2
    assert Question.objects.count() == 1
    batch.refresh_from_db()
    assert (batch.state, batch.report["restored"], batch.report["left"]) == ("undone", 1, 0)
    publish_question(question=question, actor=author)
    assert question.current_version == former


def test_a_question_changed_after_the_import_is_left_alone(client, author, bank, run_jobs):
    apply_rows(client, bank, run_jobs, [HEAD, ["单选题", "旧", "甲", "乙", "A", "2", "1", "q-1"]])
    batch = apply_rows(client, bank, run_jobs, [HEAD, ["单选题", "新", "甲", "乙", "B", "5", "3", "q-1"]])
    question = Question.objects.get()
    question.explanation = "Mine"
    question.save()
    publish_question(question=question, actor=author)
    client.post(reverse("authoring:import_undo", args=[batch.public_id]))
    question.refresh_from_db()
    assert (question.content["stem"], question.current_version.number) == ("新", 3)
    batch.refresh_from_db()
    assert (batch.report["restored"], batch.report["left"]) == (0, 1)
