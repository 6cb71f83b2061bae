"""Tables and formulas on the pages of a printed sheet."""

import time

import pytest

from edu.documents.formulas import set_formula
from edu.documents.sheets import BOTTOM, LEFT, RIGHT, TOP, Block, Cell, Run, Table, render_sheet
from tests.integration.edu.drawn_pages import hear

END, EDGE = 297 - BOTTOM, 210 - RIGHT
LONG = "An explanation that has to wrap in its cell because it goes on and on. "


def rows_of(*rows, heads=0):
    cells = [[Cell(runs=[Run(text=text)], is_heading=at < heads) for text in row] for at, row in enumerate(rows)]
    return Table(rows=cells, heads=heads)


def render(monkeypatch, *tables):
    drawn = hear(monkeypatch)
    blocks = [Block(kind="table", table=table) for table in tables]
    assert render_sheet(title="T", blocks=blocks, language="en").startswith(b"%PDF")
    for _page, box in drawn.rects:
        assert box["x"] >= LEFT - 0.01
        assert box["x"] + box["width"] <= EDGE + 0.01
        assert box["y"] >= TOP - 0.01
        assert box["y"] + box["height"] <= END + 0.01
    return drawn


def test_headings_are_bold_and_repeated_on_every_page(monkeypatch):
    body = [(f"Row {at}", LONG * (1 + at % 3)) for at in range(60)]
    drawn = render(monkeypatch, rows_of(("Name", "Meaning"), *body, heads=1))
    assert drawn.pages > 3
    heads = [(page, fields) for page, text, fields in drawn.texts if text == "Meaning"]
    assert [page for page, _fields in heads] == list(range(1, drawn.pages + 1))
    assert all(fields["bold"] for _page, fields in heads)
    assert not any(fields["bold"] for _page, text, fields in drawn.texts if text == "Row")
    assert sum(text == "Row" for _page, text, _fields in drawn.texts) == 60


def test_columns_are_as_wide_as_their_content_and_share_what_is_left(monkeypatch):
    drawn = render(monkeypatch, rows_of(("1", "一", LONG * 3)))
    widths = [box["width"] for _page, box in drawn.rects]
    assert sum(widths) == pytest.approx(EDGE - LEFT, abs=0.1)
    assert widths[0] < 8
    assert widths[1] < 9
    drawn = render(monkeypatch, rows_of(("收入", "1")))
    assert sum(box["width"] for _page, box in drawn.rects[3:]) < 30


def test_words_stand_inside_their_cells(monkeypatch):
    drawn = render(monkeypatch, rows_of((LONG, "按权责发生制确认的收入和费用，不论款项是否已经收付，都记入本期。" * 4)))
    (_p, left), (_p, right) = drawn.rects
    for _page, text, fields in drawn.texts:
        if not text.strip():
            continue
        box = left if text.isascii() and text.strip() in LONG else right
        assert box["x"] < fields["x"] < box["x"] + box["width"]
        assert box["y"] < fields["baseline"] < box["y"] + box["height"]


def test_cells_over_several_rows_and_columns(monkeypatch):
    table = Table(
        rows=[
            [Cell(runs=[Run(text="a")], down=2), Cell(runs=[Run(text="b")], across=2)],
            [Cell(runs=[Run(text="c")]), Cell(runs=[Run(text="d")], down=9)],
        ]
    )
    drawn = render(monkeypatch, table)
    a, b, c, d = (box for _page, box in drawn.rects)
    assert a["height"] == pytest.approx(b["height"] + c["height"])
    assert b["width"] == pytest.approx(c["width"] + d["width"])
    assert d["height"] == pytest.approx(c["height"])
    assert c["x"] == pytest.approx(a["x"] + a["width"])


def test_a_row_higher_than_a_page_goes_on_over_pages(monkeypatch):
    drawn = render(monkeypatch, rows_of(("Head", "Other"), ("note", LONG * 150), ("last", "row"), heads=1))
    assert drawn.pages >= 3
    assert drawn.words().count("because") == 150
    assert [page for page, text, _f in drawn.texts if text == "Head"] == list(range(1, drawn.pages + 1))


def test_a_cell_over_rows_that_fill_pages_is_taken_apart(monkeypatch):
    first = [Cell(runs=[Run(text="all")], down=200), Cell(runs=[Run(text="0")])]
    rows = [first, *([Cell(runs=[Run(text=str(at))])] for at in range(1, 200))]
    drawn = render(monkeypatch, Table(rows=rows))
    assert drawn.pages > 3
    assert {text for _page, text, _f in drawn.texts} >= {str(at) for at in range(200)}


def test_a_table_that_no_page_is_wide_enough_for_is_written_in_lines(monkeypatch):
    drawn = render(monkeypatch, rows_of(*[[f"c{at}" for at in range(200)]] * 3))
    assert not drawn.rects
    assert "c0|c1|" in drawn.words()
    assert drawn.words().count("c199") == 3
    assert all(fields["x"] < EDGE for _page, _text, fields in drawn.texts)


@pytest.mark.parametrize(
    "table",
    [
        rows_of(*[("年度", "收入", "成本", "利润")] * 5_000, heads=1),
        rows_of(("W" * 100_000, "x")),
        rows_of(*[("a", "b")] * 500, heads=500),
        Table(rows=[[Cell(runs=[Run(text="x")], down=65_534, across=1_000)]] * 3_000),
        Table(rows=[[Cell(down=65_534)], *[[]] * 5_000]),
        Table(rows=[[]]),
        Table(rows=[]),
    ],
    ids=["long", "word", "heads", "spans", "empty rows", "no cells", "no rows"],
)
def test_hostile_tables_end_in_bounded_time(monkeypatch, table):
    began = time.process_time()
    drawn = render(monkeypatch, table)
    assert time.process_time() - began < 20
    if len(table.rows) == 5_000 and table.heads == 1:
        assert drawn.words().count("利润") == 4_999 + drawn.pages


# -- formulas -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "latex",
    [r"\frac{收入}{成本}", r"\text{毛利率}=\frac{收入-成本}{收入}\times100\%", r"\sqrt{总额^2}", r"x_{净}^{年}"],
)
def test_formulas_with_chinese_letters_are_set(latex):
    formula = set_formula(latex, size=10.5)
    assert formula is not None
    assert len(formula.outlines) >= 3
    assert 10 < formula.width < 200


def test_a_chinese_letter_is_drawn_as_wide_as_in_the_text():
    one, two = (
        set_formula(
            latex,
            size=10,
        )
        for latex in ("收", "收入")
    )
    assert two.width - one.width == pytest.approx(10, abs=0.8)
    over = set_formula(r"\frac{收入}{成本}", size=10)
    assert over.above + over.below > 1.7 * (two.above + two.below)


def test_a_formula_wider_than_the_page_is_made_smaller_and_else_written_out(monkeypatch):
    drawn = hear(monkeypatch)
    wide, wider = "+".join(["收入"] * 18), "+".join([r"\frac{收入}{2}"] * 60)
    blocks = [Block(runs=[Run(text=text, is_formula=True)]) for text in (wide, wider)]
    render_sheet(title="T", blocks=blocks, language="en")
    [(_page, formula, _fields)] = drawn.formulas
    assert formula.width <= (EDGE - LEFT) / 25.4 * 72 + 0.1
    assert drawn.words().count("(收入)/(2)") == 60


@pytest.mark.parametrize(
    "latex", [r"\frac{收入", r"\broken{收}", "{" * 400, r"\sqrt" * 99, "收" * 3_000, r"\text{}", ""]
)
def test_broken_formulas_are_written_out(monkeypatch, latex):
    drawn = hear(monkeypatch)
    table = Table(rows=[[Cell(runs=[Run(text=latex, is_formula=True)])]])
    render_sheet(title="T", blocks=[Block(kind="table", table=table)], language="en")
    assert drawn.rects
