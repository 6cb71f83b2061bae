"""By whatever road a question comes, what the room sends does not tell the right option, order or partner."""

import json
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


def single(number):
    """A choice whose right option stands first, as files often have it."""
    options = [{"id": "abcde"[at], "text": f"{word} number {number}"} for at, word in enumerate(WORDS)]
    return {"stem": f"When was it, question {number}?", "options": options}, {"fractions": {"a": 1}}


def multiple(number):
    content, _key = single(number)
    return content | {"stem": f"When were they, question {number}?"}, {"correct": ["a", "b"]}


def cloze(number):
    options = single(number)[0]["options"]
    gaps = [{"id": "g1", "kind": "choice", "options": options}]
    return {"stem": f"It was [[g1]] in gap {number}.", "gaps": gaps}, {"gaps": {"g1": {"fractions": {"a": 1}}}}


def hotspot(number):
    places = [(at * 37 + number * 29) % 100 for at in range(5)]
    regions = [
        {"id": "abcde"[at], "shape": "circle", "coords": [place, place, 3], "label": f"{WORDS[at]} {number}"}
        for at, place in enumerate(places)
    ]
    content = {"stem": f"Where was it, picture {number}?", "picture": "https://example.com/map.png", "regions": regions}
    return content | {"width": 100, "height": 100, "maximum_choices": 1}, {"correct": ["a"]}


CHOICES = {"single_choice": single, "multiple_choice": multiple, "cloze": cloze, "hotspot": hotspot}


def by_form(client, author, bank, tmp_path, made=MADE):
    for name, content, key in made:
        editor = get_editor(name)
        form = posted(nodes_of(editor.layout, editor.load(content, key), {}, find_variant))
        address = reverse("authoring:new_question", args=[bank.public_id, name])
        assert client.post(address, form | META | {"do": "publish"}).status_code == 302


def by_file(format_):
    def road(client, author, bank, tmp_path, made=MADE):
        source = create_bank(actor=author, name="Source")
        for name, content, key in made:
            make_question(bank=source, type=name, content=content, key=key)
        path = tmp_path / f"questions.{ {'json_lines': 'jsonl', 'moodle_xml': 'xml'}.get(format_, format_) }"
        call_command("export_questions", str(path), bank=source.slug, format=format_)
        call_command("import_questions", str(path), bank=bank.slug)

    return road


TITLES = {"ordering": "排序题", "matching": "配对题", "single_choice": "单选题", "multiple_choice": "多选题"}
LETTERS = {"ordering": "答案：ABCDE", "matching": "", "single_choice": "答案：A", "multiple_choice": "答案：AB"}


def by_quick_entry(client, author, bank, tmp_path, made=MADE):
    lines = []
    for number, (name, content, _key) in enumerate(made, start=1):
        lines.append(f"{number}. {content['stem']}（{TITLES[name]}）")
        if name != "matching":
            rows = [item["text"] for item in content["items" if name == "ordering" else "options"]]
        else:
            rows = [f"{a['text']} = {b['text']}" for a, b in zip(content["left"], content["right"], strict=True)]
        lines += [f"{letter}. {row}" for letter, row in zip("ABCDE", rows, strict=True)]
        lines += [LETTERS[name], ""]
    save_rows(bank=bank, actor=author, text="\n".join(lines), topic=None, tags=[], publish=True)


def by_records(client, author, bank, tmp_path, made=MADE):
    import_records(bank=bank, records=[{"type": n, "content": c, "key": k} for n, c, k in made], author=author)


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
    # One of 120 orders each is the right one by chance: seven of twenty are it once in billions of runs.
    assert shown <= 6
    assert told <= 6


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


CARRIED = {
    "xlsx": ("single_choice", "multiple_choice"),
    "gift": ("single_choice", "multiple_choice"),
    "moodle_xml": ("single_choice", "multiple_choice", "cloze"),
    "quick entry": ("single_choice", "multiple_choice"),
}
"""Types that a road carries; the others carry all."""


def choices_of_version(version):
    """Return the options as authored and the ids of the right ones, which the authors wrote first."""
    if version.type == "cloze":
        return version.content["gaps"][0]["options"], list(version.key["gaps"]["g1"]["fractions"])
    options = version.content["regions" if version.type == "hotspot" else "options"]
    return options, version.key["correct"] if version.type != "single_choice" else list(version.key["fractions"])


@pytest.mark.parametrize("road", ROADS)
def test_what_the_room_sends_tells_no_right_option(road, client, author, tmp_path, sit):
    bank = create_bank(actor=author, name="Bank")
    names = CARRIED.get(road, tuple(CHOICES))
    made = [(name, *CHOICES[name](number)) for name in names for number in range(40 if name == "single_choice" else 12)]
    ROADS[road](client, author, bank, tmp_path, made)
    versions = list(QuestionVersion.objects.filter(question__bank=bank).order_by("pk"))
    assert sorted(version.type for version in versions) == sorted(name for name, _content, _key in made)
    sitting = sit(
        exam=make_exam(paper_version=make_paper_version(versions=versions), owner=author, shuffle_options=True)
    )
    client.force_login(sitting.user)
    page = client.get(f"/exams/attempts/{sitting.opened.attempt.public_id}/").content.decode()
    ranks = {name: set() for name in names}
    places = {name: set() for name in names}
    for slot, version in enumerate(versions, start=1):
        start = page.index(f'id="question-{slot}"')
        part = page[start : page.find('id="question-', start + 20)]
        options, right = choices_of_version(version)
        ids = [option["id"] for option in options]
        assert right == ids[: len(right)]  # the author's order stays
        sent = [id_ for id_ in re.findall(r'value="([^"]+)"', part) if id_ in ids]
        assert sorted(sent) == sorted(ids)
        assert all(is_opaque(id_) for id_ in sent)
        ranks[version.type].add(tuple(sorted(sorted(ids).index(id_) for id_ in right)))
        places[version.type].add(tuple(sorted(sent.index(id_) for id_ in right)))
    # Of five places, twelve questions stand at one, or forty at three of them, once in many millions of runs.
    assert all(len(found) >= 2 for found in (*ranks.values(), *places.values()))
    assert min(len(ranks["single_choice"]), len(places["single_choice"])) >= 4


FORMER = ["xlsx", "gift", "moodle_xml", "json_lines"]


@pytest.mark.parametrize("road", FORMER)
def test_a_file_is_known_whose_choices_came_under_letters(road, author, tmp_path):
    bank = create_bank(actor=author, name="Bank")
    made = [(name, *CHOICES[name](number)) for name in ("single_choice", "multiple_choice") for number in range(3)]
    by_file(road)(None, author, bank, tmp_path, made)
    for question, (_name, content, key) in zip(Question.objects.filter(bank=bank).order_by("pk"), made, strict=True):
        # A bank from before: the same questions under the letters of their file.
        stored = question.content | {"options": content["options"]}
        lettered = question.key | ({"fractions": {"a": 1.0}} if "fractions" in key else {"correct": ["a", "b"]})
        Question.objects.filter(pk=question.pk).update(content=stored, key=lettered)
        QuestionVersion.objects.filter(question=question).update(content=stored, key=lettered)
    before = list(Question.objects.filter(bank=bank).order_by("pk").values_list("pk", "content", "content_hash"))
    [path] = tmp_path.iterdir()
    call_command("import_questions", str(path), bank=bank.slug)
    assert (
        list(Question.objects.filter(bank=bank).order_by("pk").values_list("pk", "content", "content_hash")) == before
    )
    question = Question.objects.filter(bank=bank).first()
    digest = content_hash_of(type=question.type, content=question.content, key=question.key)
    assert digest == question.content_hash


def test_an_edited_choice_keeps_the_ids_of_its_version(client, author):
    bank = create_bank(actor=author, name="Bank")
    content, key = single(1)
    version = make_question(bank=bank, type="single_choice", content=content, key=key)
    question = Question.objects.get(pk=version.question_id)
    editor = get_editor("single_choice")
    options = [*content["options"][1:], content["options"][0] | {"text": "an edited text"}, {"id": "f", "text": "new"}]
    form = posted(nodes_of(editor.layout, editor.load(content | {"options": options}, key), {}, find_variant))
    address = reverse("authoring:question", args=[question.public_id])
    assert client.post(address, form | META | {"do": "publish"}).status_code == 302
    second = Question.objects.get(pk=question.pk).current_version
    ids = [option["id"] for option in second.content["options"]]
    assert (second.number, ids[:5], second.key["fractions"]) == (2, ["b", "c", "d", "e", "a"], {"a": 1})
    assert is_opaque(ids[5])


@pytest.mark.parametrize("road", ["import", "records"])
def test_an_import_that_updates_a_choice_keeps_its_ids(road, author, tmp_path):
    bank = create_bank(actor=author, name="Bank")
    content, key = single(1)
    version = make_question(bank=bank, type="single_choice", content=content, key=key)
    Question.objects.filter(pk=version.question_id).update(ref="r1", content_hash="former")
    options = [content["options"][4], *content["options"][1:4], {"id": "f", "text": "new"}]
    record = {
        "ref": "r1",
        "type": "single_choice",
        "content": content | {"options": options},
        "key": {"fractions": {"e": 1}},
    }
    if road == "records":
        import_records(bank=bank, records=[record], author=author)
    else:
        path = tmp_path / "questions.jsonl"
        path.write_text(json.dumps(record), encoding="utf-8")
        call_command("import_questions", str(path), bank=bank.slug)
    question = Question.objects.get(pk=version.question_id)
    ids = [option["id"] for option in question.content["options"]]
    assert question.current_version.number == 2
    assert (ids[:4], question.key["fractions"]) == (["e", "b", "c", "d"], {"e": 1})
    assert is_opaque(ids[4])


def test_a_draft_gets_its_ids_when_it_is_finished(author):
    bank = create_bank(actor=author, name="Bank")
    content, key = single(1)
    question = save_question(bank=bank, actor=author, type="single_choice", content=content, key={"fractions": {}})
    assert question.content == content
    save_question(bank=bank, actor=author, question=question, type="single_choice", content=content, key=key)
    assert all(is_opaque(option["id"]) for option in question.content["options"])


@pytest.mark.parametrize(("name", "rows"), [("multiple_choice", "options"), ("hotspot", "regions")])
def test_an_author_names_further_choices_by_letters(name, rows, client, author):
    bank = create_bank(actor=author, name="Bank")
    content, key = CHOICES[name](1)
    key |= {"accepted": [["c", "a"]], "rule": "all_or_nothing"}
    question = save_question(bank=bank, actor=author, type=name, content=content | {"maximum_choices": 3}, key=key)
    ids = [one["id"] for one in question.content[rows]]
    assert question.key["accepted"] == [[ids[2], ids[0]]]
    address = reverse("authoring:question", args=[question.public_id])
    page = client.get(address).content.decode()
    assert 'value="c, a"' in page
    assert not re.search(r"<code>x[2-7]", page)
    editor = get_editor(name)
    form = posted(nodes_of(editor.layout, editor.load(question.content, question.key), {}, find_variant))
    assert client.post(address, form | META | {"do": "save"}).status_code == 302
    saved = Question.objects.get(pk=question.pk)
    assert saved.content[rows] == question.content[rows]
    assert (saved.key["correct"], saved.key["accepted"]) == (question.key["correct"], question.key["accepted"])
