"""Rich text on paper: tables, formulas and pictures of questions; hostile text in bounded time."""

import io
import time

import pytest
from PIL import Image

from edu.documents.sheets import Block, render_sheet
from exams.presentation import ReviewPolicy, ask_view, review_view
from exams.printed_text import beginning_with, blocks_text, ending_with, line_keeps, rich_blocks, runs_of
from exams.printing import answer_blocks, print_questions, question_blocks
from exams.richtext import safe_html
from media.illustrations import keep_illustration
from tests.factories.exams import make_question
from tests.integration.edu.drawn_pages import hear

pytestmark = pytest.mark.django_db
TABLE = (
    "<p>Before</p><table><thead><tr><th>Name</th><th>Value</th></tr></thead><tbody>"
    r"<tr><td rowspan='2'><p>one</p><ul><li>x</li><li>y</li></ul></td><td>\(\frac{收入}{成本}\)</td></tr>"
    "<tr><td>a <b>bold</b> word</td></tr></tbody></table><p>After</p>"
)


def picture():
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200), "#88aa66").save(buffer, "PNG")
    return f"asset:{keep_illustration(data=buffer.getvalue(), file_name='map.png', owner_id=None)}"


def words(cell):
    return "".join(run.text for run in cell.runs)


def test_a_table_is_a_block_with_its_cells_headings_and_spans():
    before, block, after = rich_blocks(TABLE, label="1.")
    assert (before.label, block.kind, after.runs[0].text) == ("1.", "table", "After")
    heads, first, second = block.table.rows
    assert block.table.heads == 1
    assert [cell.is_heading for cell in (*heads, *first)] == [True, True, False, False]
    assert (first[0].down, words(first[0])) == (2, "one\n• x\n• y")
    assert first[1].runs[0].is_formula
    assert [(run.text, run.bold) for run in second[0].runs] == [("a ", False), ("bold", True), (" word", False)]


def test_leading_rows_of_heading_cells_are_headings_and_a_table_inside_a_cell_is_written_into_it():
    [block] = rich_blocks(
        "<table><tr><th>A</th></tr><tr><td>in<table><tr><td>1</td><td>2</td></tr></table>out</td></tr></table>"
    )
    assert block.table.heads == 1
    assert words(block.table.rows[1][0]) == "in\n1  |  2\nout"
    assert blocks_text([block]) == "A\nin\n1  |  2\nout"


def test_words_before_and_behind_a_table_have_lines_of_their_own():
    blocks = rich_blocks("<table><tr><td>1</td></tr></table>", label="A.")
    assert [(block.kind, block.label) for block in blocks] == [("table", "A.")]
    begun = beginning_with(blocks, runs_of("[2]"), indent=8, keeps=16)
    assert [(block.kind, block.label) for block in begun] == [("text", "A."), ("table", "")]
    assert [block.kind for block in ending_with(blocks, runs_of("____"))] == ["table", "text"]


def test_a_line_before_a_picture_or_a_table_stands_on_its_page():
    kept = [line_keeps(rich_blocks(html)) for html in ("<p>x</p>", TABLE[len("<p>Before</p>") :])]
    assert kept[0] < 20 < 40 < kept[1]
    _version, view = hotspot("points", {"areas": [{"shape": "circle", "coords": [60, 60, 40]}]})
    assert line_keeps(question_blocks(view, label="", shows_marks=False)) > 90


def test_a_question_with_a_table_and_a_picture_in_it_is_drawn(monkeypatch):
    stem = TABLE.replace("one", f"<img src='{picture()}' alt='map'>")
    content = {"stem": stem, "options": [{"id": "a", "text": TABLE}, {"id": "b", "text": "2"}]}
    version = make_question(type="single_choice", content=content, key={"fractions": {"a": 1}}, explanation=TABLE)
    drawn = hear(monkeypatch)
    print_questions(title="卷", sections=[("", "", [(version, 2)])], language="zh-hans", with_key=True)
    assert len(drawn.rects) == 15
    assert len(drawn.pictures) == 1
    assert len(drawn.formulas) == 3
    page, at = drawn.pictures[0]
    box = next(box for number, box in drawn.rects if number == page and box["x"] < at["x"] < box["x"] + box["width"])
    assert at["x"] + at["width"] < box["x"] + box["width"]
    assert "|" not in drawn.words()


def test_pictures_of_explanations_and_instructions_are_printed(monkeypatch):
    html = f"<p><img src='{picture()}' alt='map'></p>"
    version = make_question(explanation=html)
    drawn = hear(monkeypatch)
    print_questions(title="T", sections=[("S", html, [(version, 2)])], language="en", with_key=True)
    assert len(drawn.pictures) == 2
    assert "[map]" not in drawn.words()


def test_the_letter_of_an_option_stands_beside_its_table(monkeypatch):
    content = {"stem": "?", "options": [{"id": "a", "text": TABLE[len("<p>Before</p>") :]}, {"id": "b", "text": "2"}]}
    version = make_question(type="single_choice", content=content, key={"fractions": {"a": 1}})
    view = ask_view(type="single_choice", content=version.content, name="q", marks="1")
    drawn = hear(monkeypatch)
    render_sheet(title="T", blocks=question_blocks(view, label="1."), language="en")
    letter = next(fields for _page, text, fields in drawn.texts if text == "A.")
    box = drawn.rects[0][1]
    assert letter["x"] < box["x"]
    assert box["y"] < letter["baseline"] < box["y"] + box["height"]


@pytest.mark.parametrize(
    "html",
    [
        "<table>" + "<tr><td>年</td><td>收入</td></tr>" * 5_000 + "</table>",
        "<table><tr>" + "<td>c</td>" * 200 + "</tr></table>",
        "<table><tr><td>" * 2_000 + "x",
        "<table><tr><td rowspan=65534 colspan=1000>x</td>" * 2_000,
        "<b><i>x" * 15_000,
        "<td>a<td>b</table></tr>",
        "<table><tr><td>" + "字" * 60_000 + "</td><td>" + "w" * 30_000 + "</td></tr></table>",
        "<ul><li>" * 3_000 + "x",
        "<table></table><table><tr></tr></table>",
    ],
    ids=["rows", "columns", "nested", "spans", "unclosed", "loose", "words", "lists", "empty"],
)
def test_hostile_rich_text_is_printed_in_bounded_time(html):
    began = time.process_time()
    for text in (html, safe_html(html)):
        blocks = rich_blocks(text, label="1.")
        assert render_sheet(title="T", blocks=[*blocks, Block(kind="space")], language="en").startswith(b"%PDF")
    assert time.process_time() - began < 40


# -- questions on a picture -----------------------------------------------------------------------
REGIONS = [
    {"id": "a", "shape": "circle", "coords": [60, 60, 40], "label": "Forest"},
    {"id": "b", "shape": "rect", "coords": [150, 20, 280, 120], "label": "Field"},
    {"id": "c", "shape": "poly", "coords": [20, 150, 120, 150, 70, 190], "label": "Sky"},
]


def hotspot(mode, key, **fields):
    content = {"stem": "<p>Where?</p>", "picture": picture(), "picture_alt": "Map", "width": 300, "height": 200}
    content |= {"mode": mode, "regions": [] if mode == "points" else REGIONS, "maximum_choices": 1} | fields
    version = make_question(type="hotspot", content=content, key=key, explanation="")
    return version, ask_view(type="hotspot", content=version.content, name="q", marks="1")


def drawn_picture(blocks):
    [block] = [block for block in blocks if block.kind == "picture"]
    return block.picture


def test_regions_are_outlined_and_numbered_and_only_the_key_marks_the_right_one():
    version, view = hotspot("regions", {"correct": ["b"], "fractions": {"b": 1}})
    asked = drawn_picture(question_blocks(view, label="1."))
    assert len(asked.areas) == 3
    assert sorted(mark.text for mark in asked.marks) == ["1", "2", "3"]
    assert not any(area.is_meant for area in asked.areas)
    assert not any(mark.is_dark for mark in asked.marks)
    assert not any(name in blocks_text(question_blocks(view, label="1.")) for name in ("Forest", "Field", "Sky"))
    answered = drawn_picture(answer_blocks(version, label="1."))
    [right] = [area for area in answered.areas if area.is_meant]
    assert right.corners == ((150, 20), (280, 20), (280, 120), (150, 120))
    number = next(mark.text for mark in answered.marks if 150 < mark.x < 280 and 20 < mark.y < 120)
    assert f"{number}. Field" in blocks_text(answer_blocks(version, label="1."))
    assert "Thick outline: right." in blocks_text(answer_blocks(version, label="1."))


def test_points_are_asked_on_the_bare_picture_and_the_key_outlines_their_areas():
    areas = [
        {"shape": "ellipse", "coords": [60, 60, 40, 30]},
        {"shape": "rect", "coords": [1, 1, 5, 5], "fraction": -1},
    ]
    version, view = hotspot("points", {"areas": areas}, maximum_choices=2)
    asked = question_blocks(view, label="1.")
    assert not drawn_picture(asked).areas
    assert not drawn_picture(asked).marks
    assert "Mark up to 2 points in the picture." in blocks_text(asked)
    answered = answer_blocks(version, label="1.")
    [area] = drawn_picture(answered).areas
    assert area.is_meant
    assert max(x for x, _y in area.corners) == pytest.approx(100)
    assert "ellipse" not in blocks_text(answered)


def test_regions_to_be_put_in_order_have_letters_and_room_for_numbers():
    version, view = hotspot("order", {"correct": ["c", "a", "b"]}, maximum_choices=None)
    asked = question_blocks(view, label="1.")
    assert sorted(mark.text for mark in drawn_picture(asked).marks) == ["A", "B", "C"]
    assert blocks_text(asked).count("____") == 3
    assert not any(area.is_meant for area in drawn_picture(asked).areas)
    assert "C Sky → A Forest → B Field" in blocks_text(answer_blocks(version, label="1."))


@pytest.mark.parametrize("is_svg", [True, False])
def test_a_picture_that_cannot_be_drawn_is_named_and_the_key_tells_its_areas(monkeypatch, is_svg):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="99999999"><path d="M0 0h9v9z"/></svg>'
    gone = "asset:00000000-0000-4000-8000-000000000000"
    if is_svg:
        gone = f"asset:{keep_illustration(data=svg, file_name='map.svg', owner_id=None)}"
    version, view = hotspot("points", {"areas": [{"shape": "circle", "coords": [60, 60, 40]}]}, picture=gone)
    assert "[Map]" in blocks_text(question_blocks(view, label="1."))
    assert "circle (60, 60, 40)" in blocks_text(answer_blocks(version, label="1."))
    drawn = hear(monkeypatch)
    print_questions(title="T", sections=[("", "", [(version, 1)])], language="en", with_key=True)
    assert not drawn.pictures


def test_outlines_are_drawn_inside_the_picture_and_on_the_page_of_the_question(monkeypatch):
    far = [REGIONS[0] | {"coords": [60, 60, 90_000]}, *REGIONS[1:]]
    version, _view = hotspot("regions", {"correct": ["b"], "fractions": {"b": 1}}, regions=far)
    drawn = hear(monkeypatch)
    print_questions(title="T", sections=[("", "", [(version, 1)] * 9)], language="en", with_key=False)
    for page, path in drawn.paths:
        inside = [
            all(
                box["x"] - 0.01 <= x <= box["x"] + box["width"] + 0.01
                and box["y"] - 0.01 <= y <= box["y"] + box["height"] + 0.01
                for x, y in path["points"]
            )
            for at, box in drawn.pictures
            if at == page
        ]
        assert any(inside)
    assert len(drawn.paths) == 9 * 3 * 2
    stems = [page for page, text, _fields in drawn.texts if text == "Where?"]
    assert stems == [page for page, _box in drawn.pictures]


def test_the_key_of_a_part_on_a_picture_has_the_picture_and_no_numbers_of_areas():
    inner = {"stem": "<p>Where?</p>", "picture": picture(), "width": 300, "height": 200, "mode": "points"}
    content = {"stem": "<p>Look.</p>", "questions": [{"id": "q1", "type": "hotspot", "marks": 1, "content": inner}]}
    key = {"questions": {"q1": {"areas": [{"shape": "circle", "coords": [60, 60, 40]}]}}}
    version = make_question(type="material", content=content, key=key, explanation="")
    blocks = answer_blocks(version, label="1.")
    assert "The areas outlined in the picture" in blocks_text(blocks)
    assert "circle" not in blocks_text(blocks)
    assert drawn_picture(blocks).areas[0].is_meant


def test_a_script_marks_what_was_chosen_and_what_is_right_as_far_as_the_policy_goes():
    version, _view = hotspot("regions", {"correct": ["b"], "fractions": {"b": 1}})
    ids = {region["label"]: region["id"] for region in version.content["regions"]}
    shown = {
        "type": "hotspot",
        "content": version.content,
        "key": version.key,
        "name": "q",
        "response": [ids["Forest"]],
    }
    [whole, silent] = [
        drawn_picture(question_blocks(review_view(**shown, policy=policy), label="1."))
        for policy in (ReviewPolicy(), ReviewPolicy(keys=False, marks=False))
    ]
    assert [area.is_meant for area in whole.areas].count(True) == 1
    assert not any(area.is_meant for area in silent.areas)
    for drawn in (whole, silent):
        [chosen] = [mark for mark in drawn.marks if mark.is_dark]
        assert (chosen.x, chosen.y) == (60, 60)
