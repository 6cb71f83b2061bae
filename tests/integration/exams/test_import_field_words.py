"""Remarks of an import name their fields in the reader's language on every page, and as they are called in the report
for programs."""

import pytest
from django.urls import reverse
from django.utils import translation

from exams.interchange.field_words import field_words
from exams.interchange.reports import add_batch, empty_report
from exams.models import ImportBatch, ImportRow
from tests.integration.exams.authoring_people import make_author, make_shared_bank


@pytest.mark.parametrize(("field", "english", "chinese"), [
    ("difficulty", "Difficulty", "难度"),
    ("content.stem", "Question", "题目"),
    ("content.options.1.text", "Option B", "选项 B"),
    ("option_c", "Option C", "选项 C"),
    ("right_c", "Option C", "选项 C"),
    ("key.fractions", "Marks of the options", "选项得分"),
    ("key.gaps.g2.fractions", "Marks of the options", "选项得分"),
    ("content.questions.1.content.stem", "Sub-question 2: Question", "第 2 小题: 题目"),
    ("key.questions.q2.correct", "Sub-question 2: Answer", "第 2 小题: 答案"),
    ("key.questions.q2", "Sub-question 2: Answer", "第 2 小题: 答案"),
    ("q3.answer", "Sub-question 3: Answer", "第 3 小题: 答案"),
    ("l1.answer", "Sub-question 1: Answer", "第 1 小题: 答案"),
    ("marks", "Marks", "分值"),
    ("attachments", "Pictures and sounds", "图片和音频"),
    # A column keeps its name where it is of the reader's language, and stands in brackets where it is not.
    ("题目内容", "Question (题目内容)", "题目内容"),
    ("选项B", "Option B (选项B)", "选项B"),
    ("Correct answer", "Correct answer", "答案（Correct answer）"),
    # What the file alone knows stays as the file has it.
    ("出题人", "出题人", "出题人"),
    ("image.png", "image.png", "image.png"),
    ("", "", ""),
])  # fmt: skip
def test_a_field_is_named_in_the_readers_language(field, english, chinese):
    with translation.override("en"):
        assert field_words(field) == english
    with translation.override("zh-hans"):
        assert field_words(field) == chinese


FILE = """{"type": "true_false", "content": {"stem": ""}, "key": {"correct": true}, "difficulty": 9}
{"type": "single_choice", "content": {"stem": "x", "options": [{"id": "a", "text": "1"}, {"id": "b", "text": "2"}]}, \
"key": {"fractions": {"a": 0.5}}}
"""


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Difficulty", "Marks of the options")),
    ("zh-hans", ("难度", "选项得分")),
])  # fmt: skip
def test_the_pages_name_the_fields_and_the_report_keeps_their_names(client, run_jobs, language, words):
    from django.core.files.uploadedfile import SimpleUploadedFile

    author = make_author()
    bank = make_shared_bank(author)
    client.force_login(author)
    client.cookies["django_language"] = language
    file = SimpleUploadedFile("a.jsonl", FILE.encode(), "application/json")
    client.post(reverse("authoring:import", args=[bank.public_id]), {"file": file})
    run_jobs()
    batch = ImportBatch.objects.get(bank=bank)
    page = client.get(reverse("authoring:import_batch", args=[batch.public_id]), {"tab": "failed"}).content.decode()
    for word in words:
        assert f"<strong>{word}</strong>" in page
    assert "key.fractions" not in page
    with translation.override(language):
        report = empty_report()
        add_batch(report, batch, name="a.jsonl", is_applied=False)
    fields = {problem["field"] for problem in report["problems"]}
    assert {"difficulty", "content.stem", "key.fractions"} <= fields
    assert ImportRow.objects.filter(batch=batch, state="failed").count() == 2
