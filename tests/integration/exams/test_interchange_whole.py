"""An import is one thing: shown in one moment, taken back in one, told by kind, and gone without a trace."""

import base64
import io
import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from edu.core.clock import now_utc
from edu.jobs.models import Job
from exams.authoring.banks import create_bank
from exams.authoring.history import list_states
from exams.authoring.questions import publish_question, save_question
from exams.interchange import applying, updates
from exams.interchange.imports import begin_apply, create_import, discard, request_undo
from exams.interchange.planning import plan_import
from exams.interchange.unused_pictures import KIND, remove_unused
from exams.models import (
    BlueprintRule,
    ImportBatch,
    ImportRow,
    Paper,
    PaperSection,
    Question,
    QuestionChange,
    QuestionVersion,
)
from media.models import Asset
from tests.factories.exams import make_user

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
    return create_bank(actor=author, name="Bank")


def quiet(_percent, _text):
    """Tell nobody."""


def true_false(stem, **more):
    return {"type": "true_false", "content": {"stem": stem}, "key": {"correct": True}, **more}


def planned(bank, *records, name="a.jsonl"):
    data = "\n".join(json.dumps(record) for record in records).encode()
    batch = create_import(bank=bank, actor=bank.owner, file_name=name, content=ContentFile(data))
    plan_import(batch_id=batch.pk, say=quiet)
    batch.refresh_from_db()
    return batch


def applied(bank, *records):
    batch = planned(bank, *records)
    begin_apply(batch=batch)
    applying.apply_import(batch_id=batch.pk, say=quiet)
    batch.refresh_from_db()
    return batch


def shown():
    return dict(Question.objects.values_list("ref", "summary"))


OLD = [true_false(f"old {n}", ref=f"r{n}") for n in range(5)]
NEW = [true_false(f"new {n}", ref=f"r{n}", marks="2") for n in range(5)] + [true_false("fresh", ref="r9")]
BEFORE = {f"r{n}": f"old {n}" for n in range(5)}
AFTER = {f"r{n}": f"new {n}" for n in range(5)} | {"r9": "fresh"}


def test_updates_and_new_questions_show_in_one_moment_and_go_in_one(bank, monkeypatch):
    applied(bank, *OLD)
    formers = dict(Question.objects.values_list("ref", "current_version"))
    monkeypatch.setattr(updates, "STAGE_SIZE", 2)
    batch = planned(bank, *NEW)
    begin_apply(batch=batch)
    seen = []
    applying.apply_import(batch_id=batch.pk, say=lambda _percent, _text: seen.append(shown()))
    assert len(seen) > 3
    assert all(state == BEFORE for state in seen)
    assert shown() == AFTER
    batch.refresh_from_db()
    assert (batch.report["created"], batch.report["updated"]) == (1, 5)
    one = Question.objects.get(ref="r3")
    assert (one.current_version.number, one.current_version.content["stem"], one.marks) == (2, "new 3", 2)
    assert not one.has_unpublished_changes
    monkeypatch.setattr("exams.interchange.imports.SMALL", 0)
    assert request_undo(batch=batch, actor=bank.owner) is None
    assert shown() == BEFORE
    assert dict(Question.objects.values_list("ref", "current_version")) == formers


@pytest.mark.parametrize("crash_at", range(1, 6))
def test_a_crash_anywhere_leaves_all_of_the_old_and_resumes_to_all_of_the_new(bank, monkeypatch, crash_at):
    applied(bank, *OLD)
    monkeypatch.setattr(updates, "STAGE_SIZE", 1)
    batch = planned(bank, *NEW)
    begin_apply(batch=batch)
    calls = []

    def crash(_percent, _text):
        calls.append(1)
        if len(calls) == crash_at:
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        applying.apply_import(batch_id=batch.pk, say=crash)
    assert shown() == BEFORE
    applying.apply_import(batch_id=batch.pk, say=quiet)
    assert shown() == AFTER
    assert QuestionVersion.objects.filter(question__ref="r0").count() == 2


def test_the_versions_of_updates_are_made_before_the_moment_and_seen_in_it(bank, client, monkeypatch):
    applied(bank, *OLD)
    one = Question.objects.get(ref="r3")
    address = reverse("authoring:version", args=[one.public_id, 2])
    batch = planned(bank, *NEW)
    begin_apply(batch=batch)
    with monkeypatch.context() as patch:
        patch.setattr(applying, "_show", lambda _batch: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            applying.apply_import(batch_id=batch.pk, say=quiet)
    assert QuestionVersion.objects.filter(question=one).count() == 2
    assert [version.number for version in one.versions.shown()] == [1]
    assert [state.key for state in list_states(question=one) if state.kind == "version"] == ["v1"]
    assert client.get(address).status_code == 404
    applying.apply_import(batch_id=batch.pk, say=quiet)
    assert sorted(version.number for version in one.versions.shown()) == [1, 2]
    assert client.get(address).status_code == 200


def test_updates_move_and_schedule_as_they_say_and_all_of_it_is_taken_back(bank):
    applied(bank, *OLD)
    soon = now_utc() + timedelta(days=3)
    Question.objects.filter(ref="r1").update(go_live_at=soon)
    before = list(Question.objects.order_by("ref").values_list("ref", "type", "difficulty", "topic__name"))
    options = [{"id": id_, "text": id_.upper()} for id_ in "xy"]
    other = {"content": {"stem": "new 2", "options": options}, "key": {"fractions": {"x": 1}}}
    moved = [record | {"difficulty": 5, "topic": ["Moved"]} for record in NEW[:2]]
    batch = applied(bank, *moved, {"type": "single_choice", "ref": "r2", **other})
    after = list(Question.objects.order_by("ref").values_list("type", "difficulty", "topic__name", "go_live_at"))
    assert after[:3] == [
        ("true_false", 5, "Moved", None), ("true_false", 5, "Moved", None), ("single_choice", 3, None, None),
    ]  # fmt: skip
    request_undo(batch=batch, actor=bank.owner)
    assert list(Question.objects.order_by("ref").values_list("ref", "type", "difficulty", "topic__name")) == before
    assert shown() == BEFORE


def test_a_crash_behind_the_moment_is_made_good_by_the_next_run(bank, monkeypatch):
    applied(bank, *OLD)
    batch = planned(bank, *NEW)
    begin_apply(batch=batch)

    def crash(*_arguments):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(applying, "index_updates", crash)
        with pytest.raises(RuntimeError):
            applying.apply_import(batch_id=batch.pk, say=quiet)
    assert shown() == AFTER
    assert QuestionChange.objects.filter(is_indexed=False).count() == 5
    applying.apply_import(batch_id=batch.pk, say=quiet)
    batch.refresh_from_db()
    assert not QuestionChange.objects.filter(is_indexed=False).exists()
    assert batch.storage_name == ""


def test_a_question_changed_while_it_was_staged_is_staged_anew(bank, monkeypatch):
    applied(bank, *OLD)
    batch = planned(bank, *NEW)
    begin_apply(batch=batch)
    real, calls = applying._show, []

    def change_first(row):
        if not calls:
            calls.append(1)
            question = Question.objects.get(ref="r1")
            save_question(
                bank=bank, actor=bank.owner, question=question, type="true_false", ref="r1", content={"stem": "mine"},
                key={"correct": False},
            )  # fmt: skip
            publish_question(question=question, actor=bank.owner)
        real(row)

    monkeypatch.setattr(applying, "_show", change_first)
    applying.apply_import(batch_id=batch.pk, say=quiet)
    assert shown() == AFTER
    stems = (
        QuestionVersion.objects.filter(question__ref="r1").order_by("number").values_list("content__stem", flat=True)
    )
    assert list(stems) == ["old 1", "mine", "new 1"]
    batch.refresh_from_db()
    request_undo(batch=batch, actor=bank.owner)
    assert shown() == BEFORE | {"r1": "mine"}
    assert not QuestionChange.objects.exists()


def test_updates_of_a_reviewed_bank_wait_as_drafts(bank):
    applied(bank, *OLD)
    type(bank).objects.filter(pk=bank.pk).update(requires_review=True)
    bank.refresh_from_db()
    batch = applied(bank, *NEW[:2])
    one = Question.objects.get(ref="r0")
    assert (one.content["stem"], one.has_unpublished_changes) == ("new 0", True)
    assert one.current_version.content["stem"] == "old 0"
    assert (one.is_withheld, one.status) == (False, "published")
    request_undo(batch=batch, actor=bank.owner)
    assert shown() == BEFORE


def test_the_database_shows_many_updates_with_few_statements(bank, django_assert_num_queries, monkeypatch):
    counts = []
    for size in (3, 9):
        applied(bank, *(true_false(f"old {size} {n}", ref=f"{size}-{n}") for n in range(size)))
        batch = planned(bank, *(true_false(f"new {size} {n}", ref=f"{size}-{n}") for n in range(size)))
        begin_apply(batch=batch)
        updates.stage_updates(batch, quiet)
        rare = updates.find_rare(batch)
        with django_assert_num_queries(3) as captured:
            assert updates.show_updates(batch, rare=rare) == size
            ImportBatch.objects.filter(pk=batch.pk).update(state=ImportBatch.State.APPLIED)
        counts.append(len(captured))


def test_a_row_leads_to_the_question_that_it_became(client, bank):
    batch = applied(bank, *NEW[:2])
    for row, question in zip(batch.rows.order_by("position"), Question.objects.order_by("pk"), strict=True):
        address = reverse("authoring:question", args=[question.public_id])
        card = client.get(reverse("authoring:import_row", args=[batch.public_id, row.position]), {"view": "card"})
        assert (row.question_id, question.batch_position) == (None, row.position)
        assert f'href="{address}"' in card.content.decode()
        assert f'href="{address}"' in client.get(page_of(batch) + "?state=new").content.decode()


def page_of(batch):
    return reverse("authoring:import_batch", args=[batch.public_id])


def test_rows_of_a_file_that_repeat_or_resemble_each_other_say_which(client, bank):
    stem = "Which of the following statements about the accrual principle of accounting is right?"
    batch = planned(
        bank,
        true_false(stem),
        true_false("Water boils at a hundred degrees at sea level."),
        true_false(stem.replace("right", "correct")),
        true_false(stem),
    )
    rows = {row.position: row for row in ImportRow.objects.filter(batch=batch)}
    assert (rows[3].near_position, rows[3].near_duplicate_of, rows[4].repeats_position) == (1, None, 1)
    assert rows[3].near_percent >= 80
    assert (rows[1].near_position, rows[2].near_position) == (None, None)
    assert batch.report["similar"] == 1
    page = client.get(reverse("authoring:import_batch", args=[batch.public_id])).content.decode()
    assert "repeats row 1" in page
    assert "like row 1" in page


CSV = "题型,题干,答案,批注\n" + "".join(f"填空题,第{n}个是____和____,甲{n}|乙{n},略\n" for n in range(30))


def test_the_same_doubt_of_many_rows_is_one_line_with_its_rows(client, bank):
    batch = create_import(bank=bank, actor=bank.owner, file_name="a.csv", content=ContentFile(CSV.encode()))
    plan_import(batch_id=batch.pk, say=quiet)
    batch.refresh_from_db()
    doubts = [entry for entry in batch.report["folded"] if entry["kind"] == "doubts"]
    assert [(entry["count"], len(entry["rows"])) for entry in doubts] == [(30, 30)]
    page = client.get(reverse("authoring:import_batch", args=[batch.public_id])).content.decode()
    assert page.count("30 questions</strong>") == 1
    assert reverse("authoring:import_row", args=[batch.public_id, 30]) in page


def test_the_report_of_the_command_folds_losses_with_their_rows(bank, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(CSV, encoding="utf-8")
    out = io.StringIO()
    call_command("import_questions", str(path), bank=bank.slug, json=True, stdout=out)
    report = json.loads(out.getvalue())
    assert set(report) == {"created", "updated", "duplicates", "problems", "losses"}
    (first, second) = report["losses"]
    assert set(first) == {"file", "row", "field", "message", "count", "rows"}
    assert (first["file"], first["row"], first["count"], first["rows"]) == ("a.csv", 2, 30, list(range(2, 32)))
    assert (second["count"], second["rows"]) == (1, [1])


def with_picture(stem):
    return {
        **true_false(f'<p>{stem} <img src="attachment:dot.png" alt="dot"></p>'),
        "attachments": [{"name": "dot.png", "data": base64.b64encode(PIXEL).decode()}],
    }


def pictures():
    return [(row.public_id, row.storage_name) for row in Asset.objects.exclude(sha256="")]


def waiting_removals():
    return [job.arguments["public_ids"] for job in Job.objects.filter(kind=KIND).order_by("pk")]


def test_pictures_of_a_discarded_import_are_removed_a_day_later(bank):
    batch = planned(bank, with_picture("a"))
    ((public_id, name),) = pictures()
    discard(batch=batch)
    assert waiting_removals() == [[str(public_id)]]
    assert (Job.objects.get(kind=KIND).not_before_at - Job.objects.get(kind=KIND).created_at).days == 1
    assert remove_unused(public_ids=waiting_removals()[0]) == 1
    assert pictures() == []
    assert not default_storage.exists(name)


def test_pictures_that_something_still_names_stay(bank):
    batch = applied(bank, with_picture("a"))
    ((public_id, name),) = pictures()
    other = planned(bank, with_picture("b"))
    request_undo(batch=batch, actor=bank.owner)
    assert Question.everything.count() == 0
    assert remove_unused(public_ids=waiting_removals()[0]) == 0
    question = save_question(
        bank=bank, actor=bank.owner, type="true_false", key={"correct": True},
        content={"stem": f'<p>c <img src="asset:{public_id}" alt="c"></p>'},
    )  # fmt: skip
    discard(batch=other)
    assert remove_unused(public_ids=waiting_removals()[1]) == 0
    save_question(
        bank=bank, actor=bank.owner, question=question, type="true_false", key={"correct": True},
        content={"stem": "none"},
    )  # fmt: skip
    # A revision of the draft still shows it.
    assert remove_unused(public_ids=waiting_removals()[1]) == 0
    question.revisions.all().delete()
    assert remove_unused(public_ids=waiting_removals()[1]) == 1
    assert not default_storage.exists(name)


def test_pictures_of_questions_that_were_only_retired_stay(bank):
    batch = applied(bank, with_picture("a"))
    paper = Paper.objects.create(title="P", owner=bank.owner)
    section = PaperSection.objects.create(paper=paper, title="S", position=1)
    BlueprintRule.objects.create(section=section, bank=bank, count=1, position=1, marks=1)
    request_undo(batch=batch, actor=bank.owner)
    assert Question.objects.get().status == "retired"
    assert remove_unused(public_ids=waiting_removals()[0]) == 0
    assert len(pictures()) == 1
