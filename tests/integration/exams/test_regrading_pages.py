"""Pages of regrading, from choosing a question to undoing; strangers; statements at two sizes; files."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import load_workbook

from edu.core.clock import now_utc
from exams.models import Exam, ItemResult, QuestionReport, QuestionStatistics, RegradeSet
from tests.factories.exams import SAMPLES, make_paper_version, make_question, make_user
from tests.factories.organizations import make_organization, make_trainer_user
from tests.factories.regrading import confirm, first_version, make_class, plan, publish_corrected

pytestmark = pytest.mark.django_db
RIGHT, WRONG = {1: "b", 2: True}, {1: "a", 2: True}


def new_url(exam):
    version = first_version(exam)
    return reverse("regrading:new", args=[exam.public_id, version.question.public_id, version.number])


FORM = {"policy": "new_key", "key_source": "here", "right": ["a"], "scope": "exam", "certificates": "keep"}


def test_from_choosing_a_question_to_undoing(client, run_jobs):
    exam, _attempts = make_class(answers=[RIGHT, WRONG])
    client.force_login(exam.owner)
    page = client.get(reverse("regrading:choose", args=[exam.public_id]))
    assert new_url(exam) in page.content.decode()
    answer = client.post(new_url(exam), FORM | {"reason": "1 is right"})
    row = RegradeSet.objects.get()
    url = reverse("regrading:detail", args=[row.public_id])
    assert answer["Location"] == url
    assert "being computed" in client.get(url).content.decode()
    run_jobs()
    page = client.get(url).content.decode()
    assert "Change the marks so" in page
    assert "now passes" in page
    client.post(url, {"do": "confirm"})
    assert "being carried out" in client.get(url).content.decode()
    run_jobs()
    page = client.get(url).content.decode()
    assert "What it changed" in page
    answer = client.post(url, {"do": "undo"})
    undo = RegradeSet.objects.get(undoes=row)
    assert answer["Location"] == reverse("regrading:detail", args=[undo.public_id])
    run_jobs()
    client.post(answer["Location"], {"do": "confirm"})
    run_jobs()
    assert RegradeSet.objects.get(pk=row.pk).state == "undone"
    assert "carried out" in client.get(reverse("regrading:index")).content.decode()
    assert Exam.objects.get(pk=exam.pk).decisions == {}


def test_what_is_missing_is_said_beside_the_field_and_nothing_is_lost(client):
    exam, _attempts = make_class(answers=[RIGHT])
    client.force_login(exam.owner)
    answer = client.post(new_url(exam), {"policy": "new_key", "key_source": "here", "right": ["b"], "reason": "Why so"})
    assert answer.status_code == 422
    assert "Why so" in answer.content.decode()
    answer = client.post(new_url(exam), FORM | {"right": ["b"], "reason": "Why so"})
    assert "This is the key by which the question was marked." in answer.content.decode()
    assert not RegradeSet.objects.exists()


def test_a_newer_version_is_offered_and_other_types_are_told_where_to_get_one(client, run_jobs):
    exam, _attempts = make_class(answers=[RIGHT])
    publish_corrected(first_version(exam))
    client.force_login(exam.owner)
    assert "of version 2" in client.get(new_url(exam)).content.decode()
    client.post(new_url(exam), FORM | {"key_source": "2", "reason": "1 is right"})
    assert RegradeSet.objects.get().key_version.number == 2
    other, _others = make_class(answers=[{1: ["a"]}], types=("hotspot",), owner=exam.owner)
    assert "correct the question and publish it" in client.get(new_url(other)).content.decode()


def test_strangers_get_404_everywhere(client, run_jobs):
    exam, _attempts = make_class(answers=[RIGHT, WRONG])
    row = plan(exam, run_jobs=run_jobs)
    pages = [
        reverse("regrading:choose", args=[exam.public_id]),
        reverse("regrading:of_question", args=[row.version.question.public_id]),
        new_url(exam),
        reverse("regrading:detail", args=[row.public_id]),
        reverse("regrading:export", args=[row.public_id]),
    ]
    for person in (make_user(is_instructor=True), make_user()):
        client.force_login(person)
        assert [client.get(page).status_code for page in pages] == [404] * len(pages)
        for verb in ("confirm", "undo", "discard", "again"):
            assert client.post(pages[3], {"do": verb}).status_code == 404
        assert client.post(new_url(exam), FORM | {"reason": "x"}).status_code == 404
    assert client.get(reverse("regrading:index")).status_code == 404
    assert list(RegradeSet.objects.values_list("state", flat=True)) == ["previewed"]
    client.logout()
    assert all(client.get(page).status_code == 302 for page in pages)


def test_a_trainer_of_the_organisation_may_and_of_another_may_not(client, run_jobs):
    exam, _attempts = make_class(answers=[RIGHT, WRONG])
    row = plan(exam, run_jobs=run_jobs)
    organization = make_organization()
    Exam.objects.filter(pk=exam.pk).update(organization=organization)
    url = reverse("regrading:detail", args=[row.public_id])
    client.force_login(make_trainer_user(make_organization()))
    assert client.get(url).status_code == 404
    client.force_login(make_trainer_user(organization))
    assert client.get(url).status_code == 200
    client.post(url, {"do": "confirm"})
    assert RegradeSet.objects.get().state == "applying"


def test_the_page_of_a_change_set_asks_the_same_number_of_questions_of_any_size(client, run_jobs):
    exam, _attempts = make_class(answers=[RIGHT, WRONG])
    small = plan(exam, run_jobs=run_jobs)
    large_exam, _many = make_class(answers=[RIGHT, WRONG, {1: "a"}] * 12, owner=exam.owner)
    large = plan(large_exam, run_jobs=run_jobs)
    client.force_login(exam.owner)
    counts = []
    for row in (small, large):
        url = reverse("regrading:detail", args=[row.public_id])
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_list_is_filtered_and_exported(client, run_jobs):
    exam, attempts = make_class(answers=[RIGHT, WRONG, {}])
    attempts[0].user.real_name = "=cmd|x"
    attempts[0].user.save()
    row = confirm(plan(exam, run_jobs=run_jobs), run_jobs=run_jobs)
    client.force_login(exam.owner)
    url = reverse("regrading:export", args=[row.public_id])
    sheet = load_workbook(io.BytesIO(client.get(url).content)).get_sheet_by_index(0).to_python()
    assert len(sheet) == 4
    csv = b"".join(client.get(url, {"format": "csv", "show": "loss"}).streaming_content).decode("utf-8-sig")
    assert len(csv.splitlines()) == 2
    assert "'=cmd|x" in csv
    page = client.get(reverse("regrading:detail", args=[row.public_id]), {"show": "up"}).content.decode()
    assert "now passes" in page
    assert "no longer passes" not in page


def test_alerts_and_reports_lead_to_marking_anew(client):
    exam, attempts = make_class(answers=[RIGHT])
    version = first_version(exam)
    bank = version.question.bank
    type(bank).objects.filter(pk=bank.pk).update(owner=exam.owner)
    QuestionStatistics.objects.create(
        version=version, question=version.question, health="wrong_key", computed_at=now_utc(), exam_count=20
    )
    QuestionReport.objects.create(
        question=version.question, version=version, reporter=attempts[0].user, reason="key", created_at=now_utc()
    )
    client.force_login(exam.owner)
    wanted = reverse("regrading:of_question", args=[version.question.public_id])
    for page in (reverse("authoring:figures", args=[version.question.public_id]), reverse("authoring:reports")):
        assert wanted in client.get(page).content.decode()
    assert new_url(exam) in client.get(wanted).content.decode()
    assert (
        "key is likely wrong"
        in client.get(reverse("authoring:figures", args=[version.question.public_id])).content.decode()
    )


def test_the_learner_reads_how_it_was_marked_anew(client, run_jobs):
    exam, attempts = make_class(answers=[WRONG])
    client.force_login(attempts[0].user)
    url = reverse("exams:review", args=[attempts[0].public_id])
    assert "marked anew" not in client.get(url).content.decode()
    confirm(plan(exam, run_jobs=run_jobs), run_jobs=run_jobs)
    page = client.get(url).content.decode()
    assert "This question was marked anew with a corrected key." in page
    confirm(plan(exam, policy="drop", run_jobs=run_jobs), run_jobs=run_jobs)
    assert "This question does not count." in client.get(url).content.decode()


def answers_of(exam):
    return list(ItemResult.objects.filter(exam_id=exam.pk).order_by("attempt_id").values_list("mark", flat=True))


@pytest.mark.parametrize(
    ("type_name", "given", "field", "text", "shown"),
    [
        ("short_text", "Beijing", "accept-answer", "beijing", "beijing / SECRET-KEY"),
        ("fill_blank", {"b1": "Beijing"}, "accept-b1", "beijing", "beijing / SECRET-KEY"),
        ("numerical", "12.95", "accept-answer", "13", "13 / 12.5"),
    ],
)
def test_one_more_answer_is_accepted(client, run_jobs, type_name, given, field, text, shown):
    right = SAMPLES[type_name]["right"]
    exam, _attempts = make_class(answers=[{1: right}, {1: given}], types=(type_name,))
    assert answers_of(exam) == [2, 0]
    client.force_login(exam.owner)
    client.post(new_url(exam), FORM | {"reason": "This is right too", field: text})
    row = RegradeSet.objects.get()
    run_jobs()
    assert shown in client.get(reverse("regrading:detail", args=[row.public_id])).content.decode()
    row.refresh_from_db()
    confirm(row, run_jobs=run_jobs)
    assert answers_of(exam) == [2, 2]
    assert shown in client.get(new_url(exam)).content.decode()


def test_a_second_correction_keeps_the_first(client, run_jobs):
    exam, _attempts = make_class(answers=[{1: "one"}, {1: "two"}], types=("short_text",))
    client.force_login(exam.owner)
    for text in ("one", "two"):
        client.post(new_url(exam), FORM | {"reason": "Right too", "accept-answer": text})
        run_jobs()
        confirm(RegradeSet.objects.order_by("-pk").first(), run_jobs=run_jobs)
    assert answers_of(exam) == [2, 2]


@pytest.mark.parametrize(
    ("type_name", "fields", "said"),
    [
        ("numerical", {"accept-answer": "thirteen"}, "Write a number."),
        ("numerical", {"accept-answer": ""}, "Write the answer that is accepted as well."),
        ("short_text", {"accept-answer": "   "}, "Write the answer that is accepted as well."),
        ("short_text", {"accept-answer": "x" * 201}, "at most 200 characters"),
        ("fill_blank", {"accept-answer": "Beijing"}, "Write the answer that is accepted as well."),
    ],
)
def test_an_answer_that_cannot_be_accepted_is_said_beside_its_field(client, type_name, fields, said):
    exam, _attempts = make_class(answers=[{1: SAMPLES[type_name]["right"]}], types=(type_name,))
    client.force_login(exam.owner)
    answer = client.post(new_url(exam), FORM | {"reason": "Kept words"} | fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Kept words" in answer.content.decode()
    assert not RegradeSet.objects.exists()


CORRECTIONS = [
    ("multiple_choice", {"right": ["a", "b"]}, ["a", "b"], [0, 2]),
    ("true_false", {"right": "false"}, False, [0, 2]),
    ("cloze", {"right-g1": ["b"], "accept-g2": ""}, {"g1": "b", "g2": "secret-key"}, [1, 2]),
    ("cloze", {"right-g1": ["a"], "accept-g2": "puppy"}, {"g1": "a", "g2": "Puppy"}, [2, 2]),
    ("matching", {"partner-l1": "r2", "partner-l2": "r1"}, {"l1": "r2", "l2": "r1"}, [0, 2]),
    ("matching", {"partner-l1": "r1", "partner-l2": "r1"}, {"l1": "r1", "l2": "r1"}, [1, 2]),
    ("ordering", {"place-i1": "2", "place-i2": "1", "order-is": "right"}, ["i2", "i1"], [0, 2]),
    ("ordering", {"place-i1": "2", "place-i2": "1", "order-is": "also"}, ["i2", "i1"], [2, 2]),
    ("categorisation", {"category-i1": "c2", "category-i2": "c2"}, {"i1": "c2", "i2": "c2"}, [1, 2]),
    ("material", {"q1/right": ["a"], "q2/accept-answer": "word"}, {"q1": "a", "q2": "WORD"}, [1, 2]),
]


@pytest.mark.parametrize(("type_name", "fields", "other", "marks"), CORRECTIONS)
def test_a_key_of_each_type_is_corrected_on_the_page_and_given_back(client, run_jobs, type_name, fields, other, marks):
    exam, _attempts = make_class(answers=[{1: SAMPLES[type_name]["right"]}, {1: other}], types=(type_name,))
    before = answers_of(exam)
    client.force_login(exam.owner)
    page = client.get(new_url(exam)).content.decode()
    assert all(f'name="{name}"' in page for name in fields)
    answer = client.post(new_url(exam), FORM | {"right": []} | fields | {"reason": "The key was wrong"})
    row = RegradeSet.objects.get()
    run_jobs()
    row.refresh_from_db()
    assert answer["Location"] == reverse("regrading:detail", args=[row.public_id])
    assert row.summary["changed"] == sum(old != new for old, new in zip(before, marks, strict=True))
    assert answers_of(exam) == before, "a preview changes nothing"
    confirm(row, run_jobs=run_jobs)
    assert answers_of(exam) == marks
    client.post(answer["Location"], {"do": "undo"})
    run_jobs()
    confirm(RegradeSet.objects.get(undoes=row), run_jobs=run_jobs)
    assert answers_of(exam) == before


HOSTILE = [
    ("cloze", {"right-g1": ["z"], "accept-g2": ""}, "Select a valid choice"),
    ("cloze", {"accept-g2": "puppy"}, "Choose what is right here."),
    ("cloze", {"right-g1": ["a"], "accept-g9": "puppy"}, "This is the key by which the question was marked."),
    ("matching", {"partner-l1": "l2", "partner-l2": "r1"}, "Select a valid choice"),
    ("matching", {"partner-l1": "r2"}, "Choose what is right here."),
    ("matching", {"partner-l1": "r1", "partner-l2": "r2", "partner-l9": "r1"}, "This is the key by which"),
    ("ordering", {"place-i1": "1", "place-i2": "1", "order-is": "right"}, "Another item has this place."),
    ("ordering", {"place-i1": "2", "place-i2": "3", "order-is": "right"}, "Select a valid choice"),
    ("ordering", {"place-i1": "2", "place-i2": "1"}, "Choose what is right here."),
    ("categorisation", {"category-i1": "i2", "category-i2": "c2"}, "Select a valid choice"),
    ("categorisation", {"category-i2": "c1"}, "Choose what is right here."),
    ("material", {"q1/right": ["zz"], "q2/accept-answer": "word"}, "Select a valid choice"),
    ("material", {"q2/accept-answer": "word"}, "Choose what is right here."),
    ("material", {"q1/right": ["b"], "q3/right": ["a"]}, "This is the key by which"),
]


@pytest.mark.parametrize(("type_name", "fields", "said"), HOSTILE)
def test_what_the_question_does_not_have_is_said_and_nothing_is_planned(client, type_name, fields, said):
    exam, _attempts = make_class(answers=[{1: SAMPLES[type_name]["right"]}], types=(type_name,))
    client.force_login(exam.owner)
    answer = client.post(new_url(exam), FORM | {"right": []} | fields | {"reason": "Kept words"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Kept words" in answer.content.decode()
    assert not RegradeSet.objects.exists()


@pytest.mark.parametrize("type_name", ["cloze", "matching", "ordering", "categorisation", "material"])
def test_strangers_correct_no_key_of_any_type(client, type_name):
    exam, _attempts = make_class(answers=[{1: SAMPLES[type_name]["wrong"]}], types=(type_name,))
    fields = next(fields for name, fields, _other, _marks in CORRECTIONS if name == type_name)
    client.force_login(make_user(is_instructor=True))
    assert client.get(new_url(exam)).status_code == 404
    assert client.post(new_url(exam), FORM | fields | {"reason": "Mine"}).status_code == 404
    assert not RegradeSet.objects.exists()


def test_the_corrected_key_is_where_the_next_correction_begins(client, run_jobs):
    exam, _attempts = make_class(answers=[{1: SAMPLES["matching"]["right"]}], types=("matching",))
    client.force_login(exam.owner)
    client.post(new_url(exam), FORM | {"partner-l1": "r2", "partner-l2": "r2", "reason": "Both are two"})
    run_jobs()
    confirm(RegradeSet.objects.get(), run_jobs=run_jobs)
    page = client.get(new_url(exam)).content.decode()
    assert page.count('<option value="r2" selected>') == 2
    assert "one → 2; two → 2" in page


def test_the_page_speaks_chinese(client):
    for type_name, words in [("material", "补充正确答案"), ("ordering", "“x”的位置"), ("cloze", "第 1 空的正确答案")]:
        exam, _attempts = make_class(answers=[{1: SAMPLES[type_name]["right"]}], types=(type_name,))
        exam.owner.language = "zh-hans"
        exam.owner.save()
        client.force_login(exam.owner)
        assert words in client.get(new_url(exam), headers={"Accept-Language": "zh-hans"}).content.decode()


def test_a_judgement_under_a_passage_is_told_in_words(client):
    inner = {"id": "q1", "type": "true_false", "marks": 1, "content": SAMPLES["true_false"]["content"]}
    version = make_question(
        type="material",
        content={"stem": "A passage.", "questions": [inner]},
        key={"questions": {"q1": {"correct": False}}},
    )
    exam, _attempts = make_class(answers=[{1: {"q1": True}}], paper_version=make_paper_version(versions=[version]))
    client.force_login(exam.owner)
    page = client.get(new_url(exam)).content.decode()
    assert "(1) wrong" in page
    assert 'name="q1/right" value="false"' in page
