"""What the plots of the trainer's desk show."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from edu.core.plots.axes import Datum
from edu.core.plots.bars import BarPlot, bar_plot
from edu.core.plots.donuts import Donut, donut
from edu.training.queries import AssignmentRow


def states_donut(row: AssignmentRow) -> Donut:
    """Return the people of one assignment by state."""
    parts = [  # in this order the colours say what they mean: green is done, red is late
        (_("In progress"), row.in_progress),
        (_("Not started"), row.not_started),
        (_("Done"), row.done),
        (_("Late"), row.late),
        (_("Failed"), row.failed),
    ]
    return donut(parts=[Datum(label=label, value=value, value_label=str(value)) for label, value in parts])


def done_bars(rows: Sequence[AssignmentRow]) -> BarPlot:
    """Return the share of people who are done, for each assignment."""
    return bar_plot(
        data=[
            Datum(
                label=row.title if len(row.title) <= 9 else f"{row.title[:8]}…",
                value=row.done_percent,
                value_label=f"{row.done_percent}%",
            )
            for row in rows
        ]
    )
