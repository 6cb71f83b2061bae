"""Imports by the screen: what the template says comes in, every problem is told at its row and mended there."""

import io
import json
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse
from django.utils import translation
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from edu.audit.models import AuditEntry
from edu.notifications.models import Notification
from exams.authoring.banks import create_bank
from exams.authoring.record_problems import RECORD_PROBLEMS, say_remark
from exams.interchange import applying, imports, pacing
from exams.interchange.formats.question_vocabulary import TYPE_NAMES
from exams.interchange.formats.xlsx_examples import EXAMPLES_EN, EXAMPLES_ZH
from exams.interchange.formats.xlsx_writing import example, write_sheet
from exams.models import BlueprintRule, ImportBatch, ImportRow, Paper, PaperSection, Question
from exams.services import publish_question
from exams.view_models import TYPE_LABELS
from tests.factories.exams import SAMPLES, make_user

pytestmark = pytest.mark.django_db
HEAD = ["题型", "题干", "选项A", "选项B", "答案", "难度", "分值", "编号"]


@pytest.fixture
def author(client):
    user = make_user(is_instructor=True)
    client.force_login(user)
    return user


@pytest.fixture
def bank(author):
    return create_bank(actor=author, name="Bank")


@pytest.fixture
def imported(client, bank, run_jobs):
    """Return a function that uploads a file and has it read; returns its batch."""

    def read(data, name="questions.xlsx", **chosen):
        response = client.post(
            reverse("authoring:import", args=[bank.public_id]), {"file": SimpleUploadedFile(name, data), **chosen}
        )
        assert response.status_code == 302, response.content.decode()
        run_jobs()
        return ImportBatch.objects.order_by("-pk").first()

    return read


@pytest.fixture
def act(client, run_jobs):
    """Return a function that presses a button of an import's page and does the work."""

    def press(batch, do, **fields):
        response = client.post(reverse("authoring:import_act", args=[batch.public_id]), {"do": do, **fields})
        run_jobs()
        if ImportBatch.objects.filter(pk=batch.pk).exists():
            batch.refresh_from_db()
        return response

    return press


def sheet(rows):
    return write_sheet(header=rows[0], rows=rows[1:], name="x")


def json_lines(*records):
    return "\n".join(json.dumps(record) for record in records).encode()


def true_false(stem, **more):
    return {"type": "true_false", "content": {"stem": stem}, "key": {"correct": True}, **more}


def row_url(batch, position):
    return reverse("authoring:import_row", args=[batch.public_id, position])


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_example_of_the_template_is_imported_and_undone(client, author, bank, imported, act, language):
    batch = imported(example(language))
    assert (batch.state, batch.report["new"], batch.report["all"]) == ("planned", 10, 10)
    page = client.get(reverse("authoring:import_batch", args=[batch.public_id]))
    assert page.status_code == 200
    assert page.content.decode().count("import-row__head") == 10
    assert Question.everything.count() == 0
    act(batch, "apply")
    act(batch, "apply")
    assert (batch.state, batch.report["created"]) == ("applied", 10)
    assert Question.objects.filter(status="published", batch=batch, current_version__number=1).count() == 10
    positions = Question.objects.filter(batch=batch).order_by("pk").values_list("batch_position", flat=True)
    assert list(positions) == list(ImportRow.objects.filter(batch=batch).values_list("position", flat=True))
    assert Notification.objects.filter(user=author, kind="exams.import_finished").count() == 1
    assert imported(example(language)).report["duplicate"] == 10
    act(batch, "undo")
    assert Question.everything.count() == 0
    assert {"import.apply", "import.undo"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_every_type_goes_round_through_json_lines(client, author, bank, imported, act):
    records = [
        {"type": name, "content": sample["content"], "key": sample["key"], "tags": ["t"], "topic": ["A", "B"]}
        for name, sample in SAMPLES.items()
    ]
    batch = imported(json_lines(*records), "a.jsonl")
    assert batch.report["new"] == len(records), list(ImportRow.objects.values_list("type", "problems"))
    page = client.get(reverse("authoring:import_batch", args=[batch.public_id]))
    assert page.status_code == 200
    act(batch, "apply")
    assert Question.objects.filter(topic__name="B", topic__parent__name="A").count() == len(records)


def test_each_faulty_row_is_told_and_comes_back_as_a_sheet(client, author, bank, imported):
    rows = [
        ["题型", "题干", "选项A", "选项B", "答案", "难度", "分值"],
        ["单选题", "好题", "甲", "乙", "A", "2", "1"],
        ["单选题", "没有这个选项", "甲", "乙", "D", "2", "1"],
        ["填空题", "没有空", "", "", "x", "2", "1"],
        ["外星题", "=1+1", "", "", "x", "2", "1"],
        ["判断题", "说不清", "", "", "也许", "2", "1"],
        ["单选题", "难度", "甲", "乙", "A", "九", "1"],
    ]
    batch = imported(sheet(rows))
    failed = ImportRow.objects.filter(batch=batch, state="failed").order_by("position")
    assert [(row.row, row.problems[0]["field"]) for row in failed] == [
        (3, "答案"),
        (4, "题干"),
        (5, "题型"),
        (6, "答案"),
        (7, "难度"),
    ]
    assert (batch.report["new"], batch.report["failed"]) == (1, 5)
    response = client.get(reverse("authoring:import_failed", args=[batch.public_id]))
    package = zipfile.ZipFile(io.BytesIO(response.content))
    assert b"<f>" not in b"".join(package.read(name) for name in package.namelist() if "worksheets" in name)
    again = imported(response.content)
    assert again.report["failed"] == 5
    for language, word in (("en", "no such option"), ("zh-hans", "没有对应的选项")):
        client.cookies["django_language"] = language
        page = client.get(reverse("authoring:import_batch", args=[batch.public_id]) + "?tab=failed").content.decode()
        assert word in page
        assert word in failed_cells(client, batch)[1][-1]


def failed_cells(client, batch):
    data = client.get(reverse("authoring:import_failed", args=[batch.public_id])).content
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_a_failed_row_is_mended_in_place_by_its_own_editor(client, author, bank, imported, act):
    batch = imported(sheet([HEAD, ["单选题", "没有这个选项", "甲", "乙", "D", "2", "1", ""]]))
    page = client.get(row_url(batch, 1))
    assert page.status_code == 200
    text = page.content.decode()
    assert "没有这个选项" in text
    assert 'name="options-1-text"' in text
    more = client.post(row_url(batch, 1), {"editor": "single_choice", "do": "add:options", "options-count": "2"})
    assert more.content.decode().count("editor-row__head") == 3
    form = {
        "editor": "single_choice",
        "type": "single_choice",
        "do": "save",
        "stem": "现在有了",
        "options-count": "2",
        "options-0-id": "a",
        "options-0-text": "甲",
        "options-1-id": "b",
        "options-1-text": "乙",
        "topic": "第一章 > 第二节",
        "difficulty": "4",
        "marks": "2",
        "tags": "甲，乙",
    }
    refused = client.post(row_url(batch, 1), form)
    assert refused.status_code == 422
    assert ImportRow.objects.get().state == "failed"
    done = client.post(row_url(batch, 1), {**form, "options-1-worth": "1"}, headers={"HX-Request": "true"})
    assert done.status_code == 200
    row = ImportRow.objects.get()
    assert (row.state, row.record["topic"], row.record["tags"]) == ("new", ["第一章", "第二节"], ["甲", "乙"]), (
        row.problems
    )
    batch.refresh_from_db()
    assert (batch.report["new"], batch.report["failed"]) == (1, 0)
    act(batch, "apply")
    assert Question.objects.get().difficulty == 4


def test_the_type_of_a_row_can_be_changed_and_rows_left_out(client, author, bank, imported, act):
    batch = imported(
        sheet([HEAD, ["外星题", "天是蓝的", "", "", "对", "", "", ""], ["判断题", "另", "", "", "对", "", "", ""]])
    )
    changed = client.post(
        row_url(batch, 1), {"editor": "single_choice", "type": "true_false", "do": "retype", "stem": "天是蓝的"}
    )
    assert "天是蓝的" in changed.content.decode()
    assert 'value="true_false"' in changed.content.decode()
    saved = client.post(
        row_url(batch, 1),
        {"editor": "true_false", "do": "save", "stem": "天是蓝的", "correct": "true", "difficulty": "3", "marks": "1"},
    )
    assert saved.status_code == 302, saved.context["errors"]
    client.post(row_url(batch, 2), {"do": "exclude"})
    batch.refresh_from_db()
    assert (batch.report["new"], batch.report["excluded"]) == (1, 1)
    client.post(row_url(batch, 2), {"do": "include"})
    client.post(row_url(batch, 1), {"do": "exclude"})
    act(batch, "apply")
    assert list(Question.objects.values_list("summary", flat=True)) == ["另"]
    late = client.post(row_url(batch, 1), {"do": "include"})
    assert late.status_code == 302
    assert ImportRow.objects.get(position=1).state == "excluded"


def test_options_for_all_rows_are_applied(client, author, bank, imported, act):
    batch = imported(
        json_lines(true_false("x", topic=["B", "C", "D"], tags=["own"]), true_false("y", ref="k")), "a.jsonl"
    )
    act(batch, "options", updates="update", doubtful="import", topic="A", tags="all, own", difficulty="5")
    act(batch, "apply")
    first, second = Question.objects.order_by("pk")
    assert (first.topic.name, first.topic.parent.name, first.topic.parent.parent.name) == ("C / D", "B", "A")
    assert (first.tags, second.tags, first.difficulty) == (["own", "all"], ["all", "own"], 5)


@pytest.mark.parametrize(("choice", "counts"), [("update", (0, 1, 1)), ("skip", (0, 0, 1)), ("new", (1, 0, 2))])
def test_rows_of_known_references_update_stay_or_come_as_new(client, author, bank, imported, act, choice, counts):
    act(imported(json_lines(true_false("old", ref="r")), "a.jsonl"), "apply")
    batch = imported(json_lines(true_false("new", ref="r")), "a.jsonl")
    assert batch.report["update"] == 1
    act(batch, "options", updates=choice, doubtful="import")
    act(batch, "apply")
    assert (batch.report["created"], batch.report["updated"], Question.objects.count()) == counts
    act(batch, "undo")
    assert list(Question.objects.values_list("summary", "ref")) == [("old", "r")]


def test_undoing_an_import_gives_updated_questions_their_former_version_back(author, bank, imported, act):
    act(imported(sheet([HEAD, ["单选题", "旧", "甲", "乙", "A", "2", "1", "q-1"]])), "apply")
    question = Question.objects.get()
    former = question.current_version
    rows = [HEAD, ["单选题", "新", "甲", "乙", "B", "5", "3", "q-1"], ["判断题", "另一题", "", "", "对", "", "", "q-2"]]
    batch = imported(sheet(rows))
    act(batch, "apply")
    question.refresh_from_db()
    assert (question.content["stem"], question.current_version.number) == ("新", 2)
    assert (batch.report["created"], batch.report["updated"]) == (1, 1)
    act(batch, "undo")
    question.refresh_from_db()
    assert question.current_version == former
    assert (question.content, question.key) == (former.content, former.key)
    assert (question.difficulty, question.marks, question.summary, question.status) == (2, 1, "旧", "published")
    assert question.versions.count() == 2
    assert (batch.state, batch.report["restored"], batch.report["left"]) == ("undone", 1, 0)
    publish_question(question=question, actor=author)
    assert question.current_version == former


def test_a_question_changed_after_the_import_is_left_alone(author, bank, imported, act):
    act(imported(sheet([HEAD, ["单选题", "旧", "甲", "乙", "A", "2", "1", "q-1"]])), "apply")
    batch = imported(sheet([HEAD, ["单选题", "新", "甲", "乙", "B", "5", "3", "q-1"]]))
    act(batch, "apply")
    question = Question.objects.get()
    question.explanation = "Mine"
    question.save()
    publish_question(question=question, actor=author)
    act(batch, "undo")
    question.refresh_from_db()
    assert (question.content["stem"], question.current_version.number) == ("新", 3)
    assert (batch.report["restored"], batch.report["left"]) == (0, 1)


def test_a_large_import_is_undone_at_once_and_cleared_by_a_job(
    client, author, bank, imported, act, run_jobs, monkeypatch
):
    monkeypatch.setattr(imports, "SMALL", 2)
    batch = imported(json_lines(*(true_false(f"Statement {n}") for n in range(5))), "a.jsonl")
    act(batch, "apply")
    paper = Paper.objects.create(title="P", owner=author)
    section = PaperSection.objects.create(paper=paper, title="S", position=1)
    BlueprintRule.objects.create(section=section, bank=bank, count=1, position=1, marks=1)
    client.post(reverse("authoring:import_act", args=[batch.public_id]), {"do": "undo"})
    assert (Question.objects.count(), Question.everything.count()) == (0, 5)
    run_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.report["retired"]) == ("undone", 5)
    assert set(Question.objects.values_list("status", flat=True)) == {"retired"}


def test_an_import_that_crashed_goes_on_where_it_stopped_and_nothing_shows_before(author, bank, imported, monkeypatch):
    monkeypatch.setattr(pacing, "MOST", 2)
    batch = imported(json_lines(*(true_false(f"Statement {n}") for n in range(7))), "a.jsonl")
    imports.begin_apply(batch=batch)
    calls = []

    def crash(_percent, _text):
        calls.append(Question.objects.count())
        if len(calls) == 2:
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        applying.apply_import(batch_id=batch.pk, say=crash)
    assert (Question.objects.count(), Question.everything.count()) == (0, 4)
    applying.apply_import(batch_id=batch.pk, say=crash)
    assert Question.objects.count() == Question.everything.count() == 7
    assert set(calls) == {0}
    applying.apply_import(batch_id=batch.pk, say=crash)
    assert Question.objects.count() == 7


def test_a_reference_taken_meanwhile_harms_nothing(author, bank, imported, act, monkeypatch):
    batch = imported(json_lines(true_false("x", ref="r")), "a.jsonl")
    act(imported(json_lines(true_false("other", ref="r")), "b.jsonl"), "apply")
    real, calls = applying._insert_questions, []

    def fail_once(*arguments):
        calls.append(1)
        if len(calls) == 1:
            raise IntegrityError
        return real(*arguments)

    monkeypatch.setattr(applying, "_insert_questions", fail_once)
    act(batch, "apply")
    assert sorted(Question.objects.values_list("summary", "ref")) == [("other", "r"), ("x", "")]


def test_near_duplicates_are_shown_side_by_side(client, author, bank, imported, act):
    stem = "Which of the following statements about the accrual principle of accounting is right?"
    act(imported(json_lines(true_false(stem)), "a.jsonl"), "apply")
    changed = stem.replace("right", "correct")
    batch = imported(
        json_lines(true_false(changed), true_false("Water boils at a hundred degrees at sea level.")), "b.jsonl"
    )
    assert (batch.report["similar"], batch.report["new"]) == (1, 2)
    row = ImportRow.objects.get(batch=batch, position=1)
    assert row.near_duplicate_of == Question.objects.get()
    assert 80 <= row.near_percent < 100
    page = client.get(reverse("authoring:import_batch", args=[batch.public_id]) + "?tab=similar").content.decode()
    assert stem in page
    assert changed in page


def test_rows_are_searched_paged_and_counted_with_few_queries(
    client, author, bank, imported, django_assert_max_num_queries
):
    batch = imported(json_lines(*(true_false(f"Statement {n} of many") for n in range(45))), "a.jsonl")
    url = reverse("authoring:import_batch", args=[batch.public_id])
    with django_assert_max_num_queries(14):
        page = client.get(url)
    assert page.context["page_obj"].paginator.num_pages == 5
    with django_assert_max_num_queries(14):
        found = client.get(url, {"q": "Statement 44", "tab": "all"})
    assert [card["row"].position for card in found.context["cards"]] == [45]


def test_a_file_is_read_again_as_another_format(client, author, bank, imported, act):
    batch = imported(json_lines(true_false("x")), "a.txt", format="json_lines")
    assert (batch.state, batch.report["new"]) == ("planned", 1)
    act(batch, "replan", format="yaml_records", encoding="utf-8")
    assert (batch.state, batch.format, batch.encoding) == ("failed", "yaml_records", "utf-8")
    page = client.get(reverse("authoring:import_batch", args=[batch.public_id])).content.decode()
    assert "list of question records" in page
    act(batch, "replan", format="", encoding="")
    assert (batch.state, batch.format) == ("planned", "json_lines")
    act(batch, "discard")
    assert ImportBatch.objects.count() == ImportRow.objects.count() == 0


def test_a_file_arrives_by_the_resumable_upload(client, author, bank, run_jobs):
    data = json_lines(true_false("x"))
    begun = client.post(
        reverse("media:begin"), {"purpose": "questions", "file_name": "a.jsonl", "size_bytes": len(data)}
    ).json()
    client.put(begun["url"], data=data, content_type="application/octet-stream", headers={"Upload-Offset": "0"})
    stranger = make_user(is_instructor=True)
    client.force_login(stranger)
    other = create_bank(actor=stranger, name="Other")
    refused = client.post(reverse("authoring:import", args=[other.public_id]), {"upload": begun["id"]})
    assert (refused.status_code, ImportBatch.objects.count()) == (422, 0)
    client.force_login(author)
    taken = client.post(reverse("authoring:import", args=[bank.public_id]), {"upload": begun["id"]})
    assert taken.status_code == 302
    run_jobs()
    batch = ImportBatch.objects.get()
    assert (batch.file_name, batch.report["new"]) == ("a.jsonl", 1)


def test_all_faults_of_a_row_are_told_at_once(client, author, bank, imported):
    batch = imported(json_lines(true_false("", difficulty=9), true_false("", marks="many")), "a.jsonl")
    assert [{remark["field"] for remark in row.problems} for row in ImportRow.objects.filter(batch=batch)] == [
        {"difficulty", "content.stem"},
        {"marks", "content.stem"},
    ]
    page = client.get(reverse("authoring:imports", args=[bank.public_id])).content.decode()
    assert "a.jsonl" in page


def test_faults_of_records_are_told_in_chinese_with_the_column(client, author, bank, imported):
    record = {"type": "single_choice", "content": {"stem": "x", "options": [{"id": "a", "text": "1"}]}, "key": {}}
    batch = imported(json_lines(record, {**record, "more": 1}, "text", {**record, "tags": 5}), "questions.jsonl")
    client.cookies["django_language"] = "zh-hans"
    page = client.get(reverse("authoring:import_batch", args=[batch.public_id]))
    problems = [problem for card in page.context["cards"] for problem in card["problems"]]
    assert {problem["row"] for problem in problems} == {1, 2, 3, 4}
    assert all(re.search("[一-鿿]", problem["message"]) for problem in problems), problems


@pytest.mark.parametrize(("language", "place"), [("zh-hans", 0), ("en", -1)])
def test_types_have_the_same_names_in_sheets_and_on_pages(language, place):
    with translation.override(language):
        assert {type: names[place] for type, names in TYPE_NAMES.items()} == {
            type: str(TYPE_LABELS[type]) for type in TYPE_NAMES
        }
    for examples, index in ((EXAMPLES_ZH, 0), (EXAMPLES_EN, -1)):
        assert {example["type"] for example in examples} == {names[index] for names in TYPE_NAMES.values()}


def test_every_text_of_a_record_problem_has_words():
    for text in RECORD_PROBLEMS.values():
        assert say_remark(text, dict.fromkeys(("names", "n"), "7"))
    with override("en"):
        assert say_remark("No option earns full marks.") == "No option earns full marks."
        assert say_remark("%(wrong)s", {"n": "1"}) == "%(wrong)s"
    with override("zh-hans"):
        assert say_remark("No option earns full marks.") != "No option earns full marks."
