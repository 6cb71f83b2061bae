"""By whatever road a question comes, what the room sends does not tell the right order or partner."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from exams.authoring.banks import create_bank
from exams.authoring.checks import content_hash_of
from exams.authoring.editor_form import nodes_of
from exams.authoring.editors import find_variant, get_editor
from exams.authoring.questions import discard_draft, publish_question, save_question
from exams.authoring.quick_entry import save_rows
from exams.authoring.records import import_records
from exams.domain.opaque_ids import is_opaque
from exams.models import Question, QuestionVersion
from tests.factories.exams import make_exam, make_paper_version, make_question, make_user
from tests.integration.exams.test_authoring_editor import META, posted

pytestmark = pytest.mark.django_db
COUNT = 10
"""Questions of each type."""
WORDS = ("spring", "summer", "autumn", "winter", "dawn")


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def author(client):
    user = make_user(is_instructor=True)
    client.force_login(user)
    return user


def ordering(number):
    items = [{"id": f"i{n}", "text": f"{word} of year {number}"} for n, word in enumerate(WORDS, start=1)]
    return {"stem": f"Bring year {number} in order.", "items": items}, {"order": [item["id"] for item in items]}


def matching(number):
    left = [{"id": f"l{n}", "text": f"{word}?"} for n, word in enumerate(WORDS, start=1)]
    right = [{"id": f"r{n}", "text": f"mood {number} for {word}"} for n, word in enumerate(WORDS, start=1)]
    pairs = {f"l{n}": f"r{n}" for n in range(1, len(WORDS) + 1)}
    return {"stem": f"Match the moods of year {number}.", "left": left, "right": right}, {"pairs": pairs}


MADE = [("ordering", *ordering(number)) for number in range(COUNT)]
MADE += [("matching", *matching(number)) for number in range(COUNT)]


def by_form(client, author, bank, tmp_path):
    for name, content, key in MADE:
        editor = get_editor(name)
        form = posted(nodes_of(editor.layout, editor.load(content, key), {}, find_variant))
        address = reverse("authoring:new_question", args=[bank.public_id, name])
        assert client.post(address, form | META | {"do": "publish"}).status_code == 302


def by_file(format_):
    def road(client, author, bank, tmp_path):
        source = create_bank(actor=author, name="Source")
        for name, content, key in MADE:
            make_question(bank=source, type=name, content=content, key=key)
        path = tmp_path / f"questions.{ {'json_lines': 'jsonl', 'moodle_xml': 'xml'}.get(format_, format_) }"
        call_command("export_questions", str(path), bank=source.slug, format=format_)
        call_command("import_questions", str(path), bank=bank.slug)

    return road


def by_quick_entry(client, author, bank, tmp_path):
    lines = []
    for number, (name, content, _key) in enumerate(MADE, start=1):
        lines.append(f"{number}. {content['stem']}（{'排序题' if name == 'ordering' else '配对题'}）")
        if name == "ordering":
            rows = [item["text"] for item in content["items"]]
        else:
            rows = [f"{a['text']} = {b['text']}" for a, b in zip(content["left"], content["right"], strict=True)]
        lines += [f"{letter}. {row}" for letter, row in zip("ABCDE", rows, strict=True)]
        lines += ["答案：ABCDE" if name == "ordering" else "", ""]
    save_rows(bank=bank, actor=author, text="\n".join(lines), topic=None, tags=[], publish=True)


def by_records(client, author, bank, tmp_path):
    import_records(bank=bank, records=[{"type": n, "content": c, "key": k} for n, c, k in MADE], author=author)


ROADS = {
    "form": by_form,
    **{name: by_file(name) for name in ("xlsx", "gift", "moodle_xml", "json_lines")},
    "quick entry": by_quick_entry,
    "records": by_records,
}


@pytest.mark.parametrize("road", ROADS)
def test_what_the_room_sends_tells_no_order_and_no_partner(road, client, author, tmp_path, sit):
    bank = create_bank(actor=author, name="Bank")
    ROADS[road](client, author, bank, tmp_path)
    versions = list(QuestionVersion.objects.filter(question__bank=bank).order_by("pk"))
    assert len(versions) == len(MADE)
    sitting = sit(exam=make_exam(paper_version=make_paper_version(versions=versions), owner=author))
    client.force_login(sitting.user)
    page = client.get(f"/exams/attempts/{sitting.opened.attempt.public_id}/").content.decode()
    shown = told = 0
    for slot, version in enumerate(versions, start=1):
        start = page.index(f'id="question-{slot}"')
        part = page[start : page.find('id="question-', start + 20)]
        if version.type == "ordering":
            right = version.key["order"]
            sent = re.findall(r'data-item="([^"]+)"', part)
        else:
            right = [version.key["pairs"][left["id"]] for left in version.content["left"]]
            sent = re.findall(r'<option value="([^"]+)"', part)[: len(right)]
        assert sorted(sent) == sorted(right)
        assert all(is_opaque(id_) for id_ in sent)
        shown += sent == right
        told += sorted(sent) == right
    assert shown <= 2  # one of 120 orders each is the right one by chance
    assert told <= 2


def test_an_unchanged_question_keeps_its_ids_and_an_edited_one_gets_a_version(author):
    bank = create_bank(actor=author, name="Bank")
    content, key = ordering(1)
    version = make_question(bank=bank, type="ordering", content=content, key=key)
    question = Question.objects.get(pk=version.question_id)
    values = {"bank": bank, "actor": author, "question": question, "type": "ordering"}
    save_question(**values, content=content, key=key, explanation=version.explanation)
    first = publish_question(question=question, actor=author)
    assert all(is_opaque(id_) for id_ in first.key["order"])
    # A question from before: its version was frozen under the ids of its author.
    former = content_hash_of(type="ordering", content=content, key=key)
    QuestionVersion.objects.filter(pk=first.pk).update(content=content, key=key, content_hash=former)
    question = Question.objects.get(pk=question.pk)
    discard_draft(question=question, actor=author)
    assert (question.content, question.has_unpublished_changes) == (content, False)
    save_question(**values | {"question": question}, content=content, key=key, explanation=version.explanation)
    assert (question.key, question.has_unpublished_changes) == (key, False)
    save_question(**values | {"question": question}, content=content | {"stem": "Other"}, key=key)
    second = publish_question(question=question, actor=author)
    assert all(is_opaque(id_) for id_ in second.key["order"])
    first.refresh_from_db()
    assert (first.content, first.key) == (content, key)
    edited = second.content | {"items": [one | {"text": one["text"].upper()} for one in second.content["items"]]}
    save_question(**values | {"question": question}, content=edited, key=second.key)
    assert question.key == second.key


@pytest.mark.parametrize("road", ["xlsx", "gift", "moodle_xml", "json_lines"])
def test_a_file_that_comes_again_is_known(road, client, author, tmp_path):
    bank = create_bank(actor=author, name="Bank")
    by_file(road)(client, author, bank, tmp_path)
    before = sorted(Question.objects.filter(bank=bank).values_list("content_hash", flat=True))
    by_form(client, author, create_bank(actor=author, name="Other"), tmp_path)
    [path] = tmp_path.iterdir()
    call_command("import_questions", str(path), bank=bank.slug)
    assert sorted(Question.objects.filter(bank=bank).values_list("content_hash", flat=True)) == before


def test_an_author_writes_worths_by_short_names(client, author):
    bank = create_bank(actor=author, name="Bank")
    content, key = matching(1)
    worths = {f"l{n}": {f"r{n}": 0.2, f"r{n % 5 + 1}": -0.1} for n in range(1, 6)}
    key |= {"grading": "sum_of_fractions", "fractions": worths}
    question = save_question(bank=bank, actor=author, type="matching", content=content, key=key)
    address = reverse("authoring:question", args=[question.public_id])
    page = client.get(address).content.decode()
    assert "r1 = 0.2, r2 = -0.1" in page
    assert not re.search(r"<code>x[2-7]", page)
    editor = get_editor("matching")
    form = posted(nodes_of(editor.layout, editor.load(question.content, question.key), {}, find_variant))
    assert client.post(address, form | META | {"do": "save"}).status_code == 302
    saved = Question.objects.get(pk=question.pk)
    assert (saved.content["right"], saved.key["fractions"]) == (question.content["right"], question.key["fractions"])
