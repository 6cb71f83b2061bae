import pytest

from edu.core.plots.axes import HEIGHT, LEFT, RIGHT, WIDTH, Datum, axis_steps, number_label
from edu.core.plots.bars import bar_plot, histogram
from edu.core.plots.donuts import donut
from edu.core.plots.lines import Series, line_plot, sparkline


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 0, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (0, 10, (0, 2, 4, 6, 8, 10)),
        (3, 97, (0, 20, 40, 60, 80, 100)),
        (-40, 100, (-50, 0, 50, 100)),
        (0, 1_000_000, (0, 200_000, 400_000, 600_000, 800_000, 1_000_000)),
        (-5, -1, (-5, -4, -3, -2, -1, 0)),
    ],
)
def test_axis_steps_are_round_and_enclose_the_values_and_zero(low, high, expected):
    assert axis_steps(low=low, high=high) == expected


@pytest.mark.parametrize(
    ("value", "label"),
    [(0, "0"), (-0.001, "0"), (1234567, "1,234,567"), (0.5, "0.5"), (12.345, "12.35"), (100, "100")],
)
def test_number_label_reads_well(value, label):
    assert number_label(value) == label


def test_bars_stand_on_the_baseline_in_proportion_to_their_values():
    plot = bar_plot(data=[Datum(label="Mon", value=50), Datum(label="Tue", value=100), Datum(label="Wed", value=0)])
    first, second, third = plot.bars
    assert second.height == pytest.approx(2 * first.height, abs=0.2)
    assert third.height == 0
    assert all(bar.y + bar.height == pytest.approx(plot.baseline, abs=0.2) for bar in plot.bars)
    assert first.share_percent == pytest.approx(33.3)
    assert all(bar.x >= LEFT and bar.x + bar.width <= WIDTH - RIGHT for bar in plot.bars)


def test_negative_bars_hang_below_the_baseline():
    plot = bar_plot(data=[Datum(label="income", value=30), Datum(label="loss", value=-20)])
    assert plot.bars[1].y == plot.baseline
    assert plot.bars[1].y + plot.bars[1].height <= plot.bottom
    assert plot.bars[1].value_y > plot.bars[1].y


def test_a_bar_says_its_value_as_people_read_it():
    plot = bar_plot(data=[Datum(label="July", value=1250, value_label="¥1,250.00"), Datum(label="August", value=3)])
    assert [bar.value_label for bar in plot.bars] == ["¥1,250.00", "3"]


def test_crowded_bars_label_only_some():
    plot = bar_plot(data=[Datum(label=str(day), value=1) for day in range(90)])
    assert sum(bar.shows_label for bar in plot.bars) <= 8
    assert plot.bars[0].shows_label


def test_no_data_still_gives_axes():
    assert bar_plot(data=[]).bars == ()
    assert len(bar_plot(data=[]).ticks) > 1
    empty = line_plot(labels=[], series=[])
    assert (empty.lines, empty.rows) == ((), ())


def test_histogram_counts_every_value_once():
    plot = histogram(values=[0, 5, 9.99, 10, 60, 100, 100], low=0, high=100, bins=10, mark=60, mark_label="Pass mark")
    assert [bar.value_label for bar in plot.bars] == ["3", "1", "0", "0", "0", "0", "1", "0", "0", "2"]
    assert plot.bars[0].label == "0–10"
    assert plot.mark is not None
    assert plot.mark.position == pytest.approx(LEFT + 0.6 * (WIDTH - LEFT - RIGHT))
    assert all("." not in tick.label for tick in plot.ticks)


def test_histogram_keeps_values_outside_its_range():
    plot = histogram(values=[-5, 120], low=0, high=100, bins=2)
    assert [bar.value_label for bar in plot.bars] == ["1", "1"]


@pytest.mark.parametrize(("low", "high", "bins"), [(5, 5, 10), (9, 1, 10), (0, 1, 0)])
def test_histogram_refuses_an_empty_range(low, high, bins):
    with pytest.raises(ValueError, match="high > low"):
        histogram(values=[], low=low, high=high, bins=bins)


def test_a_gap_breaks_the_line_and_is_not_a_zero():
    plot = line_plot(labels=["1", "2", "3", "4"], series=[Series(name="Learners", values=[1, None, 3, 4])])
    assert plot.lines[0].path.count("M") == 2
    assert len(plot.lines[0].points) == 3
    assert plot.rows[1].cells == ("–",)
    assert plot.lines[0].area.count("Z") == 2


def test_lines_share_the_axis_and_higher_values_stand_higher():
    plot = line_plot(
        labels=["a", "b"], series=[Series(name="plan", values=[10, 20]), Series(name="real", values=[20, 10])]
    )
    plan, real = plot.lines
    assert plan.points[0].y > real.points[0].y
    assert plan.points[0].y == real.points[1].y
    assert (plan.number, real.number) == (1, 2)
    assert plot.rows[0].cells == ("10", "20")
    assert all(0 <= point.y <= HEIGHT for line in plot.lines for point in line.points)


def test_a_line_of_one_value_stands_in_the_middle():
    plot = line_plot(labels=["today"], series=[Series(name="x", values=[3])])
    assert plot.lines[0].points[0].x == pytest.approx((LEFT + WIDTH - RIGHT) / 2, abs=1)


def test_line_plot_refuses_series_of_another_length():
    with pytest.raises(ValueError, match="2 labels"):
        line_plot(labels=["a", "b"], series=[Series(name="x", values=[1])])


def test_donut_shares_add_up():
    ring = donut(parts=[Datum(label="passed", value=3), Datum(label="failed", value=1)])
    assert [part.share_percent for part in ring.slices] == [75.0, 25.0]
    assert all(part.path.startswith("M") for part in ring.slices)


def test_donut_of_one_part_is_a_whole_ring_and_of_nothing_is_empty():
    whole = donut(parts=[Datum(label="all", value=5), Datum(label="none", value=0)])
    assert whole.slices[0].path.count("Z") == 2
    assert whole.slices[1].path == ""
    assert all(part.path == "" for part in donut(parts=[Datum(label="x", value=0)]).slices)


def test_donut_refuses_a_negative_part():
    with pytest.raises(ValueError, match="negative"):
        donut(parts=[Datum(label="x", value=-1)])


def test_sparkline_spans_its_own_range():
    line = sparkline(values=[5, 10, 7])
    assert line.path == "M4 28 L64 4 L124 18.4"
    assert (line.last_x, line.last_y) == (124, 18.4)


def test_flat_and_empty_sparklines_are_drawn_calmly():
    assert sparkline(values=[2, 2]).path == "M4 16 L124 16"
    assert sparkline(values=[]).path == ""
