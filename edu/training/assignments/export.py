"""The list of an assignment as a spreadsheet, and the evidence file that an auditor gets."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from edu.documents.xlsx import Sheet, write_workbook
from edu.training.models import Assignment
from edu.training.queries import AssignmentRow, TargetList, TargetRow


def state_label(state: str) -> str:
    """Return a state in words."""
    return {
        "not_started": _("Not started"),
        "in_progress": _("In progress"),
        "done": _("Done"),
        "late": _("Late"),
        "failed": _("Failed"),
        "left": _("Left"),
    }[state]


def export_list(*, assignment: Assignment, now: datetime, state: str = "") -> bytes:
    """Return the people of an assignment (of one state, if given) with their progress and marks as an .xlsx."""
    return write_workbook(
        sheets=[_people_sheet(assignment, TargetList(assignment=assignment, state=state, now=now)[:])]
    )


def export_evidence(*, assignment: Assignment, row: AssignmentRow, organization_name: str, now: datetime) -> bytes:
    """Return the evidence of an assignment: what was asked, how it stands, and each person with marks and dates.

    People who left are listed too, since what they did was done.
    """
    everybody = (
        TargetList(assignment=assignment, now=now)[:] + TargetList(assignment=assignment, now=now, state="left")[:]
    )
    summary: list[list[Any]] = [
        [_("Organisation"), organization_name],
        [_("Assignment"), assignment.title],
        [_("Courses and exams"), "; ".join(row.product_titles)],
        [_("First day"), assignment.starts_on],
        [_("Deadline"), assignment.due_at],
        [_("Closed"), assignment.closed_at],
        [_("People"), row.total],
        [_("Done"), row.done],
        [_("Failed"), row.failed],
        [_("Late"), row.late],
        [_("In progress"), row.in_progress],
        [_("Not started"), row.not_started],
        [_("As of"), now],
    ]
    return write_workbook(
        sheets=[
            Sheet(name=_("Summary"), headers=[_("What"), _("Value")], rows=summary, widths=[22, 60]),
            _people_sheet(assignment, everybody),
        ]
    )


def _people_sheet(assignment: Assignment, people: list[TargetRow]) -> Sheet:
    headers = [
        _("Name"),
        _("Staff number"),
        _("Department"),
        _("Job title"),
        _("State"),
        _("Progress (%)"),
        _("Finished"),
        _("After the deadline"),
    ]
    widths = [16, 14, 22, 18, 14, 12, 20, 16]
    for product in assignment.products:
        title = product["title"]
        headers += [title, _("%(title)s: mark (%%)") % {"title": title}, _("%(title)s: finished") % {"title": title}]
        headers += [_("%(title)s: certificate") % {"title": title}]
        widths += [18, 12, 20, 20]
    rows = [_person_row(assignment, person) for person in people]
    moment = date_format(timezone.localtime(), "DATETIME_FORMAT")
    return Sheet(
        name=_("People"),
        headers=headers,
        rows=rows,
        widths=widths,
        notes=[f"{assignment.title} · {moment}"],
    )


def _person_row(assignment: Assignment, person: TargetRow) -> list[Any]:
    cells: list[Any] = [
        person.real_name,
        person.staff_number,
        person.department_name,
        person.job_title,
        state_label(person.state),
        person.percent,
        person.finished_at,
        _("yes") if person.finished_late else "",
    ]
    for product in assignment.products:
        result = person.results.get(product["key"], {})
        finished = result.get("finished_at")
        score = result.get("score_percent")
        cells += [
            state_label(result.get("state", "not_started")),
            float(score) if score is not None else None,
            datetime.fromisoformat(finished) if finished else None,
            result.get("certificate", ""),
        ]
    return cells
