"""Tables of the training room: seats, assignments, staff imports."""

from edu.training.models.assignment import Assignment, AssignmentTarget
from edu.training.models.seat import Seat, SeatPool, SeatPurchase
from edu.training.models.staff_import import StaffImport, StaffImportRow

__all__ = [
    "Assignment",
    "AssignmentTarget",
    "Seat",
    "SeatPool",
    "SeatPurchase",
    "StaffImport",
    "StaffImportRow",
]
