"""The public writes of the training room. Each authorises its actor (None is the system) and leaves a trace."""

from edu.training.assignments.create import create_assignment
from edu.training.assignments.manage import (
    close_assignment,
    delete_assignment,
    extend_assignment,
    reopen_assignment,
)
from edu.training.assignments.progress import refresh_assignment
from edu.training.assignments.reminders import remind
from edu.training.seats.pools import SeatsMissing, add_seats, assign_seats, take_back_seats
from edu.training.staff.apply import apply_import, start_import
from edu.training.staff.preview import preview_import
from edu.training.staff.sheets import take_credentials

__all__ = [
    "SeatsMissing",
    "add_seats",
    "apply_import",
    "assign_seats",
    "close_assignment",
    "create_assignment",
    "delete_assignment",
    "extend_assignment",
    "preview_import",
    "refresh_assignment",
    "remind",
    "reopen_assignment",
    "start_import",
    "take_back_seats",
    "take_credentials",
]
