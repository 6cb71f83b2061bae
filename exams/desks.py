"""The desk entries of exams and marking."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from edu.core.desks import DeskEntry


def _open_appeals(user: Any) -> int:
    """Return how many appeals wait for the person."""
    from exams.marking.appeal_counts import shown_open_appeals  # models are not loaded yet when entries are found

    return shown_open_appeals(user=user)


ROOM_PATHS = ("/teach/exams/*/room/",)
BANK_PATHS = ("/teach/questions/", "/teach/imports/", "/teach/exports/", "/teach/bulk/")
ENTRIES = [
    DeskEntry(desk="learner", label=_("Practice"), url_name="practice:index", icon="target", order=20),
    DeskEntry(
        desk="learner", label=_("Wrong-answer book"), url_name="practice:wrong_answers", icon="bookmark", order=25
    ),
    DeskEntry(
        desk="instructor",
        label=_("Question banks"),
        url_name="authoring:banks",
        icon="layers",
        order=30,
        also=BANK_PATHS,
    ),
    DeskEntry(desk="instructor", label=_("To review"), url_name="authoring:reviews", icon="check", order=32),
    DeskEntry(
        desk="instructor", label=_("Where the class fails"), url_name="figures:weak_topics", icon="chart-bar", order=33
    ),
    DeskEntry(
        desk="trainer", label=_("Where the class fails"), url_name="figures:weak_topics", icon="chart-bar", order=26
    ),
    DeskEntry(desk="instructor", label=_("Reported questions"), url_name="authoring:reports", icon="flag", order=34),
    DeskEntry(desk="instructor", label=_("Practice sets"), url_name="authoring:practice_sets", icon="target", order=38),
    DeskEntry(desk="instructor", label=_("Papers"), url_name="authoring:papers", icon="file", order=40),
    DeskEntry(desk="instructor", label=_("Exams"), url_name="authoring:exams", icon="calendar", order=50),
    DeskEntry(
        desk="instructor", label=_("Exam rooms"), url_name="invigilation:rooms", icon="eye", order=52, also=ROOM_PATHS
    ),
    DeskEntry(
        desk="trainer", label=_("Exam rooms"), url_name="invigilation:rooms", icon="eye", order=87, also=ROOM_PATHS
    ),
    DeskEntry(
        desk="trainer", label=_("Question banks"), url_name="authoring:banks", icon="layers", order=85, also=BANK_PATHS
    ),
    DeskEntry(desk="trainer", label=_("Papers"), url_name="authoring:papers", icon="file", order=86),
    DeskEntry(desk="trainer", label=_("Exams"), url_name="authoring:exams", icon="calendar", order=87),
    DeskEntry(desk="learner", label=_("Exams"), url_name="exams:index", icon="calendar", order=30),
    DeskEntry(desk="learner", label=_("Exam records"), url_name="exams:records", icon="chart", order=40),
    DeskEntry(
        desk="instructor",
        label=_("Marking"),
        url_name="marking:queue",
        icon="edit",
        order=60,
        also=("/teach/gradebook/", "/teach/statistics/"),
        count=_open_appeals,
    ),
    DeskEntry(desk="instructor", label=_("Regrades"), url_name="regrading:index", icon="refresh", order=62),
    DeskEntry(desk="trainer", label=_("Regrades"), url_name="regrading:index", icon="refresh", order=89),
    DeskEntry(
        desk="trainer",
        label=_("Marking"),
        url_name="marking:queue",
        icon="edit",
        order=88,
        also=("/teach/gradebook/",),
        count=_open_appeals,
    ),
    DeskEntry(desk="trainer", label=_("Exam statistics"), url_name="figures:index", icon="chart-bar", order=25),
]
