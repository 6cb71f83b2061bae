"""Statistics as pages and exports show them: the numbers of a snapshot with words, plots and what to do next."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from edu.core.plots.axes import Datum
from edu.core.plots.bars import BarPlot, bar_plot
from edu.core.plots.lines import LinePlot, Series, line_plot
from edu.documents.xlsx import Sheet
from exams.domain.statistics import MINIMUM_N
from exams.models import Exam, ExamFigures
from exams.templatetags.exam_text import spent
from exams.view_models import TYPE_LABELS


def percent(value: float | None) -> int | None:
    """Return a share in whole per cent."""
    return None if value is None else round(value * 100)


def bins_plot(counts: list[int], *, high: float) -> BarPlot:
    """Return counts of equal classes from 0 to high as bars."""
    size = high / len(counts)
    plot = bar_plot(
        data=[
            Datum(label=f"{round(size * at)}–{round(size * (at + 1))}", value=count) for at, count in enumerate(counts)
        ],
        gap_share=0.08,
    )
    # There is no half an attempt.
    return replace(plot, ticks=tuple(tick for tick in plot.ticks if "." not in tick.label))


def alert_words(item: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what is the matter with a question and what to do next; None where nothing is."""
    words = {
        "wrong_key": (
            _("The key is likely wrong"),
            _("Look at who chose what. If another answer is right, mark the question anew."),
            "danger",
        ),
        "too_hard": (
            _("Very hard"),
            _("Fewer than one in five of the marks were earned. Was it taught, and is it worded clearly?"),
            "warning",
        ),
        "too_easy": (
            _("Very easy"),
            _("It tells nobody apart. Keep it for confidence, or make wrong options more plausible."),
            "info",
        ),
    }
    if item["alert"] in words:
        title, text, tone = words[item["alert"]]
        return {"title": title, "text": text, "tone": tone}
    if item.get("drifts"):
        return {
            "title": _("Drifts"),
            "text": _("It went otherwise in an earlier sitting. Was it passed on, changed, or taught differently?"),
            "tone": "warning",
        }
    return None


def view_words(views: Mapping[str, Any] | None) -> list[str]:
    """Return how long a question was in view, in sentences; nothing where it was not recorded often enough."""
    if not views:
        return []
    half = _("Half of the candidates had it in view for up to %(median)s; the middle half for %(lower)s to %(upper)s.")
    words = [half % {name: spent(views[name]) for name in ("median", "lower", "upper")}]
    if views["right"] is not None and views["other"] is not None:
        apart = _("Those with full marks took %(right)s, the others %(other)s (medians).")
        words.append(apart % {"right": spent(views["right"]), "other": spent(views["other"])})
    return words


def dressed_item(item: Mapping[str, Any], *, exam: Exam) -> dict[str, Any]:
    """Return a question's figures with whole per cents, words, and the addresses of what can be done."""
    keys = {"public_id": exam.public_id, "question_id": item["question"], "number": item["number"]}
    return {
        **item,
        "type_label": TYPE_LABELS.get(item["type"], item["type"]),
        "facility_percent": percent(item.get("facility")),
        "low_percent": percent(item.get("facility_low")),
        "high_percent": percent(item.get("facility_high")),
        "missing": max(0, MINIMUM_N - item["n"]),
        "alert_words": alert_words(item),
        "view_words": view_words(item.get("views")),
        "url": reverse("figures:question", kwargs=keys),
        "regrade_url": reverse("regrading:new", kwargs=keys),
        "question_url": reverse("authoring:figures", args=[item["question"]]),
    }


def option_rows(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the options of a question as a table shows them."""
    names = {"true": _("right"), "false": _("wrong")}
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rows = []
    for place, option in enumerate(item.get("options", ())):
        is_judgement = option["id"] in names
        rows.append(
            {
                **option,
                "name": names.get(option["id"], option["id"])
                if is_judgement
                else (letters[place] if place < len(letters) else option["id"]),
                "share_percent": percent(option["share"]),
                "fifth_percents": [percent(share) for share in option["fifths"]],
            }
        )
    return rows


def fifths_plot(item: Mapping[str, Any]) -> LinePlot | None:
    """Return which share of each fifth of the candidates chose each option, the right ones marked; the first six."""
    rows = option_rows(item)
    if not rows:
        return None
    series = [
        Series(
            name=f"{row['name']} ✓" if row["right"] else row["name"], values=[100 * share for share in row["fifths"]]
        )
        for row in rows[:6]
    ]
    return line_plot(
        labels=[pgettext("of five groups", "weakest"), "2", "3", "4", pgettext("of five groups", "best")],
        series=series,
        format_value=lambda value: f"{round(value)}%",
    )


def sitting_rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return earlier sittings with their moments and pass rates."""
    return [
        {
            **row,
            "opens": datetime.fromisoformat(row["opens_at"]),
            "pass_percent": percent(row["passes"] / row["n"]) if row["n"] else None,
        }
        for row in figures.get("sittings", ())
    ]


# -- exports -----------------------------------------------------------------------------------------
def item_headers() -> list[str]:
    """Return the headers of the exported questions."""
    return [
        _("Question"),
        _("Type"),
        _("Version"),
        _("Answers"),
        _("Facility (%)"),
        _("from"),
        _("to (95%)"),
        _("Discrimination"),
        _("from"),
        _("to (95%)"),
        _("Efficiency"),
        *view_headers(),
        _("Note"),
    ]


def view_headers() -> list[str]:
    """Return the headers of the times in view, in seconds."""
    return [
        _("Times recorded"),
        _("In view, median (s)"),
        _("Lower quartile (s)"),
        _("Upper quartile (s)"),
        _("Median, full marks (s)"),
        _("Median, others (s)"),
    ]


def view_cells(views: Mapping[str, Any] | None) -> list[float | None]:
    """Return the cells under `view_headers`."""
    names = ("n", "median", "lower", "upper", "right", "other")
    return [_tenth((views or {}).get(name)) for name in names]


def item_cells(figures: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Return a row a question."""
    for item in figures.get("items", ()):
        words = alert_words(item)
        yield [
            item["summary"],
            str(TYPE_LABELS.get(item["type"], item["type"])),
            item["number"],
            item["n"],
            _tenth(item.get("facility"), 100),
            _tenth(item.get("facility_low"), 100),
            _tenth(item.get("facility_high"), 100),
            _tenth(item.get("discrimination")),
            _tenth(item.get("discrimination_low")),
            _tenth(item.get("discrimination_high")),
            _tenth(item.get("efficiency")),
            *view_cells(item.get("views")),
            words["title"] if words else "",
        ]


def _tenth(value: float | None, factor: float = 1) -> float | None:
    return None if value is None else round(value * factor, 1)


def workbook_sheets(*, exam: Exam, snapshot: ExamFigures, with_items: bool) -> list[Sheet]:
    """Return the statistics as sheets: the exam, departments, topics, earlier sittings, questions and options."""
    figures = snapshot.figures
    whole = figures.get("exam") or {}
    note = [f"{exam.title} · {_('Computed')} {snapshot.computed_at:%Y-%m-%d %H:%M} UTC"]
    overview: list[list[Any]] = [[_("Attempts counted"), figures.get("n", 0)]]
    if whole:
        percents, seconds = whole["percents"], whole["seconds"]
        overview += [
            [_("Mean (%)"), round(percents["mean"], 2)],
            [_("Median (%)"), round(percents["median"], 2)],
            [_("Standard deviation (%)"), round(percents["sd"], 2)],
            [_("Lower quartile (%)"), round(percents["lower"], 2)],
            [_("Upper quartile (%)"), round(percents["upper"], 2)],
            [_("Lowest (%)"), round(percents["minimum"], 2)],
            [_("Highest (%)"), round(percents["maximum"], 2)],
            [_("Pass rate (%)"), round(100 * whole["pass_rate"], 1)],
            [_("Reliability (Cronbach's alpha, %)"), _tenth(whole["alpha"])],
            [_("Standard error (marks)"), _tenth(whole["error"])],
            [_("Median time used (minutes)"), round(seconds["median"] / 60, 1)],
        ]
        if whole.get("views"):
            cells = zip(view_headers(), view_cells(whole["views"]), strict=True)
            overview += [[f"{_('One question')}: {name}", value] for name, value in cells]
    sheets = [Sheet(name=_("Exam"), headers=[_("Figure"), _("Value")], rows=overview, widths=(36, 14), notes=note)]
    if figures.get("departments"):
        rows = [
            [row["name"] or "–", row["n"], _tenth(row.get("mean")), _tenth(row.get("median")), _tenth(row.get("sd")),
             _tenth(row.get("pass_rate"), 100)]
            for row in figures["departments"]
        ]  # fmt: skip
        headers = [_("Department"), _("Attempts"), _("Mean (%)"), _("Median (%)"), _("Standard deviation (%)")]
        sheets.append(Sheet(name=_("Departments"), headers=[*headers, _("Pass rate (%)")], rows=rows, widths=(28,)))
    if figures.get("topics"):
        topics = [
            [row["name"] or "–", row["questions"], row["n"], _tenth(row["share"], 100)] for row in figures["topics"]
        ]
        headers = [_("Topic"), _("Questions"), _("Answers"), _("Marks earned (%)")]
        sheets.append(Sheet(name=_("Topics"), headers=headers, rows=topics, widths=(28,)))
    if with_items:
        sheets.append(Sheet(name=_("Questions"), headers=item_headers(), rows=item_cells(figures), widths=(60, 16)))
        headers = [_("Question"), _("Option"), _("Text"), _("Right"), _("Times"), *_fifth_headers()]
        sheets.append(Sheet(name=_("Options"), headers=headers, rows=_option_cells(figures), widths=(50, 10, 30)))
    return sheets


def _fifth_headers() -> list[str]:
    return [_("weakest fifth (%)"), "2 (%)", "3 (%)", "4 (%)", _("best fifth (%)")]


def _option_cells(figures: Mapping[str, Any]) -> Iterator[list[Any]]:
    for item in figures.get("items", ()):
        for row in option_rows(item):
            yield [
                item["summary"], row["name"], row["label"], _("Yes") if row["right"] else "", row["count"],
                *row["fifth_percents"],
            ]  # fmt: skip
