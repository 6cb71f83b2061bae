"""Places of a picture that are put in order: their form shows the right order, keeps every part and betrays nothing."""

import pytest
from django.urls import reverse

from exams.authoring.checks import content_hash_of
from exams.authoring.editor_form import nodes_of, press, read_values
from exams.authoring.editors import find_variant, get_editor
from exams.authoring.questions import save_question
from exams.domain.registry import get_type
from exams.models import Question
from exams.presentation import review_view
from tests.factories.exams import make_bank, make_user
from tests.integration.exams.test_authoring_editor import META, form_of, posted

REGIONS = [
    {"id": "a", "shape": "rect", "coords": [220, 20, 380, 180], "label": "Third"},
    {"id": "b", "shape": "circle", "coords": [60, 60, 40], "label": "First"},
    {"id": "c", "shape": "poly", "coords": [20, 140, 100, 140, 60, 190], "label": "Second"},
]
SAMPLE = {
    "content": {
        "stem": "<p>In which order?</p>",
        "picture": "https://example.com/map.png",
        "picture_alt": "A map",
        "width": 400,
        "height": 200,
        "mode": "order",
        "maximum_choices": None,
        "regions": REGIONS,
    },
    "key": {"correct": ["b", "c", "a"], "accepted": [["c", "b", "a"]]},
}


def names_of(nodes):
    """Return the names of all nodes that are asked for, those of rows included."""
    names = set()
    for node in nodes:
        if node.is_rows or node.kind != "hidden":
            names.add(node.name)
        for row in node.rows if node.is_rows else ():
            names |= names_of(row.nodes + row.minor_nodes)
    return names


def test_the_form_keeps_the_question():
    editor = get_editor("hotspot")
    content, key = editor.dump(read_values(editor.layout, form_of("hotspot", SAMPLE), find_variant))
    expected = content_hash_of(type="hotspot", content=SAMPLE["content"], key=SAMPLE["key"])
    assert content_hash_of(type="hotspot", content=content, key=key) == expected
    assert content["regions"] == REGIONS


def test_the_rows_stand_in_the_right_order_and_moving_one_changes_the_key():
    editor = get_editor("hotspot")
    values = editor.load(SAMPLE["content"], SAMPLE["key"])
    assert [row["label"] for row in values["regions"]] == ["First", "Second", "Third"]
    assert values["orders"] == [{"order": "c, b, a"}]
    press(editor.layout, values, "up:regions-2", find_variant)
    content, key = editor.dump(values)
    assert key["correct"] == ["b", "a", "c"]
    assert content["regions"] == REGIONS


def test_only_what_means_something_for_an_order_is_asked():
    editor = get_editor("hotspot")
    values = editor.load(SAMPLE["content"], SAMPLE["key"])
    names = names_of(nodes_of(editor.layout, values, {}, find_variant))
    assert {"order_note", "regions", "orders", "regions-0-label", "regions-0-coords"} <= names
    assert not {"maximum_choices", "rule", "floor", "accepted", "regions-0-right", "regions-0-share"} & names
    chosen = names_of(nodes_of(editor.layout, {**values, "mode": "regions"}, {}, find_variant))
    assert {"maximum_choices", "rule", "floor", "accepted", "regions-0-right", "regions-0-share"} <= chosen
    assert not {"order_note", "orders"} & chosen


def test_the_learner_gets_the_places_in_no_telling_order():
    type_ = get_type("hotspot")
    authored = {**SAMPLE["content"], "regions": [REGIONS[1], REGIONS[2], REGIONS[0]]}
    shown = [type_.public_content(type_.parse_content(content))["regions"] for content in (SAMPLE["content"], authored)]
    assert shown[0] == shown[1]


@pytest.mark.django_db
def test_an_author_changes_the_order_on_the_page(client):
    author = make_user(is_instructor=True)
    client.force_login(author)
    bank = make_bank(owner=author)
    question = save_question(bank=bank, actor=author, type="hotspot", content=SAMPLE["content"], key=SAMPLE["key"])
    address = reverse("authoring:question", args=[question.public_id])
    page = client.get(address).content.decode()
    assert '<option value="order" selected>puts marked regions in order</option>' in page
    assert "List the regions in their right order" in page

    editor = get_editor("hotspot")
    assert not {"a", "b", "c"} & {region["id"] for region in question.content["regions"]}
    values = editor.load(question.content, question.key)
    assert [row["id"] for row in values["regions"]] == ["b", "c", "a"]
    assert values["orders"] == [{"order": "c, b, a"}]
    press(editor.layout, values, "down:regions-0", find_variant)
    form = {**posted(nodes_of(editor.layout, values, {}, find_variant)), **META, "do": "save"}
    assert client.post(address, form).status_code == 302
    saved = Question.objects.get(pk=question.pk)
    ids = [region["id"] for region in question.content["regions"]]
    assert saved.key["correct"] == [ids[2], ids[1], ids[0]]
    assert saved.key["accepted"] == [[ids[2], ids[1], ids[0]]]
    assert saved.content["regions"] == question.content["regions"]


@pytest.mark.django_db
def test_an_order_that_misses_a_place_is_explained_in_chinese(client):
    author = make_user(is_instructor=True, language="zh-hans")
    client.force_login(author)
    bank = make_bank(owner=author)
    form = {**form_of("hotspot", SAMPLE), **META, "do": "save", "orders-0-order": "c, b"}
    page = client.post(
        reverse("authoring:preview", args=[bank.public_id, "hotspot"]), form, headers={"accept-language": "zh-hans"}
    ).content.decode()
    assert "发布前还需完善" in page
    assert "正确顺序应恰好包含每个区域一次。" in page


def test_another_order_that_is_right_is_shown_as_right():
    view = review_view(type="hotspot", content=SAMPLE["content"], key=SAMPLE["key"], name="q", response=["c", "b", "a"])
    assert [region.is_right for region in view.extra.regions] == [True, True, True]


def test_switching_to_points_and_back_keeps_the_regions():
    editor = get_editor("hotspot")
    content = SAMPLE["content"] | {"mode": "regions", "maximum_choices": 2}
    key = {
        "correct": ["c", "a"],
        "accepted": [["b"]],
        "fractions": {"c": 0.5, "a": 0.5},
        "feedback": {"b": "<p>No.</p>"},
        "rule": "sum_of_fractions",
    }
    first = editor.load(content, key)
    values = first
    for mode in ("points", "regions"):
        form = posted(nodes_of(editor.layout, values, {}, find_variant)) | {"mode": mode}
        values = read_values(editor.layout, form, find_variant)
        press(editor.layout, values, "refresh:", find_variant)
        if mode == "points":
            values["areas"] = [{"shape": "circle", "coords": "5, 5, 5", "worth": "1"}]
            points, _points_key = editor.dump(values)
            assert "regions" not in points
    assert values["areas"][0]["coords"] == "5, 5, 5"
    now, now_key = editor.dump(values)
    was, was_key = editor.dump(first)
    assert (now, now_key) == (was, was_key)
    form = posted(nodes_of(editor.layout, first | {"mode": "order"}, {}, find_variant))
    values = read_values(editor.layout, form, find_variant)
    assert [row["feedback"] for row in values["regions"]] == [row["feedback"] for row in first["regions"]]
