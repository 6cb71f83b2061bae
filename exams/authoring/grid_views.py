"""The grid of a blueprint: counts by topic and type, or by topic and difficulty; each cell is a rule."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from edu.core.errors import DomainError, InvalidInput
from exams.authoring.blueprints import Axis, grid_rules, grid_supply, save_grid
from exams.authoring.entries import author_page, say
from exams.authoring.listing import list_topics
from exams.authoring.paper_editor import paper_tabs
from exams.authoring.paper_rows import check_marks
from exams.authoring.paper_views import read_marks
from exams.domain.registry import question_types
from exams.models import Bank, BlueprintRule
from exams.policies_authoring import get_editable_paper, list_usable_banks
from exams.view_models import TYPE_LABELS


@author_page
def grid(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Enter counts by topic and type, or topic and difficulty; each cell is a rule."""
    row = get_editable_paper(request.user, public_id)
    data = request.POST if request.method == "POST" else request.GET
    sections = list(row.sections.all())
    section = next((one for one in sections if str(one.pk) == data.get("section")), sections[0] if sections else None)
    banks = list(list_usable_banks(request.user).distinct().order_by("name"))
    bank = next((one for one in banks if str(one.public_id) == data.get("bank")), banks[0] if banks else None)
    axis: Axis = "difficulty" if data.get("by") == "difficulty" else "type"
    if section is None or bank is None:
        messages.info(request, _("The grid needs a section and a bank. Add a section first."))
        return redirect("authoring:paper", public_id=row.public_id)
    rules = grid_rules(section=section, bank=bank, axis=axis)
    supply = grid_supply(bank=bank, axis=axis)
    columns = _columns(axis, supply, rules)
    lines = _lines(bank)
    errors: dict[str, str] = {}
    if request.method == "POST":
        counts, marks = _read_grid(request, lines, columns, errors)
        if not errors:
            try:
                save_grid(section=section, actor=request.user, bank=bank, axis=axis, counts=counts, marks=marks)
            except DomainError as error:
                say(request, error)
            else:
                messages.success(request, _("The blueprint is saved."))
                address = reverse("authoring:paper_grid", args=[row.public_id])
                return redirect(f"{address}?section={section.pk}&bank={bank.public_id}&by={axis}")
        else:
            messages.error(request, _("Some figures cannot be understood. They are marked; nothing is lost."))
    context = {
        "desk": "instructor",
        "title": row.title,
        "paper": row,
        "section": section,
        "sections": sections,
        "bank": bank,
        "banks": banks,
        "axis": axis,
        "columns": [
            {
                "key": key,
                "label": label,
                "marks": request.POST.get(f"marks-{key}", _column_marks(key, rules)),
                "error": errors.get(f"marks-{key}", ""),
            }
            for key, label in columns
        ],
        "lines": [
            _line(request, topic_id, name, depth, columns, rules, supply, errors) for topic_id, name, depth in lines
        ],
        "tabs": paper_tabs(row, current="blueprint"),
        "other_rules": section.rules.count() - len(rules),
    }
    return render(request, "exams/authoring/grid.html", context, status=422 if errors else 200)


def _columns(axis: Axis, supply: dict[Any, int], rules: dict[Any, BlueprintRule]) -> list[tuple[str, str]]:
    if axis == "difficulty":
        return [(str(level), _("Difficulty %(n)s") % {"n": level}) for level in range(1, 6)]
    present = {column for _topic, column in (*supply, *rules)}
    return [(name, str(TYPE_LABELS.get(name, name))) for name in question_types() if name in present]


def _lines(bank: Bank) -> list[tuple[int | None, str, int]]:
    """Return the lines of the grid: the whole bank, then its topics in reading order."""
    topics = [(node.topic.pk, node.topic.name, node.depth) for node in list_topics(bank=bank)]
    return [(None, _("Whole bank"), 0), *topics]


def _cell_name(topic_id: int | None, column: str) -> str:
    return f"n-{topic_id or 0}-{column}"


def _column_marks(column: str, rules: dict[Any, BlueprintRule]) -> str:
    found = next((rule.marks for (_topic, key), rule in rules.items() if key == column), Decimal(1))
    return f"{found.normalize():f}"


def _line(
    request: HttpRequest,
    topic_id: int | None,
    name: str,
    depth: int,
    columns: list[tuple[str, str]],
    rules: dict[Any, BlueprintRule],
    supply: dict[Any, int],
    errors: dict[str, str],
) -> dict[str, Any]:
    cells = []
    for column, label in columns:
        key = _cell_name(topic_id, column)
        rule = rules.get((topic_id, column))
        there = supply.get((topic_id, column), 0)
        value = request.POST.get(key, str(rule.count) if rule else "")
        is_short = value.isascii() and value.isdecimal() and int(value) > there
        cells.append(
            {
                "name": key,
                "value": value,
                "supply": there,
                "label": label,
                "error": errors.get(key, ""),
                "is_short": is_short,
            }
        )
    return {"name": name, "depth": min(depth, 3), "is_bank": topic_id is None, "cells": cells}


def _read_grid(
    request: HttpRequest,
    lines: list[tuple[int | None, str, int]],
    columns: list[tuple[str, str]],
    errors: dict[str, str],
) -> tuple[dict[tuple[int | None, str], int], dict[str, Decimal]]:
    """Return counts and marks as typed; what is wrong goes into `errors` by the name of its field."""
    marks = {}
    for column, _label in columns:
        try:
            marks[column] = check_marks(read_marks(request.POST.get(f"marks-{column}", "") or "1"))
        except InvalidInput as error:
            errors[f"marks-{column}"] = _(error.message)
    counts = {}
    for topic_id, _name, _depth in lines:
        for column, _label in columns:
            name = _cell_name(topic_id, column)
            text = request.POST.get(name, "").strip() or "0"
            if text.isdecimal() and len(text) < 5 and int(text) <= 500:
                counts[topic_id, column] = int(text)
            else:
                errors[name] = _("A rule draws between 1 and 500 questions.")
    return counts, marks
