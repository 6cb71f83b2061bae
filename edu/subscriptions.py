"""The only map from an event to those who act on it: event class -> dotted paths of handlers.

A handler takes the event as its only argument, runs in a transaction of its own, and may be called more than
once with the same event.
"""

from edu.events import types

SUBSCRIPTIONS: dict[type[types.Event], tuple[str, ...]] = {
    types.UserRegistered: ("edu.notifications.handlers.welcome",),
    types.AccountDeleted: (
        "edu.audit.handlers.record_account_deleted",
        "edu.notifications.handlers.empty_messages",
        "edu.organizations.handlers.end_memberships",
    ),
    types.JobFinished: ("edu.notifications.handlers.tell_job_finished",),
}
