"""Who comes, moves or goes, and what that means for assignments and seats. Called by handlers; all idempotent."""

from datetime import datetime, timedelta

from django.db.models import Q

from edu.core.clock import now_utc
from edu.organizations.queries import list_current_members, list_departments, with_descendants
from edu.training.assignments.create import ask_to_open
from edu.training.assignments.opening import end_access
from edu.training.models import Assignment, AssignmentTarget
from edu.training.seats.pools import return_seats_of_leaver, seat_again

UNDO_WINDOW = timedelta(days=2)


def include_newcomer(*, organization_id: int, user_id: int, now: datetime | None = None) -> int:
    """Give a person who joined or moved the assignments that are for newcomers too; return how many are new.

    Who had left and is back goes on with those she had, and sits on her seats again as far as any is free.
    """
    moment = now or now_utc()
    members = list_current_members(organization_id=organization_id, user_ids=[user_id])
    if not members:
        return 0
    member = members[0]
    running = Assignment.objects.filter(
        organization_id=organization_id, closed_at__isnull=True, deleted_at__isnull=True
    )
    ended = list(
        AssignmentTarget.objects.filter(
            assignment__in=running, user_id=user_id, membership_id=member.membership_id, ended_at__isnull=False
        ).select_related("assignment")
    )
    seat_again(organization_id=organization_id, user_id=user_id, since=moment - UNDO_WINDOW, now=moment)
    for target in ended:
        AssignmentTarget.objects.filter(pk=target.pk).update(ended_at=None, opened_at=None, waits_for_seat=False)
        ask_to_open(assignment=target.assignment)
    wanted = running.filter(includes_newcomers=True)
    departments = list_departments(organization_id=organization_id)
    above = {member.department_id} if member.department_id is not None else set()
    above |= {
        row.id
        for row in departments
        if member.department_id in with_descendants(departments=departments, department_ids={row.id})
    }
    wanted = wanted.filter(Q(everybody=True) | Q(departments__in=above)).distinct()
    added = 0
    for assignment in wanted.exclude(targets__user_id=user_id):
        _target, created = AssignmentTarget.objects.get_or_create(
            assignment=assignment, user_id=user_id, defaults={"membership_id": member.membership_id}
        )
        if created:
            added += 1
            if assignment.starts_on <= moment.date():
                ask_to_open(assignment=assignment)
    return added


def let_go(*, organization_id: int, user_id: int, now: datetime | None = None) -> None:
    """End what a person who left had from the organisation: seats return, grants end, the record stays.

    Nothing happens to somebody who is a member again by the time the news arrives.
    """
    moment = now or now_utc()
    if list_current_members(organization_id=organization_id, user_ids=[user_id]):
        return
    targets = AssignmentTarget.objects.filter(
        assignment__organization_id=organization_id, user_id=user_id, ended_at__isnull=True
    ).select_related("assignment")
    # Leaving is the reason that an undo looks for, so the seats go before the assignments end their own.
    return_seats_of_leaver(organization_id=organization_id, user_id=user_id, now=moment)
    for target in targets:
        end_access(assignment=target.assignment, user_id=user_id, now=moment)
    ids = [target.pk for target in targets]
    AssignmentTarget.objects.filter(pk__in=ids).update(ended_at=moment)
