"""What the training room does when news arrives. Handlers are idempotent."""

from edu.events import types
from edu.training.assignments.people import include_newcomer, let_go
from edu.training.assignments.progress import refresh_person
from edu.training.learning import list_refunded_seat_lines, list_seat_lines
from edu.training.seats.pools import add_seats, take_off_seats


def add_bought_seats(event: types.OrderPaid) -> None:
    """Add the seats of a paid order to the organisation's pools."""
    for line in list_seat_lines(order_id=event.order_id):
        add_seats(
            actor=None,
            organization_id=line.organization_id,
            product_key=line.product_key,
            title=line.title,
            quantity=line.quantity,
            source_key=line.source_key,
            access_days=line.access_days,
        )


def take_off_refunded_seats(event: types.OrderRefunded) -> None:
    """Take the seats of a refunded line off the pool, as far as nobody sits on them."""
    for source_key in list_refunded_seat_lines(order_id=event.order_id):
        take_off_seats(source_key=source_key)


def member_came(event: types.MemberJoined) -> None:
    """Give a newcomer the assignments that are for newcomers too."""
    include_newcomer(organization_id=event.organization_id, user_id=event.user_id)


def member_moved(event: types.MemberMoved) -> None:
    """Give a person who changed department its assignments; those she has stay."""
    include_newcomer(organization_id=event.organization_id, user_id=event.user_id)


def member_left(event: types.MemberLeft) -> None:
    """Return the seats of a person who left and end what assignments opened."""
    let_go(organization_id=event.organization_id, user_id=event.user_id)


def learner_progressed(
    event: types.LessonCompleted
    | types.CourseCompleted
    | types.AttemptSubmitted
    | types.AttemptGraded
    | types.AttemptReopened
    | types.ResultReleased,
) -> None:
    """Read the person's progress anew in her assignments."""
    refresh_person(user_id=event.user_id)


def certificate_came(event: types.CertificateIssued) -> None:
    """Note the certificate beside the person's assignments."""
    refresh_person(user_id=event.user_id)
