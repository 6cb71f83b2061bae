"""The question editor: every type round-trips through its form, rows grow without scripts, problems stand at the
field."""

import pytest

from exams.authoring.checks import content_hash_of, list_type_names
from exams.authoring.editor_form import nodes_of, press, read_values
from exams.authoring.editors import editors, find_variant, get_editor
from exams.authoring.rich_text import clean_rich_text
from exams.models import Question
from tests.factories.exams import SAMPLES, make_bank, make_user

pytestmark = pytest.mark.django_db


def posted(nodes, data=None):
    """Return what a browser would send for these nodes."""
    data = {} if data is None else data
    for node in nodes:
        if node.is_rows:
            data[f"{node.name}-count"] = str(len(node.rows))
            for row in node.rows:
                if node.has_ids:
                    data[f"{row.path}-id"] = row.id
                posted(row.nodes + row.minor_nodes, data)
        elif node.kind == "check":
            if node.value:
                data[node.name] = "1"
        else:
            data[node.name] = node.value
    return data


def form_of(type_, sample=None):
    editor = get_editor(type_)
    sample = sample or SAMPLES[type_]
    return posted(nodes_of(editor.layout, editor.load(sample["content"], sample["key"]), {}, find_variant))


META = {"topic": "", "difficulty": "3", "marks": "2", "tags": "a，b", "explanation": "Why", "source": "", "ref": ""}


@pytest.fixture
def author(client):
    user = make_user(is_instructor=True)
    client.force_login(user)
    return user


def test_every_type_of_the_domain_has_an_editor():
    assert set(editors()) == set(list_type_names())


@pytest.mark.parametrize("type_", sorted(SAMPLES))
def test_a_question_comes_back_from_its_form_unchanged(type_):
    editor, sample = get_editor(type_), SAMPLES[type_]
    values = read_values(editor.layout, form_of(type_), find_variant)
    content, key = editor.dump(values)
    expected = content_hash_of(type=type_, content=sample["content"], key=sample["key"])
    assert content_hash_of(type=type_, content=content, key=key) == expected


@pytest.mark.parametrize("type_", sorted(SAMPLES))
def test_a_question_of_each_type_is_written_and_published_through_its_page(client, author, type_):
    bank = make_bank(owner=author)
    url = f"/teach/banks/{bank.public_id}/questions/new/{type_}/"
    assert client.get(url).status_code == 200
    response = client.post(url, form_of(type_) | META | {"do": "publish"})
    assert response.status_code == 302
    question = Question.objects.get(bank=bank)
    assert (question.status, question.tags, question.current_version.number) == ("published", ["a", "b"], 1)
    page = client.get(response.url)
    assert page.status_code == 200
    client.post(response.url, form_of(type_) | META | {"do": "publish"})
    assert question.versions.count() == 1
    stem = "Once more: " + SAMPLES[type_]["content"]["stem"]
    client.post(response.url, form_of(type_) | META | {"do": "publish", "stem": stem})
    assert question.versions.count() == 2
    assert client.get(f"/teach/questions/{question.public_id}/versions/1/").status_code == 200


def test_an_unfinished_question_is_saved_as_draft_and_says_what_is_missing(client, author):
    bank = make_bank(owner=author)
    data = form_of("single_choice") | META | {"do": "publish", "options-1-worth": "0"}
    response = client.post(f"/teach/banks/{bank.public_id}/questions/new/single_choice/", data)
    assert response.status_code == 422
    assert "No option earns full marks." in response.content.decode()
    question = Question.objects.get(bank=bank)
    assert (question.status, question.current_version) == ("draft", None)


def test_rows_are_added_moved_and_removed_without_scripts(client, author):
    bank = make_bank(owner=author)
    url = f"/teach/banks/{bank.public_id}/questions/new/single_choice/"
    data = form_of("single_choice") | META
    page = client.post(url, data | {"do": "add:options"}).content.decode()
    assert 'name="options-count" value="3"' in page
    assert 'name="options-2-id" value="c"' in page
    assert Question.objects.count() == 0
    editor = get_editor("single_choice")
    values = read_values(editor.layout, data, find_variant)
    assert press(editor.layout, values, "up:options-1", find_variant) == "options-0"
    assert [row["id"] for row in values["options"]] == ["b", "a"]
    press(editor.layout, values, "remove:options-0", find_variant)
    assert [row["id"] for row in values["options"]] == ["a"]


def test_a_draft_of_a_published_question_does_not_reach_learners(client, author):
    bank = make_bank(owner=author)
    url = f"/teach/banks/{bank.public_id}/questions/new/true_false/"
    url = client.post(url, form_of("true_false") | META | {"do": "publish"}).url
    client.post(url, form_of("true_false") | META | {"do": "save", "stem": "Fire is cold."})
    question = Question.objects.get(bank=bank)
    assert question.has_unpublished_changes
    assert question.current_version.content["stem"] == "Water is wet."


def test_the_preview_shows_the_learners_page_and_stores_nothing(client, author):
    bank = make_bank(owner=author)
    url = f"/teach/banks/{bank.public_id}/preview/single_choice/"
    page = client.post(url, form_of("single_choice")).content.decode()
    assert "One plus one?" in page
    assert Question.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a < b and c > d", "a < b and c > d"),
        ("<b>bold</b><script>alert(1)</script>", "<strong>bold</strong>"),
        ('<p onclick="x()" style="color:red">text</p>', "<p>text</p>"),
        ('<img src="javascript:alert(1)" alt="x">', '<img alt="x">'),
        (r"\( x < y \)", r"\( x < y \)"),
    ],
)
def test_rich_text_keeps_what_is_harmless(given, kept):
    assert clean_rich_text(given) == kept
    assert clean_rich_text(kept) == kept


def test_hostile_row_counts_and_commands_do_nothing(client, author):
    bank = make_bank(owner=author)
    url = f"/teach/banks/{bank.public_id}/questions/new/single_choice/"
    data = form_of("single_choice") | META | {"options-count": "99999999", "do": "remove:options-x-answers-9"}
    assert client.post(url, data).status_code == 200
    assert client.post(url, form_of("single_choice") | META | {"do": "up:../../-1"}).status_code == 200
    assert Question.objects.count() == 0


def test_a_draft_without_options_still_offers_rows_for_them(client, author):
    bank = make_bank(owner=author)
    form = {**form_of("single_choice"), **META, "do": "save", "options-count": "0"}
    address = f"/teach/banks/{bank.public_id}/questions/new/single_choice/"
    assert client.post(address, form).status_code == 302
    question = Question.objects.get(bank=bank)
    assert question.content["options"] == []
    page = client.get(f"/teach/questions/{question.public_id}/").content.decode()
    assert 'name="options-count" value="4"' in page
